#include <heddle/cost/cost_model.hpp>

#include <cstddef>
#include <vector>

namespace heddle {

cost_model cost_model::merged(std::span<std::int32_t const> cluster_of, std::size_t clusters) const
{
  std::vector<edge> between;
  for (std::size_t t = 0; t < num_tasks(); ++t) {
    auto const successors = edges_.successors(static_cast<task_id>(t));
    auto const bytes      = edges_.bytes_to_successors(static_cast<task_id>(t));
    for (std::size_t i = 0; i < successors.size(); ++i) {
      auto const to = cluster_of[index(successors[i])];
      if (to != cluster_of[t]) between.push_back({cluster_of[t], to, bytes[i]});
    }
  }
  cost_model m{groups_};
  m.edges_ = make_edge_table(clusters, between);
  m.seconds_.assign(seconds_.size() / num_tasks() * clusters, 0);
  for (std::size_t i = 0; i < seconds_.size(); ++i) {
    auto const kind = i / num_tasks();
    m.seconds_[kind * clusters + index(cluster_of[i % num_tasks()])] += seconds_[i];
  }
  for (auto const first : first_seconds_) m.first_seconds_.push_back(first == 0 ? 0 : clusters);
  m.speed_                 = speed_;
  m.memory_node_           = memory_node_;
  m.kind_                  = kind_;
  m.num_memory_nodes_      = num_memory_nodes_;
  m.bandwidth_             = bandwidth_;
  m.latency_               = latency_;
  m.mean_latency_          = mean_latency_;
  m.mean_seconds_per_byte_ = mean_seconds_per_byte_;
  m.pair_bandwidth_        = pair_bandwidth_;
  m.pair_latency_          = pair_latency_;
  return m;
}

}  // namespace heddle
