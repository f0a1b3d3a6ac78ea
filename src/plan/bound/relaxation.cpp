#include "src/plan/bound/relaxation.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace heddle {
namespace {

std::size_t index(int i)
{
  return static_cast<std::size_t>(i);
}

double total_speed_of(resource_kind kind, cost_model const& costs)
{
  double total = 0;
  for (int r = 0; r < costs.num_resources(); ++r) {
    if (costs.kind(r) == kind) total += costs.speeds()[index(r)];
  }
  return total;
}

/// The cores that each task takes, wherever it runs.
std::vector<double> cores_of_tasks(cost_model const& costs)
{
  std::vector<double> cores(costs.num_tasks(), 1);
  if (!costs.has_wide_tasks()) return cores;
  bool const has_gpus = total_speed_of(resource_kind::gpu, costs) > 0;
  for (std::size_t t = 0; t < cores.size(); ++t) {
    auto const task    = static_cast<task_id>(t);
    bool const on_gpus = has_gpus && std::isfinite(costs.seconds_on(resource_kind::gpu, task));
    if (!on_gpus) cores[t] = std::max(costs.cores(task), 1);
  }
  return cores;
}

/// What the task pays on the cheaper kind; it can run on one of them.
double work_at(prices const& y, task_id task, cost_model const& costs)
{
  return std::min(y.cpu * costs.seconds_on(resource_kind::cpu, task),
                  y.gpu * costs.seconds_on(resource_kind::gpu, task));
}

/// What one task costs: a x `cpu` where the CPUs' time costs a, or (1 - a) x `gpu`.
struct offer {
  double cpu;
  double gpu;

  /// The price at which it does not matter; above it, the GPU is cheaper.
  [[nodiscard]] double even() const
  {
    return std::isinf(cpu) ? 0 : std::isinf(gpu) ? 1 : gpu / (cpu + gpu);
  }
};

/// The offers of all tasks that cost anything, by rising `even`.
std::vector<offer> offers(cost_model const& costs, std::vector<double> const& cores, double cpus,
                          double gpus)
{
  std::vector<offer> all;
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    auto const task = static_cast<task_id>(t);
    offer const one{cores[t] * costs.seconds_on(resource_kind::cpu, task) / cpus,
                    costs.seconds_on(resource_kind::gpu, task) / gpus};
    if (one.cpu + one.gpu > 0) all.push_back(one);
  }
  std::sort(all.begin(), all.end(),
            [](offer const& a, offer const& b) { return a.even() < b.even(); });
  return all;
}

/// The prices under which all resources together cost 1 a second and the tasks the most. What they
/// cost is concave in the price of the CPUs' time and bends where a task goes over to the GPUs: the
/// best is where it no longer rises.
prices best_prices(cost_model const& costs, std::vector<double> const& cores)
{
  auto const cpus = total_speed_of(resource_kind::cpu, costs);
  auto const gpus = total_speed_of(resource_kind::gpu, costs);
  if (cpus == 0 || gpus == 0) return {};
  auto const all = offers(costs, cores, cpus, gpus);
  double slope = 0, total = 0;
  for (auto const& each : all) {
    slope += std::isinf(each.cpu) ? 0 : each.cpu;
    total += std::min(each.cpu, each.gpu);
  }
  constexpr double errors = 1e-9;  // relative
  double best             = 0.5;
  for (auto const& each : all) {
    best = each.even();
    slope -= std::isinf(each.cpu)   ? each.gpu
             : std::isinf(each.gpu) ? each.cpu
                                    : each.cpu + each.gpu;
    if (slope <= errors * total) break;
  }
  best = std::clamp(best, errors, 1 - errors);  // at 0 and 1 what runs on one kind costs 0 x inf
  return {best / cpus, (1 - best) / gpus};
}

/// Between two different memory nodes.
struct node_pair {
  int from;
  int to;
};

std::vector<int> nodes_with_resources(cost_model const& costs)
{
  std::vector<int> nodes{costs.memory_nodes().begin(), costs.memory_nodes().end()};
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  return nodes;
}

/// The links of which one is the fastest for every size from `least` to `most` bytes: a transfer is
/// linear in its bytes, so that what is faster for both is faster for all between.
std::vector<node_pair> fastest_links(cost_model const& costs, double least, double most)
{
  struct candidate {
    double small;
    double large;
    node_pair link;
  };
  std::vector<candidate> all;
  auto const nodes = nodes_with_resources(costs);
  for (auto const from : nodes) {
    for (auto const to : nodes) {
      if (from == to) continue;
      all.push_back({costs.node_transfer_seconds(least, from, to),
                     costs.node_transfer_seconds(most, from, to),
                     {from, to}});
      if (costs.uniform_links()) return {all.front().link};
    }
  }
  std::stable_sort(all.begin(), all.end(), [](auto const& a, auto const& b) {
    return std::pair{a.small, a.large} < std::pair{b.small, b.large};
  });
  std::vector<node_pair> best;
  double large = std::numeric_limits<double>::infinity();
  for (auto const& each : all) {
    if (each.large >= large) continue;
    large = each.large;
    best.push_back(each.link);
  }
  return best;
}

std::vector<node_pair> fastest_links(cost_model const& costs)
{
  double least = std::numeric_limits<double>::infinity(), most = 0;
  for (auto const bytes : costs.edges().successor_bytes) {
    if (bytes == 0) continue;
    least = std::min(least, bytes);
    most  = std::max(most, bytes);
  }
  return most > 0 ? fastest_links(costs, least, most) : std::vector<node_pair>{};
}

/// Of every edge, over the fastest of the links; without any, all lies in one memory node.
std::vector<double> transfers(std::vector<double> const& bytes, std::vector<node_pair> const& links,
                              cost_model const& costs)
{
  std::vector<double> seconds(bytes.size());
  if (links.empty()) return seconds;
  for (std::size_t e = 0; e < bytes.size(); ++e) {
    seconds[e] = std::numeric_limits<double>::infinity();
    for (auto const& link : links) {
      seconds[e] = std::min(seconds[e], costs.node_transfer_seconds(bytes[e], link.from, link.to));
    }
  }
  return seconds;
}

/// The largest speed of a kind; 0 if the machine has none.
double best_speed_of(resource_kind kind, cost_model const& costs)
{
  double best = 0;
  for (int r = 0; r < costs.num_resources(); ++r) {
    if (costs.kind(r) == kind) best = std::max(best, costs.speeds()[index(r)]);
  }
  return best;
}

std::vector<double> least_seconds_of_tasks(cost_model const& costs)
{
  auto const cpu = best_speed_of(resource_kind::cpu, costs);
  auto const gpu = best_speed_of(resource_kind::gpu, costs);
  std::vector<double> least(costs.num_tasks(), std::numeric_limits<double>::infinity());
  for (std::size_t t = 0; t < least.size(); ++t) {
    auto const task = static_cast<task_id>(t);
    if (cpu > 0) least[t] = costs.seconds_on(resource_kind::cpu, task) / cpu;
    if (gpu > 0) least[t] = std::min(least[t], costs.seconds_on(resource_kind::gpu, task) / gpu);
  }
  return least;
}

/// What one memory node has.
struct node_capacity {
  double speed     = 0;
  double resources = 0;
};

/// Sums of the k largest, for k up to `most`.
std::vector<double> largest_sums(std::vector<double> values, std::size_t most)
{
  std::sort(values.begin(), values.end(), std::greater{});
  if (values.size() > most) values.resize(most);
  std::partial_sum(values.begin(), values.end(), values.begin());
  return values;
}

std::vector<double> scaled(std::vector<double> values, double factor)
{
  for (auto& each : values) each *= factor;
  return values;
}

double sum_of(std::vector<double> const& values)
{
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// See the comment in the header.
std::vector<double> shares_of_a_node(std::vector<node_capacity> const& nodes,
                                     std::vector<double> const& least_seconds,
                                     std::vector<double> const& work)
{
  double speed = 0, resources = 0;
  for (auto const& node : nodes) {
    speed     = std::max(speed, node.speed);
    resources = std::max(resources, node.resources);
  }
  auto by_time            = scaled(least_seconds, 1 / resources);
  auto by_work            = scaled(work, 1 / speed);
  constexpr double errors = 1e-9;  // relative: rounding decides nothing
  return sum_of(by_work) > sum_of(by_time) * (1 + errors) ? by_work : by_time;
}

}  // namespace

relaxation::relaxation(cost_model const& all_costs)
  : costs{all_costs}, least_seconds{least_seconds_of_tasks(costs)}, cores{cores_of_tasks(costs)}
{
  auto const y = best_prices(costs, cores);
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    work.push_back(work_at(y, static_cast<task_id>(t), costs));
  }
  take_resources(y);
  auto const links = fastest_links(costs);
  to_successor     = transfers(costs.edges().successor_bytes, links, costs);
  from_predecessor = transfers(costs.edges().predecessor_bytes, links, costs);
}

/// Speeds, of all resources and by memory node, at these prices.
void relaxation::take_resources(prices const& y)
{
  std::vector<node_capacity> nodes(index(costs.num_memory_nodes()));
  for (int r = 0; r < costs.num_resources(); ++r) {
    speed.push_back(costs.speeds()[index(r)] * y.of(costs.kind(r)));
    auto& node = nodes[index(costs.memory_nodes()[index(r)])];
    node.speed += speed.back();
    ++node.resources;
  }
  total_speed   = sum_of(speed);
  fastest_speed = largest_sums(speed, most_fastest);
  node_seconds  = shares_of_a_node(nodes, least_seconds, work);
  for (auto const& node : nodes) {
    if (node.resources > 0) node_speeds.push_back(node.speed);
  }
  std::sort(node_speeds.begin(), node_speeds.end(), std::greater{});
}

void load_bound::add(task_id task)
{
  auto const work  = on_.work[index(task)];
  auto const cores = on_.cores[index(task)];
  total_ += cores * work;
  auto const most = on_.fastest_speed.size();
  for (double core = 0; core < cores; ++core) {
    if (longest_.size() == most && work <= longest_.back()) return;
    if (longest_.size() == most) longest_.pop_back();
    longest_.insert(std::upper_bound(longest_.begin(), longest_.end(), work, std::greater{}), work);
  }
}

double load_bound::seconds() const
{
  double bound = total_ / on_.total_speed;
  double sum   = 0;
  for (std::size_t k = 0; k < longest_.size(); ++k) {
    sum += longest_[k];
    bound = std::max(bound, sum / on_.fastest_speed[k]);
  }
  return bound;
}

}  // namespace heddle
