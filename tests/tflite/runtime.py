"""Compares answers of lcc with those of TensorFlow Lite's own runtime, all at once, because it takes a second to start."""
import os
import subprocess
import tempfile

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.environ.get("LCC_TFLITE_RUNTIME", os.path.join(tempfile.gettempdir(), "lcc-tflite-runtime"))
TOLERANCE = 1e-4


def find():
    """The folder of the runtime; None, after a line that says why, where there is none."""
    done = subprocess.run([os.path.join(HERE, "get_runtime.sh"), FOLDER], stdout=subprocess.PIPE, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def run(wasm, path, x):
    """The numbers of all outputs, one behind the other, of the network in a file for one input."""
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath(path), os.path.join(folder, "0.tflite"))
        with open(os.path.join(folder, "0.in"), "wb") as f:
            f.write(x.tobytes())
        subprocess.run(["node", os.path.join(HERE, "runtime.js"), wasm, folder], check=True, timeout=600)
        error = os.path.join(folder, "0.error")
        if os.path.exists(error):
            with open(error, encoding="utf-8") as f:
                raise RuntimeError(f"TensorFlow Lite refuses it: {f.read()}")
        return numpy.fromfile(os.path.join(folder, "0.out"), numpy.float32)


def compare(wasm, cases):
    """`cases`: (name, file, input, lcc's answer). Returns what differs, and how many of them the runtime has run."""
    faults, ran = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for n, (_, data, x, _) in enumerate(cases):
            for ending, content in ((".tflite", data), (".in", x.tobytes())):
                with open(os.path.join(folder, f"{n}{ending}"), "wb") as f:
                    f.write(content)
        subprocess.run(["node", os.path.join(HERE, "runtime.js"), wasm, folder], check=True, timeout=600)
        for n, (name, _, _, answer) in enumerate(cases):
            path = os.path.join(folder, f"{n}.out")
            if not os.path.exists(path):
                with open(os.path.join(folder, f"{n}.error"), encoding="utf-8") as f:
                    faults.append(f"{name}: TensorFlow Lite refuses it: {f.read()}")
                continue
            ran += 1
            theirs = numpy.fromfile(path, numpy.float32)
            if theirs.size != answer.size:
                faults.append(f"{name}: {answer.size} numbers, but TensorFlow Lite gives {theirs.size}")
                continue
            scale = max(1.0, float(abs(theirs).max(initial=0)))
            worst = float(abs(theirs - answer.ravel()).max(initial=0)) / scale
            if not worst <= TOLERANCE:
                faults.append(f"{name}: differs by {worst:.2g} of the largest number")
    return faults, ran
