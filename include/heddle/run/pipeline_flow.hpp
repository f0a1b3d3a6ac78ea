/// @file
/// How tokens flow through the stages of a pipeline, whatever they are. Users have no need of it.
#pragma once

#include <heddle/base/stage_team.hpp>
#include <heddle/run/executor.hpp>
#include <heddle/run/pipeline_streams.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace heddle::detail {

class pipeline_flow;

/// How a stage takes batches.
struct flow_stage {
  step_mode mode;                   ///< of a stage on a device: not parallel
  std::shared_ptr<device> where{};  ///< null: its bodies are done when they return
  std::size_t num_streams = 0;      ///< of the device
};

/// Tokens that travel together; in one place at a time.
struct pipeline_batch : job {
  explicit pipeline_batch(pipeline_flow& flow) noexcept;
  pipeline_batch(pipeline_batch const&)            = delete;
  pipeline_batch& operator=(pipeline_batch const&) = delete;
  virtual ~pipeline_batch()                        = default;

  pipeline_flow& owner;
  std::size_t slot    = 0;  ///< among all batches of the run
  std::size_t number  = 0;  ///< in the order of the source
  std::size_t size    = 0;  ///< in tokens
  std::size_t stage   = 0;  ///< where it is, or waits
  std::uint64_t ticks = 0;  ///< that its tokens have taken so far, on CPUs
  pipeline_errand away{};
};

/// One run of a pipeline; on the stack of the caller.
///
/// A batch is with the thread that works on it, waits at a serial stage, or is away: a device works
/// for it. `mutex_` guards places and turns; it is taken a few times a batch. One thread at a time
/// has the source.
///
/// At a stage on a device, a thread enqueues what the batch needs while it has the stage, which it
/// leaves at once. The batch goes to `away_`, and comes back as a job when the device is done with
/// it; its tokens stay where they are. The run ends when all batches are back, whatever fails.
class pipeline_flow {
 public:
  /// @param parallelism how many threads may come to work on it
  /// @param tokens      at most so many are in flight; 0: as many as it takes to be fast
  /// @throw device_error, and what else streams need that cannot be had
  pipeline_flow(executor& e, int parallelism, std::size_t tokens,
                std::span<flow_stage const> stages);
  pipeline_flow(pipeline_flow const&)            = delete;
  pipeline_flow& operator=(pipeline_flow const&) = delete;

  /// @return the number of tokens that the source gave
  /// @throw the first exception of source or stages
  std::size_t run();

 protected:
  virtual ~pipeline_flow();

  [[nodiscard]] virtual std::unique_ptr<pipeline_batch> make_batch() = 0;

  /// Puts tokens from the source into the batch, which is empty, and says in `b.size` how many.
  ///
  /// @return whether the source may have more
  virtual bool fill(pipeline_batch& b) = 0;

  /// Takes the tokens through `b.stage`; drops them if the run is stopped. On a device: calls
  /// `enqueue`.
  virtual void call_stage(pipeline_batch& b) = 0;

  /// Calls the bodies of `b.stage`, which is on a device, with the stream to enqueue on.
  ///
  /// @throw what the bodies throw, else device_error
  void enqueue(pipeline_batch& b, std::function<void(stream_ref)> const& bodies)
  {
    gates_[b.stage].streams->enqueue(b, bodies);
  }

  /// What `fill` does, where `add_next()` puts one token into the batch and says whether there was
  /// one.
  template <class AddNext>
  bool fill_by(pipeline_batch& b, AddNext const& add_next)
  {
    for (auto target = target_after(0); b.size < target; target = target_after(b.size)) {
      for (; b.size < target; ++b.size) {
        if (is_stopped() || !add_next()) return false;
      }
    }
    return true;
  }

  /// After a failure.
  [[nodiscard]] bool is_stopped() const noexcept
  {
    return is_stopped_.load(std::memory_order_relaxed);
  }

 private:
  friend struct pipeline_batch;

  /// How many tokens a batch of this size should be filled up to.
  [[nodiscard]] std::size_t target_after(std::size_t size) noexcept;

  struct source_job : job {
    source_job() noexcept;
    pipeline_flow* owner = nullptr;
  };

  /// The way into a serial stage.
  struct gate {
    step_mode mode   = step_mode::parallel;
    bool is_taken    = false;
    std::size_t next = 0;                    ///< number of the batch whose turn it is
    std::vector<pipeline_batch*> waiting{};  ///< in no order
    std::unique_ptr<step_streams> streams{};
  };

  static job* run_source(job& j, worker& me);
  static job* run_batch(job& j, worker& me);
  static job_runner const runner_of_sources, runner_of_batches;

  void make_batches();
  [[nodiscard]] pipeline_batch* take_free();
  void produce(pipeline_batch& b);
  void hand_source_on(worker& me);

  void pass(pipeline_batch& first, worker& me);
  [[nodiscard]] bool pass_stages(pipeline_batch& b, worker& me);
  void call_guarded(pipeline_batch& b);
  [[nodiscard]] bool enter(gate& g, pipeline_batch& b);
  void leave(gate& g, worker& me);
  [[nodiscard]] pipeline_batch* end(pipeline_batch& b, worker& me);
  void adapt_size(pipeline_batch const& b);
  void fail() noexcept;
  void fail(std::exception_ptr error) noexcept;

  executor& executor_;
  std::size_t most_batches_;
  std::size_t most_in_batch_;

  // Of the thread that has the source; `has_ended_` is written before the source is free.
  std::size_t num_batches_  = 0;
  std::size_t num_tokens_   = 0;
  std::uint64_t filling_at_ = 0;  ///< when the filling of the batch began
  std::atomic<bool> has_ended_{false};
  source_job source_job_{};

  std::atomic<std::size_t> wanted_size_{1};  ///< of batches; a hint

  std::mutex mutex_{};
  bool is_source_free_ = false;  // guarded by mutex_, as all below
  std::vector<std::unique_ptr<pipeline_batch>> all_{};
  std::vector<pipeline_batch*> free_{};
  std::vector<gate> gates_;
  std::exception_ptr error_{};
  std::atomic<bool> is_stopped_{false};
  std::atomic<bool> is_over_{false};
  std::optional<batches_away> away_{};  ///< if a stage is on a device
};

}  // namespace heddle::detail
