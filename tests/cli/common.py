"""What the tests of the command share: running lcc and the C compiler in a folder of their own.

LCC names the program, LCC_SOURCE the root of the source tree.
"""
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

LCC = os.environ["LCC"]
SOURCE = os.environ["LCC_SOURCE"]

sys.path.append(os.path.join(SOURCE, "tests"))
from pace import slowness, spent  # noqa: E402, F401

# A network with every kernel family of a small model, that compiles in no time.
TINY = """net tiny {
    input image: uint8[16, 16, 3] -> normalize(mean = 127.5, std = 127.5)
    conv(8, 3, stride = 2) @"stem" -> bn -> relu6
    inverted_residual(8, expand = 2, se = 0.25) @"block"
    max_pool(2, stride = 2)
    conv(20, 1) @"head" -> bn -> hswish
    global_avg_pool -> dense(5) @"fc" -> softmax
    output probs
}
"""

NO_WEIGHTS = "lcc: warning: no weights are given: they are random, and predictions mean nothing\n"


def run(command, cwd=None, **keywords):
    """The finished process, its output as text."""
    return subprocess.run(command, cwd=cwd, stdout=keywords.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE,
                          encoding="utf-8", errors="replace", timeout=600, **keywords)


def limit_file_size(bytes_):
    """For preexec_fn: no file may grow beyond that."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))


def have_compiler(name):
    return shutil.which(name) is not None


def compilers():
    """The C compilers of this machine that generated code is held to, each once."""
    found = {os.path.realpath(shutil.which(c)): c for c in ("gcc", "clang-19", "clang-14", "clang") if have_compiler(c)}
    return list(found.values())


def npy(shape, values, kind="f"):
    """The bytes of a .npy file of float32 ("f"), float64 ("d") or uint8 ("B")."""
    descr = {"f": "<f4", "d": "<f8", "B": "|u1"}[kind]
    tuple_ = "(" + "".join(f"{n}, " for n in shape) + ")"
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple_}, }}"
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(
        f"<{len(values)}{kind}", *values)


def read_npy(path):
    """(shape, values) of a float64 .npy file."""
    with open(path, "rb") as f:
        data = f.read()
    size, = struct.unpack_from("<H", data, 8)
    header = eval(data[10:10 + size].decode())  # written by lcc
    assert header["descr"] == "<f8" and not header["fortran_order"], header
    return header["shape"], struct.unpack(f"<{(len(data) - 10 - size) // 8}d", data[10 + size:])


class Case(unittest.TestCase):
    """A test in a scratch folder that holds tiny.net."""
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.write("tiny.net", TINY)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as f:
            f.write(content.encode() if isinstance(content, str) else content)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def lcc(self, *words, **keywords):
        return run([LCC, *words], keywords.pop("cwd", self.folder), **keywords)

    def good(self, *words, **keywords):
        """lcc must succeed; its output."""
        done = self.lcc(*words, **keywords)
        self.assertEqual((done.returncode, done.stderr.replace(NO_WEIGHTS, "")), (0, ""), words)
        return done.stdout

    def bad(self, status, message, *words, **keywords):
        """lcc must fail with exactly that on standard error, say nothing else, and leave no file."""
        before = sorted(os.listdir(self.folder))
        done = self.lcc(*words, **keywords)
        self.assertEqual(done.stderr, message)
        self.assertEqual(done.returncode, status)
        self.assertEqual(done.stdout or "", "")
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def compile(self, *words):
        """The C compiler must succeed without a word."""
        done = run(list(words), self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""), " ".join(words))

    def program(self, *words):
        """A program must exit 0; what it printed."""
        done = run(list(words), self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""), " ".join(words))
        return done.stdout
