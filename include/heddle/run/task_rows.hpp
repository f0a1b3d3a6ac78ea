/// @file
/// Tasks and edges in compressed rows, to be run many times at a few nanoseconds a task.
#pragma once

#include <heddle/base/units.hpp>
#include <heddle/run/executor.hpp>
#include <heddle/workflow/task_ref.hpp>

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
    auto& r = new_row(settings);
    if constexpr (fits<F>) {
      ::new (static_cast<void*>(r.capture)) F{std::move(body)};
      r.call = [](void* capture) { (*std::launder(static_cast<F*>(capture)))(); };
    } else {
      auto* const kept = keep(std::make_unique<F>(std::move(body)));
      std::memcpy(r.capture, &kept, sizeof kept);
      r.call = [](void* capture) {
        F* kept_body;
        std::memcpy(&kept_body, capture, sizeof kept_body);
        (*kept_body)();
      };
    }
    return task_ref{num_tasks_++};
  }

  /// `after` starts when `before` has ended. An order may be given twice.
  ///
  /// @throw invalid_argument if the two are one task, or not tasks of these rows
  void order(task_ref before, task_ref after);

  /// Makes room for so many tasks and edges.
  void reserve(std::size_t tasks, std::size_t edges);

  [[nodiscard]] std::size_t num_tasks() const noexcept
  {
    return static_cast<std::size_t>(num_tasks_);
  }

  /// Runs all tasks, on the calling thread and those of `e`, and returns when they have ended.
  ///
  /// After an exception, and once `stop` is requested, tasks that have not started are left out.
  ///
  /// @return whether all tasks were run
  /// @throw task_failed which names the task; the first exception of a task is nested in it
  /// @throw cycle_error at the first run after a change, if the orders close a circle
  bool run(executor& e, std::stop_token const& stop = {});

 private:
  /// One cache line. The first word says whose row it is; a queue sees no more of it.
  struct alignas(64) row : detail::job {
    std::uint32_t missing;       ///< predecessors that have not ended; atomic while shared
    std::uint32_t predecessors;  ///< how many
    std::uint32_t first_successor;
    std::uint32_t successors;  ///< how many
    void (*call)(void*);
    alignas(8) std::byte capture[32];
  };

  template <class F>
  static constexpr bool fits = sizeof(F) <= sizeof(row::capture) &&
                               alignof(F) <= 8 && std::is_trivially_copyable_v<F>;

  struct memory;
  struct state;

  row& new_row(row_settings const& settings);
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
