#include "src/run/cycle_clock.hpp"

#include <chrono>

namespace heddle {
namespace {

double measure_ticks_per_second()
{
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::microseconds span{50};
  auto const begin_ticks = clock_ticks();
  auto const begin       = clock::now();
  auto end               = begin;
  while (end - begin < span) end = clock::now();
  auto const ticks = static_cast<double>(clock_ticks() - begin_ticks);
  return ticks / std::chrono::duration<double>(end - begin).count();
}

}  // namespace

double clock_ticks_per_second()
{
  static double const rate = measure_ticks_per_second();
  return rate;
}

}  // namespace heddle
