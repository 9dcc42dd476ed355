#!/usr/bin/env python3
"""Writes goldens/NAME.json, the answers that test_zoo.py holds emitted code to, and names/NAME.txt, the tensors of each
checkpoint that test_names.py binds. Run it where torchvision is, after a change of models.py:

    python3 make_goldens.py [NAME ..]
"""
import json
import math
import os
import sys

import torch

from models import ZOO, run

HERE = os.path.dirname(os.path.abspath(__file__))
STATISTICS = ("running_mean", "running_var", "moving_mean", "moving_variance")  # which nobody counts as parameters
KEPT = 32  # logits that are kept, evenly spaced; their smallest, largest and sum vouch for the others


def write_golden(name, logits, shapes):
    entry = ZOO[name]
    n = len(logits)
    kept = [i * (n - 1) // (KEPT - 1) for i in range(KEPT)]
    golden = {
        "net": entry.net,
        "arguments": entry.arguments,
        "size": entry.size,
        "params": sum(math.prod(shape) for tensor, shape in shapes.items() if not tensor.endswith(STATISTICS)),
        "count": n,
        "min": float(logits.min()),
        "max": float(logits.max()),
        "sum": float(logits.sum()),
        "indices": kept,
        "values": [float(logits[i]) for i in kept],
    }
    with open(f"{HERE}/goldens/{name}.json", "w") as f:
        f.write(json.dumps(golden, indent=1).replace("[\n  ", "[").replace("\n ]", "]").replace(",\n  ", ", ") + "\n")


def write_names(name, shapes):
    """How to call lcc, then a line a tensor; the four tensors of a batch norm share one."""
    entry = ZOO[name]
    lines = [" ".join([entry.net] + entry.arguments)]
    norms = {".running_mean": "torch_bn", "/moving_mean": "keras_bn"}
    in_norm = {name[:-len(mean)] for name in shapes for mean in norms if name.endswith(mean)}
    for tensor, shape in shapes.items():
        label = tensor[:max(tensor.rfind("."), tensor.rfind("/"))]
        mean = tensor[len(label):]
        if label not in in_norm:
            lines.append(f"{tensor} {','.join(map(str, shape))}")
        elif mean in norms:
            lines.append(f"{norms[mean]} {label} {shape[0]}")
    with open(f"{HERE}/names/{name}.txt", "w") as f:
        f.write("\n".join(lines) + "\n")


def main():
    torch.set_num_threads(1)
    os.makedirs(f"{HERE}/goldens", exist_ok=True)
    os.makedirs(f"{HERE}/names", exist_ok=True)
    for name in sys.argv[1:] or ZOO:
        # The names need no more than an image that every layer can look at.
        logits, shapes = run(name, None if ZOO[name].golden else 64)
        if ZOO[name].golden:
            write_golden(name, logits, shapes)
        write_names(name, shapes)
        print(name, len(shapes), "tensors", flush=True)


if __name__ == "__main__":
    main()
