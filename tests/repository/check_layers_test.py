"""scripts/check_layers accepts what the rooms allow and refuses, by name, everything else."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/check_layers"


def check(files):
    """Runs the script over a tree of {path: text}; returns exit status and output."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class CheckLayers(unittest.TestCase):
    def refuses(self, path, text, reason):
        status, output = check({path: text})
        self.assertEqual(status, 1, output)
        self.assertIn(path, output)
        self.assertIn(reason, output)

    def accepts(self, path, text):
        self.assertEqual(check({path: text})[0], 0, check({path: text})[1])

    def test_accepts_what_the_rooms_allow(self):
        self.accepts("src/plan/a.cpp", '#include <heddle/cost/x.hpp>\n#include "src/plan/y.hpp"\n#include <fmt/core.h>\n')
        self.accepts("src/topology/a.cpp", "#include <hwloc.h>\n#include <cuda_runtime_api.h>\n")
        self.accepts("kernels/a.cu", '#include "kernels/group.hpp"\n#include <heddle/base/x.hpp>\n')
        self.accepts("include/heddle/heddle.hpp", "#include <heddle/run/engine.hpp>\n")

    def test_refuses_a_room_that_another_may_not_use(self):
        self.refuses("src/workflow/a.cpp", "#include <heddle/topology/machine.hpp>\n", "workflow must not include topology")
        self.refuses("src/plan/a.cpp", '#include "src/run/worker.hpp"\n', "plan must not include run")
        self.refuses("include/heddle/base/a.hpp", "  #  include <heddle/trace/x.hpp>\n", "base must not include trace")
        self.refuses("kernels/a.hpp", "#include <heddle/plan/x.hpp>\n", "kernels must not include plan")

    def test_refuses_hidden_libraries_in_public_headers(self):
        for hidden in ("fmt/core.h", "nlohmann/json.hpp", "simdjson.h", "hwloc.h", "hwloc/cudart.h", "cuda_runtime.h",
                       "cuda_runtime_api.h", "mpi.h", "CLI/CLI.hpp", "kernels/x.hpp", "src/run/x.hpp"):
            with self.subTest(hidden):
                self.refuses("include/heddle/run/a.hpp", f"#include <{hidden}>\n", "a public header must not include")

    def test_refuses_unknown_rooms(self):
        self.refuses("src/util/a.cpp", "", "lies in no room")
        self.refuses("include/heddle/misc/a.hpp", "", "lies in no room")
        self.refuses("src/a.cpp", "", "lies in no room")

    def test_refuses_relative_paths_upwards(self):
        self.refuses("src/plan/a.cpp", '#include "../cost/x.hpp"\n', "must not include ../cost/x.hpp")

    def test_refuses_a_tree_without_sources(self):
        self.assertEqual(check({"README.md": ""})[0], 1)


if __name__ == "__main__":
    unittest.main()
