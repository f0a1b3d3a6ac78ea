#include "src/topology/measure_memory.hpp"

#include "src/topology/bound_thread.hpp"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <random>
#include <thread>

namespace heddle {
namespace {

using clock = std::chrono::steady_clock;

constexpr int num_sweeps       = 5;
constexpr std::size_t num_hops = 1u << 20;
constexpr std::size_t line     = 64;  ///< bytes that a load brings in

double seconds_since(clock::time_point start)
{
  return std::chrono::duration<double>(clock::now() - start).count();
}

/// Three arrays, which the thread that makes them touches first.
class triad {
 public:
  explicit triad(std::size_t bytes) : size_{std::max<std::size_t>(1, bytes / (3 * sizeof(double)))}
  {
    for (auto* array : {&a_, &b_, &c_}) {
      *array = std::make_unique_for_overwrite<double[]>(size_);
      std::fill_n(array->get(), size_, 1.0);
    }
  }

  [[nodiscard]] double num_bytes() const
  {
    return 3.0 * sizeof(double) * static_cast<double>(size_);
  }

  void sweep(double factor)
  {
    auto* const a       = a_.get();
    auto const* const b = b_.get();
    auto const* const c = c_.get();
    for (std::size_t i = 0; i < size_; ++i) a[i] = b[i] + factor * c[i];
    sink_ = a[size_ / 2];
  }

 private:
  std::size_t size_;
  std::unique_ptr<double[]> a_{};
  std::unique_ptr<double[]> b_{};
  std::unique_ptr<double[]> c_{};
  double volatile sink_ = 0;  ///< makes the sweep count
};

/// A circle through all lines of a block in random order, so that no prefetcher knows the next.
std::vector<std::uint32_t> random_circle(std::size_t bytes)
{
  constexpr auto step = line / sizeof(std::uint32_t);
  std::vector<std::uint32_t> order(std::max<std::size_t>(2, bytes / line));
  std::iota(order.begin(), order.end(), 0u);
  std::shuffle(order.begin(), order.end(), std::mt19937_64{1});
  std::vector<std::uint32_t> next(order.size() * step);
  for (std::size_t i = 0; i < order.size(); ++i) {
    next[order[i] * step] = static_cast<std::uint32_t>(order[(i + 1) % order.size()] * step);
  }
  return next;
}

double hop_seconds(std::vector<std::uint32_t> const& next)
{
  std::uint32_t at = 0;
  auto const start = clock::now();
  for (std::size_t i = 0; i < num_hops; ++i) at = next[at];
  auto const seconds           = seconds_since(start);
  std::uint32_t volatile where = at;
  static_cast<void>(where);
  return seconds / num_hops;
}

double copy_seconds(std::vector<std::uint32_t> const& source)
{
  std::vector<std::uint32_t> copy(source.size());
  auto best = 1e300;
  for (int sweep = 0; sweep < num_sweeps; ++sweep) {
    auto const start = clock::now();
    std::memcpy(copy.data(), source.data(), source.size() * sizeof source[0]);
    best                         = std::min(best, seconds_since(start));
    std::uint32_t volatile where = copy[copy.size() / 2];
    static_cast<void>(where);
  }
  return best;
}

}  // namespace

double triad_bytes_per_second(std::vector<int> const& units, std::size_t total_bytes)
{
  auto const num_threads = units.size();
  std::barrier barrier{static_cast<std::ptrdiff_t>(num_threads)};
  double best_seconds = 1e300;
  double num_bytes    = 0;
  auto const work     = [&](std::size_t thread) {
    bind_this_thread(units[thread]);
    triad arrays{total_bytes / num_threads};
    for (int sweep = 0; sweep < num_sweeps; ++sweep) {
      barrier.arrive_and_wait();
      auto const start = clock::now();
      arrays.sweep(0.5 + sweep);
      barrier.arrive_and_wait();
      if (thread == 0) best_seconds = std::min(best_seconds, seconds_since(start));
    }
    if (thread == 0) num_bytes = arrays.num_bytes() * static_cast<double>(num_threads);
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < num_threads; ++i) threads.emplace_back(work, i);
  }
  return num_bytes / std::max(best_seconds, 1e-9);
}

memory_path measure_path(int from, int to, std::size_t total_bytes)
{
  std::vector<std::uint32_t> circle;
  memory_path result;
  run_bound(from, [&] { circle = random_circle(total_bytes); });
  run_bound(to, [&] {
    result.latency_seconds  = hop_seconds(circle);
    auto const bytes        = static_cast<double>(circle.size() * sizeof circle[0]);
    result.bytes_per_second = bytes / std::max(copy_seconds(circle), 1e-9);
  });
  return result;
}

}  // namespace heddle
