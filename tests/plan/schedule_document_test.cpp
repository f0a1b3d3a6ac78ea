#include "tests/support/small_workflows.hpp"
#include "tests/support/temporary_folder.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <limits>
#include <sstream>

namespace heddle {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string text_of(schedule const& s)
{
  std::ostringstream out;
  s.write(out);
  return out.str();
}

/// The workflow, machine and schedule of the document that most tests read.
struct example {
  workflow w = test::five_tasks();
  machine m  = test::slow_and_fast();
  schedule s = plan(w, m, {"heft"});
  test::temporary_folder folder{};

  [[nodiscard]] schedule read(std::string const& text) const
  {
    folder.write("plan.json", text);
    return schedule::read(folder / "plan.json", w, m);
  }

  /// What reading the text says.
  [[nodiscard]] std::string error_of(std::string const& text) const
  {
    try {
      (void)read(text);
    } catch (input_error const& e) {
      return e.what();
    }
    return "no error";
  }

  [[nodiscard]] std::string error_after(std::function<void(json&)> const& damage) const
  {
    auto document = json::parse(text_of(s));
    damage(document);
    return error_of(document.dump());
  }
};

void expect_equal(schedule const& a, schedule const& b)
{
  EXPECT_EQ(a.tasks, b.tasks);
  EXPECT_EQ(a.task_names, b.task_names);
  EXPECT_EQ(a.resource_ids, b.resource_ids);
  EXPECT_EQ(text_of(a), text_of(b));
}

TEST(ScheduleDocument, HoldsTheFixedFields)
{
  example const e;
  auto const document = json::parse(text_of(e.s));
  EXPECT_EQ(document["workflow"], "test");
  EXPECT_EQ(document["algorithm"], "heft");
  EXPECT_EQ(document["makespan"], 13);
  EXPECT_EQ(document["lower_bound"], 9);
  EXPECT_EQ(document["bounded_by"], e.s.bounded_by);
  EXPECT_NE(document["bounded_by"], "");
  EXPECT_EQ(document["gap"], 13.0 / 9 - 1);
  EXPECT_EQ(document["evaluations"], 1);
  EXPECT_EQ(document["seed"], 1);
  EXPECT_EQ(document["device"], "cpu");
  EXPECT_TRUE(document["guarantee"].is_null());
  EXPECT_EQ(document["version"], 1);
  EXPECT_EQ(document["hash"], e.s.hash);
  EXPECT_TRUE(document["seconds"].is_number());
  ASSERT_EQ(document["tasks"].size(), 5U);
  EXPECT_EQ(document["tasks"][3],
            (json{{"id", "t3"}, {"resource", "n0"}, {"start", 4}, {"finish", 6}}));
}

TEST(ScheduleDocument, ListsAllCoresOfATaskThatTakesSeveral)
{
  example e;
  e.s.further_cores   = {{3, 1}};
  auto const document = json::parse(text_of(e.s));
  EXPECT_EQ(document["tasks"][3]["resource"], "n0");
  EXPECT_EQ(document["tasks"][3]["cores"], (json{"n0", "n1"}));
  EXPECT_FALSE(document["tasks"][2].contains("cores"));
  EXPECT_EQ(e.read(text_of(e.s)).further_cores, e.s.further_cores);
}

TEST(ScheduleDocument, KeepsCoresInAnyOrderOfTasks)
{
  example e;
  e.s.further_cores = {{1, 0}, {3, 1}};
  auto document     = json::parse(text_of(e.s));
  std::reverse(document["tasks"].begin(), document["tasks"].end());
  EXPECT_EQ(e.read(document.dump()).further_cores, e.s.further_cores);
}

TEST(ScheduleDocument, IsReadBackToTheLastBit)
{
  example e;
  e.s.tasks[2]  = {1, 0.1 + 0.2, std::nextafter(1e300, 0)};
  e.s.guarantee = "within 4/3";
  e.s.seed      = std::numeric_limits<std::uint64_t>::max();
  e.s.gap       = std::numeric_limits<double>::infinity();
  expect_equal(e.read(text_of(e.s)), e.s);
}

TEST(ScheduleDocument, KeepsStrangeNames)
{
  workflow w{"quote \" backslash \\ newline \n ü"};
  for (auto const* const name : {"", "a\"b", "c\\d", "e\tf\x01", "日本"}) w.add_task({name});
  auto const m = test::make_nodes({1});
  auto const s = plan(w, m, {"heft"});
  test::temporary_folder const folder;
  s.write(folder / "plan.json");
  expect_equal(schedule::read(folder / "plan.json", w, m), s);
}

TEST(ScheduleDocument, OfNothingIsReadBack)
{
  workflow const nothing{"nothing"};
  auto const s = plan(nothing, test::slow_and_fast());
  test::temporary_folder const folder;
  s.write(folder / "plan.json");
  expect_equal(schedule::read(folder / "plan.json", nothing, test::slow_and_fast()), s);
}

TEST(ScheduleDocument, IsReadInAnyOrderOfTasks)
{
  example const e;
  auto document = json::parse(text_of(e.s));
  std::reverse(document["tasks"].begin(), document["tasks"].end());
  EXPECT_EQ(e.read(document.dump()).tasks, e.s.tasks);
}

TEST(ScheduleDocument, NamesFileAndPlaceOfEveryFault)
{
  struct fault {
    std::function<void(json&)> damage;
    std::string message;
  };
  fault const faults[] = {
    {[](json& d) { d["version"] = 2; }, "version: is 2"},
    {[](json& d) { d["tasks"][3]["cores"] = "n0"; }, "tasks[3].cores: must be an array"},
    {[](json& d) { d["tasks"][3]["cores"] = {1}; }, "tasks[3].cores: must hold strings"},
    {[](json& d) {
       d["tasks"][3]["cores"] = {"n0", "n7"};
     },
     "tasks[3].cores: the machine has no \"n7\""},
    {[](json& d) {
       d["tasks"][3]["cores"] = {"n1", "n0"};
     },
     "tasks[3].cores: must begin with the resource"},
    {[](json& d) { d.erase("version"); }, "version: is missing"},
    {[](json& d) { d["version"] = "1"; }, "version: must be an integer"},
    {[](json& d) { d["hash"] = "0123456789abcdef"; }, "plan again"},
    {[](json& d) { d["makespan"] = "13"; }, "makespan: must be a number"},
    {[](json& d) { d["seed"] = -1; }, "seed: must be an integer"},
    {[](json& d) { d["guarantee"] = 1; }, "guarantee: must be a string"},
    {[](json& d) { d["tasks"] = 1; }, "tasks: must be an array"},
    {[](json& d) { d["tasks"][2] = 1; }, "tasks[2]: must be an object"},
    {[](json& d) { d["tasks"][2]["id"] = "t9"; }, "tasks[2].id: the workflow has no \"t9\""},
    {[](json& d) { d["tasks"][2]["id"] = "t1"; }, "tasks[2].id: task \"t1\" is here twice"},
    {[](json& d) { d["tasks"][2]["resource"] = "x"; },
     "tasks[2].resource: the machine has no \"x\""},
    {[](json& d) { d["tasks"][2]["start"] = nullptr; }, "tasks[2].start: must be a number"},
    {[](json& d) { d["tasks"][2].erase("finish"); }, "tasks[2].finish: is missing"},
    {[](json& d) { d["tasks"].erase(2); }, "tasks: task \"t2\" of the workflow is missing"},
    {[](json& d) { d = json::array(); }, "must be a JSON object"},
  };
  example const e;
  for (auto const& [damage, message] : faults) {
    EXPECT_THAT(e.error_after(damage), AllOf(HasSubstr("plan.json"), HasSubstr(message)));
  }
}

TEST(ScheduleDocument, CutShortIsRefused)
{
  example const e;
  auto const text = text_of(e.s);
  for (std::size_t length = 0; length + 2 < text.size(); length += 7) {
    EXPECT_THAT(e.error_of(text.substr(0, length)), HasSubstr("plan.json: not a JSON document"));
  }
}

TEST(ScheduleDocument, NestedDeeplyIsRefused)
{
  example const e;
  for (std::size_t const depth : {2000U, 1000000U}) {
    EXPECT_THAT(e.error_of(std::string(depth, '[')), HasSubstr("plan.json"));
    EXPECT_THAT(
      e.error_of("{\"tasks\": " + std::string(depth, '[') + std::string(depth, ']') + "}"),
      HasSubstr("plan.json"));
  }
}

TEST(ScheduleDocument, MissingFileIsASystemError)
{
  example const e;
  EXPECT_THROW((void)schedule::read(e.folder / "none.json", e.w, e.m), system_error);
  EXPECT_THROW(e.s.write(e.folder / "none" / "plan.json"), system_error);
}

TEST(ScheduleDocument, FailingStreamIsASystemError)
{
  example const e;
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  EXPECT_THROW(e.s.write(out), system_error);
}

}  // namespace
}  // namespace heddle
