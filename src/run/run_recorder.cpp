#include <heddle/run/run_recorder.hpp>

#include "src/run/cycle_clock.hpp"

#include <heddle/run/task_rows.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <new>
#include <vector>

namespace heddle {
namespace {

struct event {
  std::uint64_t begin;  ///< in ticks
  std::uint64_t end;    ///< in ticks; until it ends, the number of the event around it
  std::uint32_t task;
  bool is_done;
};

/// As an event's number.
constexpr auto no_event = std::numeric_limits<std::uint64_t>::max();

struct placed_event {
  event what;
  int worker;  ///< in the record
};

/// Whose seconds are since the first of them began; they are in order.
task_record record_of(placed_event const& e, std::uint64_t origin, task_rows const& rows)
{
  auto const seconds = [origin](std::uint64_t ticks) {
    return static_cast<double>(ticks - origin) / clock_ticks_per_second();
  };
  return {.name           = rows.name(task_ref{static_cast<task_id>(e.what.task)}),
          .worker         = e.worker,
          .start_seconds  = seconds(e.what.begin),
          .finish_seconds = seconds(e.what.end),
          .status         = e.what.is_done ? task_status::done : task_status::failed,
          .attempts       = 1};
}

}  // namespace

double run_observer::ticks_per_second()
{
  return clock_ticks_per_second();
}

/// Of one worker; cache lines of its own.
struct alignas(64) run_recorder::lane {
  std::vector<event> events{};
  std::uint64_t innermost   = no_event;  ///< of those that have not ended
  std::size_t num_lost_open = 0;         ///< inside of it
};

run_recorder::run_recorder() = default;

run_recorder::~run_recorder()
{
  for (auto& block : blocks_) delete[] block.load(std::memory_order_relaxed);
}

auto run_recorder::place_of(int worker) noexcept -> place
{
  auto const number = static_cast<unsigned>(worker) + 1;
  auto const size   = std::bit_floor(number);
  return {static_cast<std::size_t>(std::bit_width(size)) - 1, size, number - size};
}

/// The compare-and-swap (release) publishes a block's lanes to other workers of it (acquire).
auto run_recorder::lane_of(int worker) -> lane&
{
  auto const at = place_of(worker);
  auto* lanes   = blocks_[at.block].load(std::memory_order_acquire);
  if (lanes == nullptr) [[unlikely]] {
    auto made = std::make_unique<lane[]>(at.size);
    if (blocks_[at.block].compare_exchange_strong(lanes, made.get(), std::memory_order_acq_rel,
                                                  std::memory_order_acquire)) {
      lanes = made.release();
    }
  }
  return lanes[at.index];
}

auto run_recorder::find(int worker) const noexcept -> lane*
{
  auto const at     = place_of(worker);
  auto* const lanes = blocks_[at.block].load(std::memory_order_acquire);
  return lanes != nullptr ? &lanes[at.index] : nullptr;
}

/// In the order of workers.
template <class Visit>
void run_recorder::for_each_lane(Visit const& visit) const
{
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    auto* const lanes = blocks_[b].load(std::memory_order_acquire);
    auto const size   = std::size_t{1} << b;
    for (std::size_t i = 0; lanes != nullptr && i < size; ++i) visit(lanes[i], size - 1 + i);
  }
}

void run_recorder::begin_task(task_moment const& at) noexcept
{
  lane* mine = nullptr;
  try {
    mine = &lane_of(at.worker);
    mine->events.push_back(
      {at.ticks, mine->innermost, static_cast<std::uint32_t>(at.task.id), false});
    mine->innermost = mine->events.size() - 1;
  } catch (std::bad_alloc const&) {
    num_lost_.fetch_add(1, std::memory_order_relaxed);
    if (mine != nullptr) ++mine->num_lost_open;
  }
}

void run_recorder::end_task(task_moment const& at, bool is_done) noexcept
{
  auto* const mine = find(at.worker);
  if (mine == nullptr) return;
  if (mine->num_lost_open > 0) {
    --mine->num_lost_open;
    return;
  }
  if (mine->innermost == no_event) return;
  auto& ended     = mine->events[mine->innermost];
  mine->innermost = ended.end;
  ended.end       = at.ticks;
  ended.is_done   = is_done;
}

run_record run_recorder::record(task_rows const& rows) const
{
  run_record all{.workflow_name = "rows", .algorithm = "dynamic"};
  std::vector<placed_event> events;
  for_each_lane([&](lane const& each, std::size_t worker) {
    if (each.events.empty()) return;
    auto const lane_number = static_cast<int>(all.workers.size());
    for (auto const& e : each.events) events.push_back({e, lane_number});
    all.workers.push_back(fmt::format("worker {}", worker));
  });
  std::ranges::stable_sort(events, {}, [](auto const& e) { return e.what.begin; });
  for (auto const& e : events) {
    all.tasks.push_back(record_of(e, events.front().what.begin, rows));
    all.makespan_seconds = std::max(all.makespan_seconds, all.tasks.back().finish_seconds);
  }
  return all;
}

std::size_t run_recorder::num_lost() const noexcept
{
  return num_lost_.load(std::memory_order_relaxed);
}

void run_recorder::clear() noexcept
{
  for_each_lane([](lane& each, std::size_t) {
    each.events.clear();
    each.innermost = no_event;
  });
  num_lost_.store(0, std::memory_order_relaxed);
}

}  // namespace heddle
