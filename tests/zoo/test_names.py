#!/usr/bin/env python3
"""Binds every network of the zoo to a checkpoint with the tensors' real names: none is missing, none is left over.

    test_names.py --lcc PATH [--only NAME]

Checkpoints whose names differ by a rule are renamed by the rules that dsl/README.md gives.

names/*.txt say what the tensors are called and shaped; make_goldens.py wrote them from torchvision's modules and from
models.py. Each becomes a safetensors file of zeros in half precision, a variance of ones among them.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ZOO = os.path.join(HERE, "..", "..", "dsl")
NORMS = {"torch_bn": (".weight", ".bias", ".running_mean", ".running_var"),
         "keras_bn": ("/gamma", "/beta", "/moving_mean", "/moving_variance")}




def keras_3(name):
    """A tensor of Keras 2 as Keras 3 calls it."""
    return name.replace("/depthwise_kernel", "/kernel")


def keras_3_mobilenet_v3(name):
    """A path in the name of a layer became one word, in small letters."""
    layer, weight = keras_3(name).rsplit("/", 1)
    return layer.replace("/BatchNorm", "_bn").replace("/", "_").lower() + "/" + weight


# Names as another file has them, and a piece of the line in dsl/README.md that has the rules.
RENAMED = [
    ("shufflenet_v1_g3", lambda name: "module." + name, "Megvii"),
    ("mobilenet_v2", lambda name: "module." + name, "wrapped.safetensors"),
    ("efficientnet_b0_torchvision", lambda name: "state_dict/model/" + name.replace(".", "/"), "nested.safetensors"),
    ("mobilenet_v1_100", keras_3, "mobilenet_v2.net -D 'source=\"keras\"'"),
    ("mobilenet_v2_keras", keras_3, "mobilenet_v2.net -D 'source=\"keras\"'"),
    ("efficientnet_b0_keras", keras_3, "mobilenet_v2.net -D 'source=\"keras\"'"),
    ("mobilenet_v3_small_keras", keras_3_mobilenet_v3, "mobilenet_v3_small.net -D 'source=\"keras\"'"),
    ("mobilenet_v3_large_keras", keras_3_mobilenet_v3, "mobilenet_v3_small.net -D 'source=\"keras\"'"),
]


def rules_that_are_told(piece):
    """The --rename options of the line of dsl/README.md that has the piece."""
    with open(os.path.join(ZOO, "README.md"), encoding="utf-8") as f:
        lines = f.read().replace("\\\n", "").splitlines()
    rules = [rule for line in lines if piece in line for rule in re.findall(r"--rename '([^']*)'", line)]
    return [word for rule in rules for word in ("--rename", rule)]


def read_names(path):
    """lcc's arguments, and {tensor: shape}."""
    with open(path) as f:
        lines = f.read().splitlines()
    shapes = {}
    for line in lines[1:]:
        words = line.split(" ")
        if words[0] in NORMS:
            for part in NORMS[words[0]]:
                shapes[words[1] + part] = [int(words[2])]
        else:
            shapes[words[0]] = [int(n) for n in words[1].split(",")]
    return lines[0].split(" "), shapes


def write_checkpoint(path, shapes):
    header, at = {}, 0
    for name, shape in shapes.items():
        count = 1
        for n in shape:
            count *= n
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [at, at + 2 * count]}
        at += 2 * count
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            variance = name.endswith(("running_var", "moving_variance"))
            f.write((b"\x00\x3c" if variance else b"\x00\x00") * ((end - begin) // 2))


def lcc(options, arguments, folder, shapes):
    checkpoint = os.path.join(folder, "checkpoint.safetensors")
    write_checkpoint(checkpoint, shapes)
    command = [options.lcc, os.path.join(ZOO, arguments[0])] + arguments[1:] + ["-w", checkpoint, "--emit", "json"]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)


def check(options, path, folder):
    """What is wrong, or None."""
    arguments, shapes = read_names(path)
    bound = lcc(options, arguments, folder, shapes)
    if bound.returncode:
        return bound.stderr
    unused = json.loads(bound.stdout)["unused_tensors"]
    return f"not used: {unused}" if unused else None


def check_renamed(options, name, other, piece, folder):
    arguments, shapes = read_names(f"{HERE}/names/{name}.txt")
    renamed, rules = {other(tensor): shape for tensor, shape in shapes.items()}, rules_that_are_told(piece)
    if not rules or lcc(options, arguments, folder, renamed).returncode != 1:
        return "there are no rules, or they are not needed"
    bound = lcc(options, arguments + rules, folder, renamed)
    return bound.stderr or (json.loads(bound.stdout)["unused_tensors"] and "tensors are left over")


def check_that_it_can_fail(options, path, folder):
    """A tensor less is an error that names it; a tensor more is said to be unused."""
    arguments, shapes = read_names(path)
    last = list(shapes)[-1]
    less = lcc(options, arguments, folder, {name: shapes[name] for name in shapes if name != last})
    if less.returncode != 1 or last not in less.stderr:
        return f"without {last}: exit {less.returncode}\n{less.stderr}"
    more = lcc(options, arguments, folder, dict(shapes, one_too_many=[3]))
    if more.returncode or json.loads(more.stdout)["unused_tensors"] != ["one_too_many"]:
        return f"with a tensor too many: exit {more.returncode}\n{more.stdout[-500:]}{more.stderr}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--only")
    options = parser.parse_args()
    paths = sorted(glob.glob(f"{HERE}/names/{options.only or '*'}.txt"))
    if not paths:
        print("no such network")
        return 1
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            wrong = check(options, path, folder)
            print(f"{'FAIL' if wrong else 'ok  '} {os.path.basename(path)[:-4]}{': ' + wrong if wrong else ''}", flush=True)
            failures += wrong is not None
        for name, other, piece in RENAMED if not options.only else []:
            wrong = check_renamed(options, name, other, piece, folder)
            print(f"{'FAIL' if wrong else 'ok  '} {name}, renamed{': ' + wrong if wrong else ''}", flush=True)
            failures += bool(wrong)
        wrong = check_that_it_can_fail(options, paths[0], folder)
        print(f"{'FAIL' if wrong else 'ok  '} a tensor less, a tensor more{': ' + wrong if wrong else ''}")
        failures += wrong is not None
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
