#!/usr/bin/env python3
"""The command line from outside: exit statuses, documents on standard output, messages.

    command_line_test.py HEDDLE [TEST...]
"""
import json
import os
import pathlib
import re
import subprocess
import time
import unittest

from heddle_program import HEDDLE, HeddleTest, main

COMMANDS = ("topo", "plan", "compare", "simulate", "what-if", "run", "generate", "convert")
WFFORMAT = {
    "name": "wf", "schemaVersion": "1.5",
    "workflow": {
        "specification": {
            "tasks": [{"name": "a", "id": "a", "parents": [], "children": ["b"], "inputFiles": [], "outputFiles": ["f"]},
                      {"name": "b", "id": "b", "parents": ["a"], "children": [], "inputFiles": ["f"], "outputFiles": ["g"]}],
            "files": [{"id": "f", "sizeInBytes": 100}, {"id": "g", "sizeInBytes": 7}]},
        "execution": {"tasks": [
            {"id": "a", "runtimeInSeconds": 0.01, "command": {"program": "touch", "arguments": ["f"]}},
            {"id": "b", "runtimeInSeconds": 0.02, "command": {"program": "cp", "arguments": ["f", "g"]}}]}}}


class CommandLine(HeddleTest):
    def test_every_command_has_help(self):
        for command in COMMANDS:
            self.assertIn("--json", self.heddle(command, "--help").stdout)
        self.assertRegex(self.heddle("--version").stdout, r"^\d+\.\d+\.\d+\n$")

    def test_bad_usage_ends_with_2(self):
        for arguments in ([], ["weave"], ["plan"], ["plan", "--no-such"], ["run", "w", "--jobs", "0"], ["run", "w", "--jobs", "x"]):
            done = self.heddle(*arguments, expect=2)
            self.assertEqual(done.stdout, "")
            self.assertNotEqual(done.stderr, "")

    def test_missing_workflow_is_named(self):
        for command in ("plan", "compare", "run", "convert"):
            extra = ["--to", "dot"] if command == "convert" else []
            self.assertIn("nowhere.json", self.heddle(command, "nowhere.json", *extra, expect=2).stderr)

    def test_plan_prints_what_other_tools_rely_on(self):
        text = self.heddle("generate", "montage", "--tasks", 60).stdout
        ids = [task["id"] for task in json.loads(text)["tasks"]]
        plan = self.json("plan", "-", "--identical", 4, "--algorithm", "heft", stdin=text)
        self.assertEqual(plan["algorithm"], "heft")
        self.assertEqual([task["id"] for task in plan["tasks"]], ids)
        self.assertEqual(plan["makespan"], max(task["finish"] for task in plan["tasks"]))
        self.assertAlmostEqual(plan["gap"], plan["makespan"] / plan["lower_bound"] - 1)
        self.assertGreaterEqual(plan["robustness"]["p95"], plan["robustness"]["median"])
        for key in ("workflow", "seconds", "bound_seconds", "evaluations", "seed", "device", "version", "hash", "guarantee"):
            self.assertIn(key, plan)

    def test_plan_lists_its_algorithms(self):
        listed = self.heddle("plan", "--algorithm", "list").stdout
        for name in ("auto", "heft", "cpop", "minmin", "mct", "locality"):
            self.assertRegex(listed, rf"(?m)^\s*{name}\b")

    def test_environment_sets_options_and_the_flag_wins(self):
        workflow = self.workflow({"id": "a", "seconds": 1})
        environment = {"HEDDLE_ALGORITHM": "cpop"}
        self.assertEqual(self.json("plan", workflow, environment=environment)["algorithm"], "cpop")
        self.assertEqual(self.json("plan", workflow, "--algorithm", "mct", environment=environment)["algorithm"], "mct")

    def test_a_flag_wins_over_a_variable_that_contradicts_it(self):
        workflow = self.workflow({"id": "a", "command": "touch ran", "seconds": 0.01, "outputs": ["ran"]})
        self.json("plan", workflow, "--identical", 2, environment={"HEDDLE_PLATFORM": "nowhere.json", "HEDDLE_CCR": "1"})
        self.heddle("run", workflow, "--execute", environment={"HEDDLE_REPLAY": "1"})
        self.assertTrue((self.folder / "ran").exists())
        self.json("run", workflow, "--dynamic", environment={"HEDDLE_PLAN": "nowhere.json"})
        self.assertEqual(self.heddle("run", workflow, environment={"HEDDLE_REPLAY": "1", "HEDDLE_QUIET": "1"}).stdout, "")

    def test_output_that_cannot_be_printed_is_an_error(self):
        workflow = self.workflow({"id": "a", "seconds": 0.01})
        for command in (["plan", workflow], ["run", workflow, "--replay", "1"]):
            for form in ([], ["--json"]):
                with open("/dev/full", "w") as full:
                    done = subprocess.run([HEDDLE, *command, *form], stdout=full, stderr=subprocess.PIPE, text=True, cwd=self.folder)
                self.assertEqual(done.returncode, 2, command)
                self.assertIn("output", done.stderr)

    def test_slurm_ends_a_run_in_time(self):
        workflow = self.workflow({"id": "a", "seconds": 1000})
        done = self.heddle("run", workflow, "--replay", 1, expect=1, environment={"SLURM_JOB_END_TIME": str(int(time.time()) + 31)})
        self.assertIn("stopped", done.stderr)

    def test_gpus_of_a_machine_do_not_hinder_a_dynamic_run(self):
        xml = pathlib.Path(__file__).resolve().parent.parent / "topology/data/eight_gpus.xml"
        workflow = self.workflow(*({"id": f"t{i}", "seconds": 0.01} for i in range(6)))
        run = self.json("run", workflow, "--replay", 1, "--dynamic", environment={"HWLOC_XMLFILE": str(xml)})
        self.assertEqual(run["done"], 6)

    def test_compare_shows_algorithms_side_by_side(self):
        text = self.heddle("generate", "fork_join", "--tasks", 20).stdout
        rows = self.json("compare", "-", "--identical", 2, stdin=text)["algorithms"]
        self.assertGreaterEqual({row["algorithm"] for row in rows}, {"heft", "cpop", "minmin", "mct", "locality"})
        self.assertIn("heft", self.heddle("compare", "-", "--identical", 2, stdin=text).stdout)

    def test_simulate_executes_a_plan(self):
        text = self.heddle("generate", "montage", "--tasks", 60).stdout
        self.heddle("plan", "-", "--identical", 4, "--algorithm", "heft", "--out", "plan.json", stdin=text)
        plan = json.loads((self.folder / "plan.json").read_text())
        same = self.json("simulate", "-", "--identical", 4, "--plan", "plan.json", stdin=text)
        self.assertEqual(same["makespan"], plan["makespan"])
        self.assertEqual(same["tasks"], plan["tasks"])
        self.assertEqual(same["hash"], plan["hash"])
        noisy = ["simulate", "-", "--identical", 4, "--plan", "plan.json", "--noise", 0.3, "--seed", 4]
        first = self.json(*noisy, stdin=text)
        self.assertEqual(first, self.json(*noisy, stdin=text))
        self.assertNotEqual(first["makespan"], plan["makespan"])
        self.assertEqual(first["makespan"], max(task["finish"] for task in first["tasks"]))
        self.assertEqual(first["robustness"]["samples"], 100)
        self.assertLessEqual(first["robustness"]["median"], first["robustness"]["p95"])
        self.assertIn("95 of 100", self.heddle(*noisy, stdin=text).stdout)
        self.assertIn("--noise", self.heddle("simulate", "-", "--noise", -1, stdin=text, expect=2).stderr)

    def test_what_if_plans_on_other_machines(self):
        text = self.heddle("generate", "fork_join", "--tasks", 64).stdout
        command = ["what-if", "-", "--identical", 2, "--vary", "nodes=1,2,4", "--vary", "bandwidth=1e3,1e9"]
        rows = self.json(*command, "--html", "plot.html", stdin=text)["machines"]
        self.assertEqual([(row["nodes"], row["bandwidth"]) for row in rows],
                         [(n, b) for n in (1, 2, 4) for b in (1e3, 1e9)])
        self.assertLess(rows[5]["makespan"], rows[1]["makespan"])
        self.assertEqual(rows[0]["makespan"], rows[1]["makespan"])
        self.assertIn("nodes=4 bandwidth=1e+09", self.heddle(*command, stdin=text).stdout)
        page = (self.folder / "plot.html").read_text()
        self.assertEqual(page.count('<rect class="bar'), 6)
        self.assertNotIn("http", page)

    def test_what_if_says_what_is_wrong(self):
        text = self.heddle("generate", "chain", "--tasks", 3).stdout
        for wrong, why in (("nodes", "="), ("cores=1", "cores"), ("nodes=1,x", "x"), ("nodes=1.5", "whole"), ("nodes=0", "nodes"),
                           ("gpus=1", "GPU"), ("bandwidth=-1", "positive"), ("nodes=", "number")):
            done = self.heddle("what-if", "-", "--identical", 2, "--vary", wrong, stdin=text, expect=2)
            self.assertIn(why, done.stderr)

    def test_compare_draws_a_page(self):
        workflow = self.workflow({"id": "a", "seconds": 1}, {"id": "b", "seconds": 2})
        self.heddle("compare", workflow, "--identical", 2, "--html", "page.html")
        page = (self.folder / "page.html").read_text()
        self.assertIn("<svg", page)
        self.assertIn("heft", page)
        self.assertNotIn("http", page)

    def test_plan_says_what_auto_tried(self):
        workflow = self.workflow({"id": "a", "seconds": 2}, {"id": "b", "seconds": 3}, {"id": "c", "seconds": 4})
        self.assertIn("tried", self.heddle("plan", workflow, "--identical", 2, "--time-limit", 1).stdout)
        tried = self.json("plan", workflow, "--identical", 2, "--time-limit", "inf")["tried"]
        self.assertTrue(any(each["algorithm"] == "heft" for each in tried))

    def test_topo_prints_a_platform_file_that_plan_reads(self):
        platform = self.write("here.json", self.heddle("topo", "--json").stdout)
        workflow = self.workflow({"id": "a", "seconds": 1})
        self.assertEqual(self.json("plan", workflow, "--platform", platform)["makespan"], 1)
        self.assertNotEqual(self.heddle("topo").stdout, "")

    def test_bandwidth_of_a_platform_must_be_known(self):
        platform = self.write("p.json", {"schema": "heddle-eval-platform/1", "name": "P", "nodes": [{"id": "n0", "speed": 1}, {"id": "n1", "speed": 1}],
                                         "links": {"topology": "full", "symmetric": True, "bandwidth": None, "bandwidth_rule": "ccr",
                                                   "latency": 0, "contention": "none", "intra_node": "free"}})
        workflow = self.write("wf.json", WFFORMAT)
        self.assertIn("--ccr", self.heddle("plan", workflow, "--platform", platform, expect=2).stderr)
        for choice in (("--ccr", 1), ("--bandwidth", 1000)):
            self.json("plan", workflow, "--platform", platform, *choice)
        for wrong in (("--ccr", 0), ("--ccr", "nan"), ("--bandwidth", -1), ("--ccr", 1, "--bandwidth", 1)):
            self.heddle("plan", workflow, "--platform", platform, *wrong, expect=2)

    def test_a_plan_is_run_and_a_foreign_one_refused(self):
        workflow = self.workflow({"id": "a", "command": "true", "seconds": 0.01}, {"id": "b", "command": "true", "depends": ["a"]})
        self.heddle("plan", workflow, "--out", "plan.json")
        run = self.json("run", workflow, "--plan", "plan.json")
        self.assertEqual([task["status"] for task in run["tasks"]], ["done", "done"])
        other = self.workflow({"id": "a", "command": "true", "seconds": 0.02}, {"id": "b", "command": "true", "depends": ["a"]}, name="other.json")
        self.assertIn("plan.json", self.heddle("run", other, "--plan", "plan.json", expect=2).stderr)

    def test_commands_of_wfformat_run_only_on_request(self):
        workflow = self.write("wf.json", WFFORMAT)
        self.assertIn("--execute", self.heddle("run", workflow, expect=2).stderr)
        self.assertFalse((self.folder / "f").exists())
        self.heddle("run", workflow, "--execute", "--replay", 1, expect=2)
        self.heddle("run", workflow, "--execute")
        self.assertTrue((self.folder / "g").exists())

    def test_replay_needs_a_sensible_scale_and_runs_no_command(self):
        workflow = self.workflow({"id": "a", "command": "touch ran", "seconds": 0.01})
        for wrong in ("-1", "nan", "inf", "fast"):
            self.heddle("run", workflow, "--replay", wrong, expect=2)
        summary = self.heddle("run", workflow, "--replay", 1).stdout
        self.assertRegex(summary, r"1 of 1 tasks done .* measured / planned \d")
        unknown = self.workflow({"id": "a"}, name="unknown.json")
        self.assertNotIn("planned", self.heddle("run", unknown, "--replay", 1).stdout)
        self.assertFalse((self.folder / "ran").exists())

    def test_tasks_with_nothing_to_run_are_refused(self):
        workflow = self.workflow({"id": "idle", "seconds": 1})
        message = self.heddle("run", workflow, expect=2).stderr
        self.assertIn("idle", message)
        self.assertIn("--replay", message)

    def test_failure_ends_with_1_and_keep_going_finishes_the_rest(self):
        tasks = [{"id": "bad", "command": "sh -c 'echo why; exit 3'"}, {"id": "after", "command": "true", "depends": ["bad"]},
                 {"id": "free", "command": "touch done", "outputs": ["done"]}]
        run = self.heddle("run", self.workflow(*tasks), "--keep-going", expect=1)
        for word in ("bad", "exit code 3", "why", "bad.log"):
            self.assertIn(word, run.stderr)
        self.assertIn("1 skipped", run.stdout)
        self.assertTrue((self.folder / "done").exists())
        document = json.loads(self.heddle("run", self.workflow(*tasks), "-k", "--json", expect=1).stdout)
        self.assertEqual([task["status"] for task in document["tasks"]], ["failed", "skipped", "done"])

    def test_reports_are_written_and_named(self):
        workflow = self.workflow({"id": "a", "seconds": 0.01})
        summary = self.heddle("run", workflow, "--replay", 1, "--report", "r.html", "--trace", "t.json").stdout
        self.assertIn("r.html", summary)
        self.assertIn("</html>", (self.folder / "r.html").read_text())
        json.loads((self.folder / "t.json").read_text())
        self.heddle("run", workflow, "--replay", 1, "--report", "no/such/folder/r.html", expect=2)

    def test_quiet_prints_nothing_when_all_is_well(self):
        workflow = self.workflow({"id": "a", "seconds": 0.01})
        done = self.heddle("run", workflow, "--replay", 1, "-q")
        self.assertEqual(done.stdout + done.stderr, "")

    def test_jobs_sets_the_number_of_workers(self):
        workflow = self.workflow(*({"id": f"t{i}", "seconds": 0.01} for i in range(6)))
        for jobs in (1, 3):
            run = self.json("run", workflow, "--replay", 1, "--jobs", jobs)
            self.assertEqual(len({task["resource"] for task in run["tasks"]}), jobs)

    def test_dynamic_runs_without_a_schedule(self):
        run = self.json("run", self.workflow({"id": "a", "seconds": 0.01}), "--replay", 1, "--dynamic")
        self.assertEqual(run["algorithm"], "dynamic")
        self.assertIsNone(run["tasks"][0]["planned_start"])

    def test_what_is_not_there_yet_says_so(self):
        workflow = self.workflow({"id": "a", "command": "true"})
        self.assertIn("--resume", self.heddle("run", workflow, "--resume", expect=2).stderr)
        self.assertIn("--cache-dir", self.heddle("run", workflow, "--cache-dir", "c", expect=2).stderr)
        self.heddle("run", workflow, "--directory", "", expect=2)

    @unittest.skipIf(os.path.exists("/dev/nvidiactl"), "there may be a GPU")
    def test_a_device_that_is_not_there_is_refused_by_name_and_left_out_by_itself(self):
        workflow = self.workflow({"id": "a", "seconds": 1})
        search = ["plan", workflow, "--identical", 2, "--algorithm", "search", "--evaluations", 1000]
        self.assertIn("--device cuda", self.heddle(*search, "--device", "cuda", expect=2).stderr)
        self.assertEqual(self.json(*search, "--device", "auto")["makespan"], 1)

    def test_a_cycle_is_named(self):
        workflow = self.workflow({"id": "a", "depends": ["c"]}, {"id": "b", "depends": ["a"]}, {"id": "c", "depends": ["b"]})
        message = self.heddle("plan", workflow, expect=2).stderr
        self.assertTrue(re.search(r'"a".*"b".*"c"|"b".*"c".*"a"|"c".*"a".*"b"', message), message)

    def test_errors_name_file_and_place(self):
        self.write("w.json", '{"heddle": 1, "tasks": [{"id": "a", "seconds": "long"}]}')
        message = self.heddle("plan", "w.json", expect=2).stderr
        self.assertIn("w.json", message)
        self.assertIn("tasks[0].seconds", message)

    def test_convert_there_and_back_keeps_the_schedule(self):
        text = self.heddle("generate", "epigenomics", "--tasks", 40).stdout
        first = self.json("plan", "-", "--identical", 3, "--algorithm", "heft", stdin=text)
        for form in ("wfformat", "dot"):
            there = self.heddle("convert", "-", "--to", form, stdin=text).stdout
            again = self.json("plan", "-", "--identical", 3, "--algorithm", "heft", stdin=there)
            self.assertEqual([t["finish"] for t in again["tasks"]], [t["finish"] for t in first["tasks"]])

    def test_same_seed_same_workflow(self):
        texts = {self.heddle("generate", "random", "--tasks", 50, "--seed", seed).stdout for seed in (1, 1, 2)}
        self.assertEqual(len(texts), 2)


if __name__ == "__main__":
    main()
