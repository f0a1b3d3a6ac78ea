#include "tests/workflow/workflow_test_tools.hpp"

#include <heddle/workflow/generate.hpp>

#include <algorithm>
#include <limits>
#include <set>

namespace heddle {
namespace {

TEST(Generate, GivesTheNumberOfTasksOrTheNearestBelow)
{
  std::set<std::string_view> const exact{"chain",   "fork_join", "tree",
                                         "in_tree", "stencil",   "random"};
  for (auto const& kind : generators()) {
    for (std::size_t tasks = 1; tasks < 300; ++tasks) {
      auto const w     = generate_workflow(kind.name, {.tasks = tasks});
      auto const least = kind.name == "montage" ? 10U : kind.name == "epigenomics" ? 9U : 1U;
      EXPECT_GE(w.num_tasks(), 1U);
      EXPECT_LE(w.num_tasks(), std::max<std::size_t>(tasks, least)) << kind.name;
      if (exact.contains(kind.name)) {
        EXPECT_EQ(w.num_tasks(), tasks) << kind.name;
      }
      EXPECT_NO_THROW(static_cast<void>(make_edge_table(w))) << kind.name << tasks;
    }
  }
}

TEST(Generate, ShapesHaveTheEdgesTheyShould)
{
  EXPECT_EQ(generate_workflow("chain", {.tasks = 10}).edges().size(), 9U);
  EXPECT_EQ(generate_workflow("fork_join", {.tasks = 10}).edges().size(), 16U);
  EXPECT_EQ(generate_workflow("tree", {.tasks = 10}).edges().size(), 9U);
  EXPECT_EQ(generate_workflow("in_tree", {.tasks = 10}).edges().size(), 9U);
  EXPECT_EQ(generate_workflow("fft", {.tasks = 32}).num_tasks(), 32U);  // 8 points, 4 levels
  EXPECT_EQ(generate_workflow("fft", {.tasks = 32}).edges().size(), 48U);
  EXPECT_EQ(generate_workflow("cholesky", {.tasks = 20}).num_tasks(), 20U);  // 4 x 4 tiles
  EXPECT_EQ(generate_workflow("stencil", {.tasks = 9}).edges().size(), 14U);
}

TEST(Generate, MontageHasEightLevels)
{
  auto const w     = generate_workflow("montage", {.tasks = 300});
  auto const table = make_edge_table(w);
  std::vector<int> level(w.num_tasks());
  for (auto const t : table.topological_order) {
    for (auto const p : table.predecessors(t)) {
      level[static_cast<std::size_t>(t)] =
        std::max(level[static_cast<std::size_t>(t)], level[static_cast<std::size_t>(p)] + 1);
    }
  }
  EXPECT_EQ(*std::ranges::max_element(level) + 1, 8);
}

TEST(Generate, MeansAreAsAsked)
{
  auto const w = generate_workflow(
    "random", {.tasks = 5000, .mean_seconds = 3, .mean_bytes = 1e6, .mean_degree = 6});
  double sum_seconds = 0;
  double sum_bytes   = 0;
  for (auto const& t : w.tasks()) sum_seconds += t.cpu_seconds;
  for (auto const& f : w.files()) sum_bytes += f.size_bytes;
  EXPECT_NEAR(sum_seconds / 5000, 3, 1e-9);
  EXPECT_NEAR(sum_bytes / 5000, 1e6, 1);
  EXPECT_NEAR(static_cast<double>(w.edges().size()) / 5000, 6, 0.3);
}

TEST(Generate, IsReproducible)
{
  auto const text = [](std::uint64_t seed) {
    return write_text(generate_workflow("random", {.tasks = 200, .seed = seed}),
                      file_format::heddle_json);
  };
  EXPECT_EQ(text(5), text(5));
  EXPECT_NE(text(5), text(6));
}

TEST(Generate, RefusesWhatItCannotDo)
{
  EXPECT_THROW(static_cast<void>(generate_workflow("chian", {})), input_error);
  EXPECT_THROW(static_cast<void>(generate_workflow("chain", {.tasks = 0})), input_error);
  EXPECT_THROW(static_cast<void>(generate_workflow("chain", {.mean_seconds = -1})), input_error);
  EXPECT_THROW(static_cast<void>(generate_workflow(
                 "chain", {.mean_seconds = std::numeric_limits<double>::quiet_NaN()})),
               input_error);
  EXPECT_THROW(static_cast<void>(generate_workflow("random", {.mean_degree = 0})), input_error);
}

}  // namespace
}  // namespace heddle
