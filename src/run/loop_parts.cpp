#include <heddle/run/loop_parts.hpp>

#include "src/run/cycle_clock.hpp"

#include <heddle/base/error.hpp>
#include <heddle/run/bin_counts.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace heddle::detail {
namespace {

constexpr double chunk_seconds    = 10e-6;
constexpr double reliable_seconds = 2e-6;
constexpr double measured_seconds = 0.3e-6;

double ticks_in(double seconds)
{
  static double const rate = clock_ticks_per_second();
  return seconds * rate;
}

}  // namespace

/// To call a thread that sleeps takes a while, and is for loops of some length. It is for short
/// ones, too, where they follow each other so fast that the thread finds the next before it sleeps
/// again: then it is awake, but for the first.
double worth_sharing(worker const& me, std::uint64_t now) noexcept
{
  constexpr double sleeper_seconds = 8e-6, awake_seconds = 1e-6, burst_seconds = 20e-6;
  auto const since_last = static_cast<double>(now - me.loop_ended_at());
  return ticks_in(since_last < ticks_in(burst_seconds) ? awake_seconds : sleeper_seconds);
}

std::uint64_t loop_clock() noexcept
{
  return clock_ticks();
}

void chunk_size::begin() noexcept
{
  looked_at_ = clock_ticks();
}

void chunk_size::believe_usual() noexcept
{
  is_known_ = true;
  aim_at(std::numeric_limits<double>::infinity());
}

void chunk_size::end(std::size_t done, std::size_t left) noexcept
{
  auto const before = static_cast<double>(done);
  auto const rest   = static_cast<double>(left);
  auto const now    = clock_ticks();
  auto const ticks  = static_cast<double>(now - std::exchange(looked_at_, now));
  if (!std::exchange(is_known_, true) && agrees_with_usual(before, ticks)) {
    aim_at(rest / 8);
    return;
  }
  ticks_per_index_ = std::max(ticks, 1.0) / before;
  is_measured_     = ticks > ticks_in(measured_seconds);
  is_reliable_     = ticks > ticks_in(reliable_seconds);
  if (left > 0) aim_at(std::clamp(rest / 16, 8 * before, 256 * before));
}

/// At so many indices or the usual time, what is less: the first few may be unlike the rest.
void chunk_size::aim_at(double most) noexcept
{
  auto const indices = std::min(ticks_in(chunk_seconds) / ticks_per_index_, most);
  auto const wanted  = indices / static_cast<double>(grain_);
  multiple_          = std::max<std::size_t>(static_cast<std::size_t>(wanted), 1);
}

/// A first index may take as long as the cache misses and the look at the clock.
bool chunk_size::agrees_with_usual(double done, double ticks) const noexcept
{
  constexpr double misses_seconds = 0.2e-6;
  return usual_ticks_ > 0 && ticks < std::max(8 * usual_ticks_ * done, ticks_in(misses_seconds));
}

void chunk_size::remember_in(std::atomic<double>& usual_ticks) const noexcept
{
  if (!is_measured_) return;
  auto const known = usual_ticks.load(std::memory_order_relaxed);
  if (std::abs(known - ticks_per_index_) <= known / 8) return;
  usual_ticks.store(ticks_per_index_, std::memory_order_relaxed);
}

bool chunk_size::may_take_long(std::size_t size) const noexcept
{
  return !is_known() || static_cast<double>(size) * ticks_per_index_ > ticks_in(2 * chunk_seconds);
}

bool loop_state::add_part() noexcept
{
  auto const before = parts_.fetch_add(1, std::memory_order_relaxed);
  if (options_.max_parallelism == 0 || before < options_.max_parallelism) return true;
  parts_.fetch_sub(1, std::memory_order_relaxed);  // the caller's own part keeps it above 0
  return false;
}

void expect_room(std::string_view loop, std::size_t input, std::size_t output)
{
  if (output >= input) return;
  throw invalid_argument{
    fmt::format("{}: {} elements do not fit into an output of {}", loop, input, output)};
}

void fail_without_bin(std::size_t bin, std::size_t bins)
{
  throw invalid_argument{fmt::format("histogram: an index is of bin {}, of {} bins", bin, bins)};
}

void loop_state::fail() noexcept
{
  std::lock_guard const lock{mutex_};
  if (!error_) error_ = std::current_exception();
  is_stopped_.store(true, std::memory_order_relaxed);
}

}  // namespace heddle::detail
