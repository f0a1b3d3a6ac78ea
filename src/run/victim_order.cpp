#include "src/run/victim_order.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace heddle::detail {
namespace {

// Distances, beside the levels of caches, which lie between the first two.
constexpr int same_core        = 0;
constexpr int same_memory_node = 1000;
constexpr int same_package     = 1001;
constexpr int elsewhere        = 1002;

struct place {
  resource const* at;
  std::vector<cache_info const*> caches;  ///< that its core shares
};

place place_of(machine const& m, resource const& r)
{
  place here{&r, {}};
  for (auto const& cache : m.caches) {
    if (std::ranges::find(cache.cores, r.core) != cache.cores.end()) here.caches.push_back(&cache);
  }
  return here;
}

/// The least level of a cache that both share; `elsewhere` if there is none.
int level_of_shared_cache(place const& a, place const& b)
{
  int level = elsewhere;
  for (auto const* const cache : a.caches) {
    if (std::ranges::find(b.caches, cache) != b.caches.end()) level = std::min(level, cache->level);
  }
  return level;
}

int distance(place const& a, place const& b)
{
  if (a.at->core == b.at->core) return same_core;
  auto const level = level_of_shared_cache(a, b);
  if (level != elsewhere) return level;
  if (a.at->memory_node == b.at->memory_node) return same_memory_node;
  return a.at->package == b.at->package ? same_package : elsewhere;
}

}  // namespace

std::vector<victim_order> victim_orders(machine const& m, std::vector<std::size_t> const& cpus)
{
  std::vector<place> places;
  for (auto const cpu : cpus) places.push_back(place_of(m, m.resources[cpu]));
  std::vector<victim_order> orders(cpus.size());
  std::set<int> distances;
  for (std::size_t a = 0; a < cpus.size(); ++a) {
    std::map<int, std::vector<std::uint32_t>> at;
    for (std::size_t b = 0; b < cpus.size(); ++b) {
      if (a != b) at[distance(places[a], places[b])].push_back(static_cast<std::uint32_t>(b));
    }
    for (auto& [far, threads] : at) {
      distances.insert(far);
      orders[a].push_back(std::move(threads));
    }
  }
  if (distances.size() < 2) orders.clear();
  return orders;
}

}  // namespace heddle::detail
