/// @file
/// What rows of tasks are made of, and one run of them.
#pragma once

#include "src/run/cycle_clock.hpp"

#include <heddle/run/task_rows.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

/// Whether runs can be observed. A build without shows what it costs that they can.
#if defined(HEDDLE_WITHOUT_OBSERVERS)
inline constexpr bool can_observe = false;
#else
inline constexpr bool can_observe = true;
#endif

/// The arrays of rows. Those of rows that are gone are kept for the next, up to some MiB in all:
/// half of the time to build, run and destroy a workflow goes into fresh pages from the system.
struct task_rows::memory {
  struct order_pair {
    std::uint32_t before, after;
  };

  /// Of rows of common sizes.
  static constexpr std::size_t most_kept_rows = 1 << 16, most_kept_orders = 4 * most_kept_rows;

  std::vector<row> rows{};
  std::vector<order_pair> orders{};
  std::vector<std::uint32_t> successors{};  ///< [edges], by row; higher priority last
  std::vector<std::uint32_t> entries{};     ///< tasks that a run begins with, likewise

  [[nodiscard]] static memory take();
  static void give(memory used) noexcept;

 private:
  struct shelf;
  static shelf& the_shelf();
};

/// The rows, and one run of them. The first word is that of all rows, and how they are run.
///
/// There are two ways. Plain rows run each task once: a row's `missing` is reset by whoever runs
/// its task, for all its predecessors have ended then, and no other will touch it before the next
/// run. Controlled rows, with conditions, semaphores or a limit, start tasks any number of times: a
/// row's `missing` goes from 1 to the number of its predecessors in one step, so that each round of
/// their ends starts it once, however late it runs.
///
/// While no job of the run has left the thread that started it, counters are plain;
/// `worker::num_shared` tells. From then on they go down by read-modify-writes, and the last one
/// (acquire) sees what all predecessors did (release).
struct task_rows::state : detail::job_runner, memory {
  using job    = detail::job;
  using worker = detail::worker;

  struct kept_body {
    void* body;
    void (*destroy)(void*);
  };
  struct choice {
    std::uint32_t condition, number, after;
  };
  struct holding {
    semaphore* of;
    std::size_t units;
    std::uint32_t task;
  };
  struct waiting_row;

  /// What few tasks are.
  enum trait : std::uint8_t { is_condition = 1, is_chosen = 2 };

  static constexpr std::uint32_t no_task = std::numeric_limits<std::uint32_t>::max();

  state();
  state(state const&)            = delete;
  state& operator=(state const&) = delete;
  ~state();

  // ---- before the first run ----

  [[nodiscard]] bool knows(task_ref t) const
  {
    return static_cast<std::size_t>(t.id) < rows.size();
  }
  void describe_next(row_settings const& settings);
  void mark(std::size_t task, trait what);
  [[nodiscard]] bool has(std::size_t task, trait what) const
  {
    return task < traits.size() && (traits[task] & what) != 0;
  }
  void freeze();
  void forget_orders();
  void thaw();
  void lay_out_rows();
  void fill_successors();
  void fill_choices();
  void sort_successors();
  void sort_holdings();
  void expect_possible_holdings() const;
  void expect_acyclic() const;
  void expect_entry() const;

  // ---- a run ----

  void prepare(rows_options const& options);
  void arm();
  void start(worker& me);

  [[nodiscard]] static state& of(job const& r) noexcept
  {
    return const_cast<state&>(static_cast<state const&>(*r.runner));
  }
  template <bool IsObserved>
  static job* run_plain(job& first, worker& me);
  template <bool IsObserved>
  void call(row& r, worker& me) noexcept;
  template <bool IsAlone>
  row* release(row const& r, worker& me) noexcept;
  template <bool IsAlone>
  [[nodiscard]] static bool is_last_to_end_before(row& after) noexcept;
  template <class Body>
  bool attempt(row const& r, Body const& body) noexcept;
  template <class Body>
  bool observe(row const& r, worker const& me, Body const& body) noexcept;
  [[nodiscard]] bool is_alone(worker const& me) const noexcept
  {
    return owner == &me && shared_at_start == me.num_shared();
  }
  void leave_out() noexcept { num_left_out.fetch_add(1, std::memory_order_relaxed); }
  void end(std::uint32_t count, worker& me) noexcept;
  void fail(row const& r) noexcept;

  // ---- a controlled run ----

  struct chain;
  static job* run_controlled(job& first, worker& me);
  static job* run_resumed(job& first, worker& me);
  void run_admitted(job& first, worker& me);
  void run_chain(job& first, chain& c);
  [[nodiscard]] row* run_waited(job& first, chain& c);
  row* run_one(row& r, std::size_t held, chain& c);
  bool perform(row& r, std::size_t& number) noexcept;
  bool perform_observed(row& r, worker const& me, std::size_t& number) noexcept;
  row* start_next(row const& r, std::size_t number, chain& c) noexcept;
  [[nodiscard]] row* find_chosen(row const& r, std::size_t number) noexcept;
  row* release_met(row const& r, chain& c) noexcept;
  [[nodiscard]] static bool is_met(row& after, bool is_alone) noexcept;
  [[nodiscard]] row* take_own(worker& me) noexcept;

  [[nodiscard]] std::span<holding const> holdings_of(row const& r) const noexcept;
  [[nodiscard]] bool acquire(row& r, std::size_t held, chain& c) noexcept;
  void keep_alive(chain& c) noexcept;
  void release_units(row const& r, std::size_t held, worker& me) noexcept;

  [[nodiscard]] bool enter(job& j) noexcept;
  [[nodiscard]] job* leave() noexcept;

  [[nodiscard]] std::size_t index_of(row const& r) const noexcept
  {
    return static_cast<std::size_t>(&r - rows.data());
  }
  [[nodiscard]] std::string_view given_name(std::size_t task) const;
  [[nodiscard]] std::string name_of(std::size_t task) const;  ///< `task "a"`, or `task 7`
  [[noreturn]] void rethrow() const;

  std::vector<kept_body> kept{};
  std::vector<float> priorities{};             ///< [tasks], or fewer: 0
  std::string names{};                         ///< one after the other
  std::vector<std::uint32_t> name_ends{};      ///< [tasks], or fewer: no name
  std::vector<std::uint8_t> traits{};          ///< [tasks], or fewer: none
  std::vector<choice> choices{};               ///< not yet in the rows
  std::vector<holding> holdings{};             ///< by task and semaphore
  std::vector<std::uint32_t> first_holding{};  ///< [tasks + 1], or empty
  bool leads_forward = true;                   ///< each order leads to a task that was added later
  bool is_frozen     = false;
  bool is_armed      = false;  ///< each `missing` is the number of predecessors

  std::uint32_t num_exits = 0;  ///< tasks without successors

  // Of the run.
  worker* owner                 = nullptr;
  std::uint64_t shared_at_start = 0;
  run_observer* observer        = nullptr;
  alignas(64) std::atomic<std::uint32_t> ends_left{0};  ///< of exits; if controlled, of all started
  alignas(64) std::atomic<bool> is_stopped{false};  ///< orders nothing: it is only late at worst
  std::mutex mutex{};
  std::exception_ptr error{};  // guarded by mutex, as the next
  std::size_t failed_task = 0;
  std::atomic<std::size_t> num_left_out{0};

  // Of a run with a limit: how many more workers may run its tasks, and what waits for one of them.
  bool is_limited = false;
  std::mutex places_mutex{};
  int num_places = 0;                 // guarded by places_mutex, as the next
  std::vector<job*> without_place{};  ///< empty while there is a place
};

/// Once none is left to end, the rows may be gone.
inline void task_rows::state::end(std::uint32_t count, worker& me) noexcept
{
  if (ends_left.fetch_sub(count, std::memory_order_acq_rel) == count) me.home().notify_waiters();
}

/// @return whether it returned
template <class Body>
bool task_rows::state::attempt(row const& r, Body const& body) noexcept
{
  try {
    body();
    return true;
  } catch (...) {
    fail(r);
    return false;
  }
}

/// @param body whether it ended well
template <class Body>
bool task_rows::state::observe(row const& r, worker const& me, Body const& body) noexcept
{
  task_ref const task{static_cast<task_id>(index_of(r))};
  observer->begin_task({task, me.id(), clock_ticks()});
  bool const is_done = body();
  observer->end_task({task, me.id(), clock_ticks()}, is_done);
  return is_done;
}

}  // namespace heddle
