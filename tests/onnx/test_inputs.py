#!/usr/bin/env python3
"""Inputs and outputs that are not feature maps [1, c, h, w]: how their numbers are counted."""
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
        """Also after arithmetic with constants. The user gives [n, c], and gets [c, n], the order of the file."""
        x = numbers(1, 5, 3)
        v = {name: abs(numbers(3, seed=i)) + 0.1 for i, name in enumerate("gbmv")}
        nodes = [node("Mul", "x,two", "x2"), node("BatchNormalization", "x2,g,b,m,v", "y")]
        self.assertEqual(self.shape_of(nodes, {**v, "two": numpy.float32(2)}, (1, 3, 5)), [1, 5, 3])
        wanted = (2 * x - v["m"]) / numpy.sqrt(v["v"] + 1e-5) * v["g"] + v["b"]
        numpy.testing.assert_allclose(self.run_model("m.onnx", x).ravel(), wanted[0].T.ravel(), rtol=1e-5, atol=1e-5)

    def test_convolutions_and_pools_of_one_dimension(self):
        x, w = numbers(1, 12, 4), numbers(6, 2, 3, seed=2)
        nodes = [node("Conv", "x,w", "v", kernel_shape=[3], strides=[2], pads=[0, 2], group=2, dilations=[1]),
                 node("MaxPool", "v", "p", kernel_shape=[2], strides=[2], ceil_mode=1), node("GlobalAveragePool", "p", "y")]
        self.assertEqual(self.shape_of(nodes, {"w": w}, (1, 4, 12)), [1, 12, 4])
        padded = numpy.concatenate([x[0], numpy.zeros((2, 4))])
        v = [[numpy.sum(padded[2 * i:2 * i + 3, o // 3 * 2:o // 3 * 2 + 2].T * w[o]) for o in range(6)] for i in range(6)]
        wanted = numpy.array(v).reshape(3, 2, 6).max(1).mean(0)
        numpy.testing.assert_allclose(self.run_model("m.onnx", x).ravel(), wanted, rtol=1e-5, atol=1e-5)

    def test_branches_that_sizes_decide(self):
        """As PyTorch writes a squeeze of an axis whose size is open."""
        def branch(name, *nodes):
            return onnx_file.graph(nodes, [name])

        nodes = [node("Shape", "x", "s"), node("Gather", "s,two", "h"), node("Equal", "h,one", "c"),
                 node("If", "c", "r", then_branch=branch("t", node("Squeeze", "x,axis", "t")),
                      else_branch=branch("e", node("Add", "x,k", "e0"), node("Identity", "e0", "e"))), node("Relu", "r", "y")]
        tensors = {"two": numpy.array([2]), "one": numpy.array([1]), "axis": numpy.array([2]), "k": numpy.float32(3)}
        self.write("m.onnx", onnx_file.model(nodes, tensors, [onnx_file.value_info("x", (1, 3, "h", 5))], ["y"]))
        for h in (1, 2):
            x = numbers(h, 5, 3)
            wanted = numpy.maximum(x[0].T if h == 1 else x + 3, 0) # [1, 3, 5] stays in the file's order
            got = self.run_model("m.onnx", x, more=("--input-shape", f"1,3,{h},5")).reshape(wanted.shape)
            numpy.testing.assert_allclose(got, wanted, rtol=1e-6)

    def test_branches_that_the_input_decides(self):
        nodes = [node("If", "x", "y", name="choose", then_branch=onnx_file.graph([node("Identity", "x", "t")], ["t"]),
                      else_branch=onnx_file.graph([node("Neg", "x", "e")], ["e"]))]
        self.write("m.onnx", onnx_file.model(nodes, {}, {"x": (1, 1)}, ["y"]))
        self.assertIn('operator If is supported only where its condition is a constant: 1 node, "choose"\n', self.lcc("m.onnx", "-o", "m.c").stderr)
        constant = {"c": numpy.array(True)}
        for branches, what in (({}, "it lacks a branch, or results of it"),
                               ({"then_branch": onnx_file.graph([node("Neg", "x", "t")], ["other"])}, "a result of its branch is made by no node")):
            self.write("m.onnx", onnx_file.model([node("If", "c", "y", name="n", **branches)] + [node("Relu", "x", "z")], constant, {"x": (1, 1)}, ["y"]))
            self.assertIn(f'error: node "n" (If): {what}\n', self.lcc("m.onnx", "-o", "m.c").stderr)

    def test_one_channel_behind_height_and_width(self):
        nodes = [node("Reshape", "x,s", "r"), node("Relu", "r", "y")]
        self.assertEqual(self.shape_of(nodes, {"s": numpy.array([1, 1, 6, 4])}, (1, 6, 4, 1)), [6, 4, 1])

    def test_five_axes(self):
        nodes = [node("Relu", "x", "y")]
        self.assertEqual(self.shape_of(nodes, {}, (1, 2, 3, 4, 5)), [6, 4, 5])
        x = numbers(6, 4, 5)
        numpy.testing.assert_array_equal(self.run_model("m.onnx", x).ravel(), numpy.maximum(x, 0).ravel())
        self.assertIn("x: [1, 2, 3, 4, 5] in the file, in the order of these axes", self.good("m.onnx", "--summary"))


class Outputs(OnnxTest):
    def check(self, nodes, tensors, x, wanted):
        """`wanted` is in the order of the file, which --summary and the header say."""
        self.write("m.onnx", onnx_file.model(nodes, tensors, {"x": (1, *x.shape)}, ["y"]))
        got = self.run_model("m.onnx", numpy.ascontiguousarray(x.transpose(1, 2, 0)))
        numpy.testing.assert_array_equal(got.ravel(), wanted.ravel())
        sizes = str(list(wanted.shape))
        self.assertIn(f"y: {sizes} in the file, in the order of these axes", self.good("m.onnx", "--summary"))
        self.good("m.onnx", "-o", "m.c")
        self.assertIn(f"/* The network's file has this one as {sizes}, and the elements lie in the order of these axes. */\n"
                      "#define M_Y_H", self.read("m.h"))

    def test_a_map_that_is_flattened(self):
        x = numbers(4, 6, 5)
        self.check([node("Flatten", "x", "y")], {}, x, x.reshape(1, -1))

    def test_a_map_that_is_transposed(self):
        x = numbers(4, 6, 5)
        self.check([node("Transpose", "x", "y", perm=[0, 2, 3, 1])], {}, x, x[None].transpose(0, 2, 3, 1))
        self.check([node("Transpose", "x", "y", perm=[0, 1, 3, 2])], {}, x, x[None].transpose(0, 1, 3, 2))

    def test_five_and_six_axes(self):
        x = numbers(12, 6, 5)
        s = numpy.array([1, 3, 4, 6, 5])
        self.check([node("Reshape", "x,s", "r"), node("Transpose", "r", "y", perm=[0, 1, 3, 4, 2])], {"s": s}, x,
                   x.reshape(s).transpose(0, 1, 3, 4, 2))
        s = numpy.array([1, 2, 3, 2, 6, 5])
        self.check([node("Reshape", "x,s", "r"), node("Transpose", "r", "y", perm=[0, 3, 2, 1, 4, 5])], {"s": s}, x,
                   x.reshape(s).transpose(0, 3, 2, 1, 4, 5))

    def test_sizes_that_cut_a_factor(self):
        """[4, 6, 5] is not [8, 15] of whole channels, so the numbers are put in the file's order first."""
        x, s = numbers(4, 6, 5), numpy.array([1, 8, 15])
        self.check([node("Reshape", "x,s", "r"), node("Relu", "r", "y")], {"s": s}, x, numpy.maximum(x, 0).reshape(s))

    def test_a_map_is_height_width_channels(self):
        x = numbers(3, 4, 5)
        self.write("m.onnx", onnx_file.model([node("Transpose", "x", "y", perm=[0, 1, 3, 2])], {}, {"x": (1, 3, 4, 5)}, ["y"]))
        self.assertIn("y: [1, 3, 5, 4] in the file", self.good("m.onnx", "--summary"))
        self.write("m.onnx", onnx_file.model([node("Relu", "x", "y")], {}, {"x": (1, 3, 4, 5)}, ["y"]))
        self.assertNotIn("in the file", self.good("m.onnx", "--summary"))
        nodes = [node("Transpose", "x", "t", perm=[0, 1, 3, 2]), node("MaxPool", "t", "y", kernel_shape=[1, 1])]
        self.write("m.onnx", onnx_file.model(nodes, {}, {"x": (1, 3, 4, 5)}, ["y"]))
        got = self.run_model("m.onnx", numpy.ascontiguousarray(x.transpose(1, 2, 0)))
        numpy.testing.assert_array_equal(got, x.transpose(2, 1, 0))
        self.assertNotIn("in the file", self.good("m.onnx", "--summary"))


if __name__ == "__main__":
    unittest.main()
