/// @file
/// Pipelines: tokens that go through stages, some of which take one at a time, or run on a device.
#pragma once

#include <heddle/run/executor.hpp>
#include <heddle/run/pipeline_batches.hpp>

#include <cstddef>
#include <memory>
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

/// A stage on several streams of a device: `f(stream, token)` enqueues on the stream what is to be
/// done with the token, and returns without waiting for it. The token, which `f` gets a reference
/// to, stays at its address until all that is done, and goes on to the next stage then; no thread
/// waits meanwhile. Work of different tokens runs at the same time on different streams.
///
/// `f` is called for one token at a time, in any order, and may be called for some tokens more
/// before the first is done. It uses the device's operations, or launches kernels itself: a CUDA
/// device is the current one. If it throws, what it has enqueued so far is still waited for.
///
///     run_pipeline(e, {.tokens = 16}, next_image,
///                  parallel_on(gpu, 2, [&](stream_ref stream, image& i) {
///                    gpu->copy_to_device(i.on_device, i.pixels.data(), i.size_bytes(), stream);
///                    blur(i.on_device, stream);
///                    gpu->copy_to_host(i.pixels.data(), i.on_device, i.size_bytes(), stream);
///                  }),
///                  serial([&](image i) { write(i); }));
///
/// @param where       an error of it ends the run
/// @param num_streams that are made for the run, and of which each batch of tokens gets one
template <class F>
[[nodiscard]] detail::stage<detail::device_step<F>> parallel_on(std::shared_ptr<device> where,
                                                                std::size_t num_streams, F f)
{
  return {step_mode::serial_out_of_order, {std::move(where), num_streams, std::move(f)}};
}

/// The same on one stream, in the order of the source: what `f` enqueues for a token starts after
/// all that it enqueued for the tokens before.
template <class F>
[[nodiscard]] detail::stage<detail::device_step<F>> serial_on(std::shared_ptr<device> where, F f)
{
  return {step_mode::serial, {std::move(where), 1, std::move(f)}};
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
/// thread that ends the one before. May be nested: a stage may run a pipeline. While a device works
/// for a batch, threads take others; a pipeline with such a stage has a thread that asks devices
/// every 50 us or so what is done, and sleeps while they have nothing to do.
///
///     run_pipeline(e, {.tokens = 64}, [&] { return read_line(in); },
///                  parallel([](std::string line) { return parse(line); }),
///                  serial([&](record r) { store(r); }));
///
/// @return the number of tokens that the source gave
/// @throw the first exception of source or stages; tokens on their way are dropped then, those that
///        a device works on when it is done with them. device_error of a device, and
///        invalid_argument of a stage without device or stream
template <class Source, class... F>
std::size_t run_pipeline(executor& e, token_limit const& limit, Source source,
                         detail::stage<F>... stages)
{
  using token = typename std::invoke_result_t<Source&>::value_type;
  detail::pipeline<Source, token, F...> run{e, limit.tokens, source, stages...};
  return run.run();
}

}  // namespace heddle
