#include "src/base/atomic_file.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace heddle {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(fs::path const& path, int reason)
{
  auto const why = reason ? std::generic_category().message(reason) : std::string{"write failed"};
  throw system_error{path.string() + ": cannot be written: " + why};
}

/// `path` is what messages name, `at` is where the bytes go.
void write_file(fs::path const& path, fs::path const& at,
                std::function<void(std::ostream&)> const& write)
{
  errno = 0;
  std::ofstream out{at, std::ios::binary};
  if (!out) fail(path, errno);
  write(out);
  out.close();
  if (!out) fail(path, errno);
}

fs::path unique_sibling(fs::path const& path)
{
  static std::atomic<unsigned> count{0};
  return path.parent_path() /
         fmt::format(".{}.{}.{}.part", path.filename().string(), ::getpid(), count++);
}

/// Removes a file unless it was renamed before.
struct leftover_guard {
  fs::path const& path;
  ~leftover_guard()
  {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

}  // namespace

void write_atomically(fs::path const& path, std::function<void(std::ostream&)> const& write)
{
  std::error_code no_status;
  auto const status = fs::status(path, no_status);
  if (fs::exists(status) && !fs::is_regular_file(status)) return write_file(path, path, write);

  auto const target = fs::exists(status) ? fs::canonical(path) : path;
  auto const part   = unique_sibling(target);
  leftover_guard const guard{part};
  write_file(path, part, write);
  std::error_code failure;
  fs::rename(part, target, failure);
  if (failure) fail(path, failure.value());
}

}  // namespace heddle
