"""scripts/plot_quality draws the rows of quality, and says what is wrong with others."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/plot_quality"
ROWS = [{"workload": "quality_montage", "size": size, "heddle": 1 + 1 / size, "peers": {"portfolio": 1.5}}
        for size in (1000, 100)]


def has_matplotlib():
    return subprocess.run([sys.executable, "-c", "import matplotlib"], capture_output=True).returncode == 0


class PlotQuality(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def plot(self, rows, name="plot.svg"):
        (self.folder / "rows.json").write_text(json.dumps({"rows": rows}))
        return subprocess.run([sys.executable, SCRIPT, self.folder / "rows.json", self.folder / name],
                              capture_output=True, text=True)

    @unittest.skipUnless(has_matplotlib(), "Matplotlib is not installed")
    def test_draws_a_curve_for_each(self):
        done = self.plot(ROWS)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("<svg", (self.folder / "plot.svg").read_text())

    @unittest.skipUnless(has_matplotlib(), "Matplotlib is not installed")
    def test_says_where_it_cannot_write(self):
        for name in ("no-folder/plot.svg", "plot.unknown"):
            done = self.plot(ROWS, name)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, f"^plot_quality: .*{name}: ")

    def test_needs_rows_of_quality(self):
        done = self.plot([{"workload": "moves_104", "size": 104, "heddle": 1, "peers": {}}])
        self.assertEqual(done.returncode, 1)
        self.assertIn("quality_", done.stderr)

    def test_needs_a_document_of_rows(self):
        done = subprocess.run([sys.executable, SCRIPT, self.folder / "none.json", "p.svg"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("none.json", done.stderr)


if __name__ == "__main__":
    unittest.main()
