#!/usr/bin/env python3
"""Tests the comparison in eight bits: test_qdq.py FOLDER_OF_ONNX_RUNTIME --lcc LCC [--cc CC].

A network of every layer that qdq.py can write is quantised by lcc, written as an ONNX file, and run by ONNX Runtime, whose answers
are held to those of lcc's interpreter. Then compare.py measures a network of the zoo. Exit 77 where ONNX Runtime cannot be had.
"""
import argparse
import ctypes
import math
import os
import re
import sys
import tempfile
import unittest

import numpy

import programs
import qdq
import quantised

sys.path.append(os.path.join(programs.ROOT, "tests", "onnx"))
import onnx_file  # noqa: E402
import ort  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGES = 8
OPTIMIZE_ALL = 99


class Quantised:
    """A network of this folder, quantised, with its ONNX file and lcc's answers for some images."""

    def __init__(self, folder, name, size, naming="torch"):
        self.source = os.path.join(folder, f"{name}_{naming}_source.net")
        with open(os.path.join(HERE, name + ".net"), encoding="utf-8") as f, open(self.source, "w", encoding="utf-8") as out:
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
        cls.library = ort.Library(OPTIONS.onnxruntime, OPTIMIZE_ALL)
        cls.ops = Quantised(cls.folder, "ops", (33, 31))

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    def test_answers(self):
        for network in (self.ops, Quantised(self.folder, "small", (16, 16)), Quantised(self.folder, "ops", (33, 31), "keras")):
            answers = [next(iter(self.library.run(network.stem + ".onnx", {"image": codes}).values())) for codes in network.codes]
            self.assertGreater(quantised.snr(network.answers, numpy.array(answers).reshape(IMAGES, -1)), 25, network.stem)

    def test_runs_in_integers(self):
        """ONNX Runtime makes its integer operators of the pairs, and nothing is left that the quantiser leaves out."""
        optimized = os.path.join(self.folder, "optimized.onnx")
        ort.PLACES["set_optimized_path"] = 11
        options = self.library.make("create_options")
        self.library.call("set_level", options, ctypes.c_int(OPTIMIZE_ALL))
        self.library.call("set_optimized_path", options, ctypes.c_char_p(optimized.encode()))
        session = self.library.make("create_session", self.library.env, ctypes.c_char_p((self.ops.stem + ".onnx").encode()), options)
        self.library.release("session", session)
        self.library.release("options", options)
        with open(optimized, "rb") as f:
            file = f.read()
        kinds = [layer["op"] for layer in self.ops.about["layers"]]
        for operator, count in (("QLinearConv", kinds.count("conv") + kinds.count("depthwise")), ("QGemm", kinds.count("dense")),
                                ("QLinearAdd", kinds.count("add")), ("QLinearMul", kinds.count("mul")), ("Conv", 0), ("Gemm", 0),
                                ("Clip", 0), ("Add", 0), ("QuickGelu", kinds.count("swish"))):
            self.assertEqual(file.count(onnx_file.field(4, operator)), count, operator)

    def test_relus_that_stay(self):
        """Only what the range of the codes expresses is left out."""
        writer = qdq.Writer.__new__(qdq.Writer)
        for scale, zero, after, most, left_out in ((0.02, -128, None, math.inf, True), (0.02, -127, None, math.inf, False),
                                                   (6 / 255, -128, None, 6, True), (0.03, -128, None, 6, False),
                                                   (0.03, -128, (0.02, -128), math.inf, False)):
            before = {"name": "a", "op": "conv", "scale": scale, "zero": zero}
            of_relu = dict(before, **dict(zip(("scale", "zero"), after or ())))
            writer.layers = [{}, before, of_relu]
            self.assertEqual(writer.is_range(2, 1, most), left_out, (scale, zero, after, most))

    def test_refuses_scales_for_channels(self):
        stem = self.ops.stem + "_equalised"
        quantised.quantise(OPTIONS.lcc, [self.ops.source], self.ops.stem + "_crops.npy", stem, [])
        about = programs.describe(OPTIONS.lcc, [stem + ".net", "-w", stem + ".safetensors"])
        with self.assertRaisesRegex(RuntimeError, "has no scale, or more than one"):
            qdq.write(about, stem + ".net", stem + ".safetensors", stem + ".onnx")

    def test_compares(self):
        out = programs.run([sys.executable, os.path.join(HERE, "compare.py"), "--int8", "--cpu-time", "--runs", "10", "--lcc",
                            OPTIONS.lcc, "--cc", OPTIONS.cc, "--ort", OPTIONS.onnxruntime, "--work", self.folder, "mobilenet_v1_025"])
        self.assertIn("ONNX Runtime", out)
        header, row = ([cell.strip() for cell in line.split("|")[1:-1]] for line in out.splitlines() if re.match("[|] (net|mob)", line))
        cells = dict(zip(header, row))
        times = {who: float(cells[who + " ms"]) for who in ("lcc int8", "ORT int8", "lcc float")}
        self.assertLess(0, min(times.values()))
        self.assertAlmostEqual(float(cells["ORT / lcc"]), times["ORT int8"] / times["lcc int8"], delta=0.01)
        self.assertAlmostEqual(float(cells["float / int8"]), times["lcc float"] / times["lcc int8"], delta=0.01)
        self.assertEqual(cells["same class"], "yes")
        self.assertLess(quantised.LEAST_SNR, float(cells["dB to ORT"]))
        self.assertLess(quantised.LEAST_SNR, float(cells["dB to float"]))


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser()
    PARSER.add_argument("folder")
    PARSER.add_argument("--lcc", required=True)
    PARSER.add_argument("--cc", default="cc")
    OPTIONS, REST = PARSER.parse_known_args()
    OPTIONS.onnxruntime = ort.find_library(OPTIONS.folder)
    unittest.main(argv=sys.argv[:1] + REST)
