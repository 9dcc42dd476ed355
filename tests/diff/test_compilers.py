#!/usr/bin/env python3
"""Emitted C of whole networks compiles without a warning, by every C compiler that is here.

    test_compilers.py --lcc LCC --cc COMPILER NETWORK.net..

GCC 12 and clang 14 to 19 are what the project promises. Each network is compiled for generic, as strict C99, and for all targets of
x86-64 in one file, which holds the code of each of them. The weights are in a file of their own. No function may take more than
4 KB of stack, as the header says. Exit 77 where the compiler is missing.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from machines import SKIPPED, WARNINGS, run  # noqa: E402

TARGETS = {"generic": ["-std=c99"], "x86-64,x86-64-v3,x86-64-v4": []}

MOST_STACK = 4096


def check_stack(path):
    """Raises where a function in the compiler's list takes more: lines of name, bytes and how, with tabs between."""
    with open(path) as f:
        functions = [line.rstrip("\n").split("\t") for line in f]
    if not functions:
        raise RuntimeError("the compiler says nothing of the stack")
    for name, size, how in functions:
        if int(size) > MOST_STACK or how == "dynamic":
            raise RuntimeError("%s takes %s bytes of stack (%s)" % (name, size, how))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--cc", required=True)
    parser.add_argument("nets", nargs="+")
    arguments = parser.parse_args()
    if not shutil.which(arguments.cc):
        print("SKIP: %s is not here" % arguments.cc)
        return SKIPPED
    wrong = 0
    for net in arguments.nets:
        for target, options in TARGETS.items():
            if target != "generic" and os.uname().machine not in ("x86_64", "amd64"):
                continue
            what = "%s for %s with %s" % (os.path.basename(net), target, arguments.cc)
            with tempfile.TemporaryDirectory() as folder:
                c_file = os.path.join(folder, "model.c")
                run([arguments.lcc, net, "--target", target, "--storage", "file", "-o", c_file])
                start = time.monotonic()
                try:
                    run([arguments.cc, "-O2", "-fstack-usage", *WARNINGS, *options, "-c", c_file, "-o", os.path.join(folder, "model.o")])
                    check_stack(os.path.join(folder, "model.su"))
                    print("ok   %s: %.1f s" % (what, time.monotonic() - start), flush=True)
                except RuntimeError as problem:
                    wrong += 1
                    print("FAIL %s: %s" % (what, problem), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
