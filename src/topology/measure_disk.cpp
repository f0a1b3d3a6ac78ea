#include "src/topology/measure_disk.hpp"

#include <heddle/base/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <system_error>

namespace heddle {
namespace {

namespace fs = std::filesystem;
using clock  = std::chrono::steady_clock;

constexpr std::size_t block_bytes     = 4u << 20;
constexpr std::size_t alignment_bytes = 4096;
constexpr double max_seconds          = 1;

[[noreturn]] void fail(fs::path const& folder, char const* what)
{
  throw system_error{
    fmt::format("{}: cannot {} a file to measure the disk: {}; name another folder",
                folder.string(), what, std::strerror(errno))};
}

/// An open file without a name.
class unnamed_file {
 public:
  explicit unnamed_file(fs::path const& folder) : folder_{folder}
  {
    auto name   = (folder / "heddle-measure-XXXXXX").string();
    descriptor_ = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail(folder_, "make");
    unlink(name.c_str());
    fcntl(descriptor_, F_SETFL, O_DIRECT);  // refused by some file systems, which cache then
  }
  ~unnamed_file() { close(descriptor_); }
  unnamed_file(unnamed_file const&)            = delete;
  unnamed_file& operator=(unnamed_file const&) = delete;

  /// Writes blocks for a while, and returns how many bytes.
  std::size_t fill(char const* block, std::size_t max_bytes)
  {
    auto const written = repeat(max_bytes, "write", [&](off_t at) { return write_all(block, at); });
    if (fdatasync(descriptor_) != 0) fail(folder_, "write");
    return written;
  }

  std::size_t read_back(char* block, std::size_t max_bytes)
  {
    return repeat(max_bytes, "read",
                  [&](off_t at) { return pread(descriptor_, block, block_bytes, at); });
  }

  void drop_cache() { posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED); }

 private:
  ssize_t write_all(char const* block, off_t at)
  {
    auto const written = pwrite(descriptor_, block, block_bytes, at);
    if (written >= 0 && written < static_cast<ssize_t>(block_bytes)) errno = ENOSPC;
    return written;
  }

  template <class Transfer>
  std::size_t repeat(std::size_t max_bytes, char const* what, Transfer transfer)
  {
    auto const end   = clock::now() + std::chrono::duration<double>{max_seconds};
    std::size_t done = 0;
    while (done < max_bytes && (done == 0 || clock::now() < end)) {
      if (transfer(static_cast<off_t>(done)) != static_cast<ssize_t>(block_bytes))
        fail(folder_, what);
      done += block_bytes;
    }
    return done;
  }

  fs::path folder_;
  int descriptor_ = -1;
};

/// Bytes per second of `transfer`, which returns the bytes that it moved.
template <class Transfer>
double rate_of(Transfer transfer, std::size_t& bytes)
{
  auto const start = clock::now();
  bytes            = transfer();
  auto const taken = std::chrono::duration<double>(clock::now() - start).count();
  return static_cast<double>(bytes) / std::max(taken, 1e-9);
}

struct release {
  void operator()(char* block) const { std::free(block); }
};

/// A block as direct transfers want it, with content that does not compress.
std::unique_ptr<char, release> make_block()
{
  std::unique_ptr<char, release> block{
    static_cast<char*>(std::aligned_alloc(alignment_bytes, block_bytes))};
  if (!block) throw std::bad_alloc{};
  std::uint64_t state = 0x9e3779b97f4a7c15;
  for (std::size_t i = 0; i < block_bytes; ++i) {
    state          = state * 6364136223846793005u + 1442695040888963407u;
    block.get()[i] = static_cast<char>(state >> 56);
  }
  return block;
}

}  // namespace

disk_rates measure_disk(fs::path const& folder, std::size_t max_bytes)
{
  auto const block = make_block();
  unnamed_file file{folder};
  disk_rates result;
  std::size_t bytes             = 0;
  result.write_bytes_per_second = rate_of([&] { return file.fill(block.get(), max_bytes); }, bytes);
  file.drop_cache();
  result.read_bytes_per_second = rate_of([&] { return file.read_back(block.get(), bytes); }, bytes);
  return result;
}

std::string disk_of(fs::path const& folder)
{
  struct stat status {};
  if (stat(folder.c_str(), &status) != 0) return {};
  std::error_code none;
  auto device = fs::canonical(
    fmt::format("/sys/dev/block/{}:{}", major(status.st_dev), minor(status.st_dev)), none);
  if (none) return {};
  if (fs::exists(device / "partition", none)) device = device.parent_path();
  return device.filename().string();
}

}  // namespace heddle
