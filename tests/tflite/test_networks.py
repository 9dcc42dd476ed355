#!/usr/bin/env python3
"""MediaPipe's networks, which are TensorFlow Lite files with weights of float16, through the C that lcc writes: the numbers that
TensorFlow Lite's own runtime computes. Exit 77 where npm does not have the networks or the runtime.

    test_networks.py --lcc LCC --cc CC
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("diff", "zoo")]
import runtime  # noqa: E402
from emitted import Model  # noqa: E402

NETWORKS = (
    "hands/hand_landmark_lite.tflite",
    "face_detection/face_detection_full_range.tflite",
    "face_detection/face_detection_short_range.tflite",
)
# What is said of those that lcc does not take.
REFUSED = {
    "face_detection/face_detection_full_range_sparse.tflite": "operator DENSIFY is not supported: 46 nodes, first ",
}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--lcc", required=True)
    options.add_argument("--cc", default="cc")
    given = options.parse_args()
    work = os.environ.get("LCC_TFLITE_NETWORKS", os.path.join(tempfile.gettempdir(), f"lcc-tflite-networks-{os.getuid()}"))
    found = subprocess.run([os.path.join(HERE, "get_networks.sh"), work], stdout=subprocess.PIPE, text=True)
    wasm = runtime.find()
    if found.returncode or not wasm:
        print("skipped: npm does not have the networks, or TensorFlow Lite's runtime")
        sys.exit(77)
    models, cases = found.stdout.strip(), []
    for name in NETWORKS:
        path = os.path.join(models, name)
        with tempfile.TemporaryDirectory() as folder, open(path, "rb") as f:
            network = Model(given.lcc, path, folder, cc=given.cc)
            (port,) = network.about["inputs"]
            x = numpy.random.default_rng(7).random(port["shape"]).astype(numpy.float32)
            answer = numpy.concatenate([y.ravel() for y in network([x])])
            print(f"{name}: {answer.size} numbers")
            cases.append((name, f.read(), x, answer))
    faults, ran = runtime.compare(wasm, cases)
    assert not faults and ran == len(NETWORKS), faults
    for name, said in REFUSED.items():
        done = subprocess.run([given.lcc, os.path.join(models, name), "--emit", "net"], stderr=subprocess.PIPE, text=True)
        assert done.returncode == 1 and said in done.stderr, (name, done.stderr)


if __name__ == "__main__":
    main()
