/// Independent tasks that copy to the device, compute there, and copy back, on a few streams. The
/// ideal is that of a pipeline of three engines: (tasks - 1) times the slowest step, and one task.
#include "bench/device/fixture.hpp"
#include "kernels/algorithms.hpp"

#include <algorithm>
#include <deque>
#include <vector>

namespace heddle::bench {
namespace {

constexpr int num_tasks      = 32;
constexpr int num_lanes      = 4;
constexpr std::size_t size   = 8 << 20;
constexpr std::size_t bytes  = size * sizeof(float);
constexpr int kernel_repeats = 16;  // the GPU's memory is that much faster than the way to it

/// A stream with memory of its own on both sides.
class lane {
 public:
  lane() : is_pinned_{gpu()->pin(host_.data(), bytes)} {}
  lane(lane&&)            = delete;
  lane& operator=(lane&&) = delete;
  ~lane()
  {
    if (is_pinned_) gpu()->unpin(host_.data());
  }

  void to_device() { gpu()->copy_to_device(x_.as<void>(), host_.data(), bytes, stream_); }
  void to_host() { gpu()->copy_to_host(host_.data(), x_.as<void>(), bytes, stream_); }
  void compute()
  {
    auto const body = [this](stream_ref s, body_arguments const&) {
      for (int i = 0; i < kernel_repeats; ++i) {
        kernels::elementwise<float>::transform(kernels::transformation::negate, 0.0F,
                                               x_.as<float>(), x_.as<float>(), size, s);
      }
    };
    gpu()->launch({.name = "negate", .gpu = body}, stream_);
  }

  [[nodiscard]] device_stream const& stream() const { return stream_; }

 private:
  std::vector<float> host_ = std::vector<float>(size, 1.0F);
  bool is_pinned_;
  device_stream stream_{gpu(), "lane"};
  device_memory x_{bytes, stream_};
};

void run_task(lane& l)
{
  l.to_device();
  l.compute();
  l.to_host();
}

void run_tasks(std::deque<lane>& lanes)
{
  for (int t = 0; t < num_tasks; ++t) run_task(lanes[static_cast<std::size_t>(t) % lanes.size()]);
  for (auto& l : lanes) finish(l.stream());
}

void through_device(benchmark::State& state, std::size_t lane_count)
{
  std::deque<lane> lanes;
  for (std::size_t i = 0; i < lane_count; ++i) lanes.emplace_back();
  run_tasks(lanes);
  for (auto _ : state) run_tasks(lanes);
}
BENCHMARK_CAPTURE(through_device, lanes, num_lanes)
  ->Name("overlap/tasks:32")
  ->Unit(benchmark::kMillisecond)
  ->UseRealTime();
BENCHMARK_CAPTURE(through_device, one_stream, 1)
  ->Name("overlap/tasks:32/peer:one_stream")
  ->Unit(benchmark::kMillisecond)
  ->UseRealTime();

/// Seconds of one of many steps of a kind, one after the other.
double seconds_of_step(lane& l, void (lane::*step)())
{
  (l.*step)();
  finish(l.stream());
  return seconds_of([&] {
           for (int t = 0; t < num_tasks; ++t) (l.*step)();
           finish(l.stream());
         }) /
         num_tasks;
}

void ideal(benchmark::State& state)
{
  lane l;
  for (auto _ : state) {
    auto const in      = seconds_of_step(l, &lane::to_device);
    auto const compute = seconds_of_step(l, &lane::compute);
    auto const out     = seconds_of_step(l, &lane::to_host);
    state.SetIterationTime((num_tasks - 1) * std::max({in, compute, out}) + in + compute + out);
  }
}
BENCHMARK(ideal)
  ->Name("overlap/tasks:32/peer:ideal")
  ->Unit(benchmark::kMillisecond)
  ->UseManualTime();

}  // namespace
}  // namespace heddle::bench
