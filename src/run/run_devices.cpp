// The workers of devices: each enqueues the tasks of one device, and polls for their end.

#include "src/data/residency.hpp"
#include "src/run/poll_pause.hpp"
#include "src/run/run_state.hpp"

#include <heddle/base/error.hpp>
#include <heddle/data/buffer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace heddle {
namespace {

/// More would take memory long before it is needed.
constexpr std::size_t most_enqueued = 64;

/// Starts the item's way home if it is elsewhere.
bool is_home(any_access const& access)
{
  auto* const resident = dynamic_cast<resident_item*>(access.item.get());
  return resident == nullptr || resident->places().prepare_home(access.how);
}

bool is_home(std::vector<any_access> const& accesses)
{
  bool home = true;
  for (auto const& access : accesses) home = is_home(access) && home;
  return home;
}

}  // namespace

void run::state::drive_device(int worker)
{
  auto const w     = static_cast<std::size_t>(worker);
  auto const& lane = *lanes_[w];
  poll_pause pause;
  std::unique_lock lock{mutex_};
  while (!over()) {
    auto const ended_before = ended_;
    bool const has_room     = lane.num_enqueued() < most_enqueued && !without_room_[w];
    if (auto const task = has_room ? take(worker) : std::nullopt) {
      lock.unlock();
      enqueue(*task, worker);
      lock.lock();
      pause.reset();
    } else if (!lane.is_idle() || without_room_[w] || (worker == first_lane_ && !parked_.empty())) {
      lock.unlock();
      poll_device(worker);
      lock.lock();
      if (ended_ != ended_before) pause.reset();
      if (over()) break;
      if (auto const span = pause.next(); span.count() > 0) wake_[w].wait_for(lock, span);
    } else {
      wake_[w].wait(lock);
    }
  }
}

/// Called without the lock, as the following two.
void run::state::enqueue(task_id task, int worker)
{
  auto& lane = *lanes_[static_cast<std::size_t>(worker)];
  outcome result;
  try {
    if (!workflow_.at(task).declared().gpu) {  // a program
      result = execute(task, worker);
      std::lock_guard const lock{mutex_};
      return hand_in(task, std::move(result));
    }
    if (lane.memory().is_lost()) throw device_error{"its device failed before"};
    lane.enqueue(task);
    start_copies_home(task);
    std::lock_guard const lock{mutex_};
    enqueued_[static_cast<std::size_t>(task)] = 1;
    return release(task, successors::on_same_device);
  } catch (out_of_device_memory const& e) {
    std::lock_guard const lock{mutex_};
    if (!lane.is_idle()) {
      without_room_[static_cast<std::size_t>(worker)] = task;
      return;
    }
    return hand_to_cpus(task, e.what());
  } catch (device_error const& e) {
    lane.drain(options_.device_timeout);
    std::lock_guard const lock{mutex_};
    return lose_device(worker, e.what(), task);
  } catch (...) {
    result = failure(task, std::current_exception(), 1);
  }
  std::lock_guard const lock{mutex_};
  hand_in(task, std::move(result));
}

/// What successors on the host read starts on its way behind the task that writes it.
void run::state::start_copies_home(task_id task) const
try {
  auto const& accesses  = workflow_.at(task).declared().accesses;
  auto const is_written = [&](any_access const& read) {
    return std::ranges::any_of(
      accesses, [&](any_access const& a) { return a.item == read.item && writes(a.how); });
  };
  for (auto const successor : costs_.edges().successors(task)) {
    auto const worker = record_.tasks[static_cast<std::size_t>(successor)].planned_worker;
    if (lanes_[static_cast<std::size_t>(worker)]) continue;
    for (auto const& access : workflow_.at(successor).declared().accesses) {
      if (!reads(access.how) || !is_written(access)) continue;
      static_cast<void>(is_home({access.item, mode::read}));
    }
  }
} catch (error const&) {  // the successor will find out
}

void run::state::poll_device(int worker)
{
  auto const w = static_cast<std::size_t>(worker);
  auto& lane   = *lanes_[w];
  try {
    auto const ended = lane.take_ended();
    if (ended.empty()) watch(lane);
    std::lock_guard const lock{mutex_};
    for (auto const& [task, event, first_on_stream] : ended) {
      record_of(task).start_seconds = seconds{first_on_stream - begin_}.count();
      hand_in(task, {});
    }
  } catch (device_error const& e) {
    lane.drain(options_.device_timeout);
    std::lock_guard const lock{mutex_};
    lose_device(worker, e.what(), {});
  }
  if (lane.is_idle() && without_room_[w]) {
    enqueue(*std::exchange(without_room_[w], std::nullopt), worker);
  }
  if (worker == first_lane_) bring_parked_tasks_home();
}

/// @throw device_error if a task does not end
void run::state::watch(device_lane const& lane) const
{
  auto const longest = lane.longest_running();
  if (!longest) return;
  seconds const running = std::chrono::steady_clock::now() - longest->first_on_stream;
  if (running < options_.device_timeout) return;
  throw device_error{fmt::format("task \"{}\" on {} has not ended for {:.3g} s (device_timeout)",
                                 workflow_.at(longest->task).name, lane.place_of(longest->task),
                                 running.count())};
}

// ---- what goes wrong; all with the lock held ----

/// The task is as if it had not been taken.
void run::state::take_back(task_id task)
{
  --progress_.running;
  record_of(task).worker        = -1;
  record_of(task).start_seconds = -1;
  if (!over()) return;  // it was the last one running while the run is closing
  wake_all();
  over_.notify_all();
}

void run::state::hand_to_cpus(task_id task, std::string const& why)
{
  bool const has_cpu = std::ranges::any_of(
    machine_.resources, [](auto const& r) { return r.kind == resource_kind::cpu; });
  if (!workflow_.at(task).declared().cpu || !has_cpu) {
    auto const cause = std::make_exception_ptr(device_error{why});
    return hand_in(task, failure(task, cause, 1));
  }
  take_back(task);
  planned_queue_->hand_to_cpus(task);
  if (missing_[static_cast<std::size_t>(task)] > 0) return;
  planned_queue_->make_ready(task);
  wake_all();
}

/// What was under way on the device has no result. The task at fault, which is the first that did
/// not end unless it failed to be enqueued, has failed; others are left to the CPUs. What depends
/// on content that was on the device only fails when it asks for it.
void run::state::lose_device(int worker, std::string const& why,
                             std::optional<task_id> failed_to_enqueue)
{
  auto const w              = static_cast<std::size_t>(worker);
  auto& lane                = *lanes_[w];
  constexpr task_id no_task = -1;
  bool const is_new         = !lane.memory().is_lost() || !lane.is_idle();
  lane.memory().mark_lost();
  auto const longest = lane.longest_running();
  auto const fault   = !is_new   ? no_task
                       : longest ? longest->task
                                 : failed_to_enqueue.value_or(no_task);
  auto affected      = lane.abandon();
  for (auto const task : affected) {
    enqueued_[static_cast<std::size_t>(task)] = 0;
    for (auto const successor : costs_.edges().successors(task)) {
      if (!is_on_same_device(task, successor)) continue;
      if (missing_[static_cast<std::size_t>(successor)]++ == 0) planned_queue_->unready(successor);
    }
  }
  if (failed_to_enqueue) affected.push_back(*failed_to_enqueue);
  if (without_room_[w]) affected.push_back(*std::exchange(without_room_[w], std::nullopt));
  if (fault != no_task) {
    auto const cause =
      std::make_exception_ptr(device_error{fmt::format("{}: {}", lane.place_of(fault), why)});
    std::erase(affected, fault);
    hand_in(fault, failure(fault, cause, 1));
  }
  for (auto const task : affected) {
    if (record_of(task).status == task_status::skipped) {
      take_back(task);
    } else {
      hand_to_cpus(task, why);
    }
  }
  wake_all();
}

// ---- tasks on the host whose items are elsewhere ----

/// @return whether the task was parked; otherwise it can start
bool run::state::park_until_home(task_id task)
{
  if (options_.replay_scale) return false;
  try {
    if (is_home(workflow_.at(task).declared().accesses)) return false;
  } catch (error const&) {
    return false;  // the task will find out itself, and fail
  }
  std::lock_guard const lock{mutex_};
  take_back(task);
  queue_->put_back(task);
  parked_.push_back(task);
  wake_[static_cast<std::size_t>(first_lane_)].notify_one();
  return true;
}

void run::state::bring_parked_tasks_home()
{
  std::unique_lock lock{mutex_};
  auto const parked = parked_;
  lock.unlock();
  for (auto const task : parked) {
    bool home = true;
    try {
      home = is_home(workflow_.at(task).declared().accesses);
    } catch (error const&) {  // ready to fail
    }
    if (!home) continue;
    lock.lock();
    std::erase(parked_, task);
    auto const worker = queue_->make_ready(task);
    if (worker == task_queue::any_worker) {
      wake_anyone();
    } else {
      wake(static_cast<std::size_t>(worker));
    }
    lock.unlock();
  }
}

/// The user may look at memory of his own without asking.
std::exception_ptr run::state::bring_users_memory_home() const
{
  std::exception_ptr error;
  if (first_lane_ < 0) return error;
  for (auto const& task : workflow_.tasks()) {
    for (auto const& access : task.declared().accesses) {
      auto* const item = dynamic_cast<buffer_item*>(access.item.get());
      if (item == nullptr || !item->is_users_memory()) continue;
      try {
        item->bring_home();
      } catch (content_lost const&) {
        if (!error) error = std::current_exception();
      }
    }
  }
  return error;
}

}  // namespace heddle
