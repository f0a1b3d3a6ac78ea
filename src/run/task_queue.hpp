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
};

/// Each worker runs the tasks that a schedule gives it, in the schedule's order, and waits for the
/// next one even while a later one is ready.
class planned_queue final : public task_queue {
 public:
  /// @param position_of the position of each task in a topological order, which orders tasks that
  /// start and end at the same time
  planned_queue(schedule const& s, std::vector<std::int32_t> const& position_of);

  int make_ready(task_id task) override;
  void drop(task_id task) override;
  std::optional<task_id> take(int worker) override;

 private:
  enum class state : char { waiting, ready, dropped };

  struct lane {
    std::vector<task_id> tasks{};
    std::size_t next = 0;
  };

  std::vector<lane> lanes_;     ///< [workers]
  std::vector<int> worker_of_;  ///< [tasks]
  std::vector<state> states_;   ///< [tasks]
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

 private:
  [[nodiscard]] bool less_urgent(task_id a, task_id b) const;

  std::vector<urgency> urgencies_;  ///< [tasks]
  std::vector<task_id> heap_{};     ///< most urgent first
};

}  // namespace heddle
