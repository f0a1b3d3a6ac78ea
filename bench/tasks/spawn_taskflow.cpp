#include "bench/taskflow_threads.hpp"
#include "bench/tasks/spawn_benchmarks.hpp"

namespace heddle::bench {
namespace {

class taskflow_spawner {
 public:
  explicit taskflow_spawner(int threads) : threads_{threads} {}

  template <class F>
  void run(F f)
  {
    threads_.executor().async(f).get();
  }

  template <class F, class G>
  void fork_join(F&& f, G&& g)
  {
    auto both = threads_.executor().task_group();
    both.silent_async(g);
    f();
    both.corun();
  }

  class group {
   public:
    explicit group(taskflow_spawner& s) : tasks_{s.threads_.executor().task_group()} {}
    template <class F>
    void add(F f)
    {
      tasks_.silent_async(std::move(f));
    }
    void wait() { tasks_.corun(); }

   private:
    tf::TaskGroup tasks_;
  };

 private:
  taskflow_threads threads_;
};

bool const is_added = [] {
  add_spawn_benchmarks<taskflow_spawner>("taskflow");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
