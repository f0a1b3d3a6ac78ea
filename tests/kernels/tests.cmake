set(kernels_tests
  operations_test.cpp
  placement_score_test.cpp
  upward_rank_test.cpp)
if(NOT HEDDLE_HAS_CUDA)
  list(APPEND kernels_tests without_cuda_test.cpp)
endif()
heddle_test(kernels ${kernels_tests})

if(HEDDLE_HAS_CUDA)
  add_executable(kernels_gpu_test
    ${CMAKE_CURRENT_LIST_DIR}/algorithms_gpu_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/placement_score_gpu_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/upward_rank_gpu_test.cpp)
  target_include_directories(kernels_gpu_test PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(kernels_gpu_test PRIVATE
    heddle::heddle heddle_build_flags CUDA::cudart_static GTest::gtest_main)
  heddle_discover(kernels_gpu_tests kernels_gpu_test "*" 600 kernels gpu)
endif()
