#!/usr/bin/env python3
"""Damaged ONNX files: no crash, no hang, exit 0 or 1, and an error that is said. The files are good ones with some bytes
changed, cut out, doubled or swapped between files, and with hostile numbers in the places of sizes. The same ones on every
machine.

    test_mutated.py [COUNT]
"""
import os
import random
import re
import subprocess
import sys
import tempfile

import numpy

import onnx_file
from common import LCC, numbers
from onnx_file import node, varint

TIME_LIMIT = 120  # seconds, instrumented, on a busy machine


def whole(*x):
    return numpy.array(x, numpy.int64)


def seeds():
    """Small networks that together have most operators."""
    v = [abs(numbers(4, seed=i)) + 0.1 for i in range(4)]
    yield onnx_file.model(
        [node("Conv", "x,w,b", "c", pads=[1, 1, 1, 1], strides=[2, 2]), node("BatchNormalization", "c,v0,v1,v2,v3", "n"),
         node("Relu", "n", "r"), node("Reshape", "r,s", "r5"), node("Transpose", "r5", "t", perm=[0, 2, 1, 3, 4]),
         node("Reshape", "t,u", "q"), node("Split", "q", "h,l", axis=1), node("Concat", "l,h", "j", axis=1),
         node("GlobalAveragePool", "j", "g"), node("Flatten", "g", "f"), node("Gemm", "f,m", "d", transB=1),
         node("Softmax", "d", "y", axis=1)],
        {"w": numbers(4, 3, 3, 3), "b": numbers(4), "v0": v[0], "v1": v[1], "v2": v[2], "v3": v[3], "s": whole(1, 2, 2, 4, 4),
         "u": whole(0, -1, 4, 4), "m": numbers(5, 4)}, {"x": (1, 3, 8, 8)}, ["y"])
    yield onnx_file.model(
        [node("Conv", "x,w", "c", group=4, auto_pad="SAME_UPPER"), node("Add", "c,three", "a"), node("Clip", "a,zero,six", "r"),
         node("Mul", "c,r", "m"), node("Div", "m,six", "hs"), node("ReduceMean", "hs", "p", axes=[2, 3]),
         node("HardSigmoid", "p", "g"), node("Mul", "hs,g", "e"), node("PRelu", "e,w1", "pr"), node("Sub", "pr,e", "su"),
         node("Sigmoid", "su", "si"), node("Mul", "su,si", "sw"), node("Pad", "sw,pads", "pp"),
         node("MaxPool", "pp", "mp", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
         node("AveragePool", "mp", "ap", kernel_shape=[2, 2]), node("Resize", "ap,,sc", "rs"), node("Tanh", "rs", "y")],
        {"w": numbers(4, 1, 3, 3), "three": numpy.float32(3), "zero": numpy.float32(0), "six": numpy.float32(6),
         "w1": numbers(4, 1, 1), "pads": whole(0, 0, 1, 1, 0, 0, 1, 1), "sc": numpy.array([1, 1, 2, 2], numpy.float32)},
        {"x": (1, 4, 8, 8)}, ["y"])
    yield onnx_file.model(
        [node("Shape", "x", "s"), node("Gather", "s,i1", "c", axis=0), node("Div", "c,n2", "half"),
         node("Slice", "s,i2,i4", "hw"), node("Concat", "one,n2,half,hw", "five", axis=0), node("Reshape", "x,five", "r"),
         node("Transpose", "r", "t", perm=[0, 2, 1, 3, 4]), node("Reshape", "t,s", "q"), node("Slice", "q,i1,i3,i1", "sl"),
         node("Unsqueeze", "sl,i1", "us"), node("Squeeze", "us,i1", "sq"), node("ConstantOfShape", "i3", "cs"),
         node("Cast", "cs", "ci", to=7), node("Expand", "ci,i1", "ex"), node("Range", "z,five3,o", "ra"),
         node("Constant", "", "k", value=numbers(2, 1, 1)), node("Add", "sq,k", "ad"), node("Gather", "ad,z", "ga", axis=1),
         node("LeakyRelu", "ga", "y", alpha=0.1)],
        {"i1": whole(1), "n2": whole(2), "i2": whole(2), "i3": whole(3), "i4": whole(4), "one": whole(1),
         "z": numpy.array(0, numpy.int64), "five3": numpy.array(5, numpy.int64), "o": numpy.array(1, numpy.int64)},
        {"x": (1, 4, 3, 3)}, ["y"])
    yield onnx_file.model(
        [node("Pad", "x,p,,a", "pd"), node("Split", "pd", "h,l,m", axis=1, num_outputs=3), node("Concat", "m,h", "j", axis=1),
         node("Resize", "j,,,s", "r", axes=[2, 3], keep_aspect_ratio_policy="not_larger", antialias=1),
         node("ReduceMean", "r,a", "g", keepdims=1), node("CastLike", "c,g", "k"), node("Mul", "g,k", "q"),
         node("Dropout", "q,f,t", "d"), node("Swish", "d", "w", alpha=0.5), node("ReduceMean", "w", "v", noop_with_empty_axes=1),
         node("Softmax", "v", "y", axis=1)],
        {"p": whole(1, 1, 1, 1), "a": whole(2, 3), "s": whole(20, 16), "c": numpy.array(2, numpy.float16), "f": numpy.float32(0.5),
         "t": numpy.array(False)}, {"x": ("n", 5, 6, 6)}, ["y"], 24)
    yield onnx_file.model(
        [node("ConvTranspose", "x,w,b", "c", strides=[2, 3], pads=[1, 0, 0, 2], output_padding=[1, 0], dilations=[2, 1], group=2),
         node("DepthToSpace", "c", "d", blocksize=2, mode="CRD"), node("Pad", "d,p", "e", mode="reflect"),
         node("ConvTranspose", "e,u", "f", strides=[2, 2], auto_pad="SAME_LOWER"), node("Slice", "f,s1,s2,s3,s4", "g"),
         node("Resize", "g,,n", "h", mode="cubic", coordinate_transformation_mode="align_corners", exclude_outside=1),
         node("ConvTranspose", "h,v", "i", output_shape=[12, 13]), node("SpaceToDepth", "g", "y", blocksize=1),
         node("Resize", "i,,,o", "z", mode="linear")],
        {"w": numbers(4, 4, 3, 2), "b": numbers(8), "p": whole(0, 1, -1, 2, 0, 0, 1, 0), "u": numbers(3, 2, 4, 4),
         "v": numbers(2, 1, 2, 3), "s1": whole(0, -1), "s2": whole(9, -9), "s3": whole(2, 3), "s4": whole(1, -2),
         "n": numpy.array([1, 1, 1.5, 2.5], numpy.float32), "o": whole(1, 1, 5, 6)}, {"x": (1, 4, 3, 3)}, ["y", "z"], 18)
    yield onnx_file.model(
        [node("BatchNormalization", "x,v0,v1,v2,v3", "n", spatial=1, epsilon=1e-3), node("Clip", "n", "c", min=0.0, max=6.0),
         node("Upsample", "c", "u", mode="nearest", scales=[1.0, 1.0, 2.0, 2.0]), node("Slice", "u", "s", axes=[1], starts=[1], ends=[4]),
         node("Pad", "s", "y", pads=[0, 0, 1, 0, 0, 0, 0, 1], value=0.0)],
        {f"v{i}": v[i] for i in range(4)}, {"x": (1, 4, 3, 3)}, ["y"], 7)
    int8, one = numpy.int8, numpy.float32(0.02)
    codes = {"w": (numbers(4, 4, 3, 3) * 40).astype(int8), "s": abs(numbers(4)) * 0.01 + 0.001, "z": numpy.zeros(4, int8),
             "b": (numbers(4) * 900).astype(numpy.int32), "k": one, "u": numpy.uint8(120), "f": numpy.float32(0.05), "g": numpy.uint8(7),
             "m": (numbers(4, 4) * 40).astype(int8), "i": int8(0), "v": whole(1, -1)}
    codes["t"], codes["o"] = codes["s"] * one, numpy.zeros(4, numpy.int32)
    yield onnx_file.model(
        [node("QuantizeLinear", "x,k,u", "q"), node("DequantizeLinear", "q,k,u", "d"), node("DequantizeLinear", "w,s,z", "e", axis=0),
         node("DequantizeLinear", "b,t,o", "h", axis=0), node("Conv", "d,e,h", "c", pads=[1, 1, 1, 1]), node("Relu", "c", "r"),
         node("QuantizeLinear", "r,f,g", "p"), node("DequantizeLinear", "p,f,g", "a"), node("Add", "a,d", "n"),
         node("QuantizeLinear", "n,f,u", "l"), node("MaxPool", "l", "j", kernel_shape=[2, 2]), node("DequantizeLinear", "j,f,u", "y")],
        codes, {"x": (1, 4, 6, 6)}, ["y"])
    ms = {"domain": "com.microsoft"}
    yield onnx_file.model(
        [node("QLinearConv", "x,k,u,w,s,z,f,g,b", "c", pads=[1, 1, 1, 1]), node("QLinearSigmoid", "c,f,g,k,u", "h", **ms),
         node("QLinearMul", "c,f,g,h,k,u,f,u", "d", **ms), node("QLinearConcat", "k,g,d,f,u,h,k,u", "j", axis=1, **ms),
         node("Split", "j", "p,q", axis=1), node("QLinearGlobalAveragePool", "p,k,g,k,u", "a", channels_last=0, **ms),
         node("Reshape", "a,v", "r"), node("QGemm", "r,k,u,m,s,z,b,f,g", "n", alpha=1.0, **ms),
         node("QLinearSoftmax", "n,f,g,k,g", "l", axis=1, opset=13, **ms), node("DequantizeLinear", "l,k,g", "y")],
        codes, [onnx_file.value_info("x", (1, 4, 6, 6), onnx_file.UINT8)], ["y"], domains=("com.microsoft",))


def mutate(rng, data, others):
    data = bytearray(data)
    hostile = [varint(n) for n in (0, 1, 127, 1 << 16, 1 << 31, 1 << 40, (1 << 63) - 1, -1, -2, -(1 << 63))]
    for _ in range(rng.choice((1, 1, 1, 1, 2, 4, 12))):
        at = rng.randrange(len(data))
        kind = rng.choice((0, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 7, 7, 7)) # mostly small changes, which get past the parser
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del data[at:at + rng.choice((1, 2, 8, 64))]
        elif kind == 3:
            data[at:at] = data[at:at + rng.choice((1, 4, 32))]
        elif kind == 4:
            data[at:at + 1] = rng.choice(hostile)
        elif kind == 5:
            other = rng.choice(others)
            start, size = rng.randrange(len(other)), rng.choice((4, 16, 80))
            data[at:at + size] = other[start:start + size]
        elif kind == 7: # another tensor: a name of one letter
            names = [m.start() + 2 for m in re.finditer(rb"[\n\x12]\x01[a-z]", data)]
            if names:
                data[rng.choice(names)] = data[rng.choice(names)]
        else:
            data[at] = (data[at] + rng.choice((1, -1))) & 255
        if not data:
            return b"\x08"
    return bytes(data)


def check(folder, number, data):
    """None, or what is wrong."""
    with open(os.path.join(folder, "m.onnx"), "wb") as f:
        f.write(data)
    words = [LCC, "m.onnx", "-o", "m.c"] if number % 4 else [LCC, "m.onnx", "--emit", "net", "-o", "m.net"]
    if number % 7 == 0:
        words += ["--input-shape", "1,4,6,6", "--input-name", "x=image", "--output-name", "answer"]
    try:
        done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return f"takes more than {TIME_LIMIT} s"
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode not in (0, 1) or "Sanitizer" in said or "runtime error" in said:
        return f"exit {done.returncode}\n{said[-3000:]}"
    if done.returncode == 1 and "error: " not in said:
        return "exit 1, and nothing is said"
    return None


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    rng, good, taken = random.Random(20), list(seeds()), 0
    with tempfile.TemporaryDirectory() as folder:
        for data in good:
            assert check(folder, 1, data) is None and os.path.exists(os.path.join(folder, "m.c")), "a good file is refused"
            os.remove(os.path.join(folder, "m.c"))
        for number in range(count):
            data = mutate(rng, good[number % len(good)], good)
            wrong = check(folder, number, data)
            if wrong:
                kept = os.path.abspath(f"mutated_{number}.onnx")
                with open(kept, "wb") as f:
                    f.write(data)
                sys.exit(f"file {number}, kept as {kept}: {wrong}")
            for name in ("m.c", "m.net"):
                if os.path.exists(os.path.join(folder, name)):
                    taken += 1
                    os.remove(os.path.join(folder, name))
    print(f"{count} damaged files: {taken} still a network, {count - taken} refused")
    assert 0 < taken < count, "the damage is too small or too large to show anything"


if __name__ == "__main__":
    main()
