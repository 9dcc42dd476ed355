#!/usr/bin/env python3
"""Compiles networks of the zoo with seeded weights, runs them, and compares the logits with PyTorch's in double precision.

    test_zoo.py --lcc PATH --target generic|native [--only NAME] [--cc COMPILER]

The answers are in goldens/ (make_goldens.py wrote them); agreement is within 1e-4 of the largest logit.
"""
import argparse
import ctypes
import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from picture import picture

HERE = os.path.dirname(os.path.abspath(__file__))
ZOO = os.path.join(HERE, "..", "..", "dsl")
TOLERANCE = 1e-4
TIME_LIMIT = 600  # seconds, for one network

# Above this the weights are handed over at run time: a string literal of 50 MB and more is slow to compile.
MOST_EMBEDDED_BYTES = 40 << 20


def run_command(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIME_LIMIT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-3000:]}")
    return done.stdout


def compile_network(options, golden, folder):
    """The shared library's path, and the weights' path or None."""
    source = os.path.join(folder, "net.c")
    lcc = [options.lcc, os.path.join(ZOO, golden["net"])] + golden["arguments"] + ["-D", "logits=true", "--target", options.target]
    said = json.loads(subprocess.run(lcc + ["--emit", "json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
                                     timeout=TIME_LIMIT).stdout)
    apart = 4 * said["params"] > MOST_EMBEDDED_BYTES
    run_command(lcc + ["--name", "net", "-o", source] + (["--storage", "file"] if apart else []))
    library = os.path.join(folder, "net.so")
    run_command([options.cc, "-O2", "-shared", "-fPIC", "-o", library, source])
    return library, os.path.join(folder, "net.weights") if apart else None


def run_network(library, weights, golden):
    net = ctypes.CDLL(library)
    if weights:
        with open(weights, "rb") as f:
            data = f.read()
        aligned = ctypes.create_string_buffer(len(data) + 64)
        start = -ctypes.addressof(aligned) % 64
        ctypes.memmove(ctypes.addressof(aligned) + start, data, len(data))
        if net.net_bind(ctypes.c_void_p(ctypes.addressof(aligned) + start), ctypes.c_size_t(len(data))):
            raise RuntimeError("net_bind refuses the weights that were written with it")
    logits = (ctypes.c_float * golden["count"])()
    net.net_run.restype = None
    net.net_run(ctypes.c_char_p(picture(golden["size"], golden["size"])), logits)
    return list(logits)


def difference(logits, golden):
    """The largest difference from the golden, in units of its largest logit."""
    largest = max(abs(golden["min"]), abs(golden["max"]))
    pairs = [(logits[i], value) for i, value in zip(golden["indices"], golden["values"])]
    pairs += [(min(logits), golden["min"]), (max(logits), golden["max"])]
    pairs += [(sum(logits) / len(logits), golden["sum"] / len(logits))]
    if any(got != got for got in logits):
        return float("nan")
    return max(abs(got - wanted) for got, wanted in pairs) / largest


def check(options, name):
    with open(f"{HERE}/goldens/{name}.json") as f:
        golden = json.load(f)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        library, weights = compile_network(options, golden, folder)
        compiled = time.monotonic()
        worst = difference(run_network(library, weights, golden), golden)
    good = worst <= TOLERANCE
    print(f"{'ok  ' if good else 'FAIL'} {name}, {options.target}: differs by {worst:.1e} of the largest logit "
          f"(compiled in {compiled - start:.1f} s, ran in {time.monotonic() - compiled:.1f} s)", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--only")
    parser.add_argument("--cc", default="cc")
    options = parser.parse_args()
    names = sorted(os.path.basename(path)[:-5] for path in glob.glob(f"{HERE}/goldens/{options.only or '*'}.json"))
    if not names:
        print("no such network")
        return 1
    failures = 0
    for name in names:
        signal.alarm(TIME_LIMIT)  # ends the program, also inside of code that does not come back
        try:
            failures += not check(options, name)
        except (RuntimeError, subprocess.SubprocessError, OSError) as error:
            print(f"FAIL {name}, {options.target}: {error}")
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
