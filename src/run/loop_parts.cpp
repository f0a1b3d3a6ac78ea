#include <heddle/run/loop_parts.hpp>

#include "src/run/cycle_clock.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

namespace heddle::detail {
namespace {

constexpr double chunk_seconds         = 10e-6;
constexpr double worth_sharing_seconds = 8e-6;
constexpr double reliable_seconds      = 2e-6;

double ticks_in(double seconds)
{
  static double const rate = clock_ticks_per_second();
  return seconds * rate;
}

}  // namespace

void chunk_size::begin() noexcept
{
  began_at_ = clock_ticks();
}

/// Grows eight times, or to a sixteenth of what is left, at most: the first few indices may be
/// unlike the rest.
void chunk_size::end(std::size_t done, std::size_t left) noexcept
{
  auto const before = static_cast<double>(done);
  auto const ticks  = static_cast<double>(clock_ticks() - began_at_);
  auto const most   = std::clamp(static_cast<double>(left) / (16 * before), 8.0, 256.0);
  auto const growth = std::min(ticks_in(chunk_seconds) / std::max(ticks, 1.0), most);
  auto const wanted = before * growth / static_cast<double>(grain_);
  ticks_per_index_  = ticks / before;
  is_reliable_      = ticks > ticks_in(reliable_seconds);
  multiple_         = std::max<std::size_t>(static_cast<std::size_t>(wanted), 1);
}

bool chunk_size::may_take_long(std::size_t size) const noexcept
{
  return !is_known() || static_cast<double>(size) * ticks_per_index_ > ticks_in(2 * chunk_seconds);
}

bool chunk_size::is_worth_sharing(std::size_t left) const noexcept
{
  return is_reliable_ &&
         static_cast<double>(left) * ticks_per_index_ > ticks_in(worth_sharing_seconds);
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
