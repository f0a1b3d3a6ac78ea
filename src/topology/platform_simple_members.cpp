#include "src/topology/platform_parts.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>

namespace heddle {
namespace {

void read_rates(machine& m, json_cursor const& root)
{
  auto const rates = root.find("rates");
  if (!rates) return;
  rates->expect_members({"flops_per_second", "bytes_per_second"});
  m.flops_per_second =
    value_or(*rates, "flops_per_second", m.flops_per_second, &json_cursor::positive);
  m.bytes_per_second =
    value_or(*rates, "bytes_per_second", m.bytes_per_second, &json_cursor::positive);
}

void read_limits(machine& m, json_cursor const& root)
{
  auto const limits = root.find("limits");
  if (!limits) return;
  limits->expect_members({"memory_bytes", "cpus"});
  m.memory_limit_bytes = value_or(*limits, "memory_bytes", 0.0, &json_cursor::non_negative);
  m.cpu_limit          = value_or(*limits, "cpus", 0.0, &json_cursor::non_negative);
}

/// Calls `read` for each object of a list, which may be missing and whose members are known.
template <class Read>
void for_each(json_cursor const& root, char const* key, std::initializer_list<char const*> members,
              Read read)
{
  auto const list = root.find(key);
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    list->element(i).expect_members(members);
    read(list->element(i));
  }
}

cache_info read_cache(json_cursor const& at)
{
  cache_info cache{at["level"].integer(1, 16), at["bytes"].non_negative(), {}};
  auto const cores = at["cores"];
  for (std::size_t i = 0; i < cores.size(); ++i) cache.cores.push_back(cores.element(i).integer(0));
  return cache;
}

disk_info read_disk(json_cursor const& at)
{
  return {at["name"].non_empty_text(), value_or(at, "bytes", 0.0, &json_cursor::non_negative),
          value_or(at, "read", 0.0, &json_cursor::non_negative),
          value_or(at, "write", 0.0, &json_cursor::non_negative)};
}

network_info read_network(json_cursor const& at)
{
  return {at["name"].non_empty_text(), value_or(at, "bandwidth", 0.0, &json_cursor::non_negative)};
}

}  // namespace

void read_simple_members(machine& m, json_cursor const& root)
{
  m.name               = value_or(root, "name", std::string{}, &json_cursor::text);
  m.processor          = value_or(root, "processor", std::string{}, &json_cursor::text);
  m.least_task_seconds = value_or(root, "least_task_seconds", 0.0, &json_cursor::non_negative);
  read_rates(m, root);
  read_limits(m, root);
  for_each(root, "caches", {"level", "bytes", "cores"},
           [&](json_cursor const& at) { m.caches.push_back(read_cache(at)); });
  for_each(root, "disks", {"name", "bytes", "read", "write"},
           [&](json_cursor const& at) { m.disks.push_back(read_disk(at)); });
  for_each(root, "networks", {"name", "bandwidth"},
           [&](json_cursor const& at) { m.networks.push_back(read_network(at)); });
}

}  // namespace heddle
