#!/usr/bin/env python3
"""Damaged TensorFlow Lite files: no crash, no hang, exit 0 or 1, and an error that is said. The files are good ones with some
bytes changed, cut out, doubled or swapped between files, and with hostile numbers in the places of offsets, sizes and indices.
The same ones on every machine.

    test_mutated.py [COUNT]
    test_mutated.py --corpus FOLDER     writes the good files there, for the fuzzer (LCC must be set, to anything)
"""
import os
import random
import struct
import subprocess
import sys
import tempfile

try:
    import flatbuffers  # noqa: F401
except ImportError as missing:
    print(f"skipped: no module {missing.name}")
    sys.exit(77)
import numpy
from lite import numbers, op, tflite_file, whole
from tflite_file import Quantized, Shaped

LCC = os.environ.get("LCC")
TIME_LIMIT = 120  # seconds, instrumented, on a busy machine
HOSTILE = [0, 1, 2, 3, 4, 7, 127, 128, 255, 1 << 15, 1 << 16, 1 << 20, (1 << 30) + 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 4, (1 << 32) - 1]


def seeds():
    """Small networks that together have most operators."""
    conv = dict(stride_w=1, stride_h=1)
    int8 = numpy.random.default_rng(1).integers(-127, 128, (4, 3, 3, 3)).astype(numpy.int8)
    yield tflite_file.model(
        [op("DEQUANTIZE", "w", "wide"), op("CONV_2D", "x,wide,b", "c", activation=1, **conv),
         op("DEPTHWISE_CONV_2D", "c,d,b", "e", stride_w=2, stride_h=2, activation=3, dilation_w=1, dilation_h=1),
         op("RESHAPE", "e,s", "r"), op("TRANSPOSE", "r,p", "t"), op("RESHAPE", "t,", "q", new_shape=[1, 4, 4, 4]),
         op("SPLIT", "ax,q", "h,l", num_splits=2), op("CONCATENATION", "l,h", "j", axis=-1), op("MEAN", "j,a", "m", keep_dims=1),
         op("FULLY_CONNECTED", "m,f,", "g"), op("SOFTMAX", "g", "y", beta=1.0)],
        {"w": Quantized(int8, [0.1, 0.2, 0.3, 0.4], [0, 0, 0, 0]), "b": numbers(4), "d": numbers(1, 3, 3, 4), "s": whole(1, 4, 4, 2, 2),
         "p": whole(0, 1, 2, 4, 3), "ax": whole(3), "a": whole(1, 2), "f": numbers(5, 4).astype(numpy.float16)},
        {"x": Shaped(1, 8, 8, 3, signature=[-1, 8, 8, 3])}, ["y"], signature=({"image": "x"}, {"scores": "y"}))
    yield tflite_file.model(
        [op("ADD", "x,three", "a"), op("RELU6", "a", "r"), op("MUL", "x,r", "m"), op("DIV", "m,six", "hs"), op("SUB", "hs,x", "s"),
         op("PAD", "s,p", "pd"), op("SPACE_TO_DEPTH", "pd", "sd", block_size=2), op("DEPTH_TO_SPACE", "sd", "ds", block_size=2),
         op("TRANSPOSE_CONV", "ts,tw,ds", "tc", stride_w=2, stride_h=2), op("RESIZE_BILINEAR", "tc,rz", "rs", half_pixel_centers=1),
         op("MAX_POOL_2D", "rs", "mp", width=3, height=3, stride_w=2, stride_h=2),
         op("AVERAGE_POOL_2D", "mp", "ap", padding=1, width=2, height=2, **conv), op("LEAKY_RELU", "ap", "lr", alpha=0.1),
         op("PRELU", "lr,w1", "pr"), op("HARD_SWISH", "pr", "hw"), op("LOGISTIC", "hw", "si"), op("NEG", "si", "ne"),
         op("TANH", "ne", "th"), op("ADD_N", "th,ne,si", "y")],
        {"three": numpy.float32(3), "six": numpy.float32(6), "p": whole([0, 0], [1, 1], [1, 1], [0, 0]), "w1": numbers(1, 1, 4),
         "ts": whole(1, 20, 20, 4), "tw": numbers(4, 3, 3, 4), "rz": whole(9, 9)},
        {"x": (1, 8, 8, 4)}, ["y"])
    yield tflite_file.model(
        [op("SHAPE", "x", "n"), op("STRIDED_SLICE", "n,i1,i2,i1", "w", shrink_axis_mask=1), op("PACK", "one,w,w,half,half", "five", count=5),
         op("RESHAPE", "x,five", "r"), op("TRANSPOSE", "r,p", "t"), op("RESHAPE", "t,n", "q"), op("SLICE", "q,b,e", "sl"),
         op("EXPAND_DIMS", "sl,z", "ex"), op("SQUEEZE", "ex", "sq", squeeze_dims=[0]), op("RANGE", "z,w,one", "ra"),
         op("CAST", "ra", "fl", from_type=2, to_type=0), op("ADD", "sq,fl", "ad"), op("SPLIT_V", "ad,parts,ax", "u,v", num_splits=2),
         op("UNPACK", "u", "u0,u1", num=2, axis=3), op("PACK", "u1,u0", "pk", count=2, axis=-1), op("GATHER", "v,z", "ga", axis=3),
         op("EXPAND_DIMS", "ga,ax", "ge"), op("CONCATENATION", "pk,ge", "y", axis=3)],
        {"i1": whole(1), "i2": whole(2), "one": numpy.int32(1), "half": numpy.int32(2), "p": whole(0, 1, 2, 4, 3), "z": numpy.int32(0),
         "b": whole(0, 0, 0, 1), "e": whole(1, -1, -1, 3), "fl": Shaped(dtype="float32"), "ax": numpy.int32(3), "parts": whole(2, -1)},
        {"x": (1, 3, 3, 4)}, ["y"])
    yield tflite_file.model(
        [op("L2_NORMALIZATION", "x", "l"), op("LOCAL_RESPONSE_NORMALIZATION", "l", "n", radius=1, bias=1.0, alpha=0.5, beta=0.5),
         op("SELECT_V2", "m,n,x", "s"), op("TILE", "s,t", "ti"), op("REVERSE_V2", "ti,one", "rv"), op("SUM", "rv,h", "su", keep_dims=1),
         op("MAXIMUM", "su,rv", "mx"), op("DIV", "mx,c", "dv"), op("REDUCE_MAX", "dv,h", "rm"), op("BATCH_MATMUL", "rm,rm", "mm", adj_y=1),
         op("LOG_SOFTMAX", "mm", "ls"), op("SQUARED_DIFFERENCE", "ls,mm", "sd"), op("POW", "sd,e", "pw"), op("MIRROR_PAD", "pw,p", "mp"),
         op("MEAN", "mp,two", "y", keep_dims=0), op("ARG_MAX", "mp,two", "z", output_type=2)],
        {"m": numpy.arange(48).reshape(1, 3, 4, 4) % 3 == 0, "t": whole(1, 2, 1, 1), "one": whole(1), "h": whole(2), "c": numbers(6, 1, 4),
         "e": numpy.float32(1.5), "p": whole([0, 0], [1, 1], [1, 0]), "two": whole(2), "z": Shaped(dtype="int32")},
        {"x": (1, 3, 4, 4)}, ["y", "z"])


def codes(scale, zero, *shape, dtype="int8"):
    return Quantized(None, scale, zero, shape=shape, dtype=dtype)


def random_codes(*shape, seed=1):
    return numpy.random.default_rng(seed).integers(-127, 128, shape).astype(numpy.int8)


def seeds_of_codes():
    """Networks of int8."""
    one = dict(stride_w=1, stride_h=1)
    yield tflite_file.model(
        [op("QUANTIZE", "x", "q"), op("CONV_2D", "q,w,b", "c", activation=3, **one), op("DEPTHWISE_CONV_2D", "c,d,b", "e", stride_w=2, stride_h=2),
         op("ADD", "e,e", "a", activation=1), op("PAD", "a,p", "pd"), op("MAX_POOL_2D", "pd", "mp", padding=1, width=2, height=2, **one),
         op("AVERAGE_POOL_2D", "mp", "ap", width=3, height=3, **one), op("CONCATENATION", "mp,ap", "j", axis=-1), op("MEAN", "j,h", "m", keep_dims=1),
         op("FULLY_CONNECTED", "m,f,fb", "g"), op("SOFTMAX", "g", "s", beta=1.0), op("DEQUANTIZE", "s", "y")],
        {"q": codes(0.05, 3, 1, 8, 8, 3), "w": Quantized(random_codes(4, 3, 3, 3), [0.01, 0.02, 0.005, 0.01], [0] * 4),
         "b": Quantized(whole(100, -200, 300, 0), [0.0005, 0.001, 0.00025, 0.0005], [0] * 4), "c": codes(0.1, -20, 1, 8, 8, 4),
         "d": Quantized(random_codes(1, 3, 3, 4), [0.005, 0.01, 0.0025, 0.005], [0] * 4, axis=3), "e": codes(0.2, 4, 1, 4, 4, 4),
         "a": codes(0.3, -128, 1, 4, 4, 4), "p": whole([0, 0], [1, 1], [1, 1], [0, 0]), "pd": codes(0.3, -128, 1, 6, 6, 4),
         "mp": codes(0.3, -128, 1, 5, 5, 4), "ap": codes(0.3, -128, 1, 5, 5, 4), "j": codes(0.3, -128, 1, 5, 5, 8), "h": whole(1, 2),
         "m": codes(0.2, -128, 1, 1, 1, 8), "f": Quantized(random_codes(5, 8), 0.01, 0), "fb": Quantized(whole(1, 2, 3, 4, 5), 0.002, 0),
         "g": codes(0.1, 0, 1, 5), "s": codes(1 / 256, -128, 1, 5)},
        {"x": Shaped(1, 8, 8, 3, signature=[-1, 8, 8, 3])}, ["y"], signature=({"image": "x"}, {"scores": "y"}))
    yield tflite_file.model(
        [op("QUANTIZE", "x", "q"), op("SPLIT", "ax,q", "u,v", num_splits=2), op("LOGISTIC", "u", "lo"), op("TANH", "v", "th"), op("MUL", "lo,th", "m"),
         op("HARD_SWISH", "m", "hs"), op("SUB", "hs,k", "su"), op("LEAKY_RELU", "su", "lr", alpha=0.1), op("RELU", "lr", "re"),
         op("RELU6", "re", "r6"), op("RESIZE_BILINEAR", "r6,z", "rb"), op("RESIZE_NEAREST_NEIGHBOR", "rb,z", "rn"),
         op("TRANSPOSE_CONV", "ts,tw,rn", "tc", **one), op("MAXIMUM", "tc,mk", "mx"), op("MINIMUM", "mx,tc", "mn"), op("TRANSPOSE", "mn,o", "tp"),
         op("STRIDED_SLICE", "tp,i0,i1,i2", "ss", begin_mask=15, end_mask=15), op("SUM", "ss,h", "sm", keep_dims=1), op("REDUCE_MAX", "ss,h", "rm", keep_dims=1),
         op("RESHAPE", "rm,to", "y"), op("ARG_MAX", "sm,ax", "i", output_type=2)],
        {"q": codes(0.05, -3, 1, 4, 4, 4), "ax": numpy.int32(3), "u": codes(0.05, -3, 1, 4, 4, 2), "v": codes(0.05, -3, 1, 4, 4, 2),
         "lo": codes(1 / 256, -128, 1, 4, 4, 2), "th": codes(1 / 128, 0, 1, 4, 4, 2), "m": codes(0.01, 5, 1, 4, 4, 2),
         "hs": codes(0.01, 0, 1, 4, 4, 2), "k": Quantized(random_codes(4, 1, 2), 0.02, 1), "su": codes(0.03, 7, 1, 4, 4, 2),
         "lr": codes(0.02, -40, 1, 4, 4, 2), "re": codes(0.03, -128, 1, 4, 4, 2), "r6": codes(0.03, -128, 1, 4, 4, 2), "z": whole(6, 7),
         "rb": codes(0.03, -128, 1, 6, 7, 2), "rn": codes(0.03, -128, 1, 6, 7, 2), "ts": whole(1, 6, 7, 3),
         "tw": Quantized(random_codes(3, 2, 2, 2), 0.01, 0), "tc": codes(0.1, -5, 1, 6, 7, 3), "mk": Quantized(random_codes(3), 0.1, -5),
         "mx": codes(0.1, -5, 1, 6, 7, 3), "mn": codes(0.1, -5, 1, 6, 7, 3), "o": whole(0, 2, 1, 3), "tp": codes(0.1, -5, 1, 7, 6, 3),
         "i0": whole(0, 0, 0, 0), "i1": whole(0, 0, 0, 0), "i2": whole(1, 2, 1, 1), "ss": codes(0.1, -5, 1, 4, 6, 3), "h": whole(1, 2),
         "sm": codes(2, -5, 1, 1, 1, 3), "rm": codes(0.1, -5, 1, 1, 1, 3), "to": whole(1, 3), "y": codes(0.1, -5, 1, 3),
         "i": Shaped(dtype="int32")},
        {"x": codes(0.05, 125, 1, 4, 4, 4, dtype="uint8")}, ["y", "i"])


def mutate(rng, data, others):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 4, 12))):
        at = rng.randrange(len(data))
        kind = rng.choice((0, 1, 1, 1, 2, 3, 4, 4, 4, 5, 6, 6, 7, 7)) # mostly small changes, which leave most of a file whole
        word = at & ~3
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del data[at:at + rng.choice((1, 2, 4, 64))]
        elif kind == 3:
            data[at:at] = data[at:at + rng.choice((1, 4, 32))]
        elif kind == 4 and word + 4 <= len(data):
            data[word:word + 4] = struct.pack("<I", rng.choice(HOSTILE))
        elif kind == 5:
            other = rng.choice(others)
            start, size = rng.randrange(len(other)), rng.choice((4, 16, 80))
            data[at:at + size] = other[start:start + size]
        elif kind == 6 and word + 4 <= len(data): # another place for an offset or another number, near the one that was there
            number = struct.unpack_from("<I", data, word)[0]
            data[word:word + 4] = struct.pack("<I", (number + rng.choice((-8, -4, -2, -1, 1, 2, 4, 8))) & 0xffffffff)
        else:
            data[at] = (data[at] + rng.choice((1, -1))) & 255
        if not data:
            return b"\0"
    return bytes(data)


def check(folder, number, data):
    """None, or what is wrong."""
    with open(os.path.join(folder, "m.tflite"), "wb") as f:
        f.write(data)
    words = [LCC, "m.tflite", "-o", "m.c"] if number % 4 else [LCC, "m.tflite", "--emit", "net", "-o", "m.net"]
    if number % 7 == 0:
        words += ["--input-shape", "1,8,8,3", "--input-name", "image=photo", "--output-name", "answer"]
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
    good = [*seeds(), *seeds_of_codes()]
    if sys.argv[1:2] == ["--corpus"]:
        for name, data in zip(("layers", "elements", "parts", "reductions", "codes", "more_codes"), good):
            with open(os.path.join(sys.argv[2], name), "wb") as f:
                f.write(data)
        return
    count, rng, taken = int(sys.argv[1]) if len(sys.argv) > 1 else 2000, random.Random(20), 0
    with tempfile.TemporaryDirectory() as folder:
        for data in good:
            assert check(folder, 1, data) is None and os.path.exists(os.path.join(folder, "m.c")), "a good file is refused"
            os.remove(os.path.join(folder, "m.c"))
        for number in range(count):
            data = mutate(rng, good[number % len(good)], good)
            wrong = check(folder, number, data)
            if wrong:
                kept = os.path.abspath(f"mutated_{number}.tflite")
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
