#include "src/workflow/source_text.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
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

text_memory::text_memory(std::size_t size) : size_{size}
{
  constexpr std::size_t huge_page = 2 << 20;
  auto const is_large             = size >= 2 * huge_page;
  auto const alignment            = is_large ? huge_page : alignof(std::max_align_t);
  auto const rounded              = (size + alignment - 1) / alignment * alignment;
  data_.reset(static_cast<char*>(std::aligned_alloc(alignment, rounded)));
  if (!data_) throw std::bad_alloc{};
  if (is_large) ::madvise(data_.get(), rounded, MADV_HUGEPAGE);  // advice: may fail without harm
}

source_text::source_text(std::string name, text_memory memory, std::size_t size)
  : name_{std::move(name)}, memory_{std::move(memory)}, size_{size}
{
  std::fill_n(memory_.data() + size_, padding, '\0');
}

source_text source_text::read(std::filesystem::path const& path)
{
  open_file const file{path};
  constexpr std::size_t least_chunk = 1 << 16;
  text_memory memory{file.size() + padding + least_chunk};
  std::size_t size = 0;
  while (auto const got = file.read(memory.data() + size, memory.size() - padding - size)) {
    size += got;
    if (memory.size() - padding - size >= least_chunk) continue;
    text_memory larger{memory.size() * 2};
    std::copy_n(memory.data(), size, larger.data());
    memory = std::move(larger);
  }
  return {path == "-" ? "standard input" : path.string(), std::move(memory), size};
}

source_text source_text::copy_of(std::string_view text, std::string_view name)
{
  text_memory memory{text.size() + padding};
  std::copy(text.begin(), text.end(), memory.data());
  return {std::string{name}, std::move(memory), text.size()};
}

std::string_view source_text::text() const noexcept
{
  std::string_view text{memory_.data(), size_};
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

std::size_t source_text::line_of(char const* position) const
{
  char const* const begin = memory_.data();
  auto const* const end   = std::clamp(position, begin, begin + size_);
  return 1 + static_cast<std::size_t>(std::count(begin, end, '\n'));
}

}  // namespace heddle
