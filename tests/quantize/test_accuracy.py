#!/usr/bin/env python3
"""test_accuracy.py --lcc LCC [--cc CC] [--target NAME] [--data DIR] [--steps] [NAME..]

Five networks for Fashion-MNIST, as floats and quantised by lcc from 500 training images, through emitted C on all 10,000 test
images: as floats they must be as good as PyTorch says, and quantised at most 0.3 points worse, one of them with --int8-pairs, too.
Exit 77 where the data set is missing.

--steps: prints instead what is lost without each step of quantising and with --int8-pairs, as a table.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
FASHION = HERE.parent.parent / "examples" / "fashion"

MOST_LOST = 30  # of 10,000 images
NEAR = 3        # images that may tip by the rounding of floats
STEPS = ["equalisation", "correction", "ranges"]


class Network(NamedTuple):
    net: Path
    right: int  # of the 10,000 test images, by PyTorch with the same weights; train.py prints it
    side: int = 28
    channels: int = 1
    pairs: bool = False  # is measured with --int8-pairs, too


NETWORKS = [
    Network(FASHION / "fashion.net", 9262),
    Network(HERE / "fmnist_v2.net", 9232, pairs=True),
    Network(HERE / "fmnist_v3.net", 9274),
    Network(HERE / "fmnist_efficientnet.net", 9315),
    Network(HERE / "fmnist_shufflenet_v2.net", 8408, 32, 3),
]


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(str(c) for c in command)}\nfails with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Measure:
    def __init__(self, options, folder):
        self.options, self.folder = options, Path(folder)

    def samples(self, network):
        path = self.folder / f"{network.side}x{network.channels}.npy"
        if not path.exists():
            run(sys.executable, HERE / "calibration.py", "--data", self.options.data, "--side", network.side,
                "--channels", network.channels, path)
        return path

    def right(self, network, *arguments):
        """How many images the emitted code gets right."""
        model, program = self.folder / "model.c", self.folder / "accuracy"
        run(self.options.lcc, network.net, "-w", network.net.with_suffix(".safetensors"), "--name", "model", "--target",
            self.options.target, *arguments, "-o", model)
        run(self.options.cc, "-O2", "-DRESULT=float", f"-I{self.folder}", f"-I{FASHION}", HERE / "accuracy.c", model,
            "-o", program, "-lz", "-lm")
        return int(run(program, self.options.data))

    def quantised(self, network, *arguments):
        return self.right(network, "--dtype", "int8", "--calibrate", self.samples(network), *arguments)


def test(measure, networks):
    bad = 0
    for network in networks:
        floats, codes = measure.right(network), measure.quantised(network)
        good = abs(floats - network.right) <= NEAR and floats - codes <= MOST_LOST
        print(f"{network.net.stem}: {floats / 100:.2f} % as floats (PyTorch: {network.right / 100:.2f} %), "
              f"{codes / 100:.2f} % as int8: {'good' if good else 'BAD'}", flush=True)
        bad += not good
        if network.pairs:
            codes = measure.quantised(network, "--int8-pairs")
            print(f"{network.net.stem}: {codes / 100:.2f} % with --int8-pairs", flush=True)
            bad += floats - codes > MOST_LOST
    return 1 if bad else 0


def print_steps(measure, networks):
    print("| network | float | int8 |" + "".join(f" without {s} |" for s in STEPS) + " without all | with pairs |")
    print("|---" * (5 + len(STEPS)) + "|")
    for network in networks:
        floats = measure.right(network)
        row = [measure.quantised(network)]
        row += [measure.quantised(network, "--int8-without", step) for step in STEPS]
        row.append(measure.quantised(network, *[word for step in STEPS for word in ("--int8-without", step)]))
        row.append(measure.quantised(network, "--int8-pairs"))
        cells = [f"{floats / 100:.2f}"] + [f"{(right - floats) / 100:+.2f}" for right in row]
        print(f"| {network.net.stem} | " + " | ".join(cells) + " |", flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--target", default="native")
    parser.add_argument("--data", type=Path, default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if not (options.data / "t10k-images-idx3-ubyte.gz").exists():
        print(f"SKIP: there is no Fashion-MNIST in {options.data} (Debian: dataset-fashion-mnist)")
        return 77
    networks = [n for n in NETWORKS if not options.names or n.net.stem in options.names]
    with tempfile.TemporaryDirectory() as folder:
        return (print_steps if options.steps else test)(Measure(options, folder), networks)


if __name__ == "__main__":
    sys.exit(main())
