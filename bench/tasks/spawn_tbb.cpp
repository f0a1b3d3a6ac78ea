#include "bench/tasks/spawn_benchmarks.hpp"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

namespace heddle::bench {
namespace {

class tbb_spawner {
 public:
  explicit tbb_spawner(int threads)
    : limit_{tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)},
      arena_{threads}
  {
  }

  template <class F>
  void run(F f)
  {
    arena_.execute(f);
  }

  template <class F, class G>
  void fork_join(F&& f, G&& g)
  {
    tbb::task_group both;
    both.run(g);
    f();
    both.wait();
  }

  class group {
   public:
    explicit group(tbb_spawner&) {}
    template <class F>
    void add(F f)
    {
      tasks_.run(std::move(f));
    }
    void wait() { tasks_.wait(); }

   private:
    tbb::task_group tasks_{};
  };

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

bool const is_added = [] {
  add_spawn_benchmarks<tbb_spawner>("tbb");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
