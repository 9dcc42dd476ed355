"""What TensorFlow Lite for Microcontrollers' reference kernels compute on int8, in Python's integers: written from the published
rules (gemmlowp's fixed point, TensorFlow Lite's quantization specification), and sharing nothing with lcc."""
import math

import numpy

NONE, RELU, RELU_N1_TO_1, RELU6 = range(4)
SAME, VALID = 0, 1


def multiplier(factor):
    """(a number of 31 bits, a power of two)."""
    if factor == 0:
        return 0, 0
    part, shift = math.frexp(factor)
    whole = math.floor(part * 2**31 + 0.5)
    if whole == 2**31:
        whole, shift = whole // 2, shift + 1
    return (0, 0) if shift < -31 else (whole, shift)


def toward_zero(x, y):
    return x // y if x >= 0 else -(-x // y)


def rescale(x, by):
    """gemmlowp's doubling high multiply, then its rounding shift."""
    whole, shift = by
    product = (int(x) << max(shift, 0)) * whole
    high = toward_zero(product + (2**30 if product >= 0 else 1 - 2**30), 2**31)
    right = max(-shift, 0)
    mask = (1 << right) - 1
    return (high >> right) + ((high & mask) > (mask >> 1) + (high < 0))


def each(f, *arrays):
    return numpy.vectorize(f, otypes=[numpy.int64])(*arrays)


def round_away(x):
    return math.floor(x + 0.5) if x >= 0 else -math.floor(-x + 0.5)


def bounds(scale, zero, fused):
    """The least and the largest code that a fused function leaves."""
    def code(x):
        return zero + round_away(float(numpy.float32(x) / numpy.float32(scale)))
    low = {RELU: code(0), RELU6: code(0), RELU_N1_TO_1: code(-1)}.get(fused, -128)
    high = {RELU6: code(6), RELU_N1_TO_1: code(1)}.get(fused, 127)
    return max(low, -128), min(high, 127)


def finish(acc, by, y, fused=NONE):
    """acc, rescaled, as codes of y = (scale, zero); `by` is one factor, or one for each entry of the last axis."""
    acc = numpy.atleast_1d(acc)
    factors = [by] * acc.shape[-1] if isinstance(by, tuple) else by
    done = numpy.stack([each(lambda a, f=f: rescale(a, f), acc[..., i]) for i, f in enumerate(factors)], -1)
    return numpy.clip(done + y[1], *bounds(*y, fused)).astype(numpy.int8)


def pads(size, kernel, stride, dilation, padding):
    if padding == VALID:
        return 0, 0
    more = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return more // 2, more - more // 2


def windows(x, kernel, stride, dilation, padding, fill):
    """[rows, columns, kernel height, kernel width, channels]"""
    around = [pads(x.shape[i], kernel[i], stride[i], dilation[i], padding) for i in (0, 1)]
    x = numpy.pad(x.astype(numpy.int64), (*around, (0, 0)), constant_values=fill)
    sizes = [(x.shape[i] - (kernel[i] - 1) * dilation[i] - 1) // stride[i] + 1 for i in (0, 1)]
    return numpy.stack([numpy.stack([x[r * stride[0]:r * stride[0] + (kernel[0] - 1) * dilation[0] + 1:dilation[0],
                                       c * stride[1]:c * stride[1] + (kernel[1] - 1) * dilation[1] + 1:dilation[1]]
                                     for c in range(sizes[1])]) for r in range(sizes[0])])


def single(x):
    return float(numpy.float32(x))


def layer_factors(x_scale, w_scales, y_scale):
    return [multiplier(single(x_scale) * single(w) / single(y_scale)) for w in w_scales]


def conv(x, q, w, scales, b, y, stride, dilation, padding, groups=1, fused=NONE):
    """w is [out, kh, kw, in of a group]."""
    seen = windows(x, w.shape[1:3], stride, dilation, padding, q[1]) - q[1]
    per, out = x.shape[-1] // groups, w.shape[0] // groups
    acc = numpy.concatenate([numpy.einsum("rcklg,oklg->rco", seen[..., g * per:(g + 1) * per], w[g * out:(g + 1) * out].astype(numpy.int64))
                             for g in range(groups)], -1)
    return finish(acc + b, layer_factors(q[0], scales, y[0]), y, fused)


def fully_connected(x, q, w, scale, b, y, fused=NONE):
    """With one scale, whose product with the input's is rounded to single precision."""
    acc = (x.astype(numpy.int64) - q[1]) @ w.T.astype(numpy.int64) + b
    product = numpy.float32(q[0]) * numpy.float32(scale)
    return finish(acc, multiplier(float(product) / single(y[0])), y, fused)


def transpose_conv(x, q, w, scales, b, y, stride, size, cut):
    """The gradient of a convolution, cut at the top and the left."""
    acc = numpy.zeros((*size, w.shape[0]), numpy.int64) + b
    for r, c, dr, dc in numpy.ndindex(*x.shape[:2], *w.shape[1:3]):
        row, column = r * stride[0] + dr - cut[0], c * stride[1] + dc - cut[1]
        if 0 <= row < size[0] and 0 <= column < size[1]:
            acc[row, column] += w[:, dr, dc].astype(numpy.int64) @ (x[r, c].astype(numpy.int64) - q[1])
    return finish(acc, layer_factors(q[0], scales, y[0]), y)


def add(x, q, z, p, y, sign=1, fused=NONE):
    twice = 2 * max(single(q[0]), single(p[0]))
    by = [multiplier(single(s) / twice) for s in (q[0], p[0])]
    out = multiplier(twice / (2**20 * single(y[0])))
    total = each(lambda a, b: rescale((a - q[1]) * 2**20, by[0]) + sign * rescale((b - p[1]) * 2**20, by[1]), *numpy.broadcast_arrays(x, z))
    return finish(total, out, y, fused)


def multiply(x, q, z, p, y, fused=NONE):
    product = (x.astype(numpy.int64) - q[1]) * (z.astype(numpy.int64) - p[1])
    return finish(product, multiplier(single(q[0]) * single(p[0]) / single(y[0])), y, fused)


def average_pool(x, kernel, stride, padding, q, fused=NONE):
    seen, none = windows(x, kernel, stride, (1, 1), padding, 999), 999
    there = seen != none
    sums, counts = (seen * there).sum((2, 3)), there.sum((2, 3))
    mean = each(lambda s, n: toward_zero(s + n // 2, n) if s > 0 else toward_zero(s - n // 2, n), sums, counts)
    return numpy.clip(mean, *bounds(*q, fused)).astype(numpy.int8)


def max_pool(x, kernel, stride, padding, q, fused=NONE):
    most = windows(x, kernel, stride, (1, 1), padding, -999).max((2, 3))
    return numpy.clip(most, *bounds(*q, fused)).astype(numpy.int8)


def mean_or_sum(x, q, axes, y, total):
    """As one kernel computes them (QuantizedMeanOrSum): the multiplier of a mean is divided by the count."""
    count = int(numpy.prod([x.shape[a] for a in axes]))
    sums = (x.astype(numpy.int64) - q[1]).sum(axes)
    whole, shift = multiplier(single(q[0]) / single(y[0]))
    if not total:
        bits = min(count.bit_length() - 1, 32, 31 + shift)
        whole, shift = (whole << bits) // count, shift - bits
    return finish(sums, (whole, shift), y)


def leaky_relu(x, q, alpha, y):
    """In single precision."""
    one, other = numpy.float32(q[0]), numpy.float32(y[0])
    by, slope = multiplier(float(one / other)), multiplier(float(one * numpy.float32(alpha) / other))
    centred = x.astype(numpy.int64) - q[1]
    return numpy.clip(each(lambda v: rescale(v, by if v >= 0 else slope), centred) + y[1], -128, 127).astype(numpy.int8)


def relu(x, q, y, fused):
    return finish(x.astype(numpy.int64) - q[1], multiplier(single(q[0]) / single(y[0])), y, fused)


def quantize(x, y):
    """Floats to codes."""
    return numpy.clip(each(round_away, (x.astype(numpy.float32) / numpy.float32(y[0])).astype(float)) + y[1], -128, 127).astype(numpy.int8)


def requantize(x, q, y, least=-128):
    codes = each(lambda v: rescale(v, multiplier(single(q[0]) / single(y[0]))), x.astype(numpy.int64) - q[1]) + y[1]
    return numpy.clip(codes, least, least + 255).astype(numpy.int8 if least else numpy.uint8)
