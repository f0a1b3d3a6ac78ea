"""scripts/bench turns the reports of Google Benchmark into rows, and refuses what it does not have."""
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/bench"
LOADER = importlib.machinery.SourceFileLoader("bench", str(SCRIPT))
bench = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", LOADER))
LOADER.exec_module(bench)


def benchmark(name, real_time, aggregate="median", **more):
    return {"name": f"{name}_{aggregate}", "run_name": name, "aggregate_name": aggregate, "real_time": real_time,
            "time_unit": "us", "repetitions": 5, **more}


class Rows(unittest.TestCase):
    def test_names(self):
        self.assertEqual(bench.parse_name("heft/2122"), ("heft", 2122, 1, None))
        self.assertEqual(bench.parse_name("chain/tasks:16384/threads:4/peer:tbb"), ("chain", 16384, 4, "tbb"))
        self.assertEqual(bench.parse_name("overlap/tasks:32/peer:ideal/manual_time"), ("overlap", 32, 1, "ideal"))
        self.assertEqual(bench.parse_name("read"), ("read", None, 1, None))
        self.assertEqual(bench.parse_name("layered/heft/tasks:100/nodes:8"), ("layered/heft/nodes:8", 100, 1, None))

    def test_heddle_and_peers_share_a_row_of_medians(self):
        report = {"benchmarks": [benchmark("heft/100", 9e9, "mean"), benchmark("heft/100", 2500.0),
                                 benchmark("heft/100/peer:other", 5000.0)]}
        self.assertEqual(bench.rows_of("plan", report), [{
            "suite": "plan", "workload": "heft", "size": 100, "threads": 1, "unit": "ms/run", "better": "lower",
            "heddle": 2.5, "peers": {"other": 5.0}, "runs": 5}])

    def test_items_give_time_by_item(self):
        row = bench.rows_of("plan", {"benchmarks": [benchmark("ranks/10", 1.0, items_per_second=1e8, label="items are edges")]})[0]
        self.assertEqual((row["heddle"], row["unit"]), (10.0, "ns/edge"))

    def test_an_error_of_a_benchmark_is_an_error(self):
        report = {"benchmarks": [benchmark("heft/1", 0.0, error_occurred=True, error_message="no file")]}
        with self.assertRaisesRegex(SystemExit, "no file"):
            bench.rows_of("plan", report)


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
