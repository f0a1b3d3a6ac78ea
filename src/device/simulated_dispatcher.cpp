#include "src/device/simulated_dispatcher.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace heddle {
namespace {

// Handles are numbers in the guise of pointers that nobody may follow.
template <class Handle>
Handle* handle_of(std::uint64_t id) noexcept
{
  return reinterpret_cast<Handle*>(static_cast<std::uintptr_t>(id));
}

std::uint64_t id_of(void const* handle) noexcept
{
  return reinterpret_cast<std::uintptr_t>(handle);
}

}  // namespace

std::string simulated_device_name(std::size_t unit)
{
  return fmt::format("simulated GPU {}", unit);
}

simulated_dispatcher::simulated_dispatcher(simulated_options options)
  : options_{std::move(options)}, choice_{options_.seed}, faults_{~options_.seed}
{
  for (auto const& unit : options_.units)
    units_.push_back(std::make_unique<unit_state>(unit.memory_bytes));
}

// ---- streams and events ----

stream_ref simulated_dispatcher::create_stream(std::size_t unit, std::string_view name)
{
  auto const held = enter(unit);
  auto const id   = ++last_id_;
  streams_.emplace(id, simulated_stream{id, unit, std::string{name}});
  return handle_of<CUstream_st>(id);
}

void simulated_dispatcher::destroy_stream(stream_ref stream) noexcept
{
  lock const held{mutex_};
  auto const found = streams_.find(id_of(stream.get()));
  if (found == streams_.end()) return;
  found->second.is_destroyed = true;
  forget_if_done(found->second);
}

event_ref simulated_dispatcher::create_event(std::size_t unit)
{
  auto const held = enter(unit);
  auto const id   = ++last_id_;
  events_.emplace(id, event_state{unit});
  return event_ref{handle_of<CUevent_st>(id)};
}

void simulated_dispatcher::destroy_event(event_ref event) noexcept
{
  lock const held{mutex_};
  events_.erase(id_of(event.get()));
}

void simulated_dispatcher::record(std::size_t unit, event_ref event, stream_ref stream)
{
  auto const held = enter(unit);
  auto& s         = find(unit, stream);
  auto& e         = find(event);
  if (e.unit != unit) {
    throw invalid_argument{fmt::format("record: an event of {} on stream \"{}\" of {}",
                                       simulated_device_name(e.unit), s.name,
                                       simulated_device_name(unit))};
  }
  e.latest = std::make_shared<simulated_point>();
  push(s, {.name = "record", .reaches = e.latest});
}

void simulated_dispatcher::wait(std::size_t unit, event_ref event, stream_ref stream)
{
  auto const held = enter(unit);
  auto& s         = find(unit, stream);
  if (auto const& latest = find(event).latest) push(s, {.name = "wait", .waits_for = latest});
}

bool simulated_dispatcher::has_ended(std::size_t unit, event_ref event)
{
  auto const held   = enter(unit, 1);
  auto const& point = find(event).latest;
  if (point && point->now == simulated_point::state::lost) throw device_error{point->why};
  return !point || point->now == simulated_point::state::reached;
}

void simulated_dispatcher::synchronize(std::size_t unit, event_ref event)
{
  auto held        = enter(unit);
  auto const point = find(event).latest;
  while (point && point->now == simulated_point::state::ahead) {
    if (!run_one(held)) changed_.wait(held);
    check_usable(held, unit);
  }
  if (point && point->now == simulated_point::state::lost) throw device_error{point->why};
}

// ---- memory ----

void* simulated_dispatcher::allocate(std::size_t unit, std::size_t bytes, stream_ref stream)
{
  auto held = enter(unit);
  static_cast<void>(find(unit, stream));
  auto const is_unlucky = strikes(options_.faults.out_of_memory);
  auto const memory     = is_unlucky ? nullptr : reserve(held, unit, bytes);
  if (!memory) {
    throw out_of_device_memory{
      fmt::format("{}: out of memory: {} bytes wanted, {} of {} bytes free{}",
                  simulated_device_name(unit), bytes, units_[unit]->memory.free_bytes(),
                  options_.units[unit].memory_bytes, is_unlucky ? " (injected)" : "")};
  }
  push(find(unit, stream),
       {.name = "allocate", .allocates = memory, .touches = {{memory->address, bytes}}});
  return memory->address;
}

/// As real pools do, waits for memory that is about to be freed.
std::shared_ptr<simulated_allocation> simulated_dispatcher::reserve(lock& held, std::size_t unit,
                                                                    std::size_t bytes)
{
  auto& memory = units_[unit]->memory;
  auto found   = memory.reserve(bytes);
  while (!found && bytes <= options_.units[unit].memory_bytes && memory.awaits_free() &&
         run_one_or_wait(held)) {
    check_usable(held, unit);
    found = memory.reserve(bytes);
  }
  return found;
}

void simulated_dispatcher::free(std::size_t unit, void* memory, stream_ref stream)
{
  lock held{mutex_};
  for (auto n = choice_.operations(); n > 0 && run_one(held); --n) {
  }
  if (!memory) return;
  auto& s         = find(unit, stream);
  auto const gone = units_[unit]->memory.give_up(memory);
  if (!units_[unit]->failure.empty()) {
    if (gone) units_[unit]->memory.release(*gone);
  } else if (gone) {
    push(s, {.name = "free", .frees = gone, .touches = {{memory, gone->size_bytes}}});
  } else {
    push(s, {.name = "free",
             .places =
               {{unit, memory, 1, false, {}, "that is no memory of this device, or freed already"}},
             .run = [](auto const&) {}});
  }
}

bool simulated_dispatcher::pin(void* host, std::size_t bytes)
{
  if (bytes == 0 || is_device_memory(host, bytes)) return false;
  lock const held{mutex_};
  ++pins_[host];
  return true;
}

void simulated_dispatcher::unpin(void* host) noexcept
{
  lock const held{mutex_};
  auto const found = pins_.find(host);
  if (found != pins_.end() && --found->second == 0) pins_.erase(found);
}

bool simulated_dispatcher::is_device_memory(void const* at, std::size_t bytes) const noexcept
{
  return std::any_of(units_.begin(), units_.end(),
                     [&](auto const& unit) { return unit->memory.contains(at, bytes); });
}

// ---- work ----

void simulated_dispatcher::enqueue(std::size_t unit, stream_ref stream, simulated_operation op)
{
  auto held = enter(unit);
  auto& s   = find(unit, stream);
  for (auto& place : op.places) {
    check_usable(held, place.unit);
    units_[place.unit]->memory.bind(place);
    op.touches.push_back({place.at, place.size_bytes, place.is_only_read});
  }
  strike(op);
  push(s, std::move(op));
}

bool simulated_dispatcher::strikes(double probability)
{
  return probability > 0 && std::uniform_real_distribution<>{}(faults_) < probability;
}

void simulated_dispatcher::strike(simulated_operation& op)
{
  auto const& faults = options_.faults;
  if (op.risk == simulated_risk::launch && strikes(faults.sticky_error)) {
    op.run = [](auto const&) { throw std::runtime_error{"injected sticky error"}; };
  }
  op.hangs = op.risk == simulated_risk::launch && strikes(faults.hang);
  if (op.risk == simulated_risk::host_call && strikes(faults.lost_callback)) op.run = nullptr;
}

// ---- what exists ----

simulated_usage simulated_dispatcher::usage()
{
  lock held{mutex_};
  while (run_one_or_wait(held)) {
  }
  simulated_usage all{.events = events_.size()};
  for (auto const& [id, s] : streams_) all.streams += s.is_destroyed ? 0 : 1;
  for (auto const& unit : units_) {
    all.allocations += unit->memory.allocations();
    all.allocated_bytes += unit->memory.allocated_bytes();
  }
  for (auto const& [host, count] : pins_) all.pins += count;
  return all;
}

double simulated_dispatcher::modelled_seconds() const
{
  lock const held{mutex_};
  return modelled_seconds_;
}

// ---- what every call begins with ----

/// Takes the lock, and lets operations run.
simulated_dispatcher::lock simulated_dispatcher::enter(std::size_t unit, std::size_t at_least)
{
  lock held{mutex_};
  auto const count = std::max(at_least, choice_.operations());
  for (std::size_t n = 0; n < count && run_one(held);) ++n;
  check_usable(held, unit);
  return held;
}

/// Nothing of a lost unit runs any more when its error is thrown: who catches it may free memory.
void simulated_dispatcher::check_usable(lock& held, std::size_t unit)
{
  if (units_[unit]->failure.empty()) return;
  changed_.wait(held, [&] {
    return std::none_of(streams_.begin(), streams_.end(), [&](auto const& each) {
      return each.second.unit == unit && each.second.is_busy;
    });
  });
  throw device_error{units_[unit]->failure};
}

simulated_stream& simulated_dispatcher::find(std::size_t unit, stream_ref stream)
{
  auto const found = streams_.find(id_of(stream.get()));
  if (found == streams_.end() || found->second.is_destroyed || found->second.unit != unit) {
    throw invalid_argument{fmt::format("{}: the stream is not one of this device, or destroyed",
                                       simulated_device_name(unit))};
  }
  return found->second;
}

simulated_dispatcher::event_state& simulated_dispatcher::find(event_ref event)
{
  auto const found = events_.find(id_of(event.get()));
  if (found == events_.end()) {
    throw invalid_argument{"simulated device: the event is not one of this machine, or destroyed"};
  }
  return found->second;
}

}  // namespace heddle
