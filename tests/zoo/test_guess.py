#!/usr/bin/env python3
"""Weights of one network of the zoo, given to another: the errors begin with whose weights they are, and end after twenty.

    test_guess.py --lcc PATH
"""
import argparse
import os
import re
import subprocess
import tempfile

from test_names import HERE, read_names, write_checkpoint

# The file of names, and the wrong network that gets the weights. Networks that have all tensors of another with the same shapes
# look like that one, too: the first by name is meant.
CASES = [
    ("mobilenet_v2", ["mobilenet_v2.net", "-D", "width=0.75"], "mobilenet_v2.net"),
    ("mobilenet_v2", ["mobilenet_v1.net"], "mobilenet_v2.net"),
    ("mobilenet_v2_keras", ["mobilenet_v2.net"], "mobilenet_v2.net -D 'source=\"keras\"'"),
    ("efficientnet_b2", ["efficientnet_b0.net"], "efficientnet_b2.net"),
    ("efficientnet_b0_torchvision", ["efficientnet_b1.net", "-D", 'source="torchvision"'], "efficientnet_b0.net -D 'source=\"torchvision\"'"),
    ("shufflenet_v2_x1_5", ["shufflenet_v2.net", "--variant", "x1_0"], "shufflenet_v2.net --variant x1_5"),
]


def check(lcc, name, words, looks_like, folder):
    path = os.path.join(folder, "weights.safetensors")
    write_checkpoint(path, read_names(os.path.join(HERE, "names", name + ".txt"))[1])
    done = subprocess.run([lcc, *words, "-w", path, "-o", "model.c"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    assert done.returncode == 1, done.stderr
    errors = [line for line in done.stderr.splitlines() if ": error: " in line]
    sums = r"(\d+ of the \d+ tensors that the network needs are not in the weights, or have another shape|" \
           r"none of the \d+ tensors that the network needs is in the weights); they look like those of (.*)$"
    found = re.search(sums, errors[0])
    assert found and found.group(2) == looks_like, errors[0]
    assert len(errors) <= 21, len(errors)
    for error in errors[1:]:
        assert path in error, error
    print(f"{name} in {' '.join(words)}: {found.group(0)}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--lcc", required=True)
    lcc = os.path.abspath(options.parse_args().lcc)
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            check(lcc, *case, folder)


if __name__ == "__main__":
    main()
