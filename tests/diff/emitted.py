"""Compiles a network with lcc, its C with the C compiler, and calls it from NumPy.

What the tests of emitted code share: a Model knows its ports from `--emit json`, its functions from the shared library.
"""

import ctypes
import json
import os
import subprocess

import numpy as np

TYPES = {"f32": np.float32, "uint8": np.uint8, "int8": np.int8}


def run(command, **more):
    """Runs a command; its standard output. What it says goes into the exception where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode:
        raise RuntimeError("%s\nexit %d\n%s%s" % (" ".join(command), done.returncode, done.stdout[-2000:], done.stderr[-4000:]))
    return done.stdout


class Model:
    """A network compiled to a shared library in `folder`."""

    def __init__(self, lcc, net, folder, options=(), cc=("cc", "-O2"), name="model"):
        self.folder, self.name = folder, name
        self.c_file = os.path.join(folder, name + ".c")
        command = [lcc, net, *options]
        run(command + ["--name", name, "-o", self.c_file])
        self.about = json.loads(run(command + ["--emit", "json"]))
        library = os.path.join(folder, name + ".so")
        run([*cc, "-shared", "-fPIC", self.c_file, "-o", library])
        self.library = ctypes.CDLL(library)

    def random_inputs(self, seed=0):
        """Values over the whole range of each input's type: a list of [h, w, c] arrays."""
        source = np.random.default_rng(seed)
        arrays = []
        for port in self.about["inputs"]:
            kind = TYPES[port["type"]]
            if kind == np.float32:
                arrays.append(source.standard_normal(port["shape"]).astype(kind))
            else:
                limits = np.iinfo(kind)
                arrays.append(source.integers(limits.min, limits.max + 1, port["shape"]).astype(kind))
        return arrays

    def outputs(self):
        return [np.full(port["shape"], np.nan, np.float32) for port in self.about["outputs"]]

    def __call__(self, inputs):
        """Runs the network; a list of [h, w, c] arrays."""
        results = self.outputs()
        pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in [*inputs, *results]]
        getattr(self.library, self.name + "_run")(*pointers)
        return results


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


def largest_error(got, expected):
    """The largest difference, as a part of the largest expected value."""
    worst = 0.0
    for g, e in zip(got, expected):
        if not np.all(np.isfinite(g)):
            return float("inf")
        scale = max(float(np.max(np.abs(e))), 1e-6)
        worst = max(worst, float(np.max(np.abs(g.reshape(-1) - e.reshape(-1)))) / scale)
    return worst
