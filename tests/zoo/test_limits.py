#!/usr/bin/env python3
"""Networks of the zoo under --max-ram: five limits from the smallest arena to the fastest plan's, each with PyTorch's logits.

    test_limits.py --lcc PATH [--only NAME] [--target NAME]

Each plan's code runs by one thread and by two, in an arena full of NaNs between guards, and is held to goldens/ as in
test_zoo.py. Its self-test fills what is dead with NaNs before each step, and finds who reads or writes it. Limits that lead to
the same code are tried once.
"""
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
import numpy as np  # noqa: E402
from machines import run  # noqa: E402
from picture import picture  # noqa: E402
from test_zoo import TOLERANCE, ZOO, difference, run_goldens  # noqa: E402
from threaded import Threaded  # noqa: E402

LIMITS = 5


def code_of(c_file):
    """The C without the comment at its head, which holds the limit."""
    with open(c_file) as f:
        return f.read().partition("*/")[2]


def faults(model, image, golden):
    """What is wrong with a plan's code."""
    failed = model.loaded.model_selftest()
    if failed:
        yield "the self-test fails at step %d" % failed
    for threads in (1, 2):
        got, whole = model.run_threads([image], threads)
        off = difference(got[0].reshape(-1).tolist(), golden)
        if not off <= TOLERANCE:
            yield "%d threads: differs by %.1e of the largest logit" % (threads, off)
        if not whole:
            yield "%d threads: it writes beside the arena" % threads


def check(options, name, golden):
    command = [options.lcc, os.path.join(ZOO, golden["net"]), *golden["arguments"], "-D", "logits=true", "--target", options.target]

    def about(*more):
        return json.loads(run([*command, *more, "--emit", "json"]))

    image = np.frombuffer(picture(golden["size"], golden["size"]), np.uint8)
    most, least = about()["arena_bytes"], about("--max-ram", "min")["arena_bytes"]
    good, tried = True, set()
    for i in range(LIMITS):
        limit = least + (most - least) * i // (LIMITS - 1)
        with tempfile.TemporaryDirectory() as folder:
            c_file = os.path.join(folder, "model.c")
            limited = ["--max-ram", str(limit)]
            run([*command, *limited, "--name", "model", "--storage", "file", "--selftest", "-o", c_file])
            code = code_of(c_file)
            if code in tried:
                continue
            tried.add(code)
            model = Threaded(c_file, about(*limited), weights=os.path.join(folder, "model.weights"))
            found = list(faults(model, image, golden))
        arena = model.about["arena_bytes"]
        if arena > limit:
            found.append("its arena takes more")
        good = good and not found
        print("%s %s within %d bytes (%d taken)%s" % ("FAIL" if found else "ok  ", name, limit, arena, ": " * bool(found) + "; ".join(found)),
              flush=True)
    return good


if __name__ == "__main__":
    sys.exit(run_goldens(__doc__, check))
