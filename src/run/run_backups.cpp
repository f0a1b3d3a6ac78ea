// Backup copies of tasks that take longer than others of their kind.
//
// A task that may get one runs in a contest, which lasts until its last copy has ended: only then
// may others write what copies read. The first copy that succeeds is kept, and the other is told to
// stop; who ends last commits what was kept, and hands the task in. All of a contest is guarded by
// the run's mutex but its stop sources, which are thread-safe.
#include "src/run/run_state.hpp"

#include <utility>

namespace heddle {

double run::state::backup_quantile(task_id task) const
{
  if (options_.replay_scale) return 0;
  auto const& details = workflow_.at(task).declared();
  bool const is_plain = is_stage_[static_cast<std::size_t>(task)] == 0;
  if (details.backup_quantile > 0 || !is_plain) return is_plain ? details.backup_quantile : 0;
  return is_program(workflow_.at(task)) ? options_.backup_quantile : 0;
}

/// Somebody asleep may have to look at it later.
void run::state::begin_contest(task_id task)
{
  auto& c         = contests_[task];
  c.start_seconds = record_of(task).start_seconds;
  c.kind          = record_of(task).kind;
  c.quantile      = backup_quantile(task);
  wake_anyone();
}

/// Of the tasks that may get a copy now; else when to look again.
std::optional<task_id> run::state::straggler(double& next_look) const
{
  if (closing_) return std::nullopt;
  auto const time = now();
  for (auto const& [task, c] : contests_) {
    if (c.has_backup || c.num_copies == 0 || c.kept) continue;
    auto const due = c.start_seconds + history_.quantile(c.kind, c.quantile);
    if (due <= time) return task;
    next_look = std::min(next_look, due);
  }
  return std::nullopt;
}

void run::state::run_copy(task_id task, int worker, std::size_t copy,
                          std::unique_lock<std::mutex>& lock)
{
  auto& c = contests_.at(task);
  ++c.num_copies;
  c.has_backup     = copy > 0;
  auto const start = now();
  lock.unlock();
  std::unique_ptr<uncommitted_outputs> outputs;
  if (copy == 0) remove_log(task);
  std::stop_callback const told{stop_.get_token(), [&c, copy] { c.stop[copy].request_stop(); }};
  auto result =
    attempt(task, [&] { outputs = runner_.run_copy(task, copy, c.stop[copy].get_token()); });
  lock.lock();
  end_copy(c, {std::move(result), worker, start, now()}, std::move(outputs));
  if (--c.num_copies == 0) end_contest(task, lock);
}

/// What a copy came to counts if it is the first good one, or there is no good one.
void run::state::end_copy(contest& c, copy_end end, std::unique_ptr<uncommitted_outputs> outputs)
{
  if (c.kept) return;
  if (end.result.status == task_status::done) {
    c.kept = std::move(outputs);
    for (auto& each : c.stop) each.request_stop();
  }
  c.end = std::move(end);
}

void run::state::end_contest(task_id task, std::unique_lock<std::mutex>& lock)
{
  auto c                                = contests_.extract(task);
  auto& [result, worker, start, finish] = c.mapped().end;
  if (c.mapped().kept) {
    lock.unlock();
    try {
      c.mapped().kept->commit();
    } catch (...) {
      result = failure(task, std::current_exception(), result.attempts);
    }
    c.mapped().kept.reset();
    lock.lock();
    history_.add(c.mapped().kind, finish - start);
  }
  record_of(task).worker        = worker;
  record_of(task).start_seconds = start;
  hand_in(task, std::move(result));
  if (!contests_.empty()) wake_anyone();
}

}  // namespace heddle
