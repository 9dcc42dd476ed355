"""What the tests of ONNX files share: running lcc in a folder of its own, and small networks to run it on."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy

import onnx_file

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from pace import slowness, spent  # noqa: E402, F401

LCC = os.environ["LCC"]
TIME_LIMIT = 600


class OnnxTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def lcc(self, *words):
        return subprocess.run([LCC, *words], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=TIME_LIMIT)

    def good(self, *words):
        done = self.lcc(*words)
        self.assertEqual(done.returncode, 0, f"{' '.join(words)}\n{done.stderr}")
        return done.stdout

    def run_model(self, model, *inputs, more=(), outputs=1):
        """The reference interpreter's answers, flat, for inputs that are [h, w, c] already."""
        words = [model, *more]
        for i, x in enumerate(inputs):
            numpy.save(self.path(f"in{i}.npy"), x)
            words += ["--run", f"in{i}.npy"]
        for i in range(outputs):
            words += ["--out", f"out{i}.npy"]
        self.good(*words)
        found = [numpy.load(self.path(f"out{i}.npy")) for i in range(outputs)]
        return found[0] if outputs == 1 else found

    def compare(self, nodes, tensors, x, wanted, opset=13, tolerance=1e-5):
        """Runs the network x -> y on x [c, h, w] (or [c]); `wanted` is [c, h, w] or [c]. Then the same by way of a .net file,
        which must be the same network. Returns its text."""
        self.write("m.onnx", onnx_file.model(nodes, tensors, {"x": (1, *x.shape)}, ["y"], opset))
        image = x.transpose(1, 2, 0) if x.ndim == 3 else x.reshape(1, 1, -1)
        got = self.run_model("m.onnx", numpy.ascontiguousarray(image))
        wanted = numpy.asarray(wanted, float)
        flat = (wanted.transpose(1, 2, 0) if wanted.ndim == 3 else wanted).ravel()
        self.assertEqual(got.size, flat.size)
        numpy.testing.assert_allclose(got.ravel(), flat, rtol=tolerance, atol=tolerance)
        self.good("m.onnx", "--emit", "net", "-o", "again.net")
        again = self.run_model("again.net", numpy.ascontiguousarray(image), more=("-w", "again.safetensors"))
        numpy.testing.assert_array_equal(again, got)
        return self.read("again.net")


def numbers(*shape, seed=1):
    return numpy.random.default_rng(seed).standard_normal(shape).astype(numpy.float32)
