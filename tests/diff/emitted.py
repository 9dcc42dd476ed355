"""Compiles a network with lcc, its C with the C compiler, and calls it from NumPy.

What the tests of emitted code share: a Model knows its ports from `--emit json`; where it runs is machines.py's business.
"""

import json
import os

import numpy as np

from machines import TYPES, machine_for, run

# A sum is off by some roundings of its largest term, however small it comes out: here 32 roundings of a float, of a term as
# large as the output's largest value.
ROUNDINGS = 32 * 2.0**-24
CHANNEL_FLOOR = ROUNDINGS / 1e-4  # for a tolerance of 1e-4, which most tests have
MOST_EMBEDDED_BYTES = 1 << 20  # of weights as text: a string literal of megabytes is slow to compile


class Model:
    """A network compiled in `folder`, which must outlive it, for `target` and called on such a machine. `cc`: the C
    compiler; None for the machine's usual one. `apart`: the weights are not in the C file but handed over at run time. Large
    ones are read by the assembler where the machine has one, and handed over elsewhere. `level`: how far the C compiler optimizes. `foreign`: "s390x", where generic C is to run on it."""

    def __init__(self, lcc, net, folder, options=(), target="native", cc=None, name="model", apart=False, level="-O2",
                 foreign=None):
        machine = machine_for(target, cc, level, foreign)
        c_file = os.path.join(folder, name + ".c")
        command = [lcc, net, *options, "--target", target]
        self.about = json.loads(run(command + ["--emit", "json"]))
        large = self.about["weights_bytes"] > MOST_EMBEDDED_BYTES and machine.large_weights and "--storage" not in options
        storage = "file" if apart else machine.large_weights if large else None
        apart = storage == "file"
        run(command + ["--name", name, "-o", c_file] + (["--storage", storage] if storage else []))
        self.call = machine.load(c_file, name, self.about, os.path.join(folder, name + ".weights") if apart else None)

    def random_inputs(self, seed=0):
        return random_inputs(self.about, seed)

    def __call__(self, inputs):
        """Runs the network; a list of [h, w, c] arrays."""
        return self.call(inputs)

    def run_bytes(self, image):
        """Runs a network of one input and one output on an image: bytes, in the order height, width, channel. Floats."""
        ports = self.about["inputs"]
        if len(ports) != 1 or len(self.about["outputs"]) != 1 or ports[0]["type"] != "uint8":
            raise RuntimeError("the network has not one input of bytes and one output")
        if len(image) != np.prod(ports[0]["shape"]):
            raise RuntimeError("the network takes %d bytes, not %d" % (np.prod(ports[0]["shape"]), len(image)))
        return self.call([np.frombuffer(image, np.uint8)])[0].reshape(-1).tolist()


def random_inputs(about, seed=0):
    """Values over the whole range of each input's type: a list of [h, w, c] arrays."""
    source = np.random.default_rng(seed)
    arrays = []
    for port in about["inputs"]:
        kind = TYPES[port["type"]]
        if kind == np.float32:
            arrays.append(source.standard_normal(port["shape"]).astype(kind))
        else:
            limits = np.iinfo(kind)
            arrays.append(source.integers(limits.min, limits.max + 1, port["shape"]).astype(kind))
    return arrays


def interpret(lcc, net, folder, inputs, outputs, options=()):
    """The reference interpreter's answer: a list of float64 arrays."""
    command = [lcc, net, *options]
    for i, array in enumerate(inputs):
        np.save(os.path.join(folder, "in%d.npy" % i), array)
        command += ["--run", os.path.join(folder, "in%d.npy" % i)]
    for i in range(outputs):
        command += ["--out", os.path.join(folder, "out%d.npy" % i)]
    run(command)
    return [np.load(os.path.join(folder, "out%d.npy" % i)).astype(np.float64) for i in range(outputs)]


def largest_error(got, expected, floor=CHANNEL_FLOOR):
    """The largest difference, as a part of the largest expected value of its channel.

    A channel whose values are small beside the others is judged as if its largest value were `floor` times the largest of the
    whole output: ROUNDINGS over the tolerance. 1 judges all channels by the largest value of the output.

    Integers of eight bits must be the same: infinity where one differs.
    """
    worst = 0.0
    for g, e in zip(got, expected):
        if not np.all(np.isfinite(g)):
            return float("inf")
        if e.size == 0:
            continue
        if g.dtype.itemsize == 1 and not np.array_equal(g, e):
            return float("inf")
        values = np.asarray(e, np.float64).reshape(-1, e.shape[-1])
        largest = np.max(np.abs(values), axis=0)
        scale = np.maximum(largest, max(floor * float(np.max(largest)), 1e-6))
        off = np.max(np.abs(np.asarray(g, np.float64).reshape(values.shape) - values), axis=0)
        worst = max(worst, float(np.max(off / scale)))
    return worst
