#!/usr/bin/env python3
"""Every operator of TensorFlow Lite that lcc knows, in small files that tflite_file.py writes: the interpreter's answers against
NumPy and PyTorch, and the .net file that --emit net makes of it against the file. Then the same answers against TensorFlow Lite's
own runtime, where npm has it (get_runtime.sh)."""
import sys
import unittest

try:
    import flatbuffers  # noqa: F401
    import torch
except ImportError as missing:
    print(f"skipped: no module {missing.name}")
    sys.exit(77)
import numpy
import runtime
from lite import CASES, LiteTest, numbers, op, tflite_file, whole
from tflite_file import NONE, RELU, RELU6, RELU_N1_TO_1, SAME, VALID, Quantized, Shaped

functional = torch.nn.functional
FUSED = {NONE: lambda y: y, RELU: lambda y: y.clip(0), RELU6: lambda y: y.clip(0, 6), RELU_N1_TO_1: lambda y: y.clip(-1, 1)}


def planes(x):
    return torch.from_numpy(numpy.asarray(x, float)).permute(2, 0, 1)[None]


def pixels(y):
    return y[0].permute(1, 2, 0).numpy()


def pad(x, kernel, stride, dilation, padding, value=0.0):
    """TensorFlow's padding: (height, width) of each; the odd row and column behind."""
    pads = []
    for i in (1, 0):
        reach = (kernel[i] - 1) * dilation[i] + 1
        more = max((-(-x.shape[2 + i] // stride[i]) - 1) * stride[i] + reach - x.shape[2 + i], 0) if padding == SAME else 0
        pads += [more // 2, more - more // 2]
    return functional.pad(x, pads, value=value)


def convolve(x, w, b, stride, dilation, padding, groups):
    """w [out, kh, kw, in]."""
    y = pad(planes(x), w.shape[1:3], stride, dilation, padding)
    b = None if b is None else torch.from_numpy(b.astype(float))
    return pixels(functional.conv2d(y, torch.from_numpy(w.astype(float)).permute(0, 3, 1, 2), b, stride, 0, dilation, groups))


class Layers(LiteTest):
    def test_conv(self):
        for stride, dilation, kernel, padding, fused, groups, biased in (
                ((1, 1), (1, 1), (3, 3), SAME, NONE, 1, True), ((2, 2), (1, 1), (3, 3), SAME, RELU, 1, True),
                ((2, 1), (1, 1), (1, 5), VALID, RELU6, 1, True), ((1, 1), (2, 3), (3, 2), SAME, RELU_N1_TO_1, 1, False),
                ((3, 2), (1, 1), (2, 2), SAME, RELU, 2, True)):
            with self.subTest(stride=stride, dilation=dilation, kernel=kernel, fused=fused):
                x, w, b = numbers(11, 10, 6), numbers(8, *kernel, 6 // groups, seed=2), numbers(8, seed=3) if biased else None
                options = dict(padding=padding, stride_h=stride[0], stride_w=stride[1], activation=fused)
                if dilation != (1, 1):
                    options.update(dilation_h=dilation[0], dilation_w=dilation[1])
                tensors = {"model/conv2d/Conv2D": w, "b": b} if biased else {"model/conv2d/Conv2D": w}
                wanted = FUSED[fused](convolve(x, w, b, stride, dilation, padding, groups))
                text = self.compare([op("CONV_2D", "x,model/conv2d/Conv2D," + ("b" if biased else ""), "y", **options)], tensors, x, wanted,
                                    runs=biased)
                self.assertIn('@"model/conv2d"', text)

    def test_depthwise(self):
        for stride, dilation, kernel, padding, fused, channels, multiplier in (
                ((1, 1), (1, 1), (3, 3), SAME, RELU6, 5, 1), ((2, 2), (1, 1), (3, 3), SAME, NONE, 4, 2),
                ((1, 1), (2, 2), (3, 3), VALID, RELU, 3, 3), ((1, 2), (1, 1), (5, 4), SAME, NONE, 1, 4)):
            with self.subTest(stride=stride, dilation=dilation, kernel=kernel, multiplier=multiplier):
                out = channels * multiplier
                x, w, b = numbers(9, 12, channels), numbers(1, *kernel, out, seed=2), numbers(out, seed=3)
                turned = w.transpose(3, 1, 2, 0)
                wanted = FUSED[fused](convolve(x, turned, b, stride, dilation, padding, channels))
                name = "bn/FusedBatchNormV3;model/dw/depthwise;model/dw/BiasAdd"
                text = self.compare([op("DEPTHWISE_CONV_2D", f"x,{name},b", "y", padding=padding, stride_h=stride[0], stride_w=stride[1],
                                        multiplier=multiplier, activation=fused, dilation_h=dilation[0], dilation_w=dilation[1])],
                                    {name: w, "b": b}, x, wanted)
                self.assertIn('@"model/dw"', text)

    def test_transpose_conv(self):
        """The gradient of a convolution: the truth is PyTorch's transposed one, cut to the size that is asked for."""
        for kernel, stride, padding, size, fused in (
                ((3, 3), (2, 2), SAME, (8, 10), NONE), ((3, 3), (2, 2), SAME, (7, 9), RELU), ((2, 2), (2, 2), VALID, (8, 10), NONE),
                ((4, 3), (2, 3), VALID, (10, 15), RELU6), ((2, 2), (3, 3), SAME, (12, 15), NONE), ((5, 4), (1, 2), SAME, (4, 10), NONE),
                ((2, 2), (3, 3), VALID, (11, 14), NONE)):
            for biased in (False, True):
                with self.subTest(kernel=kernel, stride=stride, padding=padding, size=size):
                    x, w, b = numbers(4, 5, 3), numbers(6, *kernel, 3, seed=2), numbers(6, seed=3) if biased else numpy.zeros(6)
                    full = functional.conv_transpose2d(planes(x), torch.from_numpy(w.astype(float)).permute(3, 0, 1, 2), None, stride)
                    cuts = [max(full.shape[2 + i] - size[i], 0) // 2 if padding == SAME else 0 for i in (0, 1)]
                    full = functional.pad(full, (0, stride[1], 0, stride[0]))
                    wanted = pixels(full[:, :, cuts[0]:cuts[0] + size[0], cuts[1]:cuts[1] + size[1]]) + b
                    self.compare([op("TRANSPOSE_CONV", "s,w,x" + (",b" if biased else ""), "y", padding=padding, stride_h=stride[0],
                                     stride_w=stride[1], activation=fused)],
                                 {"s": whole(1, *size, 6), "w": w, **({"b": b} if biased else {})}, x, FUSED[fused](wanted),
                                 runs=fused == NONE) # older runtimes know no fused function here

    def test_mediapipe_transpose_conv(self):
        for kernel, stride, padding in ((2, 2, SAME), (3, 2, SAME), (3, 2, VALID), (2, 2, VALID)):
            x, w, b = numbers(4, 5, 3), numbers(6, kernel, kernel, 3, seed=2), numbers(6, seed=3)
            full = pixels(functional.conv_transpose2d(planes(x), torch.from_numpy(w.astype(float)).permute(3, 0, 1, 2), None, stride)) + b
            cut, size = (kernel - stride) // 2, [4 * stride, 5 * stride]
            wanted = full[cut:cut + size[0], cut:cut + size[1]] if padding == SAME else full
            options = numpy.array([padding + 1, stride, stride], "<i4").tobytes()
            self.compare([op("CUSTOM", "x,w,b", "y", custom="Convolution2DTransposeBias", custom_options=options)], {"w": w, "b": b}, x,
                         wanted, runs=False) # the runtime that npm has does not know it

    def test_fully_connected(self):
        w, b = numbers(7, 24, seed=2), numbers(7, seed=3)
        for shape in ((24,), (2, 3, 4)):
            x = numbers(*shape)
            wanted = (w.astype(float) @ x.ravel() + b).clip(0)
            self.compare([op("FULLY_CONNECTED", "x,w,b", "y", activation=RELU)], {"w": w, "b": b}, x, wanted)
            self.compare([op("FULLY_CONNECTED", "x,w,", "y")], {"w": w}, x, w.astype(float) @ x.ravel())
        x, w = numbers(5, 6, 4), numbers(3, 4, seed=2)
        for keep in (0, 1):
            self.compare([op("FULLY_CONNECTED", "x,w", "y", keep_num_dims=keep)], {"w": w}, x, x.astype(float) @ w.T)

    def test_weights_that_are_widened(self):
        x, w = numbers(6, 6, 3), numbers(4, 3, 3, 3, seed=2)
        halves = w.astype(numpy.float16)
        b = numbers(4, seed=3)
        run = [op("CONV_2D", "x,wide,b", "y", stride_w=1, stride_h=1)]
        wanted = convolve(x, halves.astype(numpy.float32), b, (1, 1), (1, 1), SAME, 1)
        self.compare([op("DEQUANTIZE", "w", "wide")] + run, {"w": halves, "b": b}, x, wanted)
        done = self.lcc("m.tflite", "-o", "m.c")
        self.assertEqual((done.returncode, done.stderr), (0, "m.tflite: note: weights of float16 become f32: 1 tensor\n"))
        whole_weights = numpy.random.default_rng(5).integers(-127, 128, w.shape).astype(numpy.int8)
        one = Quantized(whole_weights, 0.02, 3)
        each = Quantized(whole_weights, [0.01, 0.02, 0.5, 3], [0, 0, 0, 0])
        inner = Quantized(whole_weights, [0.01, 0.02, 0.5], [0, 0, 0], axis=3)
        for weights in (one, each, inner):
            wanted = convolve(x, weights.floats(), b, (1, 1), (1, 1), SAME, 1)
            self.compare([op("DEQUANTIZE", "w", "wide")] + run, {"w": weights, "b": b}, x, wanted, tolerance=1e-4)
            # TensorFlow Lite rounds the activations to 8 bits here.
            self.compare([op("CONV_2D", "x,w,b", "y", stride_w=1, stride_h=1)], {"w": weights, "b": b}, x, wanted, tolerance=1e-4, runs=False)
        done = self.lcc("m.tflite", "-o", "m.c")
        self.assertEqual(done.stderr, "m.tflite: note: weights of integers with scales become f32: 1 tensor\n")

    def test_pools(self):
        x = numbers(9, 10, 4)
        for kernel, stride, padding, fused in (((3, 3), (2, 2), SAME, NONE), ((2, 2), (2, 2), VALID, RELU), ((3, 2), (1, 2), SAME, RELU6)):
            options = dict(height=kernel[0], width=kernel[1], stride_h=stride[0], stride_w=stride[1], padding=padding, activation=fused)
            filled = pad(planes(x), kernel, stride, (1, 1), padding, -numpy.inf)
            self.compare([op("MAX_POOL_2D", "x", "y", **options)], {}, x, FUSED[fused](pixels(functional.max_pool2d(filled, kernel, stride))))
            sums = functional.avg_pool2d(pad(planes(x), kernel, stride, (1, 1), padding), kernel, stride)
            counts = functional.avg_pool2d(pad(torch.ones_like(planes(x)), kernel, stride, (1, 1), padding), kernel, stride)
            self.compare([op("AVERAGE_POOL_2D", "x", "y", **options)], {}, x, FUSED[fused](pixels(sums / counts)))

    def test_means(self):
        x = numbers(5, 6, 4)
        for axes, keep in (((1, 2), 0), ((1, 2), 1), ((-2, -3), 0), ((1,), 1), ((2,), 0)):
            wanted = x.astype(float)[None].mean(tuple(axes))
            self.compare([op("MEAN", "x,a", "y", keep_dims=keep)], {"a": whole(*axes)}, x, wanted)

    def test_reductions(self):
        x = numbers(5, 6, 4)
        wide = x.astype(float)[None]
        for name, f in (("SUM", numpy.sum), ("MEAN", numpy.mean), ("REDUCE_MAX", numpy.max), ("REDUCE_MIN", numpy.min), ("REDUCE_PROD", numpy.prod)):
            for axes, keep in (((3,), 0), ((1, 2), 1), ((1,), 0), ((-2,), 1), ((1, 2, 3), 0), ((2, 3), 0), ((1, 3), 1)):
                with self.subTest(name=name, axes=axes, keep=keep):
                    self.compare([op(name, "x,a", "y", keep_dims=keep)], {"a": whole(*axes)}, x, f(wide, axes))
        for axis in (1, 2, -1):
            for name, f in (("ARG_MAX", numpy.argmax), ("ARG_MIN", numpy.argmin)):
                self.compare([op(name, "x,a", "y", output_type=2)], {"a": whole(axis), "y": Shaped(dtype="int32")}, x, f(wide, axis))

    def test_norms(self):
        x = numbers(5, 6, 7)
        t = torch.from_numpy(x.astype(float))
        self.compare([op("L2_NORMALIZATION", "x", "y")], {}, x, functional.normalize(t, dim=-1, eps=1e-6))
        self.compare([op("LOG_SOFTMAX", "x", "y")], {}, x, functional.log_softmax(t, -1))
        sums = functional.pad(t * t, (2, 2)).unfold(-1, 5, 1).sum(-1)
        self.compare([op("LOCAL_RESPONSE_NORMALIZATION", "x", "y", radius=2, bias=1.5, alpha=0.3, beta=0.75)], {}, x, t / (1.5 + 0.3 * sums) ** 0.75)

    def test_pad(self):
        x = numbers(5, 4, 3)
        pads = whole([0, 0], [1, 2], [3, 0], [0, 1])
        self.compare([op("PAD", "x,p", "y")], {"p": pads}, x, numpy.pad(x, pads[1:]))
        self.compare([op("PADV2", "x,p,v", "y")], {"p": pads, "v": numpy.float32(-2.5)}, x, numpy.pad(x, pads[1:], constant_values=-2.5))
        self.compare([op("PAD", "x,p", "r"), op("RELU", "r", "y")], {"p": whole(*[[0, 0]] * 4)}, x, x.clip(0))
        rows = numbers(5, 4)
        self.compare([op("PAD", "x,p", "y")], {"p": whole([0, 0], [1, 2], [3, 0])}, rows, numpy.pad(rows, ((1, 2), (3, 0))))
        for mode, name, pads in ((0, "reflect", whole([0, 0], [2, 1], [3, 0], [0, 0])), (1, "symmetric", whole([0, 0], [1, 1], [0, 1], [0, 0]))):
            self.compare([op("MIRROR_PAD", "x,p", "y", mode=mode)], {"p": pads}, x, numpy.pad(x, pads[1:], mode=name))


def resize(x, size, linear, corners, half):
    """As TensorFlow Lite's reference kernels do it."""
    for axis in (0, 1):
        n, out = x.shape[axis], size[axis]
        scale = (n - 1) / (out - 1) if corners and out > 1 else n / out
        rows = []
        for i in range(out):
            if linear:
                place = (i + 0.5) * scale - 0.5 if half else i * scale
                low, high = max(int(numpy.floor(place)), 0), min(int(numpy.ceil(place)), n - 1)
                rows.append(x.take(low, axis) * (1 - (place - low)) + x.take(high, axis) * (place - low))
            else:
                place = (i + (0.5 if half else 0)) * scale
                rows.append(x.take(min(int(numpy.floor(place + 0.5) if corners else numpy.floor(place)), n - 1), axis))
        x = numpy.stack(rows, axis)
    return x


class Resized(LiteTest):
    def test_blocks(self):
        x = numbers(4, 6, 8)
        deep = x.reshape(2, 2, 3, 2, 8).transpose(0, 2, 1, 3, 4).reshape(2, 3, 32)
        self.compare([op("SPACE_TO_DEPTH", "x", "y", block_size=2)], {}, x, deep)
        self.compare([op("DEPTH_TO_SPACE", "x", "y", block_size=2)], {}, deep, x)

    def test_resize(self):
        x = numbers(5, 4, 3)
        for size in ((10, 8), (15, 12), (7, 9), (3, 2), (1, 1), (5, 4)):
            for name, linear in (("RESIZE_BILINEAR", True), ("RESIZE_NEAREST_NEIGHBOR", False)):
                for corners, half in ((0, 0), (1, 0), (0, 1)):
                    with self.subTest(name=name, size=size, corners=corners, half=half):
                        text = self.compare([op(name, "x,s", "r", align_corners=corners, half_pixel_centers=half), op("NEG", "r", "y")],
                                            {"s": whole(*size)}, x, -resize(x.astype(float), size, linear, corners, half))
                        if size == (10, 8) and (half if linear else not corners):
                            self.assertIn("upsample(2", text)


class OneNumber(LiteTest):
    def test_activations(self):
        x = numbers(5, 4, 3) * 3
        t = torch.from_numpy(x.astype(float))
        for name, wanted, options in (
                ("RELU", x.clip(0), {}), ("RELU6", x.clip(0, 6), {}), ("RELU_N1_TO_1", x.clip(-1, 1), {}), ("RELU_0_TO_1", x.clip(0, 1), {}),
                ("LOGISTIC", torch.sigmoid(t), {}), ("TANH", torch.tanh(t), {}), ("HARD_SWISH", functional.hardswish(t), {}),
                ("LEAKY_RELU", functional.leaky_relu(t, 0.3), {"alpha": 0.3}), ("NEG", -x, {}), ("ABS", abs(x), {}),
                ("EXP", torch.exp(t), {}), ("ELU", functional.elu(t), {}), ("FLOOR", numpy.floor(x), {}), ("CEIL", numpy.ceil(x), {}),
                ("ROUND", numpy.round(x), {}), ("SIGN", numpy.sign(x), {}), ("SQUARE", x * x, {}),
                ("GELU", functional.gelu(t), {}), ("GELU", functional.gelu(t, approximate="tanh"), {"approximate": 1})):
            with self.subTest(name=name):
                self.compare([op(name, "x", "y", **options)], {}, x, wanted)
        positive = abs(x) + 0.1
        for name, wanted in (("LOG", numpy.log(positive)), ("SQRT", numpy.sqrt(positive)), ("RSQRT", 1 / numpy.sqrt(positive))):
            self.compare([op(name, "x", "y")], {}, positive, wanted)
        self.compare([op("POW", "x,e", "y")], {"e": numpy.float32(1.7)}, positive, positive.astype(float) ** numpy.float32(1.7))
        self.compare([op("RELU", "x", "r"), op("SQUARED_DIFFERENCE", "x,r", "y")], {}, x, (x - x.clip(0)) ** 2)

    def test_prelu(self):
        x, slope = numbers(5, 4, 3), numbers(1, 1, 3, seed=2)
        self.compare([op("PRELU", "x,s", "y")], {"s": slope}, x, numpy.where(x > 0, x, slope * x))

    def test_softmax(self):
        x = numbers(3, 4, 7)
        for beta in (1.0, 0.5):
            wanted = functional.softmax(torch.from_numpy(x.astype(float)) * beta, -1)
            self.compare([op("SOFTMAX", "x", "y", beta=beta)], {}, x, wanted)
        self.compare([op("SOFTMAX", "x", "y", beta=1.0)], {}, x[0, 0], functional.softmax(torch.from_numpy(x[0, 0].astype(float)), -1))

    def test_casts(self):
        x = numpy.random.default_rng(3).integers(0, 256, (4, 5, 3)).astype(numpy.uint8)
        scaled = x / 128.0 - 1
        self.compare([op("CAST", "x", "f", from_type=3, to_type=0), op("MUL", "f,s", "m"), op("ADD", "m,o", "y")],
                     {"f": Shaped(dtype="float32"), "s": numpy.float32(1 / 128), "o": numpy.float32(-1)}, x, scaled)
        self.write("m.tflite", tflite_file.model([op("DEQUANTIZE", "x", "y")], {},
                                                 {"x": Quantized(None, 0.5, 128, shape=(1, 4, 5, 3), dtype="uint8")}, ["y"]))
        numpy.testing.assert_allclose(self.run_model("m.tflite", x), 0.5 * (x.astype(float) - 128))


class Arithmetic(LiteTest):
    def test_two_tensors(self):
        x = numbers(4, 5, 3)
        for name, wanted in (("ADD", x + 2 * x.clip(0)), ("SUB", x - 2 * x.clip(0)), ("MUL", x * 2 * x.clip(0))):
            for fused in (NONE, RELU, RELU6, RELU_N1_TO_1):
                with self.subTest(name=name, fused=fused):
                    self.compare([op("RELU", "x", "r"), op("MUL", "r,two", "t"), op(name, "x,t", "y", activation=fused)],
                                 {"two": numpy.float32(2)}, x, FUSED[fused](wanted))
        self.compare([op("RELU", "x", "r"), op("NEG", "x", "n"), op("ADD_N", "x,r,n", "y")], {}, x, x.clip(0))

    def test_a_tensor_and_a_constant(self):
        x, c = numbers(4, 5, 3), abs(numbers(3, seed=4)) + 0.5
        for name, wanted in (("ADD", x + c), ("SUB", x - c), ("MUL", x * c), ("DIV", x / c)):
            self.compare([op(name, "x,c", "y", activation=RELU)], {"c": c}, x, wanted.clip(0))
        self.compare([op("SUB", "c,x", "y")], {"c": c}, x, c - x)

    def test_largest_smallest_quotient_and_power(self):
        x = numbers(4, 5, 3)
        r, row = x.clip(0) + 0.5, abs(x).mean((0, 1)) + 0.5
        before = [op("RELU", "x", "p"), op("ADD", "p,half", "r"), op("ABS", "x", "b"), op("MEAN", "b,a", "m", keep_dims=1), op("ADD", "m,half", "row")]
        tensors = {"half": numpy.float32(0.5), "a": whole(1, 2)}
        for name, f in (("MAXIMUM", numpy.maximum), ("MINIMUM", numpy.minimum), ("DIV", numpy.divide)):
            self.compare(before + [op(name, "x,r", "y")], tensors, x, f(x, r))
            self.compare(before + [op(name, "x,row", "y")], tensors, x, f(x, row))
            self.compare(before + [op(name, "row,r", "y")], tensors, x, f(row, r))
        self.compare(before + [op("POW", "r,x", "y")], tensors, x, r.astype(float) ** x)
        self.compare(before + [op("DIV", "two,r", "y")], {**tensors, "two": numpy.float32(2)}, x, 2 / r)
        for name, wanted in (("MAXIMUM", x.clip(0.25)), ("MINIMUM", x.clip(None, 0.25))):
            self.compare([op(name, "x,c", "y")], {"c": numpy.float32(0.25)}, x, wanted)
            self.compare([op(name, "c,x", "y")], {"c": numpy.full(1, 0.25, numpy.float32)}, x, wanted)

    def test_squeeze_and_excite(self):
        x, w, v = numbers(6, 6, 4), numbers(2, 1, 1, 4, seed=2), numbers(4, 1, 1, 2, seed=3)
        mean = x.astype(float).mean((0, 1))
        gate = 1 / (1 + numpy.exp(-(v[:, 0, 0] @ (w[:, 0, 0] @ mean).clip(0))))
        conv = dict(stride_w=1, stride_h=1)
        text = self.compare([op("MEAN", "x,a", "m", keep_dims=1), op("CONV_2D", "m,w,none", "c", activation=RELU, **conv),
                             op("CONV_2D", "c,v,zeros", "d", **conv), op("LOGISTIC", "d", "g"), op("MUL", "x,g", "y")],
                            {"a": whole(1, 2), "w": w, "v": v, "none": numpy.zeros(2, numpy.float32), "zeros": numpy.zeros(4, numpy.float32)}, x,
                            x * gate)
        self.assertIn("sigmoid", text)

    def test_constants_are_folded(self):
        """Everything but the last operator is about constants."""
        x, c = numbers(4, 5, 6), numbers(2, 3, seed=2)
        expected = (c.T + c.T).reshape(-1)
        self.compare([op("TRANSPOSE", "c,p", "t"), op("ADD", "t,t", "s"), op("SHAPE", "s", "n", out_type=2), op("REDUCE_PROD", "n,z", "k", keep_dims=1),
                      op("RESHAPE", "s,k", "f"), op("ADD", "x,f", "y")], {"c": c, "p": whole(1, 0), "z": whole(0), "n": Shaped(dtype="int32"), "k": Shaped(dtype="int32")}, x, x + expected)
        numbers_of = {"MUL": c * 2, "SUB": c - 2, "DIV": c / 2, "MAXIMUM": c.clip(2), "MINIMUM": c.clip(None, 2),
                      "FLOOR_DIV": numpy.floor(c / 2)}
        for name, wanted in numbers_of.items():
            with self.subTest(name=name):
                self.compare([op(name, "c,two", "s"), op("RESHAPE", "s,k", "f"), op("ADD", "x,f", "y")],
                             {"c": c, "two": numpy.float32(2), "k": whole(6)}, x, x + wanted.ravel())
        self.compare([op("NEG", "c", "s"), op("EXPAND_DIMS", "s,z", "e"), op("SPLIT", "ax,e", "a,b", num_splits=2),
                      op("CONCATENATION", "b,a", "j", axis=-2), op("SQUEEZE", "j", "q", squeeze_dims=[0]), op("RESHAPE", "q,k", "f"),
                      op("ADD", "x,f", "y")], {"c": c, "z": whole(0), "ax": whole(1), "k": whole(-1)}, x, x - c[::-1].ravel())
        self.compare([op("RANGE", "zero,six,one", "r"), op("CAST", "r", "f", from_type=2, to_type=0), op("ADD", "x,f", "y")],
                     {"zero": numpy.int32(0), "six": numpy.int32(6), "one": numpy.int32(1), "f": Shaped(dtype="float32")}, x,
                     x + numpy.arange(6))


    def test_select(self):
        x = numbers(4, 5, 3)
        mask = numpy.random.default_rng(3).integers(0, 2, (1, 4, 5, 3)).astype(bool)
        self.compare([op("NEG", "x", "n"), op("SELECT_V2", "m,x,n", "y")], {"m": mask}, x, numpy.where(mask[0], x, -x))
        self.compare([op("NEG", "x", "n"), op("SELECT", "m,x,n", "y")], {"m": mask}, x, numpy.where(mask[0], x, -x))

    def test_constants_of_any_shape(self):
        x = numbers(4, 5, 3)
        for shape in ((4, 5, 3), (4, 1, 3), (5, 1), (1, 4, 1, 1)):
            c = abs(numbers(*shape, seed=5)) + 0.5
            for name, wanted in (("ADD", x + c), ("SUB", x - c), ("MUL", x * c), ("DIV", x / c), ("MAXIMUM", numpy.maximum(x, c))):
                with self.subTest(name=name, shape=shape):
                    self.compare([op(name, "x,c", "y")], {"c": c}, x, wanted)

    def test_attention(self):
        """A head of attention over tokens: products of tensors, and a softmax."""
        x = numbers(6, 8)
        w = [numbers(4, 8, seed=k) for k in (2, 3, 4)]
        q, k, v = (x.astype(float) @ m.T for m in w)
        scores = q @ k.T / 2
        share = numpy.exp(scores - scores.max(-1, keepdims=True))
        zeros = {f"b{i}": numpy.zeros(4, numpy.float32) for i in range(3)}
        dense = [op("FULLY_CONNECTED", f"x,w{i},b{i}", name, keep_num_dims=1) for i, name in enumerate("qkv")]
        self.compare([*dense, op("BATCH_MATMUL", "q,k", "s", adj_x=0, adj_y=1), op("MUL", "s,half", "t"), op("SOFTMAX", "t", "p", beta=1.0),
                      op("BATCH_MATMUL", "p,v", "y", adj_x=0, adj_y=0)],
                     {**{f"w{i}": m for i, m in enumerate(w)}, **zeros, "half": numpy.float32(0.5)}, x,
                     share / share.sum(-1, keepdims=True) @ v)

    def test_product_with_a_matrix(self):
        x = numbers(5, 6)
        for flip in (0, 1):
            w = numbers(*((4, 6) if flip else (6, 4)), seed=2)
            wanted = x.astype(float) @ (w.T if flip else w)
            self.compare([op("BATCH_MATMUL", "x,w", "y", adj_x=0, adj_y=flip)], {"w": w}, x, wanted)
        turned = numbers(5, 3, seed=4)
        self.compare([op("BATCH_MATMUL", "x,w", "y", adj_x=1)], {"w": turned}, x, x.T.astype(float) @ turned)


class Rearranged(LiteTest):
    def test_shuffle(self):
        x = numbers(3, 4, 6)
        wanted = x.reshape(3, 4, 2, 3).transpose(0, 1, 3, 2).reshape(3, 4, 6)
        text = self.compare([op("RESHAPE", "x,a", "r"), op("TRANSPOSE", "r,p", "t"), op("RESHAPE", "t,", "q", new_shape=[-1, 3, 4, 6]),
                             op("RELU", "q", "y")], {"a": whole(1, 3, 4, 2, 3), "p": whole(0, 1, 2, 4, 3)}, x, wanted.clip(0))
        self.assertIn("shuffle(2)", text)

    def test_reshape(self):
        x = numbers(3, 4, 6)
        self.compare([op("RESHAPE", "x,s", "r"), op("RELU", "r", "y")], {"s": whole(-1, 72)}, x, x.clip(0))
        self.compare([op("MEAN", "x,a", "m", keep_dims=1), op("SQUEEZE", "m", "s"), op("EXPAND_DIMS", "s,z", "e"), op("RELU", "e", "y")],
                     {"a": whole(1, 2), "z": whole(0)}, x, x.astype(float).mean((0, 1)).clip(0))
        self.compare([op("MEAN", "x,a", "m", keep_dims=1), op("SQUEEZE", "m", "s", squeeze_dims=[1, -2]), op("RELU", "s", "y")],
                     {"a": whole(1, 2)}, x, x.astype(float).mean((0, 1)).clip(0))

    def test_parts_of_the_channels(self):
        x = numbers(3, 4, 6)
        join = op("CONCATENATION", "b,a", "y", axis=-1)
        halves = numpy.concatenate([x[..., 3:], x[..., :3]], -1)
        self.compare([op("SPLIT", "ax,x", "a,b", num_splits=2), join], {"ax": whole(3)}, x, halves)
        self.compare([op("SPLIT_V", "x,n,ax", "a,b", num_splits=2), join], {"ax": whole(-1), "n": whole(2, -1)}, x,
                     numpy.concatenate([x[..., 2:], x[..., :2]], -1))
        self.compare([op("SLICE", "x,b1,s1", "a"), op("SLICE", "x,b2,s2", "b"), join],
                     {"b1": whole(0, 0, 0, 0), "s1": whole(1, 3, 4, 3), "b2": whole(0, 0, 0, 3), "s2": whole(-1, -1, -1, -1)}, x, halves)
        self.compare([op("STRIDED_SLICE", "x,b,e,s", "y", ellipsis_mask=1, end_mask=2)], {"b": whole(0, 2), "e": whole(0, 0), "s": whole(1, 1)},
                     x, x[..., 2:])
        self.compare([op("GATHER", "x,i", "y", axis=-1)], {"i": whole(2, 3, 4)}, x, x[..., 2:5])
        self.compare([op("CONCATENATION", "x,x", "y", axis=3, activation=RELU)], {}, x, numpy.concatenate([x, x], -1).clip(0),
                     runs=False)

    def test_joins_along_any_axis(self):
        x = numbers(4, 5, 3)
        for axis in (1, 2, 3):
            self.compare([op("NEG", "x", "n"), op("CONCATENATION", "x,n,x", "y", axis=axis)], {}, x, numpy.concatenate([x, -x, x], axis - 1))
        self.compare([op("NEG", "x", "n"), op("PACK", "x,n", "p", count=2, axis=1), op("TRANSPOSE", "p,o", "y")], {"o": whole(0, 2, 4, 1, 3)},
                     x, numpy.stack([x, -x]).transpose(1, 3, 0, 2))
        self.compare([op("NEG", "x", "n"), op("PACK", "x,n", "y", count=2, axis=4)], {}, x, numpy.stack([x, -x], 3))
        self.compare([op("UNPACK", "x", "a,b,c,d", num=4, axis=1), op("ADD", "a,d", "y")], {}, x, x[0] + x[3])

    def test_boxes_of_two_heads(self):
        """As detectors have them: each head's map becomes a list of boxes, and the lists are joined."""
        x, w, v = numbers(8, 8, 3), numbers(6, 3, 3, 3, seed=2), numbers(4, 3, 3, 6, seed=3)
        zeros = {"b6": numpy.zeros(6, numpy.float32), "b4": numpy.zeros(4, numpy.float32)}
        first = convolve(x, w, None, (2, 2), (1, 1), SAME, 1)
        second = convolve(first, v, None, (2, 2), (1, 1), SAME, 1)
        wanted = numpy.concatenate([first.reshape(-1, 2), second.reshape(-1, 2)])
        conv = dict(stride_w=2, stride_h=2)
        self.compare([op("CONV_2D", "x,w,b6", "f", **conv), op("CONV_2D", "f,v,b4", "g", **conv), op("RESHAPE", "f,s", "l"),
                      op("RESHAPE", "g,t", "m"), op("CONCATENATION", "l,m", "y", axis=1)],
                     {"w": w, "v": v, "s": whole(1, 48, 2), "t": whole(1, 8, 2), **zeros}, x, wanted)

    def test_strided_slices(self):
        x = numbers(6, 6, 5)
        self.compare([op("STRIDED_SLICE", "x,b,e,s", "y", begin_mask=15, end_mask=15)],
                     {"b": whole(0, 0, 0, 0), "e": whole(0, 0, 0, 0), "s": whole(1, 2, 2, 1)}, x, x[::2, ::2])
        self.compare([op("STRIDED_SLICE", "x,b,e,s", "y", begin_mask=7, end_mask=7, shrink_axis_mask=8)],
                     {"b": whole(0, 0, 0, -1), "e": whole(0, 0, 0, 0), "s": whole(1, 1, 1, 1)}, x, x[..., 4])
        self.compare([op("STRIDED_SLICE", "x,b,e,s", "r", begin_mask=1, end_mask=1, new_axis_mask=2), op("SQUEEZE", "r", "q", squeeze_dims=[1]),
                      op("RELU", "q", "y")], {"b": whole(0, 0), "e": whole(1, 0), "s": whole(1, 1)}, x, x.clip(0))

    def test_parts_of_any_axis(self):
        x = numbers(6, 5, 4)
        self.compare([op("STRIDED_SLICE", "x,b,e,s", "y", end_mask=8)],
                     {"b": whole(0, 1, -1, 0), "e": whole(1, 6, 0, 0), "s": whole(1, 2, -2, 1)}, x, x[1::2, -1:0:-2])
        self.compare([op("SLICE", "x,b,s", "y")], {"b": whole(0, 2, 1, 1), "s": whole(1, 3, -1, 2)}, x, x[2:5, 1:, 1:3])
        self.compare([op("GATHER", "x,i", "y", axis=1)], {"i": whole(1, 2, 3)}, x, x[1:4])
        self.compare([op("REVERSE_V2", "x,a", "y")], {"a": whole(2)}, x, x[:, ::-1])
        self.compare([op("REVERSE_V2", "x,a", "y")], {"a": whole(1, -1)}, x, x[::-1, :, ::-1], runs=False) # only newer runtimes
        self.compare([op("SPLIT", "a,x", "t,u", num_splits=2), op("SUB", "t,u", "y")], {"a": whole(1)}, x, x[:3] - x[3:])
        self.compare([op("RESHAPE", "x,r", "v"), op("STRIDED_SLICE", "v,b,e,s", "y", begin_mask=21, end_mask=21)],
                     {"r": whole(1, 2, 3, 5, 4), "b": whole(0, 1, 0, 2, 0), "e": whole(0, 2, 0, 4, 0), "s": whole(1, 1, 1, 1, 1)}, x,
                     x.reshape(2, 3, 5, 4)[1:2, :, 2:4])

    def test_pack_and_unpack(self):
        x = numbers(4, 5, 3)
        self.compare([op("UNPACK", "x", "a,b,c", num=3, axis=3), op("PACK", "c,b,a", "y", count=3, axis=-1)], {}, x, x[..., ::-1])
        c = numbers(2, 3, seed=2)
        self.compare([op("UNPACK", "c", "a,b", num=2, axis=0), op("PACK", "b,a", "p", count=2, axis=1), op("RESHAPE", "p,s", "f"),
                      op("UNPACK", "x", "u,v,w", num=3, axis=-1), op("PACK", "u,v,w,u,v,w", "q", count=6, axis=3), op("ADD", "q,f", "y")],
                     {"c": c, "s": whole(6)}, x, numpy.concatenate([x, x], -1) + c[::-1].T.ravel())


class Files(LiteTest):
    def test_names_and_sizes(self):
        w = numbers(4, 1, 1, 3, seed=2)
        ops = [op("CONV_2D", "in:0,w", "out:0", stride_w=1, stride_h=1)]
        data = tflite_file.model(ops, {"w": w}, {"in:0": Shaped(1, 1, 1, 3, signature=[-1, -1, -1, 3])}, ["out:0"],
                                 signature=({"image": "in:0"}, {"scores": "out:0"}))
        self.write("m.tflite", data)
        done = self.lcc("m.tflite", "-o", "m.c")
        self.assertEqual((done.returncode, done.stderr),
                         (1, 'm.tflite: error: input "image" is [?, ?, ?, 3]: its sizes along axes 1 and 2 are open\n'
                          "m.tflite: note: give them, for example: --input-shape image=1,224,224,3\n1 error\n"))
        text = self.good("m.tflite", "--input-shape", "1,5,6,3", "--emit", "net")
        self.assertIn("input image: f32[5, 6, 3]", text)
        self.assertIn("scores", text)
        text = self.good("m.tflite", "--input-shape", "image=1,5,6,3", "--input-name", "photo", "--output-name", "scores=y", "--emit", "net")
        self.assertIn("input photo: f32[5, 6, 3]", text)
        self.assertIn("output y", text)
        self.good("m.tflite", "--input-shape", "1,5,6,3", "--input-layout", "nchw", "-o", "m.c")
        self.assertIn("const float *image_0", self.read("m.h"))

    def test_labels(self):
        """The layer's own name among those that TensorFlow joins."""
        conv, depthwise = numbers(4, 1, 1, 3, seed=2), numbers(1, 3, 3, 3, seed=3)
        for operator, w, name, label in (
                ("CONV_2D", conv, "model/bn_5/FusedBatchNormV3;model/conv2d_5/Conv2D;model/conv2d_3/Conv2D", "model/conv2d_3"),
                ("CONV_2D", conv, "conv2d_7/Kernel", "conv2d_7"), ("CONV_2D", conv, "model/conv2d_1/Conv2D_dequantize1", "model/conv2d_1"),
                ("CONV_2D", conv, "a/weights/read", "a"), ("CONV_2D", conv, "arith.constant12", "conv_1"),
                ("DEPTHWISE_CONV_2D", depthwise, "bn/V3;model/dw_13/depthwise;model/dw_15/depthwise;model/conv2d_5/Conv2D", "model/dw_13"),
                ("FULLY_CONNECTED", conv.reshape(4, 3), "model/dense/MatMul/ReadVariableOp/resource", "model/dense")):
            self.write("m.tflite", tflite_file.model([op(operator, f"x,{name}", "y", **({"stride_w": 1, "stride_h": 1} if w.ndim == 4 else {}))],
                                                     {name: w}, {"x": (1, 3, 3, 3)}, ["y"]))
            self.assertIn(label, self.good("m.tflite", "--summary", "-o", "m.c").split())

    def test_the_operator_as_a_byte(self):
        """Files of before 2020 have no newer field for it."""
        x = numbers(3, 3, 2)
        self.compare([op("RELU", "x", "y", new_code=False)], {}, x, x.clip(0))

    def test_data_behind_the_tables(self):
        """As in files beyond 2 GB: the buffer says where its bytes lie in the file."""
        x, c = numbers(3, 3, 4), numbers(4, seed=2)
        root = tflite_file.describe([op("ADD", "x,c", "y")], {"c": c}, {"x": (1, 3, 3, 4)}, ["y"])
        buffer = root[4][1][1]
        buffer.clear()
        buffer.update({1: ("U", 1 << 20), 2: ("U", c.nbytes)})
        data = tflite_file.finish(root)
        buffer[1] = ("U", len(data))
        self.write("m.tflite", tflite_file.finish(root) + c.tobytes())
        numpy.testing.assert_allclose(self.run_model("m.tflite", x), x + c.astype(float), rtol=1e-6)
        buffer[1] = ("U", len(data) + 1)
        self.write("m.tflite", tflite_file.finish(root) + c.tobytes())
        done = self.lcc("m.tflite", "-o", "m.c")
        self.assertEqual(done.stderr, "m.tflite: error: this is not a whole TensorFlow Lite model: a buffer lies outside of the file\n1 error\n")

    def test_several_graphs(self):
        self.write("m.tflite", tflite_file.model([op("RELU", "x", "y")], {}, {"x": (1, 3, 3, 2)}, ["y"], subgraphs=3))
        done = self.lcc("m.tflite", "-o", "m.c")
        self.assertEqual((done.returncode, done.stderr), (0, "m.tflite: note: it has 3 graphs, of which the first is compiled\n"))

    def test_inputs_of_fewer_axes(self):
        x = numbers(7)
        self.compare([op("RELU", "x", "y")], {}, x, x.clip(0))
        rows = numbers(5, 3)
        self.compare([op("RELU", "x", "y")], {}, rows, rows.clip(0))


def compare_with_runtime():
    wasm = runtime.find()
    if not wasm:
        print("TensorFlow Lite's own runtime is not there: it is not compared with")
        return True
    faults, ran = runtime.compare(wasm, CASES)
    print("\n".join(faults + [f"TensorFlow Lite's runtime ran {ran} files: {len(faults)} faults"]))
    return not faults and ran > 0


if __name__ == "__main__":
    passed = unittest.main(exit=False).result.wasSuccessful()
    sys.exit(0 if passed and compare_with_runtime() else 1)
