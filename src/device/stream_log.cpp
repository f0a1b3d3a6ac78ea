#include "src/device/stream_log.hpp"

#include <set>

namespace heddle {
namespace {

constexpr std::size_t most_listed = 8;

}  // namespace

void stream_log::add(stream_ref stream, std::string_view name)
{
  std::scoped_lock const lock{mutex_};
  streams_[stream.get()] = {std::make_shared<std::string const>(name)};
}

void stream_log::remove(stream_ref stream) noexcept
{
  std::scoped_lock const lock{mutex_};
  streams_.erase(stream.get());
}

void stream_log::remove(event_ref event) noexcept
{
  std::scoped_lock const lock{mutex_};
  events_.erase(event.get());
}

void stream_log::launched(std::string_view work, stream_ref stream)
{
  std::scoped_lock const lock{mutex_};
  streams_[stream.get()].work.assign(work);
}

void stream_log::recorded(event_ref event, stream_ref stream)
{
  std::scoped_lock const lock{mutex_};
  auto& note         = events_[event.get()];
  note.last          = streams_[stream.get()];
  note.is_waited_for = true;
}

void stream_log::ended(event_ref event) noexcept
{
  std::scoped_lock const lock{mutex_};
  if (auto const found = events_.find(event.get()); found != events_.end()) {
    found->second.is_waited_for = false;
  }
}

std::string stream_log::text_of(stream_note const& note)
{
  std::string text = note.work.empty() ? "" : "work '" + note.work + "' on ";
  return text += note.name ? "stream '" + *note.name + '\'' : "an unnamed stream";
}

std::string stream_log::describe(stream_ref stream) const
{
  std::scoped_lock const lock{mutex_};
  auto const found = streams_.find(stream.get());
  return text_of(found != streams_.end() ? found->second : stream_note{});
}

std::string stream_log::describe(event_ref event) const
{
  std::scoped_lock const lock{mutex_};
  auto const found = events_.find(event.get());
  return found != events_.end() ? text_of(found->second.last) : "an event never recorded";
}

std::string stream_log::under_way() const
{
  std::scoped_lock const lock{mutex_};
  std::set<std::string> waited_for;  // sorted, and several events may wait for one work
  for (auto const& [event, note] : events_) {
    if (note.is_waited_for) waited_for.insert(text_of(note.last));
  }
  std::string list;
  std::size_t listed = 0;
  for (auto const& text : waited_for) {
    if (listed == most_listed) return list + ", and more";
    list += (listed++ == 0 ? "" : ", ") + text;
  }
  return list;
}

}  // namespace heddle
