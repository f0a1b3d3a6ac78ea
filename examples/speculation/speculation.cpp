// Speculation: alternatives that race, ways begun before a decision, and a second copy of a
// straggler. Exit status 0 if every result is right.
#include <heddle/heddle.hpp>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <deque>
#include <optional>
#include <stop_token>
#include <thread>

namespace {

/// sqrt(a) by Newton's method from a poor start: fast.
std::optional<double> newton(std::stop_token const& stop, double a)
{
  double x = a;
  while (!stop.stop_requested() && std::abs(x * x - a) > 1e-12 * a) x = (x + a / x) / 2;
  return stop.stop_requested() ? std::nullopt : std::optional{x};
}

/// The same by tiny steps, which takes far too long: it gives up when it is told to.
std::optional<double> creep(std::stop_token const& stop, double a)
{
  double x = 0;
  while (!stop.stop_requested() && x * x < a) x += 1e-9;
  return stop.stop_requested() ? std::nullopt : std::optional{x};
}

bool race_two_ways(heddle::executor& threads)
{
  auto const root = heddle::race<double>(
    threads, [](std::stop_token s) { return newton(s, 2e6); },
    [](std::stop_token s) { return creep(s, 2e6); });
  std::printf("root: %.6f\n", *root);
  return std::abs(*root - std::sqrt(2e6)) < 1e-6;
}

bool begin_before_the_decision(heddle::executor& threads)
{
  auto const slow_decision = [] {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
    return 1;
  };
  auto const result = heddle::run_ahead<int>(
    threads, slow_decision, [](std::stop_token) { return 10; }, [](std::stop_token) { return 20; });
  std::printf("decided: %d\n", *result);
  return result == 20;
}

/// The first call of the last task hangs until it is told to stop; its backup copy does not.
bool back_a_straggler_up(heddle::engine& e)
{
  heddle::workflow w{"stragglers"};
  std::deque<heddle::value<int>> squares;
  std::atomic<int> calls{0};
  for (int i = 0; i < 20; ++i) {
    w.task("square", write(squares.emplace_back(0)))
      .kind("square")
      .backup(0.9)
      .cpu([i, &calls](std::stop_token stop, int& out) {
        if (i == 19 && calls++ == 0) {
          while (!stop.stop_requested()) std::this_thread::yield();
        }
        out = i * i;
      });
  }
  auto const result = e.run_to_end(w);
  std::printf("last square: %d\n", squares.back().get());
  return !result.error && squares.back().get() == 19 * 19;
}

}  // namespace

int main()
{
  heddle::machine two_cpus;
  two_cpus.memory_nodes = {{"memory"}};
  two_cpus.resources    = {{.id = "cpu0"}, {.id = "cpu1"}};
  heddle::engine e{two_cpus};
  bool const is_right =
    race_two_ways(e.threads()) && begin_before_the_decision(e.threads()) && back_a_straggler_up(e);
  return is_right ? 0 : 1;
}
