#include "tests/workflow/workflow_test_tools.hpp"

#include <limits>

namespace heddle {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view small = " 2\n 0 0 0\n 1 2.5 1 0\n 2 7 1 1\n 3 0 1 2\n# the end\n";

TEST(Stg, DropsTheDummiesAndNamesTasksByNumber)
{
  auto const w = read_text(small);
  ASSERT_EQ(w.num_tasks(), 2U);
  EXPECT_EQ(w.at(0).name, "1");
  EXPECT_EQ(w.at(1).name, "2");
  EXPECT_EQ(w.at(0).cpu_seconds, 2.5);
  EXPECT_EQ(named_edges(w), (decltype(named_edges(w)){{{"1", "2"}, 0}}));
}

TEST(Stg, DummiesMayBeCounted)
{
  EXPECT_EQ(read_text("4\n0 0 0\n1 2 1 0\n2 7 1 1\n3 0 1 2").num_tasks(), 2U);
}

TEST(Stg, FirstAndLastTaskThatCostSomethingStay)
{
  EXPECT_EQ(read_text("2\n0 1 0\n1 2 1 0\n").num_tasks(), 2U);
  EXPECT_EQ(read_text("0\n0 0 0\n1 0 1 0\n").num_tasks(), 0U);
}

TEST(Stg, ErrorsNameFileAndLine)
{
  EXPECT_THAT(error_of("2\n0 0 0\n1 2 1 9\n"), HasSubstr("FILE:3: there is no task 9"));
  EXPECT_THAT(error_of("2\n0 0 0\n0 2 1 0\n"), HasSubstr("FILE:3: expected task 1, found 0"));
  EXPECT_THAT(error_of("2\n0 0 0\n1 -2 1 0\n"),
              HasSubstr("FILE:3: the processing time must be finite"));
  EXPECT_THAT(error_of("2\n0 0 0\n1 nan 1 0\n"), HasSubstr("FILE:3"));
  EXPECT_THAT(error_of("2\n0 0 0\n1 1e400 1 0\n"), HasSubstr("out of range"));
  EXPECT_THAT(error_of("2\n0 0 0\n1 x 1 0\n"),
              HasSubstr("expected the processing time, found \"x\""));
  EXPECT_THAT(error_of("2\n0 0 0\n1 1 2 0\n"),
              HasSubstr("FILE:3: expected a predecessor, found the end of the line"));
  EXPECT_THAT(error_of("2\n0 0 0\n1 1 1 0 0\n"), HasSubstr("expected the end of the line"));
  EXPECT_THAT(error_of("2\n0 0 0\n1 1 1 1\n"), HasSubstr("its own predecessor"));
  EXPECT_THAT(error_of("5\n0 0 0\n"), HasSubstr("line 1 declares 5 tasks"));
  EXPECT_THAT(error_of("0\n0 0 0\n1 1 0\n2 2 0\n"), HasSubstr("there are more"));
  EXPECT_THAT(error_of("2\n0 0 0\n1 1 1 2\n"), HasSubstr("task 2 is named as a predecessor"));
  EXPECT_THAT(error_of("99999999999999999999\n"), HasSubstr("out of range"));
  EXPECT_THAT(error_of("2147483647\n"), HasSubstr("there cannot be"));
  EXPECT_THAT(error_of("1\n0 0 4294967295 0\n"), HasSubstr("FILE:2"));
  EXPECT_THAT(error_of("2\n0 0 0\n1 1 1 2\n2 1 1 1\n3 0 1 2\n"),
              HasSubstr("has a cycle of 2 tasks"));
}

TEST(Stg, WritesTasksInFullPrecision)
{
  auto const w =
    read_text("digraph g { a [seconds=0.1]; b [seconds=1e-9]; c [seconds=3]; a -> c }");
  auto const again = read_text(write_text(w, file_format::stg));
  ASSERT_EQ(again.num_tasks(), 3U);
  for (task_id t = 0; t < 3; ++t) EXPECT_EQ(again.at(t).cpu_seconds, w.at(t).cpu_seconds);
  EXPECT_EQ(named_edges(again), (decltype(named_edges(w)){{{"1", "3"}, 0}}));
}

TEST(Stg, RefusesToWriteUnknownSeconds)
{
  EXPECT_THROW(write_text(read_text("digraph g { a }"), file_format::stg), not_supported);
}

}  // namespace
}  // namespace heddle
