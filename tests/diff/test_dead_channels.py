#!/usr/bin/env python3
"""Emitted C with and without --keep-dead: the same answers, and fewer MACs.

    test_dead_channels.py --lcc LCC [--target native] [--cc COMPILER]

A network with channels planted dead and constant, its weights in an .npz, always; the trained vww_96, on its own range of
inputs, where the models are ($LCC_MODELS, else ../shared/models beside the project).
"""
import argparse
import os
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import emitted  # noqa: E402
from machines import Foreign, machine_for, require_machine  # noqa: E402

PROJECT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
TOLERANCE = 1e-5
MANY, FEW = 8, 2  # weights that are tried; few by an emulator, since which channels are dead does not depend on the target
VWW_RATIO = 1.7  # MACs with --keep-dead over those without

PLANTED = """
default padding = symmetric
net planted {
    input image: uint8[15, 17, 3] -> normalize(mean = 120, std = 60)
    conv(16, 3, stride = 2) @"stem" -> bn @"stem_bn" -> relu
    residual {
        conv(40, 1) @"expand" -> bn @"expand_bn" -> hswish
        depthwise(3) @"dw" -> bn @"dw_bn" -> hswish
        scale { global_avg_pool -> conv(9, 1) @"squeeze" -> relu -> conv(40, 1) @"excite" -> hsigmoid }
        conv(16, 1) @"project" -> bn @"project_bn"
    }
    split {
        branch { identity }
        branch { conv(8, 1) @"inner" -> bn @"inner_bn" -> relu -> conv(8, 3) @"outer" -> bn @"outer_bn" -> relu }
    }
    shuffle(2)
    conv(24, 1, groups = 2) @"grouped" -> bn @"grouped_bn" -> relu6 -> shuffle(2) -> avg_pool(2, padding = valid)
    conv(20, 3) @"last" -> bn @"last_bn" -> relu
    dense(5) @"head" -> softmax
    output probs
}
"""

# conv and depthwise [out, in / groups, kh, kw]; each has a norm behind it but the squeeze's and the last
SHAPES = {"stem": (16, 3, 3, 3), "expand": (40, 16, 1, 1), "dw": (40, 1, 3, 3), "squeeze": (9, 40, 1, 1),
          "excite": (40, 9, 1, 1), "project": (16, 40, 1, 1), "inner": (8, 8, 1, 1), "outer": (8, 8, 3, 3),
          "grouped": (24, 8, 1, 1), "last": (20, 24, 3, 3), "head": (5, 20 * 7 * 8)}
NO_NORM = ("squeeze", "excite", "head")


def make_weights(source):
    """Random weights; a third of the norms' channels are constant."""
    weights = {}
    for name, shape in SHAPES.items():
        out = shape[0]
        weights[name + ".weight"] = source.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))
        if name in NO_NORM:
            continue
        constant = source.random(out) < 1 / 3
        weights[name + "_bn.weight"] = np.where(constant, 0, source.normal(1, 0.2, out))
        weights[name + "_bn.bias"] = np.where(constant, source.choice([0, -0.5, -4, 0.8], out), source.normal(0, 0.2, out))
        weights[name + "_bn.running_mean"] = source.normal(0, 0.1, out)
        weights[name + "_bn.running_var"] = source.uniform(0.5, 1.5, out)
    weights["head.bias"] = source.standard_normal(5)
    return {name: value.astype(np.float32) for name, value in weights.items()}


def inputs_of(model):
    """Random ones, and all of them at either end of the range."""
    yield from (model.random_inputs(seed) for seed in range(4))
    for value in (0, 255):
        yield [np.full_like(x, value) for x in model.random_inputs(0)]


def compare(arguments, name, net, weights, folder, least_ratio):
    """True where both agree and the MACs are fewer by the ratio wanted."""
    options, where = ["-w", weights], {"target": arguments.target, "cc": arguments.cc}
    where["level"] = "-O0" if arguments.target == "generic" else "-O1"
    without = emitted.Model(arguments.lcc, net, folder, options, name="without", **where)
    kept = emitted.Model(arguments.lcc, net, folder, options + ["--keep-dead"], name="kept", **where)
    error = 0.0
    for inputs in inputs_of(kept):
        expected = [x.astype(np.float64) for x in kept(inputs)]
        error = max(error, emitted.largest_error(without(inputs), expected, emitted.ROUNDINGS / TOLERANCE))
    ratio = kept.about["macs_emitted"] / without.about["macs_emitted"]
    good = error <= TOLERANCE and ratio >= least_ratio and kept.about["macs"] == without.about["macs"]
    print("%s %s: within %.1e, %.2f times the MACs with --keep-dead" % ("ok  " if good else "FAIL", name, error, ratio))
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--target", default="native")
    parser.add_argument("--cc")
    arguments = parser.parse_args()
    require_machine(arguments.target, arguments.cc)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        net, weights = os.path.join(folder, "planted.net"), os.path.join(folder, "planted.npz")
        with open(net, "w") as out:
            out.write(PLANTED)
        for seed in range(FEW if isinstance(machine_for(arguments.target, arguments.cc), Foreign) else MANY):
            np.savez(weights, **make_weights(np.random.default_rng(seed)))
            good = compare(arguments, "planted %d" % seed, net, weights, folder, 1.2) and good
    models = os.environ.get("LCC_MODELS") or os.path.join(PROJECT, "..", "shared", "models")
    weights = os.path.join(models, "vww_96.safetensors")
    if os.path.exists(weights):
        net = os.path.join(PROJECT, "tests", "zoo", "nets", "vww_96.net")
        with tempfile.TemporaryDirectory() as folder:
            good = compare(arguments, "vww_96", net, weights, folder, VWW_RATIO) and good
    else:
        print("skip vww_96: no trained models here; set LCC_MODELS to their folder")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
