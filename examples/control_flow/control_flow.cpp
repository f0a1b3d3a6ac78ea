// Rows with a loop, a condition and a semaphore: the square root of each of many numbers by
// Newton's method, in steps of which each is a round of tasks, until all have converged. At most
// two tasks at once hold one of the "files" that results go to. The run is observed, and its trace
// is written.
#include <heddle/run/run_recorder.hpp>
#include <heddle/run/task_rows.hpp>
#include <heddle/trace/writers.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

namespace {

struct number {
  double square, root, change;
};

void improve(number& n)
{
  auto const better = (n.root + n.square / n.root) / 2;
  n.change          = std::abs(better - n.root);
  n.root            = better;
}

bool is_right(number const& n)
{
  return std::abs(n.root * n.root - n.square) < 1e-9 * n.square;
}

}  // namespace

int main(int argc, char** argv)
try {
  using namespace heddle;
  std::filesystem::path const trace_file = argc > 1 ? argv[1] : "control_flow.json";
  constexpr int most_rounds              = 100;
  std::vector<number> numbers(8);
  int round = 0;
  std::atomic<int> num_written{0};
  bool has_given_up = false;
  semaphore files{2};

  task_rows rows;
  auto const start = rows.add(
    [&] {
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        auto const square = static_cast<double>(i + 2);
        numbers[i]        = {square, square, 0};
      }
    },
    {.name = "start"});
  auto const fork = rows.add([&] { ++round; }, {.name = "round"});
  rows.order(start, fork);

  enum choice : int { again, done, give_up };
  auto const check = rows.add_condition(
    [&]() -> int {
      auto const change = std::ranges::max(numbers, {}, &number::change).change;
      return change < 1e-12 ? done : round < most_rounds ? again : give_up;
    },
    {.name = "check"});
  for (auto& n : numbers) {
    auto const step = rows.add([&n] { improve(n); }, {.name = "improve"});
    rows.order(fork, step);
    rows.order(step, check);  // starts once all steps of a round have ended
  }

  auto const write_all = rows.add([] {}, {.name = "write all"});
  for (auto const& n : numbers) {
    auto const write = rows.add([&] { num_written += is_right(n) ? 1 : 0; }, {.name = "write"});
    rows.order(write_all, write);
    rows.hold(write, files);
  }
  auto const complain = rows.add([&] { has_given_up = true; }, {.name = "complain"});
  rows.order_if(check, again, fork);
  rows.order_if(check, done, write_all);
  rows.order_if(check, give_up, complain);

  executor e{1};
  run_recorder recorder;
  rows.run(e, {.observer = &recorder});
  auto const record = recorder.record(rows);
  write_chrome_trace(record, trace_file);
  std::printf("%d roots after %d rounds; %zu tasks were run; trace: %s\n", num_written.load(),
              round, record.tasks.size(), trace_file.c_str());
  bool const is_well = !has_given_up && num_written == static_cast<int>(numbers.size());
  return is_well ? 0 : 1;
} catch (std::exception const& error) {
  std::fprintf(stderr, "control_flow: %s\n", error.what());
  return 1;
}
