#!/usr/bin/env python3
"""Where the time of one network goes, step by step, so that the next slow thing is always known.

    steps.py NETWORK [--lcc LCC] [--sort order|time|lost] [--runs N] [--threads N] [--cpu-time] [--target NAME] [--cc CC]
             [-D NAME=VALUE] [--variant NAME] [-I DIR] [-w WEIGHTS] [--keep-dead]

NETWORK is a .net file or a name of tests/zoo/goldens. `lost` is the time that a step takes beyond what its multiply-adds
need at the FMA peak, which is measured in the same run. Ends with the totals of each family of kernels.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import programs

HERE = os.path.dirname(os.path.abspath(__file__))
C_TYPES = {"f32": "float", "uint8": "uint8_t", "int8": "int8_t"}


class Step:
    def __init__(self, number, described, layers, microseconds, peak):
        layer = layers.get(described["layer"], {"op": "", "shape": []})
        self.number, self.layer, self.kernel = number, described["layer"], described["kernel"]
        self.family = described["kind"]
        self.shape = "x".join(map(str, layer["shape"]))
        self.macs, self.weights = described["macs"], described["weights_bytes"]
        self.time = microseconds
        self.lost = microseconds - 2e-3 * self.macs / peak


def ports_header(about):
    """Arrays for every input and output, inputs full of numbers that are not zero, and one call of the network."""
    lines, names = ["#include <stdint.h>"], []
    fills = []
    for kind in ("inputs", "outputs"):
        for i, port in enumerate(about[kind]):
            name, count = f"{kind}_{i}", 1
            for n in port["shape"]:
                count *= n
            lines.append(f"static {C_TYPES[port['type']]} {name}[{count}];")
            names.append(name)
            if kind == "inputs":
                value = "(float)(i * 2654435761u >> 24) / 128.0f - 1.0f" if port["type"] == "f32" else (
                    f"({C_TYPES[port['type']]})(i * 2654435761u >> 25)")
                fills.append(f"    for (uint32_t i = 0; i < {count}; i++) {name}[i] = {value};")
    return "\n".join(lines + ["static void fill_inputs(void) {"] + fills + ["}", "static void run_network(void) {",
                     f"    net_run({', '.join(names)});", "}", ""])


def measure(options, arguments, folder):
    """The steps with their times, the time of the whole run in microseconds, and the peak in GFLOP/s."""
    about = programs.describe(options.lcc, arguments)
    with open(os.path.join(folder, "ports.h"), "w") as f:
        f.write(ports_header(about))
    programs.compile_network(options.lcc, options.cc, arguments + ["--profile"], folder, options.threads, ["-DNET_PROFILE"])
    program = os.path.join(folder, "steps")
    programs.run([options.cc, "-O2", *programs.WARNINGS, "-DNET_PROFILE", "-I", folder, "-I", HERE, "-o", program,
                  os.path.join(HERE, "steps.c"), os.path.join(folder, "net.so"), "-Wl,-rpath," + folder, "-rdynamic"])
    clock = ["--cpu-time"] if options.cpu_time else []
    peak_command = [programs.compile_bench(options.cc, folder), *clock, "--threads", str(options.threads), "--peak",
                    programs.compile_peak(options.cc, about["target"], folder)]
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))

    peaks = [json.loads(programs.run(peak_command))["peak_gflops"]]
    times = [float(line) for line in programs.run([program, str(options.runs), *clock], env=environment).split()]
    peaks.append(json.loads(programs.run(peak_command))["peak_gflops"])
    if len(times) != len(about["steps"]) + 1:
        raise RuntimeError(f"{len(about['steps'])} steps are described, and {len(times) - 1} were timed")
    layers = {layer["name"]: layer for layer in about["layers"]}
    steps = [Step(i + 1, described, layers, times[i], max(peaks)) for i, described in enumerate(about["steps"])]
    return steps, times[-1], max(peaks)


def speed_cells(macs, microseconds, peak):
    """GFLOP/s and percent of the peak, where there are multiply-adds at all."""
    if not macs or not microseconds:
        return ["", ""]
    speed = 2e-3 * macs / microseconds
    return [f"{speed:.1f}", f"{100 * speed / peak:.1f}"]


def step_table(steps, order, peak):
    total = sum(step.time for step in steps)
    keys = {"order": lambda s: s.number, "time": lambda s: -s.time, "lost": lambda s: -s.lost}
    rows = [[s.layer, s.kernel, s.shape, s.number, f"{s.macs / 1e6:.2f}" if s.macs else "",
             f"{s.weights / 1024:.1f}" if s.weights else "", f"{s.time:.1f}", f"{s.lost:.1f}", *speed_cells(s.macs, s.time, peak),
             f"{100 * s.time / total:.1f}"] for s in sorted(steps, key=keys[order])]
    return programs.table(["layer", "kernel", "output", "step", "M MACs", "weights KB", "us", "lost us", "GFLOP/s", "% of peak",
                           "% of time"], rows, left=3)


def family_table(steps, peak):
    families = {}
    for step in steps:
        families.setdefault(step.family, []).append(step)
    families = sorted(families.items(), key=lambda item: -sum(s.time for s in item[1])) + [("all", steps)]
    total = sum(step.time for step in steps)
    rows = []
    for name, members in families:
        time, macs = sum(s.time for s in members), sum(s.macs for s in members)
        rows.append([name, len(members), f"{macs / 1e6:.2f}", f"{time / 1e3:.3f}", f"{sum(s.lost for s in members) / 1e3:.3f}",
                     *speed_cells(macs, time, peak), f"{100 * time / total:.1f}"])
    return programs.table(["kernels", "steps", "M MACs", "ms", "lost ms", "GFLOP/s", "% of peak", "% of time"], rows)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", metavar="NETWORK")
    parser.add_argument("--lcc", default=os.environ.get("LCC", os.path.join(programs.ROOT, "build-bench/lcc/compiler/lcc")))
    parser.add_argument("--sort", choices=["order", "time", "lost"], default="order")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cpu-time", action="store_true",
                        help="count the thread's processor time: for a machine that others use; one thread only")
    parser.add_argument("--target", default="native")
    parser.add_argument("--cc", default="cc")
    for option in ("-D", "-I", "-w"):
        parser.add_argument(option, action="append", default=[], help="for lcc")
    parser.add_argument("--variant", help="for lcc")
    parser.add_argument("--keep-dead", action="store_true", help="for lcc")
    options = parser.parse_args()
    if options.cpu_time and options.threads != 1:
        parser.error("--cpu-time sees one thread only")
    return options


def lcc_arguments(options):
    is_file = options.network.endswith(".net")
    arguments = [os.path.abspath(options.network)] if is_file else programs.arguments_of(options.network)
    arguments += ["--keep-dead"] if options.keep_dead else []
    arguments += ["--target", options.target] + (["--variant", options.variant] if options.variant else [])
    for letter, values in (("-D", options.D), ("-I", map(os.path.abspath, options.I)), ("-w", map(os.path.abspath, options.w))):
        for value in values:
            arguments += [letter, value]
    return arguments


def main():
    options = parse_options()
    try:
        with tempfile.TemporaryDirectory() as folder:
            steps, whole, peak = measure(options, lcc_arguments(options), folder)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"steps: {error}", file=sys.stderr)
        return 1
    print(step_table(steps, options.sort, peak))
    print()
    print(family_table(steps, peak))
    print(f"\nOne run: {whole / 1e3:.3f} ms, looks at the clock included. FMA peak: {peak:.1f} GFLOP/s. "
          f"Threads: {options.threads}. Medians of {options.runs} runs, {'processor' if options.cpu_time else 'wall'} time.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
