/// @file
/// Where a task blocks, and another thread may take over.
#pragma once

#include <heddle/run/executor.hpp>

namespace heddle {

/// Says that the calling thread is about to block: on a file, a lock, another task's doing.
///
/// While it does, it takes no task; so those that wait on its queues go where others find them, and
/// if all other threads are at work or block too, a spare thread comes for them, so that as many
/// threads work as before. Spare threads are started when first needed, sleep after, and end with
/// the executor; of an executor there are at most 256.
///
///     auto later = async(e, [&] {
///       blocking_region const here{e};
///       answer = ask(server);
///     });
///
/// It costs a microsecond or two, and some 10 where a spare thread has to come. Does nothing on a
/// thread that does not work for `e`, and inside of another region of `e`. To run tasks of `e`
/// inside of it is possible, but then more threads work than are meant to. One thread makes and
/// destroys it.
class blocking_region {
 public:
  explicit blocking_region(executor& e);
  blocking_region(blocking_region const&)            = delete;
  blocking_region& operator=(blocking_region const&) = delete;
  ~blocking_region();

 private:
  executor& home_;
  detail::worker* self_;         ///< null: there is nothing to end
  bool is_seat_vacant_ = false;  ///< was
};

}  // namespace heddle
