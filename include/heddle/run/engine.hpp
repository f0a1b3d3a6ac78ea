/// @file
/// The engine: runs a workflow on the workers of a machine, after a schedule or without one.
#pragma once

#include <heddle/base/units.hpp>
#include <heddle/device/device.hpp>
#include <heddle/plan/schedule.hpp>
#include <heddle/run/executor.hpp>
#include <heddle/run/prepared_workflow.hpp>
#include <heddle/run/report.hpp>
#include <heddle/topology/machine.hpp>
#include <heddle/trace/progress.hpp>
#include <heddle/workflow/workflow.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace heddle {

class device_memory;

/// How a run behaves. Options that a run does not need keep their defaults.
struct run_options {
  int max_parallelism = 0;            ///< tasks at once; 0: as many as there are workers
  bool keep_going     = false;        ///< after a failure, finish what does not depend on it
  seconds deadline{};                 ///< the run is stopped this long after its start; 0: never
  std::stop_token stop{};             ///< asks the run to stop
  std::filesystem::path cache_dir{};  ///< for results; not supported yet
  std::filesystem::path trace{};      ///< Chrome/Perfetto trace to write at the end
  std::filesystem::path html{};       ///< HTML report to write at the end

  std::filesystem::path directory{"."};  ///< the run directory: where the files of programs lie
  double backup_quantile = 0;  ///< a program that takes longer than this quantile of its kind's
                               ///< execution times gets a backup copy where a worker has nothing to
                               ///< do, and the first of the two to succeed counts; 0: none
  std::optional<double> replay_scale{};  ///< burn this many times the expected seconds of each
                                         ///< task, instead of running it
  std::size_t output_limit_bytes = std::size_t{64}
                                   << 20;  ///< of a program's printed output to keep
  seconds kill_grace{2.0};                 ///< between asking a program to end and killing it
  seconds device_timeout{60.0};  ///< a task that is next on its stream and does not end for
                                 ///< so long fails, and its device with it, which gets as long
                                 ///< again to end what else it is at
};

/// A run under way. Movable; destroying it cancels the run and waits for its end.
class run {
 public:
  /// Waits for the end of the run and returns its report. May be called once.
  ///
  /// A failed task is not thrown but reported in `report::error`.
  ///
  /// @throw system_error if a trace or report cannot be written
  report wait();

  /// Waits for the end of the run, but at most `limit`; whether it has ended.
  [[nodiscard]] bool wait_for(seconds limit);

  /// Asks the run to stop: running programs are ended, long bodies see their stop token, loops and
  /// pipelines end behind the parts and tokens they are at, what has not started is not started.
  /// Thread-safe.
  void cancel();

  /// How far the run is. Thread-safe.
  [[nodiscard]] progress_state progress() const;

  run(run&&) noexcept;
  run& operator=(run&&) noexcept;
  ~run();

 private:
  friend class engine;
  class state;
  explicit run(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

/// Runs workflows with one worker thread per resource of its machine, bound to the resource's
/// processing unit. Workers that have nothing to do help with the loops, reductions, pipelines and
/// races of others.
///
/// The worker of a GPU enqueues the GPU bodies of its tasks on streams, and never waits for them: a
/// task that follows others on the same device is enqueued behind them. What bodies access is moved
/// between host and devices on demand. Where memory of the device runs out, copies that are not
/// needed are evicted, then the CPU body is run instead. When a device fails, the task at fault
/// fails, and what needs results that were on the device only; other tasks go on with their CPU
/// bodies. A GPU resource without a device runs the CPU bodies of its tasks.
///
/// With a schedule, each worker runs its tasks in the planned order; without one, any worker takes
/// the ready task of highest priority, then of highest upward rank; where there are devices and
/// bodies for them, HEFT makes the schedule. A task that takes several cores is run by the worker
/// of the first; the others are not kept from their own tasks meanwhile, and nothing waits for the
/// release of a task. Thread-safe: several runs may be under way at once, on
/// workers of their own.
///
/// A task is a C++ body, an external program or, in a replay, burnt time. A program runs in a
/// private folder in which its declared inputs are linked; its declared outputs are renamed into
/// the run directory once it has succeeded. What it prints goes to `.heddle/logs/<task>.log` there.
class engine {
 public:
  /// GPUs with an `os_index` are the CUDA devices of these ordinals, where this build and this
  /// machine have them.
  explicit engine(machine m);

  /// The GPUs of the machine, in their order, are `devices`.
  ///
  /// @throw invalid_argument if their numbers differ
  engine(machine m, std::vector<std::shared_ptr<device>> const& devices);

  /// Starts `w` after `s`, which must have been made for this machine. The workflow must outlive
  /// the run; one run of a workflow with C++ bodies at a time.
  ///
  /// @throw invalid_argument if `s` does not fit workflow and machine
  /// @throw not_supported    naming a task that cannot run here, before anything starts
  /// @throw system_error     if the run directory cannot be used
  [[nodiscard]] run start(workflow const& w, schedule const& s, run_options options = {});

  /// Starts `w` without a schedule.
  [[nodiscard]] run start(workflow const& w, run_options options = {});

  /// Runs `w` without a schedule to its end.
  [[nodiscard]] report run_to_end(workflow const& w, run_options options = {});

  /// Freezes a workflow with C++ bodies for CPUs, to be run many times at little cost. Of tasks
  /// that are ready at once, the one that `s` starts first goes first; where it runs is left to the
  /// threads.
  ///
  /// @throw invalid_argument if `s` has another number of tasks
  /// @throw not_supported    naming a task that has no body for CPUs
  /// @throw cycle_error      if the edges close a circle
  [[nodiscard]] prepared_workflow prepare(workflow const& w, schedule const& s);

  /// The same without a schedule: the task of higher priority, then of higher upward rank goes
  /// first.
  [[nodiscard]] prepared_workflow prepare(workflow const& w);

  /// The threads for prepared workflows, loops, groups and calls: made when they are first asked
  /// for, one thread less than the machine has CPUs, each bound to one. Copies of an engine share
  /// them.
  [[nodiscard]] executor& threads();

  [[nodiscard]] machine const& where() const noexcept { return machine_; }

 private:
  struct lazy_threads;
  [[nodiscard]] prepared_workflow prepare(workflow const& w, std::vector<double> const& priorities);

  machine machine_;
  std::vector<std::shared_ptr<device_memory>> memories_{};  ///< [resources]; null: runs on a CPU
  std::shared_ptr<lazy_threads> threads_;
};

}  // namespace heddle
