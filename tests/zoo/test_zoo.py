#!/usr/bin/env python3
"""Compiles networks of the zoo with seeded weights, runs them, and compares the logits with PyTorch's in double precision.

    test_zoo.py --lcc PATH [--target NAME] [--only NAME] [--cc COMPILER]

The answers are in goldens/ (make_goldens.py wrote them). Each logit agrees within 1e-4 of the largest one.
"""
import argparse
import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
from emitted import Model  # noqa: E402
from machines import TIME_LIMIT, require_machine  # noqa: E402
from picture import picture  # noqa: E402

ZOO = os.path.join(HERE, "..", "..", "dsl")
TOLERANCE = 1e-4


def difference(logits, golden):
    """The largest difference from the golden, in units of its largest logit."""
    largest = max(abs(golden["min"]), abs(golden["max"]))
    pairs = [(logits[i], value) for i, value in zip(golden["indices"], golden["values"])]
    pairs += [(min(logits), golden["min"]), (max(logits), golden["max"])]
    pairs += [(sum(logits) / len(logits), golden["sum"] / len(logits))]
    if any(got != got for got in logits):
        return float("nan")
    return max(abs(got - wanted) for got, wanted in pairs) / largest


def check(options, name, golden):
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        network = Model(options.lcc, os.path.join(ZOO, golden["net"]), folder, golden["arguments"] + ["-D", "logits=true"],
                        options.target, options.cc)
        compiled = time.monotonic()
        worst = difference(network.run_bytes(picture(golden["size"], golden["size"])), golden)
    good = worst <= TOLERANCE
    print(f"{'ok  ' if good else 'FAIL'} {name}, {options.target}: differs by {worst:.1e} of the largest logit "
          f"(compiled in {compiled - start:.1f} s, ran in {time.monotonic() - compiled:.1f} s)", flush=True)
    return good


def run_goldens(about, check_one, add_options=lambda parser: None):
    """The program round check_one(options, name, golden), which says whether a network of goldens/ is right; its exit code.
    add_options(parser) adds options of its own."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--target", default="native")
    parser.add_argument("--only")
    parser.add_argument("--cc")
    add_options(parser)
    options = parser.parse_args()
    names = sorted(os.path.basename(path)[:-5] for path in glob.glob(f"{HERE}/goldens/{options.only or '*'}.json"))
    if not names:
        print("no such network")
        return 1
    require_machine(options.target, options.cc)
    failures = 0
    for name in names:
        with open(f"{HERE}/goldens/{name}.json") as f:
            golden = json.load(f)
        signal.alarm(TIME_LIMIT)  # ends the program, also inside of code that does not come back
        try:
            failures += not check_one(options, name, golden)
        except (RuntimeError, subprocess.SubprocessError, OSError) as error:
            print(f"FAIL {name}, {options.target}: {error}")
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_goldens(__doc__, check))
