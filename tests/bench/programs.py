"""Compiles what the comparison runs: networks by lcc, the programs of this folder, and the peak for a target."""
import json
import math
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GOLDENS = os.path.join(ROOT, "tests", "zoo", "goldens")
TIME_LIMIT = 900  # seconds, for any one command
WARNINGS = ["-std=gnu11", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]

# What is asked for where nothing is: the networks of the table in the README. Others go by the names of tests/zoo/goldens.
DEFAULT_NETWORKS = ["mobilenet_v1_100", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "shufflenet_v1_g3",
                    "shufflenet_v1_g8", "shufflenet_v2_x1_0", "shufflenet_v2_x0_5", "mnasnet_b1", "efficientnet_lite0",
                    "efficientnet_b0", "efficientnet_b2"]
# Those of the table in eight bits.
INT8_NETWORKS = [name for name in DEFAULT_NETWORKS if name not in ("shufflenet_v1_g8", "shufflenet_v2_x0_5")]

# The vectors in which the peak of a target is measured, their header, lanes, registers, and what cc is told.
AVX512 = ("f32x16", "f32x16_avx512.h", 16, 32, ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"])
PEAKS = {
    "x86-64-v4-vnni": AVX512,
    "x86-64-v4-bf16": AVX512,
    "x86-64-v4": AVX512,
    "x86-64-v3": ("f32x8", "f32x8_avx2.h", 8, 16, ["-mavx2", "-mfma"]),
    "x86-64": ("f32x4", "f32x4_sse2.h", 4, 16, []),
    "aarch64": ("f32x4", "f32x4_neon.h", 4, 32, []),
    "generic": ("f32x1", "f32x1_c99.h", 1, 16, []),
}


def run(command, **more):
    """Runs a command; its standard output. What it said goes into the exception where it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def golden(name):
    """What tests/zoo knows of a network: the .net file, lcc's arguments, the side of the image, the count of logits."""
    try:
        with open(os.path.join(GOLDENS, name + ".json")) as f:
            return json.load(f)
    except FileNotFoundError:
        known = sorted(entry[:-5] for entry in os.listdir(GOLDENS))
        raise RuntimeError(f"no network is called {name}; there are: {' '.join(known)}") from None


def arguments_of(name):
    """lcc's arguments for a network of the zoo that ends before its softmax."""
    entry = golden(name)
    return [os.path.join(ROOT, "dsl", entry["net"])] + entry["arguments"] + ["-D", "logits=true"]


def describe(lcc, arguments):
    return json.loads(run([lcc] + arguments + ["--emit", "json"]))


def compile_network(lcc, cc, arguments, folder, threads, more=()):
    """net.so in `folder`, with every symbol called net_..; its path. The weights stand beside the C file, since that is
    quick to compile; they end up in the library all the same. With several threads OpenMP is switched on."""
    run([lcc] + arguments + ["--name", "net", "--storage", "incbin", "-o", "net.c"], cwd=folder)
    openmp = ["-fopenmp"] if threads > 1 else []
    run([cc, "-O2", "-shared", "-fPIC", *openmp, *more, "-o", "net.so", "net.c"], cwd=folder)
    return os.path.join(folder, "net.so")


def is_threaded(folder):
    """Whether the C of the network in `folder` has anything to do for OpenMP."""
    with open(os.path.join(folder, "net.c"), errors="replace") as f:
        return re.search(r"^\s*#\s*pragma omp|_Pragma\(\"omp", f.read(), re.M) is not None


def compile_peak(cc, target, folder):
    """The FMA peak of a target as a shared library; its path."""
    if target not in PEAKS:
        raise RuntimeError(f"there is no peak to measure for {target}")
    vector, header, lanes, registers, flags = PEAKS[target]
    library = os.path.join(folder, "peak.so")
    run([cc, "-O2", *WARNINGS, "-fno-tree-vectorize", "-fno-tree-slp-vectorize", *flags, "-shared", "-fPIC",
         "-I", os.path.join(ROOT, "runtime"), f'-DPEAK_HEADER="{header}"', f"-DPEAK_VECTOR={vector}", f"-DPEAK_LANES={lanes}",
         *(["-DPEAK_32_REGISTERS"] if registers == 32 else []), "-o", library, os.path.join(HERE, "peak.c")])
    return library


def compile_bench(cc, folder):
    program = os.path.join(folder, "bench")
    run([cc, "-O2", *WARNINGS, "-o", program, os.path.join(HERE, "bench.c"), os.path.join(HERE, "onnxruntime.c"),
         "-ldl", "-lpthread", "-lm"])
    return program


def run_bench(command, threads, **more):
    """What bench.c prints, for so many threads."""
    return json.loads(run(command, env=dict(os.environ, OMP_NUM_THREADS=str(threads)), **more))


def mean_of(ratios):
    """A cell with the geometric mean of those that there are."""
    known = [math.log(ratio) for ratio in ratios if ratio]
    return f"{math.exp(sum(known) / len(known)):.2f}" if known else ""


def table(header, rows, left=1):
    """A Markdown table, also good to read as it is; the first `left` columns are text."""
    widths = [max(len(str(row[i])) for row in [header] + rows) for i in range(len(header))]

    def line(row):
        cells = [str(cell).ljust(w) if i < left else str(cell).rjust(w) for i, (cell, w) in enumerate(zip(row, widths))]
        return "| " + " | ".join(cells) + " |"

    rule = "| " + " | ".join("-" * w if i < left else "-" * (w - 1) + ":" for i, w in enumerate(widths)) + " |"
    return "\n".join([line(header), rule] + [line(row) for row in rows])


def machine():
    """What this computer calls its processor, and how many of them there are."""
    name = "unknown processor"
    try:
        with open("/proc/cpuinfo") as f:
            name = re.search(r"^model name\s*: (.*)$", f.read(), re.M).group(1)
    except (OSError, AttributeError):
        pass
    return f"{name}, {os.cpu_count()} processors"
