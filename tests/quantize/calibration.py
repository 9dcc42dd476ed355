#!/usr/bin/env python3
"""Writes training images of Fashion-MNIST as samples for lcc --calibrate: uint8 [COUNT, SIDE, SIDE, CHANNELS].

    python3 calibration.py [--data DIR] [--count 500] [--side 28] [--channels 1] [--labels FILE.npy] FILE.npy

They are the first ones of the training set. A SIDE above 28 puts zeros around them, CHANNELS repeats them. --labels writes the
class of each: uint8 [COUNT].
"""
import argparse
import gzip
import sys
from pathlib import Path

import numpy as np


def read_idx(path, count, element):
    """The first `count` elements, each of this shape, of an IDX file of bytes."""
    rank = 1 + len(element)
    size = count * int(np.prod(element))
    with gzip.open(path) as f:
        head = f.read(4 + 4 * rank)
        data = np.frombuffer(f.read(size), np.uint8)
    if head[:4] != bytes([0, 0, 8, rank]) or data.size != size:
        sys.exit(f"{path} is not the file of Fashion-MNIST")
    return data.reshape((count,) + element)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--side", type=int, default=28)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--labels", metavar="FILE.npy")
    parser.add_argument("out", metavar="FILE.npy")
    options = parser.parse_args()

    images = read_idx(options.data / "train-images-idx3-ubyte.gz", options.count, (28, 28))
    edge = (options.side - 28) // 2
    images = np.pad(images, ((0, 0), (edge, edge), (edge, edge)))
    np.save(options.out, np.repeat(images[..., None], options.channels, axis=3))
    if options.labels:
        np.save(options.labels, read_idx(options.data / "train-labels-idx1-ubyte.gz", options.count, ()))


if __name__ == "__main__":
    main()
