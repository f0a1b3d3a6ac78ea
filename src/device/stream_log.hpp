/// @file
/// Who is on which stream: what a device that fails can say about it.
#pragma once

#include <heddle/base/event_ref.hpp>
#include <heddle/base/stream_ref.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace heddle {

/// Names of streams, the work last launched on each, and the events that wait for it.
///
/// A device reports an error at some later call, and on every stream at once; the log narrows it
/// down to what had not ended yet. A note costs a lock and a look-up; it allocates only when a
/// stream, an event or a longer name is new. Thread-safe.
class stream_log {
 public:
  void add(stream_ref stream, std::string_view name);
  void remove(stream_ref stream) noexcept;
  void remove(event_ref event) noexcept;

  void launched(std::string_view work, stream_ref stream);
  void recorded(event_ref event, stream_ref stream);
  void ended(event_ref event) noexcept;

  /// "work 'axpy' on stream 'gpu0'" of what was launched last, or "stream 'gpu0'".
  [[nodiscard]] std::string describe(stream_ref stream) const;
  /// The same of the stream when the event was recorded last.
  [[nodiscard]] std::string describe(event_ref event) const;

  /// Everything that an event waits for and that is not known to have ended: some of it, if it is
  /// much. Empty if there is none.
  [[nodiscard]] std::string under_way() const;

 private:
  struct stream_note {
    std::shared_ptr<std::string const> name;
    std::string work{};
  };
  struct event_note {
    stream_note last{};
    bool is_waited_for = false;
  };
  static std::string text_of(stream_note const& note);

  mutable std::mutex mutex_{};
  std::unordered_map<CUstream_st*, stream_note> streams_{};
  std::unordered_map<CUevent_st*, event_note> events_{};
};

}  // namespace heddle
