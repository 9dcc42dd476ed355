#!/usr/bin/env python3
"""What --dtype bf16 gains: the times of f32 and of bf16, in turns in one process, as a table in Markdown.

    bf16.py [--lcc LCC] [--cc CC] [--target NAME] [--runs N] [NETWORK ..]

Milliseconds of processor time by one thread, medians and the least. NETWORK is a .net file or a name of tests/zoo/goldens. The
weights are random. The processor has to have the target's instructions.
"""
import argparse
import ctypes
import math
import os
import statistics
import tempfile
import time

import programs


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", metavar="NETWORK", nargs="*", default=programs.INT8_NETWORKS)
    parser.add_argument("--lcc", default=os.environ.get("LCC", os.path.join(programs.ROOT, "build-bench/lcc/compiler/lcc")))
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--target", default="x86-64-v4-bf16")
    parser.add_argument("--runs", type=int, default=100)
    options = parser.parse_args()
    options.lcc = os.path.abspath(options.lcc)
    return options


def measure(options, arguments):
    """The times of f32 and of bf16, sorted."""
    with tempfile.TemporaryDirectory() as room:
        libraries, times = {}, {"f32": [], "bf16": []}
        for dtype in times:
            folder = os.path.join(room, dtype)
            os.mkdir(folder)
            given = arguments + ["--target", options.target, "--dtype", dtype]
            libraries[dtype] = ctypes.CDLL(programs.compile_network(options.lcc, options.cc, given, folder, 1))
        about = programs.describe(options.lcc, arguments)
        size = math.prod(about["inputs"][0]["shape"]) * (1 if about["inputs"][0]["type"] == "uint8" else 4)
        image = (ctypes.c_uint8 * size)(*(i * 37 % 61 for i in range(size)))  # small floats, too, where the input is of floats
        answer = (ctypes.c_float * math.prod(about["outputs"][0]["shape"]))()
        for run in range(-1, options.runs):
            for dtype, library in libraries.items():
                began = time.thread_time_ns()
                library.net_run(image, answer)
                if run >= 0:
                    times[dtype].append((time.thread_time_ns() - began) * 1e-6)
    return sorted(times["f32"]), sorted(times["bf16"])


def main():
    options = parse_options()
    rows = []
    for network in options.networks:
        arguments = [os.path.abspath(network)] if network.endswith(".net") else programs.arguments_of(network)
        f32, bf16 = measure(options, arguments)
        pairs = [(statistics.median(f32), statistics.median(bf16)), (f32[0], bf16[0])]
        rows.append([network] + [cell for a, b in pairs for cell in (f"{a:.2f}", f"{b:.2f}", f"{a / b:.2f}")])
    print(programs.table(["network", "f32", "bf16", "ratio", "least: f32", "bf16", "ratio"], rows))


if __name__ == "__main__":
    main()
