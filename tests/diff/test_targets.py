#!/usr/bin/env python3
"""Several targets in one file: each of them, forced in turn, and the choice that is made at run time.

    test_targets.py --lcc LCC [--first N] [--count N] [NET ..]

Each network (the files, and random ones of random_net.py) is compiled for all targets of x86-64 at once. Then for each target
that this machine runs, with -DMODEL_TARGET=..: version() must name it, the answer must be within 1e-4 of the reference
interpreter's and the same bits as that of a file for this target alone, the self-test must pass, and three threads must give
the same answer, as threads_agree() says, in an arena of just the size that the header says. Without the macro the best target
must run; under qemu, which can be any processor, the best of those that it is. Exit 77 where this is no x86-64.
"""

import argparse
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from emitted import Model, interpret, largest_error  # noqa: E402
from machines import SKIPPED, run  # noqa: E402
from threaded import Threaded, add_arguments, count_failures, same_bits, threads_agree  # noqa: E402

TOLERANCE = 1e-4
TARGETS = {"x86-64": (set(), "TARGET_SSE2"), "x86-64-v3": ({"avx2", "fma"}, "TARGET_AVX2"),
           "x86-64-v4": ({"avx512f", "avx512bw", "avx512dq", "avx512vl"}, "TARGET_AVX512"),
           "x86-64-v4-vnni": ({"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512vbmi"}, "TARGET_VNNI")}
PROCESSORS = {"Nehalem": "x86-64", "SandyBridge": "x86-64", "Haswell": "x86-64-v3", "EPYC": "x86-64-v3"}  # qemu's names


def runnable_targets():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        flags = next((set(line.split(":")[1].split()) for line in f if line.startswith("flags")), set())
    return [name for name, (needs, _) in TARGETS.items() if needs <= flags]


def check_target(library, inputs, expected, alone):
    """What is wrong with a library that shall run the target of the Model `alone`: a list of sentences."""
    wrong, target = [], alone.about["target"]
    if library.target() != target:
        return ["%s runs instead of %s" % (library.target(), target)]
    got, guarded = library.run_threads(inputs, 1)
    error = largest_error(got, expected)
    if not error <= TOLERANCE:
        wrong.append("%s is off by %.2e" % (target, error))
    if not same_bits(got, alone(inputs)):
        wrong.append("%s gives another answer than in a file of its own" % target)
    shared, guarded_too = library.run_threads(inputs, 3)
    if not (guarded and guarded_too):
        wrong.append("%s writes beside the arena" % target)
    if not threads_agree(alone.about, shared, got):
        wrong.append("%s: three threads give another answer than one" % target)
    step = library.loaded.model_selftest()
    if step:
        wrong.append("%s: the self-test names step %d" % (target, step))
    return wrong


def check_under_qemu(c_file, folder):
    """The choice on processors other than this one. The program's output is the target, and what the self-test says."""
    main = os.path.join(folder, "main.c")
    with open(main, "w", encoding="utf-8") as out:
        out.write('#include "model.h"\n#include <stdio.h>\nint main(void) {\n    const int step = model_selftest();\n'
                  '    printf("%s, step %d\\n", model_version(), step);\n    return 0;\n}\n')
    program = os.path.join(folder, "program")
    run(["cc", "-O2", "-static", "-I", folder, main, c_file, "-o", program])
    wrong = []
    for processor, target in PROCESSORS.items():
        said = run(["qemu-x86_64", "-cpu", processor, program]).decode().strip().split(", ")
        if said[1] != target or said[-1] != "step 0":
            wrong.append("on %s: %s" % (processor, said))
    return wrong


def check_net(net, options, lcc, folder, with_qemu):
    """What is wrong with the network: a list of sentences."""
    command = [lcc, net, *options, "--target", ",".join(TARGETS)]
    c_file = os.path.join(folder, "model.c")
    run([*command, "--name", "model", "--selftest", "-o", c_file])
    about = json.loads(run([*command, "--emit", "json"]))
    alone = {t: Model(lcc, net, folder, options, target=t, name="alone%d" % i, level="-O1") for i, t in enumerate(runnable_targets())}
    inputs = next(iter(alone.values())).random_inputs(1)
    expected = interpret(lcc, net, folder, inputs, len(about["outputs"]), options)
    wrong = []
    for target, model in alone.items():
        wrong += check_target(Threaded(c_file, about, ["-DMODEL_TARGET=" + TARGETS[target][1]], level="-O1"), inputs, expected, model)
    best = list(alone.values())[-1]
    wrong += check_target(Threaded(c_file, about, level="-O1"), inputs, expected, best)
    return wrong + (check_under_qemu(c_file, folder) if with_qemu else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_arguments(parser)
    arguments = parser.parse_args()
    if os.uname().machine not in ("x86_64", "amd64"):
        print("SKIP: this machine is no x86-64")
        return SKIPPED
    with_qemu = shutil.which("qemu-x86_64") is not None
    print("targets: %s; %s" % (", ".join(runnable_targets()), "qemu for the choice" if with_qemu else "no qemu for the choice"))
    failed = count_failures(arguments, lambda net, options, folder: check_net(net, options, arguments.lcc, folder, with_qemu))
    print("%d networks, %d failed" % (len(arguments.nets) + arguments.count, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
