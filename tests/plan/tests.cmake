set(plan_tests
  approximations_test.cpp
  check_constraints_test.cpp
  chain_partition_test.cpp
  auto_plan_test.cpp
  check_schedule_test.cpp
  conformance_test.cpp
  constraints_test.cpp
  exact_test.cpp
  fingerprint_test.cpp
  guarantees_test.cpp
  interval_bound_test.cpp
  known_optima_test.cpp
  large_workflow_test.cpp
  list_schedulers_test.cpp
  lower_bound_test.cpp
  memory_profile_test.cpp
  min_max_program_test.cpp
  multilevel_test.cpp
  placement_score_test.cpp
  placement_test.cpp
  peers_test.cpp
  plan_test.cpp
  planners_test.cpp
  properties_test.cpp
  random_workflows_test.cpp
  schedule_document_test.cpp
  sequencing_test.cpp
  simulation_test.cpp
  series_parallel_test.cpp
  subset_sums_test.cpp
  ticks_test.cpp
  timeline_test.cpp
  upward_rank_test.cpp
  valid_bounds_test.cpp)
if(NOT HEDDLE_HAS_CUDA)
  list(APPEND plan_tests placement_score_without_cuda_test.cpp upward_rank_without_cuda_test.cpp)
endif()
heddle_test(plan ${plan_tests})

if(HEDDLE_HAS_CUDA)
  add_executable(plan_device_test
    ${CMAKE_CURRENT_LIST_DIR}/placement_score_device_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/upward_rank_device_test.cpp)
  target_include_directories(plan_device_test PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(plan_device_test PRIVATE
    heddle::heddle heddle_build_flags CUDA::cudart_static GTest::gtest_main)
  heddle_discover(plan_device_tests plan_device_test "*" 600 plan gpu)
endif()
