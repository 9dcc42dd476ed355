"""--max-ram: the fastest plan, the smallest one and one between give the same answers, each within its limit.

    test_limits.py --lcc LCC [--target NAME] [--first 0] [--count 0] [--reuse-input] [NET,OPTION,..]..

Three limits for each network, evenly spaced; tests/plan verifies the plans of more. The code of each is compiled with OpenMP and
runs in arenas full of two different bytes between guards, by one thread and by three. Its self-test finds what reads or writes dead memory.
All are held to the reference interpreter. With
--reuse-input the inputs lie in the arena, and the limits count them. Below the smallest arena lcc must refuse, and name it.
"""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from emitted import interpret, largest_error, random_inputs  # noqa: E402
from machines import run  # noqa: E402
from threaded import Threaded, check_networks  # noqa: E402

LIMITS = 3
TOLERANCE = 1e-4


class Network:
    def __init__(self, path, options, arguments, folder):
        self.path, self.folder, self.lcc = path, folder, arguments.lcc
        self.command = [arguments.lcc, path, *options, "--target", arguments.target]
        self.command += ["--reuse-input"] if arguments.reuse_input else []
        self.options = options

    def about(self, *more):
        return json.loads(run([*self.command, *more, "--emit", "json"]))

    def compile(self, name, *more):
        c_file = os.path.join(self.folder, name + ".c")
        run([*self.command, *more, "--name", "model", "--selftest", "-o", c_file])
        return Threaded(c_file, self.about(*more), level="-O1")


def check_refusal(network, least):
    """What is wrong with lcc's answer to a limit that cannot be kept."""
    done = subprocess.run([*network.command, "--max-ram", str(least // 2), "--emit", "json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=600)
    if least >= 2 and (done.returncode != 1 or done.stdout or "the smallest arena has %d" % least not in done.stderr):
        return ["half of the smallest arena is not refused: %s" % done.stderr]
    return []


def check_net(path, options, arguments, folder):
    network = Network(path, options, arguments, folder)
    most, least = network.about()["arena_bytes"], network.about("--max-ram", "min")["arena_bytes"]
    wrong = check_refusal(network, least)
    if least > most:
        wrong.append("min takes %d bytes, and the fastest plan %d" % (least, most))
    inputs = random_inputs(network.about())
    expected = interpret(network.lcc, path, folder, inputs, len(network.about()["outputs"]), options)
    for i in range(LIMITS):
        limit = least + (most - least) * i // (LIMITS - 1)
        model = network.compile("limit%d" % i, *(["--max-ram", str(limit)] if limit else []))
        if model.about["arena_bytes"] > limit:
            wrong.append("limit %d: the arena takes %d" % (limit, model.about["arena_bytes"]))
        failed = model.loaded.model_selftest()
        if failed:
            wrong.append("limit %d: the self-test fails at step %d" % (limit, failed))
        for threads in (1, 3):
            got, whole = model.run_threads(inputs, threads)
            error = largest_error(got, expected)
            if not error <= TOLERANCE:
                wrong.append("limit %d, %d threads: off by %.2e" % (limit, threads, error))
            if not whole:
                wrong.append("limit %d, %d threads: it writes beside the arena" % (limit, threads))
    return wrong


if __name__ == "__main__":
    sys.exit(check_networks(__doc__, check_net))
