#include <heddle/run/pipeline_streams.hpp>

#include "src/run/poll_pause.hpp"

#include <heddle/base/error.hpp>
#include <heddle/run/pipeline_flow.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

namespace heddle::detail {

// ---- the streams of a stage ----

void check_streams(device const* where, std::size_t num_streams)
{
  if (where != nullptr && num_streams > 0) return;
  throw invalid_argument{fmt::format(
    "run_pipeline: a stage on {} with {} streams; it needs a device and at least one stream",
    where != nullptr ? where->info().name : "no device", num_streams)};
}

step_streams::step_streams(std::shared_ptr<device> where, std::size_t num_streams,
                           std::size_t num_batches)
  : device_{std::move(where)}
{
  for (std::size_t s = 0; s < num_streams; ++s) {
    streams_.push_back(
      std::make_unique<step_stream>(device_, fmt::format("pipeline stream {}", s)));
  }
  for (std::size_t b = 0; b < num_batches; ++b) {
    events_.push_back(std::make_unique<device_event>(device_));
  }
}

step_stream& step_streams::least_used() const
{
  return **std::ranges::min_element(
    streams_, {}, [](auto const& s) { return s->num_batches.load(std::memory_order_relaxed); });
}

/// A CUDA device has to be made the current one of the thread, and is asked whether it refused what
/// the bodies launched.
void step_streams::call(std::function<void(stream_ref)> const& bodies, stream_ref stream) const
{
  if (device_->info().kind != device_kind::cuda) return bodies(stream);
  device_->launch(
    {.name = "pipeline step", .gpu = [&](stream_ref s, body_arguments const&) { bodies(s); }},
    stream);
}

void step_streams::enqueue(pipeline_batch& b, std::function<void(stream_ref)> const& bodies)
{
  auto& to = least_used();
  std::exception_ptr error;
  try {
    call(bodies, to.stream);
  } catch (...) {
    error = std::current_exception();  // and some of it may be on the stream
  }
  try {
    auto& ended = *events_[b.slot];
    device_->record(ended, to.stream);
    to.num_batches.fetch_add(1, std::memory_order_relaxed);
    b.away = {&to, &ended};
  } catch (...) {  // the device has failed, and works for nobody any more
    if (!error) error = std::current_exception();
  }
  if (error) std::rethrow_exception(error);
}

// ---- batches that are away ----

batches_away::batches_away(executor& home, std::size_t num_batches) : home_{home}
{
  away_.reserve(num_batches);
  added_.reserve(num_batches);
  try {
    thread_ = std::thread{[this] { watch(); }};
  } catch (std::system_error const& e) {
    throw system_error{fmt::format(
      "run_pipeline: the thread that asks devices could not be made: {}; end some others "
      "first",
      e.what())};
  }
}

batches_away::~batches_away()
{
  {
    std::lock_guard const lock{mutex_};
    is_over_ = true;
  }
  added_or_over_.notify_one();
  thread_.join();
}

/// The thread looks by itself if it has batches to ask for. It is called with the lock: without,
/// the batch may come back at once, and be the last of the run, which takes this with it.
void batches_away::add(pipeline_batch& b)
{
  std::lock_guard const lock{mutex_};
  added_.push_back(&b);
  if (is_asleep_) added_or_over_.notify_one();
}

void batches_away::watch()
{
  auto const is_called = [this] { return is_over_ || !added_.empty(); };
  poll_pause pause;
  std::unique_lock lock{mutex_};
  while (!is_over_) {
    is_asleep_ = away_.empty();
    if (is_asleep_) {
      added_or_over_.wait(lock, is_called);
    } else {
      added_or_over_.wait_for(lock, pause.next(), is_called);
    }
    is_asleep_ = false;
    if (!added_.empty()) pause.reset();
    away_.insert(away_.end(), added_.begin(), added_.end());
    added_.clear();
    lock.unlock();
    if (collect()) pause.reset();
    lock.lock();
  }
}

/// @return whether any is back
bool batches_away::collect()
{
  return 0 < std::erase_if(away_, [this](pipeline_batch* b) {
           if (!is_back(*b)) return false;
           home_.submit(*b);  // from here on, it may be gone
           return true;
         });
}

/// The error of a device that has failed comes back with the batch.
bool batches_away::is_back(pipeline_batch& b)
{
  try {
    if (!b.away.ended->has_ended()) return false;
  } catch (...) {
    b.away.error = std::current_exception();
  }
  std::exchange(b.away.stream, nullptr)->num_batches.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

}  // namespace heddle::detail
