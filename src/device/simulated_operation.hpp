/// @file
/// What lies in the streams of simulated devices until the dispatcher runs it.
#pragma once

#include "src/device/simulated_memory.hpp"
#include "src/device/simulated_order.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace heddle {

/// A point in the order of a stream, which is what an event stands for.
struct simulated_point {
  enum class state { ahead, reached, lost };

  state now      = state::ahead;
  double seconds = 0;       ///< modelled, when reached
  std::string why{};        ///< it will never be reached, when lost
  simulated_order order{};  ///< what has ended when it is reached
};

/// What keeps an operation busy in modelled time.
enum class simulated_engine { none, work, to_device, from_device, peer };

/// Which injected faults may strike an operation.
enum class simulated_risk { none, launch, host_call };

/// One entry of a stream. Most members concern some kinds of operation only.
struct simulated_operation {
  std::string name;  ///< for errors, e.g. `launch of "saxpy"`
  std::vector<simulated_place> places{};

  /// What it does, outside of the dispatcher's lock; given where the contents of the places lie.
  std::function<void(std::vector<std::byte*> const&)> run{};
  simulated_risk risk = simulated_risk::none;
  bool hangs          = false;

  simulated_engine engine = simulated_engine::none;
  std::size_t size_bytes  = 0;  ///< copied, for modelled time

  std::shared_ptr<simulated_point> waits_for{};
  std::shared_ptr<simulated_point> reaches{};
  std::shared_ptr<simulated_allocation> allocates{};
  std::shared_ptr<simulated_allocation> frees{};

  std::uint64_t number = 0;  ///< in the order in which the host enqueued on any stream
  simulated_order after{};   ///< what it waits for, besides what is before it in its stream
  std::vector<simulated_extent> touches{};

  /// How many later operations touch the same memory and do not wait for it.
  std::size_t contesters = 0;
  /// Those of which this is one: streams and numbers.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> contests{};
};

/// A stream of one unit.
struct simulated_stream {
  std::uint64_t id;
  std::size_t unit;
  std::string name;
  std::deque<simulated_operation> queue{};
  simulated_order after{};    ///< what the next operation waits for
  double seconds    = 0;      ///< modelled, when what has run so far ended
  bool is_busy      = false;  ///< a host thread runs an operation of it
  bool is_hung      = false;
  bool is_destroyed = false;
  std::string abandoned{};  ///< why only allocations and frees still run, if so

  /// Whether the first operation can run.
  [[nodiscard]] bool is_ready() const noexcept
  {
    if (is_busy || is_hung || queue.empty()) return false;
    auto const& awaited = queue.front().waits_for;
    return !awaited || awaited->now != simulated_point::state::ahead;
  }
};

}  // namespace heddle
