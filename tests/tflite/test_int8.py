#!/usr/bin/env python3
"""Full-integer TensorFlow Lite files with trained weights: every answer is that of TensorFlow Lite for Microcontrollers, byte for
byte.

    test_int8.py --lcc LCC --interpreted            by the interpreter
    test_int8.py --lcc LCC --target T [--cc CC]     by the C that lcc writes for target T, with and without --max-ram min,
                 [--foreign s390x]                  where this machine runs it by one thread and by two; x86: for each target
                                                    of x86-64 that this machine runs

Takes the files and the answers (expected.json, whose README says how the inputs are made) from the folder int8 in LCC_MODELS, by
default ../shared/models beside the project. Exit 77 where there are none, or where the target's tools are missing.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("diff", "zoo")]
from emitted import MOST_EMBEDDED_BYTES, Model  # noqa: E402
from machines import SKIPPED, Native, machine_for, require_machine, run, runnable_targets  # noqa: E402
from test_models import find_models, read_png  # noqa: E402
from threaded import Threaded  # noqa: E402

LARGE = "mobilenet_v2_1.0_224_ptq.tflite"
FEW = (1, "cat.png", "parrot_macaw.png") # of the large network, where an emulator runs it, and on all but the best target of x86-64


def draw_bytes(seed, count):
    drawn = numpy.empty(count, numpy.uint8)
    for i in range(count):
        seed = (seed * 1664525 + 1013904223) & 0xffffffff
        drawn[i] = seed >> 24
    return drawn


def read_cases(models, about, only):
    """[(name, input, answer)], as bytes in the types of the ports."""
    types = [numpy.dtype(about[side]["type"]) for side in ("input", "output")]
    cases = []
    for case in about["cases"]:
        name = case.get("seed", case.get("image"))
        if only and name not in only:
            continue
        if "seed" in case:
            data = draw_bytes(name, about["input"]["bytes"])
        else:
            data = numpy.frombuffer(read_png(os.path.join(models, "images", name))[2], numpy.uint8)
            if types[0] == numpy.int8:
                data = data ^ 0x80
        assert data.size == about["input"]["bytes"], name
        cases.append((name, data.view(types[0]), numpy.frombuffer(bytes.fromhex(case["out"]), types[1])))
    return cases


def compare(what, name, got, wanted):
    """Whether the answer is right, in type and bytes; says what is wrong."""
    good = got.dtype == wanted.dtype and got.tobytes() == wanted.tobytes()
    if not good:
        off = numpy.abs(got.ravel().astype(int) - wanted.astype(int)) if got.size == wanted.size else None
        print(f"FAIL {what}, {name}: {got.dtype}, {got.size} numbers" + (f", {(off > 0).sum()} differ, by {off.max()} at most" if off is not None else ""),
              flush=True)
    return good


def check_ports(what, about, wanted):
    """Whether the C function has the file's types, scales and zero points."""
    good = True
    for side in ("input", "output"):
        (port,) = about[side + "s"]
        asked = wanted[side]
        same = (port["type"] == asked["type"] and numpy.float32(port["scale"]) == numpy.float32(asked["scale"]) and
                port["zero"] == asked["zero"])
        if not same:
            print(f"FAIL {what}: the {side} is {port}, not {asked}")
        good = good and same
    return good


def check_interpreted(given, path, cases):
    with tempfile.TemporaryDirectory() as folder:
        source, result = os.path.join(folder, "in.npy"), os.path.join(folder, "out.npy")
        side = round((cases[0][1].size / 3) ** 0.5)
        numpy.save(source, numpy.stack([x.reshape(side, side, 3) for _, x, _ in cases]))
        run([given.lcc, path, "--run", source, "--out", result])
        answers = numpy.load(result)
    return sum(not compare("interpreted", name, answers[i], wanted) for i, (name, _, wanted) in enumerate(cases))


def check_threaded(given, path, folder, options, what, cases, about):
    """C compiled with OpenMP; the first cases by one thread and two, in arenas between guards, which must stand; and the self-test."""
    shown = 4
    command = [given.lcc, path, *options, "--target", given.target, "--name", "model", "--selftest"]
    c_file = os.path.join(folder, "model.c")
    run([*command, *(["--storage", "incbin"] if about["weights_bytes"] > MOST_EMBEDDED_BYTES else []), "-o", c_file])
    model = Threaded(c_file, about, level="-O1")
    wrong = 0
    for i, (name, x, wanted) in enumerate(cases):
        wrong += not compare(what, name, model.call("model_run", [x])[0], wanted)
        for threads in (1, 2) if i < shown else ():
            (got,), guarded = model.run_threads([x], threads)
            wrong += not compare(f"{what}, {threads} threads", name, got, wanted)
            if not guarded:
                print(f"FAIL {what}, {name}: {threads} threads write beside the arena")
                wrong += 1
    step = model.loaded.model_selftest()
    if step:
        print(f"FAIL {what}: the self-test names step {step}")
    return wrong + bool(step)


def check_emitted(given, path, cases, wanted):
    wrong = 0
    native = given.target != "generic" and isinstance(machine_for(given.target, given.cc), Native) # generic C has no threads
    for options in ((), ("--max-ram", "min")):
        what = " ".join([os.path.basename(path), given.foreign or given.target, *options])
        with tempfile.TemporaryDirectory() as folder:
            about = json.loads(run([given.lcc, path, *options, "--target", given.target, "--emit", "json"]))
            wrong += not check_ports(what, about, wanted)
            if native:
                wrong += check_threaded(given, path, folder, options, what, cases, about)
            else:
                model = Model(given.lcc, path, folder, options, given.target, given.cc, level="-O1", foreign=given.foreign)
                wrong += sum(not compare(what, name, model([x])[0], answer) for name, x, answer in cases)
        print(f"{what}: {len(cases)} cases", flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--interpreted", action="store_true")
    parser.add_argument("--target")
    parser.add_argument("--cc")
    parser.add_argument("--foreign")
    parser.add_argument("--only", help="a file of this name alone")
    given = parser.parse_args()
    models = find_models()
    folder = models and os.path.join(models, "int8")
    if not models or not os.path.isdir(folder):
        print("SKIP: no trained models here; set LCC_MODELS to their folder")
        return SKIPPED
    with open(os.path.join(folder, "expected.json")) as f:
        expected = json.load(f)
    targets = runnable_targets() if given.target == "x86" else [given.target]
    if not targets:
        print("SKIP: this machine is no x86-64")
        return SKIPPED
    wrong = ran = 0
    for i, target in enumerate(targets):
        given.target = target
        if target:
            require_machine(target, given.cc, given.foreign)
        emulated = target and (given.foreign or not isinstance(machine_for(target, given.cc), Native))
        few = emulated or i < len(targets) - 1
        for name, about in expected.items():
            if given.only not in (None, name):
                continue
            cases = read_cases(models, about, FEW if few and name == LARGE else None)
            path = os.path.join(folder, name)
            ran += len(cases)
            try:
                wrong += check_interpreted(given, path, cases) if given.interpreted else check_emitted(given, path, cases, about)
            except (RuntimeError, subprocess.SubprocessError, OSError) as error:
                print(f"FAIL {name}: {error}")
                wrong += 1
    print(f"{ran} cases, {wrong} wrong")
    return 1 if wrong or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
