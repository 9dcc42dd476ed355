#!/usr/bin/env python3
"""Random ONNX models, through lcc's interpreter, against NumPy, and against ONNX Runtime where that can be had; and the code of
some of them by its self-test."""
import argparse
import math
import os
import subprocess
import sys
import tempfile

import numpy

from ort import Failed, Library
from random_model import random_model

HERE = os.path.dirname(os.path.abspath(__file__))


def find_library(folder):
    """The path of ONNX Runtime's library; None where npm cannot give it."""
    done = subprocess.run(["sh", os.path.join(HERE, "get_onnxruntime.sh"), folder], stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def as_given(x):
    """The numbers of a tensor as lcc takes and gives them: a map as [h, w, c], and all others in their own order."""
    return numpy.ascontiguousarray(x[0].transpose(1, 2, 0)) if x.ndim == 4 else x


def shape_of(x):
    """The shape [h, w, c] of an input that is not a map: of more than three axes, the last two that are longer than 1, and all
    before them."""
    long = [n for n in x.shape if n > 1] if x.ndim > 3 else list(x.shape)
    return (math.prod(long[:-2]), *([1, 1] + long)[-2:])


def run_lcc(lcc, folder, m, outputs):
    words = [os.path.abspath(lcc), "m.onnx", "--summary"]
    for name, x in m.inputs.items():
        numpy.save(os.path.join(folder, name + ".npy"), as_given(x).reshape(shape_of(x) if x.ndim != 4 else as_given(x).shape))
        words += ["--run", name + ".npy"]
    for name in outputs:
        words += ["--out", name + ".npy"]
    done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
    if done.returncode:
        raise AssertionError(f"lcc failed ({done.returncode}):\n{done.stdout[-2000:]}")
    return [numpy.load(os.path.join(folder, name + ".npy")) for name in outputs], done.stdout


def compare(found, wanted, what):
    scale = max(1.0, float(numpy.abs(wanted).max(initial=0)))
    if found.size != wanted.size:
        raise AssertionError(f"{what}: {found.size} numbers, not {wanted.size}")
    worst = float(numpy.abs(found.ravel() - wanted.ravel()).max(initial=0)) / scale
    if not worst < 1e-4:
        raise AssertionError(f"{what}: differs by {worst}")


def check_code(lcc, cc, folder):
    """Compiles the C file and runs its self-test, which holds each step to the interpreter."""
    with open(os.path.join(folder, "main.c"), "w", encoding="utf-8") as f:
        f.write('#include "m.h"\nint main(void) { return m_selftest() != 0; }\n')
    for words in ([lcc, "m.onnx", "-o", "m.c", "--selftest"], [cc, "-O1", "main.c", "m.c", "-o", "program", "-lm"],
                  [os.path.join(folder, "program")]):
        done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
        if done.returncode:
            raise AssertionError(f"{' '.join(words)} failed ({done.returncode}):\n{done.stdout[-2000:]}")


def check_model(lcc, library, seed, folder):
    """Runs the model by lcc's interpreter."""
    m, outputs = random_model(seed)
    path = os.path.join(folder, "m.onnx")
    with open(path, "wb") as f:
        f.write(m.write(outputs))
    if library:
        for name, answer in library.run(path, m.inputs).items():
            if answer.shape != m.values[name].shape:
                raise AssertionError(f"the test is wrong: NumPy's {name} is {m.values[name].shape}, not {answer.shape}")
            compare(answer, m.values[name], "the test is wrong: NumPy's answer")
    found, said = run_lcc(lcc, folder, m, outputs)
    for name, y in zip(outputs, found):
        wanted = m.values[name]
        ordered = f"{name}: [" in said
        if not ordered and wanted.ndim != 4 and wanted.size > 1 and wanted.size != wanted.shape[-1]:
            raise AssertionError(f"--summary does not say in which order {name} is: {wanted.shape}")
        compare(y, wanted if ordered or wanted.ndim != 4 else as_given(wanted), name)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lcc", required=True)
    p.add_argument("--cc", help="the C compiler for the code of some models")
    p.add_argument("--compile", type=int, default=10, metavar="N", help="compile the code of every Nth model")
    p.add_argument("--onnxruntime", required=True, help="the folder in which it is or may be installed")
    p.add_argument("--first", type=int, default=0)
    p.add_argument("--count", type=int, default=200)
    p.add_argument("--all", action="store_true", help="go on after a model that fails")
    o = p.parse_args()
    path = find_library(o.onnxruntime)
    library = Library(path) if path else None
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(o.first, o.first + o.count):
            try:
                check_model(o.lcc, library, seed, folder)
                if o.cc and seed % o.compile == 0:
                    check_code(os.path.abspath(o.lcc), o.cc, folder)
            except (AssertionError, Failed, subprocess.TimeoutExpired) as e:
                print(f"model {seed}: {e}")
                failed += 1
                if not o.all:
                    break
    print(f"{o.count} models against NumPy" + (f" and ONNX Runtime {library.version}" if library else ""))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
