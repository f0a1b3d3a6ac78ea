/// @file
/// Random programs for several streams of several devices, to run on devices and in sequence.
#pragma once

#include <heddle/device/device.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <vector>

namespace heddle::test {

/// One operation on one stream; blocks are arrays in memory of a device or of the host.
struct program_step {
  enum class kind { allocate, free, upload, download, copy, mix };

  kind what;
  std::size_t stream;
  std::size_t from;
  std::size_t to;
  std::uint32_t factor = 1;  ///< mix: to = factor * from + own * to
  std::uint32_t own    = 1;
  std::vector<std::size_t> waits{};  ///< for steps before it, on other streams
};

/// A data-flow program: arrays are moved between devices and the host, and mixed with each other.
///
/// Streams are tied by events exactly where a step needs another one and no earlier tie implies it.
/// Factors are odd, and whatever is read goes into a result: no bit of it is lost.
class random_program {
 public:
  using array = std::vector<std::uint32_t>;

  random_program(std::uint64_t seed, std::size_t devices);

  /// Leaves out one wait.
  void leave_out_a_wait();

  /// Lets one block be used some time after its free.
  void use_freed_memory();

  /// The arrays at the end.
  [[nodiscard]] std::vector<array> run_in_sequence() const;
  [[nodiscard]] std::vector<array> run_on(std::span<std::shared_ptr<device> const> devices) const;

 private:
  static constexpr std::size_t on_host = static_cast<std::size_t>(-1);

  class execution;

  struct block {
    std::size_t device;
    array initial{};                     // of host blocks
    std::vector<std::size_t> writer{};   // the last step that wrote it, if any
    std::vector<std::size_t> readers{};  // since then
  };

  [[nodiscard]] std::size_t below(std::size_t end) { return random_() % end; }
  [[nodiscard]] std::uint32_t odd() { return static_cast<std::uint32_t>(random_()) | 1; }
  [[nodiscard]] std::size_t add_block(std::size_t device);
  void add(program_step::kind what, std::size_t device, std::size_t from, std::size_t to);
  void tie(std::size_t step);
  void mix_across(std::size_t x, std::size_t y);
  void move(std::size_t& variable);
  void move_over_host(std::size_t& variable);

  std::mt19937_64 random_;
  std::size_t devices_;
  std::vector<block> blocks_{};
  std::vector<program_step> steps_{};
  std::vector<std::size_t> results_{};  // host blocks

  // How many steps are known to have ended before: [steps][streams], and for the next of a stream.
  std::vector<std::vector<std::size_t>> known_to_step_{};
  std::vector<std::vector<std::size_t>> known_to_stream_;
};

}  // namespace heddle::test
