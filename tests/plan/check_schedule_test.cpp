#include <heddle/plan/check_schedule.hpp>

#include "tests/support/sanitized.hpp"
#include "tests/support/schedule_data.hpp"
#include "tests/support/small_workflows.hpp"

#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace heddle {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Findings about HEFT's schedule of the five tasks after `damage`: t0 n1 [0, 1], t1 n1 [1, 4],
/// t2 n1 [4, 6], t3 n0 [4, 6], t4 n0 [9, 13].
std::vector<std::string> findings_after(std::function<void(schedule&)> const& damage,
                                        std::size_t max_findings = 10)
{
  auto s = plan(test::five_tasks(), test::slow_and_fast(), {"heft"});
  damage(s);
  return check_schedule(s, test::five_tasks(), test::slow_and_fast(), max_findings);
}

TEST(CheckSchedule, AcceptsAValidOne)
{
  EXPECT_THAT(findings_after([](schedule&) {}), IsEmpty());
}

TEST(CheckSchedule, ToleratesRounding)
{
  EXPECT_THAT(findings_after([](schedule& s) { s.tasks[4].start_seconds -= 5e-7; }), IsEmpty());
}

struct damaged {
  std::function<void(schedule&)> damage;
  std::string finding;
};

TEST(CheckSchedule, SaysWhatIsWrong)
{
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  auto const move    = [](assignment& a, double by) {
    a.start_seconds += by;
    a.finish_seconds += by;
  };
  damaged const cases[] = {
    {[&](schedule& s) { move(s.tasks[4], -0.5); }, "starts at 8.5, before"},
    {[&](schedule& s) { move(s.tasks[2], -1); }, "overlap on resource \"n1\""},
    {[](schedule& s) { s.tasks[4].start_seconds = 8; }, "it takes 4 s"},
    {[](schedule& s) { s.tasks[3].resource = 1; }, "it takes 1 s"},
    {[](schedule& s) { s.tasks[3].resource = 2; }, "resource 2 of 2"},
    {[](schedule& s) { s.tasks[3].resource = -1; }, "resource -1 of 2"},
    {[](schedule& s) { s.tasks[3].start_seconds = nan; }, "from nan to 6"},
    {[&](schedule& s) { move(s.tasks[0], -1); }, "from -1 to 0"},
    {[](schedule& s) { s.tasks.pop_back(); }, "4 tasks scheduled"},
    {[](schedule& s) { s.tasks.push_back(s.tasks[0]); }, "6 tasks scheduled"},
    {[](schedule& s) { std::swap(s.task_names[0], s.task_names[1]); }, "task 0 is \"t1\""},
    {[](schedule& s) { s.resource_ids[1] = "x"; }, "resource 1 is \"x\""},
    {[](schedule& s) { s.resource_ids.pop_back(); }, "1 resources named"},
    {[](schedule& s) { s.makespan_seconds = 12; }, "the last task ends at 13"},
    {[](schedule& s) { s.makespan_seconds = nan; }, "the makespan is nan"},
    {[](schedule& s) { s.lower_bound_seconds = 14; }, "lower bound 14 is above"},
    {[](schedule& s) { s.lower_bound_seconds = nan; }, "lower bound nan is above"},
  };
  for (auto const& [damage, finding] : cases) {
    EXPECT_THAT(findings_after(damage), Contains(HasSubstr(finding))) << finding;
  }
}

TEST(CheckSchedule, RejectsATaskWhereItCannotRun)
{
  auto w              = test::make_workflow({1}, {});
  w.at(0).gpu_seconds = 1;
  auto m              = test::make_nodes({1, 1});
  m.resources[1].kind = resource_kind::gpu;
  auto s              = plan(w, m, {"heft"});
  s.tasks[0].resource = 1;
  EXPECT_THAT(check_schedule(s, w, m), IsEmpty());
  w.at(0).declare().cpu = [](body_arguments const&) {};
  EXPECT_THAT(check_schedule(s, w, m), Contains(HasSubstr("cannot run on resource \"n1\"")));
  w.at(0).declare().cpu = nullptr;
  w.at(0).declare().gpu = [](stream_ref, body_arguments const&) {};
  s.tasks[0].resource   = 0;
  EXPECT_THAT(check_schedule(s, w, m), Contains(HasSubstr("cannot run on resource \"n0\"")));
}

TEST(CheckSchedule, ListsNoMoreThanAskedFor)
{
  auto const spoil = [](schedule& s) {
    for (auto& task : s.tasks) task.finish_seconds += 1;
  };
  EXPECT_THAT(findings_after(spoil, 3), SizeIs(3));
  EXPECT_THAT(findings_after(spoil), SizeIs(::testing::Gt(3U)));
}

/// Each kind of damage, to a random task of a valid schedule, must be found.
void expect_damage_found(schedule const& valid, workflow const& w, machine const& m,
                         std::mt19937_64& random)
{
  ASSERT_THAT(check_schedule(valid, w, m), IsEmpty());
  auto const t      = random() % valid.tasks.size();
  auto const reject = [&](std::string_view what, auto damage) {
    auto s = valid;
    damage(s);
    EXPECT_THAT(check_schedule(s, w, m, 1), Not(IsEmpty())) << what << " of task " << t;
  };
  reject("shifted start", [&](schedule& s) {
    s.tasks[t].start_seconds += 0.01 * std::max(1.0, s.makespan_seconds);
  });
  reject("dropped", [&](schedule& s) {
    s.tasks.erase(s.tasks.begin() + static_cast<std::ptrdiff_t>(t));
    s.task_names.erase(s.task_names.begin() + static_cast<std::ptrdiff_t>(t));
  });
  reject("doubled", [&](schedule& s) {
    s.tasks.push_back(s.tasks[t]);
    s.task_names.push_back(s.task_names[t]);
  });
}

/// Swaps the resource of a random task for another on which it would take another time.
void expect_swap_found(schedule const& valid, workflow const& w, machine const& m,
                       std::mt19937_64& random)
{
  cost_model const costs{w, m};
  auto s           = valid;
  auto const t     = random() % s.tasks.size();
  auto& task       = s.tasks[t];
  auto const r     = static_cast<int>(random() % m.resources.size());
  auto const takes = [&](int where) {
    return costs.execution_seconds(static_cast<task_id>(t), where);
  };
  if (std::abs(takes(r) - takes(task.resource)) <= 2e-6 * std::max(1.0, task.finish_seconds))
    return;
  task.resource = r;
  EXPECT_THAT(check_schedule(s, w, m, 1), Not(IsEmpty()))
    << "task " << t << " moved to resource " << r;
}

TEST(CheckSchedule, FindsRandomDamage)
{
  std::mt19937_64 random{23};
  for (int i = 0; i < 300; ++i) {
    auto const w = test::random_workflow(random);
    auto const m = test::random_machine(random);
    if (w.num_tasks() == 0) continue;
    auto const valid = plan(w, m);
    expect_damage_found(valid, w, m, random);
    expect_swap_found(valid, w, m, random);
  }
}

TEST(CheckSchedule, FindsDamageOnPublicInstances)
{
  HEDDLE_REQUIRE_DATA();
  std::mt19937_64 random{29};
  int number = 0;
  test::for_each_combo(*test::data_folder(), [&](test::combo const& c) {
    if (test::is_sanitized && number++ % 20 != 0) return;
    auto const valid = plan(c.work, c.platform, {"heft"});
    expect_damage_found(valid, c.work, c.platform, random);
    expect_swap_found(valid, c.work, c.platform, random);
  });
}

}  // namespace
}  // namespace heddle
