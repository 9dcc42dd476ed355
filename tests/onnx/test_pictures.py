#!/usr/bin/env python3
"""A trained MobileNetV2 that comes as an ONNX file sees what is in the pictures, through the C that lcc writes: the class and
probabilities that ONNX Runtime gave.

    test_pictures.py --lcc LCC --cc CC

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
from test_models import find_models, read_png  # noqa: E402

NAME, SIDE, TOLERANCE = "mobilenet_v2_1.0_224", 224, 1e-4


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--lcc", required=True)
    options.add_argument("--cc", default="cc")
    given = options.parse_args()
    models = find_models()
    model = models and os.path.join(models, NAME + ".onnx")
    if not model or not os.path.exists(model):
        print("skipped: the trained models are not there")
        sys.exit(77)
    with open(os.path.join(models, "expected.json"), encoding="utf-8") as f:
        expected = json.load(f)[NAME]["top5"]
    with tempfile.TemporaryDirectory() as folder:
        network = Model(given.lcc, model, folder, cc=given.cc)
        for picture, top in expected.items():
            _, _, pixels = read_png(os.path.join(models, "images", picture + ".png"))
            image = numpy.frombuffer(bytes(pixels), numpy.uint8).reshape(SIDE, SIDE, 3).astype(numpy.float32) / 128 - 1
            probs = network([image])[0].ravel()
            best = int(probs.argmax())
            print(f"{picture}: {best} {top[0][1]}, {probs[best]:.3f}")
            assert best == top[0][0], (best, top)
            for index, _, probability in top:
                assert abs(probs[index] - probability) < TOLERANCE, (picture, index, probs[index], probability)
    assert expected, "no picture"


if __name__ == "__main__":
    main()
