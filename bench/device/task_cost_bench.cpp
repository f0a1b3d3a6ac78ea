/// What an empty task costs.
///
/// `empty_task`: host time to launch it, and to record an event that tells its end; waiting for the
/// GPU is not counted, and the queue never fills. `run_of_empty_tasks`: a whole run of the engine,
/// from its start to the end of the last task, beside what a user would write by hand.
#include "bench/device/fixture.hpp"
#include "bench/device/kernels.hpp"
#include "src/device/check_cuda.hpp"

#include <heddle/data/buffer.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/workflow/builders.hpp>

#include <deque>

namespace heddle::bench {
namespace {

constexpr int num_tasks = 256;

template <class Enqueue>
void measure(benchmark::State& state, device_stream const& stream, Enqueue enqueue)
{
  for (auto _ : state) {
    state.SetIterationTime(seconds_of(enqueue));
    finish(stream);
  }
  state.SetItemsProcessed(state.iterations() * num_tasks);
  state.SetLabel("items are tasks");
}

void through_device(benchmark::State& state)
{
  device_stream const stream{gpu(), "bench"};
  std::deque<device_event> events;
  for (int t = 0; t < num_tasks; ++t) events.emplace_back(gpu());
  auto const device = gpu();
  measure(state, stream, [&] {
    for (auto const& event : events) {
      device->launch({.name = "empty",
                      .gpu  = [](stream_ref s, body_arguments const&) { launch_empty(s.get()); }},
                     stream);
      device->record(event, stream);
    }
  });
}
BENCHMARK(through_device)->Name("empty_task/tasks:256")->UseManualTime();

void stream_loop(benchmark::State& state)
{
  device_stream const stream{gpu(), "bench"};
  std::deque<device_event> events;
  for (int t = 0; t < num_tasks; ++t) events.emplace_back(gpu());
  auto const s = stream_ref{stream}.get();
  measure(state, stream, [&] {
    for (auto const& event : events) {
      launch_empty(s);
      check_cuda(cudaGetLastError());
      check_cuda(cudaEventRecord(event_ref{event}.get(), s));
    }
  });
}
BENCHMARK(stream_loop)->Name("empty_task/tasks:256/peer:stream_loop")->UseManualTime();

/// A chain of all tasks, launched as one.
cudaGraphExec_t captured_chain(cudaStream_t stream)
{
  cudaGraph_t graph{};
  cudaGraphExec_t executable{};
  check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  for (int t = 0; t < num_tasks; ++t) launch_empty(stream);
  check_cuda(cudaStreamEndCapture(stream, &graph));
  check_cuda(cudaGraphInstantiate(&executable, graph, 0));
  check_cuda(cudaGraphDestroy(graph));
  return executable;
}

void cuda_graph(benchmark::State& state)
{
  device_stream const stream{gpu(), "bench"};
  auto const s     = stream_ref{stream}.get();
  auto const chain = captured_chain(s);
  measure(state, stream, [&] { check_cuda(cudaGraphLaunch(chain, s)); });
  check_cuda(cudaGraphExecDestroy(chain));
}
BENCHMARK(cuda_graph)->Name("empty_task/tasks:256/peer:cuda_graph")->UseManualTime();

// ---- whole runs ----

/// A chain: each task waits for the one before.
void through_engine(benchmark::State& state)
{
  using namespace std::chrono_literals;
  auto const here = machine::discover();
  buffer<int> link{1};
  workflow w{"chain"};
  for (int t = 0; t < num_tasks; ++t) {
    w.task("empty", read_write(link))
      .gpu([](stream_ref s, device_span<int>) { launch_empty(s.get()); })
      .cost(1ms, 1us);
  }
  auto const s = plan(w, here, {.algorithm = "heft"});
  engine e{here};
  for (auto _ : state) {
    auto const result = e.start(w, s).wait();
    if (result.error) std::rethrow_exception(result.error);
    state.SetIterationTime(result.makespan_seconds);
  }
  state.SetItemsProcessed(state.iterations() * num_tasks);
  state.SetLabel("items are tasks");
}
BENCHMARK(through_engine)->Name("run_of_empty_tasks/tasks:256")->UseManualTime();

template <class Enqueue>
void measure_whole(benchmark::State& state, device_stream const& stream, Enqueue enqueue)
{
  for (auto _ : state) {
    state.SetIterationTime(seconds_of([&] {
      enqueue();
      finish(stream);
    }));
  }
  state.SetItemsProcessed(state.iterations() * num_tasks);
  state.SetLabel("items are tasks");
}

void whole_stream_loop(benchmark::State& state)
{
  device_stream const stream{gpu(), "bench"};
  auto const s = stream_ref{stream}.get();
  measure_whole(state, stream, [&] {
    for (int t = 0; t < num_tasks; ++t) {
      launch_empty(s);
      check_cuda(cudaGetLastError());
    }
  });
}
BENCHMARK(whole_stream_loop)
  ->Name("run_of_empty_tasks/tasks:256/peer:stream_loop")
  ->UseManualTime();

void whole_cuda_graph(benchmark::State& state)
{
  device_stream const stream{gpu(), "bench"};
  auto const s     = stream_ref{stream}.get();
  auto const chain = captured_chain(s);
  measure_whole(state, stream, [&] { check_cuda(cudaGraphLaunch(chain, s)); });
  check_cuda(cudaGraphExecDestroy(chain));
}
BENCHMARK(whole_cuda_graph)->Name("run_of_empty_tasks/tasks:256/peer:cuda_graph")->UseManualTime();

}  // namespace
}  // namespace heddle::bench
