#include <heddle/run/pipeline_flow.hpp>

#include "src/run/cycle_clock.hpp"

#include <algorithm>
#include <utility>

namespace heddle::detail {
namespace {

/// What a batch is to take from the source to its end: long beside the handling of a batch (some
/// 0.2 us), short beside what a thread would wait for.
constexpr double batch_seconds = 20e-6;

std::uint64_t batch_ticks()
{
  static auto const ticks = static_cast<std::uint64_t>(batch_seconds * clock_ticks_per_second());
  return ticks;
}

/// Enough for all threads and streams to have one, and another to go on with.
std::size_t most_batches(int parallelism, std::size_t tokens, std::span<flow_stage const> stages)
{
  auto enough = 2 * static_cast<std::size_t>(parallelism) + 2;
  for (auto const& s : stages) enough += 2 * s.num_streams;
  return tokens == 0 ? enough : std::min(enough, tokens);
}

}  // namespace

job_runner const pipeline_flow::runner_of_sources{&run_source};
job_runner const pipeline_flow::runner_of_batches{&run_batch};

pipeline_batch::pipeline_batch(pipeline_flow& flow) noexcept
  : job{&pipeline_flow::runner_of_batches}, owner{flow}
{
}

pipeline_flow::source_job::source_job() noexcept : job{&runner_of_sources} {}

pipeline_flow::pipeline_flow(executor& e, int parallelism, std::size_t tokens,
                             std::span<flow_stage const> stages)
  : executor_{e}, most_batches_{most_batches(parallelism, tokens, stages)}, gates_(stages.size())
{
  constexpr std::size_t most = 1024;
  most_in_batch_             = tokens == 0 ? most : std::min(most, tokens / most_batches_);
  for (std::size_t s = 0; s < stages.size(); ++s) {
    gates_[s].mode = stages[s].mode;
    if (!stages[s].where) continue;
    gates_[s].streams =
      std::make_unique<step_streams>(stages[s].where, stages[s].num_streams, most_batches_);
    if (!away_) away_.emplace(executor_, most_batches_);
  }
}

pipeline_flow::~pipeline_flow() = default;

/// None of the lists ever grows again, so that passing tokens on needs no memory.
void pipeline_flow::make_batches()
{
  free_.reserve(most_batches_);
  for (std::size_t b = 0; b < most_batches_; ++b) {
    free_.push_back(all_.emplace_back(make_batch()).get());
    free_.back()->slot = b;
  }
  for (auto& g : gates_) g.waiting.reserve(most_batches_);
}

std::size_t pipeline_flow::run()
{
  static_cast<void>(batch_ticks());
  make_batches();
  executor::visit const here{executor_};
  source_job_.owner = this;
  here.self().run(source_job_);
  executor_.work_until(here.self(), [this] { return is_over_.load(std::memory_order_acquire); });
  if (error_) std::rethrow_exception(error_);
  return num_tokens_;
}

/// The caller has the source.
job* pipeline_flow::run_source(job& j, worker& me)
{
  auto& flow    = *static_cast<source_job&>(j).owner;
  auto* const b = flow.take_free();
  flow.produce(*b);
  flow.hand_source_on(me);
  flow.pass(*b, me);
  return nullptr;
}

/// Of a batch that has got its turn, or is back.
job* pipeline_flow::run_batch(job& j, worker& me)
{
  auto& b = static_cast<pipeline_batch&>(j);
  if (b.away.error) b.owner.fail(std::exchange(b.away.error, {}));
  b.owner.pass(b, me);
  return nullptr;
}

// ---- the source ----

pipeline_batch* pipeline_flow::take_free()
{
  std::lock_guard const lock{mutex_};
  auto* const b = free_.back();
  free_.pop_back();
  return b;
}

void pipeline_flow::produce(pipeline_batch& b)
{
  b.number = num_batches_++;
  b.stage = b.size = 0;
  filling_at_      = clock_ticks();
  try {
    if (!fill(b)) has_ended_ = true;
  } catch (...) {
    has_ended_ = true;
    fail();
  }
  b.ticks = clock_ticks() - filling_at_;
  num_tokens_ += b.size;
}

/// The clock is looked at whenever the number of tokens has doubled.
std::size_t pipeline_flow::target_after(std::size_t size) noexcept
{
  auto const most = wanted_size_.load(std::memory_order_relaxed);
  if (size >= most) return size;
  if (size == 0) return 1;
  bool const is_slow = clock_ticks() - filling_at_ > batch_ticks() / 4;
  return is_slow ? size : std::min(most, 2 * size);
}

/// To a thread that has nothing to do, if there is one; else onto the own stack, where one finds it
/// that comes while this thread is inside of a long stage. If there is no free batch, to whoever
/// ends one.
void pipeline_flow::hand_source_on(worker& me)
{
  {
    std::lock_guard const lock{mutex_};
    if (has_ended_ || free_.empty()) {
      is_source_free_ = true;
      return;
    }
  }
  if (me.is_wanted()) {
    me.give(source_job_);
  } else {
    me.add(source_job_);
  }
}

// ---- the stages ----

/// Takes the batch as far as it goes; then, at its end, the next from the source.
void pipeline_flow::pass(pipeline_batch& first, worker& me)
{
  for (auto* b = &first; b != nullptr;) {
    if (!pass_stages(*b, me)) return;
    b = end(*b, me);
  }
}

/// @return whether it came to its end; else it waits, or is away, and may be with others already
bool pipeline_flow::pass_stages(pipeline_batch& b, worker& me)
{
  while (b.stage < gates_.size()) {
    auto& g = gates_[b.stage];
    if (g.mode == step_mode::parallel) {
      call_guarded(b);
      ++b.stage;
      continue;
    }
    if (!enter(g, b)) return false;
    call_guarded(b);
    ++b.stage;
    leave(g, me);
    if (b.away.stream != nullptr) {
      away_->add(b);
      return false;
    }
  }
  return true;
}

void pipeline_flow::call_guarded(pipeline_batch& b)
{
  auto const begin = clock_ticks();
  try {
    call_stage(b);
  } catch (...) {
    fail();
  }
  b.ticks += clock_ticks() - begin;
}

bool pipeline_flow::enter(gate& g, pipeline_batch& b)
{
  std::lock_guard const lock{mutex_};
  bool const is_its_turn = g.mode == step_mode::serial_out_of_order || g.next == b.number;
  if (g.is_taken || !is_its_turn) {
    g.waiting.push_back(&b);
    return false;
  }
  g.is_taken = true;
  return true;
}

void pipeline_flow::leave(gate& g, worker& me)
{
  pipeline_batch* next = nullptr;
  {
    std::lock_guard const lock{mutex_};
    g.is_taken = false;
    ++g.next;
    auto const found = std::find_if(g.waiting.begin(), g.waiting.end(), [&](auto const* b) {
      return g.mode == step_mode::serial_out_of_order || b->number == g.next;
    });
    if (found != g.waiting.end()) {
      next = *found;
      g.waiting.erase(found);
    }
  }
  if (next != nullptr) me.give(*next);
}

/// Grows four times at most, for the first few tokens may be unlike the rest.
void pipeline_flow::adapt_size(pipeline_batch const& b)
{
  if (b.size == 0) return;
  auto const wanted =
    b.size * batch_ticks() / std::max<std::uint64_t>(b.ticks, 1);  // no overflow: 2^10 * 2^20
  wanted_size_.store(std::clamp<std::size_t>(wanted, 1, std::min(most_in_batch_, 4 * b.size)),
                     std::memory_order_relaxed);
}

/// @return the next batch from the source, if it is free; none if there is no more for this thread
pipeline_batch* pipeline_flow::end(pipeline_batch& b, worker& me)
{
  adapt_size(b);
  bool is_last = false;
  {
    std::lock_guard const lock{mutex_};
    free_.push_back(&b);
    if (has_ended_ || !is_source_free_) {
      is_last = has_ended_ && is_source_free_ && free_.size() == all_.size();
      if (!is_last) return nullptr;
    } else {
      is_source_free_ = false;
    }
  }
  if (is_last) {
    auto& home = me.home();
    is_over_.store(true, std::memory_order_release);  // from here on, all may be gone
    home.notify_waiters();
    return nullptr;
  }
  auto* const next = take_free();
  produce(*next);
  hand_source_on(me);
  return next;
}

// ---- failure ----

/// With the exception that is being handled.
void pipeline_flow::fail() noexcept
{
  fail(std::current_exception());
}

void pipeline_flow::fail(std::exception_ptr error) noexcept
{
  std::lock_guard const lock{mutex_};
  if (!error_) error_ = std::move(error);
  is_stopped_.store(true, std::memory_order_relaxed);
}

}  // namespace heddle::detail
