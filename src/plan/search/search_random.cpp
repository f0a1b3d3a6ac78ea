#include "src/plan/search/search_random.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace heddle {
namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;

using noise_table = std::array<std::uint16_t, kernels::noise_count + kernels::search_lanes>;

/// -ln of numbers evenly spread between 0 and 1, in a random order; then the first of them again.
noise_table make_noise()
{
  noise_table all{};
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

}  // namespace

std::uint64_t mixed(std::uint64_t seed) noexcept
{
  seed += golden;
  seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
  seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
  return seed ^ (seed >> 31);
}

std::uint32_t search_random::next() noexcept
{
  state_ += golden;
  return static_cast<std::uint32_t>(mixed(state_) >> 32);
}

search_random::lane_noise search_random::noise() noexcept
{
  static auto const table = make_noise();
  auto const first        = static_cast<std::size_t>(below(kernels::noise_count));
  return std::span{table}.subspan(first).first<kernels::search_lanes>();
}

}  // namespace heddle
