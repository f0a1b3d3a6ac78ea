/// @file
/// Benchmarks of the applications, the same for all peers.
#pragma once

#include "bench/apps/applications.hpp"
#include "bench/rows.hpp"

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace heddle::bench {

class serial_loop {
 public:
  explicit serial_loop(int) {}

  template <class Body>
  void for_each(std::size_t count, load, Body const& body)
  {
    for (std::size_t i = 0; i < count; ++i) body(i);
  }
};

template <class Application>
std::vector<double> const& expected_result()
{
  static std::vector<double> const expected = [] {
    Application app;
    serial_loop on{1};
    app.run(on);
    return app.result();
  }();
  return expected;
}

inline bool is_near(std::vector<double> const& a, std::vector<double> const& b)
{
  for (std::size_t i = 0; i < a.size(); ++i) {
    bool const is_near = std::abs(a[i] - b[i]) <= 1e-9 * std::abs(b[i]) + 1e-12;
    if (!is_near) return false;
  }
  return a.size() == b.size();
}

template <class Application, class Peer>
void add_application(std::string const& peer)
{
  auto const what = std::string{Application::name} + "/n:" + std::to_string(Application::size);
  add_rows(what, peer, [](benchmark::State& state, int threads) {
    Peer on{threads};
    Application app;
    app.run(on);
    if (!is_near(app.result(), expected_result<Application>())) {
      return state.SkipWithError("wrong result");
    }
    for (auto _ : state) app.run(on);
    count_items(state, static_cast<std::int64_t>(Application::work), Application::things);
  });
}

/// `Peer` is made for a number of threads and has `for_each` as applications want it.
template <class Peer>
void add_application_benchmarks(std::string const& peer)
{
  add_application<black_scholes, Peer>(peer);
  add_application<mandelbrot, Peer>(peer);
  add_application<matrix_product, Peer>(peer);
  add_application<stencil, Peer>(peer);
}

}  // namespace heddle::bench
