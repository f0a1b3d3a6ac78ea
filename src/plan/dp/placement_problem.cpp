#include "src/plan/dp/placement_problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// A power of two above the bytes of every edge, so that a whole number of bytes is a share without
/// rounding; 0 if none moves anything.
double reference_bytes(edge_table const& edges)
{
  double most = 0;
  for (auto const bytes : edges.successor_bytes) most = std::max(most, bytes);
  return most > 0 ? std::ldexp(1, std::ilogb(most) + 1) : 0;
}

/// What a transfer takes whose bytes take none.
double latency_seconds(places const& where, cost_model const& costs, std::size_t from,
                       std::size_t to)
{
  return where.transfer_seconds(costs, std::numeric_limits<double>::denorm_min(), from, to);
}

/// No transfer that ends at all takes longer than `latency + share * full`.
struct slowest_link {
  double latency = 0;
  double full    = 0;
};

slowest_link find_slowest(places const& where, cost_model const& costs, double reference)
{
  slowest_link slowest;
  for (std::size_t p = 0; p < where.size(); ++p) {
    for (std::size_t q = 0; q < where.size(); ++q) {
      auto const full = where.transfer_seconds(costs, reference, p, q);
      if (std::isinf(full) || full == 0) continue;
      auto const latency = latency_seconds(where, costs, p, q);
      slowest.latency    = std::max(slowest.latency, latency);
      slowest.full       = std::max(slowest.full, full - latency);
    }
  }
  return slowest;
}

/// A task's longest execution where it can run.
struct span_of_task {
  double longest_seconds = 0;
  bool runs_everywhere   = true;
};

std::vector<span_of_task> spans_of_tasks(places const& where, cost_model const& costs)
{
  std::vector<span_of_task> spans(costs.num_tasks());
  for (std::size_t t = 0; t < spans.size(); ++t) {
    for (std::size_t p = 0; p < where.size(); ++p) {
      auto const seconds = where.execution_seconds(costs, static_cast<task_id>(t), p);
      if (seconds < infinite) {
        spans[t].longest_seconds = std::max(spans[t].longest_seconds, seconds);
      } else {
        spans[t].runs_everywhere = false;
      }
    }
  }
  return spans;
}

/// No finite score and no transfer takes longer: where the next task can run everywhere, the best
/// way on is not longer than staying; else it is not longer than with the slowest link.
double longest_score_seconds(places const& where, cost_model const& costs)
{
  auto const& edges    = costs.edges();
  auto const spans     = spans_of_tasks(where, costs);
  auto const reference = reference_bytes(edges);
  auto const slowest   = find_slowest(where, costs, reference);
  auto longest         = slowest.latency + slowest.full;
  std::vector<double> score(costs.num_tasks());
  for (auto i = score.size(); i-- > 0;) {
    auto const task  = edges.topological_order[i];
    auto const next  = edges.successors(task);
    auto const bytes = edges.bytes_to_successors(task);
    double tail      = 0;
    for (std::size_t e = 0; e < next.size(); ++e) {
      bool const stays = bytes[e] == 0 || spans[index(next[e])].runs_everywhere;
      auto const move  = stays ? 0 : slowest.latency + bytes[e] / reference * slowest.full;
      tail             = std::max(tail, move + score[index(next[e])]);
    }
    score[index(task)] = spans[index(task)].longest_seconds + tail;
    longest            = std::max(longest, score[index(task)]);
  }
  return longest;
}

/// Transfers are computed in single precision; the nearest of two numbers may lie this much above.
constexpr double single_rounding = 0x1p-22;

tick_scale choose_scale(places const& where, cost_model const& costs)
{
  auto const seconds = longest_score_seconds(where, costs) * (1 + single_rounding);
  return tick_scale::finest(seconds, 2 * static_cast<std::int64_t>(costs.num_tasks()) + 1);
}

float rounded_down(double x)
{
  auto const rounded = static_cast<float>(x);
  return rounded > x ? std::nextafter(rounded, 0.0F) : rounded;
}

/// A link as the scores want it: ticks of the reference volume and of nothing.
struct link_ticks {
  float full;
  float fixed;
};

link_ticks round_link(double full, double latency, tick_rounding rounding)
{
  if (!(full + latency < static_cast<double>(infinite_ticks))) return {0, 0x1.fffffep29F};
  if (rounding == tick_rounding::nearest) {
    return {static_cast<float>(full), static_cast<float>(latency + 0.5)};
  }
  return {rounded_down(full * (1 - single_rounding)),
          rounded_down(latency * (1 - single_rounding))};
}

std::vector<float> links_between(placement_problem const& problem, cost_model const& costs,
                                 double bytes, tick_rounding rounding)
{
  auto const& where = problem.where;
  std::vector<float> links(2 * problem.stride * problem.stride);
  if (bytes == 0) return links;
  for (std::size_t q = 0; q < where.size(); ++q) {
    for (std::size_t p = 0; p < where.size(); ++p) {
      if (p == q) continue;
      auto const latency = latency_seconds(where, costs, p, q);
      auto const full    = where.transfer_seconds(costs, bytes, p, q) - latency;
      auto const rounded =
        round_link(problem.scale.in_ticks(full), problem.scale.in_ticks(latency), rounding);
      links[2 * q * problem.stride + p]       = rounded.full;
      links[(2 * q + 1) * problem.stride + p] = rounded.fixed;
    }
  }
  return links;
}

/// An edge that moves something has a share above 0, so that it has a latency.
std::vector<float> transfer_shares(edge_table const& edges, double reference,
                                   tick_rounding rounding)
{
  std::vector<float> shares;
  shares.reserve(edges.num_edges());
  for (auto const bytes : edges.successor_bytes) {
    if (bytes == 0) {
      shares.push_back(0);
      continue;
    }
    auto const share = bytes / reference;
    auto const rounded =
      rounding == tick_rounding::down ? rounded_down(share) : static_cast<float>(share);
    shares.push_back(std::max(rounded, std::numeric_limits<float>::min()));
  }
  return shares;
}

std::vector<ticks> executions(placement_problem const& problem, cost_model const& costs,
                              tick_rounding rounding)
{
  std::vector<ticks> execution(costs.num_tasks() * problem.stride, infinite_ticks);
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    for (std::size_t p = 0; p < problem.where.size(); ++p) {
      auto const seconds = problem.where.execution_seconds(costs, static_cast<task_id>(t), p);
      execution[t * problem.stride + p] = rounding == tick_rounding::down
                                            ? problem.scale.down(seconds)
                                            : problem.scale.nearest(seconds);
    }
  }
  return execution;
}

}  // namespace

placement_problem::placement_problem(cost_model const& costs, tick_rounding rounding)
  : where{costs}, stride{(where.size() + 3) / 4 * 4}, scale{choose_scale(where, costs)}
{
  auto const bytes = reference_bytes(costs.edges());
  execution        = executions(*this, costs, rounding);
  transfer_share   = transfer_shares(costs.edges(), bytes, rounding);
  links            = links_between(*this, costs, bytes, rounding);
}

std::vector<ticks> placement_problem::scores(cost_model const& costs) const
{
  auto const& edges = costs.edges();
  std::vector<ticks> score(execution.size());
  std::vector<std::int32_t> each_its_level(edges.num_tasks() + 1);
  std::iota(each_its_level.begin(), each_its_level.end(), 0);
  placement_scores({static_cast<std::int32_t>(stride), edges.first_successor, edges.successor,
                    execution, transfer_share, links},
                   {each_its_level, edges.topological_order}, score);
  return score;
}

double placement_additions(cost_model const& costs)
{
  auto const count = static_cast<double>(places{costs}.size());
  return static_cast<double>(costs.edges().num_edges()) * count * count;
}

double placement_bound_seconds(cost_model const& costs)
{
  if (costs.num_tasks() == 0 || placement_additions(costs) > most_placement_additions) return 0;
  placement_problem const problem{costs, tick_rounding::down};
  auto const score = problem.scores(costs);
  ticks longest    = 0;
  for (std::size_t first = 0; first < score.size(); first += problem.stride) {
    auto const of_task = std::span{score}.subspan(first, problem.stride);
    longest            = std::max(longest, *std::min_element(of_task.begin(), of_task.end()));
  }
  return problem.scale.seconds(longest);
}

}  // namespace heddle
