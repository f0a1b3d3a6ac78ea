/// @file
/// A user's program: this machine, a workflow in text and one in C++, a plan, a run.
#include <heddle/heddle.hpp>

#include <cstdio>
#include <exception>

namespace {

std::size_t tasks_of_text()
{
  return heddle::read_workflow_text("digraph text { a -> b; }", "text").workflow.num_tasks();
}

/// Plans and runs two tasks, the second of which doubles what the first wrote.
int planned_and_run(heddle::machine const& here)
{
  heddle::value<int> once;
  heddle::value<int> twice;
  heddle::workflow w{"package"};
  w.task("once", heddle::write(once)).cpu([](int& one) { one = 21; });
  w.task("twice", heddle::read(once), heddle::write(twice)).cpu([](int const& one, int& two) {
    two = 2 * one;
  });
  auto const schedule = heddle::plan(w, here, {.algorithm = "heft"});
  auto const report   = heddle::engine{here}.start(w, schedule).wait();
  if (report.error) {
    std::rethrow_exception(report.error);
  }
  return twice.get();
}

}  // namespace

int main()
{
  auto const here   = heddle::machine::discover().with_cpus(2);
  auto const tasks  = tasks_of_text();
  auto const result = planned_and_run(here);
  std::printf("%zu tasks in the text, result %d\n", tasks, result);
  return tasks == 2 && result == 42 ? 0 : 1;
}
