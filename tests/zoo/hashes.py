#!/usr/bin/env python3
"""Prints a hash of what lcc writes for the networks of the zoo, so that two builds of lcc can be compared by `diff`.

    tests/zoo/hashes.py --lcc LCC >before.txt
    tests/zoo/hashes.py --lcc OTHER >after.txt; diff before.txt after.txt

One line for each network, target, type of the weights and limit of memory: the SHA-256 of the C file, the header and the
file of weights. --quick takes one network of each family, and two limits.
"""
import argparse
import concurrent.futures
import hashlib
import itertools
import os
import subprocess
import sys
import tempfile

DSL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "dsl")
QUICK = [("mobilenet_v1", ["width=0.25"]), ("mobilenet_v2", []), ("mobilenet_v3_large", []), ("mobilenet_v3_small", []),
         ("shufflenet_v1", []), ("shufflenet_v2", []), ("efficientnet_b0", []), ("mnasnet_a1", [])]
WHOLE = (
    [("mobilenet_v1", ["width=%s" % width]) for width in ("0.25", "0.5", "0.75", "1.0")]
    + [("mobilenet_v2", ["width=%s" % width]) for width in ("0.35", "0.5", "0.75", "1.0", "1.4")]
    + [("mobilenet_v3_large", []), ("mobilenet_v3_small", [])]
    + [("shufflenet_v1", ["variant:g%d" % groups]) for groups in (1, 2, 3, 4, 8)]
    + [("shufflenet_v2", ["variant:x" + width]) for width in ("0_5", "1_0", "1_5", "2_0")]
    + [("efficientnet_b%d" % phi, []) for phi in range(5)]
    + [("efficientnet_lite", ["variant:lite%d" % phi]) for phi in range(5)]
    + [("mnasnet_a1", []), ("mnasnet_b1", [])]
)
TARGETS = ["generic", "x86-64", "x86-64-v3", "x86-64-v4", "aarch64", "wasm32"]
DTYPES = ["f32", "f16"]
LIMITS = [None, "6M", "min"]


def settings(options):
    """lcc's options for the knobs of a network."""
    return [word for option in options for word in
            (["--variant", option[8:]] if option.startswith("variant:") else ["-D", option])]


def hash_one(lcc, network, target, dtype, limit):
    """The line for one way to compile a network; what lcc says where it refuses."""
    name, options = network
    with tempfile.TemporaryDirectory() as folder:
        command = [lcc, os.path.join(DSL, name + ".net"), *settings(options), "--target", target, "--weights-dtype", dtype,
                   "--storage", "file", "-o", os.path.join(folder, "model.c")]
        if limit:
            command += ["--max-ram", limit]
        done = subprocess.run(command, capture_output=True, text=True)
        digest = hashlib.sha256()
        for ending in (".c", ".h", ".weights"):
            path = os.path.join(folder, "model" + ending)
            if os.path.exists(path):
                with open(path, "rb") as made:
                    digest.update(made.read())
        if done.returncode not in (0, 1) or done.returncode == 1 and os.listdir(folder):
            raise SystemExit("%s\nexit %d\n%s" % (" ".join(command), done.returncode, done.stderr))
        value = digest.hexdigest()[:24] if done.returncode == 0 else "refused"
    return "%s %s %s %s %s: %s" % (name, ",".join(options) or "-", target, dtype, limit or "-", value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    networks, limits = (QUICK, [None, "min"]) if arguments.quick else (WHOLE, LIMITS)
    ways = list(itertools.product(networks, TARGETS, DTYPES, limits))
    with concurrent.futures.ThreadPoolExecutor(arguments.j) as pool:
        for line in pool.map(lambda way: hash_one(arguments.lcc, *way), ways):
            print(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
