/// @file
/// The executor's protocols as programs for a machine with store buffers, to the letter of
/// worker.cpp, idle.cpp, spare_threads.cpp and task_rows_run.cpp: each function has the name of
/// what it stands for, and each of its lines that touches memory is one there. Releases and fences
/// are settings, so that tests can take them out.
#pragma once

#include "tests/run/store_buffers.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace heddle::protocol_model {

struct fences {
  fence light, heavy;
};
inline constexpr fences asymmetric{fence::none, fence::all}, full{fence::own, fence::own};

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

  [[nodiscard]] int room(processor& cpu) const  // worker::share_some, executor::give_all_away
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

// ---- parking ----

// Who sleeps.
inline constexpr int for_work = 1, for_condition = 2;

/// When a thread that has looked for work wakes another for what is left.
enum class pass_on { never, without_a_job, always };

struct parking_settings {
  fences order_by  = asymmetric;
  order raise      = order::release;  ///< of the ring
  order condition  = order::release;
  order wake       = order::release;
  pass_on passes   = pass_on::always;
  bool looks_again = true;  ///< at the epoch, before it sleeps
};

/// An executor without clocks: its threads look once, then sleep, and never for a short span only.
/// A sleeping thread may be woken in any order.
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

  void share(processor& cpu, std::vector<int> const& jobs) const
  {
    shared_.put(cpu, jobs);
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
    bool const passes =
      with_.passes == pass_on::always || (with_.passes == pass_on::without_a_job && j == 0);
    if (passes && shared_.has_jobs(cpu)) notify_sleepers(cpu);
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

// ---- seats ----

/// The seat of a thread that blocks, and a spare thread that may take it; nobody else sleeps. What
/// a mutex guards is one variable here.
class seat {
 public:
  seat(program& p, fences order_by)
    : order_by_{order_by},
      shared_{p, 2, order::release},
      sleepers_{p.add("sleepers")},
      called_{p.add("called")}
  {
  }

  void share(processor& cpu, std::vector<int> const& jobs) const
  {
    shared_.put(cpu, jobs);
    notify_sleepers(cpu);
  }

  void leave(processor& cpu) const  // blocking_region::blocking_region
  {
    cpu.add(sleepers_, 1, order::release);  // leave_seat(): with the mutex
    cpu.pass(order_by_.heavy);              // raid(me): heavy_fence()
    if (shared_.has_jobs(cpu)) notify_sleepers(cpu);
  }

  /// spare_threads::live, called once.
  [[nodiscard]] std::vector<int> take_over(processor& cpu) const
  {
    cpu.await(called_, 1);                   // take_seat()
    cpu.add(sleepers_, -1, order::release);  // with the mutex
    return shared_.take(cpu);
  }

 private:
  void notify_sleepers(processor& cpu) const
  {
    cpu.pass(order_by_.light);                   // light_fence()
    if (cpu.load(sleepers_) > 0) {               // sleepers_.load(relaxed)
      cpu.exchange(called_, 1, order::release);  // wake(...) == 0, spares_->call()
    }
  }

  fences order_by_;
  ring shared_;
  location sleepers_, called_;
};

// ---- the stack of an owner, and raids on it ----

struct raid_settings {
  fences order_by = asymmetric;
  order close     = order::release;
  order end       = order::release;
  bool counts     = true;  ///< what it takes
};

class stack {
 public:
  stack(program& p, int size, raid_settings const& with)
    : with_{with},
      is_open_{p.add("is_open")},
      raid_{p.add("raid")},
      base_{p.add("base")},
      top_{p.add("top")},
      num_shared_{p.add("num_shared")},
      cells_{p.add_row("cell", size)}
  {
  }

  void open(processor& cpu) const
  {
    cpu.store(is_open_, 1);                         // is_open_.store(true, relaxed)
    cpu.pass(with_.order_by.light);                 // light_fence()
    if (cpu.load(raid_) != 0) cpu.await(raid_, 0);  // raid_.load(acquire), wait_for_raid()
  }
  void close(processor& cpu) const { cpu.store(is_open_, 0, with_.close); }

  void push(processor& cpu, int j) const  // *top_++ = &j
  {
    int const top = cpu.load(top_);
    cpu.store(cell(top), j);
    cpu.store(top_, top + 1);
  }

  [[nodiscard]] int pop(processor& cpu) const  // if (top_ != base_) return *--top_
  {
    int const top = cpu.load(top_);
    if (top == cpu.load(base_)) return 0;
    cpu.store(top_, top - 1);
    return cpu.load(cell(top - 1));
  }

  [[nodiscard]] int num_shared(processor& cpu) const { return cpu.load(num_shared_); }

  /// executor::raid, of this stack alone.
  [[nodiscard]] std::vector<int> raid(processor& cpu) const
  {
    bool const has_begun = cpu.exchange(raid_, 1, order::release) == 0;  // raid_.exchange(acq_rel)
    cpu.pass(with_.order_by.heavy);                                      // heavy_fence()
    return has_begun ? end_raid(cpu) : std::vector<int>{};
  }

 private:
  [[nodiscard]] std::vector<int> end_raid(processor& cpu) const
  {
    std::vector<int> some;
    if (cpu.load(is_open_) == 0) {  // is_open_.load(acquire)
      int const base  = cpu.load(base_);
      int const count = (cpu.load(top_) - base + 1) / 2;
      for (int i = 0; i < count; ++i) some.push_back(cpu.load(cell(base + i)));
      cpu.store(base_, base + count);  // base_ += count
      if (with_.counts)
        cpu.store(num_shared_, cpu.load(num_shared_) + count);  // num_shared_ += ...
    }
    cpu.store(raid_, 0, with_.end);  // raid_.store(false, release)
    return some;
  }

  [[nodiscard]] location cell(int at) const { return cells_.at(static_cast<std::size_t>(at)); }

  raid_settings with_;
  location is_open_, raid_, base_, top_, num_shared_;
  std::vector<location> cells_;
};

// ---- join counters ----

struct join_settings {
  order count_down = order::release;
  order ends_left  = order::release;
  bool resets      = true;
};

/// Two tasks, a and b, and c after them, which is the only exit.
class rows {
 public:
  rows(program& p, join_settings const& with)
    : with_{with},
      missing_{p.add("missing", 2)},
      ends_left_{p.add("ends_left")},
      wrote_{p.add("a"), p.add("b"), p.add("c")},
      runs_{p.add("runs_of_c")}
  {
  }

  void start(processor& cpu) const { cpu.store(ends_left_, 1); }  // ends_left.store(relaxed)

  /// A body: in its n-th run it writes n.
  void write(processor& cpu, std::size_t task, int n) const { cpu.store(wrote_[task], n); }

  /// @return whether c may start
  [[nodiscard]] bool is_last_to_end_before(processor& cpu, bool is_alone) const
  {
    if (is_alone) {
      int const before = cpu.load(missing_);  // missing.load(relaxed)
      cpu.store(missing_, before - 1);        // missing.store(before - 1, relaxed)
      return before == 1;
    }
    return cpu.load(missing_) == 1 ||                           // missing.load(acquire)
           cpu.fetch_add(missing_, -1, with_.count_down) == 1;  // missing.fetch_sub(1, acq_rel)
  }

  void run_c(processor& cpu, int n) const
  {
    cpu.expect(cpu.load(wrote_[0]) == n && cpu.load(wrote_[1]) == n, "c does not see a and b");
    cpu.expect(cpu.fetch_add(runs_, 1) == n - 1, "c does not run once");
    write(cpu, 2, n);
    if (with_.resets) cpu.store(missing_, 2);  // missing.store(r.predecessors, relaxed)
    cpu.add(ends_left_, -1, with_.ends_left);  // ends_left.fetch_sub(count, acq_rel)
  }

  void wait(processor& cpu, int n) const
  {
    cpu.await(ends_left_, 0);  // ends_left.load(acquire), in work_until
    cpu.expect(cpu.load(wrote_[2]) == n, "the run does not see c");
  }

 private:
  join_settings with_;
  location missing_, ends_left_;
  std::vector<location> wrote_;
  location runs_;
};

}  // namespace heddle::protocol_model
