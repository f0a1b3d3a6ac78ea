/// @file
/// The parts of a platform file: the simple members, and the links.
#pragma once

#include "src/topology/json_cursor.hpp"

#include <heddle/topology/machine.hpp>

#include <map>
#include <string>

namespace heddle {

/// Memory nodes by their ids.
using memory_index = std::map<std::string, int>;

/// The memory node whose id is the text at `at`.
///
/// @throw input_error if there is none
[[nodiscard]] int find_memory(memory_index const& memories, json_cursor const& at);

/// `name`, `processor`, `least_task_seconds`, `rates`, `limits`, `caches`, `disks`, `networks`.
void read_simple_members(machine& m, json_cursor const& root);

/// `links`. All memory nodes are known by now.
void read_links(machine& m, memory_index const& memories, json_cursor const& root);

}  // namespace heddle
