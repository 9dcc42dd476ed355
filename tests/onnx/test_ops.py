#!/usr/bin/env python3
"""Single operators and small patterns, against NumPy."""
import os
import unittest

import numpy

import onnx_file
from common import OnnxTest, numbers
from onnx_file import field, node


def conv(x, w, bias=None, stride=(1, 1), pads=(0, 0, 0, 0), dilation=(1, 1), groups=1):
    """x [c, h, w], w [out, in/groups, kh, kw], pads top, left, bottom, right."""
    x = numpy.pad(x.astype(float), ((0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
    out, per_group, kh, kw = w.shape
    h = (x.shape[1] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    width = (x.shape[2] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = numpy.zeros((out, h, width))
    for o in range(out):
        first = o // (out // groups) * per_group
        for i in range(kh):
            for j in range(kw):
                part = x[first:first + per_group, i * dilation[0]:, j * dilation[1]:][:, ::stride[0], ::stride[1]]
                y[o] += numpy.tensordot(w[o, :, i, j].astype(float), part[:, :h, :width], 1)
    return y if bias is None else y + bias[:, None, None]


def pool(x, kernel, stride, pads, kind, count_pad=False):
    """kind max or mean, pads top, left, bottom, right."""
    filler = -numpy.inf if kind == "max" else 0
    padded = numpy.pad(x.astype(float), ((0, 0), (pads[0], pads[2]), (pads[1], pads[3])), constant_values=filler)
    inside = numpy.pad(numpy.ones(x.shape), ((0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
    h, w = ((padded.shape[1 + i] - kernel[i]) // stride[i] + 1 for i in range(2))
    y = numpy.zeros((x.shape[0], h, w))
    for r in range(h):
        for c in range(w):
            rows, columns = slice(r * stride[0], r * stride[0] + kernel[0]), slice(c * stride[1], c * stride[1] + kernel[1])
            window, there = padded[:, rows, columns], inside[:, rows, columns]
            count = kernel[0] * kernel[1] if count_pad else there.sum((1, 2))
            y[:, r, c] = window.max((1, 2)) if kind == "max" else window.sum((1, 2)) / count
    return y


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x.astype(float)))


def number(x):
    return numpy.array(x, numpy.float32)


def whole(*x):
    return numpy.array(x, numpy.int64)


class Windows(OnnxTest):
    def test_conv(self):
        x, b = numbers(4, 7, 9), numbers(6, seed=2)
        for groups, attributes, pads in (
                (1, {}, (0, 0, 0, 0)),
                (2, {"strides": [2, 1], "pads": [1, 0, 2, 1]}, (1, 0, 2, 1)),
                (1, {"dilations": [2, 1], "pads": [2, 1, 2, 1]}, (2, 1, 2, 1)),
                (1, {"auto_pad": "SAME_UPPER", "strides": [2, 2]}, (1, 1, 1, 1)),
                (1, {"auto_pad": "VALID"}, (0, 0, 0, 0))):
            with self.subTest(attributes=attributes):
                w = numbers(6, 4 // groups, 3, 3, seed=3)
                wanted = conv(x, w, b, attributes.get("strides", (1, 1)), pads, attributes.get("dilations", (1, 1)), groups)
                self.compare([node("Conv", "x,w,b", "y", group=groups, **attributes)], {"w": w, "b": b}, x, wanted)

    def test_odd_padding_goes_to_either_side(self):
        x, w = numbers(2, 6, 8), numbers(3, 2, 3, 3, seed=4)
        for how, pads in (("SAME_UPPER", (0, 0, 1, 1)), ("SAME_LOWER", (1, 1, 0, 0))):
            wanted = conv(x, w, stride=(2, 2), pads=pads)
            self.compare([node("Conv", "x,w", "y", auto_pad=how, strides=[2, 2])], {"w": w}, x, wanted)

    def test_depthwise(self):
        x, w = numbers(3, 5, 5), numbers(6, 1, 3, 3)
        text = self.compare([node("Conv", "x,w", "y", group=3, pads=[1, 1, 1, 1])], {"w": w}, x,
                            conv(x, w, pads=(1, 1, 1, 1), groups=3))
        self.assertIn("depthwise(3, multiplier = 2", text)

    def test_pools(self):
        x = numbers(3, 8, 7)
        for kind, op in (("max", "MaxPool"), ("mean", "AveragePool")):
            for attributes in ({}, {"strides": [2, 2]}, {"strides": [2, 3], "pads": [1, 0, 1, 2]},
                               {"strides": [2, 2], "pads": [1, 1, 1, 1], "count_include_pad": 1}):
                if kind == "max" and "count_include_pad" in attributes:
                    continue
                with self.subTest(op=op, attributes=attributes):
                    wanted = pool(x, (3, 3), attributes.get("strides", (1, 1)), attributes.get("pads", (0, 0, 0, 0)), kind,
                                  "count_include_pad" in attributes)
                    self.compare([node(op, "x", "y", kernel_shape=[3, 3], **attributes)], {}, x, wanted)

    def test_ceil_mode(self):
        x = numbers(2, 8, 7)
        for kind, op in (("max", "MaxPool"), ("mean", "AveragePool")):
            self.compare([node(op, "x", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)], {}, x,
                         pool(x, (3, 3), (2, 2), (0, 0, 1, 0), kind))
        # a last window that would begin behind the end does not count
        self.compare([node("MaxPool", "x", "y", kernel_shape=[1, 1], strides=[2, 2], ceil_mode=1)], {}, x, x[:, ::2, ::2])

    def test_means_over_the_map(self):
        x = numbers(3, 4, 5)
        mean = x.astype(float).mean((1, 2))
        self.compare([node("GlobalAveragePool", "x", "y")], {}, x, mean[:, None, None])
        self.compare([node("ReduceMean", "x", "y", axes=[2, 3])], {}, x, mean[:, None, None])
        self.compare([node("ReduceMean", "x", "y", axes=[-1, -2], keepdims=0)], {}, x, mean)
        self.compare([node("ReduceMean", "x", "y", axes=[3])], {}, x, x.astype(float).mean(2, keepdims=True))
        self.compare([node("Reshape", "x,s", "f"), node("ReduceMean", "f", "y", axes=[2], keepdims=0)],
                     {"s": whole(1, 3, 20)}, x, mean)
        self.compare([node("GlobalMaxPool", "x", "y")], {}, x, x.max((1, 2), keepdims=True))

    def test_pad(self):
        x = numbers(2, 3, 4)
        wanted = numpy.pad(x, ((0, 0), (1, 2), (0, 3)))
        self.compare([node("Pad", "x,p", "y")], {"p": whole(0, 0, 1, 0, 0, 0, 2, 3)}, x, wanted)
        self.compare([node("Pad", "x", "y", pads=[0, 0, 1, 0, 0, 0, 2, 3])], {}, x, wanted, opset=9)

    def test_resize(self):
        x = numbers(2, 3, 4)
        twice = x.repeat(2, 1).repeat(2, 2)
        s = {"r": numpy.zeros(0, numpy.float32), "s": number([1, 1, 2, 2])}
        self.compare([node("Resize", "x,,s", "y", mode="nearest", coordinate_transformation_mode="asymmetric",
                           nearest_mode="floor")], s, x, twice)
        self.compare([node("Resize", "x,r,s", "y")], s, x, twice)
        self.compare([node("Resize", "x,r,r,n", "y")], {"r": s["r"], "n": whole(1, 2, 9, 12)}, x, x.repeat(3, 1).repeat(3, 2))
        self.compare([node("Upsample", "x,s", "y", mode="nearest")], s, x, twice, opset=9)
        places = numpy.clip((numpy.arange(6) + 0.5) / 2 - 0.5, 0, 2), numpy.clip((numpy.arange(8) + 0.5) / 2 - 0.5, 0, 3)
        low = [numpy.floor(p).astype(int) for p in places]
        rest = [p - numpy.floor(p) for p in places]
        rows = (x[:, low[0]] * (1 - rest[0])[:, None] + x[:, numpy.minimum(low[0] + 1, 2)] * rest[0][:, None])
        wanted = rows[:, :, low[1]] * (1 - rest[1]) + rows[:, :, numpy.minimum(low[1] + 1, 3)] * rest[1]
        self.compare([node("Resize", "x,r,s", "y", mode="linear", coordinate_transformation_mode="pytorch_half_pixel")], s, x,
                     wanted)


class Opsets(OnnxTest):
    """The forms that operators have in opsets 7 to 24, as the changelog of ONNX's operators gives them."""

    def test_a_network_in_every_opset(self):
        x, w, m = numbers(4, 6, 6), numbers(4, 4, 3, 3), numbers(3, 4)
        v = [abs(numbers(4, seed=i)) + 0.1 for i in range(4)]
        y = conv(x, w, pads=(1, 1, 1, 1))
        y = (y - v[2][:, None, None]) / numpy.sqrt(v[3][:, None, None] + 1e-5) * v[0][:, None, None] + v[1][:, None, None]
        y = numpy.clip(y, 0, 6)
        y = numpy.concatenate([y[2:], y[:2]])
        y = pool(numpy.pad(y, ((0, 0), (1, 1), (1, 1))), (2, 2), (2, 2), (0, 0, 0, 0), "max").mean((1, 2)) @ m.T.astype(float)
        wanted = numpy.exp(y) / numpy.exp(y).sum()
        for opset in range(7, 25):
            tensors = {"w": w, "m": m, **{f"v{i}": v[i] for i in range(4)}}
            nodes = [node("Conv", "x,w", "c", pads=[1, 1, 1, 1]), node("BatchNormalization", "c,v0,v1,v2,v3", "n")]
            if opset < 11:
                nodes += [node("Clip", "n", "r", min=0.0, max=6.0)]
            else:
                nodes += [node("Clip", "n,zero,six", "r")]
                tensors.update(zero=number(0), six=number(6))
            if opset < 13:
                nodes += [node("Split", "r", "a,b", axis=1, split=[2, 2])]
            elif opset < 18:
                nodes += [node("Split", "r,halves", "a,b", axis=1)]
                tensors["halves"] = whole(2, 2)
            else:
                nodes += [node("Split", "r", "a,b", axis=1, num_outputs=2)]
            nodes += [node("Concat", "b,a", "j", axis=1)]
            if opset < 11:
                nodes += [node("Pad", "j", "p", pads=[0, 0, 1, 1, 0, 0, 1, 1])]
            else:
                nodes += [node("Pad", "j,pads" + (",,axes" if opset >= 18 else ""), "p")]
                tensors["pads"] = whole(1, 1, 1, 1) if opset >= 18 else whole(0, 0, 1, 1, 0, 0, 1, 1)
                tensors["axes"] = whole(2, -1)
            nodes += [node("MaxPool", "p", "q", kernel_shape=[2, 2], strides=[2, 2])]
            if opset < 18:
                nodes += [node("ReduceMean", "q", "g", axes=[2, 3])]
            else:
                nodes += [node("ReduceMean", "q,axes", "g")]
            if opset < 13:
                nodes += [node("Squeeze", "g", "s", axes=[2, 3])]
            else:
                nodes += [node("Squeeze", "g,both", "s")]
                tensors["both"] = whole(2, 3)
            nodes += [node("Dropout", "s", "d"), node("Gemm", "d,m,bias", "e", transB=1), node("Softmax", "e", "y", axis=1)]
            tensors["bias"] = numpy.zeros(3, numpy.float32)
            with self.subTest(opset=opset):
                self.compare(nodes, tensors, x, wanted, opset)

    def test_norms_of_opset_7(self):
        x, v = numbers(4, 3, 3), {n: abs(numbers(4, seed=i)) + 0.1 for i, n in enumerate("gbmv")}
        wanted = ((x - v["m"][:, None, None]) / numpy.sqrt(v["v"].astype(float)[:, None, None] + 1e-3) * v["g"][:, None, None]
                  + v["b"][:, None, None])
        self.compare([node("BatchNormalization", "x,g,b,m,v", "y", spatial=1, epsilon=1e-3, momentum=0.9)], v, x, wanted, 7)

    def test_upsample_with_attributes(self):
        x = numbers(2, 3, 4)
        self.compare([node("Upsample", "x", "y", mode="nearest", scales=[1.0, 1.0, 2.0, 2.0])], {}, x,
                     x.repeat(2, 1).repeat(2, 2), 7)

    def test_resize_of_opset_18(self):
        x = numbers(2, 3, 4)
        s = {"s": number([3, 3]), "n": whole(9, 12), "less": whole(6, 12), "more": whole(6, 12), "r": whole(8, 6)}
        plain = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        for words, attributes, times in (
                ("x,,s", {"axes": [2, 3]}, 3), ("x,,s", {"axes": [-1, -2], "antialias": 1}, 3), ("x,,,n", {"axes": [2, 3]}, 3),
                ("x,,,r", {"axes": [3, 2], "keep_aspect_ratio_policy": "stretch"}, 2),
                ("x,,,less", {"axes": [2, 3], "keep_aspect_ratio_policy": "not_larger"}, 2),
                ("x,,,more", {"axes": [2, 3], "keep_aspect_ratio_policy": "not_smaller"}, 3)):
            for rule in (plain, {"coordinate_transformation_mode": "half_pixel_symmetric"}):
                with self.subTest(attributes=attributes, rule=rule):
                    self.compare([node("Resize", words, "y", **attributes, **rule)], s, x, x.repeat(times, 1).repeat(times, 2), 19)

    def test_a_split_into_uneven_parts(self):
        x = numbers(7, 2, 2)
        self.compare([node("Split", "x", "a,b,c", axis=1, num_outputs=3), node("Concat", "c,b,a", "y", axis=1)], {}, x,
                     numpy.concatenate([x[6:], x[3:6], x[:3]]), 18)

    def test_a_mean_over_no_axes(self):
        x = numbers(1, 3, 4)
        self.compare([node("ReduceMean", "x", "y", noop_with_empty_axes=1)], {}, x, x, 18)
        self.compare([node("ReduceMean", "x", "y")], {}, x, x.mean((0, 1, 2), keepdims=True), 18)

    def test_pads_of_listed_axes(self):
        x = numbers(2, 3, 4)
        wanted = numpy.pad(x, ((0, 0), (0, 2), (1, 3)))
        for axes, pads in (((3, 2), (1, 0, 3, 2)), ((-2, -1), (0, 1, 2, 3)), ((0, 1, 2, 3), (0, 0, 0, 1, 0, 0, 2, 3))):
            self.compare([node("Pad", "x,p,,a", "y")], {"p": whole(*pads), "a": whole(*axes)}, x, wanted, 18)
        self.compare([node("Pad", "x,p,v,a", "y")], {"p": whole(3, 0), "a": whole(2), "v": number(0)}, x,
                     numpy.pad(x, ((0, 0), (3, 0), (0, 0))), 18)

    def test_cast_like(self):
        x, c = numbers(2, 3, 4), numpy.array([2, 3], numpy.float16).reshape(2, 1, 1)
        nodes = [node("CastLike", "x,c", "a"), node("CastLike", "c,x", "d"), node("CastLike", "d,k", "e"), node("Mul", "a,e", "y")]
        self.compare(nodes, {"c": c, "k": number(1)}, x, x * c.astype(float), 15)

    def test_swish(self):
        x = numbers(2, 3, 4)
        self.assertIn("swish", self.compare([node("Swish", "x", "y")], {}, x, x * sigmoid(x), 24))
        self.compare([node("Swish", "x", "y", alpha=1.702)], {}, x, x * sigmoid(1.702 * x), 24)

    def test_fields_that_the_schema_does_not_have(self):
        """Files of IR version 13: metadata everywhere, overloads, device configurations, functions and types that no node uses."""
        x, w = numbers(3, 4, 4), numbers(2, 3, 1, 1)
        metadata = field(1, "key") + field(2, "value")
        conv_node = node("Conv", "x,w", "y") + field(8, "overload") + field(9, metadata) + field(10, field(1, "configuration"))
        tensors = [onnx_file.tensor("w", w) + field(16, metadata), field(1, 2) + field(2, 22) + field(8, "int4") + field(9, b"1"),
                   field(1, 1) + field(2, 17) + field(8, "float8") + field(9, b"1"), field(2, 8) + field(6, "text") + field(8, "t")]
        data = onnx_file.model([conv_node], tensors, {"x": (1, 3, 4, 4)}, ["y"], 24)
        function = field(1, "f") + field(4, "a") + field(5, "b") + field(7, node("Erf", "a", "b")) + field(10, "local")
        data = data.replace(field(1, 8) + field(2, "lcc"), field(1, 13) + field(3, "2.9"), 1)
        data += field(14, metadata) + field(20, field(1, field(1, node("Erf", "x", "z")))) + field(25, function) + field(26, b"")
        data += field(8, field(1, "pkg.onnxscript.torch_lib") + field(2, 1)) + field(200, "new") + field(201, 5) + field(202, 1.0)
        wanted = conv(x, w).transpose(1, 2, 0)
        for name in ("m.onnx", "by_its_content"):
            self.write(name, data)
            got = self.run_model(name, numpy.ascontiguousarray(x.transpose(1, 2, 0)))
            numpy.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)


class Layers(OnnxTest):
    def test_gemm(self):
        x, w, b = numbers(5), numbers(3, 5), numbers(3, seed=2)
        self.compare([node("Gemm", "x,w,b", "y", transB=1)], {"w": w, "b": b}, x, w.astype(float) @ x + b)
        self.compare([node("Gemm", "x,w,b", "y", alpha=0.5, beta=2.0)], {"w": w.T.copy(), "b": b}, x,
                     0.5 * (w.astype(float) @ x) + 2 * b)

    def test_matmul_with_a_bias_added(self):
        x, w, b = numbers(5), numbers(5, 3), numbers(3, seed=2)
        text = self.compare([node("MatMul", "x,w", "m"), node("Add", "m,b", "y")], {"w": w, "b": b}, x, x @ w.astype(float) + b)
        self.assertIn(" dense(3) ", text)

    def test_dense_on_a_map_in_either_order(self):
        x, w = numbers(3, 2, 4), numbers(24, 5)
        self.compare([node("Flatten", "x", "f"), node("MatMul", "f,w", "y")], {"w": w}, x, x.ravel() @ w.astype(float))
        self.compare([node("Transpose", "x", "t", perm=[0, 2, 3, 1]), node("Reshape", "t,s", "f"), node("MatMul", "f,w", "y")],
                     {"w": w, "s": whole(1, -1)}, x, x.transpose(1, 2, 0).ravel() @ w.astype(float))

    def test_matmul_over_the_channels_of_a_map(self):
        x, w = numbers(3, 2, 4), numbers(3, 5)
        wanted = numpy.tensordot(w.astype(float), x, (0, 0))
        self.compare([node("Transpose", "x", "t", perm=[0, 2, 3, 1]), node("MatMul", "t,w", "m"),
                      node("Transpose", "m", "y", perm=[0, 3, 1, 2])], {"w": w}, x, wanted)

    def test_batch_norm(self):
        x, v = numbers(3, 2, 4), [numbers(3, seed=i) for i in range(4)]
        v[3] = abs(v[3]) + 0.1
        scale = v[0] / numpy.sqrt(v[3] + 1e-3)
        wanted = x * scale[:, None, None] + (v[1] - v[2] * scale)[:, None, None]
        tensors = dict(zip(("bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"), v))
        text = self.compare([node("BatchNormalization", "x," + ",".join(tensors), "y", epsilon=1e-3)], tensors, x, wanted)
        self.assertIn('@"bn"', text)
        self.assertIn("eps = 0.001,", text)

    def test_weights_that_are_computed(self):
        x, w = numbers(5), numbers(3, 5)
        self.compare([node("Transpose", "w", "t", perm=[1, 0]), node("Mul", "t,two", "d"), node("MatMul", "x,d", "y")],
                     {"w": w, "two": number(2)}, x, 2 * (w.astype(float) @ x))

    def test_truth_is_0_or_1(self):
        x = numbers(5)
        self.compare([node("Cast", "c", "b", to=9), node("Cast", "b", "f", to=1), node("Mul", "x,f", "y")],
                     {"c": number([0, 0.5, 3, -2, 1])}, x, x * [0, 1, 1, 1, 1])

    def test_half_precision_weights(self):
        x, w = numbers(5), numbers(5, 3).astype(numpy.float16)
        self.compare([node("MatMul", "x,w", "y")], {"w": w}, x, x @ w.astype(float))


class Elementwise(OnnxTest):
    def one(self, op, wanted, opset=13, inputs="x", tensors=None, **attributes):
        x = 3 * numbers(4, 3, 3)
        return self.compare([node(op, inputs, "y", **attributes)], tensors or {}, x, wanted(x), opset)

    def test_activations(self):
        self.one("Relu", lambda x: numpy.maximum(x, 0))
        self.one("Sigmoid", sigmoid)
        self.one("Tanh", numpy.tanh)
        self.one("LeakyRelu", lambda x: numpy.where(x < 0, 0.2 * x, x), alpha=0.2)
        self.one("HardSwish", lambda x: x * numpy.clip(x + 3, 0, 6) / 6, opset=14)
        self.one("HardSigmoid", lambda x: numpy.clip(x / 6 + 0.5, 0, 1), alpha=1 / 6)
        self.one("HardSigmoid", lambda x: numpy.clip(0.2 * x + 0.5, 0, 1))
        self.one("HardSigmoid", lambda x: numpy.clip(0.3 * x + 0.1, 0, 1), alpha=0.3, beta=0.1)
        self.one("Neg", numpy.negative)
        self.one("Identity", lambda x: x)
        self.one("Dropout", lambda x: x)
        self.one("Softmax", lambda x: numpy.exp(x) / numpy.exp(x).sum(0), axis=1)

    def test_clip(self):
        for low, high in ((0, 6), (0, None), (-1, 1), (None, 2), (1, 2), (-2, None), (0, 1)):
            names = ",".join(["x", "" if low is None else "low"] + ([] if high is None else ["high"]))
            tensors = {k: number(v) for k, v in (("low", low), ("high", high)) if v is not None}
            text = self.one("Clip", lambda x: numpy.clip(x, low, high), inputs=names, tensors=tensors)
            if (low, high) == (0, 6):
                self.assertIn(" relu6\n", text)
                self.assertNotIn("normalize", text)
        self.one("Clip", lambda x: numpy.clip(x, 0, 6), opset=9, min=0.0, max=6.0)

    def test_prelu(self):
        self.one("PRelu", lambda x: numpy.where(x < 0, 0.3 * x, x), inputs="x,s", tensors={"s": number([[[0.3]]])})
        s = numpy.array([0.1, -0.5, 0.3, 2], numpy.float32).reshape(4, 1, 1)
        self.one("PRelu", lambda x: numpy.where(x < 0, s * x, x), inputs="x,s", tensors={"s": s})

    def test_arithmetic_with_constants(self):
        c = numbers(4, 1, 1, seed=7)
        for value in (number(2.5), c, number(0), numbers(1, 4, 1, 1, seed=8), numpy.full((4, 3, 3), 2, numpy.float32)):
            tensors = {"c": value}
            self.one("Add", lambda x: x + value.reshape(-1, *value.shape[-2:])[:4] if value.ndim else x + value, inputs="x,c",
                     tensors=tensors)
            plain = value.reshape(value.shape[-3:]) if value.ndim else value
            self.one("Mul", lambda x: x * plain, inputs="c,x", tensors=tensors)
            self.one("Sub", lambda x: x - plain, inputs="x,c", tensors=tensors)
            self.one("Sub", lambda x: plain - x, inputs="c,x", tensors=tensors)
            if plain.any():
                self.one("Div", lambda x: x / plain, inputs="x,c", tensors=tensors)

    def test_two_tensors(self):
        x = numbers(4, 3, 3)
        gate = [node("GlobalAveragePool", "x", "p"), node("Sigmoid", "p", "g")]
        g = sigmoid(x.astype(float).mean((1, 2), keepdims=True))
        self.compare([*gate, node("Mul", "x,g", "y")], {}, x, x * g)
        self.compare([*gate, node("Add", "g,x", "y")], {}, x, x + g)
        self.compare([*gate, node("Sub", "x,g", "y")], {}, x, x - g)
        self.compare([node("Tanh", "x", "t"), node("Sum", "x,t,x", "y")], {}, x, 2 * x + numpy.tanh(x))


class Patterns(OnnxTest):
    def test_swish(self):
        x = numbers(4, 3, 3)
        text = self.compare([node("Sigmoid", "x", "s"), node("Mul", "x,s", "y")], {}, x, x * sigmoid(x))
        self.assertIn(" swish\n", text)
        self.assertNotIn("sigmoid", text)

    def test_spellings_of_hard_swish(self):
        x = 4 * numbers(4, 3, 3)
        wanted = x * numpy.clip(x + 3, 0, 6) / 6
        c = {"three": number(3), "zero": number(0), "six": number(6), "sixth": number(1 / 6)}
        start = [node("Add", "x,three", "a"), node("Clip", "a,zero,six", "r")]
        for tail in ([node("Mul", "x,r", "m"), node("Div", "m,six", "y")],
                     [node("Mul", "r,x", "m"), node("Mul", "m,sixth", "y")],
                     [node("Div", "r,six", "d"), node("Mul", "x,d", "y")],
                     [node("Mul", "r,sixth", "d"), node("Mul", "d,x", "y")]):
            text = self.compare(start + tail, c, x, wanted)
            self.assertIn(" hswish\n", text)
            self.assertEqual(text.count("\n    "), 3, text) # input, hswish, output
        text = self.compare([node("HardSigmoid", "x", "g", alpha=1 / 6), node("Mul", "x,g", "y")], {}, x, wanted)
        self.assertIn(" hswish\n", text)

    def test_shuffle(self):
        x = numbers(6, 2, 3)
        wanted = x.reshape(2, 3, 2, 3).transpose(1, 0, 2, 3).reshape(6, 2, 3)
        text = self.compare([node("Reshape", "x,s", "r"), node("Transpose", "r", "t", perm=[0, 2, 1, 3, 4]),
                             node("Reshape", "t,u", "y")], {"s": whole(1, 2, 3, 2, 3), "u": whole(1, -1, 2, 3)}, x, wanted)
        self.assertIn(" shuffle(2)\n", text)

    def test_parts_of_a_shuffle_share_it(self):
        x = numbers(8, 2, 3)
        shuffled = x.reshape(2, 4, 2, 3).transpose(1, 0, 2, 3).reshape(8, 2, 3)
        text = self.compare([node("Reshape", "x,s", "r"), node("Transpose", "r", "t", perm=[0, 2, 1, 3, 4]),
                             node("Reshape", "t,u", "q"), node("Split", "q", "a,b", axis=1), node("Relu", "b", "c"),
                             node("Concat", "a,c", "y", axis=1)], {"s": whole(1, 2, 4, 2, 3), "u": whole(1, -1, 2, 3)}, x,
                            numpy.concatenate([shuffled[:4], numpy.maximum(shuffled[4:], 0)]))
        self.assertEqual(text.count("shuffle("), 1, text)

    def test_shuffle_with_arithmetic_of_shapes(self):
        x = numbers(6, 2, 3)
        wanted = x.reshape(3, 2, 2, 3).transpose(1, 0, 2, 3).reshape(6, 2, 3)
        tensors = {"i0": whole(0), "i1": whole(1), "i2": numpy.array(2, numpy.int64), "n3": whole(3), "a0": whole(0),
                   "s2": whole(2), "s4": whole(4)}
        nodes = [node("Shape", "x", "s"), node("Gather", "s,i1", "c", axis=0), node("Div", "c,n3", "per"),
                 node("Gather", "s,i0", "b", axis=0), node("Gather", "s,i2", "h0", axis=0), node("Unsqueeze", "h0,a0", "h"),
                 node("Slice", "s,s2,s4", "hw"), node("Concat", "b,n3,per,hw", "five", axis=0),
                 node("Cast", "five", "f", to=1), node("Floor", "f", "ff"), node("Cast", "ff", "fi", to=7),
                 node("Reshape", "x,fi", "r"), node("Transpose", "r", "t", perm=[0, 2, 1, 3, 4]), node("Reshape", "t,s", "y")]
        self.assertIn(" shuffle(3)\n", self.compare(nodes, tensors, x, wanted))

    def test_squeeze_excite(self):
        x, w1, w2 = numbers(4, 3, 3), numbers(2, 4, 1, 1), numbers(4, 2, 1, 1)
        p = numpy.maximum(w1[:, :, 0, 0] @ x.mean((1, 2)), 0)
        wanted = x * sigmoid(w2[:, :, 0, 0] @ p)[:, None, None]
        self.compare([node("ReduceMean", "x", "p", axes=[2, 3]), node("Conv", "p,w1", "a"), node("Relu", "a", "r"),
                      node("Conv", "r,w2", "b"), node("Sigmoid", "b", "g"), node("Mul", "x,g", "y")], {"w1": w1, "w2": w2}, x,
                     wanted)
        d = {"w1": w1[:, :, 0, 0].T.copy(), "w2": w2[:, :, 0, 0].T.copy(), "s": whole(0, 0, 1, 1)}
        self.compare([node("GlobalAveragePool", "x", "p"), node("Flatten", "p", "f"), node("MatMul", "f,w1", "a"),
                      node("Relu", "a", "r"), node("MatMul", "r,w2", "b"), node("Sigmoid", "b", "g2"),
                      node("Unsqueeze", "g2,ax", "g"), node("Mul", "x,g", "y")], {**d, "ax": whole(2, 3)}, x, wanted)


class Rearranging(OnnxTest):
    def test_parts_of_channels(self):
        x = numbers(6, 2, 3)
        for nodes, tensors, wanted in (
                ([node("Split", "x", "a,y", axis=1)], {}, x[3:]),
                ([node("Split", "x,s", "a,y,c", axis=1)], {"s": whole(1, 4, 1)}, x[1:5]),
                ([node("Slice", "x,b,e,a", "y")], {"b": whole(1), "e": whole(-1), "a": whole(1)}, x[1:-1]),
                ([node("Slice", "x,b,e,a", "y")], {"b": whole(2), "e": whole(2**63 - 1), "a": whole(-3)}, x[2:]),
                ([node("Slice", "x,b,e,a,t", "y")],
                 {"b": whole(0, 0), "e": whole(9, 9), "a": whole(2, 3), "t": whole(2, 2)}, x[:, ::2, ::2]),
                ([node("Gather", "x,i", "y", axis=1)], {"i": whole(2, 3)}, x[2:4]),
                ([node("Reshape", "x,s", "r"), node("Gather", "r,i", "y", axis=1)],
                 {"s": whole(1, 2, 3, 2, 3), "i": numpy.array(1, numpy.int64)}, x[3:]),
                ([node("Reshape", "x,s", "r"), node("Transpose", "r", "t", perm=[2, 0, 1, 3, 4]),
                  node("Gather", "t,i", "y", axis=0)],
                 {"s": whole(1, 3, 2, 2, 3), "i": numpy.array(1, numpy.int64)}, x[1::2])):
            self.compare(nodes, tensors, x, wanted)
        self.compare([node("Slice", "x", "y", starts=[1], ends=[3], axes=[1])], {}, x, x[1:3], opset=9)
        self.compare([node("Split", "x", "a,y", axis=1, split=[2, 4])], {}, x, x[2:], opset=11)

    def test_concat(self):
        x = numbers(3, 2, 4)
        self.compare([node("Relu", "x", "r"), node("Concat", "r,x,r", "y", axis=1)], {}, x,
                     numpy.concatenate([numpy.maximum(x, 0), x, numpy.maximum(x, 0)]))
        x = numbers(3)
        self.compare([node("Relu", "x", "r"), node("Concat", "r,x", "y", axis=-1)], {}, x,
                     numpy.concatenate([numpy.maximum(x, 0), x]))

    def test_stack_and_shuffle(self):
        x = numbers(3, 2, 4)
        wanted = numpy.stack([x, numpy.maximum(x, 0)], 1).reshape(6, 2, 4)
        self.compare([node("Relu", "x", "r"), node("Unsqueeze", "x,a", "x5"), node("Unsqueeze", "r,a", "r5"),
                      node("Concat", "x5,r5", "s", axis=2), node("Reshape", "s,u", "y")],
                     {"a": whole(2), "u": whole(1, 6, 2, 4)}, x, wanted)

    def test_squeeze(self):
        x = numbers(3, 2, 4)
        mean = x.astype(float).mean((1, 2))
        self.compare([node("GlobalAveragePool", "x", "p"), node("Squeeze", "p,a", "y")], {"a": whole(2, 3)}, x, mean)
        self.compare([node("GlobalAveragePool", "x", "p"), node("Squeeze", "p", "y", axes=[2, 3])], {}, x, mean, opset=11)


class Inputs(OnnxTest):
    def test_transposed_input_is_taken_as_it_comes(self):
        x, w = numbers(4, 5, 3), numbers(2, 3, 3, 3)
        nodes = [node("Sub", "x,m", "s"), node("Transpose", "s", "t", perm=[0, 3, 1, 2]), node("Conv", "t,w", "y")]
        self.write("m.onnx", onnx_file.model(nodes, {"w": w, "m": number([0.1, 0.2, 0.3])}, {"x": (1, 4, 5, 3)}, ["y"]))
        wanted = conv(x.transpose(2, 0, 1) - number([0.1, 0.2, 0.3]).reshape(3, 1, 1), w)
        numpy.testing.assert_allclose(self.run_model("m.onnx", x), wanted.transpose(1, 2, 0), rtol=1e-5, atol=1e-5)

    def test_planes(self):
        x, w = numbers(3, 4, 5), numbers(2, 3, 3, 3)
        self.write("m.onnx", onnx_file.model([node("Conv", "x,w", "y")], {"w": w}, {"x": (1, 3, 4, 5)}, ["y"]))
        got = self.run_model("m.onnx", *(plane[:, :, None] for plane in x), more=("--input-layout", "nchw"))
        numpy.testing.assert_allclose(got, conv(x, w).transpose(1, 2, 0), rtol=1e-5, atol=1e-5)
        self.good("m.onnx", "--input-layout", "nchw", "-o", "m.c")
        self.assertIn("void m_run(const float *x_0, const float *x_1, const float *x_2, float *y);", self.read("m.h"))

    def test_bytes(self):
        x, w = numpy.arange(48, dtype=numpy.uint8).reshape(4, 4, 3), numbers(2, 3, 1, 1)
        nodes = [node("Cast", "x", "f", to=1), node("Div", "f,d", "n"), node("Conv", "n,w", "y")]
        self.write("m.onnx", onnx_file.model(nodes, {"w": w, "d": number(255)},
                                             [onnx_file.value_info("x", ("N", 3, 4, 4), onnx_file.UINT8)], ["y"]))
        wanted = conv(x.transpose(2, 0, 1) / 255, w)
        numpy.testing.assert_allclose(self.run_model("m.onnx", x), wanted.transpose(1, 2, 0), rtol=1e-5, atol=1e-5)
        self.good("m.onnx", "-o", "m.c")
        self.assertIn("const uint8_t *x", self.read("m.h"))

    def test_names_that_neither_language_has(self):
        x = numbers(2, 2, 2)
        nodes = [node("Relu", "input.1", "7"), node("Tanh", "input.1", "output"), node("Neg", "input.1", "input_1")]
        self.write("2 nets!.onnx", onnx_file.model(nodes, {}, {"input.1": (1, 2, 2, 2)}, ["7", "output", "input_1"]))
        got = self.run_model("2 nets!.onnx", x, outputs=3)
        for found, wanted in zip(got, (numpy.maximum(x, 0), numpy.tanh(x), -x)):
            numpy.testing.assert_allclose(found, wanted, rtol=1e-6)
        text = self.good("2 nets!.onnx", "--emit", "net")
        for words in ("net net_2_nets_ {", "input input_1: f32[2, 2, 2]", "output output_7", "output output_0",
                      "output input_1_2"):
            self.assertIn(words, text)

    def test_sizes_that_the_user_gives(self):
        x, w = numbers(3, 6, 10), numbers(2, 3, 3, 3)
        nodes = [node("Conv", "x,w", "c", pads=[1, 1, 1, 1]), node("Shape", "c", "s"), node("Slice", "s,two,four", "hw"),
                 node("Mul", "hw,twice", "to"), node("Concat", "n,to", "sizes", axis=0), node("Resize", "c,,,sizes", "y")]
        tensors = {"w": w, "two": whole(2), "four": whole(4), "twice": whole(2, 2), "n": whole(1, 2)}
        inputs = {"x": ("batch", 3, "h", "w")}
        self.write("m.onnx", onnx_file.model(nodes, tensors, inputs, ["y"]))
        wanted = conv(x, w, pads=(1, 1, 1, 1)).repeat(2, 1).repeat(2, 2).transpose(1, 2, 0)
        for word in ("1,3,6,10", "x=1,3,6,10"):
            got = self.run_model("m.onnx", numpy.ascontiguousarray(x.transpose(1, 2, 0)), more=("--input-shape", word))
            numpy.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)
        self.good("m.onnx", "-o", "m.c", "--input-shape", "x=1,3,6,10")
        self.assertIn("lcc m.onnx --input-shape x=1,3,6,10 --target", self.read("m.c"))
        shapeless = onnx_file.field(1, "a=b") + onnx_file.field(2, onnx_file.field(1, onnx_file.field(1, 1)))
        self.write("m.onnx", onnx_file.model([node("Relu", "a=b", "r"), node("Add", "r,z", "y")], {},
                                             [shapeless, onnx_file.value_info("z", (1, 3, "h", "w"))], ["y"]))
        x = numpy.ascontiguousarray(x.transpose(1, 2, 0))
        got = self.run_model("m.onnx", x, x, more=("--input-shape", "z=1,3,6,10", "--input-shape", "a=b=1,3,6,10"))
        numpy.testing.assert_allclose(got, numpy.maximum(x, 0) + x, rtol=1e-6)

    def test_an_input_that_is_listed_twice(self):
        x = onnx_file.value_info("x", (1, 2, 2, 2))
        self.write("m.onnx", onnx_file.model([node("Relu", "x", "y")], {}, [x, x], ["y"]))
        self.assertEqual(self.good("m.onnx", "--emit", "net").count("input "), 1)

    def test_names_that_the_user_gives(self):
        nodes = [node("Add", "input.1,b", "7"), node("Relu", "7", "z")]
        self.write("m.onnx", onnx_file.model(nodes, {}, {"input.1": (1, 3, 2, 2), "b": (1, 3, 2, 2)}, ["7", "z"]))
        self.good("m.onnx", "-o", "m.c", "--input-name", "input.1=image", "--output-name", "7=sum", "--output-name=z=answer")
        self.assertIn("void m_run(const float *image, const float *b, float *sum, float *answer);", self.read("m.h"))
        self.assertIn("lcc m.onnx --input-name input.1=image --output-name 7=sum --output-name z=answer --target", self.read("m.c"))
        self.good("m.onnx", "-o", "m.c", "--input-name", "b=a", "--input-name", "input.1=b")
        self.assertIn("const float *b, const float *a,", self.read("m.h"))
        self.write("one.onnx", onnx_file.model([node("Relu", "x", "y")], {}, {"x": (1, 2, 2, 2)}, ["y"]))
        self.good("one.onnx", "-o", "m.c", "--input-name", "image", "--output-name", "x", "--input-layout", "nchw")
        self.assertIn("void one_run(const float *image_0, const float *image_1, float *x);", self.read("m.h"))

    def test_external_data(self):
        x, w, b = numbers(3, 4, 4), numbers(2, 3, 3, 3), numbers(2)
        tensors = [onnx_file.tensor("w", w, ("data/weights.bin", 16)), onnx_file.tensor("b", b, floats=True)]
        self.write("m.onnx", onnx_file.model([node("Conv", "x,w,b", "y")], tensors, {"x": (1, 3, 4, 4)}, ["y"]))
        os.mkdir(self.path("data"))
        self.write("data/weights.bin", bytes(16) + w.tobytes())
        got = self.run_model("m.onnx", numpy.ascontiguousarray(x.transpose(1, 2, 0)))
        numpy.testing.assert_allclose(got, conv(x, w, b).transpose(1, 2, 0), rtol=1e-5, atol=1e-5)
        self.good("m.onnx", "-o", "m.c", "--depfile", "m.d")
        self.assertIn("data/weights.bin", self.read("m.d"))

    def test_labels(self):
        tensors = {"features.0.weight": numbers(2, 3, 1, 1), "features.0.bias": numbers(2), "onnx::Conv_7": numbers(2, 2, 1, 1),
                   "8": numbers(2, 2, 1, 1), "same_w": numbers(2, 2, 1, 1)}
        nodes = [node("Conv", "x,features.0.weight,features.0.bias", "a"),
                 node("Conv", "a,onnx::Conv_7", "b", name="/features/features.1/Conv"), node("Conv", "b,8", "c"),
                 node("Conv", "c,same_w", "d"), node("Conv", "d,same_w", "y")]
        x = numbers(3, 2, 2)
        wanted = x
        for w in ("features.0.weight", "onnx::Conv_7", "8", "same_w", "same_w"):
            wanted = conv(wanted, tensors[w], tensors["features.0.bias"] if w[0] == "f" else None)
        text = self.compare(nodes, tensors, x, wanted)
        for label in ("features.0", "features.1", "same", "same_2"):
            self.assertIn(f'@"{label}"', text)


if __name__ == "__main__":
    unittest.main()
