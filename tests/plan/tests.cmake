set(plan_tests
  check_schedule_test.cpp
  conformance_test.cpp
  fingerprint_test.cpp
  known_optima_test.cpp
  large_workflow_test.cpp
  lower_bound_test.cpp
  plan_test.cpp
  planners_test.cpp
  random_workflows_test.cpp
  schedule_document_test.cpp
  timeline_test.cpp
  upward_rank_test.cpp)
if(NOT HEDDLE_HAS_CUDA)
  list(APPEND plan_tests upward_rank_without_cuda_test.cpp)
endif()
heddle_test(plan ${plan_tests})

if(HEDDLE_HAS_CUDA)
  add_executable(plan_device_test ${CMAKE_CURRENT_LIST_DIR}/upward_rank_device_test.cpp)
  target_include_directories(plan_device_test PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(plan_device_test PRIVATE
    heddle::heddle heddle_build_flags CUDA::cudart_static GTest::gtest_main)
  heddle_discover(plan_device_tests plan_device_test "*" 600 plan gpu)
endif()
