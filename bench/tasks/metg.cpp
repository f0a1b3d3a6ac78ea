#include "bench/tasks/metg.hpp"

#include "bench/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <stdexcept>

namespace heddle::bench {
namespace {

using point = std::uint32_t;

constexpr point width = 8;
constexpr point steps = 1000;

/// Which points of the step before a point needs.
struct pattern {
  std::string name;
  std::function<std::vector<point>(point step, point at)> needs;
};

std::vector<point> between(std::int64_t first, std::int64_t last)
{
  std::vector<point> points;
  for (auto p = std::max<std::int64_t>(first, 0); p <= std::min<std::int64_t>(last, width - 1);
       ++p) {
    points.push_back(static_cast<point>(p));
  }
  return points;
}

std::vector<point> every_other(point step, point at)
{
  point const distance = width >> (1 + step % 3);  // 4, 2, 1: a butterfly of eight
  return {at, at ^ distance};
}

std::vector<pattern> all_patterns()
{
  return {
    {"trivial", [](point, point) { return std::vector<point>{}; }},
    {"no_comm", [](point, point at) { return std::vector<point>{at}; }},
    {"stencil_1d", [](point, point at) { return between(std::int64_t{at} - 1, at + 1); }},
    {"stencil_1d_periodic",
     [](point, point at) {
       return std::vector<point>{(at + width - 1) % width, at, (at + 1) % width};
     }},
    {"dom", [](point, point at) { return between(std::int64_t{at} - 1, at); }},
    {"tree", [](point, point at) { return std::vector<point>{at / 2}; }},
    {"fft", every_other},
    {"all_to_all", [](point, point) { return between(0, width - 1); }},
    {"nearest", [](point, point at) { return between(std::int64_t{at} - 2, at + 2); }},
    {"spread",
     [](point step, point at) {
       return std::vector<point>{at, (at + 3 + step) % width, (at + 6 + step) % width};
     }},
    {"random_nearest",
     [](point step, point at) {
       std::vector<point> points;
       for (auto const p : between(std::int64_t{at} - 2, at + 2)) {
         if (p == at || ((step * 2654435761U + at * 40503U + p * 97U) >> 7) % 2 == 0)
           points.push_back(p);
       }
       return points;
     }},
  };
}

shape shape_of(pattern const& of)
{
  shape s{of.name, width * steps};
  for (point step = 1; step < steps; ++step) {
    for (point at = 0; at < width; ++at) {
      auto needs = of.needs(step, at);
      std::ranges::sort(needs);
      needs.erase(std::ranges::unique(needs).begin(), needs.end());
      for (auto const p : needs) s.orders.emplace_back((step - 1) * width + p, step * width + at);
    }
  }
  return s;
}

/// Dependent multiply-adds, some four cycles each.
void kernel(std::uint32_t iterations)
{
  double x = 1;
  asm volatile("" : "+x"(x));
  for (std::uint32_t i = 0; i < iterations; ++i) x = x * 0.999 + 0.001;
  asm volatile("" ::"x"(x));
}

double seconds_since(std::chrono::steady_clock::time_point begin)
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double measure_kernel_rate()
{
  constexpr std::uint32_t iterations = 1'000'000;
  double least                       = 1e9;
  for (int run = 0; run < 10; ++run) {
    auto const begin = std::chrono::steady_clock::now();
    kernel(iterations);
    least = std::min(least, seconds_since(begin));
  }
  return iterations / least;
}

/// The tasks: each checks that those it needs have run in this run, then computes.
class metg_tasks {
 public:
  explicit metg_tasks(shape const& s) : needs_(s.num_tasks), ran_(s.num_tasks)
  {
    for (auto const& [before, after] : s.orders) needs_[after].push_back(before);
  }

  void begin_run(std::uint32_t iterations)
  {
    iterations_ = iterations;
    ++run_;
  }

  static void call(void* tasks, std::uint32_t t)
  {
    auto& self = *static_cast<metg_tasks*>(tasks);
    for (auto const before : self.needs_[t]) {
      if (self.ran_[before].load(std::memory_order_relaxed) != self.run_) self.is_wrong_ = true;
    }
    kernel(self.iterations_);
    self.ran_[t].store(self.run_, std::memory_order_relaxed);
  }

  [[nodiscard]] bool is_right() const
  {
    return !is_wrong_ && std::ranges::all_of(ran_, [&](auto const& r) { return r == run_; });
  }

 private:
  std::vector<std::vector<std::uint32_t>> needs_;
  std::vector<std::atomic<std::uint32_t>> ran_;
  std::uint32_t iterations_ = 0;
  std::uint32_t run_        = 0;
  std::atomic<bool> is_wrong_{false};
};

/// Seconds of threads that a task takes, and the part of them that is its kernel.
struct measured {
  double granularity;
  double efficiency;
};

measured measure(built_workflow& workflow, metg_tasks& tasks, std::uint32_t iterations, int threads,
                 double kernel_rate)
{
  constexpr int repetitions = 5;
  double least              = 1e9;
  for (int run = 0; run < repetitions; ++run) {
    tasks.begin_run(iterations);
    auto const begin = std::chrono::steady_clock::now();
    workflow.run();
    least = std::min(least, seconds_since(begin));
    if (!tasks.is_right()) throw std::runtime_error{"a task ran before one that it needs"};
  }
  constexpr double num_tasks = width * steps;
  return {least * threads / num_tasks, iterations * num_tasks / (least * threads * kernel_rate)};
}

/// Over growing kernels, up to the first that is efficient; between it and the one before,
/// interpolated. Where none is, for others take the cores meanwhile, the size of the longest: it is
/// an outlier among the repetitions.
double metg_seconds(built_workflow& workflow, metg_tasks& tasks, int threads)
{
  constexpr double wanted = 0.5, growth = 1.4, shortest = 4, longest = 2e4;
  double const kernel_rate = measure_kernel_rate();
  auto const at            = [&](double iterations) {
    return measure(workflow, tasks, static_cast<std::uint32_t>(iterations), threads, kernel_rate);
  };
  auto before = at(shortest);
  if (before.efficiency >= wanted) return before.granularity;
  // Kernels of an eighth of the overhead are not efficient.
  double const first = std::max(shortest * growth, before.granularity * kernel_rate / 8);
  for (double iterations = first; iterations < longest; iterations *= growth) {
    auto const now = at(iterations);
    if (now.efficiency >= wanted) {
      auto const share = (wanted - before.efficiency) / (now.efficiency - before.efficiency);
      return before.granularity + share * (now.granularity - before.granularity);
    }
    before = now;
  }
  return before.granularity;
}

void run_metg(benchmark::State& state, make_graph_peer const& make, int threads, pattern const& of)
{
  auto const s = shape_of(of);
  metg_tasks tasks{s};
  auto const peer  = make(threads);
  auto const built = peer->build(s, &metg_tasks::call, &tasks);
  for (auto _ : state) state.SetIterationTime(metg_seconds(*built, tasks, threads));
  count_items(state, 1, "tasks");
}

}  // namespace

void add_metg_benchmarks(std::string const& peer, make_graph_peer const& make)
{
  for (auto const& of : all_patterns()) {
    for (int const threads : thread_counts) {
      auto const name = row_name(fmt::format("metg_{}/width:{}", of.name, width), threads, peer);
      benchmark::RegisterBenchmark(
        name.c_str(), [=](benchmark::State& state) { run_metg(state, make, threads, of); })
        ->Iterations(1)
        ->UseManualTime();
    }
  }
}

}  // namespace heddle::bench
