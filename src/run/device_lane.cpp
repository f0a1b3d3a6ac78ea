#include "src/run/device_lane.hpp"

#include "src/data/residency.hpp"

#include <heddle/data/resident_item.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <thread>
#include <utility>

namespace heddle {
namespace {

constexpr std::size_t num_streams = 4;

residency& places_of(any_access const& access)
{
  return static_cast<resident_item&>(*access.item).places();
}

/// The items of one task in the memory of a device: acquired, and released however it ends.
class acquired_items {
 public:
  acquired_items(std::shared_ptr<device_memory> const& memory,
                 std::vector<any_access> const& accesses)
    : memory_{memory}, accesses_{accesses}
  {
    arguments_.reserve(accesses.size());
  }

  void acquire(stream_ref stream)
  {
    for (auto const& access : accesses_) {
      arguments_.push_back(places_of(access).acquire(memory_, access.how, stream));
    }
  }

  [[nodiscard]] std::vector<argument> const& arguments() const { return arguments_; }

  /// The work that uses them was enqueued.
  void release(shared_event const& ended)
  {
    for (auto const& access : accesses_) places_of(access).release(*memory_, access.how, ended);
    arguments_.clear();
  }

  /// Some of it may have been.
  void release_after_failure(shared_event const& ended)
  {
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      places_of(accesses_[i]).release(*memory_, mode::read, ended);
    }
    arguments_.clear();
  }

  ~acquired_items()
  {
    for (std::size_t i = 0; i < arguments_.size(); ++i) places_of(accesses_[i]).give_up(*memory_);
  }
  acquired_items(acquired_items const&)            = delete;
  acquired_items& operator=(acquired_items const&) = delete;

 private:
  std::shared_ptr<device_memory> const& memory_;
  std::vector<any_access> const& accesses_;
  std::vector<argument> arguments_{};
};

/// Refers to the bodies in the workflow, which outlives the run.
device_work work_of(task_info const& task, std::vector<argument> const& arguments)
{
  auto const& details   = task.declared();
  auto const& simulated = details.simulated ? details.simulated : details.cpu;
  device_work work{task.name, {}, {}, arguments, details.whole_range()};
  if (details.gpu) work.gpu = std::cref(details.gpu);
  if (simulated) work.simulated = std::cref(simulated);
  return work;
}

}  // namespace

device_lane::device_lane(std::shared_ptr<device_memory> memory, workflow const& w,
                         edge_table const& edges)
  : memory_{std::move(memory)},
    workflow_{w},
    edges_{edges},
    stream_of_(w.num_tasks(), -1),
    turn_of_(w.num_tasks())
{
  auto const& name = memory_->where().info().name;
  for (std::size_t s = 0; s < num_streams; ++s) {
    streams_.push_back(
      {std::make_unique<device_stream>(memory_->owner(), fmt::format("{} stream {}", name, s))});
  }
}

/// Fewer events are needed on the stream of the predecessor that was enqueued last.
std::size_t device_lane::choose_stream(task_id task) const
{
  for (auto const before : edges_.predecessors(task)) {
    auto const s = stream_of_[static_cast<std::size_t>(before)];
    if (s < 0) continue;
    auto const& tasks = streams_[static_cast<std::size_t>(s)].tasks;
    if (!tasks.empty() && tasks.back().task == before) return static_cast<std::size_t>(s);
  }
  auto const fewest = std::ranges::min_element(
    streams_, {}, [](lane_stream const& stream) { return stream.tasks.size(); });
  return static_cast<std::size_t>(fewest - streams_.begin());
}

void device_lane::order_after_predecessors(task_id task, std::size_t stream)
{
  for (auto const before : edges_.predecessors(task)) {
    auto const s = stream_of_[static_cast<std::size_t>(before)];
    if (s < 0 || static_cast<std::size_t>(s) == stream) continue;
    auto const& tasks = streams_[static_cast<std::size_t>(s)].tasks;
    auto const found  = std::ranges::find(tasks, before, &enqueued_task::task);
    if (found != tasks.end()) memory_->where().wait(*found->ended, *streams_[stream].stream);
  }
}

void device_lane::enqueue(task_id task)
{
  auto const s = choose_stream(task);
  auto& on     = streams_[s];
  acquired_items items{memory_, workflow_.at(task).declared().accesses};
  items.acquire(*on.stream);
  order_after_predecessors(task, s);
  try {
    memory_->where().launch(work_of(workflow_.at(task), items.arguments()), *on.stream);
  } catch (device_error const&) {
    throw;
  } catch (...) {
    items.release_after_failure(memory_->record(*on.stream));
    throw;
  }
  auto const ended = memory_->record(*on.stream);
  items.release(ended);
  on.tasks.push_back({task, ended, std::chrono::steady_clock::now()});
  stream_of_[static_cast<std::size_t>(task)] = static_cast<signed char>(s);
  turn_of_[static_cast<std::size_t>(task)]   = num_turns_++;
  ++num_enqueued_;
}

auto device_lane::take_ended() -> std::vector<enqueued_task>
{
  std::vector<enqueued_task> ended;
  try {
    for (auto& stream : streams_) take_ended(stream, ended);
  } catch (device_error const&) {
    if (ended.empty()) throw;  // else the next call will
  }
  num_enqueued_ -= ended.size();
  return ended;
}

void device_lane::take_ended(lane_stream& stream, std::vector<enqueued_task>& ended)
{
  auto& tasks = stream.tasks;
  while (!tasks.empty() && tasks.front().ended->has_ended()) {
    ended.push_back(std::move(tasks.front()));
    tasks.pop_front();
    if (!tasks.empty()) tasks.front().first_on_stream = std::chrono::steady_clock::now();
  }
}

auto device_lane::longest_running() const -> std::optional<enqueued_task>
{
  std::optional<enqueued_task> longest;
  for (auto const& [stream, tasks] : streams_) {
    if (tasks.empty()) continue;
    auto const& first = tasks.front();
    if (!longest || first.first_on_stream < longest->first_on_stream) longest = first;
  }
  return longest;
}

std::vector<task_id> device_lane::abandon()
{
  std::vector<task_id> all;
  for (auto& [stream, tasks] : streams_) {
    for (auto const& enqueued : tasks) all.push_back(enqueued.task);
    tasks.clear();
  }
  num_enqueued_ = 0;
  std::ranges::sort(all, {}, [this](task_id t) { return turn_of_[static_cast<std::size_t>(t)]; });
  return all;
}

/// Events behind all that is on the streams; none of a device that failed, for it does nothing
/// more.
std::vector<shared_event> device_lane::record_all()
try {
  std::vector<shared_event> all{memory_->record(memory_->incoming()),
                                memory_->record(memory_->outgoing())};
  for (auto const& each : streams_) all.push_back(memory_->record(*each.stream));
  return all;
} catch (device_error const&) {
  return {};
}

void device_lane::drain(std::chrono::duration<double> longest)
{
  constexpr std::chrono::microseconds pause{50};
  if (memory_->is_lost() && is_idle()) return;
  auto const deadline = std::chrono::steady_clock::now() + longest;
  auto under_way      = record_all();
  auto const is_done  = [](shared_event const& event) {
    try {
      return event->has_ended();
    } catch (device_error const&) {
      return true;
    }
  };
  for (;;) {
    std::erase_if(under_way, is_done);
    if (under_way.empty() || std::chrono::steady_clock::now() > deadline) return;
    std::this_thread::sleep_for(pause);
  }
}

std::string device_lane::place_of(task_id task) const
{
  auto const s = stream_of_[static_cast<std::size_t>(task)];
  return fmt::format("{} {}", memory_->where().info().name,
                     s < 0 ? std::string{"before it was enqueued"} : fmt::format("stream {}", s));
}

}  // namespace heddle
