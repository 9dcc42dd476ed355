#!/usr/bin/env python3
"""Full-integer TensorFlow Lite files with trained weights, on a board in QEMU: the answers of TensorFlow Lite for Microcontrollers,
byte for byte.

    test_int8_files.py BOARD

Each file is compiled in a few ways, and all of them run in one program. The files and the answers are those of
../tflite/test_int8.py. Some ways have limits of instructions and of memory. Exit 77 where there are none, or where a tool for the board is missing.
"""
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tflite"))
from board import BOARDS, SKIPPED, Network, require_board, run_networks  # noqa: E402
from machines import run  # noqa: E402
from test_int8 import check_ports, compare, find_models, read_cases  # noqa: E402

VWW, RESNET, LARGE = "vww_96_int8", "resnet8_cifar10_int8", "mobilenet_v2_1.0_224_ptq"
PERSON = "astronaut_person_96x96.png"
# The file, lcc's options, the compiler's, and which cases: None for all.
WAYS = [
    (VWW, [], ["-O2"], None),
    (VWW, ["--keep-dead"], ["-O2"], (1, PERSON)),
    (VWW, ["--max-ram", "min"], ["-Os"], (2, PERSON)),
    (VWW, ["--keep-dead", "--max-ram", "min"], ["-O3"], (3, PERSON)),
    (VWW, ["--reuse-input"], ["-O2"], (4, PERSON)),
    (VWW, [], ["-O0"], (PERSON,)),
    (RESNET, [], ["-O2"], None),
    (RESNET, ["--max-ram", "min"], ["-Os"], (1, 2)),
    (RESNET, ["--keep-dead"], ["-O3"], (3, 4)),
    (LARGE, ["--reuse-input"], ["-O2"], ("cat.png",)),
]
# What the ways above may take at most: millions of instructions on each board, bytes of the arena and of flash.
MOST = {VWW + " -O2": ({"mps2-an386": 6.0, "mps3-an547": 2.1}, 20000, 200000),
        VWW + " --keep-dead -O2": ({"mps2-an386": 11, "mps3-an547": 3.1}, 20000, 290000),
        RESNET + " -O2": ({"mps2-an386": 13, "mps3-an547": 2.55}, 32000, 200000)}


def keeps_within(what, board, net):
    """Whether the network takes no more than MOST says; says what does."""
    if what not in MOST:
        return True
    instructions, arena, flash = MOST[what]
    good = max(net.instructions) <= instructions[board.machine] * 1e6 and net.arena <= arena and net.text <= flash
    if not good:
        print("FAIL %s takes more than %s million instructions, %d bytes of arena, %d of flash" % (
            what, instructions[board.machine], arena, flash))
    return good


def main():
    board = BOARDS[sys.argv[1]]
    models, lcc, wrong, ran = find_models(), os.environ["LCC"], 0, 0
    if not models or not os.path.isdir(os.path.join(models, "int8")):
        print("SKIP: no trained models here; set LCC_MODELS to their folder")
        return SKIPPED
    require_board(board.machine)
    with open(os.path.join(models, "int8", "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for i, (file, options, words, only) in enumerate(WAYS):
            c_file = os.path.join(folder, "n%d.c" % i)
            compiled = [lcc, os.path.join(models, "int8", file + ".tflite"), *options, "--target", board.target]
            run([*compiled, "--name", "n%d" % i, "-o", c_file])
            about = json.loads(run([*compiled, "--emit", "json"]))
            what = " ".join([file, *options, *words])
            wrong += not check_ports(what, about, expected[file + ".tflite"])
            cases = read_cases(models, expected[file + ".tflite"], only)
            shape = about["inputs"][0]["shape"]
            made.append((what, cases, Network("n%d" % i, c_file, about, [[x.reshape(shape)] for _, x, _ in cases], words)))
        run_networks(board, [net for _, _, net in made], os.path.join(folder, "all"))
        for what, cases, net in made:
            for (name, _, answer), (got,) in zip(cases, net.outputs, strict=True):
                wrong += not compare(what, name, got, answer)
                ran += 1
            wrong += not keeps_within(what, board, net)
            print("%s: %.2f million instructions, arena %d, stack %d, flash %d bytes" % (
                what, max(net.instructions) / 1e6, net.arena, max(net.stack), net.text))
    print("%d cases on %s, %d wrong" % (ran, board.machine, wrong))
    return 1 if wrong or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
