/// @file
/// The streams that a stage of a pipeline enqueues on, and batches that wait for a device. Users
/// have no need of it.
#pragma once

#include <heddle/device/device.hpp>
#include <heddle/run/executor.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace heddle::detail {

struct pipeline_batch;
struct step_stream;

/// What a batch waits for while a device works for it.
struct pipeline_errand {
  step_stream* stream       = nullptr;  ///< that the work is on; null: none
  device_event const* ended = nullptr;
  std::exception_ptr error{};  ///< of the device, noticed meanwhile
};

/// A stream of a stage.
struct step_stream {
  step_stream(std::shared_ptr<device> where, std::string_view name) : stream{std::move(where), name}
  {
  }

  device_stream stream;
  std::atomic<int> num_batches{0};  ///< whose work is on it; a hint, which orders nothing
};

/// @throw invalid_argument if there is no device or no stream
void check_streams(device const* where, std::size_t num_streams);

/// The streams of one stage, and an event for each batch.
///
/// `enqueue` is called by one thread at a time, from within the stage's gate.
class step_streams {
 public:
  /// @throw device_error
  step_streams(std::shared_ptr<device> where, std::size_t num_streams, std::size_t num_batches);

  /// Calls the bodies with the stream that has the fewest batches. Unless the device has failed,
  /// the batch has to wait for it from then on, whatever the bodies throw: `b.away.stream` is
  /// set.
  ///
  /// @throw what the bodies throw, else device_error
  void enqueue(pipeline_batch& b, std::function<void(stream_ref)> const& bodies);

 private:
  [[nodiscard]] step_stream& least_used() const;
  void call(std::function<void(stream_ref)> const& bodies, stream_ref stream) const;

  std::shared_ptr<device> device_;
  std::vector<std::unique_ptr<step_stream>> streams_{};
  std::vector<std::unique_ptr<device_event>> events_{};  ///< [batches]
};

/// The batches whose work is on devices: a thread polls for its end, and then submits them to the
/// executor. Devices need not call anybody back after an error, so that somebody has to ask. The
/// thread sleeps while no batch is away.
///
/// A batch belongs to this from `add` on until it is submitted. `mutex_` hands it over.
class batches_away {
 public:
  /// @throw system_error if the system refuses a thread
  batches_away(executor& home, std::size_t num_batches);
  batches_away(batches_away const&)            = delete;
  batches_away& operator=(batches_away const&) = delete;
  /// No batch may be away.
  ~batches_away();

  void add(pipeline_batch& b);

 private:
  void watch();
  [[nodiscard]] bool collect();
  [[nodiscard]] static bool is_back(pipeline_batch& b);

  executor& home_;
  std::vector<pipeline_batch*> away_{};  ///< of the thread

  std::mutex mutex_{};
  std::condition_variable added_or_over_{};
  std::vector<pipeline_batch*> added_{};  // guarded by mutex_, as all below
  bool is_asleep_ = false;                ///< the thread, until it is called
  bool is_over_   = false;
  std::thread thread_{};
};

}  // namespace heddle::detail
