#!/usr/bin/env bash
# package_test.sh cmake|pkg_config|subproject SOURCE BUILD WORK: installs the build tree and uses it from outside; then
# moves the installed tree and uses it again. Environment: CXX, CMAKE, GENERATOR, LAUNCHER, and CUDACXX if there is one.
set -euo pipefail
way=$1 source=$2 build=$3 work=$4
consumer=$source/tests/package

fail() { echo "package test: $*" >&2; exit 1; }

install_to() { # PREFIX
  "$CMAKE" --install "$build" --prefix "$1" >"$work/install.log"
  local leaks
  leaks=$(grep -rlF -e "$source/" -e "$build/" "$1"/lib*/cmake "$1"/lib*/pkgconfig "$1/include") || return 0
  fail "installed files name the source or build tree: $leaks"
}

configure() { # SOURCE BUILD [OPTION...]
  "$CMAKE" -S "$1" -B "$2" -G "$GENERATOR" -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_BUILD_TYPE=Release \
    ${LAUNCHER:+-DCMAKE_CXX_COMPILER_LAUNCHER="$LAUNCHER"} "${@:3}"
}

use_by_cmake() { # PREFIX BUILD
  configure "$consumer" "$2" -DCMAKE_PREFIX_PATH="$1"
  "$CMAKE" --build "$2"
  "$2/consumer"
}

# Examples are what users copy: each is a project that needs the installed heddle alone.
use_examples() { # PREFIX
  local example
  for example in tour control_flow speculation ${CUDACXX:+saxpy}; do
    configure "$source/examples/$example" "$work/$example" -DCMAKE_PREFIX_PATH="$1"
    "$CMAKE" --build "$work/$example"
    (cd "$work" && "$work/$example/$example")
  done
}

# Besides linking and running, no header of a library that heddle hides may be read.
use_by_pkg_config() { # PREFIX BUILD
  mkdir -p "$2"
  local libraries=("$1"/lib*)
  PKG_CONFIG_PATH=${libraries[0]}/pkgconfig
  export PKG_CONFIG_PATH
  local flags libs hidden='/(fmt|nlohmann|simdjson|hwloc|hwy|CLI|cuda_runtime[a-z_]*|mpi)(\.h|/)'
  read -ra flags < <(pkg-config --cflags heddle)
  read -ra libs < <(pkg-config --libs heddle)
  "$CXX" -std=c++20 "$consumer/consumer.cpp" -MD -MF "$2/headers" -o "$2/consumer" "${flags[@]}" "${libs[@]}"
  ! grep -E "$hidden" "$2/headers" || fail "a public header reads a header that users need not have"
  LD_LIBRARY_PATH=${libraries[0]} "$2/consumer"
}

use_installed() { # by cmake|pkg_config: where it was installed, then moved
  install_to "$work/prefix"
  "use_by_$way" "$work/prefix" "$work/first"
  "$work/prefix/bin/heddle" --version
  mv "$work/prefix" "$work/moved"
  "use_by_$way" "$work/moved" "$work/second"
  [[ $way != cmake ]] || use_examples "$work/moved"
  "$work/moved/bin/heddle" --version
}

# Built in a folder as deep as the build tree: relative paths are the same there, so that ccache holds the objects.
use_as_subproject() {
  local cached beside=$build-subproject
  cached=$(grep -E '^(HEDDLE_CUDA|BUILD_SHARED_LIBS|HEDDLE_WARNINGS_AS_ERRORS):' "$build/CMakeCache.txt" | sed 's/^/-D/')
  rm -rf "$beside"
  # shellcheck disable=SC2086
  configure "$consumer/subproject" "$beside" -DHEDDLE_SOURCE="$source" $cached
  "$CMAKE" --build "$beside" --target consumer
  "$beside/consumer"
  ! grep -q '^HEDDLE_BUILD_TESTS:.*=ON' "$beside/CMakeCache.txt" || fail "a sub-project builds the tests"
  rm -rf "$beside"
}

rm -rf "$work"
mkdir -p "$work"
case $way in
  cmake | pkg_config) use_installed ;;
  subproject) use_as_subproject ;;
  *) fail "unknown way: $way" ;;
esac
