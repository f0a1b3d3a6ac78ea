#include "tests/workflow/workflow_test_tools.hpp"

#include <cmath>

namespace heddle {
namespace {

using ::testing::HasSubstr;
using edges_by_name = std::map<std::pair<std::string, std::string>, double>;

TEST(Dot, ReadsNodesChainsAndAttributes)
{
  auto const w = read_text(
    "/* c */ digraph \"my graph\" {\n a [label=\"A\", seconds=15e-1]; // one\n"
    " a -> b -> c [bytes=100]\n# two\n rankdir=LR; b [gpu_seconds=\"2\"] }");
  EXPECT_EQ(w.name(), "my graph");
  ASSERT_EQ(w.num_tasks(), 3U);
  EXPECT_EQ(w.at(0).cpu_seconds, 1.5);
  EXPECT_TRUE(std::isnan(w.at(1).cpu_seconds));
  EXPECT_EQ(w.at(1).gpu_seconds, 2);
  EXPECT_EQ(named_edges(w), (edges_by_name{{{"a", "b"}, 100}, {{"b", "c"}, 100}}));
}

TEST(Dot, FlattensSubgraphs)
{
  auto const w = read_text("digraph { a -> {b; subgraph cluster_x {c}} -> d; }");
  EXPECT_EQ(named_edges(w),
            (edges_by_name{{{"a", "b"}, 0}, {{"a", "c"}, 0}, {{"b", "d"}, 0}, {{"c", "d"}, 0}}));
}

TEST(Dot, DefaultsHoldForNewNodesOfTheirScope)
{
  auto const w = read_text(
    "digraph { a; node [seconds=2]; edge [bytes=3]; a; b; { node [seconds=4]; c } a -> d }");
  EXPECT_TRUE(std::isnan(w.at(0).cpu_seconds));
  EXPECT_EQ(w.at(1).cpu_seconds, 2);
  EXPECT_EQ(w.at(2).cpu_seconds, 4);
  EXPECT_EQ(w.at(3).cpu_seconds, 2);
  EXPECT_EQ(named_edges(w).at({"a", "d"}), 3);
}

TEST(Dot, StrictGraphsKeepTheLastOfRepeatedEdges)
{
  EXPECT_EQ(
    named_edges(read_text("strict digraph { a -> b [bytes=1]; a -> b [bytes=2] }")).at({"a", "b"}),
    2);
  EXPECT_EQ(named_edges(read_text("digraph { a -> b [bytes=1]; a -> b [bytes=2] }")).at({"a", "b"}),
            3);
}

TEST(Dot, UnderstandsQuotesEscapesAndPorts)
{
  auto const w =
    read_text("digraph { \"a \\\"b\\\" \\n\" -> \"x\" + \"y\":port:ne; \"con\\\ntinued\"; -1.5 }");
  ASSERT_EQ(w.num_tasks(), 4U);
  EXPECT_EQ(w.at(0).name, "a \"b\" \\n");
  EXPECT_EQ(w.at(1).name, "xy");
  EXPECT_EQ(w.at(2).name, "continued");
  EXPECT_EQ(w.at(3).name, "-1.5");
}

TEST(Dot, ErrorsNameFileAndLine)
{
  EXPECT_THAT(error_of("graph { a -- b }"),
              HasSubstr("FILE:1: an undirected graph is no workflow"));
  EXPECT_THAT(error_of("digraph {\n a -- b }"), HasSubstr("FILE:2: an undirected edge"));
  EXPECT_THAT(error_of("digraph {\n\n a [seconds=-1] }"),
              HasSubstr("FILE:3: expected a finite number"));
  EXPECT_THAT(error_of("digraph { a [seconds=1e999] }"), HasSubstr("expected a finite number"));
  EXPECT_THAT(error_of("digraph { 12ab }"), HasSubstr("a number runs into a name"));
  EXPECT_THAT(error_of("digraph { a [seconds=nan] }"), HasSubstr("expected a finite number"));
  EXPECT_THAT(error_of("digraph { a -> a }"), HasSubstr("has an edge to itself"));
  EXPECT_THAT(error_of("digraph { a -> ; }"), HasSubstr("expected a node"));
  EXPECT_THAT(error_of("digraph { a -> }"), HasSubstr("expected a node after ->"));
  EXPECT_THAT(error_of("digraph { <b>hi</b> }"), HasSubstr("HTML"));
  EXPECT_THAT(error_of("digraph { \"a }"), HasSubstr("not closed"));
  EXPECT_THAT(error_of("digraph { /* a }"), HasSubstr("not closed"));
  EXPECT_THAT(error_of("digraph { a "), HasSubstr("end of the file"));
  EXPECT_THAT(error_of("digraph { a } b"), HasSubstr("something follows"));
  EXPECT_THAT(error_of("digraph { \xff }"), HasSubstr("UTF-8"));
  EXPECT_THAT(error_of("digraph { a -> b -> a }"), HasSubstr("\"b\""));
  EXPECT_THAT(error_of("digraph { " + std::string(100'000, '{')), HasSubstr("nested deeper"));
}

TEST(Dot, WhatIsWrittenReadsBackEqual)
{
  auto const w = read_text(
    "digraph \"q \\\" z\" { \"a\\\\\" [seconds=0.1]; \"b c\" -> \"a\\\\\" [bytes=0.3]; node }");
  auto const again = read_text(write_text(w, file_format::dot));
  EXPECT_EQ(again.name(), w.name());
  EXPECT_EQ(again.at(0).name, w.at(0).name);
  EXPECT_EQ(again.at(0).cpu_seconds, 0.1);
  EXPECT_EQ(named_edges(again), named_edges(w));
}

}  // namespace
}  // namespace heddle
