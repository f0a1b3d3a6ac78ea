#include "src/workflow/source_text.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace heddle {
namespace {

/// A file descriptor that is closed with its owner, unless it is standard input.
class open_file {
 public:
  explicit open_file(std::filesystem::path const& path)
    : path_{path},
      descriptor_{path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)}
  {
    if (descriptor_ < 0) fail("cannot be opened");
  }
  open_file(open_file const&)            = delete;
  open_file& operator=(open_file const&) = delete;
  ~open_file()
  {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
  }

  /// What is left to read, as far as the system knows.
  std::size_t size() const
  {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail("cannot be examined");
    return S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0;
  }

  /// @return the number of bytes read; 0 at the end
  std::size_t read(char* into, std::size_t most) const
  {
    for (;;) {
      auto const got = ::read(descriptor_, into, most);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) fail("cannot be read");
    }
  }

 private:
  [[noreturn]] void fail(std::string_view what) const
  {
    throw system_error{fmt::format("{}: {}: {}", path_.string(), what, std::strerror(errno))};
  }

  std::filesystem::path const& path_;
  int descriptor_;
};

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

source_text source_text::read(std::filesystem::path const& path)
{
  open_file const file{path};
  constexpr std::size_t least_chunk = 1 << 16;
  std::string padded(file.size() + least_chunk, '\0');
  std::size_t size = 0;
  while (auto const got = file.read(padded.data() + size, padded.size() - size)) {
    size += got;
    if (padded.size() - size < least_chunk) padded.resize(padded.size() * 2);
  }
  padded.resize(size + padding);
  std::fill(padded.end() - padding, padded.end(), '\0');
  return {path == "-" ? "standard input" : path.string(), std::move(padded)};
}

source_text source_text::copy_of(std::string_view text, std::string_view name)
{
  std::string padded;
  padded.reserve(text.size() + padding);
  padded.append(text).append(padding, '\0');
  return {std::string{name}, std::move(padded)};
}

std::string_view source_text::text() const noexcept
{
  auto text = std::string_view{padded_}.substr(0, padded_.size() - padding);
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

std::size_t source_text::line_of(char const* position) const
{
  auto const* const begin = padded_.data();
  auto const* const end   = std::clamp(position, begin, begin + padded_.size());
  return 1 + static_cast<std::size_t>(std::count(begin, end, '\n'));
}

}  // namespace heddle
