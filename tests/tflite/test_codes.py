#!/usr/bin/env python3
"""Each operator of TensorFlow Lite files on int8, through the interpreter: the bytes that TensorFlow Lite for Microcontrollers' rules
give (micro.py). Then the same by way of a .net file and its weights. With --target also through the C that lcc writes.

    test_codes.py [--target T]
"""
import os
import sys
import tempfile
import unittest

try:
    import flatbuffers  # noqa: F401
except ImportError as missing:
    print(f"skipped: no module {missing.name}")
    sys.exit(77)
import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "diff"))
import micro  # noqa: E402
from lite import LiteTest, op, tflite_file, whole  # noqa: E402
from tflite_file import NONE, RELU, RELU6, RELU_N1_TO_1, SAME, VALID, Quantized, Shaped  # noqa: E402

CASES = [] # (name, file, inputs, answers)
ONE = dict(stride_w=1, stride_h=1)


def draw(*shape, seed=1, least=-128, most=127, dtype=numpy.int8):
    return numpy.random.default_rng(seed).integers(least, most + 1, shape).astype(dtype)


def codes(q, *shape, dtype="int8"):
    """A tensor that is no constant, scaled as q = (scale, zero)."""
    return Quantized(None, *q, shape=(1, *shape), dtype=dtype)


class CodesTest(LiteTest):
    def compare(self, ops, tensors, x, q, *wanted, outputs=("y",), **more):
        """Runs the network x -> outputs; x is an array of codes scaled as q, or one of floats (q None)."""
        port = Shaped(1, *x.shape) if q is None else codes(q, *x.shape, dtype=str(x.dtype))
        self.write("m.tflite", tflite_file.model(ops, tensors, {"x": port}, list(outputs), **more))
        image = numpy.ascontiguousarray(x.reshape((1,) * (3 - x.ndim) + x.shape))
        got = self.run_model("m.tflite", image, outputs=len(outputs))
        got = [got] if len(outputs) == 1 else got
        for one, right in zip(got, wanted):
            right = numpy.asarray(right)
            kind = numpy.float64 if right.dtype.kind == "f" else right.dtype
            self.assertEqual(one.dtype, kind)
            numpy.testing.assert_array_equal(one.ravel(), right.ravel())
        with open(self.path("m.tflite"), "rb") as f:
            CASES.append((f"{self._testMethodName}: {[o[0] for o in ops]}", f.read(), image, got))
        self.good("m.tflite", "--emit", "net", "-o", "again.net")
        weights = ("-w", "again.safetensors") if os.path.exists(self.path("again.safetensors")) else ()
        again = self.run_model("again.net", image, more=weights, outputs=len(outputs))
        for one, other in zip(got, [again] if len(outputs) == 1 else again):
            numpy.testing.assert_array_equal(other, one)
        return self.read("again.net")


class ByHand(CodesTest):
    """Numbers worked out on paper."""

    def test_a_pixel(self):
        # (10 - 2) * 3 + (-4 - 2) * -5 + 100 = 154, times 0.5 * 0.25 / 1 = 19.25, rounded and moved by 7: 26.
        self.compare([op("CONV_2D", "x,w,b", "y", **ONE)],
                     {"w": Quantized(numpy.array([[[[3, -5]]]], numpy.int8), 0.25, 0), "b": Quantized(whole(100), 0.125, 0), "y": codes((1.0, 7), 1, 1, 1)},
                     numpy.array([[[10, -4]]], numpy.int8), (0.5, 2), numpy.int8(26))
        # The same with relu6 fused, in steps of 1: 6 and no more.
        self.compare([op("CONV_2D", "x,w,b", "y", activation=RELU6, **ONE)],
                     {"w": Quantized(numpy.array([[[[3, -5]]]], numpy.int8), 0.25, 0), "b": Quantized(whole(100), 0.125, 0), "y": codes((1.0, 7), 1, 1, 1)},
                     numpy.array([[[10, -4]]], numpy.int8), (0.5, 2), numpy.int8(13))

    def test_halves(self):
        # 1, 3, -1 and -3 times a half: the high multiply rounds halves up. Times a quarter, and so halved once more: halves of
        # 2, 6, -2, -6 are 1, 3, -1, -3, of whose halves the shift rounds away from zero; those of 1 and -1 are rounded twice.
        for scale, x, right in ((2.0, [1, 3, -1, -3], [1, 2, 0, -1]), (4.0, [2, 6, -2, -6], [1, 2, -1, -2]), (4.0, [1, 5, -1, -5], [1, 2, 0, -1])):
            self.compare([op("CONV_2D", "x,w,", "y", **ONE)], {"w": Quantized(numpy.array([[[[1]]]], numpy.int8), 1.0, 0), "y": codes((scale, 0), 1, 4, 1)},
                         numpy.array([[[v] for v in x]], numpy.int8), (1.0, 0), numpy.array(right, numpy.int8))

    def test_an_average(self):
        # 1 + 2 + 4 + 3 = 10, 10 / 4 = 2.5, away from zero: 3; and -3. Zero points do not count.
        for sign in (1, -1):
            self.compare([op("AVERAGE_POOL_2D", "x", "y", width=2, height=2, padding=VALID, **ONE)], {"y": codes((0.5, 9), 1, 1, 1)},
                         sign * numpy.array([[[1], [2]], [[4], [3]]], numpy.int8), (0.5, 9), numpy.int8(3 * sign))

    def test_changes_of_type(self):
        self.compare([op("QUANTIZE", "x", "y")], {"y": codes((0.5, 3), 1, 4, 1)}, numpy.array([[[0.75], [-0.75], [0.2], [1000]]], numpy.float32), None,
                     numpy.array([5, 1, 3, 127], numpy.int8))
        self.compare([op("QUANTIZE", "x", "y")], {"y": codes((0.5, 1), 1, 3, 1)}, numpy.array([[[0], [129], [255]]], numpy.uint8), (0.5, 129),
                     numpy.array([-128, 1, 127], numpy.int8))
        self.compare([op("DEQUANTIZE", "x", "f"), op("NEG", "f", "y")], {}, numpy.array([[[-1], [3], [127]]], numpy.int8), (0.5, 3),
                     numpy.array([2.0, 0, -62]))


class Layers(CodesTest):
    def test_conv(self):
        x, q, y = draw(9, 8, 6), (0.031, -7), (0.24, 11)
        for out, kernel, stride, dilation, padding, groups, fused, each, biased in (
                (8, (3, 3), (1, 1), (1, 1), SAME, 1, RELU6, True, True), (5, (1, 1), (1, 1), (1, 1), VALID, 1, NONE, False, False),
                (7, (3, 2), (2, 1), (1, 1), SAME, 1, RELU, False, True), (6, (3, 3), (1, 1), (2, 2), SAME, 1, NONE, True, True),
                (4, (3, 3), (2, 2), (1, 1), VALID, 2, RELU_N1_TO_1, True, True)):
            with self.subTest(out=out, kernel=kernel):
                w = draw(out, *kernel, 6 // groups, seed=2, least=-127)
                scales = [0.0021 * (1 + i / 3) for i in range(out)] if each else [0.0043]
                b = draw(out, seed=3, least=-9000, most=9000, dtype=numpy.int32) if biased else 0
                right = micro.conv(x, q, w, scales if each else scales * out, b, y, stride, dilation, padding, groups, fused)
                tensors = {"w": Quantized(w, scales, [0] * len(scales)), "y": codes(y, *right.shape)}
                if biased:
                    tensors["b"] = Quantized(b, [numpy.float32(q[0]) * numpy.float32(s) for s in scales], [0] * len(scales))
                options = dict(padding=padding, stride_h=stride[0], stride_w=stride[1], activation=fused, dilation_h=dilation[0], dilation_w=dilation[1])
                text = self.compare([op("CONV_2D", "x,w" + (",b" if biased else ""), "y", **options)], tensors, x, q, right)
                self.assertIn("rounding = tflite", text)

    def test_depthwise(self):
        q, y = (0.05, 5), (0.11, -128)
        for channels, times, kernel, stride, padding, fused in ((5, 1, (3, 3), (1, 1), SAME, RELU6), (4, 2, (3, 3), (2, 2), SAME, RELU),
                                                                (1, 3, (2, 3), (1, 1), VALID, NONE), (3, 1, (5, 5), (2, 2), SAME, NONE)):
            with self.subTest(channels=channels, times=times):
                x, out = draw(8, 9, channels), channels * times
                w = draw(1, *kernel, out, seed=2, least=-127)
                scales = [0.003 * (1 + i / 2) for i in range(out)]
                b = draw(out, seed=3, least=-3000, most=3000, dtype=numpy.int32)
                turned = w.transpose(3, 1, 2, 0)
                right = micro.conv(x, q, turned, scales, b, y, stride, (1, 1), padding, channels, fused)
                self.compare([op("DEPTHWISE_CONV_2D", "x,w,b", "y", padding=padding, stride_h=stride[0], stride_w=stride[1], multiplier=times,
                                 activation=fused)],
                             {"w": Quantized(w, scales, [0] * out, axis=3), "y": codes(y, *right.shape),
                              "b": Quantized(b, [numpy.float32(q[0]) * numpy.float32(s) for s in scales], [0] * out)}, x, q, right)

    def test_fully_connected(self):
        q, y = (0.043, -3), (0.37, 20)
        for scale in (0.0171, 0.0337, 0.00973, 0.0219): # where single precision shows depends on the numbers
            w, b = draw(9, 24, seed=2), draw(9, seed=3, least=-4000, most=4000, dtype=numpy.int32)
            tensors = {"w": Quantized(w, scale, 0), "b": Quantized(b, q[0] * scale, 0), "y": codes(y, 9)}
            for shape in ((24,), (2, 3, 4)):
                x = draw(*shape)
                self.compare([op("FULLY_CONNECTED", "x,w,b", "y", activation=RELU)], tensors, x, q,
                             micro.fully_connected(x.ravel(), q, w, scale, b, y, RELU))
            x = draw(5, 6, 24)
            right = micro.fully_connected(x, q, w, scale, b, y)
            self.compare([op("FULLY_CONNECTED", "x,w,b", "y", keep_num_dims=1)], {**tensors, "y": codes(y, 5, 6, 9)}, x, q, right)

    def test_transpose_conv(self):
        q, y, x = (0.06, 4), (0.3, -9), draw(4, 5, 3)
        for kernel, stride, padding, size in (((3, 3), (2, 2), SAME, (8, 10)), ((2, 2), (2, 2), VALID, (8, 10)), ((3, 3), (2, 2), SAME, (7, 9)),
                                              ((4, 3), (2, 3), VALID, (10, 15))):
            w, b = draw(6, *kernel, 3, seed=2, least=-127), draw(6, seed=3, least=-900, most=900, dtype=numpy.int32)
            scales = [0.004 * (1 + i / 4) for i in range(6)]
            cuts = [max((n - 1) * s + k - out, 0) // 2 if padding == SAME else 0 for n, s, k, out in zip(x.shape, stride, kernel, size)]
            self.compare([op("TRANSPOSE_CONV", "s,w,x,b", "y", padding=padding, stride_h=stride[0], stride_w=stride[1])],
                         {"s": whole(1, *size, 6), "w": Quantized(w, scales, [0] * 6), "y": codes(y, *size, 6),
                          "b": Quantized(b, [numpy.float32(q[0]) * numpy.float32(s) for s in scales], [0] * 6)}, x, q,
                         micro.transpose_conv(x, q, w, scales, b, y, stride, size, cuts))

    def test_pad_before_a_layer(self):
        x, q, y, w = draw(6, 6, 3), (0.04, -20), (0.5, 3), draw(4, 3, 3, 3, seed=2)
        around = numpy.pad(x, ((0, 1), (0, 1), (0, 0)), constant_values=q[1])
        right = micro.conv(around, q, w, [0.01] * 4, 0, y, (2, 2), (1, 1), VALID)
        self.compare([op("PAD", "x,p", "a"), op("CONV_2D", "a,w,", "y", padding=VALID, stride_w=2, stride_h=2)],
                     {"p": whole([0, 0], [0, 1], [0, 1], [0, 0]), "a": codes(q, 7, 7, 3), "w": Quantized(w, 0.01, 0), "y": codes(y, *right.shape)},
                     x, q, right)


class Maps(CodesTest):
    def test_sums_and_products(self):
        q, p, y = (0.031, 9), (0.054, -30), (0.067, -4)
        x, z = draw(4, 5, 3), draw(1, 1, 3, seed=4)
        for name, f in (("ADD", lambda *a: micro.add(*a)), ("SUB", lambda *a: micro.add(*a, -1)), ("MUL", micro.multiply)):
            for constant in (z, z[0, 0], draw(4, 5, 3, seed=5)):
                with self.subTest(name=name, shape=constant.shape):
                    self.compare([op(name, "x,c", "y")], {"c": Quantized(constant, *p), "y": codes(y, 4, 5, 3)}, x, q, f(x, q, constant, p, y))
            self.compare([op(name, "c,x", "y")], {"c": Quantized(z, *p), "y": codes(y, 4, 5, 3)}, x, q, f(z, p, x, q, y))
            two = micro.requantize(x, q, p)
            self.compare([op("QUANTIZE", "x", "z"), op(name, "x,z", "y")], {"z": codes(p, 4, 5, 3), "y": codes(y, 4, 5, 3)}, x, q, f(x, q, two, p, y))
        for fused in (RELU, RELU6, RELU_N1_TO_1):
            self.compare([op("ADD", "x,x", "y", activation=fused)], {"y": codes(y, 4, 5, 3)}, x, q, micro.add(x, q, x, q, y, fused=fused))
            self.compare([op("MUL", "x,x", "y", activation=fused)], {"y": codes(y, 4, 5, 3)}, x, q, micro.multiply(x, q, x, q, y, fused))

    def test_largest_and_smallest(self):
        q, x, c = (0.1, 3), draw(4, 5, 3), draw(3, seed=2)
        for name, f in (("MAXIMUM", numpy.maximum), ("MINIMUM", numpy.minimum)):
            self.compare([op(name, "x,c", "y")], {"c": Quantized(c, *q), "y": codes(q, 4, 5, 3)}, x, q, f(x, c))
            self.compare([op("REVERSE_V2", "x,a", "r"), op(name, "x,r", "y")], {"a": whole(1), "r": codes(q, 4, 5, 3), "y": codes(q, 4, 5, 3)}, x, q,
                         f(x, x[::-1]))

    def test_pools(self):
        q, x = (0.1, -5), draw(9, 10, 4)
        for kernel, stride, padding, fused in (((3, 3), (2, 2), SAME, NONE), ((2, 2), (2, 2), VALID, RELU), ((3, 2), (1, 2), SAME, RELU6),
                                               ((9, 10), (1, 1), VALID, NONE)):
            options = dict(height=kernel[0], width=kernel[1], stride_h=stride[0], stride_w=stride[1], padding=padding, activation=fused)
            for name, f in (("AVERAGE_POOL_2D", micro.average_pool), ("MAX_POOL_2D", micro.max_pool)):
                with self.subTest(name=name, kernel=kernel):
                    right = f(x, kernel, stride, padding, q, fused)
                    self.compare([op(name, "x", "y", **options)], {"y": codes(q, *right.shape)}, x, q, right)

    def test_reductions(self):
        q, y, x = (0.07, 12), (0.051, -40), draw(5, 6, 4)
        for axes, keep in (((1, 2), 1), ((1, 2), 0), ((3,), 0), ((2,), 1), ((1, 2, 3), 0)):
            inner = tuple(a - 1 for a in axes)
            for name, total, scale in (("MEAN", False, y), ("MEAN", False, q), ("SUM", True, (0.9, 3))):
                with self.subTest(name=name, axes=axes):
                    right = micro.mean_or_sum(x, q, inner, scale, total)
                    self.compare([op(name, "x,a", "y", keep_dims=keep)], {"a": whole(*axes), "y": codes(scale, *right.shape)}, x, q, right)
            for name, f in (("REDUCE_MAX", numpy.max), ("REDUCE_MIN", numpy.min)):
                self.compare([op(name, "x,a", "y", keep_dims=keep)], {"a": whole(*axes), "y": codes(q, *f(x, inner).shape)}, x, q, f(x, inner))
        for axis in (1, 3):
            self.compare([op("ARG_MAX", "x,a", "y", output_type=2)], {"a": whole(axis), "y": Shaped(dtype="int32")}, x, q,
                         numpy.argmax(x, axis - 1).astype(numpy.int32))

    def test_activations(self):
        q, y, x = (0.05, -9), (0.034, -30), numpy.arange(-128, 128).astype(numpy.int8).reshape(4, 8, 8)
        for name, fused in (("RELU", RELU), ("RELU6", RELU6), ("RELU_N1_TO_1", RELU_N1_TO_1)):
            for scale in (q, y):
                with self.subTest(name=name, scale=scale):
                    self.compare([op(name, "x", "y")], {"y": codes(scale, 4, 8, 8)}, x, q, micro.relu(x, q, scale, fused))
        for alpha in (0.3, 0.01):
            self.compare([op("LEAKY_RELU", "x", "y", alpha=alpha)], {"y": codes(y, 4, 8, 8)}, x, q, micro.leaky_relu(x, q, alpha, y))

    def test_changes_of_scale(self):
        q, x = (0.05, -9), draw(4, 5, 3)
        for y in ((0.034, 5), (0.3, -100), (0.05, -9)):
            self.compare([op("QUANTIZE", "x", "y")], {"y": codes(y, 4, 5, 3)}, x, q, micro.requantize(x, q, y))
        self.compare([op("QUANTIZE", "x", "y")], {"y": codes((0.04, 110), 4, 5, 3, dtype="uint8")}, x, q, micro.requantize(x, q, (0.04, 110), 0))
        real = numpy.random.default_rng(3).standard_normal((4, 5, 3)).astype(numpy.float32)
        self.compare([op("QUANTIZE", "x", "y")], {"y": codes(q, 4, 5, 3)}, real, None, micro.quantize(real, q))


class Near(CodesTest):
    """Functions whose integers other tests pin down: here, that they are the right ones of the right numbers, within a step."""

    def near(self, ops, tensors, x, q, y, right):
        self.write("m.tflite", tflite_file.model(ops, tensors, {"x": codes(q, *x.shape)}, ["y"]))
        got = self.run_model("m.tflite", x)
        self.assertEqual(got.dtype, numpy.int8)
        off = abs((got.ravel().astype(int) - y[1]) * y[0] - numpy.asarray(right).ravel().clip((-128 - y[1]) * y[0], (127 - y[1]) * y[0]))
        self.assertLessEqual(off.max(), 1.01 * y[0], ops[0][0])

    def test_functions(self):
        q, x = (0.05, -9), numpy.arange(-128, 128).astype(numpy.int8).reshape(4, 8, 8)
        real = q[0] * (x.astype(float) - q[1])
        sigmoid = 1 / (1 + numpy.exp(-real))
        for name, y, right in (("LOGISTIC", (1 / 256, -128), sigmoid), ("TANH", (1 / 128, 0), numpy.tanh(real)),
                               ("HARD_SWISH", (0.04, -60), real * (real + 3).clip(0, 6) / 6),
                               ("ELU", (0.04, -60), numpy.where(real > 0, real, numpy.exp(real) - 1))):
            self.near([op(name, "x", "y")], {"y": codes(y, 4, 8, 8)}, x, q, y, right)

    def test_softmax(self):
        q, y, x = (0.1, 3), (1 / 256, -128), draw(3, 4, 7)
        powers = numpy.exp(q[0] * x.astype(float))
        self.near([op("SOFTMAX", "x", "y", beta=1.0)], {"y": codes(y, 3, 4, 7)}, x, q, y, powers / powers.sum(-1, keepdims=True))

    def test_resize(self):
        q, x = (0.1, 3), draw(3, 1, 2)
        rows = [x[r // 2] if r % 2 == 0 or r == 5 else (x[r // 2].astype(float) + x[r // 2 + 1]) / 2 for r in range(6)]
        right = q[0] * (numpy.stack(rows).astype(float).repeat(2, 1) - q[1])
        self.near([op("RESIZE_BILINEAR", "x,s", "y")], {"s": whole(6, 2), "y": codes(q, 6, 2, 2)}, x, q, q, right)


class Moved(CodesTest):
    def test_joins(self):
        q, x = (0.1, 3), draw(4, 5, 3)
        for axis in (1, 2, 3):
            self.compare([op("REVERSE_V2", "x,a", "r"), op("CONCATENATION", "x,r,c", "y", axis=axis)],
                         {"a": whole(1), "r": codes(q, 4, 5, 3), "c": Quantized(draw(1, 4, 5, 3, seed=9), *q),
                          "y": codes(q, *numpy.concatenate([x] * 3, axis - 1).shape)}, x, q,
                         numpy.concatenate([x, x[::-1], draw(4, 5, 3, seed=9)], axis - 1))
        self.compare([op("UNPACK", "x", "a,b,c", num=3, axis=3), op("PACK", "c,b,a", "y", count=3, axis=-1)],
                     {**{n: codes(q, 4, 5) for n in "abc"}, "y": codes(q, 4, 5, 3)}, x, q, x[..., ::-1])

    def test_pads(self):
        q, x, pads = (0.1, 3), draw(4, 5, 3), whole([0, 0], [1, 2], [3, 0], [0, 1])
        shape = numpy.pad(x, pads[1:]).shape
        self.compare([op("PAD", "x,p", "y")], {"p": pads, "y": codes(q, *shape)}, x, q, numpy.pad(x, pads[1:], constant_values=q[1]))
        self.compare([op("PADV2", "x,p,v", "y")], {"p": pads, "v": Quantized(numpy.int8(-77), *q), "y": codes(q, *shape)}, x, q,
                     numpy.pad(x, pads[1:], constant_values=-77))
        pads = whole([0, 0], [2, 1], [3, 0], [0, 0])
        self.compare([op("MIRROR_PAD", "x,p", "y", mode=0)], {"p": pads, "y": codes(q, 7, 8, 3)}, x, q, numpy.pad(x, pads[1:], mode="reflect"))

    def test_parts(self):
        q, x = (0.1, 3), draw(6, 6, 4)
        half, all_of = codes(q, 6, 6, 2), codes(q, 6, 6, 4)
        self.compare([op("SPLIT", "ax,x", "a,b", num_splits=2), op("CONCATENATION", "b,a", "y", axis=-1)],
                     {"ax": whole(3), "a": half, "b": half, "y": all_of}, x, q, numpy.concatenate([x[..., 2:], x[..., :2]], -1))
        self.compare([op("SLICE", "x,b,s", "y")], {"b": whole(0, 2, 1, 1), "s": whole(1, 3, -1, 2), "y": codes(q, 3, 5, 2)}, x, q, x[2:5, 1:, 1:3])
        self.compare([op("STRIDED_SLICE", "x,b,e,s", "y", begin_mask=15, end_mask=15)],
                     {"b": whole(0, 0, 0, 0), "e": whole(0, 0, 0, 0), "s": whole(1, 2, 2, 1), "y": codes(q, 3, 3, 4)}, x, q, x[::2, ::2])
        self.compare([op("GATHER", "x,i", "y", axis=-1)], {"i": whole(2, 0), "y": half}, x, q, x[..., [2, 0]])

    def test_orders_and_blocks(self):
        q, x = (0.1, 3), draw(4, 6, 4)
        self.compare([op("TRANSPOSE", "x,p", "y")], {"p": whole(0, 3, 1, 2), "y": codes(q, 4, 4, 6)}, x, q, x.transpose(2, 0, 1))
        self.compare([op("RESHAPE", "x,s", "r"), op("SQUEEZE", "r", "k"), op("EXPAND_DIMS", "k,a", "y")],
                     {"s": whole(1, 1, 96), "r": codes(q, 1, 96), "k": Quantized(None, *q, shape=(96,), dtype="int8"), "a": whole(0), "y": codes(q, 96)},
                     x, q, x)
        deep = x.reshape(2, 2, 3, 2, 4).transpose(0, 2, 1, 3, 4).reshape(2, 3, 16)
        self.compare([op("SPACE_TO_DEPTH", "x", "y", block_size=2)], {"y": codes(q, 2, 3, 16)}, x, q, deep)
        self.compare([op("DEPTH_TO_SPACE", "x", "y", block_size=2)], {"y": codes(q, 4, 6, 4)}, deep, q, x)

    def test_resize_nearest(self):
        q, x = (0.1, 3), draw(4, 6, 3)
        self.compare([op("RESIZE_NEAREST_NEIGHBOR", "x,s", "y")], {"s": whole(8, 12), "y": codes(q, 8, 12, 3)}, x, q, x.repeat(2, 0).repeat(2, 1))


class Mixed(CodesTest):
    def test_a_part_in_floats(self):
        """int8, then float, then int8 again; and int8 weights that a layer of floats reads, too."""
        x, q, y, w = draw(3, 3, 4), (0.05, 3), (0.1, -5), draw(4, 1, 1, 4, seed=2)
        tensors = {"w": Quantized(w, 0.01, 0), "c": codes(y, 3, 3, 4), "z": codes(y, 3, 3, 4)}
        first = micro.conv(x, q, w, [0.01] * 4, 0, y, (1, 1), (1, 1), SAME)
        real = numpy.float32(y[0]) * (first.astype(numpy.float32) - y[1])
        floats = real.astype(float) @ tensors["w"].floats().reshape(4, 4).T.astype(float)
        self.compare([op("CONV_2D", "x,w,", "c", **ONE), op("DEQUANTIZE", "c", "f"), op("CONV_2D", "f,w,", "g", **ONE), op("QUANTIZE", "g", "y")],
                     {**tensors, "y": codes((0.3, 1), 3, 3, 4)}, x, q, micro.quantize(floats, (0.3, 1)))


def check_emitted(target):
    """How many of the cases give other bytes through C."""
    from emitted import Model
    from machines import require_machine
    require_machine(target)
    wrong = 0
    for i, (name, data, x, answers) in enumerate(CASES):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "m.tflite")
            with open(path, "wb") as f:
                f.write(data)
            try:
                got = Model(os.environ["LCC"], path, folder, target=target, level="-O0" if target == "generic" else "-O1")([x])
                same = all(numpy.array_equal(a.ravel(), b.ravel()) if b.dtype.kind != "f" else numpy.allclose(a.ravel(), b.ravel()) for a, b in zip(got, answers))
                said = "other bytes"
            except RuntimeError as error:
                same, said = False, str(error)
            if not same:
                wrong += 1
                print(f"FAIL {target}, case {i}, {name}: {said}", flush=True)
    print(f"{len(CASES)} files for {target}, {wrong} wrong")
    return wrong


if __name__ == "__main__":
    targets = sys.argv[sys.argv.index("--target") + 1:] if "--target" in sys.argv else []
    passed = unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful()
    sys.exit(0 if passed and CASES and not sum(check_emitted(t) for t in targets) else 1)
