"""A network compiled with lcc and the C compiler, ready to be called."""
import ctypes
import json
import os
import subprocess

TIME_LIMIT = 600  # seconds, for any one command

# Above this the weights are handed over at run time: a string literal of 50 MB and more is slow to compile.
MOST_EMBEDDED_BYTES = 40 << 20


def run_command(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


class Network:
    """`arguments`: the .net file and what else lcc is told. The files go to `folder`, which must outlive the network."""

    def __init__(self, lcc, cc, target, arguments, folder):
        command = [lcc] + arguments + ["--target", target]
        self.said = json.loads(run_command(command + ["--emit", "json"]))
        source, library = os.path.join(folder, "net.c"), os.path.join(folder, "net.so")
        apart = 4 * self.said["params"] > MOST_EMBEDDED_BYTES
        run_command(command + ["--name", "net", "-o", source] + (["--storage", "file"] if apart else []))
        run_command([cc, "-O2", "-shared", "-fPIC", "-o", library, source])
        self.library = ctypes.CDLL(library)
        self.library.net_run.restype = None
        if apart:
            self.bind(os.path.join(folder, "net.weights"))

    def bind(self, path):
        with open(path, "rb") as f:
            data = f.read()
        self.room = ctypes.create_string_buffer(len(data) + 64)
        start = ctypes.addressof(self.room) + -ctypes.addressof(self.room) % 64
        ctypes.memmove(start, data, len(data))
        if self.library.net_bind(ctypes.c_void_p(start), ctypes.c_size_t(len(data))):
            raise RuntimeError("net_bind refuses the weights that were written with it")

    def run(self, image):
        """`image`: bytes, in the order height, width, channel. The one output, as floats."""
        sizes = [port["shape"][0] * port["shape"][1] * port["shape"][2]
                 for port in self.said["inputs"] + self.said["outputs"]]
        if len(sizes) != 2 or len(image) != sizes[0]:
            raise RuntimeError(f"the network has other inputs and outputs than one of {len(image)} bytes and one: {sizes}")
        out = (ctypes.c_float * sizes[1])()
        self.library.net_run(ctypes.c_char_p(image), out)
        return list(out)
