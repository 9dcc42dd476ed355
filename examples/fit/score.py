#!/usr/bin/env python3
"""Trains a candidate on Fashion-MNIST for $LCC_WORK epochs and prints its accuracy on the validation images, in percent.

    python3 score.py [--data DIR] [--images N] [--weights FILE.safetensors] CANDIDATE.net

Needs PyTorch and NumPy (Debian: python3-torch), the data set (Debian: dataset-fashion-mnist), and lcc, on the PATH or as $LCC.
The recipe is that of ../fashion/train.py: a fixed seed, one thread. The last 5,000 training images validate, the others train
(with --images: so many of either). The test images are not read.
"""
import argparse
import os

import torch

from network import fashion, read_network

VALIDATION = 5000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--images", type=int, help="train and validate with so many images only, to try the program")
    parser.add_argument("--weights", metavar="FILE.safetensors", help="write the weights, half precision")
    parser.add_argument("candidate", metavar="CANDIDATE.net")
    options = parser.parse_args()
    epochs = int(os.environ.get("LCC_WORK", 1))

    fashion.begin()
    model = read_network(options.candidate).to(memory_format=torch.channels_last)
    images, labels = fashion.load(options.data, "train")
    n = options.images
    fashion.train(model, images[:-VALIDATION][:n], labels[:-VALIDATION][:n], epochs, decay=(epochs + 1) // 2)
    fashion.rounded_to_half(model.weights)
    if options.weights:
        fashion.write_safetensors(model.weights, options.weights)
    right = fashion.accuracy(model, images[-VALIDATION:][:n], labels[-VALIDATION:][:n])
    print(f"validation accuracy: {100 * right:.2f}")


if __name__ == "__main__":
    main()
