#include "bench/tasks/spawn_benchmarks.hpp"
#include "bench/tbb_threads.hpp"

#include <tbb/task_group.h>

namespace heddle::bench {
namespace {

class tbb_spawner {
 public:
  explicit tbb_spawner(int threads) : threads_{threads} {}

  template <class F>
  void run(F f)
  {
    threads_.run(f);
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
  tbb_threads threads_;
};

bool const is_added = [] {
  add_spawn_benchmarks<tbb_spawner>("tbb");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
