/// @file
/// Which ready task a worker runs next.
#pragma once

#include <heddle/base/units.hpp>
#include <heddle/plan/schedule.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace heddle {

/// Ready tasks, waiting for workers. Not thread-safe: the run's mutex guards it.
class task_queue {
 public:
  static constexpr int any_worker = -1;

  virtual ~task_queue() = default;

  /// `task` may start. Returns the only worker that can take it, or `any_worker`.
  virtual int make_ready(task_id task) = 0;

  /// `task` will never start.
  virtual void drop(task_id task) = 0;

  /// A ready task for this worker, or none at present.
  virtual std::optional<task_id> take(int worker) = 0;

  /// Undoes `take`: the task is not ready any more, and will be at its turn once it is again.
  virtual void put_back(task_id task) = 0;
};

/// Each worker runs the tasks that a schedule gives it, in the schedule's order, and waits for the
/// next one even while a later one is ready. Only tasks that were handed to the CPUs may come
/// between.
class planned_queue final : public task_queue {
 public:
  /// @param is_cpu [resources]
  /// @param position_of the position of each task in a topological order, which orders tasks that
  /// start and end at the same time
  planned_queue(schedule const& s, std::vector<bool> is_cpu,
                std::vector<std::int32_t> const& position_of);

  int make_ready(task_id task) override;
  void drop(task_id task) override;
  std::optional<task_id> take(int worker) override;
  void put_back(task_id task) override;

  /// A ready task that has not been taken is not ready any more.
  void unready(task_id task);

  /// Whichever CPU is free first is to run `task` once it is ready, in place of the worker that
  /// took it from the schedule. It is not ready now.
  void hand_to_cpus(task_id task);

 private:
  enum class state : char { waiting, ready, dropped };

  struct lane {
    std::vector<task_id> tasks{};
    std::size_t next = 0;
  };

  std::vector<lane> lanes_;          ///< [workers]
  std::vector<bool> is_cpu_;         ///< [workers]
  std::vector<int> worker_of_;       ///< [tasks]; any_worker: handed to the CPUs
  std::vector<state> states_;        ///< [tasks]
  std::vector<task_id> for_cpus_{};  ///< handed to them, and ready
};

/// Any worker takes the ready task of highest priority, then of highest upward rank, then of lowest
/// id.
class ready_queue final : public task_queue {
 public:
  /// How urgent each task is; larger is more urgent.
  struct urgency {
    int priority;
    double upward_rank;
  };

  explicit ready_queue(std::vector<urgency> urgencies) : urgencies_{std::move(urgencies)} {}

  int make_ready(task_id task) override;
  void drop(task_id) override {}
  std::optional<task_id> take(int worker) override;
  void put_back(task_id) override {}

 private:
  [[nodiscard]] bool less_urgent(task_id a, task_id b) const;

  std::vector<urgency> urgencies_;  ///< [tasks]
  std::vector<task_id> heap_{};     ///< most urgent first
};

}  // namespace heddle
