#!/usr/bin/env python3
"""ConvTranspose, Resize, Upsample, Pad, Slice, DepthToSpace and SpaceToDepth of random forms and opsets: the reference
interpreter's answers against ONNX Runtime's.

    spatial_vs_ort.py FOLDER_OF_ONNX_RUNTIME [--first 0] [--count 250]

What lcc refuses must be refused by a message that says why; there are few such forms, and they are listed here.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import onnx_file  # noqa: E402
import ort  # noqa: E402
from onnx_file import node  # noqa: E402

LCC = os.environ["LCC"]
REFUSED = ("antialias is not supported", "height and width must both grow or both shrink")
TOLERANCE = 1e-4  # of the largest value


def whole(*values):
    return numpy.array(values, numpy.int64)


def floats(*values):
    return numpy.array(values, numpy.float32)


class Case:
    """A network of one node, x -> y."""

    def __init__(self, seed):
        self.s = random.Random(seed)
        self.values = numpy.random.default_rng(seed)
        self.opset = self.s.choice([10, 11, 13, 18, 19, 21])
        self.tensors = {}
        h, w, c = self.s.randint(1, 9), self.s.randint(1, 9), self.s.choice([1, 2, 3, 4, 6, 8, 12])
        self.shape = (1, c, h, w)
        self.node = getattr(self, self.s.choice(["conv_transpose"] * 3 + ["resize"] * 3 + ["pad"] * 2 + [
            "slices", "blocks", "upsample"]))()
        self.x = self.values.standard_normal(self.shape).astype(numpy.float32)

    def constant(self, name, array):
        self.tensors[name] = array
        return name

    def conv_transpose(self):
        s, (_, c, h, w) = self.s, self.shape
        kernel, strides = [s.randint(1, 5), s.randint(1, 5)], [s.randint(1, 3), s.randint(1, 3)]
        groups = s.choice([g for g in range(1, c + 1) if c % g == 0])
        out = s.randint(1, 4)
        more = {"group": groups, "strides": strides}
        dilations = [1, 1]
        if s.random() < 0.4:
            dilations = more["dilations"] = [s.randint(1, 3), s.randint(1, 3)]
        reach = [d * (k - 1) + 1 for d, k in zip(dilations, kernel)]
        extra = [0, 0]
        if s.random() < 0.4: # ONNX Runtime wants it smaller than the stride
            extra = more["output_padding"] = [s.randint(0, max(st, d) - 1) for st, d in zip(strides, dilations)]
        full = [(n - 1) * st + r + e for n, st, r, e in zip((h, w), strides, reach, extra)]
        kind = s.choice(["none", "pads", "pads", "same", "shape"])
        if kind == "pads":
            pads = [s.randint(0, min(2, (f - 1) // 2)) for f in full + full]
            more["pads"] = pads
        elif kind == "same":
            more["auto_pad"] = s.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])
        elif kind == "shape":
            more["output_shape"] = [s.randint(max(1, f - 3), f) for f in full]
            if s.random() < 0.5:
                more["auto_pad"] = s.choice(["SAME_UPPER", "SAME_LOWER"])
        words = "x," + self.constant("w", self.values.standard_normal((c, out, *kernel)).astype(numpy.float32))
        if s.random() < 0.5:
            words += "," + self.constant("b", self.values.standard_normal(groups * out).astype(numpy.float32))
        return node("ConvTranspose", words, "y", **more)

    def sizes_or_scales(self, words):
        """The inputs of a Resize, by sizes or by scales."""
        s, (_, c, h, w) = self.s, self.shape
        if self.opset >= 11 and s.random() < 0.5:
            sizes = [s.randint(1, 16), s.randint(1, 16)]
            return words + ",," + self.constant("n", whole(1, c, *sizes))
        scales = [s.choice([0.5, 0.75, 1.0, 1.5, 2.0, 2.0, 3.0, 0.6, 1.7]) for _ in range(2)]
        scales = [k if int(numpy.float32(k) * numpy.float32(n)) >= 1 else 2.0 for k, n in zip(scales, (h, w))]
        return words + self.constant("s", floats(1, 1, *scales))

    def resize(self):
        s, (_, c, h, w) = self.s, self.shape
        mode = s.choice(["nearest", "linear", "cubic"] if self.opset >= 11 else ["nearest", "linear"])
        if self.opset < 11:
            return node("Resize", self.sizes_or_scales("x,"), "y", mode=mode)
        more = {"mode": mode, "coordinate_transformation_mode": s.choice([
            "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"])}
        if self.opset < 13 and mode == "nearest" and s.random() < 0.2:
            more["coordinate_transformation_mode"] = "tf_half_pixel_for_nn"
        if self.opset >= 19 and s.random() < 0.2:
            more["coordinate_transformation_mode"] = "half_pixel_symmetric"
        if mode == "nearest":
            more["nearest_mode"] = s.choice(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
        if mode == "cubic":
            more["cubic_coeff_a"] = s.choice([-0.75, -0.5])
            more["exclude_outside"] = s.randint(0, 1)
        if self.opset >= 18 and s.random() < 0.4: # the last two axes alone
            more["axes"] = s.choice([[2, 3], [-2, -1]])
            if s.random() < 0.5:
                return node("Resize", "x,,%s" % self.constant("s", floats(1.5, 2)), "y", **more)
            more["keep_aspect_ratio_policy"] = s.choice(["stretch", "not_larger", "not_smaller"])
            more["axes"] = [2, 3] # with a policy, ONNX Runtime 1.30 passes over axes that are negative
            sizes = [s.randint(4, 16), s.randint(4, 16)]
            return node("Resize", "x,,,%s" % self.constant("n", whole(*sizes)), "y", **more)
        words = self.sizes_or_scales("x,%s," % self.constant("r", floats()))
        return node("Resize", words, "y", **more)

    def upsample(self):
        self.opset = 9
        scales = floats(1, 1, self.s.choice([1, 2, 3]), self.s.choice([1, 2, 1.5]))
        return node("Upsample", "x," + self.constant("s", scales), "y", mode=self.s.choice(["nearest", "linear"]))

    def pad(self):
        s, (_, c, h, w) = self.s, self.shape
        mode = s.choice(["constant", "constant", "reflect", "edge"])
        sides = [(0, 0)]
        for n in (c, h, w):
            most = min(n - 1, 3) if mode == "reflect" else 3
            sides.append((s.randint(0, most), s.randint(0, most)))
        if s.random() < 0.5: # most pad height and width alone
            sides[1] = (0, 0)
        if mode == "constant" and s.random() < 0.3 and h > 2:
            sides[2] = (-1, 2)
        pads = [side[0] for side in sides] + [side[1] for side in sides]
        value = s.choice([0.0, 1.5, -2.0])
        if self.opset < 11:
            return node("Pad", "x", "y", mode=mode, pads=pads, value=value)
        words = "x," + self.constant("p", whole(*pads))
        if mode == "constant" and s.random() < 0.6:
            words += "," + self.constant("v", numpy.float32(value))
        elif self.opset >= 18 and s.random() < 0.5:
            words = "x,%s,,%s" % (self.constant("p", whole(*pads[2:4], *pads[6:])), self.constant("a", whole(2, -1)))
        return node("Pad", words, "y", mode=mode)

    def slices(self):
        s = self.s
        starts, ends, axes, steps = [], [], [], []
        for axis in s.sample([1, 2, 3], s.randint(1, 3)):
            size = self.shape[axis]
            a, b = sorted([s.randint(0, size - 1), s.randint(1, size)])
            b = max(b, a + 1)
            step = s.choice([1, 1, 2, -1])
            starts.append(a if step > 0 else b - 1)
            ends.append(b if step > 0 else a - 1 if a else -size - 1)
            axes.append(axis)
            steps.append(step)
        words = ["x"] + [self.constant(name, whole(*v)) for name, v in zip("seat", (starts, ends, axes, steps))]
        return node("Slice", ",".join(words), "y")

    def blocks(self):
        s, (_, c, h, w) = self.s, self.shape
        b = s.choice([2, 3])
        if s.random() < 0.5:
            self.shape = (1, c * b * b, h, w)
            more = {"mode": s.choice(["DCR", "CRD"])} if self.opset >= 11 else {}
            return node("DepthToSpace", "x", "y", blocksize=b, **more)
        self.shape = (1, c, h * b, w * b)
        return node("SpaceToDepth", "x", "y", blocksize=b)


def run_lcc(folder, x):
    numpy.save(os.path.join(folder, "x.npy"), numpy.ascontiguousarray(x[0].transpose(1, 2, 0)))
    done = subprocess.run([LCC, "m.onnx", "--run", "x.npy", "--out", "y.npy"], cwd=folder, stderr=subprocess.PIPE, text=True,
                          timeout=600)
    if done.returncode:
        return None, done.stderr
    return numpy.load(os.path.join(folder, "y.npy")), ""


def check(library, seed, folder):
    """True where lcc has an answer; None where both refuse. Raises what is wrong."""
    case = Case(seed)
    path = os.path.join(folder, "m.onnx")
    with open(path, "wb") as out:
        out.write(onnx_file.model([case.node], case.tensors, {"x": case.shape}, ["y"], case.opset))
    found, why = run_lcc(folder, case.x)
    try:
        wanted = library.run(path, {"x": case.x})["y"]
    except ort.Failed as failed:
        allowed = found is None or "output_padding" in str(failed) # which it wants to be smaller than the stride
        return None if allowed else "ONNX Runtime refuses it (%s), and lcc does not" % str(failed)[:200]
    if found is None:
        return False if any(reason in why for reason in REFUSED) else "lcc refuses it:\n" + why
    wanted = wanted[0].transpose(1, 2, 0)
    if found.size != wanted.size:
        return "the shape %s is not %s" % (found.shape, wanted.shape)
    off = numpy.max(numpy.abs(found.reshape(wanted.shape) - wanted)) / max(numpy.max(numpy.abs(wanted)), 1e-9)
    return True if off <= TOLERANCE else "off by %.3g of the largest value" % off


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=250)
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
