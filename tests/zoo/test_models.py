#!/usr/bin/env python3
"""Runs trained networks on pictures and compares with the answers that ONNX Runtime gave from the same weights.

    test_models.py --lcc PATH --target NAME [--cc COMPILER] [--dtype bf16]

In bf16 the likeliest class of each picture must be the same, and its probabilities may be off by some hundredths; of the hundred
pictures of clothes one more or less may be right.

The models, the pictures and the answers are no part of the project: they are looked for in $LCC_MODELS, else in
../shared/models beside it. Where there are none the test is skipped (exit 77).
"""
import argparse
import ast
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
from emitted import Model  # noqa: E402
from machines import SKIPPED, TIME_LIMIT, require_machine  # noqa: E402

PROJECT = os.path.abspath(os.path.join(HERE, "..", ".."))
TOLERANCE = {None: 1e-4, "bf16": 0.08}

# model, its description and arguments, the size of its pictures
MODELS = [
    ("mobilenet_v1_025_224", ["dsl/mobilenet_v1.net", "-D", "width=0.25"], 224),
    ("mobilenet_v3_small_food", ["dsl/mobilenet_v3_small.net", "-D", "classes=3"], 224),
    ("vww_96", ["tests/zoo/nets/vww_96.net"], 96),
]
FASHION = ("fmnist_shufflenet_v2_x0_5", ["tests/zoo/nets/fmnist_shufflenet_v2_x0_5.net", "-I", "dsl"])


def read_png(path):
    """Width, height and the pixels of an 8-bit RGB PNG that is not interlaced (PNG specification, RFC 2083)."""
    with open(path, "rb") as f:
        data = f.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        at += size + 12
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
            assert (depth, colour, interlace) == (8, 2, 0), path
        elif kind == b"IDAT":
            packed += body
    raw, row = zlib.decompress(packed), 3 * width
    pixels, above = bytearray(), bytearray(row)
    for y in range(height):
        start = y * (row + 1)
        line = unfilter(raw[start], bytearray(raw[start + 1:start + 1 + row]), above)
        pixels += line
        above = line
    return width, height, bytes(pixels)


def unfilter(kind, line, above):
    """One row of a PNG: each byte was stored as its difference from a guess by its neighbours, three bytes back."""
    for i in range(len(line)):
        left, up, corner = (line[i - 3] if i >= 3 else 0), above[i], (above[i - 3] if i >= 3 else 0)
        if kind == 0:
            guess = 0
        elif kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            straight = left + up - corner
            guess = min((left, up, corner), key=lambda byte: abs(straight - byte))
        line[i] = (line[i] + guess) & 255
    return line


def read_npz(path):
    """{name: (shape, bytes)} of the arrays of bytes in an .npz file."""
    arrays = {}
    with zipfile.ZipFile(path) as z:
        for name in z.namelist():
            data = z.read(name)
            assert data[:6] == b"\x93NUMPY" and data[6] == 1, name
            size = struct.unpack("<H", data[8:10])[0]
            header = ast.literal_eval(data[10:10 + size].decode())
            assert header["descr"] == "|u1" and not header["fortran_order"], name
            arrays[name[:-4]] = (header["shape"], data[10 + size:])
    return arrays


def find_models():
    folder = os.environ.get("LCC_MODELS") or os.path.join(PROJECT, "..", "shared", "models")
    return folder if os.path.exists(os.path.join(folder, "expected.json")) else None


def compile_model(options, models, name, arguments, folder):
    arguments = [os.path.join(PROJECT, a) if a.startswith(("dsl", "tests")) else a for a in arguments]
    return Model(options.lcc, arguments[0], folder, arguments[1:] + ["-w", os.path.join(models, name + ".safetensors")] +
                 (["--dtype", options.dtype] if options.dtype else []),
                 options.target, options.cc)


def check_pictures(options, models, expected, name, arguments, size):
    """The number of pictures with another answer."""
    answers = expected[name].get("top5") or expected[name]["softmax"]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        network = compile_model(options, models, name, arguments, folder)
        for picture, wanted in answers.items():
            file = picture if size == 224 else f"{picture}_{size}x{size}"
            width, height, pixels = read_png(os.path.join(models, "images", file + ".png"))
            assert (width, height) == (size, size), file
            probabilities = network.run_bytes(pixels)
            best = max(range(len(probabilities)), key=probabilities.__getitem__)
            worst = max(abs(probabilities[index] - p) for index, _, p in wanted)
            good = best == wanted[0][0] and worst <= TOLERANCE[options.dtype]
            wrong += not good
            print(f"{'ok  ' if good else 'FAIL'} {name}, {options.target}, {picture}: {wanted[0][1]}, "
                  f"{probabilities[wanted[0][0]]:.5f}, within {worst:.1e}", flush=True)
    return wrong


def check_fashion(options, models, expected):
    name, arguments = FASHION
    arrays = read_npz(os.path.join(models, expected[name]["images"]))
    (count, height, width, channels), images = arrays["images"]
    labels, size = arrays["labels"][1], height * width * channels
    with tempfile.TemporaryDirectory() as folder:
        network = compile_model(options, models, name, arguments, folder)
        right = 0
        for i in range(count):
            logits = network.run_bytes(images[i * size:(i + 1) * size])
            right += max(range(len(logits)), key=logits.__getitem__) == labels[i]
    good = abs(right - expected[name]["right"]) <= (options.dtype == "bf16") and count == expected[name]["of"]
    print(f"{'ok  ' if good else 'FAIL'} {name}, {options.target}: {right} of {count} right, "
          f"{expected[name]['right']} expected")
    return not good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--cc")
    parser.add_argument("--dtype", choices=["bf16"])
    options = parser.parse_args()
    models = find_models()
    if not models:
        print("SKIP: no trained models here; set LCC_MODELS to their folder")
        return SKIPPED
    require_machine(options.target, options.cc)
    signal.alarm(TIME_LIMIT)  # ends the program, also inside of code that does not come back
    with open(os.path.join(models, "expected.json")) as f:
        expected = json.load(f)
    wrong = 0
    for name, arguments, size in MODELS:
        try:
            wrong += check_pictures(options, models, expected, name, arguments, size)
        except (RuntimeError, subprocess.SubprocessError, OSError) as error:
            print(f"FAIL {name}, {options.target}: {error}")
            wrong += 1
    wrong += check_fashion(options, models, expected)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
