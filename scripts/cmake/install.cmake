# Installs the library, its headers, the program, the CMake package, heddle.pc and the documents. Every path in
# them is relative to where they lie, so that an installed tree can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/heddle)

# ---- what a program needs beside a static libheddle.a: libraries to link, none of their headers --
get_target_property(heddle_type heddle TYPE)
set(HEDDLE_LINK_LIBRARIES "")
if(heddle_type STREQUAL "STATIC_LIBRARY")
  set(HEDDLE_LINK_LIBRARIES fmt simdjson hwloc hwy_contrib hwy)
  if(HEDDLE_HAS_CUDA)
    list(APPEND HEDDLE_LINK_LIBRARIES cudart_static)
    get_target_property(HEDDLE_CUDA_LIBRARY_DIR CUDA::cudart_static IMPORTED_LOCATION)
    cmake_path(REMOVE_FILENAME HEDDLE_CUDA_LIBRARY_DIR)
  endif()
endif()
foreach(library IN LISTS HEDDLE_LINK_LIBRARIES)
  # heddle-config.cmake finds it and defines this target
  target_link_libraries(heddle INTERFACE $<INSTALL_INTERFACE:$<LINK_ONLY:heddle::${library}>>)
endforeach()

# ---- library, headers, program -------------------------------------------------------------------
install(TARGETS heddle EXPORT heddle-targets FILE_SET HEADERS)
if(HEDDLE_BUILD_CLI)
  if(heddle_type STREQUAL "SHARED_LIBRARY")
    file(RELATIVE_PATH bin_to_lib /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
    set_target_properties(heddle_cli PROPERTIES INSTALL_RPATH $ORIGIN/${bin_to_lib})
  endif()
  install(TARGETS heddle_cli)
endif()

# ---- CMake package -------------------------------------------------------------------------------
install(EXPORT heddle-targets NAMESPACE heddle:: DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/scripts/cmake/heddle-config.cmake.in
  ${PROJECT_BINARY_DIR}/heddle-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/heddle-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/heddle-config.cmake
  ${PROJECT_BINARY_DIR}/heddle-config-version.cmake
  DESTINATION ${package_dir})

# ---- pkg-config ----------------------------------------------------------------------------------
file(RELATIVE_PATH HEDDLE_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" HEDDLE_PC_TO_PREFIX ${HEDDLE_PC_TO_PREFIX})
list(TRANSFORM HEDDLE_LINK_LIBRARIES PREPEND "-l" OUTPUT_VARIABLE HEDDLE_PC_LIBS)
if("cudart_static" IN_LIST HEDDLE_LINK_LIBRARIES)
  list(INSERT HEDDLE_PC_LIBS 0 -L${HEDDLE_CUDA_LIBRARY_DIR})
  list(APPEND HEDDLE_PC_LIBS -ldl -lrt)
endif()
list(JOIN HEDDLE_PC_LIBS " " HEDDLE_PC_LIBS)
configure_file(${PROJECT_SOURCE_DIR}/scripts/cmake/heddle.pc.in ${PROJECT_BINARY_DIR}/heddle.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/heddle.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# ---- documents -----------------------------------------------------------------------------------
install(FILES
  ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  ${PROJECT_SOURCE_DIR}/LICENSE
  ${PROJECT_SOURCE_DIR}/README.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(FILES ${PROJECT_SOURCE_DIR}/src/workflow/heddle_workflow.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/heddle OPTIONAL)
