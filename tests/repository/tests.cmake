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
heddle_repository_test(gpu_check scripts ${Python3_EXECUTABLE} ${repository}/gpu_check_test.py)
heddle_repository_test(format format scripts/check_format)
heddle_repository_test(headers headers
  ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target heddle_verify_interface_header_sets)
if(HEDDLE_INSTALL AND HEDDLE_BUILD_CLI)
  heddle_repository_test(readme readme ${Python3_EXECUTABLE} ${repository}/readme_test.py
    --readme ${PROJECT_SOURCE_DIR}/README.md --cmake ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR}
    --compiler ${CMAKE_CXX_COMPILER})
endif()
