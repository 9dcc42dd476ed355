#!/usr/bin/env python3
"""A trained network for Visual Wake Words that comes as a float TensorFlow Lite file, through the C that lcc writes: the numbers
that PyTorch computes with the weights of the file, and the classes that TensorFlow Lite Micro gives for the same network in int8.

    test_vww.py --lcc LCC --cc CC

Takes the file and the pictures from the folder LCC_MODELS, by default ../shared/models beside the project. Exit 77 where there
is none.
"""
import argparse
import json
import os
import sys
import tempfile

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("diff", "zoo")]
from emitted import Model  # noqa: E402
from reader import File  # noqa: E402
from test_models import find_models, read_png  # noqa: E402

FLOAT, INT8, SIDE, TOLERANCE = "vww_96_float.tflite", "vww_96_int8.tflite", 96, 1e-5
CONV, DEPTHWISE, AVERAGE, RESHAPE, DENSE, SOFTMAX = 3, 4, 1, 22, 9, 25


def pad_same(torch, x, kernel, stride):
    """TensorFlow's SAME: the odd row and column behind."""
    pads = []
    for size in (x.shape[3], x.shape[2]):
        more = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [more // 2, more - more // 2]
    return torch.nn.functional.pad(x, pads)


def run_torch(torch, f, image):
    """The network operator by operator, in double precision."""
    functional = torch.nn.functional
    x = torch.from_numpy(image.astype(float)).permute(2, 0, 1)[None]
    for code, ins, _, options in f.operators:
        if code in (CONV, DEPTHWISE):
            w, b = (torch.from_numpy(f.array(i).astype(float)) for i in ins[1:3])
            stride, groups = f.number(options, 1, "i"), x.shape[1] if code == DEPTHWISE else 1
            assert f.number(options, 0, "b") == 0 and f.number(options, 2, "i") == stride
            w = w.permute(3, 0, 1, 2) if code == DEPTHWISE else w.permute(0, 3, 1, 2)
            x = functional.conv2d(pad_same(torch, x, w.shape[2], stride), w, b, stride, groups=groups)
            x = functional.relu(x) if f.number(options, 4 if code == DEPTHWISE else 3, "b") == 1 else x
        elif code == AVERAGE:
            x = functional.avg_pool2d(x, (f.number(options, 4, "i"), f.number(options, 3, "i")))
        elif code == RESHAPE:
            x = x.permute(0, 2, 3, 1).reshape(1, -1)
        elif code == DENSE:
            x = functional.linear(x, *(torch.from_numpy(f.array(i).astype(float)) for i in ins[1:3]))
        else:
            assert code == SOFTMAX, code
            x = functional.softmax(x * f.number(options, 0, "f"), -1)
    return x.numpy().ravel()


def make_bytes(count, seed):
    out = numpy.empty(count, numpy.uint8)
    for i in range(count):
        seed = (seed * 1664525 + 1013904223) % (1 << 32)
        out[i] = seed >> 24
    return out.view(numpy.int8)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--lcc", required=True)
    options.add_argument("--cc", default="cc")
    given = options.parse_args()
    models = find_models()
    path = models and os.path.join(models, "int8", FLOAT)
    if not path or not os.path.exists(path):
        print("skipped: the trained models are not there")
        sys.exit(77)
    try:
        import torch
    except ImportError:
        torch = None
    with open(os.path.join(models, "int8", "expected.json"), encoding="utf-8") as f:
        expected = json.load(f)[INT8]
    scale, zero = expected["input"]["scale"], expected["input"]["zero"]
    read, sure = File(path), 0
    with tempfile.TemporaryDirectory() as folder:
        network = Model(given.lcc, path, folder, cc=given.cc)
        for case in expected["cases"]:
            if "image" in case:
                image = os.path.join(models, "images", os.path.basename(case["image"]))
                _, _, pixels = read_png(image if image.endswith(".png") else image + ".png")
                whole = numpy.frombuffer(bytes(pixels), numpy.uint8).astype(int) - 128
            else:
                whole = make_bytes(SIDE * SIDE * 3, case["seed"]).astype(int)
            image = ((whole - zero) * scale).astype(numpy.float32).reshape(SIDE, SIDE, 3)
            probs = network([image])[0].ravel()
            micro = numpy.frombuffer(bytes.fromhex(case["out"]), numpy.int8)
            print(f"{case.get('image', case.get('seed'))}: {probs}, int8: {micro}")
            if torch:
                numpy.testing.assert_allclose(probs, run_torch(torch, read, image), atol=TOLERANCE)
            assert probs.argmax() == micro.argmax(), (case, probs, micro)
            sure += abs(probs[0] - probs[1]) > 0.5
    assert sure, "no case tells anything"


if __name__ == "__main__":
    main()
