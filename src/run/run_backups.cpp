// Backup copies of tasks that take longer than others of their kind.
//
// A task that may get one runs in a contest, which lasts until its last copy has ended: only then
// may others write what copies read. The first copy that succeeds is kept, and the other is told to
// stop; who ends last commits what was kept, and hands the task in. All of a contest is guarded by
// the run's mutex but its stop sources, which are thread-safe.
#include "src/run/run_state.hpp"

#include "src/run/steady_time.hpp"

#include <algorithm>
#include <limits>
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

void run::state::begin_contest(task_id task)
{
  auto& c         = contests_[task];
  c.start_seconds = record_of(task).start_seconds;
  c.kind          = record_of(task).kind;
  c.quantile      = backup_quantile(task);
  contests_changed_.notify_all();
}

/// One that may get a copy now.
std::optional<task_id> run::state::straggler() const
{
  if (closing_) return std::nullopt;
  auto const time = now();
  for (auto const& [task, c] : contests_) {
    if (c.has_backup || c.num_copies == 0 || c.kept) continue;
    if (c.start_seconds + history_.quantile(c.kind, c.quantile) <= time) return task;
  }
  return std::nullopt;
}

/// Wakes who has nothing to do when a task has taken long, once for each: who is busy then looks
/// for stragglers when he is not any more.
void run::state::watch_stragglers()
{
  std::unique_lock lock{mutex_};
  while (!over()) {
    auto const time = now();
    bool is_any     = false;
    double next     = std::numeric_limits<double>::infinity();
    for (auto& [task, c] : contests_) {
      if (c.has_backup) continue;
      auto const due = c.start_seconds + history_.quantile(c.kind, c.quantile);
      if (due > time) {  // perhaps again: the history may have changed since it was announced
        c.was_announced = false;
        next            = std::min(next, due);
      } else if (!c.was_announced) {
        is_any = c.was_announced = true;
      }
    }
    if (is_any) wake_all();
    contests_changed_.wait_until(lock, later(begin_, seconds{next}));
  }
}

void run::state::run_copy(task_id task, int worker, std::size_t copy,
                          std::unique_lock<std::mutex>& lock)
{
  auto& c = contests_.at(task);
  ++c.num_copies;
  c.has_backup = copy > 0;
  num_backups_ += copy;
  auto const start = now();
  lock.unlock();
  if (copy == 0) remove_log(task);
  std::unique_ptr<uncommitted_outputs> outputs;
  outcome result;
  {
    auto const told = c.stop[copy].get_token();
    std::stop_callback const stop_too{stop_.get_token(),
                                      [&c, copy] { c.stop[copy].request_stop(); }};
    result = attempt(task, told, [&] { outputs = runner_.run_copy(task, copy, told); });
  }
  lock.lock();
  bool const is_kept = end_copy(c, {std::move(result), worker, start, now()}, outputs);
  lock.unlock();  // for what follows calls code of users; the contest lasts as long as a copy
  if (is_kept) c.stop[1 - copy].request_stop();
  outputs.reset();
  lock.lock();
  num_backups_ -= copy;
  if (--c.num_copies == 0) return end_contest(task, lock);
  if (most_running_ < wake_.size()) wake_all();
}

/// What a copy came to counts if it is the first good one, or there is no good one.
///
/// @return whether it is the first good one; then the outputs are the contest's
bool run::state::end_copy(contest& c, copy_end end, std::unique_ptr<uncommitted_outputs>& outputs)
{
  if (c.kept) return false;
  bool const is_good = end.result.status == task_status::done;
  if (is_good) c.kept = std::move(outputs);
  c.end = std::move(end);
  return is_good;
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
  contests_changed_.notify_all();  // the history has another time
}

}  // namespace heddle
