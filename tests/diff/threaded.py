"""Emitted C compiled with OpenMP and run by several threads, its arena between guards, and the networks to do that with.

What test_threads.py and test_targets.py share.
"""

import argparse
import ctypes
import json
import os
import subprocess
import tempfile

import numpy as np

from emitted import ROUNDINGS, largest_error
from machines import WARNINGS, bind, empty_outputs, passed_inputs, precompiled, require_machine, run, write_into
from random_more import write_network

# Threads that wait at a barrier sleep at once. There may be more of them than processors, and other tests beside them: who
# spins takes the time of those that are waited for. OpenMP reads this when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
GUARD = 4096

# Behind the model's C: nothing learned of how long runs took, so that several threads make the next one; and a way to run jobs.
WAYS = """void forget(void);
void last_alone(void *context, model_job job, void *job_context, int threads);

void forget(void) { learned.until = learned.alone = 0; }

void last_alone(void *context, model_job job, void *job_context, int threads) {
    (void)context;
    job(job_context, threads - 1);
}
"""
MOST_FAILURES = 5
POISONS = 0xFF, 0x5A  # as floats: NaN and 1.5e16, which no sum hides; as signed bytes: -1 and 90
TOLERANCE = 1e-5  # of sums in another order


class Threaded:
    """A C file with the prefix `model`, compiled with OpenMP and `words`. `about`: what --emit json says of it. `weights`: the
    file of a model that wants to be bound. `level`: how far the C compiler optimizes. `before`: C in front of the model's. The
    object file stays, as `object`."""

    def __init__(self, c_file, about, words=(), weights=None, level="-O2", before=""):
        c_file = os.path.abspath(c_file)
        path, self.object = ".".join([c_file[:-2], *words, "so"]), ".".join([c_file[:-2], *words, "o"])
        with open(c_file, encoding="utf-8") as code:
            self.shares = "} learned;" in code.read()
        with open(c_file[:-2] + ".ways.c", "w", encoding="utf-8") as out:
            out.write('%s#include "%s"\n%s' % (before, os.path.basename(c_file), WAYS if self.shares else ""))
        words = [level, "-fopenmp", *words, "-fPIC"]
        run(["cc", *words, *precompiled("cc", *words), *WARNINGS, "-c", c_file[:-2] + ".ways.c", "-o", self.object],
            cwd=os.path.dirname(c_file))
        run(["cc", "-fopenmp", "-shared", self.object, "-o", path])
        self.about, self.loaded = about, ctypes.CDLL(path)
        self.loaded.model_version.restype = ctypes.c_char_p
        self.room = bind(self.loaded, "model", weights) if weights else None  # the weights live as long as this

    def target(self):
        return self.loaded.model_version().decode().split(", ")[1]

    def call(self, function, inputs, *first, poison=0xFF):
        """The outputs of an entry point, whose parameters begin with `first`. Before, they are full of the byte `poison`."""
        results = empty_outputs(self.about["outputs"])
        for result in results:
            result.reshape(-1).view(np.uint8)[:] = poison
        passed = [*passed_inputs(self.about, inputs), *results]
        pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in passed]
        getattr(self.loaded, function)(*first, *pointers)
        return results

    def run_poisoned(self, inputs, threads, poison, last_alone=False):
        """The outputs by so many threads, and whether the guards around the arena still stand. It is full of the byte `poison`.
        With `last_alone` the last thread does the parts of all."""
        size = self.about["arena_bytes"] + (threads - 1) * self.about["thread_bytes"]
        room = np.full(size + GUARD + 64, poison, np.uint8)
        start = -room.ctypes.data % 64
        arena = ctypes.c_void_p(room.ctypes.data + start)
        write_into(arena.value, self.about, inputs)
        if self.shares:
            self.loaded.forget()
        if last_alone:
            way = ctypes.cast(self.loaded.last_alone, ctypes.c_void_p)
            results = self.call("model_run_on", inputs, arena, threads, way, None, poison=poison)
        else:
            results = self.call("model_run_threads_in", inputs, arena, threads, poison=poison)
        return results, bool(np.all(room[start + size:] == poison) and np.all(room[:start] == poison))

    def run_threads(self, inputs, threads):
        """The outputs by so many threads, and whether the guards around the arena still stand.

        The network runs twice; before, the arena and the outputs are full of one byte or of another. Code that reads what it
        never wrote, or leaves something of an output as it was, gives two different answers: an error. That holds for elements
        of any type; a NaN in what was never written would show in floats alone."""
        (one, guarded), (other, guarded_too) = (self.run_poisoned(inputs, threads, poison) for poison in POISONS)
        if not same_bits(one, other):
            raise RuntimeError("%d threads: the answer depends on what the memory held before" % threads)
        if self.shares and threads > 1:
            alone, guarded_alone = self.run_poisoned(inputs, threads, POISONS[0], last_alone=True)
            if not same_bits(one, alone) or not guarded_alone:
                raise RuntimeError("%d threads: one of them that does the parts of all gives other bits" % threads)
        return one, guarded and guarded_too


def same_bits(one, other):
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other))


def same_but_for_order(one, other):
    """Whether the outputs differ by no more than sums in another order do."""
    return largest_error(one, other, ROUNDINGS / TOLERANCE) <= TOLERANCE


def threads_agree(about, got, alone):
    """Whether several threads gave one's answer: to the bit, save where they add up a global pool together, in another order."""
    if any(step.get("of_sums") for step in about["steps"]):
        return same_but_for_order(got, alone)
    return same_bits(got, alone)


def add_arguments(parser):
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=0, help="random networks; seeds from 20000 on have newer ops")
    parser.add_argument("nets", nargs="*", help="files, each with its options behind commas: b0.net,-Dresolution=64")


def count_failures(arguments, check_net):
    """Prints what is wrong with the networks; how many have failed, of which five end the test. check_net(path, options, folder)
    gives a list of sentences."""
    failed = 0
    for net in [*arguments.nets, *range(arguments.first, arguments.first + arguments.count)]:
        with tempfile.TemporaryDirectory() as folder:
            path, *options = str(net).split(",")
            try:
                if isinstance(net, int):
                    path = os.path.join(folder, "net.net")
                    with open(path, "w", encoding="utf-8") as out:
                        out.write(write_network(net))
                wrong = check_net(path, options, folder)
            except (RuntimeError, subprocess.SubprocessError) as problem:
                wrong = [str(problem)]
        failed += bool(wrong)
        for sentence in wrong:
            print("%s: %s" % (net, sentence), flush=True)
        if failed == MOST_FAILURES:
            break
    return failed


def check_networks(description, check_net):
    """The main program of a test for one target; its exit status. check_net(path, options, arguments, folder)."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    add_arguments(parser)
    parser.add_argument("--target", default="native")
    parser.add_argument("--reuse-input", action="store_true")
    arguments = parser.parse_args()
    require_machine(arguments.target)
    failed = count_failures(arguments, lambda net, options, folder: check_net(net, options, arguments, folder))
    print("%d networks for %s, %d failed" % (len(arguments.nets) + arguments.count, arguments.target, failed))
    return 1 if failed else 0
