#include "bench/tasks/spawn_benchmarks.hpp"

namespace heddle::bench {
namespace {

/// Calls.
class serial_spawner {
 public:
  explicit serial_spawner(int) {}

  template <class F>
  void run(F f)
  {
    f();
  }

  template <class F, class G>
  void fork_join(F&& f, G&& g)
  {
    f();
    g();
  }

  class group {
   public:
    explicit group(serial_spawner&) {}
    template <class F>
    void add(F f)
    {
      f();
    }
    void wait() {}
  };
};

bool const is_added = [] {
  add_spawn_benchmarks<serial_spawner>("serial");
  return true;
}();

}  // namespace
}  // namespace heddle::bench
