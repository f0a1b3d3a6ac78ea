/// @file
/// Threads that take the seats of those that block.
#pragma once

#include <heddle/run/executor.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace heddle {

/// The seats of an executor are as many as the threads that are to work: its own, and its guests.
///
/// A thread that blocks leaves its seat vacant. A vacant seat counts as a thread that has nothing
/// to do and sleeps, in `hungry_` and `sleepers_`: so others share what they have, and call whoever
/// sleeps, or, if none of the threads there does, a spare one for the seat. One that comes back
/// takes any vacant seat; if there is none, one more is put up (`present_`) until a spare thread
/// that is done with its task goes.
///
/// Lost calls. Who leaves a seat counts it, then passes a heavy fence, then looks for work; who
/// shares work passes a light fence, then looks at the count: as in `executor::park`.
class executor::spare_threads {
 public:
  explicit spare_threads(executor& e) noexcept : home_{e} {}
  spare_threads(spare_threads const&)            = delete;
  spare_threads& operator=(spare_threads const&) = delete;

  /// By a thread that blocks, and when it does no more.
  ///
  /// @return whether the seat counts; not if there could be no spare thread for it
  bool leave_seat() noexcept;
  void come_back() noexcept;

  /// There is work for a vacant seat.
  void call() noexcept;

  /// Works until no spare thread does.
  void await_rest(detail::worker& me);
  /// When none works.
  void end();

 private:
  static constexpr int most_spares = 256;

  [[nodiscard]] bool start_one() noexcept;
  void live(detail::worker& me);
  [[nodiscard]] bool take_seat();
  [[nodiscard]] bool give_up_seat() noexcept;
  void change_vacant(int by) noexcept;

  executor& home_;
  std::mutex mutex_{};
  std::condition_variable is_called_{};
  std::vector<std::thread> threads_{};  // guarded by mutex_, as all below; see `end`
  int num_blocked_ = 0;
  int num_called_  = 0;  ///< who have not come yet
  int num_waiting_ = 0;
  bool is_over_    = false;
  std::atomic<int> vacant_{0};       ///< below 0: so many seats are put up; read without the mutex
  std::atomic<int> num_at_work_{0};  ///< likewise
};

}  // namespace heddle
