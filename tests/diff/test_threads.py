#!/usr/bin/env python3
"""Emitted C run by 1, 2, 3 and 7 threads: the same answer as by one, in an arena of just the size that the header says.

    test_threads.py --lcc LCC [--target NAME] [--first N] [--count N] [NET ..]

To the bit, save where threads add up a global pool together: there the order of the sum is another.

Each network (the files, and random ones of random_net.py) is compiled with OpenMP. Every run gets an arena full of NaNs with a
guard behind it, which must stay as it was; the one of a single thread is also held to the reference interpreter. Each number of
threads runs three times, since what goes wrong among threads need not go wrong at once.
"""

import argparse
import ctypes
import json
import os
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import emitted  # noqa: E402
from machines import WARNINGS, empty_outputs, run  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TOLERANCE = 1e-4
GUARD = 4096


class Threaded:
    """A network compiled with OpenMP."""

    def __init__(self, lcc, net, folder, options):
        c_file, library = os.path.join(folder, "model.c"), os.path.join(folder, "model.so")
        run([lcc, net, *options, "--name", "model", "-o", c_file])
        run(["cc", "-O2", "-fopenmp", *WARNINGS, "-shared", "-fPIC", c_file, "-o", library])
        self.about = json.loads(run([lcc, net, *options, "--emit", "json"]))
        self.library = ctypes.CDLL(library)

    def __call__(self, function, inputs, *first):
        results = empty_outputs(self.about["outputs"])
        pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in [*inputs, *results]]
        getattr(self.library, function)(*first, *pointers)
        return results

    def run_threads(self, inputs, threads):
        """The outputs, and whether the guards round the arena still stand."""
        size = self.about["arena_bytes"] + (threads - 1) * self.about["thread_bytes"]
        room = np.full(size + GUARD + 64, 0xFF, np.uint8)
        start = -room.ctypes.data % 64
        results = self("model_run_threads_in", inputs, ctypes.c_void_p(room.ctypes.data + start), threads)
        return results, bool(np.all(room[start + size:] == 0xFF) and np.all(room[:start] == 0xFF))


def answers_differ(model, got, expected):
    if "of sums" in json.dumps(model.about):
        return not emitted.threads_agree(got, expected)
    return any(g.tobytes() != e.tobytes() for g, e in zip(got, expected))


def check_net(net, options, arguments, folder):
    """What is wrong with the network: a list of sentences."""
    options = [*options, "--target", arguments.target]
    model = Threaded(arguments.lcc, net, folder, options)
    inputs = emitted.random_inputs(model.about, 1)
    wrong = []
    alone, _ = model.run_threads(inputs, 1)
    error = emitted.largest_error(alone, emitted.interpret(arguments.lcc, net, folder, inputs, len(alone), options))
    if not error <= TOLERANCE:
        wrong.append("one thread is off by %.2e" % error)
    for threads in (1, 2, 3, 7):
        for _ in range(3):
            got, guarded = model.run_threads(inputs, threads)
            if not guarded:
                wrong.append("%d threads write beside the arena" % threads)
            if answers_differ(model, got, alone):
                wrong.append("%d threads: the answer of one is another" % threads)
    if answers_differ(model, model("model_run", inputs), alone):
        wrong.append("run() gives another answer")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--target", default="native")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=0, help="random networks")
    parser.add_argument("nets", nargs="*", help="files, each with its options behind commas: b0.net,-Dresolution=64")
    arguments = parser.parse_args()
    failed = 0
    for net in [*arguments.nets, *range(arguments.first, arguments.first + arguments.count)]:
        with tempfile.TemporaryDirectory() as folder:
            options = []
            path = os.path.join(folder, "net.net")
            if isinstance(net, int):
                run([sys.executable, os.path.join(HERE, "random_net.py"), str(net), "-o", path])
            else:
                path, *options = net.split(",")
            try:
                wrong = check_net(path, options, arguments, folder)
            except RuntimeError as problem:
                wrong = [str(problem)]
            failed += bool(wrong)
            for sentence in sorted(set(wrong)):
                print("%s: %s" % (net, sentence), flush=True)
    print("%d networks for %s, %d failed" % (len(arguments.nets) + arguments.count, arguments.target, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
