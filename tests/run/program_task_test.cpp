#include <heddle/base/error.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/workflow/file_formats.hpp>

#include "tests/support/flat_machine.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <string>
#include <thread>

namespace heddle {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct ProgramTaskTest : ::testing::Test {
  test::temporary_folder folder;

  run_options options()
  {
    run_options o;
    o.directory  = folder.path();
    o.kill_grace = 200ms;
    return o;
  }

  static workflow parse(std::string const& tasks)
  {
    return read_workflow_text(R"({"heddle": 1, "name": "w", "tasks": [)" + tasks + "]}",
                              "test.json")
      .workflow;
  }

  report run(std::string const& tasks) { return run(tasks, options()); }

  static report run(std::string const& tasks, run_options const& o)
  {
    auto const w = parse(tasks);
    return engine{test::flat_machine(2)}.run_to_end(w, o);
  }

  /// Runs tasks of which the first must fail; its message.
  std::string failure(std::string const& tasks)
  {
    auto const r = run(tasks);
    EXPECT_EQ(r.tasks[0].status, task_status::failed);
    EXPECT_TRUE(r.error);
    EXPECT_FALSE(folder.has(".heddle/tasks/a")) << "the private folder is left";
    return r.tasks[0].message;
  }
};

using ProgramTask = ProgramTaskTest;

TEST_F(ProgramTask, PassesFilesAlongEdges)
{
  folder.write("in.txt", "b\na\n");
  auto const r = run(R"(
    {"id": "sort", "program": "sort", "arguments": ["-o", "sub/sorted.txt", "in.txt"], "inputs": ["in.txt"], "outputs": ["sub/sorted.txt"]},
    {"id": "count", "command": "wc -l sub/sorted.txt", "stdout": "count.txt", "inputs": ["sub/sorted.txt"], "outputs": ["count.txt"]})");
  ASSERT_FALSE(r.error) << r.tasks[0].message << r.tasks[1].message;
  EXPECT_EQ(folder.read("sub/sorted.txt"), "a\nb\n");
  EXPECT_THAT(folder.read("count.txt"), StartsWith("2 "));
  EXPECT_FALSE(folder.has(".heddle/tasks/sort"));
}

TEST_F(ProgramTask, KeepsWhatEachTaskPrinted)
{
  auto const r =
    run(R"({"id": "a", "command": "echo said a"}, {"id": "b/ c", "command": "echo said b"})");
  ASSERT_FALSE(r.error);
  EXPECT_EQ(folder.read(".heddle/logs/a.log"), "said a\n");
  EXPECT_EQ(folder.read(".heddle/logs/b__c~1.log"), "said b\n");
  EXPECT_EQ(r.record.tasks[0].output_path, (folder / ".heddle/logs/a.log").string());
}

TEST_F(ProgramTask, LogOfAnEarlierRunIsReplaced)
{
  for (int i = 0; i < 2; ++i) ASSERT_FALSE(run(R"({"id": "a", "command": "echo once"})").error);
  EXPECT_EQ(folder.read(".heddle/logs/a.log"), "once\n");
}

TEST_F(ProgramTask, ShellOnlyWhereAsked)
{
  auto const r = run(R"({"id": "plain", "command": "echo $HOME '|' cat"},
                        {"id": "shell", "command": "echo one | tr o O", "shell": true})");
  ASSERT_FALSE(r.error);
  EXPECT_EQ(folder.read(".heddle/logs/plain.log"), "$HOME | cat\n");
  EXPECT_EQ(folder.read(".heddle/logs/shell.log"), "One\n");
}

TEST_F(ProgramTask, SeesItsEnvironmentAndItsName)
{
  ASSERT_FALSE(
    run(
      R"({"id": "a", "command": "echo $X $HEDDLE_TASK", "shell": true, "environment": {"X": "1"}})")
      .error);
  EXPECT_EQ(folder.read(".heddle/logs/a.log"), "1 a\n");
}

TEST_F(ProgramTask, RunsAProgramThatLiesInTheRunDirectory)
{
  folder.write("bin/tool", "#!/bin/sh\necho tool\n");
  std::filesystem::permissions(folder / "bin/tool", std::filesystem::perms::owner_all);
  ASSERT_FALSE(run(R"({"id": "a", "program": "bin/tool"})").error);
  EXPECT_EQ(folder.read(".heddle/logs/a.log"), "tool\n");
}

TEST_F(ProgramTask, FailureSaysHowItEndedAndWhatItPrintedLast)
{
  EXPECT_THAT(failure(R"({"id": "a", "command": "echo oh no; exit 3", "shell": true})"),
              AllOf(HasSubstr("exit code 3"), HasSubstr("oh no")));
  EXPECT_THAT(failure(R"({"id": "a", "command": "kill -KILL $$", "shell": true})"),
              AllOf(HasSubstr("signal 9"), HasSubstr("Killed")));
  EXPECT_THAT(failure(R"({"id": "a", "command": "sleep 100", "timeout": 0.1})"),
              HasSubstr("timeout of 0.1 s"));
  EXPECT_THAT(failure(R"({"id": "a", "command": "no-such-program"})"),
              HasSubstr("no-such-program"));
}

TEST_F(ProgramTask, MessageHoldsOnlyTheLastLines)
{
  auto const message = failure(R"({"id": "a", "command": "seq 1 100000; exit 1", "shell": true})");
  EXPECT_THAT(message, HasSubstr("99998\n99999\n100000"));
  EXPECT_LT(message.size(), 300U);
}

TEST_F(ProgramTask, FailedOneLeavesNoPartOfItsOutput)
{
  folder.write("out", "old");
  (void)failure(
    R"({"id": "a", "command": "echo part > out; exit 1", "shell": true, "outputs": ["out"]})");
  EXPECT_EQ(folder.read("out"), "old");
}

TEST_F(ProgramTask, OutputThatWasNotWrittenIsAFailureAndNoneIsCommitted)
{
  EXPECT_THAT(
    failure(R"({"id": "a", "command": "echo x > one", "shell": true, "outputs": ["one", "two"]})"),
    AllOf(HasSubstr("\"two\""), HasSubstr("not written")));
  EXPECT_FALSE(folder.has("one"));
}

TEST_F(ProgramTask, OutputMayBeAFolderAndReplacesAnOldOne)
{
  folder.write("out/old", "x");
  ASSERT_FALSE(
    run(
      R"({"id": "a", "command": "mkdir out && echo y > out/new", "shell": true, "outputs": ["out"]})")
      .error);
  EXPECT_FALSE(folder.has("out/old"));
  EXPECT_EQ(folder.read("out/new"), "y\n");
}

TEST_F(ProgramTask, OutputThatCannotBePutInPlaceIsAFailureAndNoneIsCommitted)
{
  folder.write("out", "a file");
  EXPECT_THAT(
    failure(
      R"({"id": "a", "command": "mkdir out; echo x > one; echo y > out/new", "shell": true, "outputs": ["one", "out/new"]})"),
    HasSubstr("out"));
  EXPECT_EQ(folder.read("out"), "a file");
  EXPECT_FALSE(folder.has("one"));
}

TEST_F(ProgramTask, OutputFileDoesNotReplaceAFolder)
{
  folder.write("data/precious", "x");
  EXPECT_THAT(failure(R"({"id": "a", "command": "touch data", "outputs": ["data"]})"),
              HasSubstr("is a folder"));
  EXPECT_TRUE(folder.has("data/precious"));
}

TEST_F(ProgramTask, OutputLinkIntoThePrivateFolderIsAFailure)
{
  for (auto const* target : {"$PWD/tmp", "tmp", "nowhere"}) {
    EXPECT_THAT(
      failure(fmt::format(
        R"({{"id": "a", "command": "touch tmp; ln -s {} out", "shell": true, "outputs": ["out"]}})",
        target)),
      HasSubstr("symbolic link"));
    EXPECT_FALSE(std::filesystem::is_symlink(folder / "out"));
  }
}

TEST_F(ProgramTask, FoldersThatNobodyMayWriteAreRemovedToo)
{
  ASSERT_FALSE(
    run(R"({"id": "a", "command": "mkdir -p d/e; touch d/e/f; chmod 000 d/e d", "shell": true})")
      .error);
  EXPECT_FALSE(folder.has(".heddle/tasks/a"));
}

TEST_F(ProgramTask, TimeoutHoldsForAllProgramsOfAStageTogether)
{
  EXPECT_THAT(failure(R"({"id": "a", "timeout": 0.5, "pipeline": {"num_tokens": 100, "stages": [
    {"name": "one", "mode": "serial", "command": "sleep 0.1"}]}})"),
              HasSubstr("timeout of 0.5 s"));
}

TEST_F(ProgramTask, InputsMayLieInOneAnother)
{
  folder.write("d/f", "text");
  ASSERT_FALSE(run(R"({"id": "a", "command": "cat d/f", "inputs": ["d/f", "d"]})").error);
  EXPECT_EQ(folder.read(".heddle/logs/a.log"), "text");
}

TEST_F(ProgramTask, InputLinkThatLeadsNowhereIsNamed)
{
  std::filesystem::create_symlink("nowhere", folder / "in");
  EXPECT_THAT(failure(R"({"id": "a", "command": "cat in", "inputs": ["in"]})"),
              HasSubstr("leads nowhere"));
}

TEST_F(ProgramTask, RunDirectoryNeedsAName)
{
  auto o      = options();
  o.directory = "";
  EXPECT_THROW(run(R"({"id": "a", "command": "true"})", o), input_error);
}

TEST_F(ProgramTask, OutputsThatLieInOneAnotherAreRefused)
{
  workflow w{"w"};
  task_info task{"t"};
  task.declare().run = program{"true"};
  for (auto const* output : {"d", "d/f"}) task.outputs.push_back(w.add_file({output}));
  w.add_task(std::move(task));
  EXPECT_THROW((void)engine{test::flat_machine(1)}.start(w, options()), input_error);
}

TEST_F(ProgramTask, MissingInputIsNamed)
{
  EXPECT_THAT(failure(R"({"id": "a", "command": "cat in", "inputs": ["in"]})"),
              AllOf(HasSubstr("\"in\""), HasSubstr("missing")));
}

TEST_F(ProgramTask, AbsoluteInputIsReadInPlace)
{
  folder.write("elsewhere/in", "text");
  auto o       = options();
  o.directory  = folder / "run";
  auto const r = run(fmt::format(R"({{"id": "a", "command": "cat {0}", "inputs": ["{0}"]}})",
                                 (folder / "elsewhere/in").string()),
                     o);
  ASSERT_FALSE(r.error);
  EXPECT_EQ(folder.read("run/.heddle/logs/a.log"), "text");
}

TEST_F(ProgramTask, PathsThatLeaveTheRunDirectoryAreRefused)
{
  for (auto const* path : {"../out", "/tmp/out", "a/../../out", ".heddle/logs/x", "."}) {
    workflow w{"w"};
    task_info task{"t"};
    task.declare().run = program{"true"};
    task.outputs.push_back(w.add_file({path}));
    w.add_task(std::move(task));
    EXPECT_THROW((void)engine{test::flat_machine(1)}.start(w, options()), input_error) << path;
  }
  workflow w{"w"};
  task_info task{"t"};
  task.declare().run = program{"true"};
  task.inputs.push_back(w.add_file({"../in"}));
  w.add_task(std::move(task));
  EXPECT_THROW((void)engine{test::flat_machine(1)}.start(w, options()), input_error);
}

TEST_F(ProgramTask, OutputThatWouldOverwriteAnInputIsRefused)
{
  for (auto const* output : {"data", "data/part"}) {
    workflow w{"w"};
    task_info task{"t"};
    task.declare().run = program{"true"};
    task.inputs.push_back(w.add_file({"data"}));
    task.outputs.push_back(w.add_file({output}));
    w.add_task(std::move(task));
    EXPECT_THROW((void)engine{test::flat_machine(1)}.start(w, options()), input_error) << output;
  }
}

TEST_F(ProgramTask, RetriesInAFreshFolder)
{
  auto const r = run(R"({"id": "a", "command": "[ ! -e junk ] && touch junk && echo try >> )" +
                     (folder / "tries").string() + R"( && [ $(wc -l < )" +
                     (folder / "tries").string() + R"() = 3 ]", "shell": true, "retries": 5})");
  ASSERT_FALSE(r.error) << r.tasks[0].message;
  EXPECT_EQ(r.record.tasks[0].attempts, 3);
}

TEST_F(ProgramTask, SecondRunInTheSameDirectoryIsRefused)
{
  auto const w = parse(R"({"id": "a", "command": "sleep 100"})");
  engine e{test::flat_machine(1)};
  auto first = e.start(w, options());
  EXPECT_THROW((void)e.start(w, options()), system_error);
  first.cancel();
  EXPECT_TRUE(first.wait().stopped);
}

TEST_F(ProgramTask, CancelEndsRunningProgramsAndLeavesNothing)
{
  auto const w =
    parse(R"({"id": "a", "command": "echo part > out; touch )" + (folder / "started").string() +
          R"(; sleep 100", "shell": true, "outputs": ["out"]})");
  engine e{test::flat_machine(1)};
  auto r = e.start(w, options());
  while (!folder.has("started")) std::this_thread::yield();
  r.cancel();
  auto const result = r.wait();
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.tasks[0].status, task_status::cancelled);
  EXPECT_FALSE(folder.has("out"));
  EXPECT_FALSE(folder.has(".heddle/tasks/a"));
}

TEST_F(ProgramTask, LeftoversOfAKilledRunAreRemoved)
{
  folder.write(".heddle/tasks/a/out", "half");
  ASSERT_FALSE(
    run(
      R"({"id": "a", "command": "[ ! -e out ] && echo whole > out", "shell": true, "outputs": ["out"]})")
      .error);
  EXPECT_EQ(folder.read("out"), "whole\n");
}

TEST_F(ProgramTask, RunDirectoryThatCannotBeMadeIsNamed)
{
  folder.write("file", "");
  auto o      = options();
  o.directory = folder / "file";
  EXPECT_THROW(run(R"({"id": "a", "command": "true"})", o), system_error);
}

TEST_F(ProgramTask, DataParallelProgramCoversItsRange)
{
  ASSERT_FALSE(
    run(
      R"({"id": "a", "program": "echo", "arguments": ["{first}..{last}"], "data_parallel": {"first": 3, "last": 9}})")
      .error);
  EXPECT_EQ(folder.read(".heddle/logs/a.log"), "3..9\n");
}

TEST_F(ProgramTask, PipelineOfProgramsPassesEveryToken)
{
  ASSERT_FALSE(run(R"({"id": "a", "pipeline": {"num_tokens": 2, "stages": [
    {"name": "one", "mode": "serial", "command": "echo one {token}"},
    {"name": "two", "mode": "parallel", "command": "echo two {token}", "shell": true}]}})")
                 .error);
  auto const log = folder.read(".heddle/logs/a.log");
  EXPECT_EQ(log.size(), std::string{"one 0\ntwo 0\none 1\ntwo 1\n"}.size());
  EXPECT_LT(log.find("one 0\n"), log.find("one 1\n"));
  for (auto const* token : {"0", "1"}) {
    EXPECT_LT(log.find(std::string{"one "} + token), log.find(std::string{"two "} + token));
  }
}

TEST_F(ProgramTask, RaceOfProgramsCommitsTheFirstGoodOne)
{
  ASSERT_FALSE(run(R"({"id": "a", "outputs": ["out"], "speculative": {"alternatives": [
    {"name": "bad", "command": "echo bad > out; exit 1", "shell": true},
    {"name": "good", "command": "[ ! -e out ] && echo good > out", "shell": true}]}})")
                 .error);
  EXPECT_EQ(folder.read("out"), "good\n");
}

TEST_F(ProgramTask, RaceWithoutGoodProgramFails)
{
  EXPECT_THAT(failure(R"({"id": "a", "speculative": {"alternatives": [
    {"name": "one", "command": "exit 1", "shell": true}, {"name": "two", "command": "exit 2", "shell": true}]}})"),
              HasSubstr("exit code 1"));
}

/// The first would take an hour.
TEST_F(ProgramTask, RaceOfProgramsEndsTheLosers)
{
  ASSERT_FALSE(run(R"({"id": "a", "outputs": ["out"], "speculative": {"alternatives": [
    {"name": "slow", "command": "echo slow > out; sleep 3600", "shell": true},
    {"name": "fast", "command": "echo fast > out", "shell": true}]}})")
                 .error);
  EXPECT_EQ(folder.read("out"), "fast\n");
}

TEST_F(ProgramTask, RaceGoesOnAfterAProgramThatForgetsItsOutput)
{
  ASSERT_FALSE(run(R"({"id": "a", "outputs": ["out"], "speculative": {"alternatives": [
    {"name": "forgets", "command": "true"},
    {"name": "good", "command": "echo good > out", "shell": true}]}})")
                 .error);
  EXPECT_EQ(folder.read("out"), "good\n");
}

/// The first to come to the last task finds no mark, leaves one, and would sleep for an hour.
TEST_F(ProgramTask, BackupOfAProgramCommitsTheFirstGoodCopy)
{
  std::string tasks;
  for (int t = 0; t < 8; ++t) {
    tasks += R"({"id": "quick)" + std::to_string(t) + R"(", "kind": "k", "command": "true"},)";
  }
  auto const mark = (folder.path() / "mark").string();
  tasks += R"({"id": "last", "kind": "k", "outputs": ["out"], "shell": true, "command": ")";
  tasks += "if mkdir " + mark + "; then echo slow > out; sleep 3600; else echo fast > out; fi";
  tasks += R"("})";
  auto o            = options();
  o.backup_quantile = 0.9;
  auto const r      = run(tasks, o);
  ASSERT_FALSE(r.error);
  EXPECT_EQ(folder.read("out"), "fast\n");
  EXPECT_FALSE(folder.has(".heddle/tasks/last+0"));
}

TEST_F(ProgramTask, PipelineRunsParallelStepsAtOnce)
{
  ASSERT_FALSE(run(R"({"id": "a", "pipeline": {"tokens": 2, "num_tokens": 2, "stages": [
    {"name": "meet", "mode": "parallel", "shell": true,
     "command": "touch here.{token}; while [ ! -e here.0 ] || [ ! -e here.1 ]; do sleep 0.01; done"}]}})")
                 .error);
}

}  // namespace
}  // namespace heddle
