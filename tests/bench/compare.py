#!/usr/bin/env python3
"""Compares compiled networks with ONNX Runtime and PyTorch and prints a table in Markdown. run.sh sets everything up.

    compare.py --lcc LCC --work FOLDER [--ort LIBRARY] [--no-torch] [--threads N] [--runs N] [--target NAME] [--cc CC]
               [--cpu-time] [--beside N] [--int8 [--equalise] [--pairs] [--xnnpack]] [NETWORK ..]

All rivals have the same weights (seeded), and end at the logits. The network alone is measured: ONNX Runtime and PyTorch
get the normalised image in their own layout, as floats; lcc's networks get the bytes of the image and normalise them
inside, so that they do a little more than the others. Every answer is held to PyTorch's in double precision first.

--beside N measures on a busy machine: N processes that only count run all the time. The table then has the medians and the
90th and 99th percentiles, also of lcc's code by one thread.

--int8 compares in eight bits: lcc's int8 code with ONNX Runtime on the same integers, and with lcc's float code. quantised.py
says how.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import programs

HERE = os.path.dirname(os.path.abspath(__file__))


def measure(options, name, folder):
    """Every rival's times for one network: what bench.c prints, and the MACs of the network."""
    from export import prepare  # which needs PyTorch

    files = prepare(name, options.folder)
    arguments = programs.arguments_of(name) + ["--target", options.target] + options.lcc_options.split()
    about = programs.describe(options.lcc, arguments)
    library = programs.compile_network(options.lcc, options.cc, arguments, folder, options.threads)
    cpu_time = ["--cpu-time"] if options.cpu_time else []
    command = [options.bench, *cpu_time, "--threads", str(options.threads), "--runs", str(options.runs),
               "--peak", programs.compile_peak(options.cc, about["target"], folder),
               "--bytes", files["bytes"], "--tensor", files["floats"], "--expect", files["logits"], "--lcc", library]
    if options.beside:
        command += ["--beside", str(options.beside), "--lcc-alone", library, str(about["arena_bytes"])]
    if options.ort:
        command += ["--ort", options.ort, files["onnx"]]
    if options.no_torch:
        result = programs.run_bench(command, options.threads)
    else:
        peer = [sys.executable, os.path.join(HERE, "torch_peer.py"), name, str(options.threads), *cpu_time]
        environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
        with subprocess.Popen(peer, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as peer:
            ends = peer.stdout.fileno(), peer.stdin.fileno()
            command += ["--peer", "PyTorch", *map(str, ends)]
            try:
                result = programs.run_bench(command, options.threads, pass_fds=ends)
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
    return row, None


def mean_row(ratios):
    """The geometric mean below the table."""
    return ["geometric mean"] + [""] * 4 + [programs.mean_of(ratios)] + [""] * 6


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
            f"{', '.join(rivals) or 'No rival'}. Batch 1, {'int8' if options.int8 else 'float'}; {'processor' if options.cpu_time else 'wall'} time: "
            + (f"milliseconds of {result['rivals'][0]['runs']} runs, beside {options.beside} busy processes: medians and percentiles."
               if options.beside else
               f"medians of {result['rivals'][0]['runs']} runs, and the best"
               + ("." if options.int8 else "; the FMA peak in GFLOP/s, measured between them.")))


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
    parser.add_argument("--int8", action="store_true", help="compare in eight bits")
    parser.add_argument("--equalise", action="store_true",
                        help="with --int8: lcc's code has scales for each channel where they are free, as users get it")
    parser.add_argument("--pairs", action="store_true",
                        help="with --int8: quantise with lcc's --int8-pairs, for x86-64-v3; the ONNX file has the same integers")
    parser.add_argument("--xnnpack", action="store_true", help="with --int8: XNNPACK's operators of eight bits, too (libxnnpack-dev)")
    parser.add_argument("--target", default="native")
    parser.add_argument("--lcc-options", default="", help="more for lcc, in one string; answers must stay as they are")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("networks", nargs="*", metavar="NETWORK")
    options = parser.parse_args()
    options.lcc = os.path.abspath(options.lcc)
    if options.threads < 1 or options.runs < 1:
        parser.error("--threads and --runs take a number from 1 on")
    if options.cpu_time and options.threads > 1:
        parser.error("--cpu-time sees one thread only")
    if (options.equalise or options.pairs or options.xnnpack) and not options.int8 or options.beside and options.int8:
        parser.error("--equalise, --pairs and --xnnpack need --int8, and --beside is for floats")
    options.networks = options.networks or (programs.INT8_NETWORKS if options.int8 else programs.DEFAULT_NETWORKS)
    return options


def warn_where_busy(options):
    load = os.getloadavg()[0]
    if not options.cpu_time and not options.beside and load > 0.5:
        print(f"compare: others are using this machine (load {load:.1f}): the figures will not be worth much", file=sys.stderr)


def table_of(options):
    """What measures a network, what makes a row of the table, its header, and what makes its last row."""
    if options.int8:
        import quantised
        return quantised.measure, quantised.row_of, quantised.HEADER, quantised.mean_row
    if options.beside:
        return measure, busy_row, BUSY_HEADER, mean_row
    return measure, row_of, HEADER, mean_row


def main():
    options = parse_options()
    options.folder = os.path.join(os.path.abspath(options.work), "int8" if options.int8 else "onnx")
    os.makedirs(options.folder, exist_ok=True)
    warn_where_busy(options)
    measure_network, make_row, header, make_last_row = table_of(options)
    rows, ratios, failures, last = [], [], 0, None
    with tempfile.TemporaryDirectory() as programs_folder:
        options.bench = programs.compile_bench(options.cc, programs_folder)
        for name in options.networks:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    last = measure_network(options, name, folder)
                except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                    print(f"compare: {name}: {error}", file=sys.stderr)
                    failures += 1
                    continue
            row, ratio = make_row(name, last)
            rows.append(row)
            ratios += [ratio] if ratio else []
            print(f"{name}: {row[1]} ms", file=sys.stderr, flush=True)
    if not rows:
        return 1
    print(about_run(options, last) + "\n")
    if ratios:
        rows.append(make_last_row(ratios))
    print(programs.table(header, rows))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
