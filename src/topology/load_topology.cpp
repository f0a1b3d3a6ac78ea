#include "src/topology/hwloc_machine.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace heddle {
namespace {

constexpr int max_depth = 64;

topology_handle new_topology()
{
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) throw system_error{"hwloc: cannot make a topology"};
  topology_handle topology{raw};
  hwloc_topology_set_io_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_IMPORTANT);
  return topology;
}

[[noreturn]] void fail_cut(std::string_view file)
{
  throw input_error{
    fmt::format("{}: the XML ends too early; write it anew by lstopo --of xml", file)};
}

/// hwloc reads objects by recursion, leaves entities to the XML library, and loses memory when a
/// document ends too early; such documents are refused before it sees them. Tags are counted as
/// they come; comments and quoted `>` do not occur in what hwloc writes and can only make the count
/// larger.
void expect_harmless(std::string_view xml, std::string_view file)
{
  if (xml.find("<!ENTITY") != xml.npos) {
    throw input_error{fmt::format("{}: hwloc XML with entities is not read; remove them", file)};
  }
  int depth = 0;
  for (auto open = xml.find('<'); open != xml.npos; open = xml.find('<', open + 1)) {
    auto const close = xml.find('>', open);
    if (close == xml.npos) fail_cut(file);
    auto const kind = xml[open + 1];
    if (kind == '?' || kind == '!') continue;
    if (kind == '/') --depth;
    if (kind != '/' && xml[close - 1] != '/' && ++depth > max_depth) {
      throw input_error{
        fmt::format("{}: nested deeper than {} levels; no topology is", file, max_depth)};
    }
  }
  if (depth != 0) fail_cut(file);
}

}  // namespace

topology_handle load_topology()
{
  auto topology = new_topology();
  if (hwloc_topology_load(topology.get()) != 0) {
    throw system_error{
      fmt::format("hwloc: cannot read this machine: {}; check HWLOC_SYNTHETIC and "
                  "HWLOC_XMLFILE, if they are set",
                  std::strerror(errno))};
  }
  return topology;
}

topology_handle load_topology(std::string_view xml, std::string_view file)
{
  expect_harmless(xml, file);
  auto topology = new_topology();
  std::string const text{xml};  // hwloc wants the final zero to be part of the buffer
  if (hwloc_topology_set_xmlbuffer(topology.get(), text.c_str(),
                                   static_cast<int>(text.size() + 1)) != 0 ||
      hwloc_topology_load(topology.get()) != 0) {
    throw input_error{
      fmt::format("{}: hwloc cannot read it as a topology in XML; check that the file "
                  "is complete, or write it anew by lstopo --of xml",
                  file)};
  }
  return topology;
}

}  // namespace heddle
