#!/usr/bin/env python3
"""Random networks on a board in QEMU, all in one program, against the reference interpreter.

    test_random.py BOARD [--int] [--first N] [--count N] [--keep DIR]

Floats: half of the networks are those of ../diff/random_net.py, half those of random_more.py; each channel must agree within
1e-4 of its largest value, as emitted.largest_error() judges. --int: quantised networks (random_int.py), byte for byte, and those
of edges.py. The
networks take turns in how far the C compiler optimizes and in lcc's options. Each is run twice, on two inputs, in an arena that
is full of other bytes each time. Those that fail are listed.
"""
import argparse
import json
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
import emitted  # noqa: E402
import random_int  # noqa: E402
import random_more  # noqa: E402
from board import BOARDS, Network, require_board, run_networks  # noqa: E402
from edges import EDGES, write_edges  # noqa: E402
from machines import run  # noqa: E402

TOLERANCE = 1e-4
RUNS = 2
LEVELS = ["-O0", "-Os", "-O2", "-O3"]  # these and the options have no common factor: each meets each
OPTIONS = {True: [[], ["--max-ram", "min"], ["--keep-dead"], ["--reuse-input"], ["--max-ram", "min", "--reuse-input", "--keep-dead"]],
           False: [[], ["--max-ram", "min"], ["--keep-dead", "--reuse-input"], ["--weights-dtype", "f16"],
                   ["--weights-dtype", "f16", "--max-ram", "min"]]}

# Seeds that have found faults, which are always tried: how far the compiler optimizes, without options for lcc.
FOUND = {random_int.FIRST + 223: "-O2", random_int.FIRST + 273: "-O3"}
EDGE = 90000  # the first seed of the networks of edges.py
MOST = 31  # networks in a program: one board has 8 MB of flash


class Sample:
    """One random network with its options, compiled by lcc in `folder`; `net` is for the board."""

    def __init__(self, lcc, target, number, seed, folder):
        self.lcc, self.seed, self.folder = lcc, seed, folder
        options = OPTIONS[seed >= random_int.FIRST]
        self.options, self.level = options[number % len(options)], LEVELS[number % len(LEVELS)]
        if seed in FOUND:
            self.options, self.level = [], FOUND[seed]
        name = "n%d" % seed
        self.source, self.weights = os.path.join(folder, name + ".net"), []
        if seed >= EDGE:
            self.weights = ["-w", os.path.join(folder, name + ".safetensors")]
            write_edges(seed - EDGE, self.source, self.weights[1])
        else:
            with open(self.source, "w", encoding="utf-8") as out:
                out.write(random_more.write_network(seed))
        c_file = os.path.join(folder, name + ".c")
        words = [lcc, self.source, *self.weights, *self.options, "--target", target]
        run([*words, "--name", name, "-o", c_file])
        about = json.loads(run([*words, "--emit", "json"]))
        inputs = [emitted.random_inputs(about, RUNS * seed + turn) for turn in range(RUNS)]
        self.net = Network(name, c_file, about, inputs, [self.level])

    def __str__(self):
        return "seed %d, %s" % (self.seed, " ".join([*self.options, self.level]))

    def error(self):
        """The largest error of what the board said."""
        words = self.weights + (["--weights-dtype", "f16"] if "f16" in self.options else [])
        worst = 0.0
        for inputs, outputs in zip(self.net.inputs, self.net.outputs, strict=True):
            expected = emitted.interpret(self.lcc, self.source, self.folder, inputs, len(outputs), words)
            worst = max(worst, emitted.largest_error(outputs, expected))
        return worst


def run_all(board, samples, folder):
    """Runs the networks in one program; if that fails, one by one. Returns what is wrong with each that has no answer."""
    try:
        run_networks(board, [s.net for s in samples], os.path.join(folder, "all"))
        return {}
    except RuntimeError as problem:
        print("all in one program: %s" % str(problem)[-2000:])
    wrong = {}
    for s in samples:
        try:
            run_networks(board, [s.net], os.path.join(folder, s.net.name))
        except RuntimeError as problem:
            wrong[s] = str(problem)
    return wrong


def seeds_of(arguments):
    if arguments.int:
        seeds = [random_int.FIRST + arguments.first + i for i in range(arguments.count)]
        return [*seeds, *(seed for seed in FOUND if seed not in seeds), *range(EDGE, EDGE + EDGES)]
    return [(random_more.FIRST if i % 2 else 0) + arguments.first + i // 2 for i in range(arguments.count)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("board", choices=BOARDS)
    parser.add_argument("--int", action="store_true", help="quantised networks")
    parser.add_argument("--first", type=int, default=0, help="counted from the generator's first seed")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--keep", help="a folder for the networks that fail")
    arguments = parser.parse_args()
    require_board(arguments.board)
    board, lcc, wrong, worst = BOARDS[arguments.board], os.environ["LCC"], {}, 0.0
    with tempfile.TemporaryDirectory() as folder:
        samples = []
        for number, seed in enumerate(seeds_of(arguments)):
            samples.append(Sample(lcc, board.target, number, seed, folder))
        for i in range(0, len(samples), MOST):
            wrong.update(run_all(board, samples[i:i + MOST], os.path.join(folder, "programs_%d" % i)))
        for s in samples:
            if s not in wrong:
                error = s.error()
                if error <= TOLERANCE:
                    worst = max(worst, error)
                else:
                    wrong[s] = "off by %.2e of the channel's largest value" % error
        for s, why in wrong.items():
            print("%s: %s" % (s, why[-3000:]))
            if arguments.keep:
                os.makedirs(arguments.keep, exist_ok=True)
                shutil.copy(s.source, arguments.keep)
    print("%d networks on %s (%s), %d failed, largest error of the others %.2e; %.1f million instructions" % (
        len(samples), arguments.board, board.target, len(wrong), worst, sum(sum(s.net.instructions) for s in samples) / 1e6))
    for level in LEVELS:
        depths = [max(s.net.stack, default=0) for s in samples if s.level == level]
        print("deepest stack at %s: %d bytes" % (level, max(depths, default=0)))
    return 1 if wrong or not samples else 0


if __name__ == "__main__":
    sys.exit(main())
