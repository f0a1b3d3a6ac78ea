"""Observers that are off cost at most two instructions a task; ten in rows with conditions, which look for them.

instructions_test.py WITH WITHOUT: the program count_rows of two builds, with observers and without. Counts by callgrind,
which finds the same number each time; what is there beside the tasks is taken out by the difference of two runs.
"""
import re
import shutil
import subprocess
import sys

TASKS, FEW_RUNS, MANY_RUNS = 100_000, 1, 4
MOST_MORE = {"chain": 2.0, "wavefront": 2.0, "loop": 10.0}


def instructions(program, shape, runs):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                           program, shape, str(TASKS), str(runs)], capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"instructions_test: {program}: {done.stderr}")
    return int(found[1])


def instructions_of_task(program, shape):
    more = instructions(program, shape, MANY_RUNS) - instructions(program, shape, FEW_RUNS)
    return more / (MANY_RUNS - FEW_RUNS) / TASKS


def main():
    if not shutil.which("valgrind"):
        print("instructions_test: no valgrind (Debian: valgrind), hence nothing is counted")
        return 77
    is_wrong = False
    for shape, most_more in MOST_MORE.items():
        off, out = (instructions_of_task(program, shape) for program in sys.argv[1:3])
        print(f"{shape:9}  instructions a task: observers off {off:.1f}, compiled out {out:.1f}")
        is_wrong |= off > out + most_more
    return int(is_wrong)


sys.exit(main())
