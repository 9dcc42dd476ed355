#!/usr/bin/env python3
"""ConvTranspose, Resize, Pad, DepthToSpace and SpaceToDepth: what an ONNX file says becomes the same network in the language,
and its numbers are those of NumPy. (spatial_vs_ort.py has many more forms, where ONNX Runtime is.)"""
import unittest

import numpy

from common import OnnxTest, numbers
from onnx_file import node


def whole(*x):
    return numpy.array(x, numpy.int64)


def floats(*x):
    return numpy.array(x, numpy.float32)


def spread(x, w, stride, dilation, groups, bias=0):
    """A transposed convolution without anything cut off: x [c, h, w], w [c, out/groups, kh, kw]."""
    (c, h, width), (_, each, kh, kw) = x.shape, w.shape
    y = numpy.zeros((groups * each, (h - 1) * stride[0] + dilation[0] * (kh - 1) + 1,
                     (width - 1) * stride[1] + dilation[1] * (kw - 1) + 1))
    for i in range(c):
        group = i // (c // groups)
        for o in range(each):
            for ky in range(kh):
                for kx in range(kw):
                    at = y[group * each + o, ky * dilation[0]:, kx * dilation[1]:]
                    at[:(h - 1) * stride[0] + 1:stride[0], :(width - 1) * stride[1] + 1:stride[1]] += x[i] * w[i, o, ky, kx]
    return y + numpy.reshape(bias, (-1, 1, 1))


class Transposed(OnnxTest):
    def test_paddings(self):
        x, w, b = numbers(4, 5, 6), numbers(4, 3, 4, 3, seed=2), numbers(3, seed=3)
        all_of_it = spread(x, w, (2, 2), (1, 1), 1, b)
        t = {"w": w, "b": b}
        self.compare([node("ConvTranspose", "x,w,b", "y", strides=[2, 2])], t, x, all_of_it)
        self.compare([node("ConvTranspose", "x,w,b", "y", strides=[2, 2], pads=[1, 0, 2, 1])], t, x, all_of_it[:, 1:-2, :-1])
        text = self.compare([node("ConvTranspose", "x,w,b", "y", strides=[2, 2], auto_pad="SAME_UPPER")], t, x,
                            all_of_it[:, 1:11, :12])
        self.assertIn("conv_transpose(3, [4, 3], stride = 2, padding = [1, 1, 0, 1]", text)
        self.compare([node("ConvTranspose", "x,w,b", "y", strides=[2, 2], auto_pad="SAME_LOWER")], t, x, all_of_it[:, 1:11, 1:])
        self.compare([node("ConvTranspose", "x,w,b", "y", strides=[2, 2], output_shape=[11, 10])], t, x, all_of_it[:, 1:, 2:12])
        longer = numpy.pad(all_of_it, ((0, 0), (0, 1), (0, 0)))[:, 2:]
        longer[:, -1] = b[:, None]
        self.compare([node("ConvTranspose", "x,w,b", "y", strides=[2, 2], pads=[2, 0, 0, 0], output_padding=[1, 0])], t, x, longer)

    def test_groups_and_dilation(self):
        x, w = numbers(6, 4, 3), numbers(6, 2, 2, 3)
        self.compare([node("ConvTranspose", "x,w", "y", group=3, dilations=[3, 2], strides=[2, 3])], {"w": w}, x,
                     spread(x, w, (2, 3), (3, 2), 3))
        self.compare([node("ConvTranspose", "x,w", "y", group=6, strides=[2, 2])], {"w": w[:, :1]}, x,
                     spread(x, w[:, :1], (2, 2), (1, 1), 6))

    def test_norms_and_activations_behind_fold(self):
        x, w = numbers(6, 4, 3), numbers(6, 2, 2, 2)
        t = {"w": w, **{k: numbers(2, seed=i) for i, k in enumerate("gbm")}, "v": abs(numbers(2)) + 0.5}
        norm = (spread(x, w, (2, 2), (1, 1), 1) - t["m"][:, None, None]) / numpy.sqrt(t["v"] + 1e-5)[:, None, None]
        wanted = numpy.maximum(norm * t["g"][:, None, None] + t["b"][:, None, None], 0)
        self.compare([node("ConvTranspose", "x,w", "c", strides=[2, 2]), node("BatchNormalization", "c,g,b,m,v", "n"),
                      node("Relu", "n", "y")], t, x, wanted)
        steps = self.good("m.onnx", "--emit", "json").count('"kernel":')
        self.assertEqual(steps, 2)  # a convolution and a transpose

    def test_blocks(self):
        x = numbers(12, 2, 3)
        dcr = x.reshape(2, 2, 3, 2, 3).transpose(2, 3, 0, 4, 1).reshape(3, 4, 6)
        crd = x.reshape(3, 2, 2, 2, 3).transpose(0, 3, 1, 4, 2).reshape(3, 4, 6)
        self.compare([node("DepthToSpace", "x", "y", blocksize=2)], {}, x, dcr)
        self.compare([node("DepthToSpace", "x", "y", blocksize=2, mode="CRD")], {}, x, crd)
        self.compare([node("SpaceToDepth", "x", "y", blocksize=2)], {}, dcr.astype(numpy.float32), x)

    def test_pads(self):
        x = numbers(3, 4, 5)
        p = whole(0, 1, 2, 0, 0, 0, 1, 3)
        sides = ((1, 0), (2, 1), (0, 3))
        for mode in ("reflect", "edge"):
            self.compare([node("Pad", "x,p", "y", mode=mode)], {"p": p}, x, numpy.pad(x, sides, mode))
        self.compare([node("Pad", "x,p,v", "y")], {"p": p, "v": floats(2.5)}, x, numpy.pad(x, sides, constant_values=2.5))
        self.compare([node("Pad", "x", "y", mode="reflect", pads=[0, 0, 1, 1, 0, 0, 1, 1])], {}, x,
                     numpy.pad(x, ((0, 0), (1, 1), (1, 1)), "reflect"), opset=2 + 5)
        self.compare([node("Pad", "x,p", "y")], {"p": whole(0, -1, -2, 1, 0, 0, 1, -2)}, x,
                     numpy.pad(x[1:, 2:, :-2], ((0, 0), (0, 1), (1, 0))))

    def test_pads_of_other_axes(self):
        """Of five axes, of which the third is a part of the channels."""
        x = numbers(6, 4, 5)
        wanted = numpy.pad(x.reshape(1, 2, 3, 4, 5), ((0, 0), (0, 0), (1, 0), (0, 0), (0, 2)), constant_values=1)
        self.compare([node("Reshape", "x,s", "a"), node("Pad", "a,p,v", "b"), node("Reshape", "b,t", "y")],
                     {"s": whole(1, 2, 3, 4, 5), "p": whole(0, 0, 1, 0, 0, 0, 0, 0, 0, 2), "v": floats(1), "t": whole(1, 8, 4, 7)},
                     x, wanted.reshape(8, 4, 7))

    def test_resize(self):
        x = numbers(3, 4, 6)
        twice = {"n": whole(1, 3, 4, 11)}
        corners = numpy.linspace(0, 5, 11)
        low = numpy.minimum(numpy.floor(corners).astype(int), 4)
        wanted = x[:, :, low] * (1 - (corners - low)) + x[:, :, low + 1] * (corners - low)
        rule = {"mode": "linear", "coordinate_transformation_mode": "align_corners"}
        text = self.compare([node("Resize", "x,,,n", "y", **rule)], twice, x, wanted)
        self.assertIn("resize([4, 11], linear, coordinates = align_corners)", text)
        text = self.compare([node("Resize", "x,s", "y")], {"s": floats(1, 1, 0.5, 1)}, x, x[:, ::2], opset=10)
        self.assertIn("rounding = ceil", text)
        text = self.compare([node("Upsample", "x,s", "y")], {"s": floats(1, 1, 3, 2)}, x, x.repeat(3, 1).repeat(2, 2), opset=9)
        self.assertIn("resize(12, nearest, coordinates = asymmetric, rounding = floor)", text)
        text = self.compare([node("Resize", "x,,s", "y", mode="cubic")], {"s": floats(1, 1, 1, 1)}, x, x)
        self.assertIn("[4, 6, 3]", text)


if __name__ == "__main__":
    unittest.main()
