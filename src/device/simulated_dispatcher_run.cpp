#include "src/device/simulated_dispatcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace heddle {
namespace {

/// Calls the operation; returns what it threw.
std::string fault_of_call(simulated_operation const& op, std::vector<std::byte*> const& contents)
try {
  if (op.run) op.run(contents);
  return {};
} catch (std::exception const& e) {
  return e.what();
} catch (...) {
  return "an exception that is no std::exception";
}

/// What is wrong with the memory the operation names.
std::string fault_of_places(simulated_operation const& op)
{
  for (std::size_t i = 0; i < op.places.size(); ++i) {
    auto const fault = op.places[i].fault_now();
    if (!fault.empty()) return fmt::format("argument {} ({}): {}", i, op.places[i].at, fault);
  }
  return {};
}

bool conflict(simulated_operation const& a, simulated_operation const& b)
{
  return std::any_of(a.touches.begin(), a.touches.end(), [&](auto const& in_a) {
    return std::any_of(b.touches.begin(), b.touches.end(),
                       [&](auto const& in_b) { return in_a.conflicts_with(in_b); });
  });
}

void lose_points(std::deque<simulated_operation> const& queue, std::string const& why)
{
  for (auto const& op : queue) {
    if (!op.reaches) continue;
    op.reaches->now = simulated_point::state::lost;
    op.reaches->why = why;
  }
}

}  // namespace

void simulated_dispatcher::push(simulated_stream& s, simulated_operation op)
{
  op.number = ++last_number_;
  order(s, op);
  contest(s, op);
  s.queue.push_back(std::move(op));
  if (!s.abandoned.empty()) lose_points(s.queue, s.abandoned);
  changed_.notify_all();
}

/// Writes down what ends before it. What has run already need not be known.
void simulated_dispatcher::order(simulated_stream& s, simulated_operation& op)
{
  if (op.waits_for) {
    s.after.add(op.waits_for->order, [&](std::uint64_t stream, std::uint64_t number) {
      auto const found = streams_.find(stream);
      return found != streams_.end() && !found->second.queue.empty() &&
             found->second.queue.front().number <= number;
    });
  }
  op.after = s.after;
  if (op.reaches) {
    op.reaches->order = s.after;
    op.reaches->order.add(s.id, op.number);
  }
}

/// Notes which ones it touches the same memory as and does not wait for.
void simulated_dispatcher::contest(simulated_stream const& s, simulated_operation& op)
{
  if (op.touches.empty()) return;
  for (auto& [id, other] : streams_) {
    if (id == s.id) continue;
    for (auto& earlier : other.queue) {
      if (op.after.holds(id, earlier.number) || !conflict(op, earlier)) continue;
      ++earlier.contesters;
      op.contests.emplace_back(id, earlier.number);
    }
  }
}

/// It has run: those that still wait in their streams lose a contester.
void simulated_dispatcher::yield(simulated_operation const& op)
{
  for (auto const& [id, number] : op.contests) {
    auto const found = streams_.find(id);
    if (found == streams_.end()) continue;
    auto& queue   = found->second.queue;
    auto const at = std::lower_bound(queue.begin(), queue.end(), number,
                                     [](auto const& each, auto n) { return each.number < n; });
    if (at != queue.end() && at->number == number) --at->contesters;
  }
}

/// @return false if nothing can run
bool simulated_dispatcher::run_one(lock& held)
{
  auto* const s = choose();
  if (!s) return false;
  auto op = std::move(s->queue.front());
  s->queue.pop_front();
  s->is_busy = true;
  yield(op);
  perform(*s, op, held);
  if (op.run || !dropped_.empty()) destroy(std::move(op), held);
  s->is_busy = false;
  forget_if_done(*s);
  changed_.notify_all();
  return true;
}

/// Destroys without the lock what has not run.
void simulated_dispatcher::destroy(simulated_operation op, lock& held)
{
  auto dropped = std::exchange(dropped_, {});
  held.unlock();
  dropped.clear();
  op = {};
  held.lock();
}

/// @return false if nothing can run, nor will before the host enqueues more
bool simulated_dispatcher::run_one_or_wait(lock& held)
{
  if (run_one(held)) return true;
  auto const is_busy = [](auto const& each) { return each.second.is_busy; };
  if (std::none_of(streams_.begin(), streams_.end(), is_busy)) return false;
  changed_.wait(held);
  return true;
}

simulated_stream* simulated_dispatcher::choose()
{
  ready_.clear();
  candidates_.clear();
  for (auto& [id, s] : streams_) {
    if (!s.is_ready()) continue;
    auto const& op = s.queue.front();
    ready_.push_back(&s);
    auto const is_copy = op.engine != simulated_engine::none && op.engine != simulated_engine::work;
    candidates_.push_back({id, op.number, is_copy, op.contesters > 0});
  }
  return ready_.empty() ? nullptr : ready_[choice_.pick(candidates_)];
}

void simulated_dispatcher::perform(simulated_stream& s, simulated_operation& op, lock& held)
{
  if (op.waits_for) {
    if (op.waits_for->now == simulated_point::state::lost) return abandon(s, op.waits_for->why);
    s.seconds = std::max(s.seconds, op.waits_for->seconds);
  }
  // After a loss, what ran on the lost unit may still be at it, and nobody could wait for that.
  if (op.frees && !is_any_lost_) simulated_memory::poison(*op.frees);
  account_for(s, op);
  if (!s.abandoned.empty()) return;
  if (op.reaches) {
    op.reaches->now     = simulated_point::state::reached;
    op.reaches->seconds = s.seconds;
  }
  if (op.hangs) s.is_hung = true;
  if (op.run && !op.hangs) perform_work(s, op, held);
}

/// Lets other threads in while it runs.
void simulated_dispatcher::perform_work(simulated_stream& s, simulated_operation& op, lock& held)
{
  std::vector<std::byte*> contents;
  std::vector<std::shared_ptr<std::byte[]>> kept;  // freed meanwhile: a fault of the host, not ours
  for (auto const& place : op.places) {
    auto const& failure = units_[place.unit]->failure;
    if (!failure.empty()) return abandon(s, failure);
    contents.push_back(place.content());
    if (place.memory) kept.push_back(place.memory->content);
  }
  auto fault   = fault_of_places(op);
  double spent = 0;
  if (fault.empty()) {
    held.unlock();
    auto const start = thread_cpu_seconds();
    fault            = fault_of_call(op, contents);
    spent            = thread_cpu_seconds() - start;
    op.run           = nullptr;  // what it holds may call devices when it goes
    held.lock();
  }
  if (!units_[s.unit]->failure.empty()) return;
  if (!fault.empty()) {
    return lose(s.unit, fmt::format("{}: {} on stream \"{}\": {}", simulated_device_name(s.unit),
                                    op.name, s.name, fault));
  }
  spend(s, op, spent);
}

/// Memory is made and released whatever becomes of the rest.
void simulated_dispatcher::account_for(simulated_stream const& s, simulated_operation const& op)
{
  if (op.allocates) simulated_memory::make(*op.allocates);
  if (op.frees) units_[s.unit]->memory.release(*op.frees);
}

void simulated_dispatcher::spend(simulated_stream& s, simulated_operation const& op,
                                 double cpu_seconds)
{
  auto const source = op.engine == simulated_engine::peer ? op.places.back().unit : s.unit;
  s.seconds = occupy(units_[s.unit]->clock, units_[source]->clock, op, options_.units[s.unit],
                     s.seconds, cpu_seconds);
  modelled_seconds_ = std::max(modelled_seconds_, s.seconds);
}

void simulated_dispatcher::lose(std::size_t unit, std::string failure)
{
  units_[unit]->failure = std::move(failure);
  is_any_lost_          = true;
  std::vector<std::uint64_t> done;
  for (auto& [id, s] : streams_) {
    if (s.unit != unit) continue;
    lose_points(s.queue, units_[unit]->failure);
    for (auto& op : s.queue) {
      account_for(s, op);
      dropped_.push_back(std::move(op));
    }
    s.queue.clear();
    s.is_hung = false;
    if (s.is_destroyed && !s.is_busy) done.push_back(id);
  }
  for (auto const id : done) streams_.erase(id);
}

void simulated_dispatcher::abandon(simulated_stream& s, std::string const& why)
{
  if (s.abandoned.empty()) s.abandoned = why;
  lose_points(s.queue, s.abandoned);
}

void simulated_dispatcher::forget_if_done(simulated_stream const& s)
{
  if (s.is_destroyed && !s.is_busy && s.queue.empty() && !s.is_hung) streams_.erase(s.id);
}

}  // namespace heddle
