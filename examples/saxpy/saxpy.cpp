// One task with two bodies: heddle runs the one on a GPU, if there is one and it is sooner done
// there, else the other; and moves the data.
#include "saxpy.hpp"

#include <heddle/heddle.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <numeric>

int main()
try {
  using namespace heddle;
  std::size_t const size = 1 << 20;
  float const a          = 2;
  buffer<float> x{size}, y{size};
  workflow w{"saxpy"};

  w.task("fill x", write(x))
    .cpu([](std::span<float> e) { std::iota(e.begin(), e.end(), 0.0F); })
    .cost(1ms);
  w.task("fill y", write(y))
    .cpu([](std::span<float> e) { std::fill(e.begin(), e.end(), 1.0F); })
    .cost(1ms);
  w.task("saxpy", read(x), read_write(y))
    .cpu([a](std::span<float const> from, std::span<float> to) {
      for (std::size_t i = 0; i < to.size(); ++i) to[i] = a * from[i] + to[i];
    })
    .gpu([a](stream_ref stream, device_span<float const> from, device_span<float> to) {
      launch_saxpy(stream, a, from, to);  // enqueues and returns: no wait, no allocation
    })
    .cost(1s, 1ms);  // on a CPU, on a GPU: this example wants to be seen on the latter
  std::size_t wrong = 0;
  w.task("check", read(y))
    .cpu([&wrong](std::span<float const> e) {
      for (std::size_t i = 0; i < e.size(); ++i) wrong += e[i] != 2 * static_cast<float>(i) + 1;
    })
    .cost(1ms);

  auto const here     = machine::discover();
  auto const schedule = plan(w, here);
  auto const result   = engine{here}.start(w, schedule).wait();
  if (result.error) std::rethrow_exception(result.error);
  auto const& where = here.resources[static_cast<std::size_t>(schedule.tasks[2].resource)];
  std::printf("saxpy of %zu elements, planned on %s: %zu wrong\n", size, where.id.c_str(), wrong);
  return wrong == 0 ? 0 : 1;
} catch (std::exception const& e) {
  std::fprintf(stderr, "saxpy: %s\n", e.what());
  return 1;
}
