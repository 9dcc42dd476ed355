#!/usr/bin/env python3
"""The harness of the tests on microcontrollers: counts of instructions, depths of the stack, files, faults, and what run_networks
must notice. Ends as skipped where the tools for a board are missing.

    test_board.py [BOARD..]
"""
import os
import sys
import tempfile
import unittest

import numpy

from board import BOARDS, SUPPORT, Network, require_board, run_networks

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = sys.argv[1:] or list(BOARDS)
OVERHEAD = 40  # instructions at most, of a measured call of an empty function
ABOUT = {"inputs": [{"type": "int8", "shape": [1, 2, 3]}, {"type": "f32", "shape": [1, 1, 1]}],
         "outputs": [{"type": "f32", "shape": [1, 1, 3]}, {"type": "int8", "shape": [1, 1, 1]}]}
HEADER = """#include <stdint.h>
#define ADDER_ARENA_BYTES 20
#define ADDER_ARENA_ALIGN 16
void adder_run_in(void *arena, const int8_t *a, const float *b, float *sums, int8_t *last);
"""
CODE = """#include "adder.h"
void adder_run_in(void *arena, const int8_t *a, const float *b, float *sums, int8_t *last) {
    float *room = arena;
    for (int i = 0; i < 3; i++) room[i] = (float)a[i] + (float)a[i + 3];
    for (int i = 0; i < 3; i++) sums[i] = room[i] * *b;
    *last = (int8_t)((uintptr_t)arena & 31);
    MORE
}
"""


class Harness(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.programs = {name: os.path.join(place.name, name + ".elf") for name in NAMES}
        for name, program in cls.programs.items():
            BOARDS[name].build([os.path.join(HERE, "board_check.c")], program)

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = place.name

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(data)
        return path

    def each_board(self):
        for name, program in self.programs.items():
            yield BOARDS[name], program

    def test_instructions(self):
        for board, program in self.each_board():
            lines = [line.split() for line in board.run(program, ["spin"]).splitlines()]
            self.assertEqual([int(line[1]) for line in lines], [10, 1000, 1000000, 400000000])
            for _, times, instructions, _ in lines:
                more = int(instructions) - 2 * int(times)
                self.assertGreaterEqual(more, -board.tick, lines)
                self.assertLessEqual(more, board.tick + OVERHEAD, lines)

    def test_stack(self):
        for board, program in self.each_board():
            depths = [int(line.split()[3]) for line in board.run(program, ["deepen"]).splitlines()]
            self.assertLess(depths[0], 64)
            self.assertEqual([depth - depths[0] for depth in depths[1:]], [1000, 10000])

    def test_files(self):
        data = bytes(range(256)) * 5 + b"end"
        with open(os.path.join(self.folder, "in"), "wb") as out:
            out.write(data)
        for board, program in self.each_board():
            board.run(program, ["files"], cwd=self.folder)
            with open(os.path.join(self.folder, "out"), "rb") as copy:
                self.assertEqual(copy.read(), data)

    def test_start(self):
        for board, program in self.each_board():
            with self.assertRaisesRegex(RuntimeError, "exit 42"):
                board.run(program, ["start"])

    def test_faults(self):
        for board, program in self.each_board():
            with self.assertRaisesRegex(RuntimeError, "fault at [0-9a-f]{8}, CFSR [0-9a-f]{8}\n"):
                board.run(program, ["wild"])
            with self.assertRaisesRegex(RuntimeError, "the stack is full"):
                board.run(program, ["deep", "stack"])
            with self.assertRaisesRegex(RuntimeError, "the stack is full|fault at"):  # a write below the stack: some boards drop it
                board.run(program, ["lost"])

    def adder(self, more, runs=3):
        self.write("adder.h", HEADER)
        code = self.write("adder.c", CODE.replace("MORE", more))
        inputs = [[numpy.arange(6, dtype=numpy.int8).reshape(1, 2, 3) + turn, numpy.full((1, 1, 1), 0.5, numpy.float32)]
                  for turn in range(runs)]
        return Network("adder", code, ABOUT, inputs)

    def test_networks(self):
        for board, _ in self.each_board():
            net = self.adder("")
            run_networks(board, [net], os.path.join(self.folder, board.machine))
            self.assertEqual([sums.ravel().tolist() for sums, _ in net.outputs],
                             [[1.5 + turn, 2.5 + turn, 3.5 + turn] for turn in range(3)])
            self.assertEqual([last.item() for _, last in net.outputs], [16] * 3, "the arena is aligned to more than was asked")
            self.assertTrue(all(20 < n < 200 for n in net.instructions), net.instructions)
            self.assertTrue(all(n < 100 for n in net.stack), net.stack)
            self.assertTrue(20 < net.text < 400 and net.data == 0, (net.text, net.data))

    def test_bounds(self):
        faults = {"((char *)arena)[-1] = 0;": "adder: wrote beside its arena", "((char *)arena)[20] = 0;": "adder: wrote beside its arena",
                  "last[1] = 0;": "adder: wrote beside a port", "sums[-1] = 0;": "adder: wrote beside a port"}
        for board, _ in self.each_board():
            for number, (code, says) in enumerate(faults.items()):
                with self.assertRaisesRegex(RuntimeError, says):
                    run_networks(board, [self.adder(code)], os.path.join(self.folder, f"{board.machine}_{number}"))


if __name__ == "__main__":
    require_board(*NAMES)
    print(f"boards: {', '.join(NAMES)}; what they build with is {os.path.relpath(SUPPORT)}")
    unittest.main(argv=sys.argv[:1])
