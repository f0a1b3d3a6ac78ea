#include <heddle/plan/check_schedule.hpp>

#include "src/plan/check_constraints.hpp"
#include "src/plan/check_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

double tolerance(double time)
{
  return 1e-6 * std::max(1.0, std::abs(time));
}

/// Judges one schedule. Everything is worked out anew from workflow and machine, in the plainest
/// way.
class judge {
 public:
  judge(schedule const& s, workflow const& w, machine const& m, machine_state const& began,
        std::size_t max_findings)
    : schedule_{s},
      workflow_{w},
      machine_{m},
      constraints_{w, m, began},
      max_findings_{max_findings},
      usable_(s.tasks.size())
  {
  }

  std::vector<std::string> findings() &&
  {
    check_names();
    check_further_cores();
    if (findings_.empty()) {
      estimate_unknown_seconds();
      for (std::size_t t = 0; t < schedule_.tasks.size(); ++t) check_task(t);
      check_edges();
      check_overlaps();
      check_memory();
      check_makespan();
    }
    return std::move(findings_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> text, Args&&... args)
  {
    if (findings_.size() < max_findings_) {
      findings_.push_back(fmt::format(text, std::forward<Args>(args)...));
    }
  }

  void check_names()
  {
    if (schedule_.tasks.size() != workflow_.num_tasks() ||
        schedule_.task_names.size() != workflow_.num_tasks()) {
      add("{} tasks scheduled, {} named, {} in the workflow", schedule_.tasks.size(),
          schedule_.task_names.size(), workflow_.num_tasks());
      return;
    }
    for (std::size_t t = 0; t < workflow_.num_tasks(); ++t) {
      if (schedule_.task_names[t] != workflow_.tasks()[t].name) {
        add("task {} is \"{}\", in the workflow \"{}\"", t, schedule_.task_names[t],
            workflow_.tasks()[t].name);
      }
    }
    if (schedule_.resource_ids.size() != machine_.resources.size()) {
      add("{} resources named, {} in the machine", schedule_.resource_ids.size(),
          machine_.resources.size());
      return;
    }
    for (std::size_t r = 0; r < machine_.resources.size(); ++r) {
      if (schedule_.resource_ids[r] != machine_.resources[r].id) {
        add("resource {} is \"{}\", in the machine \"{}\"", r, schedule_.resource_ids[r],
            machine_.resources[r].id);
      }
    }
  }

  /// Seconds of a task that declares none: the platform's least, or the mean of what is declared.
  void estimate_unknown_seconds()
  {
    double sum = 0, known = 0;
    for (auto const& task : workflow_.tasks()) {
      if (std::isnan(task.cpu_seconds)) continue;
      sum += task.cpu_seconds;
      known += 1;
    }
    unknown_seconds_ = known > 0 ? sum / known : 0.001;
    if (machine_.least_task_seconds > 0) unknown_seconds_ = machine_.least_task_seconds;
  }

  /// Infinite where the task cannot run.
  double execution(task_info const& task, resource const& r) const
  {
    auto const& details        = task.declared();
    bool const is_cpp          = static_cast<bool>(details.cpu) || static_cast<bool>(details.gpu);
    bool const has_gpu_seconds = !std::isnan(task.gpu_seconds);
    double seconds             = task.gpu_seconds;
    if (r.kind == resource_kind::gpu) {
      if (!has_gpu_seconds || (is_cpp && !details.gpu)) return infinite;
    } else {
      if (is_cpp && !details.cpu) return infinite;
      bool const for_gpus_alone = has_gpu_seconds && std::isnan(task.cpu_seconds) && !details.cpu &&
                                  !details.run && details.stage.index() == 0;
      if (for_gpus_alone) return infinite;
      seconds = cpu_seconds(task);
    }
    return std::max(seconds, machine_.least_task_seconds) / r.speed;
  }

  double cpu_seconds(task_info const& task) const
  {
    if (!std::isnan(task.cpu_seconds)) return task.cpu_seconds;
    auto const& analytic = task.declared().analytic;
    if (!analytic) return unknown_seconds_;
    auto const computing = analytic->flops / machine_.flops_per_second;
    auto const moving    = analytic->bytes / machine_.bytes_per_second;
    return computing > moving ? computing : moving;
  }

  /// That they belong to tasks of the schedule and exist, in the order of the tasks.
  void check_further_cores()
  {
    task_id before = 0;
    for (auto const& [task, r] : schedule_.further_cores) {
      bool const exists =
        index(task) < schedule_.tasks.size() && index(r) < machine_.resources.size();
      if (!exists || task < before) {
        add("a further core: resource {} of {}, of task {} behind task {}", r,
            machine_.resources.size(), task, before);
      }
      before = task;
    }
  }

  /// All resources of a task, its first one first.
  std::vector<int> resources_of(std::size_t t) const
  {
    std::vector<int> all{schedule_.tasks[t].resource};
    for (auto const& further : schedule_.further_cores_of(static_cast<task_id>(t)))
      all.push_back(further.resource);
    return all;
  }

  void check_task(std::size_t t)
  {
    auto const& [r, start, finish] = schedule_.tasks[t];
    auto const& task               = workflow_.tasks()[t];
    if (r < 0 || index(r) >= machine_.resources.size()) {
      return add("task \"{}\": resource {} of {}", task.name, r, machine_.resources.size());
    }
    if (!std::isfinite(start) || !std::isfinite(finish) || start < 0 || finish < start) {
      return add("task \"{}\": from {} to {}", task.name, start, finish);
    }
    usable_[t]           = true;
    auto const resources = resources_of(t);
    if (auto const why = constraints_.why_not(task, resources); !why.empty()) {
      return add("task \"{}\" {}", task.name, why);
    }
    double execution = 0;
    for (auto const each : resources) {
      check_free(each, task, start);
      execution = std::max(execution, this->execution(task, machine_.resources[index(each)]));
    }
    check_times(static_cast<task_id>(t), execution);
  }

  void check_times(task_id t, double execution)
  {
    auto const& [r, start, finish] = schedule_.tasks[index(t)];
    auto const& task               = workflow_.at(t);
    auto const& where              = machine_.resources[index(r)];
    if (std::isinf(execution)) {
      return add("task \"{}\" cannot run on resource \"{}\"", task.name, where.id);
    }
    auto const ready = constraints_.earliest_start(t, where.memory_node);
    if (!(start >= ready - tolerance(ready))) {
      add("task \"{}\" starts at {}, before its release or its inputs at {}", task.name, start,
          ready);
    }
    if (!(std::abs(start + execution - finish) <= tolerance(finish))) {
      add("task \"{}\" runs {} s on resource \"{}\", from {} to {}; it takes {} s", task.name,
          finish - start, where.id, start, finish, execution);
    }
  }

  void check_free(int resource, task_info const& task, double start)
  {
    auto const busy_until = constraints_.free_from(resource);
    if (start >= busy_until - tolerance(busy_until)) return;
    add("task \"{}\" starts at {} on \"{}\", which is busy until {}", task.name, start,
        machine_.resources[index(resource)].id, busy_until);
  }

  /// Bytes of repeated edges add up, as in the table of edges.
  void check_edges()
  {
    std::unordered_map<std::uint64_t, double> bytes_of_pair;
    bytes_of_pair.reserve(workflow_.edges().size());
    for (auto const& e : workflow_.edges()) {
      auto const pair =
        (static_cast<std::uint64_t>(e.from) << 32U) | static_cast<std::uint32_t>(e.to);
      auto const sum = bytes_of_pair[pair] += e.bytes;
      if (usable_[index(e.from)] && usable_[index(e.to)]) check_edge(e.from, e.to, sum);
    }
  }

  void check_edge(task_id from, task_id to, double bytes)
  {
    auto const& before = schedule_.tasks[index(from)];
    auto const& after  = schedule_.tasks[index(to)];
    auto const arrival =
      before.finish_seconds +
      constraints_.transfer(bytes, machine_.resources[index(before.resource)].memory_node,
                            machine_.resources[index(after.resource)].memory_node);
    if (!(after.start_seconds >= arrival - tolerance(arrival))) {
      add("task \"{}\" starts at {}, before what it needs of task \"{}\" is there at {}",
          workflow_.at(to).name, after.start_seconds, workflow_.at(from).name, arrival);
    }
  }

  /// One resource, taken by one task.
  struct interval {
    int resource;
    double start_seconds;
    double finish_seconds;
    std::string_view task;
  };

  std::vector<interval> all_intervals() const
  {
    std::vector<interval> all;
    for (std::size_t t = 0; t < usable_.size(); ++t) {
      if (!usable_[t]) continue;
      auto const& [first, start, finish] = schedule_.tasks[t];
      for (auto const r : resources_of(t)) {
        all.push_back({r, start, finish, workflow_.tasks()[t].name});
      }
    }
    return all;
  }

  void check_overlaps()
  {
    auto all = all_intervals();
    std::ranges::sort(all, {}, [](interval const& i) {
      return std::tuple{i.resource, i.start_seconds, i.finish_seconds};
    });
    for (std::size_t i = 1; i < all.size(); ++i) {
      auto const& before = all[i - 1];
      auto const& after  = all[i];
      if (before.resource != after.resource) continue;
      if (after.start_seconds >= before.finish_seconds - tolerance(before.finish_seconds)) continue;
      add(
        "tasks \"{}\" and \"{}\" overlap on resource \"{}\": one ends at {}, the other starts at "
        "{}",
        before.task, after.task, machine_.resources[index(before.resource)].id,
        before.finish_seconds, after.start_seconds);
    }
  }

  void check_memory()
  {
    if (std::ranges::count(usable_, false) > 0) return;
    for (auto const& finding : crowded_memory(schedule_, workflow_, machine_)) add("{}", finding);
  }

  void check_makespan()
  {
    double latest = 0;
    for (auto const& task : schedule_.tasks) latest = std::max(latest, task.finish_seconds);
    auto const makespan = schedule_.makespan_seconds;
    if (!(std::abs(makespan - latest) <= tolerance(latest))) {
      add("the makespan is {}, but the last task ends at {}", makespan, latest);
    }
    if (!(schedule_.lower_bound_seconds <= makespan + tolerance(makespan))) {
      add("the lower bound {} is above the makespan {}", schedule_.lower_bound_seconds, makespan);
    }
  }

  schedule const& schedule_;
  workflow const& workflow_;
  machine const& machine_;
  constraints constraints_;
  std::size_t max_findings_;
  std::vector<bool> usable_;  ///< [tasks], whose resource and times can be judged further
  double unknown_seconds_ = 0;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> check_schedule(schedule const& s, workflow const& w, machine const& m,
                                        std::size_t max_findings)
{
  return check_schedule(s, w, m, {}, max_findings);
}

std::vector<std::string> check_schedule(schedule const& s, workflow const& w, machine const& m,
                                        machine_state const& began, std::size_t max_findings)
{
  return judge{s, w, m, began, max_findings}.findings();
}

}  // namespace heddle
