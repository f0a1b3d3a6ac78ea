/// @file
/// The state of one run: what its workers share.
#pragma once

#include "src/run/device_lane.hpp"
#include "src/run/executor_team.hpp"
#include "src/run/kind_history.hpp"
#include "src/run/task_queue.hpp"
#include "src/run/task_runner.hpp"

#include <heddle/cost/cost_model.hpp>
#include <heddle/run/engine.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace heddle {

/// One run, from its start to its report.
///
/// One mutex guards everything that changes. A worker holds it to take a task and to hand in its
/// result, never while a task runs; so all that a task wrote happens before its successors start. A
/// worker without a task sleeps on a condition variable of its own, and is woken for a task that it
/// can take, or when the run is over. The run is over when every task has ended, or when it is
/// closing (stopped, or a task failed without keep_going) and no task is running.
///
/// The worker of a device enqueues its tasks and polls for their end; both make them `running`. A
/// task whose predecessors on the same device have been enqueued is ready for that device, and for
/// it alone: other successors become ready when a task has ended. A task on the host whose items
/// are still elsewhere is parked until they have come home, which the first device's worker looks
/// after.
class run::state {
 public:
  using device_memories = std::vector<std::shared_ptr<device_memory>>;

  /// @param memories [resources]; null: a resource that runs CPU bodies
  /// @param plan null: a dynamic run
  state(workflow const& w, machine const& m, device_memories const& memories, schedule const* plan,
        run_options options);
  ~state();

  report wait();
  bool wait_for(seconds limit);
  void cancel();
  [[nodiscard]] progress_state progress() const;

 private:
  /// What came of one task.
  struct outcome {
    task_status status = task_status::done;
    int attempts       = 1;
    std::string message{};
    std::exception_ptr error{};
  };

  void prepare_record(schedule const* plan);
  void make_lanes(device_memories const& memories);
  void expect_no_deadlock() const;
  void make_entry_tasks_ready();
  void start_threads();

  void work(int worker);
  void watch_deadline();
  void tell_watchers();
  [[nodiscard]] std::size_t num_at_work() const;
  [[nodiscard]] bool takes_part(int worker) const;
  [[nodiscard]] bool over() const;
  [[nodiscard]] bool is_closing() const;
  [[nodiscard]] std::optional<task_id> take(int worker);
  void remove_log(task_id task) const;
  void run_task(task_id task, int worker, std::unique_lock<std::mutex>& lock);
  outcome execute(task_id task, int worker);
  outcome attempt(task_id task, std::stop_token const& told, std::function<void()> const& run_once);
  outcome failure(task_id task, std::exception_ptr const& cause, int attempts) const;
  void hand_in(task_id task, outcome result);
  enum class successors { on_same_device, elsewhere, all };
  void release(task_id task, successors which);
  [[nodiscard]] bool is_on_same_device(task_id task, task_id successor) const;
  void skip_successors(task_id task);

  // The worker of a device; see run_devices.cpp.
  void drive_device(int worker);
  void enqueue(task_id task, int worker);
  void start_copies_home(task_id task) const;
  void poll_device(int worker);
  void watch(device_lane const& lane) const;
  void lose_device(int worker, std::string const& why, std::optional<task_id> failed_to_enqueue);
  void take_back(task_id task);
  void hand_to_cpus(task_id task, std::string const& why);
  void bring_parked_tasks_home();
  [[nodiscard]] bool park_until_home(task_id task);
  [[nodiscard]] std::exception_ptr bring_users_memory_home() const;
  void wake_anyone();
  void wake_all();
  void wake(std::size_t worker);

  // Copies of tasks that take long; see run_backups.cpp.
  struct copy_end {
    outcome result{};
    int worker            = -1;
    double start_seconds  = 0;
    double finish_seconds = 0;
  };
  struct contest {
    std::string kind{};
    double quantile        = 0;
    double start_seconds   = 0;
    std::size_t num_copies = 0;  ///< under way
    bool has_backup        = false;
    bool was_announced     = false;  ///< to those who have nothing to do, once it took long
    std::array<std::stop_source, 2> stop{};
    std::unique_ptr<uncommitted_outputs> kept{};  ///< of the first copy that was good
    copy_end end{};                               ///< of that, else of the last that was not
  };
  [[nodiscard]] double backup_quantile(task_id task) const;
  void begin_contest(task_id task);
  [[nodiscard]] std::optional<task_id> straggler() const;
  void watch_stragglers();
  void run_copy(task_id task, int worker, std::size_t copy, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] static bool end_copy(contest& c, copy_end end,
                                     std::unique_ptr<uncommitted_outputs>& outputs);
  void end_contest(task_id task, std::unique_lock<std::mutex>& lock);

  // Stages, which other workers may help with.
  void wait_or_help(int worker, std::unique_lock<std::mutex>& lock);
  void help(std::size_t worker, std::unique_lock<std::mutex>& lock);
  void begin_stage();
  void end_stage();
  [[nodiscard]] double now() const;
  [[nodiscard]] task_record& record_of(task_id task)
  {
    return record_.tasks[static_cast<std::size_t>(task)];
  }
  [[nodiscard]] report make_report();

  workflow const& workflow_;
  machine machine_;
  run_options options_;
  cost_model costs_;
  std::vector<char> is_stage_;           ///< [tasks]
  std::unique_ptr<executor> helpers_;    ///< of workers who have nothing to do; null: no stages
  std::optional<executor_team> team_{};  ///< these
  task_runner runner_;
  bool planned_;
  std::size_t most_running_;
  std::vector<double> expected_seconds_{};  ///< [tasks], for the progress line
  std::stop_source stop_{};
  std::chrono::steady_clock::time_point begin_{};

  mutable std::mutex mutex_{};
  std::unique_ptr<task_queue> queue_{};        // guarded by mutex_, as all below
  planned_queue* planned_queue_ = nullptr;     ///< `queue_`, if it is one
  std::vector<std::int32_t> missing_{};        ///< [tasks], predecessors not done
  std::vector<std::condition_variable> wake_;  ///< [workers]
  std::vector<char> asleep_;                   ///< [workers]
  run_record record_{};
  progress_state progress_{};
  std::size_t ended_ = 0;      ///< tasks with a final status
  bool closing_      = false;  ///< nothing more is started
  bool stopped_      = false;  ///< asked to stop
  std::exception_ptr first_error_{};
  std::vector<char> enqueued_;     ///< [tasks], on a device: successors there were released
  std::vector<task_id> parked_{};  ///< taken by a worker, waiting for their items
  std::condition_variable over_{};
  std::map<task_id, contest> contests_{};  ///< of running tasks that may get a backup copy
  kind_history history_{};                 ///< of such tasks
  std::condition_variable contests_changed_{};
  std::size_t num_backups_ = 0;                    ///< copies under way
  std::size_t num_helping_ = 0;                    ///< workers
  std::atomic<int> num_stages_{0};                 ///< that run; helpers read it without the mutex
  std::unique_ptr<std::atomic<bool>[]> recalled_;  ///< [workers], likewise

  std::vector<std::unique_ptr<device_lane>> lanes_;   ///< [workers], each used by its worker alone
  std::vector<std::optional<task_id>> without_room_;  ///< [workers], likewise
  int first_lane_ = -1;                               ///< the worker who looks after parked tasks

  std::latch bound_;  ///< counted down by each worker in its place; then the clock starts
  std::latch go_{1};  ///< opened when the clock has started
  std::optional<std::stop_callback<std::function<void()>>> outer_stop_{};
  std::vector<std::jthread> threads_{};
};

}  // namespace heddle
