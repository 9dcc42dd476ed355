#!/usr/bin/env python3
"""How much faster int8 is than float on other machines than this one, as a table in Markdown. foreign.sh sets everything up.

    foreign.py --lcc LCC --work DIR [--target aarch64|aarch64-dotprod|wasm32] [--runs N] [NETWORK ..]

For aarch64: millions of instructions of one call, counted under qemu-aarch64 by the plugin count.c. For wasm32: milliseconds of
processor time by node, medians of runs in turns in one process, and the least. NETWORK is a .net file or a name of
tests/zoo/goldens; its weights are random. The int8 networks stay in DIR/int8, as quantised.py has them. README.md says more.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

import numpy

import programs
import quantised
import steps

sys.path.insert(0, os.path.join(programs.ROOT, "tests", "diff"))
import machines  # noqa: E402


def make_plugin(qemu, folder):
    """count.c, compiled for this QEMU; its path."""
    if "-plugin" not in programs.run([qemu, "-h"]):
        raise machines.Missing(f"{qemu} takes no plugins, so that instructions cannot be counted")
    version = int(re.search(r"version (\d+)", programs.run([qemu, "--version"]))[1])
    path = os.path.join(folder, "count.so")
    programs.run(["cc", "-O2", *programs.WARNINGS, "-shared", "-fPIC", f"-DQEMU_INTERFACE={1 if version < 9 else 2}",
                  "-o", path, os.path.join(programs.HERE, "count.c")])
    return path


class Aarch64:
    """Instructions in millions; they are the same in each run."""
    unit, views = "M instructions", [("", statistics.median)]

    def __init__(self, target, folder):
        machine = machines.aarch64(target, None)
        self.cc, qemu = machine.cc, machine.runner[0]
        self.runner = [qemu, "-cpu", "max", "-plugin", make_plugin(qemu, folder)]
        self.weights = ["--storage", "incbin"]  # quicker to compile

    def count(self, program, calls):
        done = subprocess.run([*self.runner, program, str(calls)], capture_output=True, text=True, timeout=programs.TIME_LIMIT)
        found = re.search(r"^instructions: (\d+)$", done.stderr, re.M)
        if done.returncode or not found:
            raise RuntimeError(f"{program} under QEMU: exit {done.returncode}\n{done.stderr[-2000:]}")
        return int(found[1])

    def measure(self, files, runs):
        """What a second call adds."""
        return [[(self.count(file, 2) - self.count(file, 1)) / 1e6] for file in files]


class Wasm32:
    """Processor time by node, whose compiler optimises everything before the first call."""
    unit, views = "ms", [("least ", min), ("median ", statistics.median)]

    def __init__(self, _, folder):
        machine = machines.wasm32(None)
        self.cc = [*machine.cc, "-mexec-model=reactor", "-Wl,--export=prepare,--export=call"]
        self.runner = [*machine.runner[:-1], "--no-liftoff", "--no-wasm-lazy-compilation", os.path.join(programs.HERE, "foreign.js")]
        self.weights = []

    def measure(self, files, runs):
        return json.loads(programs.run([*self.runner, str(runs), *files]))


TARGETS = {"aarch64": Aarch64, "aarch64-dotprod": Aarch64, "wasm32": Wasm32}


def quantise(lcc, arguments, name, work):
    """lcc's arguments for the network in int8, which is made if it is not there or older than lcc."""
    folder = os.path.join(work, "int8")
    stem, crops = os.path.join(folder, name + "_int8"), os.path.join(folder, name + "_crops.npy")
    os.makedirs(folder, exist_ok=True)
    if not quantised.is_newer(stem + ".safetensors", [lcc, arguments[0], quantised.__file__]):
        side = programs.describe(lcc, arguments)["inputs"][0]["shape"][0]
        numpy.save(crops, quantised.cut_images(side)[0])
        quantised.quantise(lcc, arguments, crops, stem, ["--int8-without", "equalisation"])
    return [stem + ".net", "-w", stem + ".safetensors"]


def build(lcc, machine, target, arguments, folder):
    """A program that calls the network; its path."""
    os.makedirs(folder)
    programs.run([lcc, *arguments, "--target", target, "--name", "net", *machine.weights, "-o", "net.c"], cwd=folder)
    with open(os.path.join(folder, "ports.h"), "w", encoding="utf-8") as out:
        out.write(steps.ports_header(programs.describe(lcc, arguments)))
    path = os.path.join(folder, "program")
    programs.run([*machine.cc, "-O2", "-I", ".", "net.c", os.path.join(programs.HERE, "foreign.c"), "-o", path], cwd=folder)
    return path


def measure(options, known, arguments):
    """Cells for float, for int8 and for their ratio: of each target, as it is looked at. And the ratios."""
    cells, ratios = [], []
    for target, machine in known.items():
        with tempfile.TemporaryDirectory() as folder:
            files = [build(options.lcc, machine, target, words, os.path.join(folder, kind)) for kind, words in arguments.items()]
            numbers = machine.measure(files, options.runs)
        for _, look in machine.views:
            floats, int8 = map(look, numbers)
            ratios.append(floats / int8)
            cells += [f"{floats:.2f}", f"{int8:.2f}", f"{ratios[-1]:.2f}"]
    return cells, ratios


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", metavar="NETWORK", nargs="*", default=programs.INT8_NETWORKS)
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--work", required=True, help="where the int8 networks stay")
    parser.add_argument("--target", choices=TARGETS, action="append", help="may be given again; all of them where it is not")
    parser.add_argument("--runs", type=int, default=200, help="of node")
    options = parser.parse_args()
    options.lcc, options.work = os.path.abspath(options.lcc), os.path.abspath(options.work)
    return options


def main():
    options = parse_options()
    with tempfile.TemporaryDirectory() as room:
        try:
            known = {target: TARGETS[target](target, room) for target in options.target or TARGETS}
        except machines.Missing as what:
            print("SKIP: %s" % what)
            sys.exit(machines.SKIPPED)
        rows, ratios = [], []
        for network in options.networks:
            words = [os.path.abspath(network)] if network.endswith(".net") else programs.arguments_of(network)
            name = os.path.splitext(os.path.basename(network))[0]
            cells, found = measure(options, known, {"float": words, "int8": quantise(options.lcc, words, name, options.work)})
            rows.append([name, *cells])
            ratios.append(found)
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    views = [(target, machine.unit, view) for target, machine in known.items() for view, _ in machine.views]
    header = [cell for target, unit, view in views for cell in (f"{target}: {view}float {unit}", "int8", "ratio")]
    means = [cell for column in zip(*ratios) for cell in ("", "", programs.mean_of(column))]
    print(programs.table(["network", *header], [*rows, ["geometric mean", *means]]))


if __name__ == "__main__":
    main()
