#include "src/plan/dp/places.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace heddle {
namespace {

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

bool are_equal(cost_model const& costs, int a, int b)
{
  if (costs.kind(a) != costs.kind(b)) return false;
  if (costs.speeds()[index(a)] != costs.speeds()[index(b)]) return false;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    auto const task = static_cast<task_id>(t);
    if (costs.execution_seconds(task, a) != costs.execution_seconds(task, b)) return false;
  }
  return true;
}

/// One resource of each class that a memory node has, in increasing order: [memory nodes].
std::vector<std::vector<int>> classes_of_nodes(cost_model const& costs)
{
  std::vector<std::vector<int>> classes(index(costs.num_memory_nodes()));
  for (auto const& group : group_equal_resources(costs)) {
    for (auto const r : group) {
      auto& of_node = classes[index(costs.memory_nodes()[index(r)])];
      if (of_node.empty() || of_node.back() != group.front()) of_node.push_back(group.front());
    }
  }
  return classes;
}

}  // namespace

std::vector<std::vector<int>> group_equal_resources(cost_model const& costs)
{
  std::vector<std::vector<int>> groups;
  for (int r = 0; r < costs.num_resources(); ++r) {
    auto const known = std::find_if(groups.begin(), groups.end(), [&](auto const& group) {
      return are_equal(costs, group.front(), r);
    });
    (known == groups.end() ? groups.emplace_back() : *known).push_back(r);
  }
  return groups;
}

places::places(cost_model const& costs)
{
  auto const classes = classes_of_nodes(costs);
  std::map<std::vector<int>, int> known;
  std::vector<int> place_of_node(classes.size(), -1);
  for (std::size_t n = 0; n < classes.size(); ++n) {
    if (classes[n].empty()) continue;
    auto const next           = static_cast<int>(memory_node.size());
    auto const [seen, is_new] = known.try_emplace(classes[n], next);
    bool const is_own         = is_new || !costs.uniform_links();
    place_of_node[n]          = is_own ? next : seen->second;
    if (!is_own) continue;
    memory_node.push_back(static_cast<int>(n));
    resources.push_back(classes[n]);
  }
  for (auto const node : costs.memory_nodes()) of_resource.push_back(place_of_node[index(node)]);
}

double places::execution_seconds(cost_model const& costs, task_id task, std::size_t place) const
{
  auto least = std::numeric_limits<double>::infinity();
  for (auto const r : resources[place]) least = std::min(least, costs.execution_seconds(task, r));
  return least;
}

}  // namespace heddle
