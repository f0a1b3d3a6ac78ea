/// @file
/// A made-up run to write reports and traces of.
#pragma once

#include <heddle/trace/run_record.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace heddle {

/// Places tasks on workers: each starts when its predecessors and its worker are done.
class sample_clock {
 public:
  explicit sample_clock(int workers) : free_(static_cast<std::size_t>(workers), 0.0) {}

  int earliest_worker() const
  {
    return static_cast<int>(std::ranges::min_element(free_) - free_.begin());
  }

  double start_on(int worker, double ready, double seconds)
  {
    auto& free       = free_[static_cast<std::size_t>(worker)];
    auto const start = std::max(free, ready);
    free             = start + seconds;
    return start;
  }

  double makespan() const { return *std::ranges::max_element(free_); }

 private:
  std::vector<double> free_;
};

inline void place_sample(run_record& run, task_record& task, sample_clock& planned,
                         sample_clock& measured, double seconds, double noise)
{
  double planned_ready = 0, ready = 0;
  for (auto const p : task.predecessors) {
    auto const& before = run.tasks[static_cast<std::size_t>(p)];
    planned_ready      = std::max(planned_ready, before.planned_finish_seconds);
    ready              = std::max(ready, before.finish_seconds);
  }
  task.worker = task.planned_worker = planned.earliest_worker();
  task.planned_start_seconds        = planned.start_on(task.worker, planned_ready, seconds);
  task.planned_finish_seconds       = task.planned_start_seconds + seconds;
  task.start_seconds  = measured.start_on(task.worker, ready + 0.002, seconds * noise);
  task.finish_seconds = task.start_seconds + seconds * noise;
  task.status         = task_status::done;
  task.attempts       = 1;
}

/// Gives a task that has no failed predecessor a place in time; skips the others.
inline void settle_sample(run_record& run, task_record& task, sample_clock& planned,
                          sample_clock& measured, double seconds, double noise)
{
  bool const blocked = std::ranges::any_of(task.predecessors, [&](std::int32_t p) {
    return run.tasks[static_cast<std::size_t>(p)].status != task_status::done;
  });
  if (blocked) {
    task.status = task_status::skipped;
  } else {
    place_sample(run, task, planned, measured, seconds, noise);
  }
}

/// Layers of tasks of five kinds, each after up to three of the layer before; the same run for the
/// same numbers. With more than 50 tasks one fails, and what depends on it is skipped. Task 1 has a
/// hostile name.
inline run_record sample_run(int tasks, int workers)
{
  static constexpr char const* kinds[] = {"project", "difference", "background", "add", "shrink"};
  std::mt19937_64 random{42};
  std::uniform_real_distribution<double> noise{0.95, 1.2};
  std::lognormal_distribution<double> length{-1.0, 0.6};
  run_record run{.workflow_name = "montage-sample", .algorithm = "heft"};
  for (int w = 0; w < workers; ++w) run.workers.push_back("cpu" + std::to_string(w));
  sample_clock planned{workers}, measured{workers};
  auto const layer = std::clamp(tasks / 5, 2, 3 * workers);
  for (int i = 0; i < tasks; ++i) {
    std::string const kind = kinds[i / layer % 5];
    task_record task{.name = kind + "_" + std::to_string(i), .kind = kind};
    for (int p = i - layer; p >= 0 && p > i - layer - 3; --p) task.predecessors.push_back(p);
    auto const seconds = length(random);
    settle_sample(run, task, planned, measured, seconds, noise(random));
    if (tasks > 50 && i == tasks - layer - 1) {
      task.status  = task_status::failed;
      task.message = "exit status 1: <b>no such file</b>: \"/data/in.fits\"";
    }
    run.tasks.push_back(std::move(task));
  }
  if (tasks > 1)
    run.tasks[1].name = "<script>alert('x')</script> \"quoted\" \xC3\xA9t\xC3\xA9\nsecond line";
  run.makespan_seconds         = measured.makespan();
  run.planned_makespan_seconds = planned.makespan();
  run.lower_bound_seconds      = planned.makespan() * 0.93;
  return run;
}

}  // namespace heddle
