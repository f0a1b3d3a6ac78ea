/// Models of the executor's protocols, to the letter of worker.cpp, executor.cpp and task_rows.cpp
/// at small sizes: each function has the name of what it stands for, and each of its lines that
/// touches memory is one there. Releases are parameters, so that tests can take them out.
#include "tests/run/protocol_model.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

namespace heddle::protocol_model {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct fences {
  fence light, heavy;
};
constexpr fences asymmetric{fence::none, fence::all}, full{fence::own, fence::own};

// ---- jobs, and the ring that they go through ----

/// Jobs 1, 2 and so on. What they are to do is written by whoever makes them, by plain stores.
class jobs {
 public:
  jobs(program& p, int count)
    : content_{p.add_row("content", count)}, runs_{p.add_row("runs", count)}
  {
  }

  void make(processor& cpu, int j) const { cpu.store(content_[index(j)], 1); }
  void run(processor& cpu, int j) const
  {
    cpu.expect(j > 0, "what is taken is no job");
    cpu.expect(cpu.load(content_[index(j)]) == 1, "a job's content is not seen");
    cpu.expect(cpu.fetch_add(runs_[index(j)], 1) == 0, "a job runs twice");
  }
  [[nodiscard]] int num_runs(memory const& m, int j) const { return m[runs_[index(j)]]; }

 private:
  static std::size_t index(int j) { return static_cast<std::size_t>(j - 1); }
  std::vector<location> content_, runs_;
};

/// The counters do not wrap around, as the real ones do modulo 2^32.
class ring {
 public:
  ring(program& p, int size, order raise)
    : taken_{p.add("taken")},
      shared_{p.add("shared")},
      slots_{p.add_row("slot", size)},
      raise_{raise}
  {
  }

  [[nodiscard]] int room(processor& cpu) const  // worker::share_some, executor::leave
  {
    int const shared = cpu.load(shared_);         // shared_.load(relaxed)
    return size() - (shared - cpu.load(taken_));  // taken_.load(acquire)
  }

  void put(processor& cpu, std::vector<int> const& some) const  // worker::put_into_ring
  {
    int at = cpu.load(shared_);                         // shared_.load(relaxed)
    for (int const j : some) cpu.store(slot(at++), j);  // ring_[at % ring_size].store(relaxed)
    cpu.store(shared_, at, raise_);                     // shared_.store(at, release)
  }

  [[nodiscard]] bool has_jobs(processor& cpu) const  // worker::has_shared_jobs
  {
    int const shared = cpu.load(shared_);  // shared_.load(relaxed)
    return shared != cpu.load(taken_);     // taken_.load(relaxed)
  }

  [[nodiscard]] std::vector<int> take(processor& cpu) const  // worker::take
  {
    value first = cpu.load(taken_);  // taken_.load(acquire)
    for (;;) {
      int const there = cpu.load(shared_) - first;  // shared_.load(acquire)
      if (there <= 0) return {};
      std::vector<int> some;
      for (int i = 0; i < (there + 1) / 2; ++i) {
        some.push_back(cpu.load(slot(first + i)));  // ring_[(first + i) % ring_size].load(relaxed)
      }
      int const end = first + static_cast<int>(some.size());
      if (cpu.compare_exchange(taken_, first, end, order::release)) return some;
    }
  }

  [[nodiscard]] long count(memory const& m, int j) const
  {
    long n = 0;
    for (int at = m[taken_]; at < m[shared_]; ++at) n += m[slot(at)] == j;
    return n;
  }

 private:
  [[nodiscard]] int size() const { return static_cast<int>(slots_.size()); }
  [[nodiscard]] location slot(int at) const
  {
    return slots_[static_cast<std::size_t>(at % size())];
  }

  location taken_, shared_;
  std::vector<location> slots_;
  order raise_;
};

struct ring_settings {
  order raise         = order::release;
  bool looks_for_room = true;
  int size = 2, num_jobs = 3;
};

/// An owner who gives away all that fits (executor::leave), runs the rest, and takes from the ring
/// like the two others (worker::pop_shared).
verdict check_ring(ring_settings const& with)
{
  program p;
  jobs const all{p, with.num_jobs};
  ring const r{p, with.size, with.raise};
  auto const take = [&](processor& cpu) {
    if (!r.has_jobs(cpu)) return;
    for (int const j : r.take(cpu)) all.run(cpu, j);
  };
  p.threads.push_back([&](processor& cpu) {
    std::vector<int> stack;
    for (int j = 1; j <= with.num_jobs; ++j) {
      all.make(cpu, j);
      stack.push_back(j);
    }
    while (!stack.empty()) {
      auto const left  = static_cast<int>(stack.size());
      auto const count = std::min(left, with.looks_for_room ? r.room(cpu) : with.size);
      r.put(cpu, {stack.begin(), stack.begin() + count});
      stack.erase(stack.begin(), stack.begin() + count);
      if (count > 0) continue;
      all.run(cpu, stack.back());
      stack.pop_back();
    }
    take(cpu);
  });
  p.threads.insert(p.threads.end(), 2, take);
  p.holds_at_end = [&](memory const& m) {
    for (int j = 1; j <= with.num_jobs; ++j) {
      if (all.num_runs(m, j) + r.count(m, j) != 1) return false;
    }
    return true;
  };
  return explore(p);
}

// ---- parking ----

// Who sleeps.
constexpr int for_work = 1, for_condition = 2;

struct parking_settings {
  fences order_by  = asymmetric;
  order raise      = order::release;  ///< of the ring
  order condition  = order::release;
  order stop       = order::release;
  order wake       = order::release;
  bool passes_on   = true;  ///< a wake-up that a thread has got and has no use for
  bool looks_again = true;  ///< at the epoch, before it sleeps
};

/// An executor without clocks: its threads look once, then sleep, and never for a short span only.
class parking {
 public:
  parking(program& p, parking_settings const& with)
    : with_{with},
      shared_{p, 2, with.raise},
      epoch_{p.add("epoch")},
      sleepers_{p.add("sleepers")},
      waiters_{p.add("sleeping_waiters")}
  {
  }

  /// What a thread waits for; also a reason not to sleep.
  struct until {
    location condition;
    bool is_end_of_service;
    [[nodiscard]] bool operator()(processor& cpu) const { return cpu.load(condition) != 0; }
  };

  void share(processor& cpu, int j) const
  {
    shared_.put(cpu, {j});
    notify_sleepers(cpu);
  }

  void notify_sleepers(processor& cpu) const
  {
    cpu.pass(with_.order_by.light);                    // light_fence()
    if (cpu.load(sleepers_) > 0) wake(cpu, for_work);  // sleepers_.load(relaxed)
  }

  void notify_waiters(processor& cpu) const
  {
    cpu.pass(with_.order_by.light);                        // light_fence()
    if (cpu.load(waiters_) > 0) wake(cpu, for_condition);  // sleeping_waiters_.load(relaxed)
  }

  /// All if they wait for a condition, else one.
  void wake(processor& cpu, int who) const
  {
    cpu.add(epoch_, 1, with_.wake);                           // word.fetch_add(1, release)
    who == for_work ? cpu.wake_one(who) : cpu.wake_all(who);  // FUTEX_WAKE_BITSET
  }

  /// executor::find_work; the look at the ring is that of `spin` and of `steal`.
  [[nodiscard]] int find_work(processor& cpu, until const& done) const
  {
    int j = done(cpu) ? 0 : steal(cpu);
    if (j == 0 && !done(cpu)) {
      park(cpu, done);
      cpu.start_again();
    }
    if (j == 0 && with_.passes_on && shared_.has_jobs(cpu)) notify_sleepers(cpu);
    return j;
  }

 private:
  [[nodiscard]] int steal(processor& cpu) const
  {
    auto const some = shared_.has_jobs(cpu) ? shared_.take(cpu) : std::vector<int>{};
    return some.empty() ? 0 : some.front();
  }

  void park(processor& cpu, until const& done) const
  {
    auto const now  = cpu.load(epoch_);  // epoch_.load(acquire)
    int const waits = done.is_end_of_service ? 0 : 1;
    cpu.add(sleepers_, 1);                // sleepers_.fetch_add(1, relaxed)
    if (waits > 0) cpu.add(waiters_, 1);  // sleeping_waiters_.fetch_add(waits, relaxed)
    cpu.pass(with_.order_by.heavy);       // raid(me): heavy_fence()
    if (!shared_.has_jobs(cpu) && !done(cpu)) {
      auto const current = with_.looks_again ? now : cpu.load(epoch_);
      cpu.sleep_on(epoch_, current, waits > 0 ? for_work | for_condition : for_work);
    }
    if (waits > 0) cpu.add(waiters_, -1);  // sleeping_waiters_.fetch_sub(waits, relaxed)
    cpu.add(sleepers_, -1);                // sleepers_.fetch_sub(1, relaxed)
  }

  parking_settings with_;
  ring shared_;
  location epoch_, sleepers_, waiters_;
};

/// One thread shares a job and makes a condition true; another waits for the condition, and runs
/// jobs meanwhile; a third serves. Whoever runs the job ends the service, as ~executor does.
verdict check_parking(parking_settings const& with)
{
  program p;
  jobs const all{p, 1};
  parking const executor{p, with};
  auto const condition = p.add("condition"), stop = p.add("stop"), result = p.add("result");
  auto const run = [&](processor& cpu, int j) {
    if (j == 0) return;
    all.run(cpu, j);
    cpu.store(stop, 1, with.stop);                 // stop_.store(true, release)
    executor.wake(cpu, for_work | for_condition);  // wake(epoch_, INT_MAX, ...)
  };
  p.threads = {[&](processor& cpu) {
                 all.make(cpu, 1);
                 executor.share(cpu, 1);
                 cpu.store(result, 1);
                 cpu.store(condition, 1, with.condition);
                 executor.notify_waiters(cpu);
               },
               [&](processor& cpu) {  // executor::work_until
                 if (!cpu.is_first_time() || cpu.load(condition) == 0) {
                   auto const j = executor.find_work(cpu, {condition, false});
                   run(cpu, j);
                   if (j != 0 && cpu.load(condition) == 0) cpu.start_again();
                 }
                 cpu.expect(cpu.load(result) == 1, "what a condition stands for is not seen");
               },
               [&](processor& cpu) {  // executor::serve
                 cpu.is_first_time();
                 auto const j = executor.find_work(cpu, {stop, true});
                 run(cpu, j);
                 if (j != 0) cpu.start_again();
               }};
  return explore(p);
}
