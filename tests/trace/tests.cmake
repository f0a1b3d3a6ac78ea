heddle_test(trace
  ../base/atomic_file_test.cpp
  chrome_trace_test.cpp
  html_report_test.cpp
  progress_display_test.cpp
  progress_test.cpp
  run_shape_test.cpp
  thread_name_test.cpp)

# The report, seen by a real browser. Skipped, with a word on what is missing, where there is none.
add_executable(write_sample_report ${CMAKE_CURRENT_LIST_DIR}/write_sample_report.cpp)
target_include_directories(write_sample_report PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(write_sample_report PRIVATE heddle::heddle heddle_build_flags)
# Distributions ship selenium for their own Python, which need not be the first one in PATH.
find_program(HEDDLE_BROWSER_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(HEDDLE_BROWSER_PYTHON)
  add_test(NAME trace.report_browser
    COMMAND ${HEDDLE_BROWSER_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/report_browser_test.py
            $<TARGET_FILE:write_sample_report>)
  set_tests_properties(trace.report_browser PROPERTIES
    LABELS browser SKIP_RETURN_CODE 77 TIMEOUT 300 RUN_SERIAL ON)
endif()

# Does NVTX emit? A profiler in miniature counts.
if(HEDDLE_HAS_CUDA)
  add_library(nvtx_counter MODULE ${CMAKE_CURRENT_LIST_DIR}/nvtx_counter.cpp)
  target_include_directories(nvtx_counter SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  target_link_libraries(nvtx_counter PRIVATE heddle_build_flags)
  add_executable(emit_ranges ${CMAKE_CURRENT_LIST_DIR}/emit_ranges.cpp)
  target_link_libraries(emit_ranges PRIVATE heddle::heddle heddle_build_flags)
  add_test(NAME trace.nvtx_emits COMMAND emit_ranges 3)
  set_tests_properties(trace.nvtx_emits PROPERTIES
    ENVIRONMENT NVTX_INJECTION64_PATH=$<TARGET_FILE:nvtx_counter>
    PASS_REGULAR_EXPRESSION "domain heddle\ncategory 1 task\ncategory 2 stage\ncategory 3 transfer\nthread emitter\npush 1 outer 3\npush 3 inner 0\npop\npush 3 inner 1\npop\npush 3 inner 2\npop\npop\n4 pushes, 4 pops, depth 0\n")
  add_test(NAME trace.nvtx_silent COMMAND emit_ranges 3)
  set_tests_properties(trace.nvtx_silent PROPERTIES FAIL_REGULAR_EXPRESSION "push")
endif()
