#!/usr/bin/env python3
"""schema_test.py HEDDLE SCHEMA DOCUMENTS: heddle's reader and the JSON Schema must agree on so many random documents.

Left out is what a schema cannot say: unique ids, one writer per file, cycles. Exit status 77: the
module jsonschema is missing.
"""
import copy
import json
import random
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)

GOOD_TASK = {
    "id": "a",
    "command": "x 'y z'",
    "stdout": "o/p",
    "inputs": ["in", {"path": "/abs/in", "bytes": 3}],
    "outputs": [{"path": "out", "bytes": 0}],
    "depends": [],
    "seconds": 1.5,
    "gpu_seconds": 0,
    "resources": {"cores": 2, "memory": 10, "gpus": 0, "gpu_memory": 0, "disk": 1, "network": 0.5},
    "place": "n",
    "release": 1.5,
    "retries": 1,
    "timeout": 2.5,
    "cache": False,
    "environment": {"A": "b"},
    "priority": -3,
    "kind": "k",
    "work": {"flops": 1e9, "bytes": 0},
}
STAGES = [
    {"data_parallel": {"first": 0, "last": 8, "grain": 2}},
    {"pipeline": {"tokens": 2, "num_tokens": 4, "stages": [
        {"name": "s", "mode": "serial", "program": "p", "arguments": ["{token}"]}]}},
    {"speculative": {"alternatives": [{"name": "s", "command": "p", "shell": True}]}},
]
ODD_VALUES = [None, True, 0, 1, -1, 1.5, 3.0, 1e300, "", "a", "../a", "a/../b", "/a", "a//b", "./a", "a/", "..a",
              "a\u0000b", "serial", [], ["a"], [1], {}, {"path": "p"}, {"path": "p", "bytes": -1}, {"id": "a"},
              {"A": 1}, {"": "x"}, {"A=B": "x"}, {"cores": 0}]
KEYS = ["heddle", "name", "tasks", "command", "program", "arguments", "shell", "stdout", "path", "bytes", "mode",
        "tokens", "last", "unknown", "pipeline", "data_parallel", "speculative", "environment",
        "place", "release"]


def containers(value):
    yield value
    children = value.values() if isinstance(value, dict) else value
    for child in children:
        if isinstance(child, (dict, list)):
            yield from containers(child)


def mutate(document, rng):
    """Changes, removes or adds one key of one object."""
    target = rng.choice(list(containers(document)))
    if isinstance(target, list):
        target.append(copy.deepcopy(rng.choice(ODD_VALUES)))
    elif target and rng.random() < 0.7:
        key = rng.choice(sorted(target))
        if rng.random() < 0.3:
            del target[key]
        else:
            target[key] = copy.deepcopy(rng.choice(ODD_VALUES))
    else:
        target[rng.choice(KEYS)] = copy.deepcopy(rng.choice(ODD_VALUES))


def corpus(documents):
    task = {"heddle": 1, "name": "n", "tasks": [GOOD_TASK]}
    stages = [{"tasks": [{"id": "a", **stage}]} for stage in STAGES]
    good = [task, *stages, {"tasks": []}, {"tasks": [{"id": "a", "program": "p", "arguments": ["", "x"]}]}]
    yield from good
    rng = random.Random(1)
    for _ in range(documents):
        document = copy.deepcopy(rng.choice(good))
        for _ in range(rng.choice([1, 1, 2])):
            mutate(document, rng)
        yield document


# What the reader refuses for reasons that no schema knows.
BEYOND_SCHEMA = ("comes twice", "reads and writes", "there is no task", "depends on itself", "make them agree",
                 "another task is named", "first is greater", "neither \"workflow\"", "a quotation is not closed",
                 "names no program", "written by task", "has a cycle")


def main(heddle, schema_path, documents):
    with open(schema_path) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    disagreements = accepted = 0
    for document in corpus(int(documents)):
        text = json.dumps(document)
        read = subprocess.run([heddle, "convert", "-", "--to", "dot", "-q"], input=text, text=True,
                              capture_output=True)
        if read.returncode not in (0, 2):
            print(f"exit status {read.returncode}: {text}")
            disagreements += 1
        if any(reason in read.stderr for reason in BEYOND_SCHEMA):
            continue
        errors = list(validator.iter_errors(document))
        accepted += not errors
        if bool(errors) != (read.returncode != 0):
            disagreements += 1
            print(f"schema: {[e.message for e in errors][:2]}\nreader: {read.stderr.strip()}\n  {text}\n")
    print(f"{accepted} documents good for both, {disagreements} disagreements")
    return 1 if disagreements or accepted < int(documents) // 30 else 0


sys.exit(main(*sys.argv[1:]))
