#!/usr/bin/env python3
"""Several targets in one file: each of them, forced in turn, and the choice that is made at run time.

    test_targets.py --lcc LCC [--first N] [--count N] [NET ..]

Each network (the files, and random ones of random_net.py) is compiled for all targets of x86-64 at once. Then for each target
that this machine runs, with the features hidden that only better targets need: version() must name it, the answer must be within 1e-4 of the reference
interpreter's and the same bits as that of a file for this target alone, the self-test must pass, and three threads must give
the same answer, as threads_agree() says, in an arena of just the size that the header says. With nothing hidden that is the best
target; under qemu, which can be any processor, the best of those that it is. Exit 77 where this is no x86-64.
"""

import argparse
import ctypes
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from emitted import Model, interpret, largest_error  # noqa: E402
from machines import SKIPPED, X86_TARGETS as TARGETS, run, runnable_targets  # noqa: E402
from threaded import Threaded, add_arguments, count_failures, same_bits, threads_agree  # noqa: E402

TOLERANCE = 1e-4
HIDING = """extern const char *hidden;
const char *hidden = "";
char *strstr(const char *, const char *);
#define __builtin_cpu_supports(feature) (!strstr(hidden, feature) && __builtin_cpu_supports(feature))
"""
PROCESSORS = {"Nehalem": "x86-64", "SandyBridge": "x86-64", "Haswell": "x86-64-v3", "EPYC": "x86-64-v3"}  # qemu's names


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


def check_under_qemu(object_file, folder):
    """The choice on processors other than this one. The program's output is the target, and what the self-test says."""
    main = os.path.join(folder, "main.c")
    with open(main, "w", encoding="utf-8") as out:
        out.write('#include "model.h"\n#include <stdio.h>\nint main(void) {\n    const int step = model_selftest();\n'
                  '    printf("%s, step %d\\n", model_version(), step);\n    return 0;\n}\n')
    program = os.path.join(folder, "program")
    run(["cc", "-fopenmp", "-static", "-I", folder, main, object_file, "-o", program])
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
    wrong, together = [], Threaded(c_file, about, level="-O1", before=HIDING)
    hidden = ctypes.c_char_p.in_dll(together.loaded, "hidden")
    for target, model in alone.items():
        better = set().union(*TARGETS.values()) - TARGETS[target] if model is not list(alone.values())[-1] else ()
        hidden.value = " ".join(sorted(better)).replace("_", "").encode()
        wrong += check_target(together, inputs, expected, model)
    return wrong + (check_under_qemu(together.object, folder) if with_qemu else [])


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
