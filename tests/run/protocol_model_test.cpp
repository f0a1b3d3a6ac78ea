#include "tests/run/protocol_model.hpp"
#include "tests/run/protocol_parts.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

namespace heddle::protocol_model {
namespace {

using ::testing::StartsWith;

constexpr auto at_the_end = "does not hold at the end";

// ---- what the machine does ----

/// One thread writes x, then y; the other reads y, then x.
verdict check_message(order second)
{
  program p;
  auto const x = p.add("x"), y = p.add("y");
  p.threads = {[=](processor& cpu) {
                 cpu.store(x, 1);
                 cpu.store(y, 1, second);
               },
               [=](processor& cpu) {
                 if (cpu.load(y) == 1) cpu.expect(cpu.load(x) == 1, "out of order");
               }};
  return explore(p);
}

/// Each of two threads writes one variable, and reads the other's.
verdict check_crossing(fence one, fence another)
{
  program p;
  auto const x = p.add("x"), y = p.add("y"), unseen = p.add("unseen");
  auto const write_and_read = [unseen](location mine, location other, fence between) {
    return [=](processor& cpu) {
      cpu.store(mine, 1);
      cpu.pass(between);
      if (cpu.load(other) == 0) cpu.add(unseen, 1);
    };
  };
  p.threads      = {write_and_read(x, y, one), write_and_read(y, x, another)};
  p.holds_at_end = [=](memory const& m) { return m[unseen] < 2; };
  return explore(p);
}

TEST(ProtocolModel, BuffersStoresAsTheMachinesDo)
{
  EXPECT_THAT(check_message(order::relaxed).fault, StartsWith("out of order"));
  EXPECT_EQ(check_message(order::release).fault, "");
  EXPECT_THAT(check_crossing(fence::none, fence::none).fault, StartsWith(at_the_end));
  EXPECT_THAT(check_crossing(fence::none, fence::own).fault, StartsWith(at_the_end));
  EXPECT_EQ(check_crossing(fence::own, fence::own).fault, "");
  EXPECT_EQ(check_crossing(fence::none, fence::all).fault, "");
}

TEST(ProtocolModel, TellsTheWayToAFault)
{
  EXPECT_EQ(check_message(order::relaxed).fault,
            "out of order\n"
            "  thread 0: store x 1\n"
            "  thread 0: store y 1\n"
            "  thread 0: y becomes 1\n"
            "  thread 1: load y -> 1\n"
            "  thread 1: load x -> 0");
}

// ---- the ring ----

struct ring_settings {
  order raise         = order::release;
  bool looks_for_room = true;
  int size = 2, num_jobs = 3;
};

/// An owner who gives away all that fits (executor::give_all_away), keeps the rest to run it, and
/// takes from the ring like the two others (worker::pop_shared).
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

TEST(ProtocolModel, RingGivesEachJobToOneThreadAndItsContentToo)
{
  EXPECT_EQ(check_ring({}).fault, "");
  EXPECT_EQ(check_ring({.size = 4, .num_jobs = 4}).fault, "") << "two at once";
}

TEST(ProtocolModel, RingWithoutItsReleaseGivesWhatIsNoJob)
{
  EXPECT_THAT(check_ring({.raise = order::relaxed}).fault, StartsWith("what is taken"));
}

TEST(ProtocolModel, RingWithoutALookForRoomLosesJobs)
{
  EXPECT_THAT(check_ring({.looks_for_room = false}).fault, StartsWith(at_the_end));
}

// ---- parking ----

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
    cpu.store(stop, 1, order::release);            // stop_.store(true, release)
    executor.wake(cpu, for_work | for_condition);  // wake(epoch_, INT_MAX, ...)
  };
  p.threads = {[&](processor& cpu) {
                 all.make(cpu, 1);
                 executor.share(cpu, {1});
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
                 auto const j = executor.find_work(cpu, {stop, true});
                 run(cpu, j);
                 if (j != 0) cpu.start_again();
               }};
  return explore(p);
}

/// One thread shares two jobs at once. Another waits for the end of the first, and leaves after it;
/// a third serves until the second has ended.
verdict check_two_jobs(parking_settings const& with)
{
  program p;
  jobs const all{p, 2};
  parking const executor{p, with};
  auto const condition = p.add("condition"), stop = p.add("stop");
  auto const run = [&](processor& cpu, int j) {
    if (j == 0) return;
    all.run(cpu, j);
    if (j == 1) {
      cpu.store(condition, 1, order::release);
      executor.notify_waiters(cpu);
    } else {
      cpu.store(stop, 1, order::release);
      executor.wake(cpu, for_work | for_condition);
    }
  };
  p.threads = {[&](processor& cpu) {
                 for (int const j : {1, 2}) all.make(cpu, j);
                 executor.share(cpu, {1, 2});
               },
               [&](processor& cpu) {
                 auto const j = executor.find_work(cpu, {condition, false});
                 run(cpu, j);
                 if (cpu.load(condition) == 0) cpu.start_again();
               },
               [&](processor& cpu) {
                 auto const j = executor.find_work(cpu, {stop, true});
                 run(cpu, j);
                 if (j != 0) cpu.start_again();
               }};
  return explore(p);
}

TEST(ProtocolModel, OneWakeUpIsEnoughForSeveralJobs)
{
  EXPECT_EQ(check_two_jobs({.order_by = full}).fault, "");
  EXPECT_THAT(check_two_jobs({.order_by = full, .passes = pass_on::without_a_job}).fault,
              StartsWith("deadlock"));
}

TEST(ProtocolModel, ParkingLosesNoWakeUp)
{
  EXPECT_EQ(check_parking({}).fault, "");
}

TEST(ProtocolModel, ParkingLosesNoWakeUpWithFullFences)
{
  EXPECT_EQ(check_parking({.order_by = full}).fault, "");
}

TEST(ProtocolModel, ParkingWithoutItsBarrierDoes)
{
  EXPECT_THAT(check_parking({.order_by = {fence::none, fence::none}}).fault,
              StartsWith("deadlock"));
  EXPECT_THAT(check_parking({.order_by = {fence::none, fence::own}}).fault, StartsWith("deadlock"))
    << "a barrier of the sleeper alone is not enough";
}

TEST(ProtocolModel, ParkingWithoutASecondLookAtTheEpochDoes)
{
  EXPECT_THAT(check_parking({.looks_again = false}).fault, StartsWith("deadlock"));
}

TEST(ProtocolModel, ParkingThatDoesNotPassOnAWakeUpDoes)
{
  EXPECT_THAT(check_parking({.passes = pass_on::never}).fault, StartsWith("deadlock"));
}

/// With asymmetric fences, the sleeper's makes up for it.
TEST(ProtocolModel, EndOfServiceWithoutTheReleaseOfItsWakeUpIsMissed)
{
  EXPECT_THAT(check_parking({.order_by = full, .wake = order::relaxed}).fault,
              StartsWith("deadlock"));
}

TEST(ProtocolModel, ConditionWithoutItsReleaseTellsTooEarly)
{
  EXPECT_THAT(check_parking({.condition = order::relaxed}).fault, StartsWith("what a condition"));
}

// ---- seats ----

/// One thread shares a job; another blocks until it has been run; the spare one is to run it.
verdict check_seat(fences order_by)
{
  program p;
  jobs const all{p, 1};
  seat const s{p, order_by};
  auto const done = p.add("done");
  p.threads       = {[&](processor& cpu) {
                 all.make(cpu, 1);
                 s.share(cpu, {1});
               },
                     [&](processor& cpu) {
                 s.leave(cpu);
                 cpu.await(done, 1);
               },
                     [&](processor& cpu) {
                 auto const some = s.take_over(cpu);
                 cpu.expect(!some.empty(), "called for nothing");
                 all.run(cpu, some.front());
                 cpu.store(done, 1, order::release);
               }};
  return explore(p);
}

TEST(ProtocolModel, SeatOfAThreadThatBlocksIsTakenForAJob)
{
  EXPECT_EQ(check_seat(asymmetric).fault, "");
  EXPECT_EQ(check_seat(full).fault, "");
}

TEST(ProtocolModel, SeatWithoutItsBarrierStaysVacant)
{
  EXPECT_THAT(check_seat({fence::none, fence::none}).fault, StartsWith("deadlock"));
  EXPECT_THAT(check_seat({fence::none, fence::own}).fault, StartsWith("deadlock"))
    << "a barrier of the one who blocks is not enough";
}

// ---- raids ----

/// An owner pushes two jobs, is away for a while, and runs what it still finds; others raid it.
verdict check_raid(raid_settings const& with, std::size_t num_raiders = 1)
{
  program p;
  jobs const all{p, 2};
  stack const s{p, 2, with};
  p.threads = {[&](processor& cpu) {
    for (int const j : {1, 2}) all.make(cpu, j);
    s.open(cpu);
    for (int const j : {1, 2}) s.push(cpu, j);
    s.close(cpu);
    for (;;) {
      s.open(cpu);
      int const j = s.pop(cpu);
      s.close(cpu);
      if (j == 0) return;
      all.run(cpu, j);
    }
  }};
  p.threads.insert(p.threads.end(), num_raiders, [&](processor& cpu) {
    for (int const j : s.raid(cpu)) all.run(cpu, j);
  });
  p.holds_at_end = [&](memory const& m) {
    return all.num_runs(m, 1) == 1 && all.num_runs(m, 2) == 1;
  };
  return explore(p);
}

TEST(ProtocolModel, RaidLosesNoJob)
{
  for (auto const by : {asymmetric, full}) {
    EXPECT_EQ(check_raid({.order_by = by}, 1).fault, "");
    EXPECT_EQ(check_raid({.order_by = by}, 2).fault, "");
  }
}

TEST(ProtocolModel, RaidWithoutItsBarrierDoes)
{
  EXPECT_THAT(check_raid({.order_by = {fence::none, fence::none}}).fault,
              StartsWith("what is taken"));
  EXPECT_THAT(check_raid({.order_by = {fence::none, fence::own}}).fault,
              StartsWith("what is taken"))
    << "a barrier of the raider alone is not enough";
}

TEST(ProtocolModel, RaidBeforeAllOfAClosedStackIsSeenTakesWhatIsNoJob)
{
  EXPECT_THAT(check_raid({.close = order::relaxed}).fault, StartsWith("what is taken"));
}

TEST(ProtocolModel, RaidThatEndsWithoutAReleaseHasAJobRunTwice)
{
  EXPECT_THAT(check_raid({.end = order::relaxed}).fault, StartsWith("a job runs twice"));
}

// ---- join counters ----

/// Twice: a runs on the thread that starts the run, b on another.
verdict check_join(join_settings const& with)
{
  program p;
  rows const r{p, with};
  auto const handed = p.add("handed");
  auto const run    = [&](processor& cpu, std::size_t task, int n) {
    r.write(cpu, task, n);
    if (r.is_last_to_end_before(cpu, false)) r.run_c(cpu, n);
  };
  p.threads = {[&, run](processor& cpu) {
                 for (int const n : {1, 2}) {
                   r.start(cpu);
                   cpu.store(handed, n, order::release);  // a ring does it
                   run(cpu, 0, n);
                   r.wait(cpu, n);
                 }
               },
               [&, run](processor& cpu) {
                 for (int const n : {1, 2}) {
                   cpu.await(handed, n);
                   run(cpu, 1, n);
                 }
               }};
  return explore(p);
}

enum class look { while_open, before_open };

/// The owner runs a, and b unless a raid has taken it meanwhile: until then counters are plain.
verdict check_switch(raid_settings const& with, look at_num_shared = look::while_open)
{
  program p;
  rows const r{p, {}};
  stack const s{p, 1, with};
  constexpr int b    = 1;
  auto const is_last = [&](processor& cpu, int at_start) {
    bool const is_early = at_num_shared == look::before_open;
    int const early     = is_early ? s.num_shared(cpu) : 0;
    s.open(cpu);
    return r.is_last_to_end_before(cpu, at_start == (is_early ? early : s.num_shared(cpu)));
  };
  p.threads = {[&](processor& cpu) {
                 r.start(cpu);
                 s.open(cpu);
                 int const at_start = s.num_shared(cpu);
                 s.push(cpu, b);
                 s.close(cpu);
                 r.write(cpu, 0, 1);
                 bool may_start = is_last(cpu, at_start);
                 int const next = may_start ? 0 : s.pop(cpu);
                 s.close(cpu);
                 if (next == b) {
                   r.write(cpu, 1, 1);
                   may_start = is_last(cpu, at_start);
                   s.close(cpu);
                 }
                 if (may_start) r.run_c(cpu, 1);
                 r.wait(cpu, 1);
               },
               [&](processor& cpu) {
                 if (s.raid(cpu).empty()) return;
                 r.write(cpu, 1, 1);
                 if (r.is_last_to_end_before(cpu, false)) r.run_c(cpu, 1);
               }};
  return explore(p);
}

TEST(ProtocolModel, JoinCountersStartTheLastTaskOncePerRun)
{
  EXPECT_EQ(check_join({}).fault, "");
}

TEST(ProtocolModel, JoinCountersWithoutTheirReleaseStartItTooEarly)
{
  EXPECT_THAT(check_join({.count_down = order::relaxed}).fault, StartsWith("c does not see"));
}

TEST(ProtocolModel, RunWithoutTheReleaseOfItsExitsEndsTooEarly)
{
  EXPECT_THAT(check_join({.ends_left = order::relaxed}).fault, StartsWith("the run does not see"));
}

TEST(ProtocolModel, JoinCountersThatAreNotResetStartTheSecondRunsLastTaskTooEarly)
{
  EXPECT_THAT(check_join({.resets = false}).fault, StartsWith("c does not see"));
}

TEST(ProtocolModel, JoinCountersArePlainUntilARaid)
{
  EXPECT_EQ(check_switch({}).fault, "");
  EXPECT_EQ(check_switch({.order_by = full}).fault, "");
}

TEST(ProtocolModel, JoinCountersThatStayPlainAfterARaidFail)
{
  EXPECT_NE(check_switch({.counts = false}).fault, "");
  EXPECT_NE(check_switch({}, look::before_open).fault, "");
  EXPECT_NE(check_switch({.end = order::relaxed}).fault, "");
  EXPECT_NE(check_switch({.close = order::relaxed}).fault, "");
}

}  // namespace
}  // namespace heddle::protocol_model
