#include "tests/workflow/workflow_test_tools.hpp"

#include <heddle/workflow/generate.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

namespace heddle {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view small = R"({"name": "small", "workflow": {
  "specification": {
    "tasks": [
      {"id": "a", "children": ["b"], "outputFiles": ["x", "y"]},
      {"id": "b", "parents": ["a"], "inputFiles": ["y", "x", "y"]},
      {"id": "c", "parents": ["a"], "inputFiles": []}],
    "files": [{"id": "x", "sizeInBytes": 10}, {"id": "y", "sizeInBytes": 5}]},
  "execution": {"tasks": [
      {"id": "b", "runtimeInSeconds": 2.5, "command": {"program": "p", "arguments": ["-v", "x"]}}]}}})";

/// `small` with `from` replaced by `to`.
std::string changed(std::string_view from, std::string_view to)
{
  std::string text{small};
  return text.replace(text.find(from), from.size(), to);
}

TEST(Wfformat, ReadsTasksEdgesAndFiles)
{
  auto const file = read_workflow_text(small, "FILE");
  auto const& w   = file.workflow;
  EXPECT_EQ(file.format, file_format::wfformat);
  EXPECT_EQ(w.name(), "small");
  ASSERT_EQ(w.num_tasks(), 3U);
  EXPECT_TRUE(std::isnan(w.at(0).cpu_seconds));
  EXPECT_EQ(w.at(1).cpu_seconds, 2.5);
  EXPECT_EQ(w.at(1).declared().run, (program{"p", {"-v", "x"}}));
  EXPECT_EQ(w.at(1).inputs.size(), 2U);
  auto const edges = named_edges(w);
  EXPECT_EQ(edges.size(), 2U);
  EXPECT_EQ(edges.at({"a", "b"}), 15);
  EXPECT_EQ(edges.at({"a", "c"}), 0);
}

TEST(Wfformat, ErrorsNameFileAndPath)
{
  EXPECT_THAT(
    error_of(changed("\"parents\": [\"a\"]", "\"parents\": [\"z\"]")),
    HasSubstr("FILE: workflow.specification.tasks[1].parents[0]: there is no task \"z\""));
  EXPECT_THAT(error_of(changed("{\"id\": \"c\"", "{\"id\": \"b\"")),
              HasSubstr("FILE: workflow.specification.tasks[2].id: another task is named \"b\""));
  EXPECT_THAT(
    error_of(changed("2.5", "-2.5")),
    HasSubstr("FILE: workflow.execution.tasks[0].runtimeInSeconds: must not be negative"));
  EXPECT_THAT(error_of(changed("2.5", "1e999")), HasSubstr("runtimeInSeconds: expected a number"));
  EXPECT_THAT(error_of(changed("2.5", "NaN")),
              HasSubstr("expected a number that a double can hold, found NaN"));
  EXPECT_THAT(error_of(changed("2.5", "\"2.5\"")), HasSubstr("found a string"));
  EXPECT_THAT(error_of(changed("\"sizeInBytes\": 10", "\"sizeInBytes\": null")),
              HasSubstr("files[0].sizeInBytes"));
  EXPECT_THAT(error_of(changed("\"id\": \"y\"", "\"id\": \"x\"")), HasSubstr("comes twice"));
  EXPECT_THAT(error_of(changed("\"id\": \"a\"", "\"id\": \"a\", \"id\": \"a\"")),
              HasSubstr("this key comes twice"));
  EXPECT_THAT(error_of(changed("\"children\": [\"b\"]", "\"children\": [\"a\"]")),
              HasSubstr("its own parent"));
  EXPECT_THAT(error_of(changed("\"id\": \"b\", \"run", "\"id\": \"q\", \"run")),
              HasSubstr("workflow.execution.tasks[0].id: there is no task \"q\""));
  EXPECT_THAT(error_of(changed("\"specification\"", "\"spec\"")), HasSubstr("specification"));
  EXPECT_THAT(error_of(changed("\"name\": \"small\"", "\"author\": [1, tru]")),
              HasSubstr("FILE: author[1]"));
  EXPECT_THAT(error_of(std::string{small} + "x"), HasSubstr("FILE"));
  EXPECT_THAT(error_of(changed("\"inputFiles\": []", "\"children\": [\"a\"]")),
              HasSubstr("has a cycle"));
}

TEST(Wfformat, RefusesSumsThatOverflow)
{
  EXPECT_THAT(error_of(changed("\"runtimeInSeconds\": 2.5", "\"runtimeInSeconds\": 1e308")), "");
  EXPECT_THAT(
    error_of(R"({"workflow":{"specification":{"tasks":[{"id":"a"},{"id":"b"}]},"execution":
    {"tasks":[{"id":"a","runtimeInSeconds":1e308},{"id":"b","runtimeInSeconds":1e308}]}}})"),
    HasSubstr("seconds of all tasks add up"));
}

TEST(Wfformat, WhatIsWrittenReadsBackEqual)
{
  auto const w     = read_text(small);
  auto const again = read_text(write_text(w, file_format::wfformat));
  EXPECT_EQ(again.name(), w.name());
  EXPECT_EQ(named_edges(again), named_edges(w));
  EXPECT_EQ(again.at(1).declared().run, w.at(1).declared().run);
  EXPECT_EQ(again.files().size(), w.files().size());
}

TEST(Wfformat, ReadsEscapesAndBlanks)
{
  auto const w = read_text(
    "{\"workflow\" : {\"specification\"\n: {\"\\u0074asks\": [ {\"\\u0069d\" : \"\\u0061\\\\\" \n "
    "}\t,"
    " {\"id\":\"b \\\"\" , \"parents\":[ \"a\\\\\" \r\n ] , \"children\" : [ ] } ]}}}");
  ASSERT_EQ(w.num_tasks(), 2U);
  EXPECT_EQ(w.at(0).name, "a\\");
  EXPECT_EQ(w.at(1).name, "b \"");
  EXPECT_EQ(w.edges().size(), 1U);
  EXPECT_THAT(error_of(changed("\"id\": \"c\"", "\"id\": \"\\u0000\"")),
              HasSubstr("NUL character"));
  EXPECT_THAT(error_of(changed("\"id\": \"c\"", "\"id\": \"\"")), HasSubstr("must not be empty"));
  EXPECT_THAT(error_of(changed("\"id\": \"c\"", "\"id\": \"c\"x")), HasSubstr("not well-formed"));
  EXPECT_THAT(error_of(changed("\"id\": \"c\"", "\"id\": \"c\nd\"")), HasSubstr("not well-formed"));
  EXPECT_THAT(error_of(changed("\"id\": \"c\"", "\"id\": \"\\q\"")), HasSubstr("not well-formed"));
}

/// With enough names for the threads that help the reader of a large document.
workflow large_workflow()
{
  generate_options options;
  options.tasks = 20'000;
  return generate_workflow("random", options);
}

TEST(Wfformat, ReadsWhatIsLargeEnoughForSeveralThreads)
{
  auto const w     = large_workflow();
  auto const again = read_text(write_text(w, file_format::wfformat));
  ASSERT_EQ(again.num_tasks(), w.num_tasks());
  EXPECT_EQ(named_edges(again), named_edges(w));
  EXPECT_EQ(again.at(7).cpu_seconds, w.at(7).cpu_seconds);
}

TEST(Wfformat, ErrorsEndTheThreadsOfALargeDocument)
{
  auto const text = write_text(large_workflow(), file_format::wfformat);
  for (auto const part : {0.2, 0.5, 0.65, 0.8, 0.99}) {
    auto const size = static_cast<std::size_t>(part * static_cast<double>(text.size()));
    EXPECT_NE(error_of(text.substr(0, size)), "") << part;
  }
  for (std::string_view const name : {R"("t7")", R"("t19999")"}) {  // last in an execution
    auto undeclared = text;
    undeclared.replace(text.rfind(name), name.size(), R"("other")");
    EXPECT_THAT(error_of(undeclared), HasSubstr("there is no task")) << name;
  }
}

TEST(Wfformat, CarriesBytesOfEdgesWithoutFiles)
{
  auto const w     = read_text("digraph g { a -> b [bytes=12.5]; b -> c }");
  auto const again = read_text(write_text(w, file_format::wfformat));
  EXPECT_EQ(named_edges(again), named_edges(w));
}

TEST(Wfformat, RefusesToWriteStages)
{
  auto const w = read_text(R"({"tasks":[{"id":"loop","data_parallel":{"last":5}}]})");
  EXPECT_THROW(write_text(w, file_format::wfformat), not_supported);
}

// ---- real files ----

struct inventory_row {
  std::string name;
  std::size_t tasks;
  std::size_t edges;
  double work;
  double critical_path;
};

/// The rows "| name | tasks | edges | ... |" whose name passes `is_wanted`.
std::vector<inventory_row> read_inventory(std::filesystem::path const& data, bool stg)
{
  std::ifstream in{data / "workflows" / "INVENTORY.md"};
  std::vector<inventory_row> rows;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells;
    std::istringstream parts{line};
    for (std::string cell; std::getline(parts, cell, '|');) {
      auto const begin = cell.find_first_not_of(' ');
      auto const end   = cell.find_last_not_of(' ');
      cells.push_back(begin == cell.npos ? "" : cell.substr(begin, end - begin + 1));
    }
    if (cells.size() < 7 || cells[2].empty() || cells[2].front() < '0' || cells[2].front() > '9')
      continue;
    if (cells[1].ends_with(".stg") != stg) continue;
    auto const shift = stg ? 0U : 1U;
    rows.push_back({cells[1], std::stoul(cells[2]), std::stoul(cells[3]),
                    std::stod(cells[4 + shift]), std::stod(cells[5 + shift])});
  }
  return rows;
}

void expect_as_in_inventory(workflow const& w, inventory_row const& row, double least_seconds,
                            double tolerance)
{
  SCOPED_TRACE(row.name);
  auto const table = make_edge_table(w);
  EXPECT_EQ(table.num_tasks(), row.tasks);
  EXPECT_EQ(table.num_edges(), row.edges);
  double total_seconds = 0;
  double longest       = 0;
  std::vector<double> finish(w.num_tasks());
  for (auto const t : table.topological_order) {
    auto const cost = std::max(w.at(t).cpu_seconds, least_seconds);
    double start    = 0;
    for (auto const p : table.predecessors(t))
      start = std::max(start, finish[static_cast<std::size_t>(p)]);
    finish[static_cast<std::size_t>(t)] = start + cost;
    longest                             = std::max(longest, start + cost);
    total_seconds += cost;
  }
  EXPECT_NEAR(total_seconds, row.work, tolerance * 10);
  EXPECT_NEAR(longest, row.critical_path, tolerance);
}

TEST(Wfformat, RealFilesAreAsTheInventorySays)
{
  auto const* const data = std::getenv("HEDDLE_TEST_DATA");
  if (data == nullptr) GTEST_SKIP() << "HEDDLE_TEST_DATA is not set";
  auto const rows = read_inventory(data, false);
  EXPECT_EQ(rows.size(), 28U);
  std::size_t converted = 0;
  for (auto const& row : rows) {
    auto const path = std::filesystem::path{data} / "workflows" / (row.name + ".json");
    auto const w    = read_workflow(path).workflow;
    expect_as_in_inventory(w, row, 0.001, 0.0051);
    EXPECT_EQ(named_edges(read_text(write_text(w, file_format::wfformat))), named_edges(w));
    try {
      EXPECT_EQ(named_edges(read_text(write_text(w, file_format::heddle_json))), named_edges(w));
      ++converted;
    } catch (not_supported const& e) {
      EXPECT_THAT(e.what(), HasSubstr("output path"));  // absolute in some recordings
    }
  }
  EXPECT_GE(converted, 20U);
}

TEST(Stg, RealFilesAreAsTheInventorySays)
{
  auto const* const data = std::getenv("HEDDLE_TEST_DATA");
  if (data == nullptr) GTEST_SKIP() << "HEDDLE_TEST_DATA is not set";
  auto const rows = read_inventory(data, true);
  EXPECT_GT(rows.size(), 100U);
  for (auto const& row : rows) {
    auto const w = read_workflow(std::filesystem::path{data} / "stg" / row.name).workflow;
    expect_as_in_inventory(w, row, 0, 1e-9);
    EXPECT_EQ(named_edges(read_text(write_text(w, file_format::stg))), named_edges(w));
  }
}

}  // namespace
}  // namespace heddle
