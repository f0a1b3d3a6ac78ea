#include "src/run/task_rows_state.hpp"

#include <algorithm>
#include <new>

// Controlled runs: of rows with conditions or semaphores, or with a limit.
//
// Who counts what. `ends_left` is how many tasks were started and have not ended: a task counts
// those that it starts before anyone can take them, and its own end no sooner than it has done so.
// A worker keeps ends to itself (`chain::ends`) and sets them against what it starts next; so the
// sum is never too low, and a loop on one thread touches no shared counter. A worker that sets a
// task aside for others, which may end it at once, keeps the rows alive by one end of its own.

namespace heddle {

/// What one worker does without a pause.
struct task_rows::state::chain {
  worker& me;
  std::uint32_t ends = 0;  ///< not yet taken from `ends_left`
};

/// A task in line for its next semaphore; it has the units of those before. Lies in a block of the
/// worker's pool, for a task may be in several lines if it is started again too early.
struct task_rows::state::waiting_row : detail::job, semaphore::waiter {
  waiting_row(row& r, std::size_t held, worker& me)
    : detail::job{&runner_of_these},
      semaphore::waiter{this, &me.home(), of(r).holdings_of(r)[held].units},
      task{&r},
      num_held{held}
  {
  }

  static constexpr detail::job_runner runner_of_these{&run_resumed};

  row* task;
  std::size_t num_held;
};

detail::job* task_rows::state::run_controlled(job& first, worker& me)
{
  of(first).run_admitted(first, me);
  return nullptr;
}

detail::job* task_rows::state::run_resumed(job& first, worker& me)
{
  of(*static_cast<waiting_row&>(first).task).run_admitted(first, me);
  return nullptr;
}

/// A worker that leaves its place takes what waits for one first. Once all ends are counted, the
/// rows may be gone.
void task_rows::state::run_admitted(job& first, worker& me)
{
  chain c{me};
  auto* j = &first;
  if (is_limited) {
    if (j->runner != this) j = run_waited(*j, c);
    if (j != nullptr && !enter(*j)) j = nullptr;
  }
  for (; j != nullptr; j = is_limited ? leave() : nullptr) run_chain(*j, c);
  if (c.ends > 0) end(c.ends, me);
}

/// One that has its units now, and so must not wait for anything that others may hold: it needs no
/// place.
///
/// @return what to run next
task_rows::row* task_rows::state::run_waited(job& first, chain& c)
{
  auto& waited    = static_cast<waiting_row&>(first);
  auto& r         = *waited.task;
  auto const held = waited.num_held + 1;
  holdings_of(r)[waited.num_held].of->end_wait();
  c.me.blocks().free(&waited);
  return run_one(r, held, c);
}

void task_rows::state::run_chain(job& first, chain& c)
{
  bool const is_row = first.runner == this;
  auto* next        = is_row ? run_one(static_cast<row&>(first), 0, c) : run_waited(first, c);
  while (next != nullptr) next = run_one(*next, 0, c);
}

/// @param held of how many of its semaphores it has the units
/// @return what to run next
task_rows::row* task_rows::state::run_one(row& r, std::size_t held, chain& c)
{
  std::size_t number = no_task;
  bool is_done       = false;
  if (is_stopped.load(std::memory_order_relaxed)) {
    leave_out();
  } else {
    if (!acquire(r, held, c)) return take_own(c.me);
    held = holdings_of(r).size();
    is_done =
      can_observe && observer != nullptr ? perform_observed(r, c.me, number) : perform(r, number);
  }
  release_units(r, held, c.me);
  if (!is_done) {
    ++c.ends;
    return take_own(c.me);
  }
  return start_next(r, number, c);
}

/// Always inline in both, so that observers that are off cost one branch.
[[gnu::always_inline]] inline bool task_rows::state::perform(row& r, std::size_t& number) noexcept
{
  return attempt(
    r, [&]() __attribute__((always_inline)) {
      if (has(index_of(r), is_condition)) {
        number = r.choose(r.capture);
      } else {
        r.call(r.capture);
      }
    });
}

[[gnu::noinline]] bool task_rows::state::perform_observed(row& r, worker const& me,
                                                          std::size_t& number) noexcept
{
  return observe(r, me, [&] { return perform(r, number); });
}

/// After the end of a task.
task_rows::row* task_rows::state::start_next(row const& r, std::size_t number, chain& c) noexcept
{
  if (has(index_of(r), is_condition)) {
    if (auto* const next = find_chosen(r, number)) return next;  // one ends, one starts
    ++c.ends;
    return take_own(c.me);
  }
  c.me.open();
  auto* const next = release_met(r, c);
  c.me.share();
  c.me.close();
  return next != nullptr ? next : take_own(c.me);
}

task_rows::row* task_rows::state::find_chosen(row const& r, std::size_t number) noexcept
{
  if (number >= r.successors) return nullptr;
  auto const next = successors[r.first_successor + number];
  return next != no_task ? &rows[next] : nullptr;
}

/// @return the last that it starts; the others are on the stack, and counted
task_rows::row* task_rows::state::release_met(row const& r, chain& c) noexcept
{
  bool const alone   = is_alone(c.me);
  std::uint32_t more = 0;
  row* next          = nullptr;
  auto const* each   = successors.data() + r.first_successor;
  for (auto const* const end_of_row = each + r.successors; each != end_of_row; ++each) {
    auto& after = rows[*each];
    if (after.predecessors > 1 && !is_met(after, alone)) continue;
    if (next != nullptr) {
      c.me.push(*next);
      ++more;
    }
    next = &after;
  }
  if (next == nullptr) ++c.ends;
  auto const own = std::min(more, c.ends);
  c.ends -= own;
  if (more > own) ends_left.fetch_add(more - own, std::memory_order_relaxed);
  return next;
}

/// Counts one end before it. The last of a round begins the next round in the same step. All that
/// do so form one chain of read-modify-writes, in which the last (acquire) sees what the others did
/// (release).
bool task_rows::state::is_met(row& after, bool is_alone) noexcept
{
  std::atomic_ref const missing{after.missing};
  auto now        = missing.load(std::memory_order_relaxed);
  auto const then = [&] { return now == 1 ? after.predecessors : now - 1; };
  if (is_alone) {
    missing.store(then(), std::memory_order_relaxed);
  } else {
    while (!missing.compare_exchange_weak(now, then(), std::memory_order_acq_rel,
                                          std::memory_order_relaxed)) {
    }
  }
  return now == 1;
}

/// What is on top of the stack, if it is of these rows.
task_rows::row* task_rows::state::take_own(worker& me) noexcept
{
  me.open();
  auto* const j     = me.pop();
  bool const is_own = j != nullptr && j->runner == this;
  if (j != nullptr && !is_own) me.push(*j);
  me.share();
  me.close();
  return is_own ? static_cast<row*>(j) : nullptr;
}

// ---- semaphores ----

auto task_rows::state::holdings_of(row const& r) const noexcept -> std::span<holding const>
{
  if (holdings.empty()) return {};
  auto const* const first = first_holding.data() + index_of(r);
  return {holdings.data() + first[0], holdings.data() + first[1]};
}

/// @return whether it has all of its units; else it is in a line, and may run elsewhere by now
bool task_rows::state::acquire(row& r, std::size_t held, chain& c) noexcept
{
  auto const wanted = holdings_of(r);
  for (; held < wanted.size(); ++held) {
    auto& s = *wanted[held].of;
    if (s.try_acquire(wanted[held].units)) continue;
    keep_alive(c);
    static_assert(sizeof(waiting_row) <= detail::block_bytes);
    auto* const w = ::new (c.me.blocks().allocate()) waiting_row{r, held, c.me};
    if (!s.acquire_or_wait(*w)) return false;
    c.me.blocks().free(w);
  }
  return true;
}

void task_rows::state::keep_alive(chain& c) noexcept
{
  if (c.ends > 0) return;
  ends_left.fetch_add(1, std::memory_order_relaxed);
  c.ends = 1;
}

void task_rows::state::release_units(row const& r, std::size_t held, worker& me) noexcept
{
  for (auto const& h : holdings_of(r).first(held)) h.of->release(h.units, me);
}

// ---- a limit ----

/// Whether the calling worker has a place now; else `j` waits for who leaves one.
bool task_rows::state::enter(job& j) noexcept
{
  std::lock_guard const lock{places_mutex};
  if (num_places > 0) {
    --num_places;
    return true;
  }
  without_place.push_back(&j);
  return false;
}

/// @return what waits for a place, which the calling worker keeps then
detail::job* task_rows::state::leave() noexcept
{
  std::lock_guard const lock{places_mutex};
  if (without_place.empty()) {
    ++num_places;
    return nullptr;
  }
  auto* const j = without_place.back();
  without_place.pop_back();
  return j;
}

}  // namespace heddle
