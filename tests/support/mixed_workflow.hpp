/// @file
/// Random workflows of tasks with bodies for CPUs, for GPUs and for both, whose result is known.
#pragma once

#include <heddle/data/buffer.hpp>
#include <heddle/data/value.hpp>
#include <heddle/workflow/builders.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace heddle::test {

/// Tasks that mix words of buffers, so that any missed or doubled write shows in the end.
class mixed_workflow {
 public:
  static constexpr std::size_t num_buffers = 12;

  mixed_workflow(std::size_t num_tasks, std::uint64_t seed) : random_{seed}
  {
    for (std::size_t b = 0; b < num_buffers; ++b) {
      buffers_.emplace_back(std::size_t{1} + random_() % 64);
      expected_.emplace_back(buffers_[b].size(), 0);
    }
    for (std::size_t t = 0; t < num_tasks; ++t) add_task(t);
  }

  [[nodiscard]] workflow const& get() const { return workflow_; }

  /// Whether every buffer, read on the host, is as if all tasks had run one after the other.
  [[nodiscard]] bool is_right() const
  {
    for (std::size_t b = 0; b < num_buffers; ++b) {
      if (!std::ranges::equal(buffers_[b].host(), expected_[b])) return false;
    }
    return sum_.get() == expected_sum_;
  }

 private:
  using words = std::uint64_t;

  static void mix(words factor, std::span<words const> x, std::span<words> y)
  {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] * factor + x[i % x.size()] + i;
  }
  static void overwrite(words factor, std::span<words const> x, std::span<words> y)
  {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = factor ^ x[i % x.size()];
  }
  static void add_up(std::span<words const> x, words& sum)
  {
    for (auto const word : x) sum = sum * 3 + word;
  }

  void add_task(std::size_t t)
  {
    auto const x      = random_() % num_buffers;
    auto const y      = (x + 1 + random_() % (num_buffers - 1)) % num_buffers;
    auto const factor = random_() | 1;
    auto const name   = fmt::format("t{}", t);
    switch (random_() % 8) {
      case 0:
        give_bodies(
          workflow_.task(name, read(buffers_[x]), read_write(sum_)),
          [](std::span<words const> from, words& sum) { add_up(from, sum); },
          [](stream_ref, device_span<words const>, words*) {});
        return add_up(expected_[x], expected_sum_);
      case 1:
      case 2:
        give_bodies(
          workflow_.task(name, read(buffers_[x]), write(buffers_[y])),
          [factor](std::span<words const> from, std::span<words> to) {
            overwrite(factor, from, to);
          },
          [](stream_ref, device_span<words const>, device_span<words>) {});
        return overwrite(factor, expected_[x], expected_[y]);
      default:
        give_bodies(
          workflow_.task(name, read(buffers_[x]), read_write(buffers_[y])),
          [factor](std::span<words const> from, std::span<words> to) { mix(factor, from, to); },
          [](stream_ref, device_span<words const>, device_span<words>) {});
        return mix(factor, expected_[x], expected_[y]);
    }
  }

  /// A body for CPUs, for GPUs or for both, and costs that make planners use all resources.
  template <class Builder, class Cpu, class Gpu>
  void give_bodies(Builder builder, Cpu cpu, Gpu gpu)
  {
    auto const some = [&] { return seconds{1e-5 * static_cast<double>(1 + random_() % 9)}; };
    switch (random_() % 4) {
      case 0:
        builder.cpu(cpu).cost(some());
        return;
      case 1:
        builder.gpu(gpu).simulated(cpu).cost(some(), some());
        return;
      default:
        builder.cpu(cpu).gpu(gpu).cost(some(), some());
    }
  }

  std::mt19937_64 random_;
  workflow workflow_{"mixed"};
  std::vector<buffer<words>> buffers_{};
  std::vector<std::vector<words>> expected_{};
  value<words> sum_{7};
  words expected_sum_ = 7;
};

}  // namespace heddle::test
