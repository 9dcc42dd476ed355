#!/usr/bin/env python3
"""Compares found.net with networks that are scaled by hand to the same limits, and prints the table of README.md.

    python3 compare.py [--data DIR] [--work FOLDER] [--epochs 4] [-j 2] > table.md

Each of the families in HAND is taken at three widths, as many units of its table as keep within the limits. All are trained
alike, by score.py, and counted once on the test images, through the C that lcc writes for this machine, as floats and as int8.
FOLDER keeps the networks and their weights: what is there is not trained again. Needs what score.py needs, and cc and zlib.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy

from network import LCC, fashion

HERE = Path(__file__).resolve().parent
FASHION = HERE.parent / "fashion"
LIMITS = ["--target", "cortex-m4", "--max-ram", "48K", "--max-flash", "96K"]
SAMPLES = 500  # training images that the scales of int8 are chosen for
HAND = [  # the file, the family's name, the units of its table
    ("hand_v2.net", "MobileNetV2", 17),
    ("hand_v3_small.net", "MobileNetV3-Small", 11),
    ("hand_shufflenet_v2.net", "ShuffleNetV2", 16),
]
WIDTHS = [0.25, 0.35, 0.5]


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"{' '.join(str(c) for c in command)}\nfails with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def put(net, text):
    """Writes the network, and removes the weights of another one that stood there."""
    if not net.exists() or net.read_text(encoding="utf-8") != text:
        net.write_text(text, encoding="utf-8")
        net.with_suffix(".safetensors").unlink(missing_ok=True)


@dataclass
class Network:
    name: str
    net: Path             # in the work folder
    all_units: int = 0    # of a family's table; 0: it was found
    units: int = 0        # how many keep the limits; 0: none does
    whole: int = 0        # bytes of flash with all units


class Comparison:
    def __init__(self, options):
        self.data, self.epochs, self.work = options.data, options.epochs, Path(options.work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.samples = self.work / "samples.npy"
        images, _ = fashion.load(self.data, "train")
        numpy.save(self.samples, images[:SAMPLES].unsqueeze(-1).numpy())
        self.few = self.work / "few.npy"  # enough for sizes, which do not depend on the samples
        numpy.save(self.few, images[:8].unsqueeze(-1).numpy())

    def int8(self, net):
        """lcc's command for the trained network in int8."""
        return [LCC, net, "-w", net.with_suffix(".safetensors"), "--dtype", "int8", "--calibrate", self.samples]

    def flash(self, net, *options):
        """The flash of the network with these options in bytes, and whether it keeps the limits."""
        done = subprocess.run([LCC, net, "--dtype", "int8", "--calibrate", self.few, *LIMITS, "--emit", "json", *options],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout)["flash"]["bytes"], True
        over = re.search(r"--max-flash \d+: the least that was found is (\d+)", done.stderr)
        if not over and "no plan that keeps within" not in done.stderr:
            sys.exit(done.stderr)
        return over and int(over[1]), False

    def hand_scaled(self, file, family, all_units):
        """The networks of a family in the work folder, one for each width: as many units as keep the limits."""
        for width in WIDTHS:
            network = Network(f"{family} {width}", self.work / f"{Path(file).stem}_{width}.net", all_units)
            for units in range(all_units, 0, -1):
                options = ["-D", f"width={width}", "-D", f"units={units}"]
                flash, fits = self.flash(HERE / file, *options)
                if units == all_units:
                    network.whole = flash
                if fits:
                    put(network.net, run(LCC, HERE / file, *options, "--emit", "net"))
                    network.units = units
                    break
            yield network

    def train(self, net):
        """Trains the network, unless it has weights, and returns what score.py says at the end, in percent."""
        log, weights = net.with_suffix(".log"), net.with_suffix(".safetensors")
        if not weights.exists():
            log.write_text(run(sys.executable, "-B", HERE / "score.py", "--data", self.data, "--weights", weights, net,
                               env={**os.environ, "LCC_WORK": str(self.epochs)}), encoding="utf-8")
        return float(log.read_text(encoding="utf-8").split()[-1])

    def test(self, net, command):
        """How many of the 10,000 test images the emitted C gets right, in percent."""
        folder = self.work / f"{net.stem}.test"
        folder.mkdir(exist_ok=True)
        run(*command, "--name", "fashion", "-o", folder / "model.c")
        run("cc", "-O2", f"-I{folder}", FASHION / "accuracy.c", folder / "model.c", "-o", folder / "accuracy", "-lz", "-lm")
        told = subprocess.run([folder / "accuracy", self.data], capture_output=True, text=True, check=False).stdout
        shutil.rmtree(folder)
        return int(re.search(r"(\d+) of 10000 test images right", told)[1]) / 100

    def row(self, network):
        units = f"{network.units} of {network.all_units} | {network.whole:,}" if network.all_units else "|"
        if network.all_units and not network.units:
            return f"| {network.name} | {units} | | | | | | | |"
        net = network.net
        facts = json.loads(run(*self.int8(net), *LIMITS, "--emit", "json"))
        as_floats = self.test(net, [LCC, net, "-w", net.with_suffix(".safetensors")])
        as_int8 = self.test(net, self.int8(net))
        return (f"| {network.name} | {units} | {facts['arena_bytes']:,} | {facts['flash']['bytes']:,} | {facts['params']:,} | "
                f"{facts['macs'] / 1e6:.2f} | {self.train(net):.2f} | {as_floats:.2f} | {as_int8:.2f} |")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--work", default="work", metavar="FOLDER")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("-j", type=int, default=2, dest="jobs", help="trainings at once, each of one thread")
    return parser


def main():
    options = arguments().parse_args()
    comparison = Comparison(options)

    networks = [network for family in HAND for network in comparison.hand_scaled(*family)]
    found = Network("found by `--fit`", comparison.work / "found.net")
    put(found.net, (HERE / "found.net").read_text(encoding="utf-8"))
    networks.append(found)
    print("| network | units | flash of all | RAM | flash | params | M MACs | validation | test, float | test, int8 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(comparison.train, [network.net for network in networks if network.units or not network.all_units]))
        for row in pool.map(comparison.row, networks):
            print(row, flush=True)
    shutil.copy(comparison.work / "found.safetensors", HERE)


if __name__ == "__main__":
    main()
