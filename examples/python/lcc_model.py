"""Networks from Python, with NumPy and nothing else: lcc writes the C, cc makes a shared library of it, ctypes calls it.

    model = Model.compile("fashion.net", weights=["fashion.safetensors"])
    probs = model(image)                    # a uint8 array of model.inputs[0].shape

What is not in the C header is asked of `lcc --emit json`. Calls check what they are given: a wrong type or shape is a
TypeError or ValueError, never a crash.
"""
import ctypes
import json
import os
import subprocess
import tempfile
import threading
from dataclasses import dataclass

import numpy as np

TYPES = {"uint8": np.uint8, "int8": np.int8, "int32": np.int32, "f32": np.float32}
ALIGN = 64  # of the arena: no target asks for more


@dataclass(frozen=True)
class Port:
    """An input or an output: its name, its NumPy type, and its shape, [height, width, channels]."""
    name: str
    type: type
    shape: tuple

    @staticmethod
    def of(told):
        return Port(told["name"], TYPES[told["type"]], tuple(told["shape"]))

    @property
    def pointer(self):
        return np.ctypeslib.ndpointer(self.type, flags="C_CONTIGUOUS")


def run(command):
    """Runs a command. RuntimeError, with what it said, where it fails."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    except OSError as wrong:
        raise RuntimeError(f"{command[0]}: {wrong.strerror}; is it on the PATH?") from None
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"{command[0]}: exit {done.returncode}")
    return done.stdout


class Model:
    """A network in a shared library. A model has an arena of its own and takes one call at a time; models of the same
    library share its weights and run side by side, for ctypes lets go of Python's lock."""

    def __init__(self, library, description, prefix=None):
        """`library`: the path of the shared library. `description`: what `lcc --emit json` said of the network, with the
        same options, or the path of a file with it. `prefix`: of the functions, if it is not the network's name."""
        if not isinstance(description, dict):
            with open(description, encoding="utf-8") as f:
                description = json.load(f)
        self.name = description["name"]
        self.inputs = [Port.of(p) for p in description["inputs"]]
        self.outputs = [Port.of(p) for p in description["outputs"]]
        self.arena_bytes = description["arena_bytes"]
        self._library = ctypes.CDLL(os.path.abspath(library))
        self._run = self._library[(prefix or self.name) + "_run_in"]  # by index: an object of its own, with its own types
        self._run.restype = None
        self._run.argtypes = [ctypes.c_void_p] + [p.pointer for p in self.inputs + self.outputs]
        version = self._library[(prefix or self.name) + "_version"]
        version.restype = ctypes.c_char_p
        self.version = version().decode()
        self._memory = ctypes.create_string_buffer(self.arena_bytes + ALIGN)
        address = ctypes.addressof(self._memory)
        self._arena = address + -address % ALIGN
        self._lock = threading.Lock()

    @classmethod
    def compile(cls, net, weights=(), options=(), lcc=None, cc=None):
        """Compiles a .net or .onnx file; `options` go to lcc. The programs are $LCC, else lcc, and $CC, else cc. The files
        are gone once the library is loaded."""
        command = [lcc or os.environ.get("LCC", "lcc"), os.fspath(net), *options]
        for file in weights:
            command += ["-w", os.fspath(file)]
        with tempfile.TemporaryDirectory() as folder:
            code, library = os.path.join(folder, "model.c"), os.path.join(folder, "model.so")
            run([*command, "--name", "model", "-o", code])
            run([cc or os.environ.get("CC", "cc"), "-O2", "-shared", "-fPIC", code, "-o", library])
            return cls(library, json.loads(run([*command, "--emit", "json"])), "model")

    def __call__(self, *inputs):
        """Runs the network on an array for each input: of its type, and of its shape but for axes of length 1. Returns the
        output, or a tuple where there are several."""
        if len(inputs) != len(self.inputs):
            raise TypeError(f"{self.name} takes {len(self.inputs)} inputs, not {len(inputs)}")
        arrays = [self._prepare(array, port) for array, port in zip(inputs, self.inputs)]
        results = [np.empty(port.shape, port.type) for port in self.outputs]
        with self._lock:
            self._run(self._arena, *arrays, *results)
        return results[0] if len(results) == 1 else tuple(results)

    @staticmethod
    def _prepare(array, port):
        array = np.asarray(array)
        if array.dtype != port.type:
            raise TypeError(f"{port.name} takes {np.dtype(port.type)}, not {array.dtype}")
        if [n for n in array.shape if n != 1] != [n for n in port.shape if n != 1]:
            raise ValueError(f"{port.name} takes {list(port.shape)}, not {list(array.shape)}")
        return np.ascontiguousarray(array.reshape(port.shape))
