#include "src/topology/platform_parts.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace heddle {
namespace {

constexpr std::size_t max_linked_nodes = 2'048;  ///< matrices of pairs grow with its square

double read_bandwidth(json_cursor const& value)
{
  if (value.is_null()) return link_model::unset;
  if (!value.is_text()) return value.positive();
  if (value.text() == "infinite") return std::numeric_limits<double>::infinity();
  value.fail("expected a number above 0, null or \"infinite\"; correct the value");
}

void expect_text(json_cursor const& links, char const* key, std::string const& expected)
{
  auto const found = links.find(key);
  if (!found || found->text() == expected) return;
  found->fail(fmt::format("\"{}\" is not known; only \"{}\" is", found->text(), expected));
}

void read_uniform_links(link_model& result, json_cursor const& links)
{
  expect_text(links, "topology", "full");
  expect_text(links, "contention", "none");
  expect_text(links, "intra_node", "free");
  if (auto const symmetric = links.find("symmetric")) symmetric->expect_true();
  if (auto const bandwidth = links.find("bandwidth")) {
    result.bandwidth_bytes_per_second = read_bandwidth(*bandwidth);
  }
  result.latency_seconds = value_or(links, "latency", 0.0, &json_cursor::non_negative);
}

/// Sets one pair; the first to be set gives all others the value `usual`.
void set_pair(std::vector<double>& of_pairs, std::size_t num_pairs, std::size_t at, double value,
              double usual)
{
  if (of_pairs.empty()) of_pairs.assign(num_pairs, usual);
  of_pairs[at] = value;
}

void read_pair(machine& m, memory_index const& memories, json_cursor const& pair)
{
  pair.expect_members({"from", "to", "bandwidth", "latency"});
  auto const from = static_cast<std::size_t>(find_memory(memories, pair["from"]));
  auto const to   = static_cast<std::size_t>(find_memory(memories, pair["to"]));
  if (from == to) pair.fail("joins a node with itself, which is free; remove it");
  auto const nodes = m.memory_nodes.size();
  auto& links      = m.links;
  if (auto const bandwidth = pair.find("bandwidth")) {
    set_pair(links.pair_bandwidth_bytes_per_second, nodes * nodes, from * nodes + to,
             read_bandwidth(*bandwidth), links.bandwidth_bytes_per_second);
  }
  if (auto const latency = pair.find("latency")) {
    set_pair(links.pair_latency_seconds, nodes * nodes, from * nodes + to, latency->non_negative(),
             links.latency_seconds);
  }
}

}  // namespace

int find_memory(memory_index const& memories, json_cursor const& at)
{
  auto const found = memories.find(at.text());
  if (found != memories.end()) return found->second;
  at.fail(
    fmt::format("there is no node or GPU memory \"{}\"; name one that the file has", at.text()));
}

void read_links(machine& m, memory_index const& memories, json_cursor const& root)
{
  auto const links = root.find("links");
  if (!links) return;
  links->expect_members({"topology", "symmetric", "bandwidth", "bandwidth_rule", "latency",
                         "contention", "intra_node", "pairs"});
  read_uniform_links(m.links, *links);
  auto const pairs = links->find("pairs");
  if (!pairs || pairs->size() == 0) return;
  if (m.memory_nodes.size() > max_linked_nodes) {
    pairs->fail(fmt::format("more than {} nodes cannot have links of their own; leave them out",
                            max_linked_nodes));
  }
  for (std::size_t i = 0; i < pairs->size(); ++i) read_pair(m, memories, pairs->element(i));
}

}  // namespace heddle
