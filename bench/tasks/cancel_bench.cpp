/// How soon a stop is seen: from the request to the moment when the last look of a body shows it,
/// with eight threads, however many cores there are. All bodies keep their threads busy.
#include "bench/rows.hpp"
#include "tests/support/flat_machine.hpp"

#include <heddle/run/engine.hpp>
#include <heddle/run/loops.hpp>
#include <heddle/run/pipeline.hpp>
#include <heddle/run/task_rows.hpp>
#include <heddle/workflow/builders.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace heddle::bench {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int num_threads   = 8;
constexpr int cancellations = 200;
constexpr std::size_t many  = 1'000'000'000;  ///< nobody comes to the end of it

void work_for(steady_clock::duration time)
{
  for (auto const begin = steady_clock::now(); steady_clock::now() - begin < time;) {
  }
}

/// Notes when the stop was requested, and how much later each body has seen it.
class stopwatch {
 public:
  /// A body that does nothing else but look, every few microseconds.
  void watch(std::stop_token const& stop)
  {
    ++at_work_;
    while (!stop.stop_requested()) work_for(5us);
    saw();
    --at_work_;
  }

  void saw()
  {
    std::chrono::duration<double> const time = steady_clock::now() - asked_at_.load();
    std::lock_guard const lock{mutex_};
    seconds_.push_back(time.count());
  }

  /// When so many bodies have begun, or will not soon, and some time has passed.
  void wait_for_bodies(int bodies)
  {
    auto const latest = steady_clock::now() + 100ms;
    while (at_work_ < bodies && steady_clock::now() < latest) std::this_thread::sleep_for(50us);
    std::this_thread::sleep_for(std::chrono::microseconds{random_() % 2000});
  }

  void ask() { asked_at_ = steady_clock::now(); }

  /// In microseconds: below it are so many of the times.
  [[nodiscard]] double quantile(double share)
  {
    std::ranges::sort(seconds_);
    auto const at = share * static_cast<double>(seconds_.size() - 1);
    return seconds_[static_cast<std::size_t>(at)] * 1e6;
  }
  [[nodiscard]] double size() const { return static_cast<double>(seconds_.size()); }

 private:
  std::atomic<int> at_work_{0};
  std::atomic<steady_clock::time_point> asked_at_{};
  std::mutex mutex_{};
  std::vector<double> seconds_{};  // guarded by mutex_ while bodies run
  std::mt19937_64 random_{1};
};

// ---- what is stopped: each makes one run, and stops it once `bodies` have begun
// ------------------

void cancel_run(stopwatch& times, workflow const& w, int bodies)
{
  static engine e{test::flat_machine(num_threads)};
  auto r = e.start(w);
  times.wait_for_bodies(bodies);
  times.ask();
  r.cancel();
  static_cast<void>(r.wait());
}

/// As many as there are threads, and as many who never come to their turn.
void cancel_tasks(stopwatch& times)
{
  workflow w;
  for (int i = 0; i < 2 * num_threads; ++i) {
    w.task("long").cpu([&](std::stop_token const& stop) { times.watch(stop); });
  }
  cancel_run(times, w, num_threads);
}

/// Stages are cancelled between parts and tokens: what is seen is the end of the run.
void cancel_loop(stopwatch& times)
{
  workflow w;
  w.for_each("loop", {0, many}).cpu([](range part) {
    for (auto i = part.first; i < part.last; ++i) work_for(5us);
  });
  cancel_run(times, w, 0);
  times.saw();
}

void cancel_pipeline(stopwatch& times)
{
  workflow w;
  w.pipeline("pipeline", {}, [](token_control& c) { return std::optional{c.index()}; })
    .parallel("work",
              [](std::size_t token) {
                work_for(5us);
                return token;
              })
    .serial("end", [](std::size_t) { work_for(1us); });
  cancel_run(times, w, 0);
  times.saw();
}

/// The winner is what asks the others to stop.
void end_race(stopwatch& times)
{
  static engine e{test::flat_machine(num_threads)};
  workflow w;
  auto race = w.speculate("race");
  race.alternative("way", [&](std::stop_token const&) {
    times.wait_for_bodies(num_threads - 1);
    times.ask();
    return true;
  });
  for (int i = 1; i < num_threads; ++i) {
    race.alternative("way", [&](std::stop_token const& stop) {
      times.watch(stop);
      return false;
    });
  }
  static_cast<void>(e.run_to_end(w));
}

executor& threads()
{
  static executor e{num_threads - 1};
  return e;
}

/// Has `run(stop)` on this thread stopped by another.
template <class Run>
void stop_from_outside(stopwatch& times, Run const& run)
{
  std::stop_source source;
  std::jthread const other{[&] {
    times.wait_for_bodies(num_threads);
    times.ask();
    source.request_stop();
  }};
  run(source.get_token());
}

void stop_rows(stopwatch& times)
{
  stop_from_outside(times, [&](std::stop_token const& stop) {
    task_rows rows;
    for (int i = 0; i < 2 * num_threads; ++i) rows.add([&] { times.watch(stop); });
    rows.run(threads(), stop);
  });
}

void stop_loop_in_task(stopwatch& times)
{
  stop_from_outside(times, [&](std::stop_token const& stop) {
    task_rows rows;
    rows.add([&] {
      for_each(threads(), range{0, num_threads}, [&](std::size_t) { times.watch(stop); });
    });
    rows.run(threads(), stop);
  });
}

void measure(benchmark::State& state, void (*cancel_once)(stopwatch&))
{
  for (auto _ : state) {
    stopwatch times;
    for (int i = 0; i < cancellations; ++i) cancel_once(times);
    state.SetIterationTime(times.quantile(0.99) * 1e-6);
    state.counters["p50_us"] = times.quantile(0.5);
    state.counters["max_us"] = times.quantile(1);
    state.counters["bodies"] = times.size();
  }
  state.SetLabel("time is the 99th percentile");
}

bool const is_added = [] {
  auto const add = [](std::string const& what, void (*cancel_once)(stopwatch&)) {
    auto const name =
      row_name("cancel_p99/" + what + "/runs:" + std::to_string(cancellations), num_threads, "");
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=](benchmark::State& state) { measure(state, cancel_once); })
      ->UseManualTime()
      ->Iterations(1)
      ->Unit(benchmark::kMicrosecond);
  };
  add("tasks", cancel_tasks);
  add("rows", stop_rows);
  add("race", end_race);
  add("loop", cancel_loop);
  add("loop_in_task", stop_loop_in_task);
  add("pipeline", cancel_pipeline);
  return true;
}();

}  // namespace
}  // namespace heddle::bench
