# A project outside the source tree uses heddle: installed, moved, by CMake and by pkg-config, and as a sub-project.
set(package_test ${CMAKE_CURRENT_SOURCE_DIR}/package/package_test.sh)
set(package_environment
  CXX=${CMAKE_CXX_COMPILER}
  CMAKE=${CMAKE_COMMAND}
  GENERATOR=${CMAKE_GENERATOR}
  LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}
  CUDACXX=${CMAKE_CUDA_COMPILER})
foreach(way cmake pkg_config subproject)
  add_test(NAME package.${way}
    COMMAND bash ${package_test} ${way} ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${CMAKE_CURRENT_BINARY_DIR}/package_${way})
  set_tests_properties(package.${way} PROPERTIES
    LABELS package TIMEOUT 1800 ENVIRONMENT "${package_environment}")
endforeach()
set_tests_properties(package.subproject PROPERTIES LABELS "package;slow" PROCESSORS 2)
