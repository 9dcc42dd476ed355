#!/usr/bin/env python3
"""Holds the integers of quantised layers to the published rules, written in Python apart from lcc: int_vs_python.py LCC
[--emitted TARGET]

Tables of activations for all 256 codes, softmax, means, sums, pools, resizes, sums and products of two tensors, changes of scale,
convolutions and transposed ones, under both roundings and for random scales. For `tflite` the rules are those of TensorFlow Lite
Micro's reference kernels and of gemmlowp's fixed point: every code must be the same. For `once` a product is rounded once, and what
is rounded from real numbers must be within a step of them. With --emitted TARGET the C that lcc writes is held to the same, on
fewer networks.
"""

import itertools
import json
import math
import os
import random
import sys
import tempfile

import emitted
import machines
import numpy as np

f32 = np.float32
LEAST, MOST = -2**31, 2**31 - 1


def clamp(x, low=-128, high=127):
    return max(low, min(high, x))


def truncated(x, y):
    """x / y as C divides."""
    return abs(x) // y * (1 if x >= 0 else -1)


def away(x):
    """Rounded, halves away from zero."""
    return int(math.floor(abs(x) + 0.5)) * (1 if x >= 0 else -1)


# --- gemmlowp


def mul_high(a, b):  # SaturatingRoundingDoublingHighMul
    return truncated(a * b + (2**30 if a * b >= 0 else 1 - 2**30), 2**31)


def divide_by_power(x, bits):  # RoundingDivideByPOT
    mask = (1 << bits) - 1
    return (x >> bits) + ((x & mask) > (mask >> 1) + (x < 0))


def saturating_left(x, bits):
    return clamp(x << bits, LEAST, MOST)


def exp_on_negative(a, integer_bits):
    fraction = 31 - integer_bits
    if a == 0:
        return MOST
    quarter = 1 << (fraction - 2)
    low = (a & (quarter - 1)) - quarter
    x = (low << integer_bits) + 2**28
    x2 = mul_high(x, x)
    x3, x4 = mul_high(x2, x), mul_high(x2, x2)
    series = divide_by_power(mul_high(divide_by_power(x4, 2) + x3, 715827883) + x2, 1)
    result = 1895147668 + mul_high(1895147668, x + series)
    factors = {-2: 1672461947, -1: 1302514674, 0: 790015084, 1: 290630308, 2: 39332535, 3: 720401, 4: 242}
    for exponent, factor in factors.items():
        if exponent < integer_bits and (low - a) >> (fraction + exponent) & 1:
            result = mul_high(result, factor)
    return result


def newton(a):
    half = (a + MOST + 1) // 2
    x = 1515870810 + mul_high(half, -1010580540)
    for _ in range(3):
        x += saturating_left(mul_high(x, 2**29 - mul_high(half, x)), 2)
    return x


def one_over_one_plus(a):
    return saturating_left(newton(a), 1)


def logistic(a):
    if a == 0:
        return 2**30
    positive = one_over_one_plus(exp_on_negative(-abs(a), 4))
    return positive if a > 0 else MOST - positive


def tanh(a):
    size = saturating_left(newton(exp_on_negative(-abs(a), 5)) - 2**29, 2) if a else 0
    return size if a > 0 else -size


# --- multipliers


def quantize_multiplier(real):
    if real == 0:
        return 0, 0
    q, shift = math.frexp(real)
    fixed = away(q * 2**31)
    if fixed == 2**31:
        fixed, shift = fixed // 2, shift + 1
    return (0, 0) if shift < -31 else (fixed, shift)


def multiply(how, x, by):  # MultiplyByQuantizedMultiplier, and the exact product rounded once, halves up
    multiplier, shift = by
    if how == "once":
        return (x * multiplier + (1 << (30 - shift))) >> (31 - shift)
    return divide_by_power(mul_high(x << max(shift, 0), multiplier), max(-shift, 0))


def ratio(x, y):
    return float(x) / float(y)


# --- activations of TensorFlow Lite Micro


def saturated_fixed(x, q, value, unit, zero):
    factor = float(q[0]) * 2**27
    q31, shift = math.frexp(factor)
    by = away(q31 * 2**31), shift
    radius = math.floor(15 * 2.0**27 / 2.0**shift)
    x -= q[1]
    if x <= -radius:
        return -128
    if x >= radius:
        return 127
    return clamp(divide_by_power(value(multiply("tflite", x, by)), unit) + zero)


def high16(a, b):
    return truncated(a * b + (2**14 if a * b >= 0 else 1 - 2**14), 2**15)


def hard_swish(x, q, r):
    fine = f32(1 / 128) * f32(q[0])
    out, out_shift = quantize_multiplier(float(fine / f32(r[0])))
    share, share_shift = quantize_multiplier(float(fine / f32(f32(3) / f32(32768))))
    out, share = ((m + 2**15) >> 16 if m < MOST - 2**15 else 32767 for m in (out, share))
    fine = (x - q[1]) * 128
    y, v = high16(fine, out), fine
    if share_shift > 0:
        v = clamp(v << (share_shift - 1), -32768, 32767)
    v = high16(v, share)
    if share_shift > 0:
        v = clamp(v << 1, -32768, 32767)
    if share_shift < 0:
        v = divide_by_power(v, -share_shift)
    v = (v + 2**15) >> 1
    return clamp(divide_by_power(truncated(v * y, 2**15), -out_shift) + r[1])


def leaky(x, q, r, slope):
    x -= q[1]
    real = f32(q[0]) / f32(r[0]) if x >= 0 else f32(q[0]) * f32(slope) / f32(r[0])
    by = quantize_multiplier(abs(float(real)))
    return clamp(r[1] + multiply("tflite", x, by if real >= 0 else (-by[0], by[1])))


def bounded(x, q, r, low, high):
    def code(v):
        return clamp(r[1] + away(float(f32(v) / f32(r[0]))))

    y = r[1] + multiply("tflite", x - q[1], quantize_multiplier(ratio(q[0], r[0])))
    return clamp(y, code(low) if low is not None else -128, code(high) if high is not None else 127)


def elu(x, q, r):
    real = f32(q[0]) * f32(x - q[1])
    value = f32(math.exp(float(real))) - f32(1) if real < 0 else real
    return clamp(away(float(value * (f32(1) / f32(r[0])))) + r[1])


def absolute(x, q, r):
    return clamp(r[1] + multiply("tflite", abs(x - q[1]), quantize_multiplier(float(f32(q[0]) / f32(r[0])))))


LOGISTIC, TANH = (1 / 256, -128), (1 / 128, 0)
SIGMOID = lambda v: 1 / (1 + math.exp(-v))
# The layer, its rule for tflite, and its value.
ACTS = [
    ("sigmoid", lambda x, q, r: saturated_fixed(x, q, logistic, 23, -128), SIGMOID, LOGISTIC),
    ("tanh", lambda x, q, r: saturated_fixed(x, q, tanh, 24, 0), math.tanh, TANH),
    ("hswish", hard_swish, lambda v: v * clamp(v + 3, 0, 6) / 6, None),
    ("leaky_relu(0.1)", lambda x, q, r: leaky(x, q, r, 0.1), lambda v: v if v > 0 else 0.1 * v, None),
    ("leaky_relu(-0.3)", lambda x, q, r: leaky(x, q, r, -0.3), lambda v: v if v > 0 else -0.3 * v, None),
    ("relu", lambda x, q, r: bounded(x, q, r, 0, None), lambda v: max(v, 0), None),
    ("relu6", lambda x, q, r: bounded(x, q, r, 0, 6), lambda v: clamp(v, 0, 6), None),
    ("clip(-1, 1)", lambda x, q, r: bounded(x, q, r, -1, 1), lambda v: clamp(v, -1, 1), None),
    ("elu(alpha = 1)", elu, lambda v: v if v > 0 else math.exp(v) - 1, None),
    ("abs", absolute, abs, None),
    ("swish", None, lambda v: v * SIGMOID(v), None),
    ("hsigmoid", None, lambda v: clamp(v + 3, 0, 6) / 6, None),
]


def write_safetensors(path, tensors):
    kinds = {np.dtype(np.int8): "I8", np.dtype(np.int32): "I32", np.dtype(np.float32): "F32"}
    header, data = {}, b""
    for name, t in tensors.items():
        header[name] = {"dtype": kinds[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + t.nbytes]}
        data += t.tobytes()
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


class Network:
    """One network, run once. Each layer reads an input, and its codes are compared."""

    def __init__(self, lcc, folder, how):
        self.lcc, self.folder, self.how = lcc, folder, how
        self.inputs, self.lines, self.checks, self.tensors = [], [], [], {}

    def add_input(self, codes, q):
        self.inputs.append((codes.astype(np.int8), q))
        return "x%d" % len(self.inputs)

    def add(self, name, layer, check, what):
        """`check` takes the result and returns None, or what is wrong with it."""
        self.lines.append("    from %s -> %s\n    output y%d\n" % (name, layer, len(self.checks)))
        self.checks.append((check, "%s of %s, rounding = %s" % (layer, what, self.how)))

    def write(self):
        """The network's file; options that name its weights."""
        text = "default rounding = %s\nnet n {\n" % self.how
        for i, (codes, q) in enumerate(self.inputs):
            text += "    input x%d: int8[%d, %d, %d] (q = [%.9g, %d])\n" % (i + 1, *codes.shape, *q)
        path = os.path.join(self.folder, "n.net")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "".join(self.lines) + "}\n")
        if not self.tensors:
            return path, []
        weights = os.path.join(self.folder, "n.safetensors")
        write_safetensors(weights, self.tensors)
        return path, ["--weights", weights]

    def run(self, target):
        """By the interpreter, or by the C for the target if one is given."""
        path, options = self.write()
        codes = [codes for codes, _ in self.inputs]
        if target:
            results = emitted.Model(self.lcc, path, self.folder, options, target=target,
                                    level="-O0" if target == "generic" else "-O1")(codes)
        else:
            results = emitted.interpret(self.lcc, path, self.folder, codes, len(self.checks), options)
        for result, (check, what) in zip(results, self.checks):
            wrong = check(np.asarray(result).astype(int))
            if wrong:
                sys.exit("%s: %s" % (what, wrong))
        return len(self.checks)


def equal_to(expected):

    def check(result):
        expected_codes = np.asarray(expected).reshape(result.shape)
        if np.array_equal(result, expected_codes):
            return None
        at = tuple(np.argwhere(result != expected_codes)[0])
        return "at %s it is %d, must be %d" % (at, result[at], expected_codes[at])

    return check


def within_a_step_of(real, r, steps=1.0):
    """Real numbers in codes, clamped."""

    def check(result):
        wanted = np.clip(np.asarray(real, float) / float(f32(r[0])) + r[1], -128, 127).reshape(result.shape)
        worst = np.abs(result - wanted).max()
        return None if worst <= steps else "it is off by %.3f steps" % worst

    return check


def written(r):
    return "q = [%.9g, %d]" % r


def random_scale(rng, low, high):
    return float(f32(math.exp(rng.uniform(math.log(low), math.log(high)))))


def random_quant(rng, low=0.002, high=0.3):
    return random_scale(rng, low, high), rng.choice([-128, 0, 127, rng.randint(-128, 127)])


# --- cases


def add_activations(net, rng, how):
    codes = np.arange(-128, 128)
    q = random_quant(rng, 0.001, 3)
    name = net.add_input(codes.reshape(16, 16, 1), q)
    for layer, rule, value, fixed in ACTS:
        r = fixed or random_quant(rng, q[0] / 4, q[0] * 4)
        real = [value(float(f32(q[0])) * int(x - q[1])) for x in codes]
        separator = layer[:-1] + ", " if layer.endswith(")") else layer + "("
        exact = how == "tflite" and rule
        net.add(name, separator + written(r) + ")",
                equal_to([rule(int(x), q, r) for x in codes]) if exact else within_a_step_of(real, r, 0.51), str(q))


def tflite_softmax(row, q):
    by = quantize_multiplier(min(float(f32(q[0])) * 2**26, 2.0**31 - 1))
    least = -math.floor(31 * 2.0**26 / 2.0**by[1])
    differences = [x - max(row) for x in row]
    exps = [exp_on_negative(mul_high(d << by[1], by[0]), 5) if d >= least else None for d in differences]
    total = sum(divide_by_power(e, 12) for e in exps if e is not None)
    zeros = 32 - total.bit_length()
    scale = one_over_one_plus(((total << zeros) & 0xffffffff) - 2**31)
    exponent = 12 - zeros + 31 - 8
    return [-128 if e is None else clamp(divide_by_power(mul_high(scale, e), exponent) - 128) for e in exps]


def add_softmax(net, rng, how):
    for count in (1, 2, 10, 1001):
        q = random_quant(rng, 0.01, 1.2)
        spread = rng.choice([2, 20, 255])
        rows = [[clamp(rng.randint(-128, -128 + spread) + rng.randint(0, 128)) for _ in range(count)] for _ in range(6)]
        name = net.add_input(np.array(rows).reshape(2, 3, count), q)
        r = (1 / 256, -128) if how == "tflite" else random_quant(rng, 0.002, 0.01)
        if how == "tflite":
            check = equal_to([tflite_softmax(row, q) for row in rows])
        else:
            exps = np.exp((np.array(rows) - np.max(rows, axis=1, keepdims=True)) * float(f32(q[0])))
            check = within_a_step_of(exps / exps.sum(axis=1, keepdims=True), r, 0.51)
        net.add(name, "softmax(%s)" % written(r), check, str(q))


def mean_code(how, total, count, q, r, divisor):
    multiplier, shift = quantize_multiplier(ratio(f32(q[0]), f32(r[0])))
    if how == "once":
        multiplier, shift = quantize_multiplier(float(f32(q[0])) / (float(f32(r[0])) * divisor))
    elif divisor > 1:  # QuantizedMeanOrSum
        bits = min(divisor.bit_length() - 1, 32, 31 + shift)
        multiplier, shift = (multiplier << bits) // divisor, shift - bits
    return clamp(multiply(how, total - count * q[1], (multiplier, shift)) + r[1])


def add_means(net, rng, how):
    h, w, c = rng.randint(3, 9), rng.randint(3, 9), rng.randint(1, 5)
    q, codes = random_quant(rng), np.array([rng.randint(-128, 127) for _ in range(h * w * c)]).reshape(h, w, c)
    name, r = net.add_input(codes, q), random_quant(rng)
    what = "%s %s" % ((h, w, c), q)
    totals = codes.sum(axis=(0, 1))
    net.add(name, "global_avg_pool(%s)" % written(r),
            equal_to([mean_code(how, int(t), h * w, q, r, h * w) for t in totals]), what)
    net.add(name, "global_avg_pool", equal_to([mean_code(how, int(t), h * w, q, q, h * w) for t in totals]), what)
    net.add(name, "reduce(mean, axis = w, %s)" % written(r),
            equal_to([mean_code(how, int(t), w, q, r, w) for t in codes.sum(axis=1).ravel()]), what)
    s = (random_scale(rng, q[0], q[0] * c), rng.randint(-128, 127))
    net.add(name, "reduce(sum, axis = c, %s)" % written(s),
            equal_to([mean_code(how, int(t), c, q, s, 1) for t in codes.sum(axis=2).ravel()]), what)
    net.add(name, "reduce(max, axis = h)", equal_to(codes.max(axis=0)), what)
    net.add(name, "reduce(min, axis = c)", equal_to(codes.min(axis=2)), what)
    net.add(name, "argmax", equal_to(codes.argmax(axis=2)), what)
    add_pools(net, name, how, codes, q, what, rng)


def add_pools(net, name, how, codes, q, what, rng):
    h, w, c = codes.shape
    windows = {}
    for y in range((h - 1) // 2 + 1):
        for x in range((w - 1) // 2 + 1):
            top, left = max(0, 2 * y - 1), max(0, 2 * x - 1)
            windows[y, x] = codes[top:2 * y + 2, left:2 * x + 2]
    shape = "3, stride = 2, padding = [1, 1, 1, 1]"
    averages, counted, moved = [], [], []
    r = random_quant(rng)
    for v in windows.values():
        n = v.shape[0] * v.shape[1]
        for t in v.sum(axis=(0, 1)):
            t = int(t)
            averages.append(truncated(t + (n // 2 if t > 0 else -(n // 2)), n))
            padded = t + (9 - n) * q[1]
            counted.append(truncated(padded + (4 if padded > 0 else -4), 9))
            moved.append(mean_code(how, t, n, q, r, n))
    if h % 2 and w % 2:  # else the windows reach further
        net.add(name, "avg_pool(%s)" % shape, equal_to(averages), what)
        net.add(name, "avg_pool(%s, count_pad = true)" % shape, equal_to(counted), what)
        net.add(name, "avg_pool(%s, %s)" % (shape, written(r)), equal_to(moved), what)
        net.add(name, "max_pool(%s)" % shape, equal_to([m for v in windows.values() for m in v.max(axis=(0, 1))]), what)


def tflite_places(size, out, places):
    corners = places == "align_corners" and out > 1
    scale = (1024 * (size - corners) + (out - corners) // 2) // (out - corners)
    for i in range(out):
        v = i * scale + (truncated(scale, 2) - 512 if places == "half_pixel" else 0)
        low = max(truncated(v, 1024), 0)
        yield v, low, min(truncated(v + 1023, 1024), size - 1)


def tflite_bilinear(codes, size, places):
    h, w, _ = codes.shape
    result = []
    for y, y0, y1 in tflite_places(h, size[0], places):
        for x, x0, x1 in tflite_places(w, size[1], places):
            dy, dx = y - 1024 * y0, x - 1024 * x0
            acc = (codes[y0, x0] * (1024 - dy) * (1024 - dx) + codes[y1, x0] * dy * (1024 - dx) +
                   codes[y0, x1] * (1024 - dy) * dx + codes[y1, x1] * dy * dx)
            result += [truncated(int(v) + (2**19 if v > 0 else -2**19), 2**20) for v in acc]
    return result


def real_bilinear(codes, size, places):
    rows = []
    for axis in (0, 1):
        n, out = codes.shape[axis], size[axis]
        weights = np.zeros((out, n))
        for i in range(out):
            v = {"half_pixel": (i + 0.5) * n / out - 0.5, "asymmetric": i * n / out,
                 "align_corners": i * (n - 1) / max(out - 1, 1)}[places]
            low = math.floor(v)
            for place, weight in ((low, 1 - (v - low)), (low + 1, v - low)):
                weights[i, clamp(place, 0, n - 1)] += weight
        rows.append(weights)
    return np.einsum("yh,xw,hwc->yxc", *rows, codes)


def tflite_nearest(size, out, corners, half):
    scale = f32(size - 1) / f32(out - 1) if corners and out > 1 else f32(size) / f32(out)
    for i in range(out):
        v = (f32(i) + f32(0.5 if half else 0)) * scale
        yield min(away(float(v)) if corners else math.floor(v), size - 1)


def add_resizes(net, rng, how):
    h, w, c = rng.randint(2, 9), rng.randint(2, 9), rng.randint(1, 4)
    q, codes = random_quant(rng), np.array([rng.randint(-128, 127) for _ in range(h * w * c)]).reshape(h, w, c)
    name, r = net.add_input(codes, q), random_quant(rng, 0.01, 0.3)
    what = "%s %s" % ((h, w, c), q)
    size = rng.randint(2, 20), rng.randint(2, 20)
    for places in ("half_pixel", "align_corners", "asymmetric"):
        layer = "resize([%d, %d], linear, coordinates = %s" % (*size, places)
        check = equal_to(tflite_bilinear(codes, size, places)) if how == "tflite" else within_a_step_of(
            real_bilinear(codes - q[1], size, places) * float(f32(q[0])), q, 0.7)
        net.add(name, layer + ")", check, what)
        net.add(name, layer + ", %s)" % written(r), within_a_step_of(
            real_bilinear(codes - q[1], size, places) * float(f32(q[0])), r, 1.3 if q[0] > r[0] * 2 else 1), what) \
            if q[0] < r[0] * 4 else None
    for places, rounding, corners, half in (("asymmetric", "floor", 0, 0), ("align_corners", "round_prefer_ceil", 1, 0),
                                            ("tf_half_pixel_for_nn", "floor", 0, 1)):
        ys, xs = (list(tflite_nearest(n, out, corners, half)) for n, out in ((h, size[0]), (w, size[1])))
        net.add(name, "resize([%d, %d], nearest, coordinates = %s, rounding = %s)" % (*size, places, rounding),
                equal_to(codes[ys][:, xs]), what)
    factor = rng.randint(2, 4)
    check = equal_to(tflite_bilinear(codes, (h * factor, w * factor), "half_pixel")) if how == "tflite" else within_a_step_of(
        real_bilinear(codes - q[1], (h * factor, w * factor), "half_pixel") * float(f32(q[0])), q, 0.7)
    net.add(name, "upsample(%d, mode = bilinear)" % factor, check, what)
    net.add(name, "upsample(%d, mode = nearest)" % factor, equal_to(codes.repeat(factor, 0).repeat(factor, 1)), what)


def add_pairs(net, rng, how):
    a, b = np.arange(-128, 128).repeat(16), np.array([rng.randint(-128, 127) for _ in range(4096)])
    p, q = random_quant(rng), random_quant(rng)
    x, z = net.add_input(a.reshape(64, 64, 1), p), net.add_input(b.reshape(64, 64, 1), q)
    r = random_scale(rng, p[0], p[0] * 4), rng.randint(-128, 127)
    s = float(f32(p[0])), float(f32(q[0])), float(f32(r[0]))
    twice = 2 * max(s[:2])
    parts = [quantize_multiplier(v / twice) for v in s[:2]]
    last = quantize_multiplier(twice / (2**20 * s[2]))
    for word, sign in (("add", 1), ("sub", -1)):
        sums = [multiply(how, (int(u) - p[1]) << 20, parts[0]) + sign * multiply(how, (int(v) - q[1]) << 20, parts[1])
                for u, v in zip(a, b)]
        net.add(x, "%s(%s, %s)" % (word, z, written(r)), equal_to([clamp(r[1] + multiply(how, t, last)) for t in sums]),
                "%s and %s" % (p, q))
    by = quantize_multiplier(s[0] * s[1] / s[2])
    net.add(x, "mul(%s, %s)" % (z, written(r)),
            equal_to([clamp(r[1] + multiply(how, (int(u) - p[1]) * (int(v) - q[1]), by)) for u, v in zip(a, b)]),
            "%s and %s" % (p, q))
    by = quantize_multiplier(s[0] / s[2])
    net.add(x, "requantize(%s)" % written(r), equal_to([clamp(r[1] + multiply(how, int(u) - p[1], by)) for u in a]), str(p))


def add_kernels(net, rng, how):
    """Convolutions whose padding lies at the zero point, and transposed ones, to which pixels outside add nothing."""
    h, w, c, out = rng.randint(3, 7), rng.randint(3, 7), rng.randint(1, 5), rng.randint(1, 6)
    q, codes = random_quant(rng), np.array([rng.randint(-128, 127) for _ in range(h * w * c)]).reshape(h, w, c)
    name = net.add_input(codes, q)
    for layer in ("conv", "conv_transpose"):
        label, stride, pad = layer + "_layer", rng.choice([1, 2, 3]), rng.choice([0, 1])
        one = rng.random() < 0.3
        weight = np.array([rng.randint(-127, 127) for _ in range(9 * c * out)], np.int8).reshape(out, c, 3, 3)
        bias = np.array([rng.randint(-20000, 20000) for _ in range(out)], np.int32)
        scales = np.array([random_scale(rng, 0.001, 0.02) for _ in range(1 if one else out)], np.float32)
        net.tensors[label + ".weight"] = weight if layer == "conv" else np.ascontiguousarray(weight.transpose(1, 0, 2, 3))
        net.tensors[label + ".bias"], net.tensors[label + ".weight_scale"] = bias, scales
        wide = 2 * 9 * 8
        field = np.zeros((wide, wide, out), np.int64) + bias
        if layer == "conv":
            padded = np.zeros((h + 2 * pad, w + 2 * pad, c), np.int64)
            padded[pad:pad + h, pad:pad + w] = codes - q[1]
            rows, columns = ((n + 2 * pad - 3) // stride + 1 for n in (h, w))
            field = field[:rows, :columns]
            for y, x in itertools.product(range(rows), range(columns)):
                field[y, x] += np.einsum("yxc,ocyx->o", padded[y * stride:y * stride + 3, x * stride:x * stride + 3], weight)
        else:
            for y, x in itertools.product(range(h), range(w)):
                field[y * stride:y * stride + 3, x * stride:x * stride + 3] += np.einsum("c,ocyx->yxo", codes[y, x] - q[1], weight)
            field = field[pad:(h - 1) * stride + 3 - pad, pad:(w - 1) * stride + 3 - pad]
        r = random_scale(rng, 20 * q[0] * 0.02, 900 * q[0] * 0.02), rng.randint(-128, 127)
        by = [quantize_multiplier(float(f32(q[0])) * float(scales[0 if one else o]) / float(f32(r[0]))) for o in range(out)]
        net.add(name, "%s(%d, 3, stride = %d, padding = [%d, %d, %d, %d], bias = true, one_weight_scale = %s, %s) @\"%s\"" %
                (layer, out, stride, pad, pad, pad, pad, "true" if one else "false", written(r), label),
                equal_to([[[clamp(multiply(how, int(v), by[o]) + r[1]) for o, v in enumerate(pixel)] for pixel in row]
                          for row in field]), "%s %s" % ((h, w, c), q))


ROUNDS = {add_activations: 12, add_softmax: 4, add_means: 8, add_resizes: 8, add_pairs: 4, add_kernels: 12}


def main(lcc, target):
    if target:
        machines.require_machine(target, None, None)
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        for how in ("tflite", "once"):
            for add, rounds in ROUNDS.items():
                rng = random.Random(add.__name__ + how)
                for i in range(1 if target else rounds):
                    net = Network(lcc, os.path.join(folder, "%s%s%d" % (how, add.__name__, i)), how)
                    os.mkdir(net.folder)
                    add(net, rng, how)
                    compared += net.run(target)
    print("%d layers of codes compared" % compared)


if __name__ == "__main__":
    if len(sys.argv) != 2 and sys.argv[2:3] != ["--emitted"]:
        sys.exit("usage: int_vs_python.py LCC [--emitted TARGET]")
    main(sys.argv[1], sys.argv[3] if len(sys.argv) > 2 else None)
