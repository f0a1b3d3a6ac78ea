#include "tests/workflow/workflow_test_tools.hpp"

#include <fmt/format.h>

#include <cmath>

namespace heddle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view rich = R"({"heddle": 1, "name": "rich", "tasks": [
  {"id": "split", "command": "split -n 4 'in put' \"a \\\" b\"", "inputs": [{"path": "/usr/in", "bytes": 9}],
   "outputs": [{"path": "p/0", "bytes": 4}, "p/1"], "seconds": 1.5, "gpu_seconds": 0.25,
   "resources": {"cores": 2, "memory": 1024, "gpus": 1, "gpu_memory": 7, "disk": 8, "network": 1.5},
   "place": "node 1", "release": 2.5, "retries": 3, "timeout": 10, "cache": true, "priority": -2, "kind": "splitter",
   "work": {"flops": 1e9, "bytes": 5}, "environment": {"A": "1", "B": ""}},
  {"id": "shell", "command": "sort | uniq > $X", "shell": true, "inputs": ["p/0", "p/1"], "stdout": "sorted"},
  {"id": "loop", "program": "run", "arguments": ["{first}", "{last}"], "depends": ["shell", {"id": "split", "bytes": 3}],
   "data_parallel": {"first": 2, "last": 10, "grain": 2}},
  {"id": "pipe", "inputs": ["sorted"], "pipeline": {"tokens": 2, "num_tokens": 5, "stages": [
     {"name": "s1", "mode": "serial", "command": "a {token}"}, {"name": "s2", "mode": "parallel", "program": "b"}]}},
  {"id": "race", "speculative": {"alternatives": [{"name": "x", "program": "x"}, {"name": "y", "command": "y z"}]}}]})";

std::string task_error(std::string_view task)
{
  return error_of(fmt::format(R"({{"tasks": [{{"id": "first", "outputs": ["f"]}}, {}]}})", task));
}

TEST(HeddleJson, ReadsEverythingATaskMaySay)
{
  auto const w = read_text(rich);
  EXPECT_EQ(w.name(), "rich");
  auto const& split = w.at(0);
  EXPECT_EQ(split.cpu_seconds, 1.5);
  EXPECT_EQ(split.gpu_seconds, 0.25);
  auto const& details = split.declared();
  EXPECT_EQ(details.needs, (resources{2, 1024, 7, 1, 8, 1.5}));
  EXPECT_EQ(details.place, "node 1");
  EXPECT_EQ(details.release_seconds, 2.5);
  EXPECT_EQ(details.retries, 3);
  EXPECT_EQ(details.timeout_seconds, 10);
  EXPECT_TRUE(details.cache);
  EXPECT_EQ(details.priority, -2);
  EXPECT_EQ(details.kind, "splitter");
  EXPECT_EQ(details.analytic->flops, 1e9);
  EXPECT_EQ(details.run->path, "split");
  EXPECT_THAT(details.run->arguments, ElementsAre("-n", "4", "in put", "a \" b"));
  EXPECT_THAT(details.run->environment, ElementsAre(std::pair{"A", "1"}, std::pair{"B", ""}));
}

TEST(HeddleJson, DerivesEdgesFromFilesAndDepends)
{
  auto const edges = named_edges(read_text(rich));
  EXPECT_EQ(edges, (std::map<std::pair<std::string, std::string>, double>{{{"split", "shell"}, 4},
                                                                          {{"shell", "loop"}, 0},
                                                                          {{"split", "loop"}, 3},
                                                                          {{"shell", "pipe"}, 0}}));
}

TEST(HeddleJson, ReadsStagesAndShells)
{
  auto const w = read_text(rich);
  EXPECT_TRUE(w.at(1).declared().run->shell);
  EXPECT_EQ(w.at(1).declared().run->path, "sort | uniq > $X");
  EXPECT_EQ(w.at(1).outputs.size(), 1U);  // of stdout
  auto const& loop = std::get<data_parallel_stage>(w.at(2).declared().stage);
  EXPECT_EQ(loop.over.first, 2U);
  EXPECT_EQ(loop.over.last, 10U);
  EXPECT_EQ(loop.grain, 2U);
  auto const& pipe = std::get<pipeline_stage>(w.at(3).declared().stage);
  EXPECT_EQ(pipe.num_tokens, 5U);
  ASSERT_EQ(pipe.steps.size(), 2U);
  EXPECT_EQ(pipe.steps[0].mode, step_mode::serial);
  EXPECT_EQ(pipe.steps[1].mode, step_mode::parallel);
  EXPECT_EQ(pipe.steps[0].run.path, "a");
  auto const& race = std::get<speculative_stage>(w.at(4).declared().stage);
  ASSERT_EQ(race.alternatives.size(), 2U);
  EXPECT_THAT(race.alternatives[1].run.arguments, ElementsAre("z"));
}

TEST(HeddleJson, WhatIsWrittenReadsBackEqual)
{
  auto const w    = read_text(rich);
  auto const text = write_text(w, file_format::heddle_json);
  auto const back = read_text(text);
  EXPECT_EQ(named_edges(back), named_edges(w));
  EXPECT_EQ(write_text(back, file_format::heddle_json), text);
  for (task_id t = 0; t < 5; ++t) EXPECT_EQ(back.at(t).declared().run, w.at(t).declared().run);
  EXPECT_EQ(back.at(0).declared().needs, w.at(0).declared().needs);
  EXPECT_EQ(back.at(0).declared().place, "node 1");
  EXPECT_EQ(back.at(0).declared().release_seconds, 2.5);
}

TEST(HeddleJson, ErrorsNameFileAndPath)
{
  EXPECT_THAT(task_error(R"({"id": "b", "secnds": 1})"),
              HasSubstr("FILE: tasks[1]: unknown key \"secnds\"; did you mean \"seconds\"?"));
  EXPECT_THAT(task_error(R"({"id": "first"})"),
              HasSubstr("tasks[1].id: another task is named \"first\""));
  EXPECT_THAT(task_error(R"({"id": "b", "depends": ["first", "no"]})"),
              HasSubstr("FILE: tasks[1].depends[1]: there is no task \"no\""));
  EXPECT_THAT(task_error(R"({"id": "b", "outputs": ["f"]})"),
              HasSubstr("written by task \"first\" too"));
  EXPECT_THAT(task_error(R"({"id": "b", "outputs": ["../f"]})"), HasSubstr("tasks[1].outputs[0]"));
  EXPECT_THAT(task_error(R"({"id": "b", "outputs": ["/f"]})"), HasSubstr("must be relative"));
  EXPECT_THAT(task_error(R"({"id": "b", "inputs": ["x/../f"]})"), HasSubstr("parts"));
  EXPECT_THAT(task_error(R"({"id": "b", "inputs": ["g"], "outputs": ["g"]})"),
              HasSubstr("both reads and writes"));
  EXPECT_THAT(task_error(R"({"id": "b", "outputs": ["g"], "inputs": ["g"]})"),
              HasSubstr("both reads and writes"));
  EXPECT_THAT(task_error(R"({"id": "b", "inputs": ["g", "g"]})"), HasSubstr("comes twice"));
  EXPECT_THAT(task_error(R"({"id": "b", "depends": ["b"]})"), HasSubstr("depends on itself"));
  EXPECT_THAT(
    task_error(R"({"id": "b", "inputs": [{"path": "f", "bytes": 1}, {"path": "f", "bytes": 2}]})"),
    HasSubstr("make them agree"));
  EXPECT_THAT(task_error(R"({"id": "b", "seconds": 1e400})"), HasSubstr("tasks[1].seconds"));
  EXPECT_THAT(task_error(R"({"id": "b", "seconds": Infinity})"), HasSubstr("tasks[1].seconds"));
  EXPECT_THAT(task_error(R"({"id": "b", "retries": 1.5})"), HasSubstr("expected an integer"));
  EXPECT_THAT(task_error(R"({"id": "b", "timeout": 0})"), HasSubstr("must be positive"));
  EXPECT_THAT(task_error(R"({"id": "b", "place": ""})"), HasSubstr("tasks[1].place"));
  EXPECT_THAT(task_error(R"({"id": "b", "release": -1})"), HasSubstr("tasks[1].release"));
  EXPECT_THAT(task_error(R"({"id": ""})"), HasSubstr("must not be empty"));
  EXPECT_THAT(task_error(R"({"id": "a\u0000b"})"), HasSubstr("NUL"));
  EXPECT_THAT(task_error(R"({"seconds": 1})"), HasSubstr("no id"));
  EXPECT_THAT(task_error(R"({"id": "b", "command": "a 'b"})"), HasSubstr("not closed"));
  EXPECT_THAT(task_error(R"({"id": "b", "command": "a", "program": "a"})"),
              HasSubstr("both command and program"));
  EXPECT_THAT(task_error(R"({"id": "b", "shell": true})"), HasSubstr("shell needs a command"));
  EXPECT_THAT(task_error(R"({"id": "b", "stdout": "x"})"), HasSubstr("need a command"));
  EXPECT_THAT(
    task_error(
      R"({"id": "b", "data_parallel": {"last": 1}, "pipeline": {"num_tokens": 1, "stages": [{"name": "x", "program": "y"}]}})"),
    HasSubstr("another kind of stage"));
  EXPECT_THAT(
    task_error(R"({"id": "b", "pipeline": {"num_tokens": 1, "stages": [{"name": "x"}]}})"),
    HasSubstr("tasks[1].pipeline.stages[0]: has neither command nor program"));
  EXPECT_THAT(error_of(R"({"heddle": 2, "tasks": []})"), HasSubstr("FILE: heddle"));
  EXPECT_THAT(error_of(R"({"heddle": 1})"), HasSubstr("\"tasks\" is missing"));
  EXPECT_THAT(error_of(R"({"tasks": [], "tasks": []})"), HasSubstr("comes twice"));
  EXPECT_THAT(error_of(R"({"tasks": [)" + std::string(100'000, '[')), HasSubstr("FILE"));
  EXPECT_THAT(error_of(R"({"author": )" + std::string(1000, '[') + std::string(1000, ']') +
                       R"(, "workflow": {"specification": {}}})"),
              HasSubstr("nested deeper"));
}

TEST(HeddleJson, NamesACycle)
{
  EXPECT_THAT(
    error_of(R"({"tasks": [{"id": "a", "depends": ["b"]}, {"id": "b", "depends": ["a"]}]})"),
    HasSubstr("FILE: workflow \"FILE\" has a cycle of 2 tasks"));
}

TEST(HeddleJson, RefusesToWriteCppBodies)
{
  workflow w{"w"};
  task_info task{"body"};
  task.declare().cpu = [](body_arguments const&) {};
  w.add_task(std::move(task));
  EXPECT_THROW(write_text(w, file_format::heddle_json), not_supported);
}

TEST(HeddleJson, SchemaIsTheFileBesideTheReader)
{
  EXPECT_THAT(std::string{heddle_json_schema()},
              HasSubstr("https://json-schema.org/draft/2020-12/schema"));
}

}  // namespace
}  // namespace heddle
