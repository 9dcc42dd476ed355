#!/usr/bin/env python3
"""A torchvision network, exported to ONNX by PyTorch, gives through lcc's C what it gives in PyTorch. The C is the same,
letter for letter but for its comments, as that of the .net file and weights that lcc makes of the ONNX file, and as that of the
network of dsl/ with the module's checkpoint, where there is one: who comes by ONNX is as fast as who comes by .net.

    test_torchvision.py --lcc LCC --cc CC [--only NETWORK] [--all-exports]

Each network is also exported on small images, with its data in the file and beside it. The opsets and the ways to export make
27 pairs. Every pair is tried on one of the ten networks, and nearly every network has all ways; --all-exports tries all on all.

Needs Debian's python3-torch and python3-torchvision, and python3-onnx for data beside the file; the weights are random. Exit 77
where PyTorch is missing.
"""
import argparse
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("diff", "zoo")]
from emitted import Model, largest_error  # noqa: E402
from modules import make_module, torch  # noqa: E402

DSL = os.path.join(HERE, "..", "..", "dsl")

# opset and side, and the same network in dsl/
TORCHVISION = ["-D", 'source="torchvision"']
NETWORKS = {
    "mobilenet_v2": (11, 224, ["mobilenet_v2.net"]),
    "mobilenet_v3_small": (13, 224, ["mobilenet_v3_small.net"]),
    "mobilenet_v3_large": (17, 224, ["mobilenet_v3_large.net"]),
    "shufflenet_v2_x0_5": (11, 224, ["shufflenet_v2.net", "--variant", "x0_5"]),
    "shufflenet_v2_x1_0": (16, 224, ["shufflenet_v2.net", "--variant", "x1_0"]),
    "mnasnet1_0": (12, 224, ["mnasnet_b1.net"]),
    "efficientnet_b0": (14, 224, ["efficientnet.net", "--variant", "b0", *TORCHVISION]),
    "efficientnet_b1": (17, 240, ["efficientnet.net", "--variant", "b1", *TORCHVISION]),
    "squeezenet1_1": (15, 224, None),
    "resnet18": (13, 224, None),
}
TOLERANCE = 2e-5 # of the largest output: sums in another order, through up to 80 layers
EXACT = 1e-6 # the same of the reference interpreter, where PyTorch counts in double precision too
TIME_LIMIT = 900


def export(network, x, path, opset, norms_stay=True, folding=True):
    """norms_stay: norms are left as layers, with the checkpoint's names; else the exporter folds them."""
    kind = torch.onnx.TrainingMode.PRESERVE if norms_stay else torch.onnx.TrainingMode.EVAL
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, x, path, opset_version=opset, training=kind, do_constant_folding=folding,
                          input_names=["image"], output_names=["logits"])


def run(words, folder):
    done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stderr}"
    return done.stdout


def tell(lcc, words, folder):
    return json.loads(run([lcc, *words, "--name", "model", "--emit", "json"], folder))


def plan_of(about):
    """What is done and where the numbers lie; no names."""
    def nameless(step):
        kept = {key: step[key] for key in step if key not in ("layer", "parts")}
        return kept, [nameless(part) for part in step.get("parts", [])]

    return [nameless(step) for step in about["steps"]], {key: about[key] for key in ("macs", "macs_emitted", "arena_bytes", "thread_bytes", "weights_bytes")}


def code_of(lcc, words, folder, name):
    """The C without its comments, which name the source's lines; and the packed weights."""
    os.mkdir(os.path.join(folder, name))
    path = os.path.join(folder, name, "model")
    run([lcc, *words, "--name", "model", "--storage", "file", "-o", path + ".c"], folder)
    with open(path + ".c", encoding="utf-8") as f:
        code = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    with open(path + ".weights", "rb") as f:
        return code, f.read()


def write_float_net(words, folder):
    """The network of dsl/ with floats for an input, as the ONNX file has them, in the place of bytes."""
    with open(os.path.join(DSL, words[0]), encoding="utf-8") as f:
        text, count = re.subn(r"uint8(\[.*\])\s*-> (normalize\(.*\)|preprocess)", r"f32\1", f.read())
    assert count == 1, words[0]
    with open(os.path.join(folder, words[0]), "w", encoding="utf-8") as f:
        f.write(text)
    return [words[0], *words[1:], "-I", os.path.abspath(DSL), "-D", "logits=true", "-w", "state.npz"]


def check_same(lcc, network, x, net, folder):
    """By ONNX, by the .net file made of it, and by dsl/'s with the checkpoint: one C. The ways of export: one plan."""
    run([lcc, "model.onnx", "--emit", "net", "-o", "model.net"], folder)
    routes = {"again": ["model.net", "-w", "model.safetensors"]}
    if net:
        numpy.savez(os.path.join(folder, "state.npz"), **{k: v.numpy() for k, v in network.state_dict().items()})
        routes["dsl"] = write_float_net(net, folder)
    code, weights = code_of(lcc, ["model.onnx"], folder, "onnx")
    about = tell(lcc, ["model.onnx"], folder)
    for name, words in routes.items():
        other, unused = tell(lcc, words, folder), "num_batches_tracked"
        assert about["params"] == other["params"], (name, about["params"], other["params"])
        assert plan_of(about) == plan_of(other), f"another plan by {name}"
        assert all(tensor.endswith(unused) for tensor in other["unused_tensors"]), other["unused_tensors"]
        other_code, other_weights = code_of(lcc, words, folder, name)
        assert weights == other_weights, f"other weights by {name}"
        assert code == other_code, f"other C by {name}"
    if net: # as it ships: bytes in
        shipped = [os.path.join(DSL, net[0]), *net[1:], "-D", "logits=true", "-w", "state.npz"]
        assert plan_of(about)[0] == plan_of(tell(lcc, shipped, folder))[0], "other steps by dsl/ as it ships"
    export(network, x, os.path.join(folder, "folded.onnx"), 13, norms_stay=False)
    assert plan_of(about) == plan_of(tell(lcc, ["folded.onnx"], folder)), "another plan where the exporter folds the norms"


def check(network, name, opset, side, net, lcc, cc, folder):
    x = torch.rand(1, 3, side, side) * 2 - 1
    with torch.no_grad():
        wanted = network(x).numpy().ravel()
    path = os.path.join(folder, "model.onnx")
    export(network, x, path, opset)
    check_same(lcc, network, x, net, folder)
    model = Model(lcc, path, folder, cc=cc, name="direct", apart=True)
    got = model([numpy.ascontiguousarray(x[0].permute(1, 2, 0).numpy())])[0]
    assert numpy.ptp(wanted) > 1e-3 * numpy.abs(wanted).max(), "all outputs are the same: this shows nothing"
    off = largest_error([got], [wanted], floor=1)
    print(f"{name}, opset {opset}: {model.about['macs'] / 1e6:.1f} M MACs, off by {off:.2e}")
    assert off <= TOLERANCE, off


def put_data_beside(folder):
    """model.onnx with its weights in other files: all in one, or each in its own."""
    try:
        import onnx
    except ImportError as missing:
        print(f"data beside the file are not tried: {missing}")
        return []
    for name, together in (("one", True), ("many", False)):
        os.mkdir(os.path.join(folder, name))
        onnx.save_model(onnx.load(os.path.join(folder, "model.onnx")), os.path.join(folder, name, "model.onnx"),
                        save_as_external_data=True, all_tensors_to_one_file=together, location="weights", size_threshold=0)
    return ["one/model.onnx", "many/model.onnx"]


def list_exports(index):
    """[(opset, norms stay, constants are folded)] for the network of this number, or for None all of them."""
    pairs = []
    for opset in range(9, 18):
        ways = [(True, True), (False, False), (False, True)] if opset % 2 else [(True, False), (False, True), (False, False)]
        pairs += [(opset, *way) for way in ways]
    return pairs if index is None else [pair for i, pair in enumerate(pairs) if i % 10 == index]


def check_exports(network, name, exports, lcc, folder):
    """One answer and one plan, whatever the opset, with the norms folded or not, and constants folded or not."""
    x = torch.rand(1, 3, 64, 64) * 2 - 1
    with torch.no_grad():
        wanted = copy.deepcopy(network).double()(x.double()).numpy().ravel()
    numpy.save(os.path.join(folder, "in.npy"), numpy.ascontiguousarray(x[0].permute(1, 2, 0).numpy()))

    def answer_is_right(path, what):
        run([lcc, path, "--run", "in.npy", "--out", "out.npy"], folder)
        off = largest_error([numpy.load(os.path.join(folder, "out.npy"))], [wanted], floor=1)
        assert off <= EXACT, (name, what, off)

    plans = []
    for opset, norms_stay, folding in exports:
        what = f"opset {opset}, norms {'stay' if norms_stay else 'folded'}, constants {'folded' if folding else 'stay'}"
        export(network, x, os.path.join(folder, "model.onnx"), opset, norms_stay, folding)
        answer_is_right("model.onnx", what)
        plans.append(plan_of(tell(lcc, ["model.onnx"], folder)))
        assert plans[-1] == plans[0], f"another plan with {what}"
    beside = put_data_beside(folder)
    for path in beside:
        answer_is_right(path, path)
    print(f"{name}: {len(plans) + len(beside)} exports, one plan")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--lcc", required=True)
    options.add_argument("--cc", default="cc")
    options.add_argument("--only", choices=NETWORKS)
    options.add_argument("--all-exports", action="store_true")
    given = options.parse_args()
    lcc = os.path.abspath(given.lcc)
    torch.set_num_threads(1)
    for index, name in enumerate(NETWORKS):
        if given.only in (None, name):
            network = make_module(name)
            with tempfile.TemporaryDirectory() as folder:
                check(network, name, *NETWORKS[name], lcc, given.cc, folder)
            with tempfile.TemporaryDirectory() as folder:
                check_exports(network, name, list_exports(None if given.all_exports else index), lcc, folder)


if __name__ == "__main__":
    main()
