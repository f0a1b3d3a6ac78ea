/// @file
/// Tasks and edges in compressed rows, to be run many times at a few nanoseconds a task.
#pragma once

#include <heddle/base/units.hpp>
#include <heddle/run/executor.hpp>
#include <heddle/run/run_observer.hpp>
#include <heddle/run/semaphore.hpp>
#include <heddle/workflow/task_ref.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace heddle {

/// What may be said of a task in rows.
struct row_settings {
  std::string_view name = {};  ///< for errors and traces
  float priority        = 0;   ///< of tasks that become ready at once, the higher goes first
};

/// How rows are run.
struct rows_options {
  std::stop_token stop{};            ///< asks the run to stop
  run_observer* observer = nullptr;  ///< told of each task; must outlive the run
  int max_parallelism    = 0;        ///< tasks at once; 0: as many as there are workers
};

/// A workflow without data items, for tasks too short to be planned: callables, and who goes before
/// whom. What takes a cache line a task, beside 4 bytes an edge, a name and a priority where given.
///
/// A run has the tasks of one thread in depth-first order, the last task to become ready first; who
/// has nothing to do takes the oldest. It takes no memory. Not thread-safe; one run at a time.
///
///     task_rows rows;
///     auto const a = rows.add([&] { x = 1; });
///     auto const b = rows.add([&] { y = x + 1; }, {.name = "b"});
///     rows.order(a, b);
///     rows.run(e);
///
/// **Conditions** choose what comes next, and so make branches and loops:
///
///     auto const first = rows.add([&] { i = 0; });
///     auto const body  = rows.add([&] { ++i; });
///     auto const again = rows.add_condition([&] { return i < 10; });
///     rows.order(first, body);
///     rows.order(body, again);
///     rows.order_if(again, true, body);
///
/// A task starts once each time that all of its orders were met (by as many ends of tasks before it
/// as there are orders), and once each time that a condition chooses it, whatever orders it has.
/// A run begins with the tasks that have neither; a task that can only be chosen waits for that.
/// The run ends when all that have started have ended. A task that is started again before it has
/// ended may run beside itself; a loop whose condition lies behind all tasks of its body does not.
class task_rows {
 public:
  task_rows();
  task_rows(task_rows&&) noexcept;
  task_rows& operator=(task_rows&&) noexcept;
  ~task_rows();

  /// A task that calls `body()`. What the body captures lies in the rows, up to 32 bytes of
  /// trivially copyable objects, else beside them.
  template <class F>
  requires std::invocable<F&> task_ref add(F body, row_settings const& settings = {})
  {
    auto const stored = keep_or_pass(std::move(body));  // before there is a row, for it may throw
    auto& r           = new_row(settings);
    store(r, stored);
    r.call = [](void* capture) { body_in<F>(capture)(); };
    return task_ref{num_tasks_++};
  }

  /// A task whose body returns the number of its choice, from 0: what is then chosen starts at once
  /// (`order_if`). If nothing is ordered after that choice, nothing starts, and that branch ends
  /// here; so too if the body throws or is left out.
  template <class F>
  requires std::invocable<F&> && std::integral<std::invoke_result_t<F&>> task_ref
  add_condition(F body, row_settings const& settings = {})
  {
    auto const stored = keep_or_pass(std::move(body));
    auto& r           = new_row(settings);
    store(r, stored);
    r.choose = [](void* capture) { return static_cast<std::size_t>(body_in<F>(capture)()); };
    mark_condition();
    return task_ref{num_tasks_++};
  }

  /// `after` starts when `before` has ended. An order may be given twice.
  ///
  /// @throw invalid_argument if the two are one task, or not tasks of these rows, or `before` is a
  ///                         condition
  void order(task_ref before, task_ref after);

  /// `chosen` starts each time that `condition` returns this number. Tasks may be chosen by several
  /// conditions; one of them may lie behind the task, or be it. Takes 4 bytes for each number up to
  /// the largest.
  ///
  /// @throw invalid_argument if they are not tasks of these rows, or the first is no condition, or
  ///                         the number is above 65535
  void order_if(task_ref condition, std::size_t number, task_ref chosen);

  /// While `task` runs, it holds so many units of `s`, and does not start before it has them. Of
  /// several semaphores the units are had in one order by all tasks, so that no two wait for each
  /// other. They are released when the body has returned or thrown, before other tasks start. A
  /// task that waits when the run is stopped is left out when its turn comes. Takes 24 bytes, and 4
  /// for each task of the rows.
  ///
  /// @throw invalid_argument if it is no task of these rows, or the semaphore has less units
  void hold(task_ref task, semaphore& s, std::size_t units = 1);

  /// Makes room for so many tasks and edges.
  void reserve(std::size_t tasks, std::size_t edges);

  [[nodiscard]] std::size_t num_tasks() const noexcept
  {
    return static_cast<std::size_t>(num_tasks_);
  }

  /// The name that was given, else `task 7`.
  [[nodiscard]] std::string name(task_ref task) const;

  /// Runs all tasks, on the calling thread and those of `e`, and returns when they have ended.
  ///
  /// After an exception, and once `stop` is requested, tasks that have not started are left out;
  /// behind a task that was left out, no choice is made and no loop goes on.
  ///
  /// @return whether all tasks were run that were to start; that a branch was not chosen leaves out
  ///         nothing
  /// @throw task_failed which names the task; the first exception of a task is nested in it
  /// @throw cycle_error at the first run after a change, if the orders close a circle, or no task
  ///                    is there to begin with
  /// @throw invalid_argument at the first run after a change, if something is ordered twice after
  ///                    one choice, or a task holds more of a semaphore than there is
  bool run(executor& e, rows_options const& options);
  bool run(executor& e, std::stop_token const& stop = {}) { return run(e, {.stop = stop}); }

 private:
  /// One cache line. The first word says whose row it is; a queue sees no more of it.
  struct alignas(64) row : detail::job {
    std::uint32_t missing;       ///< predecessors that have not ended; atomic while shared
    std::uint32_t predecessors;  ///< how many
    std::uint32_t first_successor;
    std::uint32_t successors;  ///< how many
    union {
      void (*call)(void*);
      std::size_t (*choose)(void*);  ///< of a condition
    };
    alignas(8) std::byte capture[32];
  };

  template <class F>
  static constexpr bool fits = sizeof(F) <= sizeof(row::capture) &&
                               alignof(F) <= 8 && std::is_trivially_copyable_v<F>;

  struct memory;
  struct state;

  /// A body that fits into its row, else a pointer to where it is kept.
  template <class F>
  auto keep_or_pass(F body)
  {
    if constexpr (fits<F>) {
      return body;
    } else {
      return keep(std::make_unique<F>(std::move(body)));
    }
  }
  template <class Stored>
  static void store(row& r, Stored const& stored) noexcept
  {
    ::new (static_cast<void*>(r.capture)) Stored{stored};
  }

  template <class F>
  static F& body_in(void* capture)
  {
    if constexpr (fits<F>) {
      return *std::launder(static_cast<F*>(capture));
    } else {
      F* kept;
      std::memcpy(&kept, capture, sizeof kept);
      return *kept;
    }
  }

  row& new_row(row_settings const& settings);
  void mark_condition();
  void keep(void* body, void (*destroy)(void*));
  template <class F>
  F* keep(std::unique_ptr<F> body)
  {
    keep(body.get(), [](void* kept) { delete static_cast<F*>(kept); });
    return body.release();
  }

  std::unique_ptr<state> state_;
  task_id num_tasks_ = 0;
};

}  // namespace heddle
