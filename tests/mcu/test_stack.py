#!/usr/bin/env python3
"""The stack that generated code takes on a Cortex-M, the helpers of the compiler that it calls, and where weights and arena lie.

    test_stack.py

GCC says how much stack each function takes and which ones it calls (-fcallgraph-info); the longest way from an entry point down may
take LIMIT bytes. No function calls itself, no array on the stack has a size that is known only at run time, nothing computes with
doubles or divides 64-bit integers, and networks of integers have no float. Nothing is run: board.py measures what a
board really takes. `generic` is held to the limit on a Cortex-M4 with all optimizations, and on a Cortex-M0 with -Os. Exit 77 where the
compiler is missing.
"""
import concurrent.futures
import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DSL = os.path.join(HERE, "..", "..", "dsl")
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("diff", "zoo")]
import random_int  # noqa: E402
from machines import SKIPPED, run  # noqa: E402
from random_more import write_network  # noqa: E402
from test_models import find_models  # noqa: E402

LIMIT = 1024  # bytes
CC, NM = "arm-none-eabi-gcc", "arm-none-eabi-nm"
M4 = ["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"]
M55 = ["-mcpu=cortex-m55", "-mfloat-abi=hard"]
M0 = ["-mcpu=cortex-m0"]  # has no FPU, so each float is a call of a helper
V2 = ["mobilenet_v2.net", "-Dwidth=0.35", "-Dresolution=96"]
V3 = ["mobilenet_v3_small.net"]
SHUFFLE = ["shufflenet_v2.net", "--variant", "x0_5"]
MNASNET = ["mnasnet_a1.net"]
VWW, RESNET = ["int8/vww_96_int8.tflite"], ["int8/resnet8_cifar10_int8.tflite"]
# The network, lcc's target, the processor, the level of optimization.
CASES = [
    (VWW, "cortex-m4", M4, "-O2"), (VWW, "cortex-m55", M55, "-Os"), (VWW, "generic", M4, "-O2"), (VWW, "generic", M0, "-Os"),
    (RESNET, "cortex-m4", M4, "-O3"), (RESNET, "cortex-m55", M55, "-O2"), (RESNET, "generic", M4, "-Os"),
    (V2, "cortex-m4", M4, "-O2"), (V2, "cortex-m55", M55, "-O2"), (V2, "generic", M0, "-Os"),
    (V3, "cortex-m4", M4, "-Os"), (V3, "cortex-m55", M55, "-O2"), (V3, "generic", M4, "-O2"),
    (SHUFFLE, "cortex-m4", M4, "-O2"), (SHUFFLE, "generic", M4, "-O2"), (MNASNET, "cortex-m55", M55, "-O2"),
]
RANDOM = [(seed, target, processor, level) for seed, (target, processor, level) in
          zip([random_int.FIRST + i for i in range(8)] + [20000 + i for i in (0, 1, 12, 3)],
              [("cortex-m4", M4, "-O2"), ("generic", M0, "-Os"), ("cortex-m55", M55, "-O2"), ("generic", M0, "-Os")] * 3)]


def read_calls(path):
    """Of a .ci file: the bytes of each function, and the functions that each calls."""
    sizes, calls, wrong = {}, {}, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            node = re.match(r'node: \{ title: "([^"]*)" label: "([^"]*)"', line)
            edge = re.match(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"', line)
            if node:
                said = re.search(r"\\n(\d+) bytes \(([^)]*)\)", node[2])
                sizes[node[1]] = int(said[1]) if said else 0
                if said and said[2] != "static":
                    wrong.append("%s takes an amount of stack that is known only at run time" % node[1])
            elif edge:
                calls.setdefault(edge[1], set()).add(edge[2])
    return sizes, calls, wrong


def deepest_way(sizes, calls, name, above=()):
    """The bytes of the deepest way down from a function, and the functions along it."""
    if name in above:
        raise RuntimeError("%s calls itself" % name)
    below = [deepest_way(sizes, calls, called, (*above, name)) for called in calls.get(name, ())]
    size, way = max(below, default=(0, []))
    return size + sizes.get(name, 0), ["%s %d" % (name.rsplit(":", 1)[-1], sizes.get(name, 0)), *way]


def find_helpers(object_file, integers):
    """The functions of the compiler's library that no generated code may need."""
    needed = run([NM, "-u", object_file]).decode().replace(" U ", "").split()
    unwanted = "__aeabi_(d|cd|[a-z0-9]*2d|f2d|u?ldivmod|l2f|ul2f|f2u?lz)" + ("|__aeabi_(f|cf|[a-z0-9]*2f)" if integers else "")
    return sorted(name for name in needed if re.match(unwanted, name))


def check(what, network, integers, target, processor, level, folder):
    """The bytes of stack, and what is wrong."""
    c_file = os.path.join(folder, "n.c")
    run([os.environ["LCC"], *network, "-I", DSL, "--name", "n", "--target", target, "--storage", "file", "-o", c_file])
    run([CC, *processor, level, "-fcallgraph-info=su", "-c", "n.c", "-o", "n.o"], cwd=folder)
    sizes, calls, wrong = read_calls(os.path.join(folder, "n.ci"))
    size, way = max(deepest_way(sizes, calls, name) for name in sizes)
    if not 0 < size <= LIMIT:
        wrong.append("%d bytes of stack: %s" % (size, ", ".join(way)))
    wrong += ["needs " + name for name in find_helpers(os.path.join(folder, "n.o"), integers)]
    with open(c_file, encoding="utf-8") as file:
        code = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    words = ["double"] + (["float"] if integers else [])
    wrong += ["the C file has a %s" % word for word in words if re.search(r"\b%s\b" % word, code)]
    return size, ["%s: %s" % (what, sentence) for sentence in wrong]


def check_case(case, models):
    network, target, processor, level = case
    what = " ".join([str(network if isinstance(network, int) else network[0]), target, processor[0], level])
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(network, int):
            source = os.path.join(folder, "n.net")
            with open(source, "w", encoding="utf-8") as out:
                out.write(write_network(network))
            # Random networks of integers begin with floats, or end with some.
            return check(what, [source], False, target, processor, level, folder)
        ours = network[0].endswith(".tflite")
        if ours and not models:
            return 0, []
        words = [os.path.join(models, network[0])] if ours else network
        return check(what, words, ours, target, processor, level, folder)


def check_places():
    """What is wrong with where the weights and the static arena lie: constants in flash, as aligned as the target says."""
    wrong = []
    for target, processor, align in (("cortex-m4", M4, 8), ("cortex-m55", M55, 16), ("generic", M0, 4)):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "n.net"), "w", encoding="utf-8") as out:
                out.write("net n {\n input x: f32[8, 8, 3]\n conv(5, 3) -> relu\n conv(6, 1)\n output y\n}\n")
            run([os.environ["LCC"], "n.net", "--target", target, "-o", "n.c"], cwd=folder)
            run([CC, *processor, "-Os", "-fdata-sections", "-c", "n.c", "-o", "n.o"], cwd=folder)
            listed = run(["arm-none-eabi-readelf", "-SW", "n.o"], cwd=folder).decode().replace("[ ", "[")
            sections = {words[1]: words for words in map(str.split, listed.splitlines()) if len(words) == 11}
            for name, flags in ((".rodata.weights", "A"), (".bss.static_arena", "WA")):
                found = sections.get(name)
                if not found or found[7] != flags or int(found[10]) % align:
                    wrong.append("%s: the section %s is not one of flags %s, aligned to %d: %s" % (target, name, flags, align, found))
    return wrong


def main():
    if not shutil.which(CC):
        print("SKIP: %s is not here" % CC)
        return SKIPPED
    models = find_models()
    if not models or not os.path.isdir(os.path.join(models, "int8")):
        print("no trained models here: the networks of integers are left out")
        models = None
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda case: check_case(case, models), CASES + RANDOM))
    wrong = [sentence for _, sentences in found for sentence in sentences] + check_places()
    print("\n".join(wrong + ["%d networks, the deepest stack has %d bytes" % (len(found), max(size for size, _ in found))]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
