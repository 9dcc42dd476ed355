"""What the tests of the examples share: building one with an installed lcc, the commands of its README, pictures, and the
reference's answers."""
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

import numpy

sys.path.insert(0, os.path.join(os.environ["LCC_SOURCE"], "tests", "install"))
from installed import CMAKE, NO_WEIGHTS, SOURCE, Installed, run  # noqa: E402

EXAMPLES = os.path.join(SOURCE, "examples")
FASHION = os.path.join(EXAMPLES, "fashion")
MODELS = os.environ.get("LCC_MODELS") or os.path.join(SOURCE, "..", "shared", "models")
SKIPPED = 77
with open(os.path.join(FASHION, "labels.txt"), encoding="utf-8") as names:
    CLOTHES = names.read().splitlines()


class Example(Installed):
    name = None  # the folder
    wrapper = ()  # what cmake is called by, such as emcmake

    def configure(self, build, *words):
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        return run([*self.wrapper, CMAKE, *generator, "-S", os.path.join(EXAMPLES, self.name), "-B", build,
                    f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON",
                    f"-DPython3_EXECUTABLE={sys.executable}", *words], self.folder)

    def build(self, *words, build="build"):
        """Builds the example; no compiler may warn, and lcc of random weights alone. Returns the folder."""
        build = os.path.join(self.folder, build)
        done = self.configure(build, *words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        told = self.good(CMAKE, "--build", build, "-j", "2").stdout
        self.assertNotIn("warning", told.replace(NO_WEIGHTS, ""))
        return build

    def follow_readme(self):
        """Runs the README's commands in a copy of the examples, lcc being installed. Returns what they print."""
        copy = os.path.join(self.folder, "examples")
        shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("build*"))
        with open(os.path.join(copy, self.name, "README.md"), encoding="utf-8") as f:
            commands = "".join(re.findall(r"^```\n(.*?)^```", f.read(), re.M | re.S))
        self.assertTrue(commands)
        env = dict(os.environ, CMAKE_PREFIX_PATH=self.prefix, LCC=self.lcc,
                   PATH=":".join([os.path.dirname(self.lcc), os.path.dirname(sys.executable), os.environ["PATH"]]))
        return self.good("sh", "-ec", commands, cwd=os.path.join(copy, self.name), env=env).stdout

    def reference(self, words, x):
        """The answer of lcc's interpreter on the array x, flat. `words`: the network and its options."""
        numpy.save(self.path("reference_in.npy"), x)
        self.good(self.lcc, *words, "--run", "reference_in.npy", "--out", "reference_out.npy")
        return numpy.load(self.path("reference_out.npy")).ravel()

    def fashion_answers(self):
        """{path: (class, percent)} of the pictures that ship, by the interpreter."""
        net = [os.path.join(FASHION, "fashion.net"), "-w", os.path.join(FASHION, "fashion.safetensors")]
        answers = {}
        for name in sorted(os.listdir(os.path.join(FASHION, "images"))):
            path = os.path.join(FASHION, "images", name)
            probs = self.reference(net, read_pgm(path))
            answers[path] = (CLOTHES[probs.argmax()], 100 * probs.max())
        self.assertGreater(len(answers), 10)
        return answers


def main(missing):
    """Runs the tests, or says which of Debian's packages are missing for them."""
    if missing:
        print("SKIP: Debian's " + " and ".join(missing) + (" is" if len(missing) == 1 else " are") + " not here")
        sys.exit(SKIPPED)
    unittest.main()


def read_pgm(path):
    with open(path, "rb") as f:
        data = f.read()
    assert data.startswith(b"P5") and len(data) > 784, path
    return numpy.frombuffer(data[-784:], numpy.uint8).reshape(28, 28, 1)


def softmax(x):
    e = numpy.exp(x - x.max())
    return e / e.sum()


def png(pixels):
    """A PNG file of uint8 [h, w, 3]."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return png_chunks(width, height, zlib.compress(rows))


def enlarged(pixels, times=10):
    """A picture [h, w, 1] or [h, w, 3] as one of 3 channels, each pixel a square."""
    height, width = pixels.shape[:2]
    return numpy.broadcast_to(pixels, (height, width, 3)).repeat(times, 0).repeat(times, 1)


def png_chunks(width, height, data):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", data) + chunk(b"IEND", b""))


def has_sanitizer(kind, compiler="cc"):
    """Whether programs built with it run here."""
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "program")
        made = subprocess.run([compiler, "-x", "c", f"-fsanitize={kind}", "-", "-o", program], input=b"int main(void){return 0;}",
                              capture_output=True)
        return made.returncode == 0 and subprocess.run([program], capture_output=True).returncode == 0
