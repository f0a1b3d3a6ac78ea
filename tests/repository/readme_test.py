"""The examples of the README compile, run and print what it says. They run in their order, in one empty folder.

The first word after the fence says what a block is; heddle is installed and in PATH:
  cpp           with `int main`: compiled, linked by pkg-config and run; without: not touched
  sh            run; a block that starts with "# not run here" is not
  ANY file=NAME written to NAME, for the blocks that follow (a cpp block is then not run)
  text          the output of the block before: its lines must come in that order, numbers may differ, and a
                line "..." stands for anything
"""
import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

SKIPPED = 77
FENCE = re.compile(r"^```(\S+)([^\n]*)\n(.*?)^```\s*$", re.M | re.S)
NUMBER = re.compile(r"\d[\d.,]*(?:e[+-]?\d+)?")


def blocks_of(markdown):
    """(line, language, file name or None, text) of every fenced block."""
    for match in FENCE.finditer(markdown):
        named = re.search(r"\bfile=(\S+)", match[2])
        yield markdown[: match.start()].count("\n") + 1, match[1], named and named[1], match[3]


def loosely(line):
    return " ".join(NUMBER.sub("#", line).split())


def missing_line(expected, actual):
    """The first expected line that does not follow in the actual output, or None."""
    rest = iter([loosely(line) for line in actual.splitlines()])
    for line in expected.splitlines():
        wanted = loosely(line)
        if wanted not in ("", "...") and wanted not in rest:
            return line
    return None


class Reader:
    """Goes through the blocks as a new user would."""

    def __init__(self, folder, prefix, compiler):
        self.folder = folder
        self.compiler = compiler
        self.environment = dict(os.environ, NO_COLOR="1")
        self.environment["PATH"] = f"{prefix / 'bin'}:{os.environ['PATH']}"
        libraries = next(prefix.glob("lib*/**/heddle.pc")).parent.parent
        self.environment["PKG_CONFIG_PATH"] = str(libraries / "pkgconfig")
        self.environment["LD_LIBRARY_PATH"] = str(libraries)
        self.environment["CMAKE_PREFIX_PATH"] = str(prefix)
        self.output = ""
        self.ran = 0

    def run(self, line, script):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(f"---- README.md:{line}\n{done.stdout}", end="")
        if done.returncode != 0:
            sys.exit(f"README.md:{line}: exit status {done.returncode}")
        self.output = done.stdout
        self.ran += 1

    def compile_and_run(self, line, text):
        source = pathlib.Path(self.folder, f"readme_{line}.cpp")
        source.write_text(text)
        program = source.with_suffix("")
        flags = "$(pkg-config --cflags --libs heddle)"
        self.run(line, f"{shlex.quote(self.compiler)} -std=c++20 {source} -o {program} {flags}\n{program}")

    def read(self, line, language, file_name, text):
        if file_name:
            pathlib.Path(self.folder, file_name).write_text(text)
        elif language == "cpp" and "int main" in text:
            self.compile_and_run(line, text)
        elif language == "sh" and not text.startswith("# not run here"):
            self.run(line, text)
        elif language == "text" and (lost := missing_line(text, self.output)) is not None:
            sys.exit(f"README.md:{line}: the output has no line like: {lost}")


def main():
    parser = argparse.ArgumentParser()
    for option in ("--readme", "--cmake", "--build", "--compiler"):
        parser.add_argument(option, required=True)
    options = parser.parse_args()
    readme = pathlib.Path(options.readme)
    if not readme.exists():
        print(f"skipped: {readme} does not exist")
        return SKIPPED
    with tempfile.TemporaryDirectory() as top:
        prefix, folder = pathlib.Path(top, "prefix"), pathlib.Path(top, "folder")
        folder.mkdir()
        subprocess.run([options.cmake, "--install", options.build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
        reader = Reader(folder, prefix, options.compiler)
        for block in blocks_of(readme.read_text()):
            reader.read(*block)
    print(f"README.md: {reader.ran} examples ran")
    return 0


if __name__ == "__main__":
    sys.exit(main())
