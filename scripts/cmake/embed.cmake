# heddle_embed(<target> <symbol> <file>): compiles the bytes of a file into a target.
#
# Sources of the target declare and use it so; it is constant-initialised, hence usable at any time:
#   namespace heddle::embedded { extern std::string_view const <symbol>; }
#
# This file is also the script that writes the .cpp: an array of characters, since compilers limit the
# length of string literals. It runs only when the embedded file changes.

if(CMAKE_SCRIPT_MODE_FILE)  # cmake -DSYMBOL=... -DINPUT=... -DOUTPUT=... -P embed.cmake
  file(READ "${INPUT}" bytes HEX)
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  string(REGEX REPLACE "(('....',)('....',)('....',)('....',)('....',)('....',)('....',)('....',))" "\\1\n  " bytes "${bytes}")
  file(WRITE "${OUTPUT}" "#include <string_view>

namespace heddle::embedded {

extern std::string_view const ${SYMBOL};

namespace {
constexpr char bytes[] = {
  ${bytes}'\\0'};
}

std::string_view const ${SYMBOL}{bytes, ${size}};

}  // namespace heddle::embedded
")
  return()
endif()

set(HEDDLE_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}" CACHE INTERNAL "")

function(heddle_embed target symbol file)
  get_filename_component(input "${file}" ABSOLUTE)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.cpp")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -DSYMBOL=${symbol} -DINPUT=${input} -DOUTPUT=${output} -P "${HEDDLE_EMBED_SCRIPT}"
    DEPENDS "${input}" "${HEDDLE_EMBED_SCRIPT}"
    COMMENT "Embedding ${file}"
    VERBATIM)
  # The target may belong to another folder, which does not see this folder's commands.
  add_custom_target(embed_${symbol} DEPENDS "${output}")
  add_dependencies(${target} embed_${symbol})
  target_sources(${target} PRIVATE "${output}")
endfunction()
