#!/usr/bin/env python3
"""Trains the three networks of this folder on Fashion-MNIST and writes their weights, half precision, beside them.

    python3 train.py [--data DIR] [--epochs N] [--decay N] [NAME..]

NAME is fmnist_v2, fmnist_v3 or fmnist_efficientnet: MobileNetV2, V3 and EfficientNet in miniature. Needs what
examples/fashion/train.py needs, on which it stands: one thread on one core takes some minutes a network. The tables are
those of the .net files.
"""
import sys
from pathlib import Path

from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "examples" / "fashion"))

import train as fashion  # noqa: E402

# out, expand, kernel, stride, repeat, se, act
V2 = [
    (16, 1, 3, 1, 1, 0, nn.ReLU6),
    (24, 6, 3, 1, 2, 0, nn.ReLU6),
    (32, 6, 3, 2, 2, 0, nn.ReLU6),
    (48, 6, 3, 1, 1, 0, nn.ReLU6),
]
V3 = [
    (16, 1, 3, 1, 1, 0.5, nn.ReLU),
    (24, 4, 3, 1, 2, 0, nn.ReLU),
    (32, 4, 5, 2, 2, 1, nn.Hardswish),
    (40, 6, 5, 1, 1, 1, nn.Hardswish),
]
EFFICIENTNET = [
    (16, 1, 3, 1, 1, 0.25, nn.SiLU),
    (24, 6, 3, 1, 2, 0.25, nn.SiLU),
    (32, 6, 5, 2, 2, 0.25, nn.SiLU),
    (40, 6, 3, 1, 1, 0.25, nn.SiLU),
]

NETWORKS = {
    "fmnist_v2": lambda: fashion.Network(V2, 16, 2, nn.ReLU6, 256, nn.ReLU6),
    "fmnist_v3": lambda: fashion.Network(V3, 16, 2, nn.Hardswish, 160, nn.Hardswish, hidden=128,
                                         squeeze_act=nn.ReLU, gate=nn.Hardsigmoid),
    "fmnist_efficientnet": lambda: fashion.Network(EFFICIENTNET, 16, 2, nn.SiLU, 192, nn.SiLU, squeeze_act=None),
}


def main():
    parser = fashion.arguments(epochs=8, decay=5)
    parser.description = __doc__.splitlines()[0]
    parser.add_argument("names", nargs="*", metavar="NAME", help="which of them: " + ", ".join(NETWORKS))
    options = parser.parse_args()
    for name in options.names or NETWORKS:
        if name not in NETWORKS:
            parser.error(f"{name} is none of {', '.join(NETWORKS)}")
        print(name, flush=True)
        fashion.begin()
        fashion.train_and_write(NETWORKS[name](), options.data, options.epochs, options.decay,
                                HERE / f"{name}.safetensors")


if __name__ == "__main__":
    main()
