#!/usr/bin/env python3
"""Inputs that are not feature maps [1, c, h, w]: how the numbers that the user gives are counted."""
import json
import unittest

import numpy

import onnx_file
from common import OnnxTest, numbers
from onnx_file import node


class Inputs(OnnxTest):
    def shape_of(self, nodes, tensors, dims):
        """The shape of the network's one input."""
        self.write("m.onnx", onnx_file.model(nodes, tensors, {"x": dims}, ["y"]))
        return json.loads(self.good("m.onnx", "--emit", "json"))["inputs"][0]["shape"]

    def test_three_axes_are_a_row_of_pixels(self):
        self.assertEqual(self.shape_of([node("Relu", "x", "y")], {}, (1, 5, 3)), [1, 5, 3])
        x, w = numbers(1, 5, 3), numbers(7, 15, seed=2)
        nodes = [node("Flatten", "x", "f"), node("Gemm", "f,w", "y", transB=1)]
        self.assertEqual(self.shape_of(nodes, {"w": w}, (1, 5, 3)), [1, 5, 3])
        numpy.testing.assert_allclose(self.run_model("m.onnx", x).ravel(), w @ x.ravel(), rtol=1e-5, atol=1e-5)

    def test_three_axes_are_channels_and_pixels_where_a_layer_reads_them_so(self):
        """Also after arithmetic with constants. The user gives [n, c]."""
        x = numbers(1, 5, 3)
        v = {name: abs(numbers(3, seed=i)) + 0.1 for i, name in enumerate("gbmv")}
        nodes = [node("Mul", "x,two", "x2"), node("BatchNormalization", "x2,g,b,m,v", "y")]
        self.assertEqual(self.shape_of(nodes, {**v, "two": numpy.float32(2)}, (1, 3, 5)), [1, 5, 3])
        wanted = (2 * x - v["m"]) / numpy.sqrt(v["v"] + 1e-5) * v["g"] + v["b"]
        numpy.testing.assert_allclose(self.run_model("m.onnx", x).ravel(), wanted.ravel(), rtol=1e-5, atol=1e-5)

    def test_convolutions_and_pools_of_one_dimension(self):
        x, w = numbers(1, 12, 4), numbers(6, 2, 3, seed=2)
        nodes = [node("Conv", "x,w", "v", kernel_shape=[3], strides=[2], pads=[0, 2], group=2, dilations=[1]),
                 node("MaxPool", "v", "p", kernel_shape=[2], strides=[2], ceil_mode=1), node("GlobalAveragePool", "p", "y")]
        self.assertEqual(self.shape_of(nodes, {"w": w}, (1, 4, 12)), [1, 12, 4])
        padded = numpy.concatenate([x[0], numpy.zeros((2, 4))])
        v = [[numpy.sum(padded[2 * i:2 * i + 3, o // 3 * 2:o // 3 * 2 + 2].T * w[o]) for o in range(6)] for i in range(6)]
        wanted = numpy.array(v).reshape(3, 2, 6).max(1).mean(0)
        numpy.testing.assert_allclose(self.run_model("m.onnx", x).ravel(), wanted, rtol=1e-5, atol=1e-5)

    def test_one_channel_behind_height_and_width(self):
        nodes = [node("Reshape", "x,s", "r"), node("Relu", "r", "y")]
        self.assertEqual(self.shape_of(nodes, {"s": numpy.array([1, 1, 6, 4])}, (1, 6, 4, 1)), [6, 4, 1])


if __name__ == "__main__":
    unittest.main()
