#include "tests/workflow/workflow_test_tools.hpp"

#include <fmt/format.h>

#include <random>
#include <vector>

namespace heddle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

workflow make_workflow(std::size_t tasks, std::vector<edge> const& edges)
{
  workflow w{"w"};
  for (std::size_t t = 0; t < tasks; ++t) w.add_task({fmt::format("t{}", t)});
  for (auto const& e : edges) w.add_edge(e);
  return w;
}

TEST(EdgeTable, IsEmptyForNoTasks)
{
  auto const table = make_edge_table(workflow{});
  EXPECT_EQ(table.num_tasks(), 0U);
  EXPECT_EQ(table.num_edges(), 0U);
}

TEST(EdgeTable, SortsRowsAndAddsUpRepeatedPairs)
{
  auto const w     = make_workflow(4, {{2, 3, 1}, {0, 3, 5}, {0, 1, 0}, {0, 3, 7}, {0, 2, 2}});
  auto const table = make_edge_table(w);
  EXPECT_THAT(table.successors(0), ElementsAre(1, 2, 3));
  EXPECT_THAT(table.bytes_to_successors(0), ElementsAre(0, 2, 12));
  EXPECT_THAT(table.predecessors(3), ElementsAre(0, 2));
  EXPECT_THAT(table.bytes_from_predecessors(3), ElementsAre(12, 1));
  EXPECT_THAT(table.topological_order, ElementsAre(0, 1, 2, 3));
}

TEST(EdgeTable, PutsPredecessorsFirstInRandomGraphs)
{
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random{seed};
    std::vector<edge> edges;
    for (int i = 0; i < 100; ++i) {
      auto const a = static_cast<task_id>(random() % 40);
      auto const b = static_cast<task_id>(random() % 40);
      if (a != b) edges.push_back({std::max(a, b), std::min(a, b), 1});
    }
    auto const table = make_edge_table(make_workflow(40, edges));
    std::vector<std::size_t> position(40);
    for (std::size_t i = 0; i < 40; ++i)
      position[static_cast<std::size_t>(table.topological_order[i])] = i;
    for (auto const& e : edges) {
      EXPECT_LT(position[static_cast<std::size_t>(e.from)],
                position[static_cast<std::size_t>(e.to)]);
    }
  }
}

TEST(EdgeTable, NamesTheTasksOfACycleInOrder)
{
  auto const w = make_workflow(5, {{0, 1, 0}, {1, 2, 0}, {2, 3, 0}, {3, 1, 0}, {3, 4, 0}});
  try {
    static_cast<void>(make_edge_table(w));
    FAIL() << "a cycle went unnoticed";
  } catch (cycle_error const& e) {
    auto const twice =
      std::string{"\"t1\" -> \"t2\" -> \"t3\" -> \"t1\" -> \"t2\" -> \"t3\" -> \"t1\""};
    EXPECT_THAT(e.what(), HasSubstr("cycle of 3 tasks"));
    // The circle may start anywhere.
    auto const message = std::string{e.what()};
    auto const begin   = message.find("\"t");
    auto const end     = message.rfind('"') + 1;
    EXPECT_NE(twice.find(message.substr(begin, end - begin)), std::string::npos) << message;
  }
}

TEST(EdgeTable, FindsACycleOfAMillionTasks)
{
  constexpr task_id tasks = 1'000'000;
  workflow w{"ring"};
  w.reserve(tasks, tasks, 0);
  for (task_id t = 0; t < tasks; ++t) w.add_task({fmt::format("t{}", t)});
  for (task_id t = 0; t < tasks; ++t) w.add_edge({t, (t + 1) % tasks, 0});
  EXPECT_THROW(static_cast<void>(make_edge_table(w)), cycle_error);
}

}  // namespace
}  // namespace heddle
