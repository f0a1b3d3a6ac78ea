/// @file
/// What several tests of workflow files need.
#pragma once

#include <heddle/base/error.hpp>
#include <heddle/workflow/edge_table.hpp>
#include <heddle/workflow/file_formats.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace heddle {

inline workflow read_text(std::string_view text)
{
  return read_workflow_text(text, "FILE").workflow;
}

/// The message with which reading fails; empty if it does not.
inline std::string error_of(std::string_view text)
{
  try {
    static_cast<void>(read_workflow_text(text, "FILE"));
    return {};
  } catch (input_error const& e) {
    return e.what();
  }
}

inline std::string write_text(workflow const& w, file_format format)
{
  std::ostringstream out;
  write_workflow(w, format, out);
  return out.str();
}

/// Bytes by the names of the ends of every edge.
inline std::map<std::pair<std::string, std::string>, double> named_edges(workflow const& w)
{
  std::map<std::pair<std::string, std::string>, double> edges;
  for (auto const& e : w.edges()) edges[{w.at(e.from).name, w.at(e.to).name}] += e.bytes;
  return edges;
}

}  // namespace heddle
