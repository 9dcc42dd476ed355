#!/usr/bin/env python3
"""Tests the comparison in eight bits: test_qdq.py FOLDER_OF_ONNX_RUNTIME --lcc LCC [--cc CC].

A network of every layer that qdq.py can write is quantised by lcc, written as an ONNX file, and run by ONNX Runtime, whose answers
are held to those of lcc's interpreter. Then compare.py measures a network of the zoo. Exit 77 where ONNX Runtime or Debian's python3-pil
cannot be had.
"""
import argparse
import ctypes
import os
import re
import sys
import tempfile
import unittest

import numpy

import flat
import programs
import qdq
import quantised
import xnnpack

sys.path.append(os.path.join(programs.ROOT, "tests", "onnx"))
import onnx_file  # noqa: E402
import ort  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGES = 8
HAVE_XNNPACK = all(os.path.exists(f"/usr/include/{name}.h") for name in ("xnnpack", "pthreadpool"))
PLAIN = """default padding = same, bias = true
net plain {
    input image: uint8[33, 31, 3] -> normalize(mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225], divide = 255)
    conv(16, 3, stride = 2) -> relu6
    inverted_residual(16, expand = 2, kernel = 5)
    inverted_residual(24, expand = 2, stride = 2)
    conv(24, 1, groups = 3)
    global_avg_pool -> dense(10)
    output logits
}
"""
OPTIMIZE_ALL = 99


class Quantised:
    """A network, quantised, with its ONNX file and lcc's answers for some images."""

    def __init__(self, folder, net, size, naming="torch"):
        name = os.path.basename(net)[:-len(".net")]
        self.source = os.path.join(folder, f"{name}_{naming}_source.net")
        with open(os.path.join(HERE, net), encoding="utf-8") as f, open(self.source, "w", encoding="utf-8") as out:
            out.write(f.read().replace("default ", f"default naming = {naming}, "))
        self.stem = os.path.join(folder, f"{name}_{naming}")
        crops = quantised.cut_crops([quantised.photograph()], quantised.CROPS + IMAGES, 3, max(size))[:, :size[0], :size[1]]
        numpy.save(self.stem + "_crops.npy", crops[IMAGES:])
        numpy.save(self.stem + "_images.npy", crops[:IMAGES])
        quantised.quantise(OPTIONS.lcc, [self.source], self.stem + "_crops.npy", self.stem, ["--int8-without", "equalisation"])
        self.arguments = [self.stem + ".net", "-w", self.stem + ".safetensors"]
        self.about = programs.describe(OPTIONS.lcc, self.arguments)
        colour = qdq.write(self.about, self.stem + ".net", self.stem + ".safetensors", self.stem + ".onnx")
        self.codes = [qdq.codes_of_image(image, colour) for image in crops[:IMAGES]]
        programs.run([OPTIONS.lcc, *self.arguments, "--run", self.stem + "_images.npy", "--out", self.stem + "_answers.npy"])
        self.answers = numpy.load(self.stem + "_answers.npy").reshape(IMAGES, -1)


class Qdq(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        cls.folder = cls.room.name
        cls.rival = ort.Library(OPTIONS.onnxruntime, OPTIMIZE_ALL)
        cls.ops = Quantised(cls.folder, "ops.net", (33, 31))

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    def test_answers(self):
        for network in (self.ops, Quantised(self.folder, "small.net", (16, 16)), Quantised(self.folder, "ops.net", (33, 31), "keras")):
            answers = [next(iter(self.rival.run(network.stem + ".onnx", {"image": codes}).values())) for codes in network.codes]
            self.assertGreater(quantised.snr(network.answers, numpy.array(answers).reshape(IMAGES, -1)), 25, network.stem)

    def test_runs_in_integers(self):
        """ONNX Runtime makes its integer operators of the pairs, and nothing is left that the quantiser leaves out."""
        optimized = os.path.join(self.folder, "optimized.onnx")
        ort.PLACES["set_optimized_path"] = 11
        options = self.rival.make_options()
        self.rival.call("set_optimized_path", options, ctypes.c_char_p(optimized.encode()))
        session = self.rival.make("create_session", self.rival.env, ctypes.c_char_p((self.ops.stem + ".onnx").encode()), options)
        self.rival.release("session", session)
        self.rival.release("options", options)
        with open(optimized, "rb") as f:
            file = f.read()
        kinds = [layer["op"] for layer in self.ops.about["layers"]]
        for operator, count in (("QLinearConv", kinds.count("conv") + kinds.count("depthwise")), ("QGemm", kinds.count("dense")),
                                ("QLinearAdd", kinds.count("add")), ("QLinearMul", kinds.count("mul")), ("Conv", 0), ("Gemm", 0),
                                ("Clip", 0), ("Add", 0), ("QuickGelu", kinds.count("swish"))):
            self.assertEqual(file.count(onnx_file.field(4, operator)), count, operator)

    def test_relus_that_stay(self):
        """Only what the range of the codes expresses is left out."""
        network = flat.Network.__new__(flat.Network)
        for op, scale, zero, after, left_out in (("relu", 0.02, -128, None, True), ("relu", 0.02, -127, None, False),
                                                 ("relu6", 6 / 255, -128, None, True), ("relu6", 0.03, -128, None, False),
                                                 ("relu", 0.03, -128, (0.02, -128), False), ("hswish", 0.02, -128, None, False)):
            before = {"name": "a", "op": "conv", "scale": scale, "zero": zero}
            behind = dict(before, op=op, inputs=[1], **dict(zip(("scale", "zero"), after or ())))
            network.layers = [{}, before, behind]
            self.assertEqual(network.is_left_out(2), left_out, (op, scale, zero, after))

    def test_refuses_scales_for_channels(self):
        stem = self.ops.stem + "_equalised"
        quantised.quantise(OPTIONS.lcc, [self.ops.source], self.ops.stem + "_crops.npy", stem, [])
        about = programs.describe(OPTIONS.lcc, [stem + ".net", "-w", stem + ".safetensors"])
        with self.assertRaisesRegex(RuntimeError, "has no scale, or more than one"):
            qdq.write(about, stem + ".net", stem + ".safetensors", stem + ".onnx")

    @unittest.skipUnless(HAVE_XNNPACK, "Debian's libxnnpack-dev is not here")
    def test_xnnpack(self):
        """Sums, means and each kind of convolution, on each image; and no files of a network that has more."""
        net = os.path.join(self.folder, "plain.net")
        with open(net, "w", encoding="utf-8") as f:
            f.write(PLAIN)
        plain = Quantised(self.folder, net, (33, 31))
        xnnpack.write(plain.about, plain.stem + ".net", plain.stem + ".safetensors", plain.stem)
        library = ctypes.CDLL(xnnpack.compile_library(OPTIONS.cc, plain.stem, 2, plain.stem + ".so"))
        answers = numpy.zeros((IMAGES, plain.answers.shape[1]), numpy.float32)
        for codes, answer in zip(plain.codes, answers):
            given = numpy.ascontiguousarray(codes[0].transpose(1, 2, 0) ^ flat.OFFSET)
            library.net_run(given.ctypes.data_as(ctypes.c_void_p), answer.ctypes.data_as(ctypes.c_void_p))
        self.assertGreater(quantised.snr(plain.answers, answers), 25)
        self.assertTrue(xnnpack.is_written(plain.stem))
        xnnpack.write(self.ops.about, self.ops.stem + ".net", self.ops.stem + ".safetensors", plain.stem)
        self.assertFalse(xnnpack.is_written(plain.stem))

    def test_compares(self):
        more = ["--xnnpack"] if HAVE_XNNPACK else []
        out = programs.run([sys.executable, os.path.join(HERE, "compare.py"), "--int8", *more, "--cpu-time", "--runs", "10", "--lcc",
                            OPTIONS.lcc, "--cc", OPTIONS.cc, "--ort", OPTIONS.onnxruntime, "--work", self.folder, "mobilenet_v1_025"])
        self.assertIn("ONNX Runtime", out)
        header, row = ([cell.strip() for cell in line.split("|")[1:-1]] for line in out.splitlines() if re.match("[|] (net|mob)", line))
        cells = dict(zip(header, row))
        times = {who: float(cells[who + " ms"]) for who in ("lcc int8", "ORT int8", "lcc float")}
        self.assertLess(0, min(times.values()))
        for ratio, dividend, divisor in (("ORT / lcc", "ORT int8", "lcc int8"), ("float / int8", "lcc float", "lcc int8")):
            a, b = times[dividend], times[divisor]
            rounding = a / b * (0.0005 / a + 0.0005 / b) + 0.005  # of the times to 0.001 ms and of the ratio to 0.01
            self.assertAlmostEqual(float(cells[ratio]), a / b, delta=1.01 * rounding)
        self.assertEqual(bool(cells["XNNPACK ms"]), HAVE_XNNPACK)
        self.assertEqual(cells["same class"], "yes")
        self.assertLess(quantised.LEAST_SNR, float(cells["dB to ORT"]))
        self.assertLess(quantised.LEAST_SNR, float(cells["dB to float"]))


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser()
    PARSER.add_argument("folder")
    PARSER.add_argument("--lcc", required=True)
    PARSER.add_argument("--cc", default="cc")
    OPTIONS, REST = PARSER.parse_known_args()
    if not quantised.Image:
        sys.exit(77)
    OPTIONS.onnxruntime = ort.find_library(OPTIONS.folder)
    unittest.main(argv=sys.argv[:1] + REST)
