#include "src/run/run_state.hpp"

#include "src/run/affinity.hpp"
#include "src/run/steady_time.hpp"
#include "src/run/task_failure.hpp"

#include <heddle/base/error.hpp>
#include <heddle/trace/nvtx.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace heddle {

void run::state::work(int worker)
{
  auto const& resource = machine_.resources[static_cast<std::size_t>(worker)];
  if (resource.kind == resource_kind::cpu) bind_this_thread(resource.os_index);
  name_this_thread(resource.id);
  bound_.count_down();
  go_.wait();
  if (!takes_part(worker)) return;
  if (lanes_[static_cast<std::size_t>(worker)]) return drive_device(worker);
  std::unique_lock lock{mutex_};
  while (!over()) {
    if (auto const task = take(worker)) {
      run_task(*task, worker, lock);
    } else {
      wait_or_help(worker, lock);
    }
  }
}

void run::state::run_task(task_id task, int worker, std::unique_lock<std::mutex>& lock)
{
  if (first_lane_ >= 0) {
    lock.unlock();
    bool const parked = park_until_home(task);
    lock.lock();
    if (parked) return;
  }
  if (backup_quantile(task) > 0) {
    begin_contest(task);
    return run_copy(task, worker, 0, lock);
  }
  bool const is_stage = is_stage_[static_cast<std::size_t>(task)] != 0;
  if (is_stage) begin_stage();
  lock.unlock();
  auto result = execute(task, worker);
  lock.lock();
  if (is_stage) end_stage();
  hand_in(task, std::move(result));
}

/// Bodies under way, of tasks, of their backups, and of parts of stages.
std::size_t run::state::num_at_work() const
{
  return progress_.running + num_backups_ + num_helping_;
}

/// Until this worker is woken.
void run::state::wait_or_help(int worker, std::unique_lock<std::mutex>& lock)
{
  auto const w   = static_cast<std::size_t>(worker);
  bool const may = num_at_work() < most_running_;
  if (auto const task = may ? straggler() : std::nullopt) {
    return run_copy(*task, worker, 1, lock);
  }
  asleep_[w] = 1;
  if (num_stages_ > 0 && may) {
    help(w, lock);
  } else {
    wake_[w].wait(lock);
  }
  asleep_[w] = 0;
}

/// Does parts of the stages that other workers are at, until there is something of its own to do.
/// `recalled_` is set by who wakes it, under the mutex, as `num_stages_` is changed.
void run::state::help(std::size_t worker, std::unique_lock<std::mutex>& lock)
{
  auto& recalled = recalled_[worker];
  recalled.store(false, std::memory_order_relaxed);
  ++num_helping_;
  lock.unlock();
  {
    executor::visit const here{*helpers_};
    helpers_->work_until(here.self(), [this, &recalled] {
      return recalled.load(std::memory_order_relaxed) ||
             num_stages_.load(std::memory_order_relaxed) == 0;
    });
  }
  lock.lock();
  --num_helping_;
}

void run::state::begin_stage()
{
  num_stages_.fetch_add(1, std::memory_order_relaxed);
  wake_all();
}

void run::state::end_stage()
{
  num_stages_.fetch_sub(1, std::memory_order_relaxed);
  helpers_->notify_waiters();
}

void run::state::wake(std::size_t worker)
{
  recalled_[worker].store(true, std::memory_order_relaxed);
  wake_[worker].notify_one();
  if (num_stages_.load(std::memory_order_relaxed) > 0) helpers_->notify_waiters();
}

/// Without a schedule that says what runs on a GPU, its worker would only take cores from the
/// others.
bool run::state::takes_part(int worker) const
{
  return planned_ ||
         machine_.resources[static_cast<std::size_t>(worker)].kind == resource_kind::cpu;
}

bool run::state::over() const
{
  return ended_ == progress_.total || (closing_ && progress_.running == 0);
}

std::optional<task_id> run::state::take(int worker)
{
  if (closing_ || num_at_work() >= most_running_) return std::nullopt;
  auto const task = queue_->take(worker);
  if (task) {
    ++progress_.running;
    record_of(*task).worker        = worker;
    record_of(*task).start_seconds = now();
  }
  return task;
}

run::state::outcome run::state::execute(task_id task, int worker)
{
  remove_log(task);
  auto result =
    attempt(task, stop_.get_token(), [&] { runner_.run(task, worker, stop_.get_token()); });
  bool const cut_short = options_.replay_scale && stop_.stop_requested();
  if (cut_short && result.status == task_status::done) result.status = task_status::cancelled;
  return result;
}

/// That of an earlier run.
void run::state::remove_log(task_id task) const
{
  std::error_code ignored;
  if (auto const log = runner_.log_of(task); !log.empty()) std::filesystem::remove(log, ignored);
}

/// As often as the task may be tried, and not after it was told to stop.
run::state::outcome run::state::attempt(task_id task, std::stop_token const& told,
                                        std::function<void()> const& run_once)
{
  auto const& info    = workflow_.at(task);
  bool const is_stage = is_stage_[static_cast<std::size_t>(task)] != 0;
  profiler_range const range{is_stage ? range_kind::stage : range_kind::task, info.name,
                             static_cast<std::uint64_t>(task)};
  auto const attempts = 1 + std::max(0, info.declared().retries);
  for (int attempt = 1;; ++attempt) {
    try {
      if (told.stop_requested()) throw task_failed{"was stopped before it began"};
      run_once();
      return {task_status::done, attempt};
    } catch (...) {
      if (attempt == attempts || told.stop_requested() || is_closing()) {
        return failure(task, std::current_exception(), attempt);
      }
    }
  }
}

bool run::state::is_closing() const
{
  std::lock_guard const lock{mutex_};
  return closing_;
}

run::state::outcome run::state::failure(task_id task, std::exception_ptr const& cause,
                                        int attempts) const
{
  auto const status = stop_.stop_requested() ? task_status::cancelled : task_status::failed;
  return {status, attempts, message_of(cause),
          naming_task(fmt::format("task \"{}\"", workflow_.at(task).name), cause)};
}

void run::state::hand_in(task_id task, outcome result)
{
  auto& record          = record_of(task);
  record.finish_seconds = now();
  record.status         = result.status;
  record.attempts       = result.attempts;
  record.message        = std::move(result.message);
  record.output_path    = runner_.log_of(task).string();
  --progress_.running;
  ++ended_;
  progress_.work_done_seconds += expected_seconds_[static_cast<std::size_t>(task)];
  if (result.status == task_status::done) {
    ++progress_.done;
    release(task,
            enqueued_[static_cast<std::size_t>(task)] ? successors::elsewhere : successors::all);
  } else {
    skip_successors(task);
    if (result.status == task_status::failed) {
      ++progress_.failed;
      if (!first_error_) first_error_ = result.error;
      if (!options_.keep_going) closing_ = true;
    }
  }
  if (over() || most_running_ < wake_.size()) wake_all();
  if (over()) tell_watchers();
}

/// Not with its planned device only, for the task may have been handed to the CPUs.
bool run::state::is_on_same_device(task_id task, task_id successor) const
{
  auto const worker = record_.tasks[static_cast<std::size_t>(task)].worker;
  return record_.tasks[static_cast<std::size_t>(successor)].planned_worker == worker &&
         lanes_[static_cast<std::size_t>(worker)] != nullptr;
}

void run::state::release(task_id task, successors which)
{
  int for_any = 0;
  for (auto const successor : costs_.edges().successors(task)) {
    if (which != successors::all &&
        is_on_same_device(task, successor) != (which == successors::on_same_device)) {
      continue;
    }
    if (--missing_[static_cast<std::size_t>(successor)] > 0) continue;
    auto const worker = queue_->make_ready(successor);
    if (worker != task_queue::any_worker) {
      wake(static_cast<std::size_t>(worker));
    } else if (++for_any > 1 || first_lane_ >= 0) {  // the first is for the calling worker
      wake_anyone();
    }
  }
}

/// Marks all that depends on `task`, directly or not, as skipped.
void run::state::skip_successors(task_id task)
{
  std::vector<task_id> failed{task};
  while (!failed.empty()) {
    auto const before = failed.back();
    failed.pop_back();
    for (auto const successor : costs_.edges().successors(before)) {
      auto& record = record_of(successor);
      if (record.status != task_status::pending) continue;
      record.status = task_status::skipped;
      record.message =
        fmt::format("needs task \"{}\", which did not succeed", workflow_.at(before).name);
      queue_->drop(successor);
      progress_.work_done_seconds += expected_seconds_[static_cast<std::size_t>(successor)];
      ++ended_;
      failed.push_back(successor);
    }
  }
  wake_all();  // a worker may wait for a task that is skipped now
}

/// Of those who help, some may be inside of long parts: all are told then.
void run::state::wake_anyone()
{
  if (num_helping_ > 0) return wake_all();
  auto const sleeper = std::find(asleep_.begin(), asleep_.end(), 1);  // devices' workers set none
  if (sleeper == asleep_.end()) return;
  *sleeper = 0;
  wake(static_cast<std::size_t>(sleeper - asleep_.begin()));
}

void run::state::wake_all()
{
  for (std::size_t w = 0; w < wake_.size(); ++w) wake(w);
}

void run::state::tell_watchers()
{
  over_.notify_all();
  contests_changed_.notify_all();
}

void run::state::watch_deadline()
{
  std::unique_lock lock{mutex_};
  bool const in_time =
    over_.wait_until(lock, later(begin_, options_.deadline), [this] { return over(); });
  lock.unlock();
  if (!in_time) cancel();
}

double run::state::now() const
{
  return seconds{std::chrono::steady_clock::now() - begin_}.count();
}

// ---- from outside ----

run::state::~state()
{
  outer_stop_.reset();
  cancel();
}

/// Closes the run before bodies learn of it: one that ends early for it must not release another.
void run::state::cancel()
{
  {
    std::lock_guard const lock{mutex_};
    stopped_ = true;
    closing_ = true;
    wake_all();
    tell_watchers();
  }
  stop_.request_stop();
}

bool run::state::wait_for(seconds limit)
{
  std::unique_lock lock{mutex_};
  return over_.wait_until(lock, later(std::chrono::steady_clock::now(), limit),
                          [this] { return over(); });
}

progress_state run::state::progress() const
{
  std::lock_guard const lock{mutex_};
  auto snapshot            = progress_;
  snapshot.elapsed_seconds = now();
  return snapshot;
}

report run::state::wait()
{
  {
    std::unique_lock lock{mutex_};
    over_.wait(lock, [this] { return over(); });
  }
  outer_stop_.reset();
  threads_.clear();
  auto const error_at_home = bring_users_memory_home();
  auto result              = make_report();
  if (!result.error) result.error = error_at_home;
  if (!options_.trace.empty()) result.write_trace(options_.trace);
  if (!options_.html.empty()) result.write_html(options_.html);
  return result;
}

report run::state::make_report()
{
  report result;
  for (auto& task : record_.tasks) {
    if (task.status == task_status::pending) task.status = task_status::cancelled;
    record_.makespan_seconds = std::max(record_.makespan_seconds, task.finish_seconds);
    result.tasks.push_back(
      {task.name, task.worker < 0 ? "" : record_.workers[static_cast<std::size_t>(task.worker)],
       task.planned_finish_seconds - task.planned_start_seconds,
       task.finish_seconds - task.start_seconds, task.status, task.message});
  }
  result.makespan_seconds = record_.makespan_seconds;
  result.error            = first_error_;
  result.stopped =
    stopped_ && std::any_of(result.tasks.begin(), result.tasks.end(),
                            [](auto const& t) { return t.status == task_status::cancelled; });
  result.record = std::move(record_);
  return result;
}

}  // namespace heddle
