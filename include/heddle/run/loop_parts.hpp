/// @file
/// How a loop is divided between threads. Users have no need of it.
#pragma once

#include <heddle/base/stage_team.hpp>
#include <heddle/base/units.hpp>
#include <heddle/run/executor.hpp>
#include <heddle/run/fixed_parts.hpp>
#include <heddle/run/loop_state.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace heddle::detail {

/// How many indices to do before the next look at the clock and at who is hungry: such that it
/// takes some 10 us, from what the last ones took, or those of earlier loops of the same body.
class chunk_size {
 public:
  /// @param now         in ticks of the clock
  /// @param usual_ticks of an index in earlier loops, 0 if there was none: believed if the first
  ///   indices do not speak against it, and at once where nobody is there to share with
  chunk_size(std::size_t grain, std::uint64_t now, double usual_ticks, bool is_alone) noexcept
    : grain_{std::max<std::size_t>(grain, 1)},
      usual_ticks_{usual_ticks},
      looked_at_{now},
      ticks_per_index_{usual_ticks}
  {
    if (is_alone && usual_ticks > 0) believe_usual();
  }

  [[nodiscard]] std::size_t next(range rest) const noexcept
  {
    auto const size = std::min(rest.size(), grain_ * multiple_);
    auto const end  = even_end(rest.first + size);
    return size == rest.size() || end < rest.first + grain_ ? size : end - rest.first;
  }

  /// Where a long part ends best: at a multiple of so many indices that the next one's elements lie
  /// in cache lines and vectors as those of the whole array do.
  [[nodiscard]] static std::size_t even_end(std::size_t end) noexcept
  {
    constexpr std::size_t elements = 64;
    return end / elements * elements;
  }

  /// At the first chunk of a part that another thread has begun.
  void begin() noexcept;
  /// Looks at the clock: what the chunk took, and when the next begins.
  void end(std::size_t done, std::size_t left) noexcept;

  /// When it last looked at the clock, in ticks.
  [[nodiscard]] std::uint64_t looked_at() const noexcept { return looked_at_; }

  /// Whether it is known what an index takes.
  [[nodiscard]] bool is_known() const noexcept { return is_known_; }

  /// Whether so many indices may take long enough for another thread to come.
  [[nodiscard]] bool may_take_long(std::size_t size) const noexcept;

  /// Whether it is known that so many indices take longer than `ticks` of the clock.
  [[nodiscard]] bool takes_longer(std::size_t size, double ticks) const noexcept
  {
    return is_reliable_ && static_cast<double>(size) * ticks_per_index_ > ticks;
  }

  /// Writes what an index took, if that is known well and is news. Any number of threads may.
  void remember_in(std::atomic<double>& usual_ticks) const noexcept;

 private:
  [[nodiscard]] bool agrees_with_usual(double done, double ticks) const noexcept;
  void believe_usual() noexcept;
  void aim_at(double most) noexcept;

  std::size_t grain_;
  double usual_ticks_;
  std::size_t multiple_ = 1;  ///< of the grain; a first index may take long
  std::uint64_t looked_at_;
  double ticks_per_index_;
  bool is_known_    = false;
  bool is_measured_ = false;                 ///< longer than what the clock and a cache miss take
  bool is_reliable_ = ticks_per_index_ > 0;  ///< nor was it a page fault
};

/// Ticks of the clock that an index of the loops with this body took last; 0: not known yet. An
/// estimate, in no order with anything.
template <class DoPart>
inline constinit std::atomic<double> usual_index_ticks{0};

/// Whether the type of a body says which it is: those of all stages of an engine have this one.
template <class DoPart>
inline constexpr bool tells_its_body = true;
template <class Signature>
inline constexpr bool tells_its_body<std::function<Signature> const> = false;

/// A contiguous part of a loop, with its own partial result. Parts are a list in the order of their
/// indices: each knows the next, and the thread that runs it alone puts a new one behind it.
template <class Local, class DoPart>
class loop_part : public job {
 public:
  /// @param chunk what is known of the loop so far
  loop_part(loop_state& loop, DoPart& do_part, range indices, chunk_size const& chunk) noexcept
    : job{&runner_of_these},
      loop_{loop},
      do_part_{do_part},
      indices_{indices},
      chunk_{chunk},
      offer_{chunk, *this}
  {
  }

  [[nodiscard]] Local& local() noexcept { return local_; }
  [[nodiscard]] std::unique_ptr<loop_part> take_next() noexcept { return std::move(next_); }
  [[nodiscard]] chunk_size const& chunk() const noexcept { return chunk_; }

  /// One after the other, for there may be too many for the stack.
  ~loop_part()
  {
    for (auto next = take_next(); next; next = next->take_next()) {
    }
  }
  loop_part(loop_part const&)            = delete;
  loop_part& operator=(loop_part const&) = delete;

  void run(worker& me) noexcept
  {
    try {
      while (indices_.first < indices_.last && !loop_.is_stopped()) {
        if (me.is_wanted() && chunk_.takes_longer(indices_.size(), loop_.worth_sharing()))
          split(me);
        auto const size = chunk_.next(indices_);
        range const part{indices_.first, indices_.first + size};
        indices_.first        = part.last;
        auto const left       = indices_.size();
        bool const is_offered = chunk_.may_take_long(size) && offer(chunk_.is_known(), me);
        do_part_(part, local_);
        chunk_.end(size, left);
        if (is_offered) take_back(me);
      }
      if constexpr (tells_its_body<DoPart>) chunk_.remember_in(usual_index_ticks<DoPart>);
    } catch (...) {
      loop_.fail();
    }
  }

 private:
  /// The rest of a part while its thread is inside of the body, at the price of no memory: whoever
  /// takes it makes a part of it.
  ///
  /// Invariant: while it is on a queue, or has been taken from there, the part that it is of has no
  /// indices left, and its thread touches neither `next_` nor the offer, but to take it back. Then
  /// both belong to whoever takes it, until the loop has one part.
  struct rest_offer : job {
    rest_offer(chunk_size const& c, loop_part& p) noexcept : job{&runner_of_offers}, chunk{c}, of{p}
    {
    }

    range rest{};
    chunk_size chunk;
    loop_part& of;
  };

  static job* run_one(job& j, worker& me)
  {
    auto& self = static_cast<loop_part&>(j);
    auto& loop = self.loop_;
    self.chunk_.begin();
    self.run(me);
    loop.end_part(me.home());
    return nullptr;
  }
  static job* run_offer(job& j, worker& me)
  {
    auto& taken = static_cast<rest_offer&>(j);
    auto& loop  = taken.of.loop_;
    try {
      taken.of.put_next(taken.of.make_part(taken.rest, taken.chunk));
      taken.of.next_->chunk_.begin();
      taken.of.next_->run(me);
    } catch (...) {
      loop.fail();  // no memory
    }
    loop.end_part(me.home());
    return nullptr;
  }
  static constexpr job_runner runner_of_these{&run_one};
  static constexpr job_runner runner_of_offers{&run_offer};

  /// Gives the upper half of the rest away.
  void split(worker& me)
  {
    auto const grain = std::max<std::size_t>(loop_.options().grain, 1);
    auto const rest  = indices_.last - indices_.first;
    if (rest < 2 * grain) return;
    auto const half   = indices_.first + rest / 2;
    auto const even   = chunk_size::even_end(half);
    auto const middle = even < indices_.first + grain ? half : even;
    auto upper        = make_part(range{middle, indices_.last}, chunk_);
    if (!loop_.add_part()) return;  // after all that may throw
    indices_.last = middle;
    put_next(std::move(upper));
    me.give(*next_);
  }

  /// Gives the rest away if the body is known to take long and somebody has nothing to do; else
  /// puts it where others find it who come while this thread is inside of the body.
  ///
  /// @return whether it may be taken back
  [[nodiscard]] bool offer(bool is_known, worker& me)
  {
    if (indices_.first == indices_.last || !loop_.add_part()) return false;
    offer_.rest   = indices_;
    offer_.chunk  = chunk_;
    indices_.last = indices_.first;
    if (is_known && me.is_wanted()) {
      me.give(offer_);
      return false;
    }
    me.open();
    me.push(offer_);
    me.close();
    return true;
  }

  /// If nobody came.
  void take_back(worker& me) noexcept
  {
    me.open();
    bool const is_mine = me.pop_if(offer_);
    me.close();
    if (!is_mine) return;
    indices_ = offer_.rest;
    loop_.take_part_back();
  }

  [[nodiscard]] std::unique_ptr<loop_part> make_part(range indices, chunk_size const& chunk)
  {
    return std::make_unique<loop_part>(loop_, do_part_, indices, chunk);
  }

  void put_next(std::unique_ptr<loop_part> part) noexcept
  {
    part->next_ = std::move(next_);
    next_       = std::move(part);
  }

  loop_state& loop_;
  DoPart& do_part_;
  range indices_;
  chunk_size chunk_;
  rest_offer offer_;
  std::unique_ptr<loop_part> next_{};
  alignas(alignof(Local) > 64 ? alignof(Local) : 64) Local local_{};
};

/// What is worth sharing in a loop that begins now (see `loop_state`).
[[nodiscard]] double worth_sharing(worker const& me, std::uint64_t now) noexcept;

/// Ticks of the clock.
[[nodiscard]] std::uint64_t loop_clock() noexcept;

/// Calls `do_part(part, local)` for parts that make up `over`, where `local` is that of a
/// contiguous run of parts in order; then `collect(local)` for all of them, in the order of the
/// indices.
template <class Local, class DoPart, class Collect>
void run_loop(executor& e, range over, loop_options const& options, DoPart& do_part,
              Collect&& collect)
{
  if (over.first >= over.last) return;
  if (options.divided == division::fixed) {
    return fixed_parts<Local, DoPart>{e, over, options, do_part}.run(collect);
  }
  executor::visit const here{e};
  auto const now = loop_clock();
  loop_state loop{options, worth_sharing(here.self(), now)};
  auto const usual_ticks =
    tells_its_body<DoPart> ? usual_index_ticks<DoPart>.load(std::memory_order_relaxed) : 0.0;
  chunk_size const chunk{options.grain, now, usual_ticks, e.has_one_thread()};
  loop_part<Local, DoPart> first{loop, do_part, over, chunk};
  first.run(here.self());
  if (loop.has_one_part()) {
    here.self().set_loop_ended_at(first.chunk().looked_at());
  } else {
    e.work_until(here.self(), [&loop] { return loop.has_one_part(); });
    here.self().set_loop_ended_at(loop_clock());
  }
  bool const is_whole = !loop.is_stopped();
  if (is_whole) collect(first.local());
  for (auto part = first.take_next(); part; part = part->take_next()) {
    if (is_whole) collect(part->local());
  }
  loop.rethrow();
}

template <class Local, class DoPart>
void run_loop(executor& e, range over, loop_options const& options, DoPart& do_part)
{
  run_loop<Local>(e, over, options, do_part, [](Local&) {});
}

/// @throw invalid_argument if the output is shorter than the input
void expect_room(std::string_view loop, std::size_t input, std::size_t output);
}  // namespace heddle::detail
