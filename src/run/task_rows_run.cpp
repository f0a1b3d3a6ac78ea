#include "src/run/task_rows_state.hpp"

#include "src/run/task_failure.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <functional>
#include <optional>

namespace heddle {

bool task_rows::run(executor& e, rows_options const& options)
{
  auto& s = *state_;
  s.freeze();
  if (s.rows.empty()) return true;
  s.prepare(options);
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  if (options.stop.stop_possible()) {
    on_stop.emplace(options.stop, [&s] { s.is_stopped.store(true, std::memory_order_relaxed); });
  }
  {
    executor::visit const here{e};
    s.start(here.self());
    e.work_until(here.self(), [&s] { return s.ends_left.load(std::memory_order_acquire) == 0; });
  }
  on_stop.reset();
  if (s.error) s.rethrow();
  return s.num_left_out == 0;
}

/// Which way to run them is in the one word that all rows point to: so plain rows pay nothing for
/// what the others need.
void task_rows::state::prepare(rows_options const& options)
{
  if (options.max_parallelism < 0) {
    throw invalid_argument{
      fmt::format("task_rows::run: {} tasks at once; 0 is no limit", options.max_parallelism)};
  }
  if (!can_observe && options.observer != nullptr) {
    throw not_built{"task_rows::run: an observer, but this build of heddle has none"};
  }
  if (!is_armed) arm();
  is_stopped.store(false, std::memory_order_relaxed);
  num_left_out        = 0;
  error               = nullptr;
  observer            = options.observer;
  is_limited          = options.max_parallelism > 0;
  num_places          = options.max_parallelism;
  bool const is_plain = traits.empty() && holdings.empty() && !is_limited;
  is_armed            = is_plain;
  ends_left.store(is_plain ? num_exits : static_cast<std::uint32_t>(entries.size()),
                  std::memory_order_relaxed);
  run = !is_plain             ? &run_controlled
        : observer == nullptr ? &run_plain<false>
                              : &run_plain<can_observe>;
}

void task_rows::state::arm()
{
  for (auto& r : rows) r.missing = r.predecessors;
}

/// A task that waits for a semaphore may go on on any thread without ever having been shared.
void task_rows::state::start(worker& me)
{
  constexpr auto never = std::numeric_limits<std::uint64_t>::max();
  owner                = &me;
  me.open();
  shared_at_start = holdings.empty() ? me.num_shared() : never;
  for (auto const t : entries) me.push(rows[t]);
  auto* const first = me.pop();
  me.share();
  me.close();
  me.run(*first);
}

template <bool IsObserved>
detail::job* task_rows::state::run_plain(job& first, worker& me)
{
  auto& s             = of(first);
  auto* r             = static_cast<row*>(&first);
  job* other          = nullptr;
  std::uint32_t exits = 0;
  for (;;) {
    s.call<IsObserved>(*r, me);
    me.open();
    if (r->successors == 0) ++exits;
    auto* next = s.is_alone(me) ? s.release<true>(*r, me) : s.release<false>(*r, me);
    if (next == nullptr) {
      other = me.pop();
      if (other != nullptr && other->runner == &s) next = static_cast<row*>(other);
    }
    me.share();
    me.close();
    if (next == nullptr) break;
    r = next;
  }
  if (exits > 0) s.end(exits, me);
  return other;
}

/// Resets the row for the next run, too.
template <bool IsObserved>
inline void task_rows::state::call(row& r, worker& me) noexcept
{
  auto const body = [&r] { r.call(r.capture); };
  if (is_stopped.load(std::memory_order_relaxed)) [[unlikely]] {
    leave_out();
  } else if constexpr (IsObserved) {
    observe(r, me, [&] { return attempt(r, body); });
  } else {
    attempt(r, body);
  }
  if (r.predecessors > 1) {
    std::atomic_ref{r.missing}.store(r.predecessors, std::memory_order_relaxed);
  }
}

/// Always inline, for a call costs half as much as all else of a task.
///
/// @return the last successor that became ready; the others are on the stack
template <bool IsAlone>
[[gnu::always_inline]] inline auto task_rows::state::release(row const& r, worker& me) noexcept
  -> row*
{
  row* next        = nullptr;
  auto const* each = successors.data() + r.first_successor;
  for (auto const* const end = each + r.successors; each != end; ++each) {
    auto& after = rows[*each];
    if (after.predecessors > 1 && !is_last_to_end_before<IsAlone>(after)) continue;
    if (next != nullptr) me.push(*next);
    next = &after;
  }
  return next;
}

template <bool IsAlone>
bool task_rows::state::is_last_to_end_before(row& after) noexcept
{
  std::atomic_ref const missing{after.missing};
  if constexpr (IsAlone) {
    auto const before = missing.load(std::memory_order_relaxed);
    missing.store(before - 1, std::memory_order_relaxed);
    return before == 1;
  } else {
    return missing.load(std::memory_order_acquire) == 1 ||
           missing.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
}

void task_rows::state::fail(row const& r) noexcept
{
  std::lock_guard const lock{mutex};
  if (!error) {
    error       = std::current_exception();
    failed_task = index_of(r);
  }
  is_stopped.store(true, std::memory_order_relaxed);
}

void task_rows::state::rethrow() const
{
  std::rethrow_exception(naming_task(name_of(failed_task), error));
}

}  // namespace heddle
