#!/usr/bin/env python3
"""A torchvision network, exported to ONNX by PyTorch, gives through lcc's C what it gives in PyTorch; and the .net file and
weights that lcc makes of it are the same network.

    test_torchvision.py --lcc LCC --cc CC --only NETWORK        or --only opsets: a small one in every opset

Needs Debian's python3-torch and python3-torchvision; the weights are random. Exit 77 where they are missing.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy
    import torch
    import torchvision
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "diff"))
from emitted import Model, largest_error  # noqa: E402

# opset and side
NETWORKS = {
    "mobilenet_v2": (11, 224),
    "mobilenet_v3_small": (13, 224),
    "mobilenet_v3_large": (17, 224),
    "shufflenet_v2_x0_5": (11, 224),
    "shufflenet_v2_x1_0": (16, 224),
    "mnasnet1_0": (12, 224),
    "efficientnet_b0": (14, 224),
    "efficientnet_b1": (17, 240),
    "squeezenet1_1": (15, 224),
    "resnet18": (13, 224),
}
TOLERANCE = 2e-5 # of the largest output: sums in another order, through up to 80 layers
TIME_LIMIT = 900


def make_network(name):
    """With random weights that keep the signal alive: norms as after training, not the identity that they begin as."""
    torch.manual_seed(1)
    network = getattr(torchvision.models, name)(weights=None).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.5, 0.5)
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    return network


def make_net_file(lcc, folder):
    done = subprocess.run([lcc, "model.onnx", "--emit", "net", "-o", "model.net"], cwd=folder, stderr=subprocess.PIPE, text=True,
                          timeout=TIME_LIMIT)
    assert done.returncode == 0, done.stderr


def check(name, opset, side, lcc, cc, folder):
    network = make_network(name)
    x = torch.rand(1, 3, side, side) * 2 - 1
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = network(x).numpy().ravel()
        torch.onnx.export(network, x, os.path.join(folder, "model.onnx"), opset_version=opset,
                          # PRESERVE: norms are left as layers, with the checkpoint's names; EVAL folds them
                          training=torch.onnx.TrainingMode.EVAL if opset % 2 else torch.onnx.TrainingMode.PRESERVE)
    image = numpy.ascontiguousarray(x[0].permute(1, 2, 0).numpy())
    make_net_file(lcc, folder)
    path = {name: os.path.join(folder, "model." + name) for name in ("onnx", "net", "safetensors")}
    direct = Model(lcc, path["onnx"], folder, cc=cc, name="direct")
    again = Model(lcc, path["net"], folder, ("-w", path["safetensors"]), cc=cc, name="again")
    for key in ("params", "macs", "macs_emitted", "arena_bytes", "weights_hash"):
        assert direct.about[key] == again.about[key], (key, direct.about[key], again.about[key])
    assert not again.about["unused_tensors"], again.about["unused_tensors"]
    got = direct([image])[0]
    assert numpy.array_equal(got, again([image])[0]), "the .net route gives another answer"
    assert numpy.ptp(wanted) > 1e-3 * numpy.abs(wanted).max(), "all outputs are the same: this shows nothing"
    off = largest_error([got], [wanted])
    print(f"{name}, opset {opset}: {direct.about['macs'] / 1e6:.1f} M MACs, off by {off:.2e}")
    assert off <= TOLERANCE, off


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--lcc", required=True)
    options.add_argument("--cc", default="cc")
    options.add_argument("--only", choices=[*NETWORKS, "opsets"])
    given = options.parse_args()
    chosen = [(name, *NETWORKS[name]) for name in NETWORKS if given.only in (None, name)]
    if given.only == "opsets":
        chosen = [(name, opset, 64) for opset in range(9, 18) for name in ("mobilenet_v3_small", "shufflenet_v2_x0_5")]
    for name, opset, side in chosen:
        with tempfile.TemporaryDirectory() as folder:
            check(name, opset, side, given.lcc, given.cc, folder)


if __name__ == "__main__":
    main()
