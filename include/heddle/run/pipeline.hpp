/// @file
/// Pipelines: tokens that go through stages, some of which take one at a time.
#pragma once

#include <heddle/run/executor.hpp>
#include <heddle/run/pipeline_batches.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle {

/// A stage that takes one token at a time, in the order of the source.
template <class F>
[[nodiscard]] detail::stage<F> serial(F f)
{
  return {step_mode::serial, std::move(f)};
}

/// A stage that takes one token at a time, in any order.
template <class F>
[[nodiscard]] detail::stage<F> serial_out_of_order(F f)
{
  return {step_mode::serial_out_of_order, std::move(f)};
}

/// A stage that takes any number of tokens at once.
template <class F>
[[nodiscard]] detail::stage<F> parallel(F f)
{
  return {step_mode::parallel, std::move(f)};
}

/// How many tokens may be in flight.
struct token_limit {
  std::size_t tokens = 0;  ///< between source and end; 0: as many as it takes to be fast
};

/// Calls `source()`, which gives a `std::optional` token, until it gives none, and passes each
/// token through the stages: what one returns goes to the next; the last's result is dropped.
/// Source and serial stages are called by one thread at a time, on changing threads. Returns when
/// all tokens have ended.
///
/// Tokens travel in batches of some microseconds of work, so that a stage costs a few nanoseconds a
/// token. A batch that must wait for its turn at a serial stage is left there, and taken on by the
/// thread that ends the one before. May be nested: a stage may run a pipeline.
///
///     run_pipeline(e, {.tokens = 64}, [&] { return read_line(in); },
///                  parallel([](std::string line) { return parse(line); }),
///                  serial([&](record r) { store(r); }));
///
/// @return the number of tokens that the source gave
/// @throw the first exception of source or stages; tokens on their way are dropped then
template <class Source, class... F>
std::size_t run_pipeline(executor& e, token_limit const& limit, Source source,
                         detail::stage<F>... stages)
{
  using token = typename std::invoke_result_t<Source&>::value_type;
  detail::pipeline<Source, token, F...> run{e, limit.tokens, source, stages...};
  return run.run();
}

}  // namespace heddle
