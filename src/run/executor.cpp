#include <heddle/run/executor.hpp>

#include "src/run/affinity.hpp"
#include "src/run/spare_threads.hpp"
#include "src/run/victim_order.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace heddle {
namespace {

using detail::job;
using detail::this_worker;
using detail::worker;

constexpr int most_threads = 4096;

/// The resources that own threads work on: all CPUs but the first, which is the caller's.
std::vector<std::size_t> cpus_of(machine const& m)
{
  std::vector<std::size_t> cpus;
  for (std::size_t r = 0; r < m.resources.size(); ++r) {
    if (m.resources[r].kind == resource_kind::cpu) cpus.push_back(r);
  }
  if (cpus.size() > 1) cpus.erase(cpus.begin());
  return cpus;
}

}  // namespace

executor::executor(int threads)
{
  if (threads < 0 || threads > most_threads) {
    throw invalid_argument{
      fmt::format("executor: {} threads, where 0 to {} are possible", threads, most_threads)};
  }
  start(std::vector<int>(static_cast<std::size_t>(threads), -1));
}

executor::executor(machine const& m)
{
  auto const cpus = cpus_of(m);
  nearest_        = detail::victim_orders(m, cpus);
  std::vector<int> os_indices;
  for (auto const cpu : cpus) os_indices.push_back(m.resources[cpu].os_index);
  start(os_indices);
}

executor::executor(executor& lender, int max_parallelism)
{
  if (max_parallelism < 1) {
    throw invalid_argument{fmt::format(
      "executor: a part of {} threads; it needs at least one, the caller's", max_parallelism)};
  }
  start({});
  lender_      = &lender;
  num_threads_ = std::min({max_parallelism - 1, lender.num_threads(), most_members});
  if (num_threads_ > 0) lender.offer(*this, num_threads_);
}

void executor::start(std::vector<int> const& cpus)
{
  workers_.resize(cpus.size() + most_places);
  make_workers(cpus.size());
  is_taken_    = std::make_unique<std::atomic<bool>[]>(most_places);
  spares_      = std::make_unique<spare_threads>(*this);
  num_threads_ = static_cast<int>(cpus.size());
  present_.store(num_threads_, std::memory_order_relaxed);
  try {
    start_threads(cpus);
  } catch (std::system_error const& e) {
    auto const made = threads_.size();
    stop();
    throw system_error{fmt::format("executor: thread {} of {} could not be made: {}; ask for fewer",
                                   made + 1, cpus.size(), e.what())};
  }
}

void executor::start_threads(std::vector<int> const& cpus)
{
  threads_.reserve(cpus.size());
  for (std::size_t t = 0; t < cpus.size(); ++t) {
    threads_.emplace_back([this, &me = *workers_[t], cpu = cpus[t]] {
      bind_this_thread(cpu);
      this_worker = &me;
      serve(me, {});
    });
  }
}

executor::~executor()
{
  stop();
}

/// Who reads `stop_` in time leaves no job behind. What others left that went before that is seen
/// once they are gone, and run here.
void executor::stop()
{
  if (lender_ != nullptr) lender_->withdraw_offers(*this);
  stop_.store(true, std::memory_order_release);
  wake_all();
  visit const here{*this};
  serve(here.self(), {});
  for (auto& thread : threads_) thread.join();
  {
    std::unique_lock lock{mutex_};
    member_has_left_.wait(lock, [this] { return num_members_ == 0; });
  }
  spares_->await_rest(here.self());
  serve(here.self(), {});
  spares_->await_rest(here.self());
  spares_->end();
}

/// Once the executor is told to stop, ends when it finds no job any more: what a job adds is on its
/// own queues. When `stop` is requested, ends at once.
void executor::serve(worker& me, std::stop_token const& stop)
{
  struct service {
    executor const& home;
    std::stop_token const& stop;
  } const here{*this, stop};
  condition const until{&here,
                        [](void const* s) {
                          auto const& [home, told] = *static_cast<service const*>(s);
                          return home.stop_.load(std::memory_order_acquire) ||
                                 home.num_offers_.load(std::memory_order_relaxed) > 0 ||
                                 told.stop_requested();
                        },
                        true};
  while (!stop.stop_requested()) {
    auto* next = own_work(me);
    if (next == nullptr) next = find_work(me, until);
    if (next != nullptr) {
      me.run(*next);
    } else if (!lend(stop) && stop_.load(std::memory_order_acquire)) {
      return;
    }
  }
}

// ---- jobs of threads that are no workers ----

void executor::submit(job& j)
{
  {
    std::lock_guard const lock{mutex_};
    submitted_.push_back(&j);
    num_submitted_.store(submitted_.size(), std::memory_order_relaxed);
  }
  notify_sleepers();
}

job* executor::take_submitted()
{
  if (num_submitted_.load(std::memory_order_relaxed) == 0) return nullptr;
  std::lock_guard const lock{mutex_};
  if (submitted_.empty()) return nullptr;
  auto* const j = submitted_.front();
  submitted_.pop_front();
  num_submitted_.store(submitted_.size(), std::memory_order_relaxed);
  return j;
}

}  // namespace heddle
