#!/usr/bin/env python3
"""Says what is on pictures: .npy arrays, PGM (grey) or PPM (colour) files, of the size that the network takes.

    classify.py [options] PICTURE ..
    classify.py --net fashion.net -w fashion.safetensors --names "T-shirt,trousers,.." boot.pgm

Without --net, the network of ../fashion.
"""
import argparse
import os
import re
import sys

import numpy as np

from lcc_model import Model

FASHION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fashion", "fashion")
CLOTHES = "T-shirt,trousers,pullover,dress,coat,sandal,shirt,sneaker,bag,ankle boot"


def read_netpbm(path):
    """A binary PGM or PPM file as uint8 [height, width, 1 or 3]."""
    with open(path, "rb") as f:
        data = f.read()
    blank = rb"(?:\s|#[^\n]*\n)+"
    head = re.match(rb"P([56])" + blank + rb"(\d{1,5})" + blank + rb"(\d{1,5})" + blank + rb"255\s", data)
    if not head:
        raise ValueError("is no PGM or PPM file (P5, P6) of 8 bits")
    channels = 1 if head[1] == b"5" else 3
    width, height = int(head[2]), int(head[3])
    if len(data) - head.end() < width * height * channels:
        raise ValueError("ends too soon")
    return np.frombuffer(data, np.uint8, width * height * channels, head.end()).reshape(height, width, channels)


def read_picture(path):
    if path.endswith(".npy"):
        return np.load(path, allow_pickle=False)
    return read_netpbm(path)


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pictures", nargs="+", metavar="PICTURE")
    parser.add_argument("--net", help="a .net or .onnx file (default: fashion.net)")
    parser.add_argument("-w", "--weights", action="append", default=[], help="its weights")
    parser.add_argument("--option", action="append", default=[], help="an option for lcc, such as --option=--variant=b1")
    parser.add_argument("--names", help="the classes' names, with commas between them")
    parser.add_argument("--logits", action="store_true", help="the network does not end in a softmax")
    parser.add_argument("--library", dest="built", help="load this library in place of compiling; needs --description")
    parser.add_argument("--description", help="the file of lcc --emit json that goes with it")
    options = parser.parse_args()
    if bool(options.built) != bool(options.description):
        parser.error("--library and --description go together")
    try:
        if options.built:
            model = Model(options.built, options.description)
        else:
            weights = options.weights if options.net else [FASHION + ".safetensors"]
            model = Model.compile(options.net or FASHION + ".net", weights, options.option)
    except (RuntimeError, OSError) as wrong:
        sys.exit(f"classify.py: {wrong}")
    names = (options.names or ("" if options.net else CLOTHES)).split(",")

    failures = 0
    for path in options.pictures:
        try:
            scores = model(read_picture(path)).ravel()
        except (OSError, TypeError, ValueError) as wrong:
            print(f"classify.py: {path}: {getattr(wrong, 'strerror', None) or wrong}", file=sys.stderr)
            failures += 1
            continue
        probs = softmax(scores) if options.logits else scores
        best = np.argsort(-probs, kind="stable")[:3]
        print(f"{path}: " + ", ".join(f"{names[i] if i < len(names) and names[i] else i} {100 * probs[i]:.2f} %"
                                      for i in best))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
