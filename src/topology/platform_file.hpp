/// @file
/// The platform file in JSON: heddle's own schema, `heddle-platform/1`, and the smaller
/// `heddle-eval-platform/1` that it extends.
///
///     {"schema": "heddle-platform/1", "name": "two sockets",
///      "least_task_seconds": 0,                               // least cost of a task on speed 1
///      "rates": {"flops_per_second": 1e10, "bytes_per_second": 1e10},
///      "limits": {"memory_bytes": 0, "cpus": 0},              // of the process; 0: none
///      "nodes": [{"id": "numa0",
///                 "speed": 1,                                 // or {"cpu": 1, "gpu": 8}
///                 "memory": {"bytes": 6.4e10, "bandwidth": 2e10},
///                 "cores": 4,                                 // or a list:
///                 "cores": [{"id": "core0", "speed": 1, "package": 0, "core": 0, "os_index": 0}],
///                 "gpus": [{"id": "gpu0", "name": "H100", "speed": 20, "os_index": 0,
///                           "memory": {"id": "gpu0.memory", "bytes": 8e10, "bandwidth": 2e12},
///                           "multiprocessors": 132, "copy_engines": 3, "compute_capability": 90,
///                           "pci_bus_id": "0000:1b:00.0",
///                           "to_device": 5e10, "from_device": 5e10}]}],
///      "gpus": [],                                            // those of no node in particular
///      "links": {"topology": "full", "bandwidth": 2e10, "latency": 1e-7,
///                "pairs": [{"from": "numa0", "to": "gpu0.memory", "bandwidth": 5e10,
///                           "latency": 1e-5}]},
///      "caches": [{"level": 3, "bytes": 3.2e7, "cores": [0, 1, 2, 3]}],
///      "disks": [{"name": "sda", "bytes": 1e12, "read": 5e8, "write": 4e8}],
///      "networks": [{"name": "eth0", "bandwidth": 1.25e9}]}
///
/// Only `schema`, `nodes` and their ids are needed. A node is a memory; without `cores` it has one
/// core of its own name. A GPU has a memory of its own unless its `memory` is the id of a node.
/// Cores come before GPUs, in the order of the file, unless all say their `index`. A bandwidth is
/// in bytes per second, null (unknown: see `link_model::unset`) or "infinite", which is the
/// default.
#pragma once

#include <heddle/topology/machine.hpp>

#include <string_view>

namespace heddle {

/// @throw input_error naming `file` and JSON path
[[nodiscard]] machine read_platform_json(std::string_view text, std::string_view file);

}  // namespace heddle
