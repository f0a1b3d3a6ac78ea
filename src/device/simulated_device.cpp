#include "src/device/simulated_device.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace heddle {
namespace {

using contents = std::vector<std::byte*>;

/// Writes down what is to be done; the dispatcher does the rest.
class simulated_device final : public device {
 public:
  simulated_device(std::shared_ptr<simulated_dispatcher> dispatcher, std::size_t unit)
    : dispatcher_{std::move(dispatcher)},
      unit_{unit},
      info_{simulated_device_name(unit), device_kind::simulated, static_cast<int>(unit),
            dispatcher_->options().units[unit].memory_bytes}
  {
  }

  device_info const& info() const noexcept override { return info_; }

  stream_ref create_stream(std::string_view name) override
  {
    return dispatcher_->create_stream(unit_, name);
  }
  void destroy_stream(stream_ref stream) noexcept override { dispatcher_->destroy_stream(stream); }
  event_ref create_event() override { return dispatcher_->create_event(unit_); }
  void destroy_event(event_ref event) noexcept override { dispatcher_->destroy_event(event); }
  void record(event_ref event, stream_ref stream) override
  {
    dispatcher_->record(unit_, event, stream);
  }
  void wait(event_ref event, stream_ref stream) override
  {
    dispatcher_->wait(unit_, event, stream);
  }
  bool has_ended(event_ref event) override { return dispatcher_->has_ended(unit_, event); }
  void synchronize(event_ref event) override { dispatcher_->synchronize(unit_, event); }

  void* allocate(std::size_t bytes, stream_ref stream) override
  {
    return dispatcher_->allocate(unit_, bytes, stream);
  }
  void free(void* memory, stream_ref stream) override { dispatcher_->free(unit_, memory, stream); }
  bool pin(void* host, std::size_t bytes) noexcept override
  {
    return dispatcher_->pin(host, bytes);
  }
  void unpin(void* host) noexcept override { dispatcher_->unpin(host); }

  void copy_to_device(void* to, void const* host, std::size_t bytes, stream_ref stream) override;
  void copy_to_host(void* host, void const* from, std::size_t bytes, stream_ref stream) override;
  void copy_from(device& source, void* to, void const* from, std::size_t bytes,
                 stream_ref stream) override;
  void fill(void* to, std::byte value, std::size_t bytes, stream_ref stream) override;
  void launch(device_work work, stream_ref stream) override;
  void call_host(std::function<void()> function, stream_ref stream) override;

 private:
  void check_host(std::string_view call, void const* host, std::size_t bytes) const;

  std::shared_ptr<simulated_dispatcher> dispatcher_;
  std::size_t unit_;
  device_info info_;
};

void copy_bytes(void* to, void const* from, std::size_t bytes)
{
  if (bytes > 0) std::memmove(to, from, bytes);
}

void simulated_device::check_host(std::string_view call, void const* host, std::size_t bytes) const
{
  if (!dispatcher_->is_device_memory(host, bytes)) return;
  throw invalid_argument{fmt::format(
    "{}: {}: {} is device memory, and must be host memory; copy_from copies between devices",
    info_.name, call, host)};
}

void simulated_device::copy_to_device(void* to, void const* host, std::size_t bytes,
                                      stream_ref stream)
{
  check_host("copy_to_device", host, bytes);
  dispatcher_->enqueue(unit_, stream,
                       {.name       = "copy_to_device",
                        .places     = {{unit_, to, bytes}},
                        .run        = [=](contents const& c) { copy_bytes(c[0], host, bytes); },
                        .engine     = simulated_engine::to_device,
                        .size_bytes = bytes,
                        .touches    = {{host, bytes, true}}});
}

void simulated_device::copy_to_host(void* host, void const* from, std::size_t bytes,
                                    stream_ref stream)
{
  check_host("copy_to_host", host, bytes);
  dispatcher_->enqueue(unit_, stream,
                       {.name       = "copy_to_host",
                        .places     = {{unit_, from, bytes, true}},
                        .run        = [=](contents const& c) { copy_bytes(host, c[0], bytes); },
                        .engine     = simulated_engine::from_device,
                        .size_bytes = bytes,
                        .touches    = {{host, bytes}}});
}

void simulated_device::copy_from(device& source, void* to, void const* from, std::size_t bytes,
                                 stream_ref stream)
{
  auto const* const peer = dynamic_cast<simulated_device const*>(&source);
  if (!peer || peer->dispatcher_ != dispatcher_) {
    throw invalid_argument{fmt::format("{}: copy_from: {} is no device of the same machine",
                                       info_.name, source.info().name)};
  }
  auto const is_local = peer->unit_ == unit_;
  dispatcher_->enqueue(unit_, stream,
                       {.name       = "copy_from",
                        .places     = {{unit_, to, bytes}, {peer->unit_, from, bytes, true}},
                        .run        = [=](contents const& c) { copy_bytes(c[0], c[1], bytes); },
                        .engine     = is_local ? simulated_engine::work : simulated_engine::peer,
                        .size_bytes = bytes});
}

void simulated_device::fill(void* to, std::byte value, std::size_t bytes, stream_ref stream)
{
  auto const set = [=](contents const& c) {
    if (bytes > 0) std::memset(c[0], std::to_integer<int>(value), bytes);
  };
  dispatcher_->enqueue(
    unit_, stream,
    {.name = "fill", .places = {{unit_, to, bytes}}, .run = set, .engine = simulated_engine::work});
}

void simulated_device::launch(device_work work, stream_ref stream)
{
  if (!work.simulated) {
    throw not_supported{fmt::format(
      "{}: \"{}\" has no body for a simulated device: give it one that runs on the host",
      info_.name, work.name)};
  }
  simulated_operation op{.name   = fmt::format("launch of \"{}\"", work.name),
                         .risk   = simulated_risk::launch,
                         .engine = simulated_engine::work};
  for (auto const& a : work.arguments) op.places.push_back({unit_, a.data, a.size_bytes});
  op.run = [work = std::move(work)](contents const& c) {
    auto translated = work.arguments;
    for (std::size_t i = 0; i < c.size(); ++i) translated[i].data = c[i];
    work.simulated({translated, work.part});
  };
  dispatcher_->enqueue(unit_, stream, std::move(op));
}

void simulated_device::call_host(std::function<void()> function, stream_ref stream)
{
  dispatcher_->enqueue(unit_, stream,
                       {.name = "call_host",
                        .run  = [f = std::move(function)](contents const&) { f(); },
                        .risk = simulated_risk::host_call});
}

}  // namespace

std::shared_ptr<device> make_simulated_device(std::shared_ptr<simulated_dispatcher> dispatcher,
                                              std::size_t unit)
{
  return std::make_shared<simulated_device>(std::move(dispatcher), unit);
}

}  // namespace heddle
