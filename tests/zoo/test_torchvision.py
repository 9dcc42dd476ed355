#!/usr/bin/env python3
"""Checkpoints as they come: the state_dict of every module of torchvision's that the zoo has, saved as safetensors or .npz with
all that is in it, binds by name and gives PyTorch's answer.

    test_torchvision.py --lcc PATH [--only NAME]

The weights are random, with norms as after training, and the images small; the reference interpreter answers, in double precision
as PyTorch does here. Every family also comes in half precision, as .npz, and with the names that a wrapper or a file of another
kind would have, renamed as dsl/README.md says. Needs Debian's python3-torchvision; exit 77 where it is missing.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

from modules import make_module, torch
from picture import picture

HERE = os.path.dirname(os.path.abspath(__file__))
ZOO = os.path.join(HERE, "..", "..", "dsl")
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
TOLERANCE = 1e-6  # of the largest logit; both sides count in double precision
EFFICIENTNET = ["-D", 'source="torchvision"', "-D"]

# module: net, arguments and the param that is the side of the image, side
MODULES = {
    "mobilenet_v2": ("mobilenet_v2.net", ["-D"], "resolution", 96),
    "mobilenet_v3_large": ("mobilenet_v3_large.net", ["-D"], "resolution", 96),
    "mobilenet_v3_small": ("mobilenet_v3_small.net", ["-D"], "resolution", 96),
    "shufflenet_v2_x0_5": ("shufflenet_v2.net", ["--variant", "x0_5", "-D"], "resolution", 96),
    "shufflenet_v2_x1_0": ("shufflenet_v2.net", ["-D"], "resolution", 96),
    "shufflenet_v2_x1_5": ("shufflenet_v2.net", ["--variant", "x1_5", "-D"], "resolution", 64),
    "shufflenet_v2_x2_0": ("shufflenet_v2.net", ["--variant", "x2_0", "-D"], "resolution", 64),
    "mnasnet0_5": ("mnasnet_b1.net", ["-D", "width=0.5", "-D"], "resolution", 96),
    "mnasnet0_75": ("mnasnet_b1.net", ["-D", "width=0.75", "-D"], "resolution", 64),
    "mnasnet1_0": ("mnasnet_b1.net", ["-D"], "resolution", 96),
    "mnasnet1_3": ("mnasnet_b1.net", ["-D", "width=1.3", "-D"], "resolution", 64),
}
for i in range(8):
    MODULES[f"efficientnet_b{i}"] = (f"efficientnet_b{i}.net", EFFICIENTNET, "size", 96 if i < 4 else 64)

TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


def write_safetensors(path, state):
    """As the safetensors package does: the length of the header, the header, the tensors' bytes."""
    header, parts, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in state.items():
        bits = tensor.contiguous().view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor.contiguous()
        parts.append(bits.numpy().tobytes())
        header[name] = {"dtype": TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(parts[-1])]}
        at += len(parts[-1])
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + b"".join(parts))


def lcc(options, words, folder):
    done = subprocess.run([options.lcc, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=600)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stderr}"
    return done.stdout


def check_answer(options, net, weights, wanted, tolerance, folder):
    """How far off; the checkpoint binds whole, less what only training needs."""
    words = [*net, "-w", *weights]
    unused = json.loads(lcc(options, words + ["--emit", "json"], folder))["unused_tensors"]
    assert all(name.endswith("num_batches_tracked") for name in unused), unused
    lcc(options, words + ["--run", "in.npy", "--out", "out.npy"], folder)
    got = np.load(os.path.join(folder, "out.npy")).ravel()
    off = float(np.abs(got - wanted).max() / np.abs(wanted).max())
    assert off <= tolerance, (weights, off)
    return off


def forms(state):
    """Ways in which the same checkpoint may come: name, writer, tensors, rules for --rename."""
    yield "npz", lambda path, s: np.savez(path, **{k: v.numpy() for k, v in s.items()}), state, []
    yield "wrapped", write_safetensors, {"module." + k: v for k, v in state.items()}, [r"^module\.="]
    yield "nested", write_safetensors, {"state_dict/model/" + k.replace(".", "/"): v for k, v in state.items()}, \
        ["^state_dict/model/=", "/=."]


def check(options, name):
    net, arguments, side_param, side = MODULES[name]
    module = make_module(name)
    image = np.frombuffer(picture(side, side), np.uint8).reshape(side, side, 3)
    x = (torch.from_numpy(image.astype(np.float64)) / 255 - torch.tensor(MEAN).double()) / torch.tensor(STD).double()
    x = x.permute(2, 0, 1).unsqueeze(0).contiguous()
    words = [os.path.join(ZOO, net), *arguments, f"{side_param}={side}", "-D", "logits=true"]
    state = dict(module.state_dict())
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        np.save(os.path.join(folder, "in.npy"), image)
        write_safetensors(os.path.join(folder, "state.safetensors"), state)
        wanted = module.double()(x).numpy().ravel()
        assert np.ptp(wanted) > 1e-3 * np.abs(wanted).max(), "all logits are the same: this shows nothing"
        off = check_answer(options, words, ["state.safetensors"], wanted, TOLERANCE, folder)
        print(f"ok   {name}: {len(state)} tensors, off by {off:.1e} of the largest logit", flush=True)
        if name not in ("mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x0_5", "mnasnet0_5", "efficientnet_b0"):
            return
        for form, write, tensors, rules in forms(state):
            file = "state_" + form + (".npz" if form == "npz" else ".safetensors")
            write(os.path.join(folder, file), tensors)
            renames = [word for rule in rules for word in ("--rename", rule)]
            check_answer(options, words, [file, *renames], wanted, TOLERANCE, folder)
        for kind in (torch.float16, torch.bfloat16):
            half = {k: v.to(kind) if v.is_floating_point() else v for k, v in state.items()}
            write_safetensors(os.path.join(folder, "half.safetensors"), half)
            for key, tensor in module.state_dict().items():
                tensor.copy_(half[key])
            check_answer(options, words, ["half.safetensors"], module(x).numpy().ravel(), TOLERANCE, folder)
        print(f"ok   {name}: .npz, renamed, in half precision", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--only", choices=MODULES)
    options = parser.parse_args()
    options.lcc = os.path.abspath(options.lcc)
    torch.set_num_threads(1)
    for name in MODULES:
        if options.only in (None, name):
            check(options, name)


if __name__ == "__main__":
    main()
