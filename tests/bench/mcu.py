#!/usr/bin/env python3
"""Small networks on microcontrollers in QEMU, as tables in Markdown. mcu.sh sets everything up.

    mcu.py --lcc LCC [--board mps2-an386] [--only REGEX]

A row is a network with its options: multiply-adds that are in the code, millions of instructions of one call at -O2, for each
multiply-add, and at -Os; bytes of the arena, and of the one of --reuse-input, which has the image; the depth of the stack at -O2,
as it was painted and read back; bytes of flash of the network's object file at -O2 and at -Os, code and constants, and of a whole program at -Os
that does no more than call the network. README.md says more.
"""
import argparse
import json
import os
import re
import sys
import tempfile

import numpy as np

import programs

sys.path[:0] = [os.path.join(programs.ROOT, "tests", folder) for folder in ("mcu", "quantize", "zoo")]
from board import BOARDS, Network, require_board, run_networks  # noqa: E402
from test_agreement import Image, cut_crops, find_models  # noqa: E402

SIDE, CROPS = 96, 100
LEVELS = ["-O2", "-Os"]

# Networks of dsl/ at 96 x 96, with random weights.
ZOO = [("MobileNetV1 0.25", "mobilenet_v1.net", ["-D", "width=0.25", "-D", "resolution=96"]),
       ("MobileNetV2 0.35", "mobilenet_v2.net", ["-D", "width=0.35", "-D", "resolution=96"]),
       ("MobileNetV3-Small 0.5", "mobilenet_v3_small.net", ["-D", "width=0.5", "-D", "resolution=96"]),
       ("ShuffleNetV2 0.5", "shufflenet_v2.net", ["--variant", "x0_5", "-D", "resolution=96"])]
# Trained networks for Fashion-MNIST: the folder, the name.
QUANTIZE = os.path.join(programs.ROOT, "tests", "quantize")
FASHION = [(os.path.join(programs.ROOT, "examples", "fashion"), "fashion"), (QUANTIZE, "fmnist_v2"), (QUANTIZE, "fmnist_v3"),
           (QUANTIZE, "fmnist_efficientnet")]
# Of $LCC_MODELS: the title, the type, lcc's words, with {} for the folder.
FILES = [("vww", "f32", [os.path.join(programs.ROOT, "tests", "zoo", "nets", "vww_96.net"), "-w", "{}/vww_96.safetensors"]),
         ("vww", "int8", ["{}/int8/vww_96_int8.tflite"]),
         ("vww --keep-dead", "int8", ["{}/int8/vww_96_int8.tflite", "--keep-dead"]),
         ("resnet8", "int8", ["{}/int8/resnet8_cifar10_int8.tflite"])]

# A program that calls the network and does nothing else.
PROGRAM = """#include "%(path)s.h"
%(ports)s
int main(void) {
    %(name)s_run(%(arguments)s);
    return 0;
}
"""


def read_pgm(path):
    with open(path, "rb") as file:
        head, data = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", file.read(64)), None
        width, height = int(head[1]), int(head[2])
        file.seek(head.end())
        data = file.read(width * height)
    return np.frombuffer(data, np.uint8).reshape(height, width, 1)


def save_samples(folder):
    """Writes samples for --calibrate; the paths of those for the zoo, and for Fashion-MNIST."""
    photograph = Image.open(os.path.join(programs.ROOT, "examples", "classify", "chelsea.jpg")).convert("RGB")
    images = os.path.join(programs.ROOT, "examples", "fashion", "images")
    paths = [os.path.join(folder, name + ".npy") for name in ("photographs", "fashion")]
    np.save(paths[0], cut_crops([photograph], CROPS, 1, SIDE))
    np.save(paths[1], np.stack([read_pgm(os.path.join(images, name)) for name in sorted(os.listdir(images)) if name.endswith(".pgm")]))
    return paths


def networks(lcc, only, folder):
    """[(title, type, lcc's words)] of all that is measured. Quantised networks are made in the folder, once for all boards."""
    photographs, fashion = save_samples(folder)
    floats = [(title, photographs, [os.path.join(programs.ROOT, "dsl", net), *words, "-D", "logits=true"]) for title, net, words in ZOO]
    floats += [(name, fashion, [os.path.join(place, name + ".net"), "-w", os.path.join(place, name + ".safetensors")])
               for place, name in FASHION]
    found = []
    for title, samples, words in floats:
        if re.search(only, title):
            quantised = os.path.join(folder, "q%d" % len(found))
            programs.run([lcc, *words, "--dtype", "int8", "--output-dtype", "int8", "--calibrate", samples, "--emit", "net",
                     "-o", quantised + ".net"])
            found += [(title, "f32", words), (title, "int8", [quantised + ".net", "-w", quantised + ".safetensors"])]
    models = find_models(None)
    if not models or not os.path.isdir(os.path.join(models, "int8")):
        print("Without the files of MLPerf Tiny: no trained models here; set LCC_MODELS to their folder\n")
        return found
    return found + [(title, kind, [word.format(models) for word in words]) for title, kind, words in FILES if re.search(only, title)]


def any_inputs(about):
    """An array for each input: bytes from 0 to 255, floats from 0 to 1, as pixels are."""
    source, arrays = np.random.default_rng(0), []
    for port in about["inputs"]:
        limits = np.iinfo(port["type"]) if port["type"] != "f32" else None
        arrays.append(source.integers(limits.min, limits.max + 1, port["shape"]).astype(port["type"]) if limits else
                      source.random(port["shape"], np.float32))
    return arrays


def program_bytes(board, net, o_file, folder):
    """Flash of a program that calls the network."""
    path = os.path.join(folder, "main")
    ports = ["static %s port_%d[%d];" % (kind, i, np.prod(shape)) for i, (kind, _, shape) in enumerate(net.ports())]
    with open(path + ".c", "w", encoding="utf-8") as out:
        out.write(PROGRAM % {"path": net.c_file[:-2], "ports": "\n".join(ports), "name": net.name,
                             "arguments": ", ".join("port_%d" % i for i in range(len(ports)))})
    board.build([path + ".c", o_file], path + ".elf", "-Os")
    return board.size(path + ".elf")[0]


def measure(lcc, board, title, kind, words, folder):
    """The row of a network. It is compiled and run once for each level."""
    c_file, compiled = os.path.join(folder, "net.c"), [lcc, *words, "--target", board.target]
    programs.run([*compiled, "--name", "net", "--storage", "incbin", "-o", c_file])
    about = json.loads(programs.run([*compiled, "--emit", "json"]))
    nets = []
    for level in LEVELS:
        nets.append(Network("net", c_file, about, [any_inputs(about)], [level, "-Wa,-I," + folder]))
        run_networks(board, nets[-1:], os.path.join(folder, level[1:]))
    fast, small = nets
    macs, reused = about["macs_emitted"], json.loads(programs.run([*compiled, "--reuse-input", "--emit", "json"]))["arena_bytes"]
    counts = [net.instructions[0] for net in nets]
    return [title, kind, f"{macs / 1e6:.2f}", f"{counts[0] / 1e6:.2f}", f"{counts[0] / macs:.2f}", f"{counts[1] / 1e6:.2f}",
            f"{fast.arena:,}", f"{reused:,}", f"{fast.stack[0]:,}", f"{fast.text:,}", f"{small.text:,}",
            f"{program_bytes(board, small, os.path.join(folder, LEVELS[1][1:], 'net.o'), folder):,}"]


HEADER = ["network", "type", "M MACs", "M instructions", "for each MAC", "at -Os", "arena", "with image", "stack", "flash", "at -Os",
          "program at -Os"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--board", choices=BOARDS, action="append", help="may be given again; all of them where it is not")
    parser.add_argument("--only", metavar="REGEX", default="", help="networks whose names it matches")
    options = parser.parse_args()
    boards = options.board or list(BOARDS)
    require_board(*boards)
    with tempfile.TemporaryDirectory() as quantised:
        found = networks(options.lcc, options.only, quantised)
        for name in boards:
            rows = []
            for title, kind, words in found:
                with tempfile.TemporaryDirectory() as folder:
                    rows.append(measure(options.lcc, BOARDS[name], title, kind, words, folder))
            print(f"{BOARDS[name].target}, in QEMU's {name}:\n\n{programs.table(HEADER, rows, left=2)}\n", flush=True)
    print(programs.run([BOARDS[boards[0]].cc[0], "--version"]).splitlines()[0] + "; " + programs.run([BOARDS[boards[0]].qemu, "--version"]).splitlines()[0])


if __name__ == "__main__":
    main()
