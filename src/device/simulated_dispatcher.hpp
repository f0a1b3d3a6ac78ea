/// @file
/// What all simulated devices of one machine share: their streams, and who runs them.
#pragma once

#include "src/device/simulated_choice.hpp"
#include "src/device/simulated_clock.hpp"
#include "src/device/simulated_memory.hpp"
#include "src/device/simulated_operation.hpp"

#include <heddle/device/simulated.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heddle {

/// Streams, events and memory of all units behind one lock.
///
/// Operations run in the calls of the host, one of a stream at a time, without the lock. A unit
/// that fails is lost: nothing of it runs any more, and points in its streams are lost too. A
/// stream of another unit that waits for such a point is abandoned: its points are lost, its work
/// is left out, and only what it allocates and frees is still accounted for. Streams and events are
/// numbered, not named by addresses, so that choices do not depend on those. Thread-safe.
class simulated_dispatcher {
 public:
  explicit simulated_dispatcher(simulated_options options);

  [[nodiscard]] simulated_options const& options() const noexcept { return options_; }

  [[nodiscard]] stream_ref create_stream(std::size_t unit, std::string_view name);
  void destroy_stream(stream_ref stream) noexcept;
  [[nodiscard]] event_ref create_event(std::size_t unit);
  void destroy_event(event_ref event) noexcept;

  void record(std::size_t unit, event_ref event, stream_ref stream);
  void wait(std::size_t unit, event_ref event, stream_ref stream);
  [[nodiscard]] bool has_ended(std::size_t unit, event_ref event);
  void synchronize(std::size_t unit, event_ref event);

  [[nodiscard]] void* allocate(std::size_t unit, std::size_t bytes, stream_ref stream);
  void free(std::size_t unit, void* memory, stream_ref stream);
  [[nodiscard]] bool pin(void* host, std::size_t bytes);
  void unpin(void* host) noexcept;

  /// Binds its places, and lets injected faults strike it.
  void enqueue(std::size_t unit, stream_ref stream, simulated_operation op);

  /// Whether any of `[at, at + bytes)` is memory of a unit.
  [[nodiscard]] bool is_device_memory(void const* at, std::size_t bytes) const noexcept;

  [[nodiscard]] simulated_usage usage();
  [[nodiscard]] double modelled_seconds() const;

 private:
  using lock = std::unique_lock<std::mutex>;

  struct unit_state {
    explicit unit_state(std::size_t memory_bytes) : memory{memory_bytes} {}

    simulated_memory memory;
    simulated_clock clock{};
    std::string failure{};  // the unit is lost, if not empty
  };

  struct event_state {
    std::size_t unit;
    std::shared_ptr<simulated_point> latest{};  // null before the first record
  };

  [[nodiscard]] lock enter(std::size_t unit, std::size_t at_least = 0);
  void check_usable(lock& held, std::size_t unit);
  [[nodiscard]] simulated_stream& find(std::size_t unit, stream_ref stream);
  [[nodiscard]] event_state& find(event_ref event);
  [[nodiscard]] bool strikes(double probability);
  void strike(simulated_operation& op);
  [[nodiscard]] std::shared_ptr<simulated_allocation> reserve(lock& held, std::size_t unit,
                                                              std::size_t bytes);

  void push(simulated_stream& s, simulated_operation op);
  void order(simulated_stream& s, simulated_operation& op);
  void contest(simulated_stream const& s, simulated_operation& op);
  void yield(simulated_operation const& op);
  [[nodiscard]] bool run_one(lock& held);
  [[nodiscard]] bool run_one_or_wait(lock& held);
  [[nodiscard]] simulated_stream* choose();
  void perform(simulated_stream& s, simulated_operation& op, lock& held);
  void perform_work(simulated_stream& s, simulated_operation& op, lock& held);
  void account_for(simulated_stream const& s, simulated_operation const& op);
  void spend(simulated_stream& s, simulated_operation const& op, double cpu_seconds);

  void lose(std::size_t unit, std::string failure);
  void abandon(simulated_stream& s, std::string const& why);
  void destroy(simulated_operation op, lock& held);
  void forget_if_done(simulated_stream const& s);

  simulated_options const options_;
  std::mutex mutable mutex_{};
  std::condition_variable changed_{};
  simulated_choice choice_;
  std::mt19937_64 faults_;  // apart, so that they strike the same calls whatever runs when
  std::vector<std::unique_ptr<unit_state>> units_{};
  std::map<std::uint64_t, simulated_stream> streams_{};
  std::unordered_map<std::uint64_t, event_state> events_{};
  std::unordered_map<void*, std::size_t> pins_{};
  std::vector<simulated_operation> dropped_{};     // by `lose`, to be destroyed without the lock
  std::vector<simulated_stream*> ready_{};         // of `choose`
  std::vector<simulated_candidate> candidates_{};  // likewise
  std::uint64_t last_id_     = 0;
  std::uint64_t last_number_ = 0;
  double modelled_seconds_   = 0;
  bool is_any_lost_          = false;
};

/// "simulated GPU 0"
[[nodiscard]] std::string simulated_device_name(std::size_t unit);

}  // namespace heddle
