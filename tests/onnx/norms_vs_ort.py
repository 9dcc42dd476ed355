#!/usr/bin/env python3
"""Reductions, ArgMax and ArgMin, Softmax, LogSoftmax, and norms, of random forms and opsets: the reference
interpreter's answers against ONNX Runtime's.

    norms_vs_ort.py FOLDER_OF_ONNX_RUNTIME [--first 0] [--count 300]

What lcc refuses must be refused by a message that says why; there are few such forms, and they are listed here.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import onnx_file  # noqa: E402
import ort  # noqa: E402

LCC = os.environ["LCC"]
REFUSED = ("noop_with_empty_axes without axes is not supported",)
TOLERANCE = 1e-4  # of the largest value
REDUCTIONS = ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceProd", "ReduceSumSquare",
              "ReduceLogSumExp", "ReduceLogSum"]


def node(kind, inputs, outputs, **attributes):
    return onnx_file.node(kind, ",".join(inputs), ",".join(outputs), **attributes)


class Case:
    """A network of a few nodes, x -> y."""

    def __init__(self, seed):
        s = self.s = random.Random(seed)
        self.values = numpy.random.default_rng(seed)
        self.opset = s.choice([9, 11, 12, 13, 18, 20, 21])
        self.tensors = {}
        self.shape = (1, s.choice([1, 2, 3, 4, 6, 8, 12]), s.randint(1, 7), s.randint(1, 7))
        self.rank = 4
        self.nodes, self.entry = [], "x"
        if s.random() < 0.4:
            self.rearrange()
        self.x = self.values.standard_normal(self.shape).astype(numpy.float32)
        getattr(self, s.choice(["reduction"] * 4 + ["positions"] * 2 + ["softmax"] * 3 + ["layer_norm"] * 2 + [
            "instance_norm", "group_norm", "lrn", "lp_norm", "mean_variance"]))()

    def rearrange(self):
        """The map with its axes in another order, or of fewer axes, before the node."""
        _, c, h, w = self.shape
        kind = self.s.choice(["tokens", "transposed", "flat", "five"])
        self.sizes = self.shape
        if kind == "transposed":
            order = [0] + self.s.sample([1, 2, 3], 3)
            self.nodes.append(node("Transpose", ["x"], ["t"], perm=order))
            self.sizes = tuple(self.shape[i] for i in order)
        elif kind == "tokens":
            self.nodes += [node("Reshape", ["x", self.whole("s", [1, c, h * w])], ["r"]),
                           node("Transpose", ["r"], ["t"], perm=[0, 2, 1])]
            self.sizes = (1, h * w, c)
        elif kind == "flat":
            self.sizes = (1, c * h * w)
            self.nodes.append(node("Reshape", ["x", self.whole("s", self.sizes)], ["t"]))
        else:
            self.sizes = (1, 1, c, h, w)
            self.nodes.append(node("Reshape", ["x", self.whole("s", self.sizes)], ["t"]))
        self.entry, self.rank = "t", len(self.sizes)

    def whole(self, name, values):
        self.tensors[name] = numpy.array(values, numpy.int64)
        return name

    def floats(self, name, size):
        self.tensors[name] = self.values.standard_normal(size).astype(numpy.float32)
        return name

    @property
    def size(self):
        return self.sizes if self.rank != 4 or self.entry != "x" else self.shape

    def last(self, kind, more=(), **attributes):
        self.nodes.append(node(kind, [self.entry, *more], ["y"], **attributes))

    def reduction(self):
        s = self.s
        kind = s.choice(REDUCTIONS)
        if kind == "ReduceLogSum":
            self.nodes.append(node("Sigmoid", [self.entry], ["positive"]))
            self.entry = "positive"
        axes = sorted(s.sample(range(self.rank), s.randint(0, self.rank)))
        axes = [a - self.rank if s.random() < 0.3 else a for a in axes]
        attributes, more = {"keepdims": s.randint(0, 1)}, []
        by_input = self.opset >= 18 or (kind == "ReduceSum" and self.opset >= 13)
        if axes and by_input:
            more = [self.whole("axes", axes)]
        elif axes:
            attributes["axes"] = axes
        elif by_input and s.random() < 0.5:
            attributes["noop_with_empty_axes"] = 1
        self.last(kind, more, **attributes)

    def positions(self):
        s = self.s
        attributes = {"axis": s.randint(-self.rank, self.rank - 1), "keepdims": s.randint(0, 1)}
        if self.opset >= 12 and s.random() < 0.5:
            self.nodes.append(node("Relu", [self.entry], ["many_zeros"]))
            self.entry = "many_zeros"
            attributes["select_last_index"] = s.randint(0, 1)
        self.last(s.choice(["ArgMax", "ArgMin"]), **attributes)
        if s.random() < 0.3:
            self.nodes[-1] = node(s.choice(["ArgMax", "ArgMin"]), [self.entry], ["place"], **attributes)
            self.nodes += [node("Cast", ["place"], ["number"], to=1), node("Mul", ["number", self.floats("half", [1])], ["y"])]

    def softmax(self):
        attributes = {} if self.s.random() < 0.2 else {"axis": self.s.randint(-self.rank, self.rank - 1)}
        if self.opset < 11 and attributes.get("axis", 0) < 0:
            attributes["axis"] += self.rank
        self.last(self.s.choice(["Softmax", "LogSoftmax"]), **attributes)

    def layer_norm(self):
        s, self.opset = self.s, max(self.opset, 17)
        axis = s.randint(1, self.rank - 1)
        sizes = self.size[axis:]
        more = [self.floats("scale", sizes)] + ([self.floats("bias", sizes)] if s.random() < 0.7 else [])
        self.last("LayerNormalization", more, axis=axis - self.rank if s.random() < 0.5 else axis, epsilon=s.choice([1e-5, 0.01]))

    def map_alone(self):
        """These operators take maps as the file has them."""
        self.nodes, self.entry, self.rank, self.tensors = [], "x", 4, {}

    def instance_norm(self):
        self.map_alone()
        c = self.shape[1]
        self.last("InstanceNormalization", [self.floats("scale", [c]), self.floats("bias", [c])], epsilon=0.001)

    def group_norm(self):
        self.map_alone()
        c, self.opset = self.shape[1], self.s.choice([18, 21])
        groups = self.s.choice([g for g in range(1, c + 1) if c % g == 0])
        size = groups if self.opset < 21 else c
        self.last("GroupNormalization", [self.floats("scale", [size]), self.floats("bias", [size])], num_groups=groups,
                  epsilon=0.001)

    def lrn(self):
        self.map_alone()
        s = self.s
        self.last("LRN", size=s.choice([1, 3, 5, 7]), alpha=s.choice([1e-4, 0.5]), beta=s.choice([0.75, 0.5, 0.6]),
                  bias=s.choice([1.0, 2.0]))

    def lp_norm(self):
        self.last("LpNormalization", axis=self.s.randint(-1, self.rank - 1), p=self.s.choice([1, 2, 2, 2]))

    def mean_variance(self):
        self.map_alone()
        axes = self.s.choice([None, [0, 2, 3], [0, 1, 2, 3]])
        self.last("MeanVarianceNormalization", **({"axes": axes} if axes else {}))


def run_lcc(folder, x):
    """An input that no operator takes for a map is given in the order of the file."""
    told = subprocess.run([LCC, "m.onnx", "--emit", "json"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=600)
    if told.returncode:
        return None, told.stderr
    pixels = x[0].transpose(1, 2, 0)
    as_map = json.loads(told.stdout)["inputs"][0]["shape"] == list(pixels.shape)
    numpy.save(os.path.join(folder, "x.npy"), numpy.ascontiguousarray(pixels if as_map else x[0]))
    done = subprocess.run([LCC, "m.onnx", "--run", "x.npy", "--out", "y.npy"], cwd=folder, stderr=subprocess.PIPE, text=True,
                          timeout=600)
    if done.returncode:
        return None, done.stderr
    return numpy.load(os.path.join(folder, "y.npy")), ""


def orders(wanted):
    """How lcc may give it: a map by pixels, a row by pixels, and what is no map any more in the order of the file."""
    if wanted.ndim == 4:
        return [wanted.transpose(0, 2, 3, 1), wanted]
    return [wanted, wanted.transpose(0, 2, 1)] if wanted.ndim == 3 else [wanted]


def check(library, seed, folder):
    """True where lcc has an answer; None where both refuse. A text says what is wrong."""
    case = Case(seed)
    path = os.path.join(folder, "m.onnx")
    with open(path, "wb") as out:
        out.write(onnx_file.model(case.nodes, case.tensors, {"x": case.shape}, ["y"], case.opset))
    found, why = run_lcc(folder, case.x)
    try:
        wanted = library.run(path, {"x": case.x})["y"]
    except ort.Failed as failed:
        return None if found is None else "ONNX Runtime refuses it (%s), and lcc does not" % str(failed)[:200]
    if found is None:
        return False if any(reason in why for reason in REFUSED) else "lcc refuses it:\n" + why
    if found.size != wanted.size:
        return "the shape %s is not %s" % (found.shape, wanted.shape)
    largest = max(numpy.max(numpy.abs(wanted)), 1e-9)
    off = min(numpy.max(numpy.abs(found.ravel() - one.ravel())) / largest for one in orders(wanted))
    if off <= TOLERANCE:
        return True
    return "off by %.3g of the largest value: %s" % (off, [n[:60] for n in case.nodes])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=300)
    arguments = parser.parse_args()
    library = ort.Library(ort.find_library(arguments.folder))
    counts, wrong = {True: 0, False: 0, None: 0}, []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.first, arguments.first + arguments.count):
            found = check(library, seed, folder)
            if isinstance(found, str):
                wrong.append("case %d: %s" % (seed, found))
            else:
                counts[found] += 1
    print("\n".join(wrong))
    print("%d agree, %d are refused by lcc, %d by both, %d wrong" % (counts[True], counts[False], counts[None], len(wrong)))
    sys.exit(1 if wrong or counts[True] < arguments.count * 3 // 4 else 0)


if __name__ == "__main__":
    main()
