"""A network compiled with lcc and the C compiler, ready to be called."""
import ctypes
import os
import re
import subprocess

TIME_LIMIT = 600  # seconds, for any one command


def run_command(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


class Network:
    """`arguments`: the .net file and what else lcc is told. The files go to `folder`, which must outlive the network.
    `apart`: the weights are not in the C file but handed over at run time."""

    def __init__(self, lcc, cc, target, arguments, folder, apart=False):
        source, library = os.path.join(folder, "net.c"), os.path.join(folder, "net.so")
        run_command([lcc] + arguments + ["--target", target, "--name", "net", "-o", source]
                    + (["--storage", "file"] if apart else []))
        run_command([cc, "-O2", "-shared", "-fPIC", "-o", library, source])
        self.library = ctypes.CDLL(library)
        self.library.net_run.restype = None
        if apart:
            self.bind(os.path.join(folder, "net.weights"))
        with open(os.path.join(folder, "net.h")) as f:
            sizes = re.findall(r"^#define NET_\w+_SIZE (\d+)$", f.read(), re.M)
        if len(sizes) != 2:
            raise RuntimeError(f"the network has not one input and one output but {len(sizes)} in all")
        self.in_size, self.out_size = map(int, sizes)

    def bind(self, path):
        with open(path, "rb") as f:
            data = f.read()
        self.room = ctypes.create_string_buffer(len(data) + 64)
        start = ctypes.addressof(self.room) + -ctypes.addressof(self.room) % 64
        ctypes.memmove(start, data, len(data))
        if self.library.net_bind(ctypes.c_void_p(start), ctypes.c_size_t(len(data))):
            raise RuntimeError("net_bind refuses the weights that were written with it")

    def run(self, image):
        """`image`: bytes, in the order height, width, channel. The output, as floats."""
        if len(image) != self.in_size:
            raise RuntimeError(f"the network takes {self.in_size} bytes, not {len(image)}")
        out = (ctypes.c_float * self.out_size)()
        self.library.net_run(ctypes.c_char_p(image), out)
        return list(out)
