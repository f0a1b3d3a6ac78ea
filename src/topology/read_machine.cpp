#include "src/topology/hwloc_machine.hpp"
#include "src/topology/platform_file.hpp"

#include <heddle/base/error.hpp>
#include <heddle/topology/machine.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <string>

namespace heddle {
namespace {

constexpr std::size_t max_file_bytes = 256u << 20;

[[noreturn]] void fail_to_read(std::filesystem::path const& path)
{
  throw system_error{fmt::format("{}: cannot read it: {}", path.string(), std::strerror(errno))};
}

}  // namespace

machine machine::read(std::filesystem::path const& path)
{
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  if (!file) fail_to_read(path);
  std::string text;
  std::string block(1u << 16, '\0');
  while (
    text.size() <= max_file_bytes &&
    (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0)) {
    text.append(block, 0, static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) fail_to_read(path);
  return read_text(text, path.string());
}

machine machine::read_text(std::string_view text, std::string_view name)
{
  if (text.size() > max_file_bytes) {
    throw input_error{
      fmt::format("{}: larger than {} MiB; no platform file is", name, max_file_bytes >> 20)};
  }
  auto const first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '<') return read_hwloc_xml(text.substr(first), name);
  return read_platform_json(text, name);
}

}  // namespace heddle
