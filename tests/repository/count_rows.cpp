// count_rows SHAPE TASKS RUNS: runs rows of empty tasks on the calling thread, to be counted.
#include <heddle/run/task_rows.hpp>

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace heddle {
namespace {

void add_chain(task_rows& rows, int tasks)
{
  for (int t = 0; t < tasks; ++t) {
    auto const task = rows.add([] {});
    if (t > 0) rows.order({t - 1}, task);
  }
}

/// A square whose tasks go after those above and left of them.
void add_wavefront(task_rows& rows, int tasks)
{
  auto const side = static_cast<int>(std::sqrt(tasks));
  for (int t = 0; t < side * side; ++t) {
    auto const task = rows.add([] {});
    if (t >= side) rows.order({t - side}, task);
    if (t % side > 0) rows.order({t - 1}, task);
  }
}

/// Half of the tasks are a body that does nothing, the other half its condition.
void add_loop(task_rows& rows, int tasks)
{
  auto const first = rows.add([] {});
  auto const body  = rows.add([] {});
  auto const again =
    rows.add_condition([tasks, i = 0]() mutable { return ++i % (tasks / 2) != 0; });
  rows.order(first, body);
  rows.order(body, again);
  rows.order_if(again, true, body);
}

task_rows rows_of(std::string const& shape, int tasks)
{
  task_rows rows;
  if (shape == "chain") {
    add_chain(rows, tasks);
  } else if (shape == "wavefront") {
    add_wavefront(rows, tasks);
  } else if (shape == "loop") {
    add_loop(rows, tasks);
  } else {
    throw std::invalid_argument{"count_rows: no shape " + shape};
  }
  return rows;
}

}  // namespace
}  // namespace heddle

int main(int argc, char** argv)
try {
  if (argc != 4) throw std::invalid_argument{"usage: count_rows SHAPE TASKS RUNS"};
  heddle::executor e{0};
  auto rows = heddle::rows_of(argv[1], std::stoi(argv[2]));
  for (int run = std::stoi(argv[3]); run > 0; --run) rows.run(e);
} catch (std::exception const& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
