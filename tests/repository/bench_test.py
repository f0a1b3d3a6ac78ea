"""scripts/bench turns the reports of Google Benchmark into rows, and refuses what it does not have."""
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/bench"
LOADER = importlib.machinery.SourceFileLoader("bench", str(SCRIPT))
bench = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", LOADER))
LOADER.exec_module(bench)


def benchmark(name, *times, **more):
    """What Google Benchmark reports of its runs, in any order, and of their mean."""
    runs = [{"name": name, "run_name": name, "run_type": "iteration", "repetition_index": index, "real_time": time,
             "time_unit": "us", **more} for index, time in enumerate(times)]
    mean = {"name": f"{name}_mean", "run_name": name, "run_type": "aggregate", "aggregate_name": "mean", "real_time": 9e9,
            "time_unit": "us"}
    return [*(reversed(runs) if "peer" in name else runs), mean]


def rows_of(*benchmarks):
    return bench.rows_of("plan", {"benchmarks": sum(benchmarks, [])})


class Names(unittest.TestCase):
    def test_parts(self):
        self.assertEqual(bench.parse_name("heft/2122"), ("heft", 2122, 1, None))
        self.assertEqual(bench.parse_name("chain/tasks:16384/threads:4/peer:tbb"), ("chain", 16384, 4, "tbb"))
        self.assertEqual(bench.parse_name("overlap/tasks:32/peer:ideal/manual_time"), ("overlap", 32, 1, "ideal"))
        self.assertEqual(bench.parse_name("read"), ("read", None, 1, None))
        self.assertEqual(bench.parse_name("layered/heft/tasks:100/nodes:8"), ("layered/heft/nodes:8", 100, 1, None))

    def test_how_it_is_measured_is_no_part_of_the_workload(self):
        self.assertEqual(bench.parse_name("metg_fft/width:8/threads:2/peer:tbb/iterations:1/manual_time"),
                         ("metg_fft", 8, 2, "tbb"))
        self.assertEqual(bench.parse_name("quality_montage/ms:300/threads:1/iterations:1/repeats:1/real_time"),
                         ("quality_montage", 300, 1, None))

    def test_all_of_a_row_are_measured_together(self):
        names = ["heft/10/threads:1", "heft/10/threads:2", "heft/10/threads:1/peer:tbb", "heft/100/threads:1"]
        with tempfile.NamedTemporaryFile("w", suffix="_bench", delete=False) as program:
            program.write("#!/bin/sh\n" + "".join(f"echo {name}\n" for name in names))
        self.addCleanup(os.remove, program.name)
        os.chmod(program.name, 0o755)
        self.assertEqual(list(bench.names_by_row(pathlib.Path(program.name))),
                         [[names[0], names[2]], [names[1]], [names[3]]])

    def test_quick_leaves_long_searches_out(self):
        self.assertTrue(bench.is_quick("quality_montage/ms:1000/threads:1"))
        self.assertFalse(bench.is_quick("quality_montage/ms:3000/threads:1"))
        self.assertTrue(bench.is_quick("heft/100000"))


class Rows(unittest.TestCase):
    def test_heddle_and_peers_share_a_row_of_medians(self):
        rows = rows_of(benchmark("heft/100", 2500.0, 2600.0, 2000.0), benchmark("heft/100/peer:other", 5000.0, 5200.0, 1000.0))
        self.assertEqual(rows, [{
            "suite": "plan", "workload": "heft", "size": 100, "threads": 1, "unit": "ms/run", "better": "lower",
            "heddle": 2.5, "peers": {"other": 5.0}, "runs": 3, "ratio": {"other": {"median": 0.5}}}])

    def test_items_give_time_by_item(self):
        row = rows_of(benchmark("ranks/10", 1.0, items_per_second=1e8, label="items are edges"))[0]
        self.assertEqual((row["heddle"], row["unit"]), (10.0, "ns/edge"))

    def test_a_peer_alone_has_no_ratio(self):
        row = rows_of(benchmark("heft/1/peer:other", *[5.0] * 12))[0]
        self.assertEqual((row["heddle"], row["peers"], row["ratio"]), (None, {"other": 0.005}, {}))

    def test_an_error_of_a_benchmark_is_an_error(self):
        with self.assertRaisesRegex(SystemExit, "no file"):
            rows_of(benchmark("heft/1", 0.0, error_occurred=True, error_message="no file"))


class Kernels(unittest.TestCase):
    # As nvcc 13 and c++filt write it.
    TEXT = """ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'void heddle::kernels::(anonymous namespace)::walk<8, unsigned int>(heddle::work<unsigned int>, bool)' for 'sm_90'
ptxas info    : Function properties for void heddle::kernels::(anonymous namespace)::walk<8, unsigned int>(heddle::work<unsigned int>, bool)
    16 bytes stack frame, 24 bytes spill stores, 32 bytes spill loads
ptxas info    : Used 128 registers, used 1 barriers, 8192 bytes smem
ptxas info    : Compiling entry function 'void cub::sort<int>(int*)' for 'sm_90'
ptxas info    : Used 40 registers, used 0 barriers
ptxas info    : Compiling entry function 'heddle::kernels::fill(int*)' for 'sm_90'
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 12 registers, used 0 barriers
"""

    def test_what_the_compiler_gave_is_a_row(self):
        rows = {row["workload"]: row["heddle"] for row in bench.kernel_rows("search", self.TEXT)}
        self.assertEqual(rows, {
            "kernel_registers/walk<8, unsigned int>": 128, "kernel_shared/walk<8, unsigned int>": 8192,
            "kernel_spilled/walk<8, unsigned int>": 24, "kernel_registers/fill": 12, "kernel_shared/fill": 0,
            "kernel_spilled/fill": 0})

    def test_every_kernel_file_belongs_to_a_suite(self):
        files = {path.stem for path in (bench.ROOT / "kernels").glob("*.cu")}
        self.assertEqual(files, {name for names in bench.KERNELS.values() for name in names})


class Statistics(unittest.TestCase):
    def test_the_interval_is_two_of_the_values(self):
        # P(at most k of n fair coins show heads) <= 2.5 % for k = 0 of 6, 1 of 11, 2 of 12, 5 of 20
        self.assertEqual(bench.interval_of_median([3, 1, 6, 2, 5, 4]), (1, 6))
        self.assertEqual(bench.interval_of_median(range(1, 12)), (2, 10))
        self.assertEqual(bench.interval_of_median(range(1, 13)), (3, 10))
        self.assertEqual(bench.interval_of_median(range(1, 21)), (6, 15))

    def test_few_values_have_no_interval(self):
        self.assertIsNone(bench.interval_of_median([1, 2, 3, 4, 5]))
        self.assertEqual(bench.verdict_of(bench.ratio_of([1] * 5, [2] * 5)), "unknown")

    def test_the_interval_holds_the_median_95_times_of_100(self):
        random.seed(1)
        held = 0
        for _ in range(4000):
            low, high = bench.interval_of_median([random.lognormvariate(0, 1) for _ in range(12)])
            held += low <= 1 <= high
        self.assertGreater(held / 4000, 0.95)  # 96.1 % are expected
        self.assertLess(held / 4000, 0.975)

    def test_runs_are_paired(self):
        # The machine slows down meanwhile: each alone varies by a factor of 12, their ratio hardly at all.
        theirs = [float(run) for run in range(1, 13)]
        ours = [0.9 * time + 0.001 * run for run, time in enumerate(theirs)]
        ratio = bench.ratio_of(ours, theirs)
        self.assertAlmostEqual(ratio["median"], 0.9, places=2)
        self.assertLess(ratio["high"] - ratio["low"], 0.001)

    def test_pairs_are_of_the_same_repetition(self):
        row = rows_of(benchmark("heft/1", *range(1, 13)), benchmark("heft/1/peer:other", *range(2, 26, 2)))[0]
        self.assertEqual(row["ratio"], {"other": {"median": 0.5, "low": 0.5, "high": 0.5}})

    def test_verdicts(self):
        for ours, wanted in ((9.0, "ahead"), (11.0, "behind"), (10.0, "level")):
            self.assertEqual(bench.verdict_of(bench.ratio_of([ours] * 12, [10.0] * 12)), wanted)
        for ours in ([9.0] * 9 + [11.0] * 3, [11.0] * 9 + [9.0] * 3):
            self.assertEqual(bench.verdict_of(bench.ratio_of(ours, [10.0] * 12)), "level")

    def test_two_outliers_of_twelve_change_no_verdict(self):
        self.assertEqual(bench.verdict_of(bench.ratio_of([9.0] * 10 + [90.0] * 2, [10.0] * 12)), "ahead")

    def test_the_verdict_is_printed(self):
        row = rows_of(benchmark("heft/1", *[9.0] * 12), benchmark("heft/1/peer:other", *[10.0] * 12))[0]
        self.assertEqual(bench.text_of_peer(row, "other"), "other 0.01 (0.9, 0.9 to 0.9: ahead)")


class Programs(unittest.TestCase):
    def test_applications_on_cpus_need_no_nvcc(self):
        with unittest.mock.patch("shutil.which", return_value=None), contextlib.redirect_stderr(io.StringIO()) as told:
            self.assertEqual(bench.programs_of("apps"), ["applications_bench"])
            self.assertEqual(bench.programs_of("device"), [])
        self.assertIn("apps/cholesky_bench: left out", told.getvalue())


class CommandLine(unittest.TestCase):
    def refuses(self, suite, reason):
        done = subprocess.run([sys.executable, SCRIPT, suite], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn(reason, done.stderr)

    def test_unknown_and_later_suites(self):
        self.refuses("knitting", "no suite knitting")
        self.refuses("net", "not in this version yet: net")


if __name__ == "__main__":
    unittest.main()
