/// @file
/// A software GPU, to test on machines without one what uses devices: missing events, use after
/// free, lost devices, memory that runs out.
#pragma once

#include <heddle/device/device.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace heddle {

/// One simulated device.
struct simulated_unit {
  std::size_t memory_bytes            = std::size_t{1} << 30;
  double speed                        = 1;     ///< modelled time of a body = its CPU time / speed
  double to_device_bytes_per_second   = 16e9;  ///< of the modelled time of copies
  double from_device_bytes_per_second = 16e9;
  double peer_bytes_per_second        = 64e9;
  double copy_latency_seconds         = 5e-6;
};

/// What goes wrong, each time with a probability, by the seed.
struct simulated_faults {
  double sticky_error  = 0;  ///< of a launch: it fails when it runs, and the device with it
  double out_of_memory = 0;  ///< of an allocation, whatever is free
  double lost_callback = 0;  ///< of a host callback: it is never called
  double hang          = 0;  ///< of a launch: it never ends
};

struct simulated_options {
  std::vector<simulated_unit> units{1};
  std::uint64_t seed = 1;
  simulated_faults faults{};
};

/// What exists at the moment.
struct simulated_usage {
  std::size_t streams         = 0;
  std::size_t events          = 0;
  std::size_t allocations     = 0;  ///< not freed, or their free has not been reached
  std::size_t allocated_bytes = 0;
  std::size_t pins            = 0;  ///< calls of `pin` that no `unpin` has answered

  friend bool operator==(simulated_usage const&, simulated_usage const&) = default;
};

/// A machine full of simulated devices, and their one dispatcher.
///
/// Each stream keeps its order; between streams that no event ties, the dispatcher chooses by seed
/// what runs next, as unfavourably as a real device may. It runs in the calls of the host
/// (`has_ended` and `synchronize` always make progress), so that a program with one host thread
/// behaves the same whenever the seed is the same. Bodies run outside the dispatcher's lock: on two
/// streams, two host threads run them at the same time.
///
/// Host code cannot read or write device memory: its addresses are protected, and bodies get
/// readable ones for the time they run. Memory is full of poison before its first use and after its
/// free; an operation on memory that is freed, not allocated yet in stream order, or of another
/// device is a sticky error that says so. A copy whose host side is device memory is an
/// `invalid_argument`.
///
/// Thread-safe. The devices keep what they need of it alive.
class simulated_machine {
 public:
  /// @throw invalid_argument if a size, speed or bandwidth is not positive, or a probability not
  /// one
  explicit simulated_machine(simulated_options options = {});

  [[nodiscard]] std::vector<std::shared_ptr<device>> const& devices() const noexcept
  {
    return devices_;
  }

  /// What has not been given back, over all devices. Runs what is enqueued first.
  [[nodiscard]] simulated_usage usage();

  /// The modelled time at which all that has run so far ended: work of one device is one after the
  /// other, each copy direction is an engine of its own, and nothing starts before what it waits
  /// for.
  [[nodiscard]] double modelled_seconds() const;

 private:
  class state;
  std::shared_ptr<state> state_;
  std::vector<std::shared_ptr<device>> devices_{};
};

}  // namespace heddle
