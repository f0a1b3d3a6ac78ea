"""scripts/gpu_check lists what it would run, judges what ran, and says what is missing."""
import importlib.machinery
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/gpu_check"
LOADER = importlib.machinery.SourceFileLoader("gpu_check", str(SCRIPT))
gpu_check = importlib.util.module_from_spec(importlib.util.spec_from_loader("gpu_check", LOADER))
LOADER.exec_module(gpu_check)

PASSED = "[==========] 3 tests from 1 test suite ran.\n[  PASSED  ] 2 tests.\n[  SKIPPED ] 1 test.\n"
SKIPPED = "[==========] 3 tests from 1 test suite ran.\n[  PASSED  ] 0 tests.\n[  SKIPPED ] 3 tests.\n"


def run(*arguments, **environment):
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True,
                          env=dict(os.environ, **environment))
    return done.returncode, done.stdout + done.stderr


def programs(folder):
    """A folder as --build leaves it, with programs that do not exist."""
    pathlib.Path(folder, "tests.txt").write_text("kernels_gpu_test *\ndevice_test *Cuda*.*\n")
    pathlib.Path(folder, "benchmarks.txt").write_text("task_cost_bench device\n")
    pathlib.Path(folder, "commit.txt").write_text("0123456789ab\n")


class Verdicts(unittest.TestCase):
    def test_of_a_program_of_tests(self):
        self.assertEqual(gpu_check.verdict_of(0, PASSED), ("passed", "2 tests passed, 1 skipped"))
        self.assertEqual(gpu_check.verdict_of(1, PASSED)[0], "FAILED")
        self.assertEqual(gpu_check.verdict_of(99, PASSED)[0], "FAILED")

    def test_nothing_checked_is_a_failure(self):
        self.assertEqual(gpu_check.verdict_of(0, SKIPPED)[0], "FAILED")
        self.assertEqual(gpu_check.verdict_of(0, "")[0], "FAILED")


class Programs(unittest.TestCase):
    def test_whole_programs_and_suites_of_others(self):
        self.assertEqual(gpu_check.filter_of("kernels_gpu_test"), "*")
        self.assertEqual(gpu_check.filter_of("plan_device_test"), "*")
        self.assertEqual(gpu_check.filter_of("device_test"), gpu_check.GPU_SUITES)
        self.assertIsNone(gpu_check.filter_of("plan_test"))

    def test_the_c_library_and_the_driver_stay(self):
        for name in ("libc.so.6", "libm.so.6", "libcuda.so.1", "ld-linux-x86-64.so.2", "linux-vdso.so.1"):
            self.assertTrue(gpu_check.LEFT_TO_THE_MACHINE.search(name), name)
        for name in ("libhwloc.so.15", "libcudnn.so.9", "libstdc++.so.6"):
            self.assertFalse(gpu_check.LEFT_TO_THE_MACHINE.search(name), name)


class CommandLine(unittest.TestCase):
    def test_dry_run_lists_all_and_needs_no_gpu(self):
        with tempfile.TemporaryDirectory() as folder:
            programs(folder)
            status, output = run("--dry-run", folder)
        self.assertEqual(status, 0, output)
        for wanted in ("memcheck kernels_gpu_test", "racecheck device_test", "initcheck", "synccheck", "task_cost_bench",
                       "--gtest_filter=*Cuda*.*", "bench/results/"):
            self.assertIn(wanted, output)

    def test_one_step_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            programs(folder)
            output = run("--dry-run", "--only", "tests", folder)[1]
        self.assertIn("kernels_gpu_test", output)
        self.assertNotIn("memcheck", output)
        self.assertNotIn("task_cost_bench", output)

    def test_says_that_programs_are_missing(self):
        status, output = run("--dry-run", "/nonexistent")
        self.assertEqual(status, 2)
        self.assertIn("--build", output)

    def test_says_that_there_is_no_gpu(self):
        with tempfile.TemporaryDirectory() as folder:
            programs(folder)
            status, output = run(folder, PATH="/nonexistent")
        self.assertEqual(status, 2)
        self.assertIn("no GPU", output)


if __name__ == "__main__":
    unittest.main()
