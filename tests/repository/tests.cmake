# Layers, headers, format, scripts and the README: what keeps the repository itself in order.
set(repository ${CMAKE_CURRENT_SOURCE_DIR}/repository)

# heddle_repository_test(<name> <label> <command> [argument...]): status 77 means that a tool is missing.
function(heddle_repository_test name label)
  add_test(NAME repository.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(repository.${name} PROPERTIES
    LABELS ${label} SKIP_RETURN_CODE 77 TIMEOUT 600 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endfunction()

heddle_repository_test(layers layers ${Python3_EXECUTABLE} scripts/check_layers)
heddle_repository_test(check_layers layers ${Python3_EXECUTABLE} ${repository}/check_layers_test.py)
heddle_repository_test(install_packages scripts ${Python3_EXECUTABLE} ${repository}/install_packages_test.py)
heddle_repository_test(bench scripts ${Python3_EXECUTABLE} ${repository}/bench_test.py)
heddle_repository_test(plot_quality scripts ${Python3_EXECUTABLE} ${repository}/plot_quality_test.py)
heddle_repository_test(gpu_check scripts ${Python3_EXECUTABLE} ${repository}/gpu_check_test.py)
heddle_repository_test(format format scripts/check_format)
heddle_repository_test(headers headers
  ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target heddle_verify_interface_header_sets)
if(HEDDLE_INSTALL AND HEDDLE_BUILD_CLI)
  heddle_repository_test(readme readme ${Python3_EXECUTABLE} ${repository}/readme_test.py
    --readme ${PROJECT_SOURCE_DIR}/README.md --cmake ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR}
    --compiler ${CMAKE_CXX_COMPILER})
endif()

# What observers cost where there are none: the library as it is, and with rows compiled without them before it.
add_library(rows_without_observers OBJECT)
foreach(source task_rows task_rows_control task_rows_layout task_rows_run)
  target_sources(rows_without_observers PRIVATE ${PROJECT_SOURCE_DIR}/src/run/${source}.cpp)
endforeach()
target_compile_definitions(rows_without_observers PRIVATE HEDDLE_WITHOUT_OBSERVERS)
target_include_directories(rows_without_observers PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(rows_without_observers PRIVATE heddle::heddle heddle_build_flags fmt::fmt)
set_target_properties(rows_without_observers PROPERTIES POSITION_INDEPENDENT_CODE ON)
foreach(program count_rows count_rows_without_observers)
  add_executable(${program} ${repository}/count_rows.cpp)
  target_link_libraries(${program} PRIVATE heddle::heddle heddle_build_flags)
endforeach()
target_sources(count_rows_without_observers PRIVATE $<TARGET_OBJECTS:rows_without_observers>)
target_link_libraries(count_rows_without_observers PRIVATE fmt::fmt)
heddle_repository_test(instructions scripts ${Python3_EXECUTABLE} ${repository}/instructions_test.py
  $<TARGET_FILE:count_rows> $<TARGET_FILE:count_rows_without_observers>)
