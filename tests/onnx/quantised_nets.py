"""Float networks to be quantised: small ones of the kinds that people quantise, and random ones of a few layers."""
import numpy

from quantiser import Net


class Builder(Net):
    def __init__(self, seed, size=16, channels=3, opset=13):
        super().__init__(opset)
        self.rng = numpy.random.default_rng(seed)
        self.shape = {}
        self.inputs["image"] = self.rng.normal(0.2, 1, (1, channels, size, size)).astype(numpy.float32)
        self.shape["image"] = (channels, size, size)
        self.x = "image"

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def floats(self, *shape, deviation=1.0):
        return self.constant(self.rng.normal(0, deviation, shape).astype(numpy.float32))

    def ints(self, *numbers):
        return self.constant(numpy.array(numbers, numpy.int64))

    def number(self, x):
        return self.constant(numpy.array(x, numpy.float32))

    def channels(self, x):
        return self.shape[x][0]

    def known(self, name, *shape):
        self.shape[name] = shape
        return name

    # --- layers

    def conv(self, x, out, kernel=1, stride=1, groups=1, bias=True):
        c, h, w = self.shape[x]
        weights = self.floats(out, c // groups, kernel, kernel, deviation=(2 / (c // groups * kernel * kernel)) ** 0.5)
        self.tensors[weights] *= self.rng.uniform(0.3, 1.5, (out, 1, 1, 1)).astype(numpy.float32) # channels of unlike ranges
        inputs = [x, weights] + ([self.floats(out, deviation=0.3)] if bias else [])
        pad = kernel // 2
        y = self.add("Conv", inputs, kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[pad] * 4, group=groups)
        return self.known(y, out, (h + 2 * pad - kernel) // stride + 1, (w + 2 * pad - kernel) // stride + 1)

    def same(self, op, x, *more, **attributes):
        return self.known(self.add(op, [x, *more], **attributes), *self.shape[x])

    def relu6(self, x):
        return self.same("Clip", x, self.number(0), self.number(6))

    def hard_swish(self, x, spelled=False):
        if not spelled:
            return self.same("HardSwish", x)
        gate = self.same("HardSigmoid", x, alpha=1 / 6, beta=0.5)
        return self.same("Mul", x, gate)

    def swish(self, x):
        return self.same("Mul", x, self.same("Sigmoid", x))

    def global_pool(self, x, op="GlobalAveragePool"):
        new = self.opset >= 18
        axes = [self.ints(2, 3)] if op == "ReduceMean" and new else []
        y = self.add(op, [x, *axes], **({"axes": [2, 3]} if op == "ReduceMean" and not new else {}))
        return self.known(y, self.channels(x), 1, 1)

    def squeeze_excite(self, x, hidden, gate="HardSigmoid", pool="GlobalAveragePool"):
        s = self.same("Relu", self.conv(self.global_pool(x, pool), hidden))
        s = self.same(gate, self.conv(s, self.channels(x)), **({"alpha": 1 / 6, "beta": 0.5} if gate == "HardSigmoid" else {}))
        return self.same("Mul", x, s)

    def classes(self, x, count, form="Gemm", pool="GlobalAveragePool"):
        c = self.channels(x)
        y = self.global_pool(x, pool)
        y = self.known(self.add("Flatten", [y], axis=1) if form != "Reshape" else self.add("Reshape", [y, self.ints(1, -1)]), c)
        if form == "MatMul":
            y = self.add("MatMul", [y, self.floats(c, count, deviation=c**-0.5)])
            return self.known(self.add("Add", [y, self.floats(count, deviation=0.3)]), count)
        return self.known(self.add("Gemm", [y, self.floats(count, c, deviation=c**-0.5), self.floats(count, deviation=0.3)], transB=1), count)

    def end(self, *names):
        self.outputs = list(names)
        return self


def mobilenet_v2(seed):
    n = Builder(seed, size=24)
    x = n.relu6(n.conv(n.x, 8, 3, 2))
    for out, expand, stride in ((8, 2, 1), (12, 4, 2), (12, 4, 1), (16, 4, 2), (16, 4, 1)):
        y = n.relu6(n.conv(x, n.channels(x) * expand))
        y = n.relu6(n.conv(y, n.channels(y), 3, stride, n.channels(y)))
        y = n.conv(y, out)
        x = n.same("Add", x, y) if stride == 1 and out == n.channels(x) else y
    return n.end(n.classes(n.relu6(n.conv(x, 32)), 10))


def mobilenet_v3(seed):
    n = Builder(seed, size=24, opset=14)
    x = n.hard_swish(n.conv(n.x, 8, 3, 2))
    for out, expand, kernel, stride, se in ((8, 2, 3, 1, True), (12, 3, 5, 2, False), (12, 3, 5, 1, True)):
        act = n.hard_swish if kernel == 5 else lambda v: n.same("Relu", v)
        y = act(n.conv(x, n.channels(x) * expand))
        y = act(n.conv(y, n.channels(y), kernel, stride, n.channels(y)))
        y = n.squeeze_excite(y, 8) if se else y
        y = n.conv(y, out)
        x = n.same("Add", x, y) if stride == 1 and out == n.channels(x) else y
    x = n.hard_swish(n.conv(x, 32), spelled=True)
    return n.end(n.add("Softmax", [n.classes(x, 10)], axis=1))


def efficientnet(seed):
    n = Builder(seed, size=20)
    x = n.swish(n.conv(n.x, 8, 3, 2))
    for out, stride in ((8, 1), (12, 2)):
        y = n.swish(n.conv(x, n.channels(x) * 4))
        y = n.swish(n.conv(y, n.channels(y), 3, stride, n.channels(y)))
        y = n.conv(n.squeeze_excite(y, 4, "Sigmoid", "ReduceMean"), out)
        x = n.same("Add", x, y) if stride == 1 and out == n.channels(x) else y
    return n.end(n.classes(n.swish(n.conv(x, 32)), 10, "MatMul", "ReduceMean"))


def shufflenet(seed):
    n = Builder(seed, size=24)
    x = n.same("Relu", n.conv(n.x, 8, 3, 2))
    c, h, w = n.shape[x]
    x = n.known(n.add("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]), c, (h + 1) // 2, (w + 1) // 2)
    for _ in range(2):
        c, h, w = n.shape[x]
        left, right = n.add("Split", [x, n.ints(c // 2, c // 2)], outputs=2, axis=1)
        n.known(left, c // 2, h, w), n.known(right, c // 2, h, w)
        y = n.same("Relu", n.conv(right, c // 2))
        y = n.conv(y, c // 2, 3, 1, c // 2)
        y = n.same("Relu", n.conv(y, c // 2))
        x = n.known(n.add("Concat", [left, y], axis=1), c, h, w)
        x = n.add("Reshape", [x, n.ints(1, 2, c // 2, h, w)])
        x = n.add("Transpose", [x], perm=[0, 2, 1, 3, 4])
        x = n.known(n.add("Reshape", [x, n.ints(1, c, h, w)]), c, h, w)
    return n.end(n.classes(n.same("Relu", n.conv(x, 24)), 10, "Gemm", "ReduceMean"))


def resnet(seed):
    n = Builder(seed, size=24)
    x = n.same("Relu", n.conv(n.x, 8, 7, 2))
    c, h, w = n.shape[x]
    x = n.known(n.add("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2]), c, h // 2, w // 2)
    for out, stride in ((8, 1), (16, 2)):
        y = n.conv(n.same("Relu", n.conv(x, out, 3, stride)), out, 3)
        skip = x if stride == 1 else n.conv(x, out, 1, stride)
        x = n.same("Relu", n.same("Add", y, skip))
    return n.end(n.classes(x, 10, "Reshape"))


NETWORKS = {"mobilenet_v2": mobilenet_v2, "mobilenet_v3": mobilenet_v3, "efficientnet": efficientnet, "shufflenet": shufflenet,
            "resnet": resnet}


# --- random networks

class Random(Builder):
    """A chain of random layers, with joins of earlier maps of the same shape."""

    def __init__(self, seed):
        rng = numpy.random.default_rng(seed + 1000)
        super().__init__(seed, size=int(rng.integers(5, 12)), channels=int(rng.integers(1, 5)), opset=int(rng.choice([13, 14, 18])))
        kinds = ["conv", "conv", "depthwise", "pointwise", "relu", "clip", "leaky", "sigmoid", "tanh", "hswish", "swish", "max_pool",
                 "average_pool", "resize", "linear", "pad", "add", "mul", "concat", "shift", "factor", "constant", "squeeze", "slice",
                 "transposed", "grouped", "sub", "gelu_like", "shuffle", "softmax", "norm", "max_join"]
        x = self.conv(self.x, int(rng.integers(2, 9)), 3) if rng.random() < 0.8 else self.x
        maps = [x]
        for _ in range(int(rng.integers(3, 8))):
            x = getattr(self, "make_" + self.pick(kinds))(x, maps)
            maps.append(x)
        end = self.rng.random()
        if end < 0.4:
            x = self.classes(x, 5, self.pick(["Gemm", "MatMul", "Reshape"]), self.pick(["GlobalAveragePool", "ReduceMean"]))
            x = self.known(self.add("Softmax", [x], axis=1), 5) if self.rng.random() < 0.5 else x
        self.end(x)

    def other(self, x, maps):
        alike = [m for m in maps if self.shape[m] == self.shape[x] and m != x]
        return self.pick(alike) if alike else self.same("Sigmoid", x)

    def make_conv(self, x, _):
        return self.conv(x, int(self.rng.integers(1, 12)), self.pick([1, 3, 5]), self.pick([1, 1, 2]), bias=self.rng.random() < 0.8)

    def make_pointwise(self, x, _):
        return self.conv(x, int(self.rng.integers(1, 20)))

    def make_depthwise(self, x, _):
        return self.conv(x, self.channels(x) * self.pick([1, 1, 2]), 3, self.pick([1, 2]), self.channels(x))

    def make_grouped(self, x, _):
        x = self.conv(x, 8)
        return self.conv(x, 12, 3, 1, self.pick([2, 4]))

    def make_transposed(self, x, _):
        c, h, w = self.shape[x]
        y = self.add("ConvTranspose", [x, self.floats(c, 5, 2, 2, deviation=(1 / c) ** 0.5), self.floats(5)], strides=[2, 2])
        return self.known(y, 5, 2 * h, 2 * w) if h < 12 else x

    def make_relu(self, x, _):
        return self.same("Relu", x)

    def make_clip(self, x, _):
        low, high = self.pick([(0.0, 6.0), (-1.0, 1.0), (0.0, 1.0), (-0.5, 2.0)])
        return self.same("Clip", x, self.number(low), self.number(high))

    def make_leaky(self, x, _):
        return self.same("LeakyRelu", x, alpha=self.pick([0.1, 0.01, 0.3]))

    def make_sigmoid(self, x, _):
        return self.same("Sigmoid", x)

    def make_tanh(self, x, _):
        return self.same("Tanh", x)

    def make_hswish(self, x, _):
        return self.hard_swish(x, spelled=self.opset < 14 or self.rng.random() < 0.5)

    def make_swish(self, x, _):
        return self.swish(x)

    def make_gelu_like(self, x, _):
        return self.same("Elu", self.same("Softplus", x))

    def make_max_pool(self, x, _):
        c, h, w = self.shape[x]
        if min(h, w) < 3:
            return x
        return self.known(self.add("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]), c, (h + 1) // 2, (w + 1) // 2)

    def make_average_pool(self, x, _):
        c, h, w = self.shape[x]
        if min(h, w) < 3:
            return x
        if self.rng.random() < 0.5:
            return self.known(self.add("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2]), c, h // 2, w // 2)
        y = self.add("AveragePool", [x], kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1], count_include_pad=self.pick([0, 1]))
        return self.known(y, c, h, w)

    def make_resize(self, x, _):
        c, h, w = self.shape[x]
        if max(h, w) > 12:
            return x
        y = self.add("Resize", [x, "", self.constant(numpy.array([1, 1, 2, 2], numpy.float32))], mode="nearest",
                     coordinate_transformation_mode="asymmetric", nearest_mode="floor")
        return self.known(y, c, 2 * h, 2 * w)

    def make_linear(self, x, _):
        c, h, w = self.shape[x]
        if max(h, w) > 12:
            return x
        y = self.add("Resize", [x, "", self.constant(numpy.array([1, 1, 2, 2], numpy.float32))], mode="linear",
                     coordinate_transformation_mode=self.pick(["half_pixel", "align_corners", "asymmetric"]))
        return self.known(y, c, 2 * h, 2 * w)

    def make_pad(self, x, _):
        c, h, w = self.shape[x]
        mode = self.pick(["constant", "reflect", "edge"]) if min(h, w) > 1 else "constant"
        y = self.add("Pad", [x, self.ints(0, 0, 1, 0, 0, 0, 0, 1)], mode=mode)
        return self.known(y, c, h + 1, w + 1)

    def make_slice(self, x, _):
        c, h, w = self.shape[x]
        if h < 3:
            return x
        return self.known(self.add("Slice", [x, self.ints(1), self.ints(h), self.ints(2)]), c, h - 1, w)

    def make_add(self, x, maps):
        return self.same("Add", x, self.other(x, maps))

    def make_sub(self, x, maps):
        return self.same("Sub", x, self.other(x, maps))

    def make_mul(self, x, maps):
        return self.same("Mul", x, self.other(x, maps))

    def make_max_join(self, x, maps):
        return self.same(self.pick(["Max", "Min"]), x, self.other(x, maps))

    def make_concat(self, x, maps):
        y = self.other(x, maps)
        c, h, w = self.shape[x]
        return self.known(self.add("Concat", [x, y], axis=1), 2 * c, h, w)

    def make_shift(self, x, _):
        return self.same("Add", x, self.floats(1, self.channels(x), 1, 1))

    def make_factor(self, x, _):
        return self.same("Mul", x, self.floats(1, self.channels(x), 1, 1) if self.rng.random() < 0.5 else self.number(0.7))

    def make_constant(self, x, _):
        return self.same(self.pick(["Add", "Mul"]), x, self.floats(1, *self.shape[x]))

    def make_squeeze(self, x, _):
        return self.squeeze_excite(x, 4, self.pick(["HardSigmoid", "Sigmoid"]), self.pick(["GlobalAveragePool", "ReduceMean"]))

    def make_shuffle(self, x, _):
        x = self.conv(x, 6)
        c, h, w = self.shape[x]
        x = self.add("Reshape", [x, self.ints(1, 2, 3, h, w)])
        return self.known(self.add("Reshape", [self.add("Transpose", [x], perm=[0, 2, 1, 3, 4]), self.ints(1, c, h, w)]), c, h, w)

    def make_softmax(self, x, _):
        return self.same("Softmax", x, axis=1)

    def make_norm(self, x, _):
        c = self.channels(x)
        positive = self.constant(self.rng.uniform(0.5, 1.5, c).astype(numpy.float32))
        return self.same("BatchNormalization", x, self.floats(c), self.floats(c), self.floats(c), positive)
