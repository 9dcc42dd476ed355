#!/usr/bin/env python3
"""Emitted C run by 1, 2, 3 and 7 threads: the same answer as by one, in an arena of just the size that the header says.

    test_threads.py --lcc LCC [--target NAME] [--first N] [--count N] [NET ..]

To the bit, save where threads add up a global pool together: there the order of the sum is another.

Each network (the files, and random ones of random_net.py) is compiled with OpenMP. Every run is made twice, in arenas full of two
different bytes, and must give the same answer; the guards around the arena must stay as they were. The answer of a single thread
is also held to the reference interpreter. Each number of threads runs three times, since what goes wrong among threads need not
go wrong at once.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import emitted  # noqa: E402
from machines import run  # noqa: E402
from threaded import Threaded, check_networks, threads_agree  # noqa: E402

TOLERANCE = 1e-4
BF16_TOLERANCE = 2e-2  # an input close to the middle of two bfloat16s may round to the other one


def check_net(net, options, arguments, folder):
    """What is wrong with the network: a list of sentences."""
    command = [arguments.lcc, net, *options, "--target", arguments.target]
    c_file = os.path.join(folder, "model.c")
    run([*command, "--name", "model", "-o", c_file])
    about = json.loads(run([*command, "--emit", "json"]))
    model = Threaded(c_file, about, level="-O1")
    inputs = emitted.random_inputs(about, 1)
    wrong = set()
    alone, _ = model.run_threads(inputs, 1)
    error = emitted.largest_error(alone, emitted.interpret(arguments.lcc, net, folder, inputs, len(alone), options))
    if not error <= (BF16_TOLERANCE if "--dtype=bf16" in options else TOLERANCE):
        wrong.add("one thread is off by %.2e" % error)
    for threads in (1, 2, 3, 7):
        for _ in range(3):
            got, guarded = model.run_threads(inputs, threads)
            if not guarded:
                wrong.add("%d threads write beside the arena" % threads)
            if not threads_agree(about, got, alone):
                wrong.add("%d threads: the answer of one is another" % threads)
    if not threads_agree(about, model.call("model_run", inputs), alone):
        wrong.add("run() gives another answer")
    return sorted(wrong)


if __name__ == "__main__":
    sys.exit(check_networks(__doc__, check_net))
