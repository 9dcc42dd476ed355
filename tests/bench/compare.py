#!/usr/bin/env python3
"""Compares compiled networks with ONNX Runtime and PyTorch and prints a table in Markdown. run.sh sets everything up.

    compare.py --lcc LCC --work FOLDER [--ort LIBRARY] [--no-torch] [--threads N] [--runs N] [--target NAME] [--cc CC]
               [--cpu-time] [--beside N] [NETWORK ..]

All rivals have the same weights (seeded), and end at the logits. The network alone is measured: ONNX Runtime and PyTorch
get the normalised image in their own layout, as floats; lcc's networks get the bytes of the image and normalise them
inside, so that they do a little more than the others. Every answer is held to PyTorch's in double precision first.

--beside N measures on a busy machine: N processes that only count run all the time. The table then has the medians and the
90th and 99th percentiles, also of lcc's code by one thread.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile

import programs
from export import prepare

HERE = os.path.dirname(os.path.abspath(__file__))


def measure(options, name, folder):
    """Every rival's times for one network: what bench.c prints, and the MACs of the network."""
    files = prepare(name, options.onnx)
    arguments = programs.arguments_of(name) + ["--target", options.target] + options.lcc_options.split()
    about = programs.describe(options.lcc, arguments)
    library = programs.compile_network(options.lcc, options.cc, arguments, folder, options.threads)
    cpu_time = ["--cpu-time"] if options.cpu_time else []
    command = [options.bench, *cpu_time, "--threads", str(options.threads), "--runs", str(options.runs),
               "--peak", programs.compile_peak(options.cc, about["target"], folder),
               "--bytes", files["bytes"], "--floats", files["floats"], "--expect", files["logits"], "--lcc", library]
    if options.beside:
        command += ["--beside", str(options.beside), "--lcc-alone", library, str(about["arena_bytes"])]
    if options.ort:
        command += ["--ort", options.ort, files["onnx"]]
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
    if options.no_torch:
        result = json.loads(programs.run(command, env=environment))
    else:
        peer = [sys.executable, os.path.join(HERE, "torch_peer.py"), name, str(options.threads), *cpu_time]
        with subprocess.Popen(peer, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as peer:
            ends = peer.stdout.fileno(), peer.stdin.fileno()
            command += ["--peer", "PyTorch", *map(str, ends)]
            try:
                result = json.loads(programs.run(command, env=environment, pass_fds=ends))
            finally:
                peer.kill()
    result.update(macs=about["macs"], target=about["target"], threaded=programs.is_threaded(folder))
    return result


def row_of(name, result):
    """Cells of the table, and by how much lcc is faster than ONNX Runtime, or None."""
    rivals = {rival["name"]: rival for rival in result["rivals"]}

    def times(rival):
        return ["", ""] if rival not in rivals else ["%.2f" % rivals[rival][key] for key in ("median_ms", "min_ms")]

    ours = rivals["lcc"]["median_ms"]
    speed = 2e-6 * result["macs"] / ours
    ratio = rivals["ONNX Runtime"]["median_ms"] / ours if "ONNX Runtime" in rivals else None
    return [name, *times("lcc"), *times("ONNX Runtime"), f"{ratio:.2f}" if ratio else "", *times("PyTorch"),
            f"{result['macs'] / 1e6:.1f}", f"{speed:.1f}", f"{result['peak_gflops']:.1f}",
            f"{100 * speed / result['peak_gflops']:.1f}"], ratio


def busy_row(name, result):
    """Cells of the table of a busy machine."""
    row = [name]
    for rival in ("lcc, one thread", "lcc", "ONNX Runtime"):
        times = next((r for r in result["rivals"] if r["name"] == rival), None)
        row += ["%.2f" % times[key] for key in ("median_ms", "p90_ms", "p99_ms")] if times else [""] * 3
    return row


BUSY_HEADER = ["network", "lcc, 1 thread", "p90", "p99", "lcc", "p90", "p99", "ORT", "p90", "p99"]
HEADER = ["network", "lcc ms", "min", "ORT ms", "min", "ORT / lcc", "PyTorch ms", "min", "M MACs", "GFLOP/s", "FMA peak", "% of peak"]


def about_run(options, result):
    versions = {rival["name"]: rival["version"] for rival in result["rivals"]}
    rivals = [f"ONNX Runtime {versions['ONNX Runtime']}"] if "ONNX Runtime" in versions else []
    if "PyTorch" in versions:
        rivals.append("PyTorch " + programs.run([sys.executable, "-c", "import torch; print(torch.__version__)"]).strip())
    compiler = programs.run([options.cc, "--version"]).splitlines()[0]
    serial = "" if options.threads == 1 or result["threaded"] else " (lcc's code has one: it is serial)"
    return (f"{programs.machine()}. Threads: {options.threads}{serial}. {versions['lcc'].rsplit(',', 1)[0]}, {compiler}. "
            f"{', '.join(rivals) or 'No rival'}. Batch 1, float; {'processor' if options.cpu_time else 'wall'} time: "
            + (f"milliseconds of {result['rivals'][0]['runs']} runs, beside {options.beside} busy processes: medians and percentiles."
               if options.beside else
               f"medians of {result['rivals'][0]['runs']} runs, and the best; the FMA peak in GFLOP/s, measured between them."))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--work", required=True, help="a folder to keep ONNX files in")
    parser.add_argument("--ort", help="libonnxruntime.so.1; without it ONNX Runtime is left out")
    parser.add_argument("--no-torch", action="store_true", help="leave PyTorch's times out")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=50, help="of each rival")
    parser.add_argument("--cpu-time", action="store_true",
                        help="count the thread's processor time: for a machine that others use; one thread only")
    parser.add_argument("--beside", type=int, default=0, metavar="N", help="keep N other processes busy meanwhile")
    parser.add_argument("--target", default="native")
    parser.add_argument("--lcc-options", default="", help="more for lcc, in one string; answers must stay as they are")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("networks", nargs="*", metavar="NETWORK")
    options = parser.parse_args()
    if options.threads < 1 or options.runs < 1:
        parser.error("--threads and --runs take a number from 1 on")
    if options.cpu_time and options.threads > 1:
        parser.error("--cpu-time sees one thread only")
    options.networks = options.networks or programs.DEFAULT_NETWORKS
    return options


def warn_where_busy(options):
    load = os.getloadavg()[0]
    if not options.cpu_time and not options.beside and load > 0.5:
        print(f"compare: others are using this machine (load {load:.1f}): the figures will not be worth much", file=sys.stderr)


def main():
    options = parse_options()
    options.onnx = os.path.join(os.path.abspath(options.work), "onnx")
    os.makedirs(options.onnx, exist_ok=True)
    warn_where_busy(options)
    rows, ratios, failures, last = [], [], 0, None
    with tempfile.TemporaryDirectory() as programs_folder:
        options.bench = programs.compile_bench(options.cc, programs_folder)
        for name in options.networks:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    last = measure(options, name, folder)
                except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                    print(f"compare: {name}: {error}", file=sys.stderr)
                    failures += 1
                    continue
            row, ratio = (busy_row(name, last), None) if options.beside else row_of(name, last)
            rows.append(row)
            ratios += [ratio] if ratio else []
            print(f"{name}: {row[1]} ms", file=sys.stderr, flush=True)
    if not rows:
        return 1
    print(about_run(options, last) + "\n")
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        rows.append(["geometric mean"] + [""] * 4 + [f"{mean:.2f}"] + [""] * 6)
    print(programs.table(BUSY_HEADER if options.beside else HEADER, rows))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
