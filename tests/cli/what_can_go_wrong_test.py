#!/usr/bin/env python3
"""Runs that are interrupted, killed, too late, too talkative, or out of disk: no orphan process, no partial output, a clear
message.

    what_can_go_wrong_test.py HEDDLE [TEST...]
"""
import json
import os
import pathlib
import signal
import subprocess
import time

from heddle_program import HEDDLE, HeddleTest, main


def is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


class WhatCanGoWrong(HeddleTest):
    def start(self, *tasks, arguments=()):
        """Starts a run in the background, with heddle's own output caught."""
        return subprocess.Popen([HEDDLE, "run", self.workflow(*tasks), *arguments], cwd=self.folder, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait_for(self, *names):
        """Waits until programs have written files outside their private folders; their content."""
        limit = time.monotonic() + 60
        while not all((self.folder / name).exists() and (self.folder / name).read_text().endswith("\n") for name in names):
            self.assertLess(time.monotonic(), limit, f"{names} did not appear")
            time.sleep(0.01)
        return [int((self.folder / name).read_text()) for name in names]

    def talking(self, name, then, **fields):
        """A task that writes its process id and part of its output, and goes on with `then`."""
        return {"id": name, "shell": True, "outputs": [f"{name}.out"], **fields,
                "command": f"echo part > {name}.out; echo $$ > {self.folder}/{name}.pid; {then}"}

    def expect_clean(self, pids, *outputs):
        for pid in pids:
            self.assertFalse(is_alive(pid), f"process {pid} is left")
        for output in outputs:
            self.assertFalse((self.folder / output).exists(), f"partial output {output}")
        self.assertEqual(list((self.folder / ".heddle/tasks").iterdir()), [])

    def interrupted(self, how):
        run = self.start(self.talking("plain", "sleep 1000"),
                         self.talking("nested", f"sleep 1000 & echo $! > {self.folder}/child.pid; wait"),
                         {"id": "after", "command": "touch never", "depends": ["plain"], "outputs": ["never"]},
                         arguments=["--jobs", "2"])
        pids = self.wait_for("plain.pid", "nested.pid", "child.pid")
        run.send_signal(how)
        out, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 1, err)
        self.assertIn("stopped", err)
        self.assertIn("cancelled", out)
        self.expect_clean(pids, "plain.out", "nested.out", "never")

    def test_ctrl_c(self):
        self.interrupted(signal.SIGINT)

    def test_sigquit(self):
        self.interrupted(signal.SIGQUIT)

    def test_sigterm(self):
        self.interrupted(signal.SIGTERM)

    def test_ctrl_c_twice_kills_programs_that_ignore_it(self):
        for _ in range(8):
            deaf = "trap '' TERM INT; while true; do sleep 0.1; done"
            run = self.start(self.talking("one", deaf), self.talking("two", deaf), arguments=["--jobs", "2"])
            pids = self.wait_for("one.pid", "two.pid")
            run.send_signal(signal.SIGINT)
            time.sleep(0.2)
            run.send_signal(signal.SIGINT)
            _, err = run.communicate(timeout=30)
            self.assertEqual(run.returncode, 1)
            self.assertIn("killing them", err)
            self.expect_clean(pids, "one.out", "two.out")
            for name in ("one.pid", "two.pid"):
                (self.folder / name).unlink()

    def test_nohup_goes_on_after_a_hangup(self):
        workflow = self.workflow({"id": "a", "command": f"touch {self.folder}/started; sleep 0.5", "shell": True})
        run = subprocess.Popen(["nohup", HEDDLE, "run", workflow], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not (self.folder / "started").exists():
            time.sleep(0.01)
        run.send_signal(signal.SIGHUP)
        run.communicate(timeout=30)
        self.assertEqual(run.returncode, 0)

    def test_sigchld_ignored_by_the_parent(self):
        workflow = self.workflow({"id": "a", "command": "true"})
        run = subprocess.run(["sh", "-c", 'trap "" CHLD; exec "$@"', "sh", HEDDLE, "run", workflow], cwd=self.folder, timeout=30)
        self.assertEqual(run.returncode, 0)

    def test_interrupts_at_any_moment_leave_a_whole_document_or_none(self):
        workflow = self.workflow(*({"id": f"t{i}", "command": "true"} for i in range(40)))
        for step in range(40):
            run = subprocess.Popen([HEDDLE, "run", workflow, "--json"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.002 * step)
            run.send_signal(signal.SIGINT)
            out, _ = run.communicate(timeout=30)
            if out:
                statuses = {task["status"] for task in json.loads(out)["tasks"]}
                self.assertEqual(run.returncode, 0 if statuses == {"done"} else 1)
            else:
                self.assertEqual(run.returncode, -signal.SIGINT)

    def test_an_interrupt_behind_the_document_changes_nothing(self):
        workflow = self.workflow({"id": "a", "command": "true"})
        for _ in range(40):
            run = subprocess.Popen([HEDDLE, "run", workflow, "--json"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out = b""
            while not out.endswith(b"\n"):
                out += os.read(run.stdout.fileno(), 65536)
            run.send_signal(signal.SIGINT)
            run.communicate(timeout=30)
            self.assertEqual(json.loads(out)["tasks"][0]["status"], "done")
            self.assertEqual(run.returncode, 0)

    def test_ctrl_c_ends_a_replay(self):
        run = subprocess.Popen([HEDDLE, "run", self.workflow({"id": "a", "seconds": 1000}), "--replay", "1"], cwd=self.folder,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=10)
        self.assertEqual(run.returncode, 1)

    def start_endless_plan(self, **streams):
        """A search that no bound ends."""
        workflow = self.folder / "random.json"
        subprocess.run([HEDDLE, "generate", "random", "--tasks", "100", "--out", workflow], check=True, capture_output=True)
        platform = self.folder / "platform.json"
        platform.write_text(json.dumps({
            "schema": "heddle-eval-platform/1", "name": "four", "links": {"topology": "full", "bandwidth": None, "latency": 0.0},
            "nodes": [{"id": f"n{i}", "speed": speed} for i, speed in enumerate([1, 1, 2, 4])]}))
        return subprocess.Popen([HEDDLE, "plan", workflow, "--platform", platform, "--ccr", "5", "--algorithm", "search",
                                 "--time-limit", "inf", "--threads", "2", "--out", "plan.json"],
                                cwd=self.folder, text=True, stdout=subprocess.PIPE, **streams)

    def test_ctrl_c_ends_a_search_with_the_best_so_far(self):
        for seconds in (0.05, 0.5):
            search = self.start_endless_plan(stderr=subprocess.PIPE)
            time.sleep(seconds)
            search.send_signal(signal.SIGINT)
            out, err = search.communicate(timeout=30)
            self.assertEqual(search.returncode, 0, err)
            self.assertIn("best schedule so far", err)
            self.assertIn("makespan", out)
            self.assertEqual(len(json.loads((self.folder / "plan.json").read_text())["tasks"]), 100)

    def test_a_search_shows_how_far_it_is_on_a_terminal(self):
        leader, terminal = os.openpty()
        search = self.start_endless_plan(stderr=terminal)
        os.close(terminal)
        seen, limit = "", time.monotonic() + 30
        while "evaluations a second" not in seen and time.monotonic() < limit:
            seen += os.read(leader, 4096).decode()
        search.send_signal(signal.SIGINT)
        search.communicate(timeout=30)
        os.close(leader)
        self.assertRegex(seen, r"makespan [0-9.]+ s, gap [0-9.]+ %, .* evaluations a second")

    def test_a_child_killed_with_sigkill(self):
        run = self.start(self.talking("victim", f"sleep 1000 & echo $! > {self.folder}/child.pid; wait"))
        pids = self.wait_for("victim.pid", "child.pid")
        os.kill(pids[0], signal.SIGKILL)
        _, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 1)
        self.assertIn("victim", err)
        self.assertIn("signal 9", err)
        self.expect_clean(pids, "victim.out")

    def test_a_daemon_that_left_its_group(self):
        run = self.start(self.talking("parent", f"setsid sh -c 'echo $$ > {self.folder}/stray.pid; sleep 1000' & sleep 0.5"))
        out, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 0, out + err)
        self.expect_clean(self.wait_for("parent.pid", "stray.pid"))

    def test_a_report_that_cannot_be_written_hides_nothing(self):
        run = self.start(self.talking("parent", f"setsid sh -c 'echo $$ > {self.folder}/stray.pid; sleep 1000' & sleep 0.5; exit 3"),
                         arguments=["--report", "/dev/full"])
        out, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 2)
        self.assertIn("exit code 3", err)
        self.assertIn("/dev/full", err)
        self.assertIn("1 failed", out)
        self.expect_clean(self.wait_for("parent.pid", "stray.pid"))

    def test_a_timeout(self):
        run = self.start(self.talking("late", f"sleep 1000 & echo $! > {self.folder}/child.pid; wait", timeout=0.5))
        _, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 1)
        self.assertIn("timeout of 0.5 s", err)
        self.expect_clean(self.wait_for("late.pid", "child.pid"), "late.out")

    def test_a_program_that_prints_2_gigabytes(self):
        run = self.start({"id": "talker", "command": "head -c 2147483648 /dev/zero"})
        out, err = run.communicate(timeout=300)
        self.assertEqual(run.returncode, 0, out + err)
        log = self.folder / ".heddle/logs/talker.log"
        self.assertLess(log.stat().st_size, 65 << 20)
        with log.open("rb") as text:
            text.seek(-200, os.SEEK_END)
            self.assertIn(b"more bytes were printed and not kept", text.read())

    def test_a_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no right to mount a small file system")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        workflow = self.workflow({"id": "big", "command": "head -c 5000000 /dev/zero > big.out", "shell": True, "outputs": ["big.out"]})
        err = self.heddle("run", workflow, "--directory", disk, expect=1).stderr
        self.assertIn("No space left on device", err)
        self.assertFalse((disk / "big.out").exists())
        self.assertEqual(list((disk / ".heddle/tasks").iterdir()), [])

        talker = self.workflow({"id": "talker", "command": "head -c 5000000 /dev/zero"})
        self.assertIn("No space left on device", self.heddle("run", talker, "--directory", disk, expect=1).stderr)
        (disk / ".heddle/logs/talker.log").unlink()

        (disk / "filler").write_bytes(bytes((1 << 20) - 60000))
        replay = self.workflow(*({"id": f"t{i}", "seconds": 0} for i in range(1000)))
        err = self.heddle("run", replay, "--replay", 1, "--report", disk / "r.html", expect=2).stderr
        self.assertIn("r.html", err)
        self.assertIn("No space left on device", err)
        self.assertEqual(sorted(p.name for p in disk.iterdir()), [".heddle", "filler"])


if __name__ == "__main__":
    main()
