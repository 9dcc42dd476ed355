#!/usr/bin/env python3
"""Quantised ONNX files: which layers compute with integers, what becomes of ports, labels and weights, and what is refused.
That the numbers are right is what quantised_vs_ort.py shows."""
import os
import unittest

import numpy

import onnx_file
from common import OnnxTest, numbers
from onnx_file import node

MICROSOFT = {"domain": "com.microsoft"}


def scalars(**given):
    return {name: numpy.array(value, kind) for name, (value, kind) in given.items()}


TENSORS = {
    **scalars(s=(0.02, "float32"), z=(120, "uint8"), t=(0.05, "float32"), y0=(100, "uint8"), i0=(-5, "int8"), big=(1e9, "float32"),
              none=(0.0, "float32"), w0=(0, "int8"), u0=(128, "uint8"), u9=(0, "uint8"), h0=(0, "int16")),
    "w": (numbers(8, 3, 3, 3) * 40).clip(-127, 127).astype(numpy.int8),
    "u": (numbers(8, 3, 3, 3) * 40 + 128).clip(0, 255).astype(numpy.uint8),
    "ws": (numpy.abs(numbers(8)) * 0.01 + 0.001).astype(numpy.float32), "wz": numpy.zeros(8, numpy.int8),
    "b": (numbers(8, seed=2) * 900).astype(numpy.int32), "bz": numpy.zeros(8, numpy.int32), "three": numpy.ones(3, numpy.float32),
    "two": numpy.zeros(2, numpy.int8),
}
TENSORS["bs"] = TENSORS["ws"] * TENSORS["s"]
IN = [node("QuantizeLinear", "x,s,z", "xq"), node("DequantizeLinear", "xq,s,z", "xd")]
WEIGHTS = [node("DequantizeLinear", "w,ws,wz", "layer.weight_DequantizeLinear_Output", axis=0),
           node("DequantizeLinear", "b,bs,bz", "bd", axis=0)]
CONV = [node("Conv", "xd,layer.weight_DequantizeLinear_Output,bd", "c", pads=[1, 1, 1, 1], name="conv")]
OUT = [node("QuantizeLinear", "c,t,y0", "cq"), node("DequantizeLinear", "cq,t,y0", "y")]


class Quantised(OnnxTest):
    def net(self, nodes, inputs=None, outputs=("y",), more=None, said=""):
        """The .net file of the network."""
        tensors = {**TENSORS, **(more or {})}
        self.write("m.onnx", onnx_file.model(nodes, tensors, inputs or {"x": (1, 3, 8, 8)}, list(outputs), domains=("com.microsoft",)))
        done = self.lcc("m.onnx", "--emit", "net", "-o", "m.net")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(said, done.stderr)
        if not said:
            self.assertEqual(done.stderr, "")
        return self.read("m.net")

    def layers(self, *words, **more):
        """The words that begin the lines of the network."""
        lines = self.net(*words, **more).splitlines()
        return [line.split("(")[0].split()[0] for line in lines if line.startswith("    ")]

    def refuse(self, nodes, *messages, inputs=None):
        self.write("m.onnx", onnx_file.model(nodes, TENSORS, inputs or {"x": (1, 3, 8, 8)}, ["y"], domains=("com.microsoft",)))
        done = self.lcc("m.onnx", "-o", "m.c")
        self.assertEqual(done.returncode, 1, done.stderr)
        for message in messages:
            self.assertIn(f"m.onnx: error: {message}", done.stderr)
        self.assertEqual(done.stderr.count("error: "), len(messages), done.stderr)

    # --- layers

    def test_a_layer_between_pairs_computes_with_integers(self):
        text = self.net(IN + WEIGHTS + CONV + OUT)
        self.assertIn("conv(8, 3, q = [0.05, -28])", text)
        self.assertIn('@"layer"', text)  # without what the tool appends to the name of the weight
        self.assertIn("quantize(q = [0.02, -8])", text)
        self.assertEqual([line.split("(")[0].split()[0] for line in text.splitlines() if line.startswith("    ")],
                         ["input", "quantize", "conv", "dequantize", "output"])

    def test_a_relu_that_the_codes_express_goes(self):
        relu = [node("Relu", "c", "r"), node("QuantizeLinear", "r,t,zero", "cq"), node("DequantizeLinear", "cq,t,zero", "y")]
        text = self.net(IN + WEIGHTS + CONV + relu, more={"zero": numpy.uint8(0)})
        self.assertNotIn("relu", text)
        text = self.net(IN + WEIGHTS + CONV + relu, more={"zero": numpy.uint8(9)})
        self.assertIn("relu", text)

    def test_several_pairs_of_one_tensor_are_one(self):
        pairs = IN + [node("QuantizeLinear", "x,s,z", "xq2"), node("DequantizeLinear", "xq2,s,z", "xd2"),
                      node("Mul", "xd,xd2", "c")] + OUT
        self.assertEqual(self.layers(pairs), ["input", "quantize", "mul", "dequantize", "output"])

    def test_another_scale_is_a_requantize(self):
        text = self.layers(IN + [node("QuantizeLinear", "xd,t,y0", "cq"), node("DequantizeLinear", "cq,t,y0", "y")])
        self.assertEqual(text, ["input", "quantize", "requantize", "dequantize", "output"])

    def test_what_has_no_scale_stays_float(self):
        chain = IN + [node("Softplus", "xd", "a"), node("Elu", "a", "c")] + OUT
        self.assertEqual(self.layers(chain), ["input", "quantize", "dequantize", "softplus", "elu", "quantize", "dequantize", "output"])

    def test_a_number_that_is_read_before_it_is_quantised_stays_float(self):
        both = IN + WEIGHTS + CONV + OUT[:1] + [node("DequantizeLinear", "cq,t,y0", "e"), node("Add", "e,c", "y")]
        self.assertIn("dequantize", self.layers(both))

    def test_weights_of_one_scale_and_float_biases(self):
        nodes = IN + [node("DequantizeLinear", "w,s,w0", "wd"), node("Conv", "xd,wd,fb", "c", name="conv")] + OUT
        text = self.net(nodes, more={"fb": numbers(8)})
        self.assertIn("conv(8, 3", text)
        self.assertNotIn("relu", text)
        self.assertEqual(text.count("dequantize"), 1)

    def test_weights_that_need_nine_bits(self):
        wide = [node("DequantizeLinear", "u,s,u9", "wd"), node("Conv", "xd,wd", "c", name="conv")]
        self.net(IN + wide + OUT, said="warning: layer conv (conv) is computed with floats: its weights less their zero point")
        good = [node("DequantizeLinear", "u,s,u0", "wd"), node("Conv", "xd,wd", "c", name="conv")]
        self.assertEqual(self.net(IN + good + OUT).count("dequantize"), 1)

    def test_weights_alone(self):
        """A network of floats whose weights are quantised is one of floats."""
        self.assertEqual(self.layers(WEIGHTS + [node("Conv", "x,layer.weight_DequantizeLinear_Output", "y")]),
                         ["input", "conv", "output"])

    # --- ports

    def test_ports_of_bytes(self):
        nodes = [node("QLinearConv", "x,s,z,w,ws,wz,t,y0,b", "y", name="q")]
        text = self.net(nodes, [onnx_file.value_info("x", (1, 3, 8, 8), onnx_file.UINT8)])
        self.assertIn("input x: uint8[8, 8, 3] (q = [0.02, 120])", text)
        self.assertIn("requantize(dtype = uint8, q = [0.05, 100])", text)
        nodes = [node("QLinearConv", "x,s,i0,w,ws,wz,t,i0", "y", name="q")]
        self.assertEqual(self.layers(nodes, [onnx_file.value_info("x", (1, 3, 8, 8), onnx_file.INT8)]), ["input", "conv", "output"])

    def test_codes_are_moved_as_they_are(self):
        pads = numpy.array([0, 0, 1, 0, 0, 0, 0, 0], numpy.int64)
        nodes = IN[:1] + [node("MaxPool", "xq", "a", kernel_shape=[2, 2]), node("Pad", "a,pads,z", "p"),
                          node("DequantizeLinear", "p,s,z", "y")]
        self.assertEqual(self.layers(nodes, more={"pads": pads}),
                         ["input", "quantize", "max_pool", "pad", "dequantize", "output"])
        bytes_in = [onnx_file.value_info("x", (1, 3, 8, 8), onnx_file.UINT8)]
        nodes = [node("MaxPool", "x", "a", kernel_shape=[2, 2]), node("Pad", "a,pads,z", "p"), node("DequantizeLinear", "p,s,z", "y")]
        text = self.net(nodes, bytes_in, more={"pads": pads})
        self.assertIn("input x: uint8[8, 8, 3] (q = [0.02, 120])", text)
        self.assertIn("max_pool(2)", text)
        x = numpy.arange(192, dtype=numpy.uint8).reshape(8, 8, 3)
        wanted = numpy.pad((x[1:, 1:] - 120.0) * 0.02, ((1, 0), (0, 0), (0, 0)))
        numpy.testing.assert_allclose(self.run_model("m.onnx", x).reshape(wanted.shape), wanted, atol=1e-6)

    # --- what is refused

    def test_scales_and_zero_points(self):
        where = 'the QuantizeLinear that makes "q": '
        for inputs, message in (("x,none,z", "its scale is 0, which must be a number above 0"),
                                ("x,three,z", "it has a scale for each channel, which is supported for weights alone"),
                                ("x,s,two", "its zero point must be one number"),
                                ("x,s,h0", "its quantised numbers are neither int8 nor uint8, which is not supported")):
            self.refuse([node("QuantizeLinear", inputs, "q"), node("DequantizeLinear", "q,s,z", "y")], where + message)
        self.refuse(IN[:1] + [node("DequantizeLinear", "xq,t,z", "y", name="n")],
                    'node "n" (DequantizeLinear): its scale and zero point are 0.05 and 120, but its input was quantised with 0.02 and 120')
        self.refuse(IN[:1] + [node("DequantizeLinear", "xq,s,i0", "y", name="n")],
                    'node "n" (DequantizeLinear): its zero point is of int8, but its input is of uint8')
        self.refuse([node("DequantizeLinear", "x,s,z", "y", name="n")],
                    'node "n" (DequantizeLinear): its input does not hold quantised numbers')
        self.refuse(IN[:1] + [node("QuantizeLinear", "xq,s,z", "y", name="n")],
                    'node "n" (QuantizeLinear): it computes with quantised numbers; a DequantizeLinear must stand before it')

    def test_weights_whose_scales_do_not_fit(self):
        def refuse(inputs, message, **more):
            self.refuse(IN + [node("DequantizeLinear", inputs, "wd", name="n", **more), node("Conv", "xd,wd", "y")],
                        f'node "n" (DequantizeLinear): {message}')
        refuse("w,ws,wz", "it has 8 scales in 1 axes, but its numbers have 3 entries along axis 1", axis=1)
        refuse("w,ws,wz", "its axis 7 does not exist: its input has 4 axes", axis=7)
        refuse("w,ws,two", "it has 8 scales, but 2 zero points", axis=0)
        refuse("w,ws,wz", "scales for blocks of an axis are not supported", axis=0, block_size=2)
        refuse("ws,s,w0", "it is supported on numbers of int8, uint8 and int32")

    def test_operators_on_codes(self):
        linear = [node("QLinearConv", "xq,s,z,w,ws,wz,t,y0,three", "y", name="n")]
        self.refuse(IN[:1] + linear, 'node "n" (QLinearConv): its bias must be int32, one for each channel, and its weights constants')
        self.refuse(IN[:1] + [node("Relu", "xq", "y", name="n")],
                    'node "n" (Relu): it computes with quantised numbers; a DequantizeLinear must stand before it')
        self.refuse(IN[:1] + [node("QLinearGlobalAveragePool", "xq,s,z,t,y0", "y", name="n", channels_last=1, **MICROSOFT)],
                    'node "n" (QLinearGlobalAveragePool): maps with their channels last are not supported')
        self.refuse(IN[:1] + [node("QLinearAdd", "xq,s,z,xq,s,z", "y", name="n", **MICROSOFT)],
                    'node "n" (QLinearAdd): its input 6 (scale) is missing')

    def test_networks_that_quantise_while_they_run(self):
        self.refuse([node("DynamicQuantizeLinear", "x", "q,a,b", name="n"), node("DequantizeLinear", "q,a,b", "y")],
                    "operator DynamicQuantizeLinear is not supported: it is of a network that is quantised while it runs; quantise it "
                    'before (quantize_static): 1 node, "n"')


if __name__ == "__main__":
    assert os.environ["LCC"]
    unittest.main()
