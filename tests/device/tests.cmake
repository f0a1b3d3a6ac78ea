heddle_test(device
  conformance_test.cpp random_program.cpp random_program_test.cpp simulated_machine_test.cpp stream_log_test.cpp threads_test.cpp)

# The same program test, with one defect put into each program: it passes if the defect is noticed.
function(heddle_broken_program_test target definition)
  add_executable(${target} device/random_program.cpp device/random_program_test.cpp)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE ${definition})
  target_link_libraries(${target} PRIVATE heddle::heddle heddle_build_flags fmt::fmt GTest::gtest_main)
  heddle_discover(${target}_tests ${target} "*" 600 device)
endfunction()
heddle_broken_program_test(device_without_wait_test HEDDLE_TEST_LEAVES_OUT_ONE_WAIT)
heddle_broken_program_test(device_use_after_free_test HEDDLE_TEST_USES_FREED_MEMORY)
