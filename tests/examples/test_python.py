"""examples/python: a class on ctypes and NumPy."""
import os
import re
import sys
import threading
import unittest

import numpy

from example import CLOTHES, EXAMPLES, FASHION, Example, read_pgm, run

FOLDER = os.path.join(EXAMPLES, "python")
sys.path.insert(0, FOLDER)
from lcc_model import Model  # noqa: E402

# Two inputs of two types, two outputs.
TWO = """net two {
    input image: uint8[6, 6, 3]
    input bias: f32[1, 1, 4]
    from image -> normalize(mean = 0, std = 1, divide = 255)
    conv(4, 3) -> relu as features
    global_avg_pool -> add(bias)
    output pooled
    from features -> max_pool(2, stride = 2)
    output map
}
"""


class TheClass(Example):
    name = "python"

    def fashion(self):
        return Model.compile(os.path.join(FASHION, "fashion.net"), [os.path.join(FASHION, "fashion.safetensors")],
                             lcc=self.lcc)

    def test_answers(self):
        model = self.fashion()
        self.assertEqual([(p.name, p.type, p.shape) for p in model.inputs + model.outputs],
                         [("image", numpy.uint8, (28, 28, 1)), ("probs", numpy.float32, (1, 1, 10))])
        self.assertRegex(model.version, r"^lcc \S+, \S+, weights [0-9a-f]{16}$")
        image = read_pgm(os.path.join(FASHION, "images", "ankle_boot.pgm"))
        net = [os.path.join(FASHION, "fashion.net"), "-w", os.path.join(FASHION, "fashion.safetensors")]
        wanted = self.reference(net, image)
        for x in (image, image[:, :, 0], numpy.asfortranarray(image), image.tolist()):
            if isinstance(x, list):
                self.assertRaises(TypeError, model, x)  # numbers of Python are no bytes
                continue
            numpy.testing.assert_allclose(model(x).ravel(), wanted, atol=1e-5)
        numpy.testing.assert_allclose(model(image[:, ::-1]).ravel(), self.reference(net, image[:, ::-1]), atol=1e-5)

    def test_several_inputs_and_outputs(self):
        self.write("two.net", TWO)
        model = Model.compile(self.path("two.net"), options=["--seed", "3"], lcc=self.lcc)
        rng = numpy.random.default_rng(1)
        image, bias = rng.integers(0, 256, (6, 6, 3), numpy.uint8), rng.standard_normal(4).astype(numpy.float32)
        pooled, map_ = model(image, bias)
        numpy.save(self.path("image.npy"), image)
        numpy.save(self.path("bias.npy"), bias.reshape(1, 1, 4))
        self.good(self.lcc, "two.net", "--seed", "3", "--run", "image.npy", "--run", "bias.npy", "--out", "a.npy", "--out",
                  "b.npy")
        numpy.testing.assert_allclose(pooled, numpy.load(self.path("a.npy")).reshape(pooled.shape), atol=1e-5)
        numpy.testing.assert_allclose(map_, numpy.load(self.path("b.npy")).reshape(map_.shape), atol=1e-5)
        self.assertEqual(map_.shape, (3, 3, 4))
        for wrong, arguments in ((TypeError, [image]), (TypeError, [image, bias, bias]), (TypeError, [image, image[0, 0]]),
                                 (TypeError, [image, bias.astype(float)]), (ValueError, [image[:5], bias]),
                                 (ValueError, [image, bias[:3]]), (ValueError, [image.reshape(3, 6, 6), bias])):
            self.assertRaises(wrong, model, *arguments)

    def test_threads(self):
        model = self.fashion()
        rng = numpy.random.default_rng(2)
        images = rng.integers(0, 256, (40, 28, 28), numpy.uint8)
        wanted = [model(x) for x in images]
        wrong = []

        def work(of):
            for x, y in zip(images, wanted):
                if not numpy.array_equal(of(x), y):
                    wrong.append(x)

        threads = [threading.Thread(target=work, args=(model,)) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])

    def test_what_goes_wrong_is_said(self):
        self.write("bad.net", "net bad {\n    input x: f32[4, 4, 3]\n    conv(0, 1)\n    output y\n}\n")
        with self.assertRaisesRegex(RuntimeError, "bad.net:3:"):
            Model.compile(self.path("bad.net"), lcc=self.lcc)
        with self.assertRaisesRegex(RuntimeError, "nothing/lcc: No such file"):
            Model.compile(self.path("bad.net"), lcc="nothing/lcc")


class Program(Example):
    name = "python"

    def classify(self, *words, **keywords):
        return run([sys.executable, "-B", os.path.join(FOLDER, "classify.py"), *words], self.folder,
                   env=dict(os.environ, LCC=self.lcc), **keywords)

    def check(self, told, expected):
        for line, (path, (name, percent)) in zip(told.splitlines(), expected.items(), strict=True):
            says = re.match(r"(\S+): ([\w -]+) ([\d.]+) %, ", line)
            self.assertEqual((says[1], says[2]), (path, name))
            self.assertAlmostEqual(float(says[3]), percent, delta=0.02)

    def test_pictures(self):
        expected = self.fashion_answers()
        boot = os.path.join(FASHION, "images", "ankle_boot.pgm")
        numpy.save(self.path("boot.npy"), read_pgm(boot))
        expected["boot.npy"] = expected[boot]
        done = self.classify(*expected)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.check(done.stdout, expected)

    def test_bad_pictures(self):
        with open(self.path("objects.npy"), "wb") as f:
            numpy.save(f, numpy.array([{}]), allow_pickle=True)
        numpy.save(self.path("other.npy"), numpy.zeros((3, 3), numpy.uint8))
        numpy.save(self.path("floats.npy"), numpy.zeros((28, 28)))
        for name, text in (("short.pgm", "P5 28 28 255\nxxx"), ("text.pgm", "hello"), ("large.pgm", "P5 99999 99999 255\n")):
            self.write(name, text)
        good = os.path.join(FASHION, "images", "bag.pgm")
        done = self.classify("none.pgm", "short.pgm", "text.pgm", "large.pgm", "objects.npy", "other.npy", "floats.npy",
                             good)
        self.assertEqual(done.returncode, 1)
        errors = done.stderr.splitlines()
        self.assertEqual(errors[:4], ["classify.py: none.pgm: No such file or directory",
                                      "classify.py: short.pgm: ends too soon",
                                      "classify.py: text.pgm: is no PGM or PPM file (P5, P6) of 8 bits",
                                      "classify.py: large.pgm: ends too soon"])
        self.assertTrue(errors[4].startswith("classify.py: objects.npy: "))
        self.assertEqual(errors[5:], ["classify.py: other.npy: image takes [28, 28, 1], not [3, 3]",
                                      "classify.py: floats.npy: image takes uint8, not float64"])
        self.assertRegex(done.stdout, rf"^{re.escape(good)}: bag ")

    def test_another_network(self):
        self.write("own.net", "net own {\n    input image: uint8[8, 8, 3]\n    conv(5, 3) -> relu -> global_avg_pool\n"
                              "    output logits\n}\n")
        pixels = numpy.random.default_rng(3).integers(0, 256, (8, 8, 3), numpy.uint8)
        with open(self.path("x.ppm"), "wb") as f:
            f.write(b"P6\n# made here\n8 8\n255\n" + pixels.tobytes())
        done = self.classify("--net", "own.net", "--option=--seed=9", "--logits", "--names", "a,b,c,d,e", "x.ppm")
        scores = self.reference(["own.net", "--seed", "9"], pixels)
        best = int(scores.argmax())
        percent = 100 / numpy.exp(scores - scores.max()).sum()
        says = re.match(r"x\.ppm: (\w) ([\d.]+) %", done.stdout)
        self.assertEqual(says[1], "abcde"[best], done.stdout + done.stderr)
        self.assertAlmostEqual(float(says[2]), percent, delta=0.02)

    def test_a_library_built_before(self):
        expected = self.fashion_answers()
        build = self.build()
        done = self.classify("--library", os.path.join(build, "libfashion_python.so"), "--description",
                             os.path.join(build, "fashion.json"), "--names", ",".join(CLOTHES), *expected)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.check(done.stdout, expected)

    def test_readme(self):
        self.assertIn("ankle_boot.pgm: ankle boot", self.follow_readme())


if __name__ == "__main__":
    unittest.main()
