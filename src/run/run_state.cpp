#include "src/run/run_state.hpp"

#include "src/plan/priorities.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <system_error>
#include <utility>

namespace heddle {
namespace {

std::vector<std::int32_t> numbers_of_predecessors(edge_table const& edges)
{
  std::vector<std::int32_t> numbers(edges.num_tasks());
  for (std::size_t t = 0; t < numbers.size(); ++t) {
    numbers[t] = edges.first_predecessor[t + 1] - edges.first_predecessor[t];
  }
  return numbers;
}

std::unique_ptr<planned_queue> make_planned_queue(schedule const& plan, machine const& m,
                                                  edge_table const& edges)
{
  auto const fits = [&](assignment const& a) {
    return a.resource >= 0 && static_cast<std::size_t>(a.resource) < m.resources.size();
  };
  if (plan.tasks.size() != edges.num_tasks() || plan.resource_ids.size() != m.resources.size() ||
      !std::all_of(plan.tasks.begin(), plan.tasks.end(), fits)) {
    throw invalid_argument{fmt::format(
      "engine: the schedule has {} tasks on {} resources, workflow and machine have {} on {}; plan "
      "this "
      "workflow for this engine's machine",
      plan.tasks.size(), plan.resource_ids.size(), edges.num_tasks(), m.resources.size())};
  }
  std::vector<std::int32_t> position_of(edges.num_tasks());
  for (std::size_t i = 0; i < position_of.size(); ++i) {
    position_of[static_cast<std::size_t>(edges.topological_order[i])] =
      static_cast<std::int32_t>(i);
  }
  std::vector<bool> is_cpu;
  for (auto const& r : m.resources) is_cpu.push_back(r.kind == resource_kind::cpu);
  return std::make_unique<planned_queue>(plan, std::move(is_cpu), position_of);
}

std::unique_ptr<ready_queue> make_ready_queue(workflow const& w, cost_model const& costs)
{
  auto const ranks = mean_upward_ranks(costs);
  std::vector<ready_queue::urgency> urgencies;
  urgencies.reserve(ranks.size());
  for (std::size_t t = 0; t < ranks.size(); ++t) {
    urgencies.push_back({w.tasks()[t].declared().priority, ranks[t]});
  }
  return std::make_unique<ready_queue>(std::move(urgencies));
}

/// Which kind of device each task is planned on; none: a CPU, or a GPU without a device.
std::vector<std::optional<device_kind>> kinds_of_devices(
  std::vector<std::shared_ptr<device_memory>> const& memories, schedule const* plan,
  std::size_t num_tasks)
{
  std::vector<std::optional<device_kind>> kinds(num_tasks);
  if (plan == nullptr) return kinds;
  for (std::size_t t = 0; t < std::min(num_tasks, plan->tasks.size()); ++t) {
    auto const r = static_cast<std::size_t>(plan->tasks[t].resource);
    if (r < memories.size() && memories[r]) kinds[t] = memories[r]->where().info().kind;
  }
  return kinds;
}

void expect_a_cpu(machine const& m)
{
  if (std::any_of(m.resources.begin(), m.resources.end(),
                  [](auto const& r) { return r.kind == resource_kind::cpu; }))
    return;
  throw not_supported{
    "engine: a run without a schedule needs a CPU, and this machine has only GPUs"};
}

std::vector<char> which_are_stages(workflow const& w)
{
  std::vector<char> is_stage;
  is_stage.reserve(w.num_tasks());
  for (auto const& task : w.tasks()) {
    is_stage.push_back(!std::holds_alternative<std::monostate>(task.declared().stage));
  }
  return is_stage;
}

/// Without threads of its own; none where there is nothing to help with.
std::unique_ptr<executor> make_helpers(std::vector<char> const& is_stage)
{
  bool const is_any = std::find(is_stage.begin(), is_stage.end(), 1) != is_stage.end();
  return is_any ? std::make_unique<executor>(0) : nullptr;
}

/// What reports colour the task by: its kind, else its name without the number at its end.
std::string kind_to_show(task_info const& task)
{
  if (!task.declared().kind.empty()) return task.declared().kind;
  auto const last = task.name.find_last_not_of("0123456789_-.#~");
  return last == std::string::npos ? std::string{} : task.name.substr(0, last + 1);
}

}  // namespace

// ---- setting up ----

run::state::state(workflow const& w, machine const& m, device_memories const& memories,
                  schedule const* plan, run_options options)
  : workflow_{w},
    machine_{m},
    options_{std::move(options)},
    costs_{w, m},
    is_stage_{options_.replay_scale ? std::vector<char>(w.num_tasks()) : which_are_stages(w)},
    helpers_{make_helpers(is_stage_)},
    runner_{w, costs_, options_, kinds_of_devices(memories, plan, w.num_tasks()),
            helpers_ ? &team_.emplace(*helpers_, static_cast<int>(m.resources.size())) : nullptr},
    planned_{plan != nullptr},
    most_running_{options_.max_parallelism > 0 ? static_cast<std::size_t>(options_.max_parallelism)
                                               : std::numeric_limits<std::size_t>::max()},
    missing_{numbers_of_predecessors(costs_.edges())},
    wake_(m.resources.size()),
    asleep_(m.resources.size(), 0),
    enqueued_(w.num_tasks(), 0),
    recalled_{std::make_unique<std::atomic<bool>[]>(m.resources.size())},
    lanes_(m.resources.size()),
    without_room_(m.resources.size()),
    bound_{static_cast<std::ptrdiff_t>(m.resources.size())}
{
  if (plan != nullptr) {
    auto planned   = make_planned_queue(*plan, m, costs_.edges());
    planned_queue_ = planned.get();
    queue_         = std::move(planned);
    expect_no_deadlock();
    if (!options_.replay_scale) make_lanes(memories);
  } else {
    expect_a_cpu(m);
    queue_ = make_ready_queue(w, costs_);
  }
  prepare_record(plan);
  make_entry_tasks_ready();
  start_threads();
}

void run::state::make_lanes(device_memories const& memories)
{
  for (std::size_t worker = 0; worker < memories.size(); ++worker) {
    if (!memories[worker]) continue;
    lanes_[worker] = std::make_unique<device_lane>(memories[worker], workflow_, costs_.edges());
    if (first_lane_ < 0) first_lane_ = static_cast<int>(worker);
  }
}

/// Plays the schedule's order through, in no time: every task must come to its turn.
void run::state::expect_no_deadlock() const
{
  auto trial   = static_cast<planned_queue const&>(*queue_);
  auto missing = missing_;
  std::vector<int> workers_to_look_at;
  auto const make_ready = [&](task_id task) {
    workers_to_look_at.push_back(trial.make_ready(task));
  };
  for (std::size_t t = 0; t < missing.size(); ++t) {
    if (missing[t] == 0) make_ready(static_cast<task_id>(t));
  }
  std::size_t taken = 0;
  while (!workers_to_look_at.empty()) {
    auto const worker = workers_to_look_at.back();
    workers_to_look_at.pop_back();
    while (auto const task = trial.take(worker)) {
      ++taken;
      for (auto const successor : costs_.edges().successors(*task)) {
        if (--missing[static_cast<std::size_t>(successor)] == 0) make_ready(successor);
      }
    }
  }
  if (taken < missing.size()) {
    throw invalid_argument{
      "engine: the schedule runs a task before one that it depends on; check_schedule says which"};
  }
}

void run::state::prepare_record(schedule const* plan)
{
  auto const scale      = options_.replay_scale.value_or(1.0);
  record_.workflow_name = workflow_.name();
  record_.algorithm     = plan != nullptr ? plan->algorithm : "dynamic";
  record_.tasks.resize(workflow_.num_tasks());
  for (auto const& r : machine_.resources) record_.workers.push_back(r.id);
  if (plan != nullptr) {
    record_.planned_makespan_seconds = plan->makespan_seconds * scale;
    record_.lower_bound_seconds      = plan->lower_bound_seconds * scale;
  }
  for (std::size_t t = 0; t < record_.tasks.size(); ++t) {
    auto const& info  = workflow_.tasks()[t];
    auto& task        = record_.tasks[t];
    auto const before = costs_.edges().predecessors(static_cast<task_id>(t));
    task.name         = info.name;
    task.kind         = kind_to_show(info);
    task.predecessors = {before.begin(), before.end()};
    auto expected     = costs_.mean_execution_seconds(static_cast<task_id>(t)) * scale;
    if (plan != nullptr) {
      auto const& [resource, start, finish] = plan->tasks[t];
      task.planned_worker                   = resource;
      task.planned_start_seconds            = start * scale;
      task.planned_finish_seconds           = finish * scale;
      expected                              = (finish - start) * scale;
    }
    expected_seconds_.push_back(expected);
    progress_.work_total_seconds += expected;
  }
  progress_.total = record_.tasks.size();
}

void run::state::make_entry_tasks_ready()
{
  for (std::size_t t = 0; t < missing_.size(); ++t) {
    if (missing_[t] == 0) queue_->make_ready(static_cast<task_id>(t));
  }
}

void run::state::start_threads()
try {
  for (std::size_t worker = 0; worker < machine_.resources.size(); ++worker) {
    threads_.emplace_back([this, worker] { work(static_cast<int>(worker)); });
  }
  bound_.wait();
  begin_ = std::chrono::steady_clock::now();
  outer_stop_.emplace(options_.stop, [this] { cancel(); });  // at once, if it was asked before
  go_.count_down();
  if (options_.deadline > seconds{}) {
    threads_.emplace_back([this] { watch_deadline(); });
  }
  bool may_back_up = false;
  for (task_id t = 0; t < static_cast<task_id>(workflow_.num_tasks()); ++t) {
    may_back_up = may_back_up || backup_quantile(t) > 0;
  }
  if (may_back_up) threads_.emplace_back([this] { watch_stragglers(); });
} catch (std::system_error const& e) {
  cancel();
  if (!go_.try_wait())
    go_.count_down();  // lets those that did start see that there is nothing to do
  throw system_error{fmt::format("engine: {} worker threads cannot be started: {}",
                                 machine_.resources.size(), e.what())};
}

}  // namespace heddle
