#!/usr/bin/env python3
"""Networks of the zoo under --max-ram: the fastest plan and the smallest one give PyTorch's logits.

    test_limits.py --lcc PATH [--only NAME] [--target NAME] [--limits 2]

--limits: how many limits are tried, evenly spaced from the smallest arena to the fastest plan's. Each plan's code runs by one
thread and by two, in an arena full of NaNs between guards, and is held to goldens/ as in test_zoo.py. Its self-test fills dead
memory with NaNs before each step, and finds who reads or writes it. A limit that the plan for a larger one keeps within is not
tried again.
"""
import json
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
import numpy as np  # noqa: E402
from machines import run  # noqa: E402
from picture import picture  # noqa: E402
from test_zoo import TOLERANCE, ZOO, difference, run_goldens  # noqa: E402
from threaded import Threaded  # noqa: E402


def arena_of(c_file):
    """What the header says: arena_bytes and thread_bytes, as in --emit json."""
    with open(c_file[:-1] + "h", encoding="utf-8") as f:
        text = f.read()
    found = {key: re.search(r"#define MODEL_%s (\d+)" % key.upper(), text) for key in ("arena_bytes", "thread_bytes")}
    return {key: int(value.group(1)) if value else 0 for key, value in found.items()}


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
    fastest, least = about(), about("--max-ram", "min")["arena_bytes"]
    most = arena = fastest["arena_bytes"]
    good = True
    for i in reversed(range(options.limits)):
        limit = least + (most - least) * i // (options.limits - 1)
        if i < options.limits - 1 and arena <= limit:
            continue
        with tempfile.TemporaryDirectory() as folder:
            c_file = os.path.join(folder, "model.c")
            run([*command, "--max-ram", str(limit), "--name", "model", "--storage", "file", "--selftest", "-o", c_file])
            model = Threaded(c_file, {**fastest, **arena_of(c_file)}, weights=os.path.join(folder, "model.weights"), level="-O1")
            found = list(faults(model, image, golden))
        arena = model.about["arena_bytes"]
        if arena > limit:
            found.append("its arena takes more")
        good = good and not found
        print("%s %s within %d bytes (%d taken)%s" % ("FAIL" if found else "ok  ", name, limit, arena, ": " * bool(found) + "; ".join(found)),
              flush=True)
    return good


if __name__ == "__main__":
    sys.exit(run_goldens(__doc__, check, lambda parser: parser.add_argument("--limits", type=int, default=2)))
