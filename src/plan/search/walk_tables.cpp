#include "src/plan/search/walk_tables.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace heddle {
namespace {

using noise_array  = std::array<std::uint16_t, kernels::noise_count + kernels::search_lanes>;
using ladder_array = std::array<std::uint32_t, kernels::ladder_steps * kernels::search_lanes>;

noise_array make_noise()
{
  noise_array all{};
  for (std::size_t i = 0; i < kernels::noise_count; ++i) {
    auto const u = (static_cast<double>(i) + 0.5) / kernels::noise_count;
    all[i] = static_cast<std::uint16_t>(std::lround(-std::log(u) * (1 << kernels::noise_bits)));
  }
  std::uint32_t state = 1;
  for (int i = kernels::noise_count - 1; i > 0; --i) {
    auto const other = kernels::below(kernels::next_random(state), i + 1);
    std::swap(all[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(other)]);
  }
  std::copy_n(all.begin(), kernels::search_lanes, all.begin() + kernels::noise_count);
  return all;
}

/// Temperatures as parts of the makespan: geometric over the rungs, and over the progress.
ladder_array make_ladder()
{
  constexpr double first_warmth = 1e-3, last_warmth = 1e-6;
  constexpr int rungs = kernels::search_lanes, steps = kernels::ladder_steps;
  ladder_array all{};
  for (int step = 0; step < steps; ++step) {
    auto const progress = static_cast<double>(step) / (steps - 1);
    auto const warmth   = first_warmth * std::pow(last_warmth / first_warmth, progress);
    for (int rung = 0; rung < rungs; ++rung) {
      auto const of_rung = std::pow(kernels::ladder_ratio, 0.5 - rung / (rungs - 1.0));
      auto const factor =
        std::ldexp(kernels::makespan_weight * warmth * of_rung, kernels::heat_bits);
      all[static_cast<std::size_t>(step * rungs + rung)] =
        static_cast<std::uint32_t>(std::lround(factor));
    }
  }
  return all;
}

}  // namespace

std::span<std::uint16_t const> noise_table()
{
  static auto const table = make_noise();
  return table;
}

std::span<std::uint32_t const> ladder_table()
{
  static auto const table = make_ladder();
  return table;
}

kernels::group_random random_of(std::uint64_t seed)
{
  return {kernels::mixed(seed), noise_table().data()};
}

}  // namespace heddle
