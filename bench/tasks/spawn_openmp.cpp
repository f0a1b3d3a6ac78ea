#include "bench/tasks/spawn_benchmarks.hpp"

namespace heddle::bench {
namespace {

class openmp_spawner {
 public:
  explicit openmp_spawner(int threads) : threads_{threads} {}

  template <class F>
  void run(F f)
  {
#pragma omp parallel num_threads(threads_)
#pragma omp single
    f();
  }

  template <class F, class G>
  void fork_join(F&& f, G&& g)
  {
#pragma omp task shared(g)
    g();
    f();
#pragma omp taskwait
  }

  class group {
   public:
    explicit group(openmp_spawner&) {}
    template <class F>
    void add(F f)
    {
#pragma omp task firstprivate(f)
      f();
    }
    void wait()
    {
#pragma omp taskwait
    }
  };

 private:
  int threads_;
};

bool const is_added = [] {
  add_spawn_benchmarks<openmp_spawner>("openmp");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
