#!/usr/bin/env python3
"""Trains the network of gate.net, footwear or not, on Fashion-MNIST and writes its weights, half precision, to
gate.safetensors.

    python3 train.py [--data DIR] [--epochs N] [--out FILE]

As ../fashion/train.py, from which it has all but the network: PyTorch, the data set, a fixed seed, one thread.
"""
import argparse
import os
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fashion"))
import train as fashion  # noqa: E402

FOOTWEAR = (5, 7, 9)  # sandal, sneaker, ankle boot


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, 2, 1, bias=False)
        self.stem_bn = nn.BatchNorm2d(8)
        self.mix = nn.Conv2d(8, 8, 3, 2, 1, groups=8, bias=False)
        self.mix_bn = nn.BatchNorm2d(8)
        self.point = nn.Conv2d(8, 16, 1, bias=False)
        self.point_bn = nn.BatchNorm2d(16)
        self.classifier = nn.Linear(16, 2)

    def forward(self, x):
        x = F.relu(self.stem_bn(self.stem(x)))
        x = F.relu(self.mix_bn(self.mix(x)))
        x = F.relu(self.point_bn(self.point(x)))
        return self.classifier(x.mean((2, 3)))


def load(folder, part):
    images, labels = fashion.load(folder, part)
    return images, sum((labels == c).long() for c in FOOTWEAR)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--out", default="gate.safetensors")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    fashion.keep_freed_memory()

    model = Gate().to(memory_format=torch.channels_last)
    print(sum(p.numel() for p in model.parameters()), "parameters", flush=True)
    fashion.train(model, *load(options.data, "train"), options.epochs, 2)
    fashion.rounded_to_half(model)
    print(f"test accuracy, half precision: {fashion.accuracy(model, *load(options.data, 't10k')):.4f}")
    fashion.write_safetensors(model, options.out)


if __name__ == "__main__":
    main()
