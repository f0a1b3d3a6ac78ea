heddle_test(topology
  cgroup_limits_test.cpp
  discover_test.cpp
  hwloc_machine_test.cpp
  machine_test.cpp
  machine_tree_test.cpp
  measure_test.cpp
  platform_file_test.cpp)
