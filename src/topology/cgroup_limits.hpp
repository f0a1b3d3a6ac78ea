/// @file
/// What control groups allow this process.
#pragma once

#include <filesystem>

namespace heddle {

/// 0: no limit.
struct cgroup_limits {
  double cpus         = 0;  ///< cores' worth of time
  double memory_bytes = 0;
};

/// The tightest limits on the way from the process's control group up to the top, versions 1 and 2:
/// `cpu.max` or `cpu.cfs_quota_us`, `memory.max` or `memory.limit_in_bytes`. What cannot be read
/// limits nothing.
///
/// @param root where `proc` and `sys` are found: "/", or a folder of a test
[[nodiscard]] cgroup_limits read_cgroup_limits(std::filesystem::path const& root);

/// How many cores to use within a limit of CPU time, at least 1. A quota of 1.5 cores keeps 2: both
/// run, if not all the time.
[[nodiscard]] int cores_within(cgroup_limits const& limits);

}  // namespace heddle
