/// @file
/// What the bodies of stages may ask of whoever runs them: other threads.
#pragma once

#include <heddle/base/units.hpp>

#include <any>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

namespace heddle {

/// Who does which part of a loop.
enum class division {
  /// Parts are made while the loop runs, by what its indices take, for threads that have nothing to
  /// do: the fastest as a rule.
  measured,
  /// One part of the same size for each thread, known before. Each thread does the same part of
  /// each loop over as many indices, so that what it needs is in its cache and its memory; but the
  /// part of a thread that has other things to do goes to one that is done with its own.
  fixed
};

/// How a loop may be divided.
struct loop_options {
  std::size_t grain           = 1;  ///< indices that are never divided
  std::size_t max_parallelism = 0;  ///< threads at once; 0: all
  division divided            = division::measured;
};

/// How many tokens a step of a pipeline takes at once, and in which order.
enum class step_mode {
  serial,               ///< one at a time, in the order of the source
  serial_out_of_order,  ///< one at a time
  parallel              ///< any number
};

/// A token of any type; null: none.
using any_token = std::unique_ptr<void, void (*)(void*)>;

/// A token with this content.
template <class T>
[[nodiscard]] any_token make_token(T content)
{
  return {new T{std::move(content)}, [](void* t) { delete static_cast<T*>(t); }};
}

/// A step of a pipeline, which puts another token in place of the one it gets.
struct any_step {
  step_mode mode;
  std::function<void(any_token&)> body;
};

/// One of several ways to a result: whether that is good. Told by the token that it is not wanted
/// any more.
using any_attempt = std::function<bool(std::stop_token)>;

/// The threads that a stage may use, of which the calling one does its share. All calls return when
/// what they started has ended, and throw the first exception of a body.
class stage_team {
 public:
  stage_team()                             = default;
  stage_team(stage_team const&)            = delete;
  stage_team& operator=(stage_team const&) = delete;
  virtual ~stage_team()                    = default;

  /// Calls `do_part(part, partial)` for parts that make up `over`, several at once. Parts that
  /// follow each other may share a partial result, which is empty at first. Then calls
  /// `collect(partial)` for all of them, in the order of the indices.
  virtual void run_loop(range over, loop_options const& options,
                        std::function<void(range, std::any&)> const& do_part,
                        std::function<void(std::any&)> const& collect) = 0;

  /// Passes the tokens of the source, until it gives none, through the steps.
  ///
  /// @param tokens at most so many are in flight; 0: as many as it takes to be fast
  virtual void run_pipeline(std::size_t tokens, std::function<any_token()> const& source,
                            std::span<any_step const> steps) = 0;

  /// Makes all attempts, as many at once as there are threads; the first that is good wins, and the
  /// others are told to stop. Those that have not begun by then never do.
  ///
  /// @return the winner; none if no attempt was good, or `stop` was requested before one was
  /// @throw  if none was good, the exception of the first attempt that threw one
  virtual std::optional<std::size_t> race(std::span<any_attempt const> attempts,
                                          std::stop_token const& stop) = 0;

  /// The same, where `choose` says which attempt is wanted; the attempts run ahead of it.
  ///
  /// @return that attempt, if it was good
  /// @throw  what `choose` and the chosen attempt throw; invalid_argument if there is no such
  ///         attempt
  virtual std::optional<std::size_t> race(std::span<any_attempt const> attempts,
                                          std::function<std::size_t()> const& choose,
                                          std::stop_token const& stop) = 0;
};

}  // namespace heddle
