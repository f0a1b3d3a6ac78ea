/// Tasks that make tasks: fork and join, many small ones, trees.
#include "bench/tasks/spawn_benchmarks.hpp"

#include <heddle/run/fork_join.hpp>
#include <heddle/run/task_group.hpp>

namespace heddle::bench {
namespace {

class heddle_spawner {
 public:
  explicit heddle_spawner(int threads) : executor_{threads - 1} {}

  template <class F>
  void run(F f)
  {
    executor::visit const here{executor_};
    f();
  }

  template <class F, class G>
  void fork_join(F&& f, G&& g)
  {
    heddle::fork_join(executor_, f, g);
  }

  class group : public task_group {
   public:
    explicit group(heddle_spawner& s) : task_group{s.executor_} {}
  };

 private:
  executor executor_;
};

bool const is_added = [] {
  add_spawn_benchmarks<heddle_spawner>("");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
