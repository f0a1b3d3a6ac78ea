"""scripts/install_packages installs nothing that is there, and names what is missing where it cannot install."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"


def install(table, groups, programs):
    """Runs a copy of the script with its own table; `programs` {name: text} are all that PATH has beside bash."""
    with tempfile.TemporaryDirectory() as root:
        scripts, path = pathlib.Path(root, "scripts"), pathlib.Path(root, "bin")
        scripts.mkdir()
        path.mkdir()
        shutil.copy(SCRIPTS / "install_packages", scripts)
        (scripts / "packages").write_text(table)
        for tool in ("bash", "dirname", "env", "id"):
            (path / tool).symlink_to(shutil.which(tool))
        for name, text in programs.items():
            (path / name).write_text(f"#!/usr/bin/env bash\n{text}\n")
            (path / name).chmod(0o755)
        done = subprocess.run(["bash", scripts / "install_packages", *groups], capture_output=True, text=True,
                              env=dict(os.environ, PATH=str(path)))
        return done.returncode, done.stdout + done.stderr


TABLE = """# a comment
build  here-package   must  command:bash               a shell
build  loom-package   must  command:no_such_loom       a loom
test   fancy-package  may   command:no_such_fancy      decoration
test   snake-package  must  python:no_such_module      a module
"""
AS_ROOT = {"id": "echo 0"}


class InstallPackages(unittest.TestCase):
    def test_without_a_package_manager_it_names_what_is_missing(self):
        status, output = install(TABLE, ["build", "test"], {})
        self.assertEqual(status, 1, output)
        self.assertIn("loom-package", output)
        self.assertIn("snake-package", output)
        self.assertNotIn("here-package", output)

    def test_other_groups_do_not_matter(self):
        status, output = install("build here-package must command:bash a shell\ntest x must command:no_such y\n", ["build"], {})
        self.assertEqual(status, 0, output)

    def test_installs_only_what_is_missing(self):
        status, output = install(TABLE, ["build"], {"apt-get": 'echo "apt-get $*"', **AS_ROOT})
        self.assertIn("install", output)
        self.assertIn("loom-package", output)
        self.assertNotIn("here-package", output)
        self.assertEqual(status, 1, "what is still missing after the installation is an error")

    def test_a_package_that_may_be_missing_only_warns(self):
        status, output = install("test fancy-package may command:no_such decoration\n", ["test"], {"apt-get": "exit 1", **AS_ROOT})
        self.assertEqual(status, 0, output)
        self.assertIn("fancy-package", output)

    def test_a_failed_installation_fails(self):
        status, output = install(TABLE, ["build"], {"apt-get": "exit 100", **AS_ROOT})
        self.assertEqual(status, 1, output)
        self.assertIn("loom-package", output)

    def test_an_unknown_group_is_a_mistake(self):
        self.assertEqual(install(TABLE, ["biuld"], {})[0], 2)


if __name__ == "__main__":
    unittest.main()
