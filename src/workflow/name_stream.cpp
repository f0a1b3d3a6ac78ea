#include "src/workflow/name_stream.hpp"

#include <system_error>

namespace heddle {

name_resolver::~name_resolver()
{
  if (!thread_.joinable()) return;
  {
    std::scoped_lock const lock{mutex_};
    is_closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void name_resolver::submit(name_stream& stream, batch& full)
{
  constexpr std::size_t most_waiting = 8;
  if (!thread_.joinable() && !has_no_thread_) start();
  if (has_no_thread_) {
    stream.resolve(full);
    return full.clear();
  }
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return waiting_.size() < most_waiting; });
  if (failure_) std::rethrow_exception(failure_);
  batch empty;
  if (!spare_.empty()) {
    empty = std::move(spare_.back());
    spare_.pop_back();
  }
  waiting_.push_back({&stream, std::exchange(full, std::move(empty))});
  changed_.notify_all();
}

void name_resolver::finish()
{
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return waiting_.empty(); });
  if (failure_) std::rethrow_exception(failure_);
}

void name_resolver::start()
{
  try {
    thread_ = std::thread{[this] { run(); }};
  } catch (std::system_error const&) {
    has_no_thread_ = true;  // the reader's thread looks the names up itself
  }
}

void name_resolver::run()
{
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return is_closing_ || !waiting_.empty(); });
    if (is_closing_) return;
    auto& next = waiting_.front();  // stays where it is while others are added behind it
    lock.unlock();
    resolve(next);
    lock.lock();
    spare_.push_back(std::move(next.names));
    waiting_.pop_front();
    changed_.notify_all();
  }
}

void name_resolver::resolve(work& next)
{
  if (!failure_) {  // only this thread writes it
    try {
      next.stream->resolve(next.names);
    } catch (...) {
      std::scoped_lock const lock{mutex_};
      failure_ = std::current_exception();
    }
  }
  next.names.clear();
}

}  // namespace heddle
