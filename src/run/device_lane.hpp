/// @file
/// What one run has under way on one device.
#pragma once

#include "src/data/device_memory.hpp"

#include <heddle/workflow/edge_table.hpp>
#include <heddle/workflow/workflow.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace heddle {

/// The tasks that a run has enqueued on one device. Only the device's worker thread uses it.
///
/// Tasks go on a few pooled streams: behind their last predecessor if that is the last on its
/// stream, else on the stream with the fewest tasks. Events tie them to the predecessors on other
/// streams, and the residency of items ties them to all transfers.
class device_lane {
 public:
  /// A task that has been enqueued, and not been seen to end.
  struct enqueued_task {
    task_id task;
    shared_event ended;
    std::chrono::steady_clock::time_point first_on_stream;  ///< since when nothing is before it
  };

  /// @throw device_error
  device_lane(std::shared_ptr<device_memory> memory, workflow const& w, edge_table const& edges);

  [[nodiscard]] device_memory& memory() const noexcept { return *memory_; }
  [[nodiscard]] bool is_idle() const noexcept { return num_enqueued_ == 0; }
  [[nodiscard]] std::size_t num_enqueued() const noexcept { return num_enqueued_; }

  /// Enqueues the task's transfers and its body.
  ///
  /// @throw out_of_device_memory with nothing enqueued
  /// @throw device_error, or what the body throws
  void enqueue(task_id task);

  /// Takes out the tasks that have ended.
  ///
  /// @throw device_error if there are none, and the device has failed
  [[nodiscard]] std::vector<enqueued_task> take_ended();

  /// The task that has been the first on its stream for longest; none if the lane is idle.
  [[nodiscard]] std::optional<enqueued_task> longest_running() const;

  /// Takes out all tasks, in the order in which they were enqueued.
  [[nodiscard]] std::vector<task_id> abandon();

  /// Waits until all that is on the device has ended or failed, for as long as this: a device that
  /// is to be given up may still work on what others go on with. Nothing on a lost device.
  void drain(std::chrono::duration<double> longest);

  /// "NAME stream 2": where the task was enqueued.
  [[nodiscard]] std::string place_of(task_id task) const;

 private:
  struct lane_stream {
    std::unique_ptr<device_stream> stream;
    std::deque<enqueued_task> tasks{};
  };

  [[nodiscard]] std::size_t choose_stream(task_id task) const;
  static void take_ended(lane_stream& stream, std::vector<enqueued_task>& ended);
  [[nodiscard]] std::vector<shared_event> record_all();
  void order_after_predecessors(task_id task, std::size_t stream);

  std::shared_ptr<device_memory> memory_;
  workflow const& workflow_;
  edge_table const& edges_;
  std::vector<lane_stream> streams_{};
  std::vector<signed char> stream_of_;  ///< [tasks], -1: not enqueued
  std::vector<std::uint32_t> turn_of_;  ///< [tasks], the order in which they were enqueued
  std::uint32_t num_turns_  = 0;
  std::size_t num_enqueued_ = 0;
};

}  // namespace heddle
