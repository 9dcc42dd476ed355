#!/usr/bin/env python3
"""test_agreement.py --lcc LCC [--cc CC] [--models DIR] [--crops N] [--steps] [--pairs]

Trained networks, as floats and quantised by lcc from 100 crops of pictures, through emitted C on the pictures themselves and on
other crops: how often the likeliest class is the same, and the signal to noise of the outputs in dB. Fails where the
class changes in more than one picture, or in more than 10 % of the crops. Exit 77 where the models are missing.

--steps: measures without each step of quantising, too. --pairs: with --int8-pairs, too.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

try:
    from PIL import Image
except ImportError:
    Image = None

ROOT = Path(__file__).resolve().parent.parent.parent
STEPS = ["equalisation", "correction", "ranges"]
LEAST_SAME = 0.9

# Reads inputs of the network one after the other, and writes its outputs as floats.
PROGRAM = """#include "model.h"
#include <stdio.h>
int main(void) {
    static %(type)s in[%(inputs)d];
    static float out[%(outputs)d];
    while (fread(in, sizeof in, 1, stdin) == 1) {
        model_run(in, out);
        fwrite(out, sizeof out, 1, stdout);
    }
    return 0;
}
"""


class Network(NamedTuple):
    name: str
    words: list  # of the command line, with {models} for the folder of the models
    pictures: list
    outputs: int
    floats: bool = False  # takes pixels / 128 - 1 instead of bytes


IMAGENET = ["bird_chickadee", "cat", "chelsea_cat", "coffee_cup", "hot_dog", "parrot_macaw"]
NETWORKS = [
    Network("MobileNetV1 0.25", [f"{ROOT}/dsl/mobilenet_v1.net", "-D", "width=0.25", "-w",
                                 "{models}/mobilenet_v1_025_224.safetensors"], IMAGENET, 1000),
    Network("MobileNetV2 1.0", ["{models}/mobilenet_v2_1.0_224.onnx"], IMAGENET, 1001, True),
    Network("MobileNetV3-Small", [f"{ROOT}/dsl/mobilenet_v3_small.net", "-D", "classes=3", "-w",
                                  "{models}/mobilenet_v3_small_food.safetensors"],
            ["meal_1", "meal_2", "other_1", "other_2", "report_1", "report_2"], 3),
]


def find_models(given):
    for folder in (given, os.environ.get("LCC_MODELS"), ROOT.parent / "shared" / "models"):
        if folder and (Path(folder) / "images").is_dir():
            return Path(folder)
    return None


def load_pictures(models, names):
    return [Image.open(models / "images" / f"{name}.png").convert("RGB") for name in names]


def cut_crops(pictures, count, seed, to=224):
    """Random squares of the pictures, of 60 % of their side to all of it, some mirrored: uint8 [count, to, to, 3]."""
    source, crops = np.random.RandomState(seed), np.zeros((count, to, to, 3), np.uint8)
    for i in range(count):
        picture = pictures[i % len(pictures)]
        width, height = picture.size
        side = source.uniform(0.6, 1) * min(width, height)
        x, y, mirrored = source.uniform(0, width - side), source.uniform(0, height - side), source.rand() < 0.5
        crop = np.asarray(picture.crop((x, y, x + side, y + side)).resize((to, to), Image.BILINEAR))
        crops[i] = crop[:, ::-1] if mirrored else crop
    return crops


def as_inputs(network, pixels):
    return (pixels / np.float32(128) - 1).astype(np.float32) if network.floats else pixels


def build(options, network, models, folder, more):
    """The program of the network, in a folder of its own."""
    folder.mkdir()
    words = [word.format(models=models) for word in network.words]
    subprocess.run([options.lcc, *words, "--name", "model", "-o", folder / "model.c", "--storage", "incbin", *more], check=True,
                   stderr=subprocess.DEVNULL)
    kind = "float" if network.floats else "uint8_t"
    (folder / "main.c").write_text(PROGRAM % {"type": kind, "inputs": 224 * 224 * 3, "outputs": network.outputs})
    subprocess.run([options.cc, "-O2", folder / "main.c", folder / "model.c", "-o", folder / "main"], check=True,
                   cwd=folder)  # where the assembler finds the weights
    return folder / "main"


def outputs_of(program, network, inputs):
    done = subprocess.run([program], input=inputs.tobytes(), stdout=subprocess.PIPE, check=True)
    return np.frombuffer(done.stdout, np.float32).reshape(len(inputs), network.outputs).astype(float)


def decibels(wanted, got):
    noise = np.sum((wanted - got) ** 2)
    return 10 * np.log10(np.sum(wanted ** 2) / noise) if noise else np.inf


def measure(options, network, models, scratch):
    pictures = load_pictures(models, network.pictures)
    np.save(scratch / "calibrate.npy", as_inputs(network, cut_crops(pictures, 100, 1)))
    whole = np.stack([np.asarray(p.resize((224, 224), Image.BILINEAR)) for p in pictures])
    inputs = [as_inputs(network, whole), as_inputs(network, cut_crops(pictures, options.crops, 2))]
    program = build(options, network, models, scratch / "float", [])
    wanted = [outputs_of(program, network, x) for x in inputs]
    good = True
    ways = {"int8": []}
    if options.pairs:
        ways["with --int8-pairs"] = ["--int8-pairs"]
    for without in [[s] for s in STEPS] + [STEPS] if options.steps else []:
        ways["without " + ", ".join(without)] = [word for step in without for word in ("--int8-without", step)]
    for number, (way, more) in enumerate(ways.items()):
        more = ["--dtype", "int8", "--calibrate", scratch / "calibrate.npy", *more]
        program = build(options, network, models, scratch / f"int8_{number}", more)
        got = [outputs_of(program, network, x) for x in inputs]
        same = [np.sum(w.argmax(1) == g.argmax(1)) for w, g in zip(wanted, got)]
        print(f"{network.name:18} {way:45} pictures {same[0]}/{len(whole)}, {options.crops} crops {same[1] / options.crops:7.2%}, "
              f"{decibels(wanted[1], got[1]):5.1f} dB", flush=True)
        if way == "int8":
            good = same[0] >= len(whole) - 1 and same[1] >= LEAST_SAME * options.crops
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--models")
    parser.add_argument("--crops", type=int, default=100)
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--pairs", action="store_true")
    options = parser.parse_args()
    models = find_models(options.models)
    if not Image:
        print("SKIP: there is no PIL, which reads the pictures")
        return 77
    if not models:
        print("SKIP: there are no trained models; LCC_MODELS may name their folder")
        return 77
    good = True
    for network in NETWORKS:
        with tempfile.TemporaryDirectory() as scratch:
            good = measure(options, network, models, Path(scratch)) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
