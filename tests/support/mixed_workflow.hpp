/// @file
/// Random workflows of tasks with bodies for CPUs, for GPUs and for both, whose result is known.
#pragma once

#include "kernels/algorithms.hpp"

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

/// Tasks that mix words of buffers, so that any missed or doubled write, and any two in the wrong
/// order, show in the end.
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
  using words   = std::uint64_t;
  using on_gpus = kernels::elementwise<words>;

  static void mix(words factor, std::span<words const> x, std::span<words> y)
  {
    for (auto& word : y) word *= factor;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) y[i] += x[i];
  }
  static void mix_on_gpu(stream_ref stream, words factor, device_span<words const> x,
                         device_span<words> y)
  {
    on_gpus::transform(kernels::transformation::multiply, factor, y.data(), y.data(), y.size(),
                       stream);
    on_gpus::axpy(1, x.data(), y.data(), std::min(x.size(), y.size()), stream);
  }

  static void overwrite(words factor, std::span<words const> x, std::span<words> y)
  {
    std::ranges::fill(y, factor);
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) y[i] = x[i] * factor;
  }
  static void overwrite_on_gpu(stream_ref stream, words factor, device_span<words const> x,
                               device_span<words> y)
  {
    on_gpus::fill(y.data(), y.size(), factor, stream);
    on_gpus::transform(kernels::transformation::multiply, factor, x.data(), y.data(),
                       std::min(x.size(), y.size()), stream);
  }

  static void add_up(words factor, std::span<words const> x, words& sum)
  {
    sum = sum * factor + x[0];
  }
  static void add_up_on_gpu(stream_ref stream, words factor, device_span<words const> x, words* sum)
  {
    on_gpus::transform(kernels::transformation::multiply, factor, sum, sum, 1, stream);
    on_gpus::axpy(1, x.data(), sum, 1, stream);
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
          [factor](std::span<words const> from, words& sum) { add_up(factor, from, sum); },
          [factor](stream_ref s, device_span<words const> from, words* sum) {
            add_up_on_gpu(s, factor, from, sum);
          });
        return add_up(factor, expected_[x], expected_sum_);
      case 1:
      case 2:
        give_bodies(
          workflow_.task(name, read(buffers_[x]), write(buffers_[y])),
          [factor](std::span<words const> from, std::span<words> to) {
            overwrite(factor, from, to);
          },
          [factor](stream_ref s, device_span<words const> from, device_span<words> to) {
            overwrite_on_gpu(s, factor, from, to);
          });
        return overwrite(factor, expected_[x], expected_[y]);
      default:
        give_bodies(
          workflow_.task(name, read(buffers_[x]), read_write(buffers_[y])),
          [factor](std::span<words const> from, std::span<words> to) { mix(factor, from, to); },
          [factor](stream_ref s, device_span<words const> from, device_span<words> to) {
            mix_on_gpu(s, factor, from, to);
          });
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
