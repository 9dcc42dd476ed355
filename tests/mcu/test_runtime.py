#!/usr/bin/env python3
"""The functions of the runtime's headers on the boards: the unit tests of the families that microcontrollers have, at several
levels of the compiler. They try fewer numbers than on a large machine.

    test_runtime.py
"""
import os
import tempfile

from board import BOARDS, HERE, require_board

UNIT = os.path.join(HERE, "..", "unit")
COMPILER = os.path.join(HERE, "..", "..", "compiler")
SPARSE = 1501  # of so many numbers, one is tried
# What is in the C of these tests that the boards' warnings would refuse: doubles and floats meet in references.
WORDS = ["-DSPARSE=%d" % SPARSE, "-I", os.path.join(HERE, "..", "runtime", "no_cmocka"), "-I", COMPILER, "-Wno-conversion",
         "-Wno-float-conversion", "-Wno-unused-function", "-Wno-pedantic"]
TESTS = [
    ("mps2-an386", "test_runtime_f32x1_fpv4.c", "graph/activations.c", ("-O0", "-Os", "-O2", "-O3")),
    ("mps3-an547", "test_runtime_f32x4_mve.c", "graph/activations.c", ("-O0", "-Os", "-O2", "-O3")),
    ("mps3-an547", "test_runtime_i32x4.c", "base/rescale.c", ("-Os", "-O3")),
    ("mps3-an547", "test_runtime_i32x4_mve.c", "base/rescale.c", ("-O0", "-Os", "-O2", "-O3")),
]

require_board(*BOARDS)
with tempfile.TemporaryDirectory() as folder:
    for machine, test, more, levels in TESTS:
        for level in levels:
            program = os.path.join(folder, "test.elf")
            words = [*WORDS, "-Wno-array-bounds"] if level == "-O3" else WORDS
            files = [os.path.join(UNIT, test), os.path.join(COMPILER, more), os.path.join(HERE, "newlib.c")]
            BOARDS[machine].build([*files, "-lm"], program, level, words)
            said = BOARDS[machine].run(program)
            passed = [line for line in said.splitlines() if line.startswith("ok ")]
            assert len(passed) >= 5 and "FAILED" not in said and "skipped" not in said, said
            print("%s on %s with %s: %d tests" % (test, machine, level, len(passed)), flush=True)
