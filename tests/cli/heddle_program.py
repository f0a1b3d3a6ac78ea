"""What the tests of the command line share: a way to run heddle in a folder of its own."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HEDDLE = pathlib.Path(sys.argv[1]).resolve()


class HeddleTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="heddle-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def heddle(self, *arguments, expect=0, stdin="", environment=None, folder=None):
        """Runs heddle to its end and checks its exit status."""
        done = subprocess.run([HEDDLE, *map(str, arguments)], cwd=folder or self.folder, input=stdin, text=True,
                              capture_output=True, env={**os.environ, **(environment or {})}, timeout=300)
        self.assertEqual(done.returncode, expect, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments, **options):
        """Standard output of a command with --json, which must be one document and nothing else."""
        return json.loads(self.heddle(*arguments, "--json", **options).stdout)

    def write(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def workflow(self, *tasks, name="w.json"):
        return self.write(name, {"heddle": 1, "name": "w", "tasks": list(tasks)})


def main():
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
