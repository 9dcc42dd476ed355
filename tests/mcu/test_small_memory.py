#!/usr/bin/env python3
"""64 KB of RAM and 256 KB of flash, with the input's bytes: networks keep within both, or are refused with the least of each.

    test_small_memory.py [BOARD..]

What keeps within the limits is compiled, measured by the compiler's own `size`, and gives the interpreter's answer on the board.
What does not must say the least arena and the least flash that were found. With a limit of that arena it must be written, and with
a limit of that flash beside one of RAM that it can keep.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
import emitted  # noqa: E402
from board import BOARDS, Network, require_board, run_networks  # noqa: E402
from machines import run  # noqa: E402

RAM, FLASH = 64 << 10, 256 << 10
FASHION = [os.path.join(ROOT, "examples", "fashion", "fashion.net"), "-w", os.path.join(ROOT, "examples", "fashion", "fashion.safetensors")]
QUARTER = [os.path.join(ROOT, "dsl", "mobilenet_v1.net"), "-D", "width=0.25", "-D", "resolution=96", "-D", "logits=true"]
V2 = [os.path.join(ROOT, "dsl", "mobilenet_v2.net"), "-D", "width=0.35", "-D", "resolution=96", "-D", "logits=true"]
# The name, lcc's words, the shape of the samples where it is to be quantised, and what it takes too
# much of, if it does.
CASES = [("fashion", FASHION, (28, 28, 1), None),
         ("fashion_halves", [*FASHION, "--weights-dtype", "f16"], None, ["ram"]),
         ("fashion_floats", FASHION, None, ["ram", "flash"]),
         ("quarter", [*QUARTER, "-D", "classes=10"], (96, 96, 3), None),
         ("quarter_of_1000", QUARTER, (96, 96, 3), ["flash"]),
         ("quarter_floats", [*QUARTER, "-D", "classes=10", "--weights-dtype", "f16"], None, ["ram", "flash"]),
         ("third", [*V2, "-D", "classes=10"], (96, 96, 3), ["flash"])]


def quantised(lcc, name, words, shape, folder):
    """The words for the network in int8, of which a part of the samples are noise and a part are flat."""
    samples, net = os.path.join(folder, name + ".npy"), os.path.join(folder, name + "_int8")
    source = np.random.default_rng(0)
    np.save(samples, np.stack([source.integers(0, 256, shape) if i % 2 else np.full(shape, 30 * i) for i in range(8)]).astype(np.uint8))
    run([lcc, *words, "--dtype", "int8", "--output-dtype", "int8", "--calibrate", samples, "--emit", "net", "-o", net + ".net"])
    return [net + ".net", "-w", net + ".safetensors"]


def compile_within(lcc, board, name, words, ram, flash, folder):
    """What lcc says on standard error, and whether it writes the file."""
    out = os.path.join(folder, name + ".c")
    done = subprocess.run([lcc, *words, "--target", board.target, "--name", name, "--reuse-input", "--max-ram", str(ram),
                           "--max-flash", str(flash), "-o", out], capture_output=True, text=True, check=False, timeout=600)
    return done.stderr, done.returncode == 0 and os.path.exists(out)


def check_refusal(lcc, board, name, words, why, said, folder):
    """A sentence where the refusal does not name the least of each, or where one that it names cannot be had."""
    flash = re.search(r"--max-flash %d: the least that was found is (\d+) bytes" % FLASH, said)
    ram = re.search(r"--max-ram %d: the least that was found is (\d+) bytes|the smallest arena has (\d+)," % RAM, said)
    if not flash or not ram:
        return "does not name the least of each: %s" % said
    least = {"ram": int(ram[1] or ram[2]), "flash": int(flash[1])}
    print("%s on %s: refused, it takes %d bytes of RAM, %d of flash" % (name, board.machine, least["ram"], least["flash"]))
    if [what for what, limit in (("ram", RAM), ("flash", FLASH)) if least[what] > limit] != why:
        return "is refused for another reason: %s" % said
    for limits in (least["ram"], "100M"), (max(RAM, least["ram"]), least["flash"]):
        said, written = compile_within(lcc, board, name, words, *limits, folder)
        if not written:
            return "is refused with %s of RAM and %s of flash: %s" % (*limits, said)
    return None


def check_board(lcc, board, folder):
    wrong, nets = [], []
    for name, words, shape, why in CASES:
        source = quantised(lcc, name, words, shape, folder) if shape else words
        said, written = compile_within(lcc, board, name, source, RAM, FLASH, folder)
        if written == bool(why):
            wrong.append("%s is %s: %s" % (name, "written" if written else "refused", said))
        elif why:
            sentence = check_refusal(lcc, board, name, source, why, said, folder)
            wrong += ["%s %s" % (name, sentence)] if sentence else []
        else:
            about = json.loads(run([lcc, *source, "--target", board.target, "--reuse-input", "--max-ram", str(RAM), "--max-flash", str(FLASH),
                                    "--emit", "json"]))
            nets.append((source, Network(name, os.path.join(folder, name + ".c"), about, [emitted.random_inputs(about, 1)])))
    for level in ("-Os", "-O2"):
        within = [net for _, net in nets]
        run_networks(board, within, os.path.join(folder, level[1:]), level)
        for source, net in nets:
            halves = source[source.index("--weights-dtype"):] if "--weights-dtype" in source else []
            expected = emitted.interpret(lcc, source[0], folder, net.inputs[0], 1, [w for w in source[1:] if w not in halves] + halves)
            error = emitted.largest_error(net.outputs[0], expected)
            print("%s %s on %s: arena %d, flash %d bytes, error %.1e" % (net.name, level, board.machine, net.arena, net.text, error))
            if net.arena > RAM or net.data > RAM or net.text > FLASH or not error <= 1e-4:
                wrong.append("%s does not keep within its limits, or is wrong" % net.name)
    return wrong


def main():
    names = sys.argv[1:] or list(BOARDS)
    require_board(*names)
    wrong = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            wrong += check_board(os.environ["LCC"], BOARDS[name], folder)
    print("\n".join(["FAIL " + sentence for sentence in wrong]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
