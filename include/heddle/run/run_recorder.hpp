/// @file
/// An observer that remembers, for traces and reports.
#pragma once

#include <heddle/run/run_observer.hpp>
#include <heddle/trace/run_record.hpp>

#include <array>
#include <atomic>
#include <cstddef>

namespace heddle {

class task_rows;

/// Records the tasks of one run or more, 24 bytes each, in a list per worker that no other touches.
///
///     run_recorder recorder;
///     rows.run(e, {.observer = &recorder});
///     write_chrome_trace(recorder.record(rows), "trace.json");
///
/// The other members are not for while a run goes on.
class run_recorder final : public run_observer {
 public:
  run_recorder();
  run_recorder(run_recorder const&)            = delete;
  run_recorder& operator=(run_recorder const&) = delete;
  ~run_recorder() override;

  void begin_task(task_moment const& at) noexcept override;
  void end_task(task_moment const& at, bool is_done) noexcept override;

  /// Every time that a task was run is a task of the record, in the order of their begins; seconds
  /// are since the first begin. A worker that ran none is not in it.
  ///
  /// @param rows that were observed; for names
  [[nodiscard]] run_record record(task_rows const& rows) const;

  /// How many tasks were not recorded, since there was no memory left for them.
  [[nodiscard]] std::size_t num_lost() const noexcept;

  void clear() noexcept;

 private:
  struct lane;

  template <class Visit>
  void for_each_lane(Visit const& visit) const;
  [[nodiscard]] lane& lane_of(int worker);
  [[nodiscard]] lane* find(int worker) const noexcept;

  struct place {
    std::size_t block, size, index;
  };
  [[nodiscard]] static place place_of(int worker) noexcept;

  /// Block b has the lanes of workers [2^b - 1, 2^(b+1) - 1), so that there is one for any; the
  /// first of them makes it.
  std::array<std::atomic<lane*>, 31> blocks_{};
  std::atomic<std::size_t> num_lost_{0};
};

}  // namespace heddle
