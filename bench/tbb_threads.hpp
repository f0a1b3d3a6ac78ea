/// @file
/// So many threads of oneTBB.
#pragma once

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <cstddef>
#include <utility>

namespace heddle::bench {

class tbb_threads {
 public:
  explicit tbb_threads(int threads)
    : limit_{tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)},
      arena_{threads}
  {
  }

  /// Calls `f` on a thread of the arena, the calling one if there is room.
  template <class F>
  auto run(F&& f)
  {
    return arena_.execute(std::forward<F>(f));
  }

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

}  // namespace heddle::bench
