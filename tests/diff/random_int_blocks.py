"""Blocks for random_int.py: what networks of codes are made of. A block is a function that takes the network, adds lines with say()
and sets `shape` and what its codes are; if nothing fits it adds none."""
from random_more_layout import factors, listed, shuffled
from random_window import divisors

# --- layers


def conv(net):
    if net.int_conv():
        net.activate()


def depthwise(net):
    if net.int_depthwise():
        net.activate()


def pool(net):
    net.int_pool()


def activation(net):
    net.activate()


def requantize(net):
    s = net.stream
    if s.chance(0.25):
        q = (net.any_q(1)[0], s.whole(0, 255))
        net.say("requantize(%s, dtype = uint8)" % net.words(q))
        net.become(q, "uint8")
    else:
        q = net.any_q(s.pick([0.4, 1, 2]))
        net.say("requantize(%s)" % net.words(q))
        net.become(q)


def bottleneck(net):
    """expand, depthwise, project, with a scale for each channel between them."""
    s = net.stream
    h, w, c = net.shape
    wide = min(c * s.pick([2, 3, 4]), net.limits.MAX_CHANNELS)
    if not net.fits((h, w, wide), h * w * c * wide) or not net.int_conv(out=wide, kernel=1, per_channel=True):
        return
    if s.chance(0.6):
        net.say("relu")
    if net.int_depthwise(per_channel=True) and s.chance(0.6):
        net.say("relu")
    if s.chance(0.2):
        net.say("max_pool(3, padding = same)")
    if s.chance(0.2):
        net.say("identity")
    if not net.int_conv(out=net.channels(), kernel=1):
        net.match_plain(net.any_q())
        return
    net.activate()


# --- joins


def body(net, depth=0):
    """Layers that keep the shape."""
    s = net.stream
    c = net.shape[2]
    if s.chance(0.5) and net.int_conv(out=min(c * s.pick([1, 2, 3]), net.limits.MAX_CHANNELS), kernel=1):
        net.activate()
    if s.chance(0.7) and net.int_depthwise(keep=True):
        net.activate()
    if depth < 1 and s.chance(0.2):
        residual(net, depth + 1)
    if s.chance(0.2):
        excite(net)
    if net.shape[2] != c or s.chance(0.5):
        plain_conv(net, c)
        if s.chance(0.3):
            net.activate()
    elif s.chance(0.4):
        net.say("identity")
    else:
        net.activate()
        net.say("identity")


def plain_conv(net, out):
    """1 x 1 whatever it costs: the channels have to come out right."""
    h, w, c = net.shape
    groups = net.stream.pick([d for d in divisors(c) if out % d == 0]) if net.stream.chance(0.2) else 1
    net.say_kernel("conv", [str(out), "1"] + (["groups = %d" % groups] if groups > 1 else []), (h, w, out), c // groups, None)


def residual(net, depth=0):
    s = net.stream
    net.need_int8()
    before = net.q
    lines = len(net.lines)
    net.open("residual(q = ?)")
    body(net, depth)
    net.need_int8()
    larger = before if float(before[0]) > float(net.q[0]) else net.q
    net.become(larger)
    q = net.any_q(s.pick([1, 1.3]))
    net.lines[lines] = net.lines[lines].replace("q = ?", net.words(q))
    net.close()
    net.become(q)
    if s.chance(0.4):
        net.bounds(1)


def excite(net):
    """Squeeze-excite: a gate for each channel."""
    s = net.stream
    net.need_int8()
    before, c = net.q, net.shape[2]
    shape, lines = net.shape, len(net.lines)
    net.open("scale(q = ?)")
    q = net.any_q(0.5) if s.chance(0.6) else None
    net.say("global_avg_pool" + ("(%s)" % net.words(q) if q else ""))
    net.become(q or net.q)
    net.shape = (1, 1, c)
    plain_conv(net, s.whole(1, max(1, c // 2)))
    net.activate()
    net.need_int8()
    plain_conv(net, c)
    net.gate()
    net.close()
    made = ("%.4g" % (float(before[0]) * float(net.q[0]) * (60 + 80 * s.random())), net.zero())
    net.lines[lines] = net.lines[lines].replace("q = ?", net.words(made))
    net.shape = shape
    net.become(made)


def concat(net):
    """Branches of one scale, joined along any axis."""
    s = net.stream
    net.need_int8()
    start, q = net.shape, net.q
    end = q if s.chance(0.5) else net.any_q(1)
    axis = s.weighted([(2, 4), (0, 1), (1, 1)])
    joined, lines, macs = [0, 0, 0], len(net.lines), net.macs
    net.open("concat(axis = %s)" % "hwc"[axis] if axis != 2 or s.chance(0.3) else "concat")
    for _ in range(s.whole(2, 4)):
        net.shape = start
        net.become(q)
        net.open("branch")
        kind = s.weighted([("conv", 4), ("identity", 1.5), ("pool", 1), ("slice", 1)])
        if kind == "conv":
            net.int_conv(out=None if axis == 2 else start[2], kernel=s.pick([1, 3]), q=end)
            if s.chance(0.4):
                net.bounds(1)
        elif kind == "pool":
            net.say("%s(3, padding = same)" % s.pick(["max_pool", "avg_pool"]))
        elif kind == "slice" and axis == 2:
            count = s.whole(1, start[2])
            net.say("slice(%d, %d)" % (s.whole(0, start[2] - count), count))
            net.shape = start[:2] + (count,)
        net.say("identity")
        net.match(end)
        net.close()
        joined = [start[i] if i != axis else joined[i] + net.shape[i] for i in range(3)]
    net.close()
    net.shape = tuple(joined)
    net.become(end)
    if not net.fits(net.shape):
        del net.lines[lines:]
        net.shape, net.macs = start, macs
        net.become(q)


def split(net):
    """ShuffleNetV2's unit."""
    s = net.stream
    net.need_int8()
    h, w, c = net.shape
    q = net.q
    parts = s.pick([d for d in divisors(c) if d <= 4])
    net.open("split")
    for i in range(parts):
        net.shape = (h, w, c // parts)
        net.become(q)
        net.open("branch")
        if i == 0 and s.chance(0.6):
            net.say("identity")
        else:
            body(net, 1)
        net.match(q)
        net.close()
    net.close()
    net.shape = (h, w, c)
    net.become(q)
    if s.chance(0.7):
        shuffle(net)


def broadcast(net):
    """The tensor and a smaller one that is made of it: of one pixel, one channel, one row or column."""
    s = net.stream
    net.need_int8()
    h, w, c = net.shape
    q, name = net.q, net.name_int()
    small = s.pick(["global_avg_pool", "conv", "avg_pool([%d, 1], padding = valid)" % h, "slice(%d, 1)" % s.whole(0, c - 1),
                    "avg_pool([1, %d], padding = valid)" % w, "full"])
    op = s.pick(["add", "sub", "min", "max", "mul"])
    if small == "conv":
        plain_conv(net, 1)
    elif small == "full":
        net.activate()
    else:
        net.say(small)
    net.shape = (h, w, c)
    if op in ("min", "max"):
        net.match_plain(q)
        net.say("%s(%s)" % (op, name))
        net.become(q)
        return
    net.need_int8()
    made = net.any_q(1) if op != "mul" else ("%.4g" % (float(q[0]) * float(net.q[0]) * (60 + 80 * s.random())), net.zero())
    net.say("%s(%s, %s)" % (op, name, net.words(made)))
    net.become(made)
    net.bounds(0.2)


def constant(net):
    """A constant of the tensor's shape, or of one with fewer rows, columns or channels."""
    s = net.stream
    net.need_int8()
    name, q = net.name_int(), net.any_q(1)
    made = net.any_q(1.3)
    net.say("constant(%d, %d, %d, %s)%s" % (*[n if s.chance(0.6) else 1 for n in net.shape], net.words(q), net.label()))
    net.say("%s(%s, %s)" % (s.pick(["add", "sub"]), name, net.words(made)))
    net.become(made)


# --- what moves codes


def shuffle(net):
    net.say("shuffle(%d)" % net.stream.pick(divisors(net.shape[2])))


def slices(net):
    """A part of an axis, which may be every so many places, or go back."""
    s = net.stream
    axis = s.whole(0, 2)
    size = net.shape[axis]
    step = s.pick([1, 1, 1, 2, -1])
    begin = s.whole(0, size // 2) if step > 0 else s.whole(size // 2, size - 1)
    most = (size - 1 - begin) // step + 1 if step > 0 else begin // -step + 1
    count = s.whole((most + 1) // 2, most)
    words = "" if axis == 2 else ", axis = " + "hw"[axis]
    net.say("slice(%d, %d%s%s)" % (begin, count, words, "" if step == 1 else ", step = %d" % step))
    net.shape = tuple(count if i == axis else n for i, n in enumerate(net.shape))


def pads(net):
    s = net.stream
    h, w, c = net.shape
    mode = s.pick(["constant", "constant", "reflect", "edge"])
    most = [min(2, n - 1) if mode == "reflect" else 2 for n in (h, h, w, w, c, c)]
    sides = [s.whole(0, m) for m in most]
    if s.chance(0.7):
        sides[4] = sides[5] = 0
    shape = (h + sides[0] + sides[1], w + sides[2] + sides[3], c + sides[4] + sides[5])
    if not net.fits(shape):
        return
    words = "" if mode == "constant" else ", mode = " + mode
    words += ", value = %s" % s.pick(["1.5", "-0.25"]) if mode == "constant" and s.chance(0.4) else ""
    words += ", channels = [%d, %d]" % (sides[4], sides[5]) if sides[4] or sides[5] else ""
    net.say("pad([%d, %d, %d, %d]%s)" % (*sides[:4], words))
    net.shape = shape
    if s.chance(0.5):
        conv(net)


def resize(net):
    s = net.stream
    h, w, c = net.shape
    net.need_int8()
    shape = s.pick([(h * 2, w * 2, c), (s.whole(1, 20), s.whole(1, 20), c)])
    if not net.fits(shape):
        return
    if shape[0] == h * 2 and s.chance(0.5):
        net.say("upsample(2, mode = %s)" % s.pick(["nearest", "bilinear"]))
    else:
        net.say("resize([%d, %d], %s%s)" % (*shape[:2], s.pick(["nearest", "linear"]),
                                            s.pick(["", ", coordinates = align_corners", ", coordinates = asymmetric"])))
    net.shape = shape


def transpose(net):
    s = net.stream
    order = shuffled(3, s)
    shape = tuple(net.shape[i] for i in order)
    if shape[2] <= net.limits.MAX_CHANNELS:
        net.say("transpose(%s)" % listed(order))
        net.shape = shape


def reshape(net):
    s = net.stream
    h, w, c = net.shape
    shape = tuple(factors(h * w, 2, s)) + (c,) if s.chance(0.3) else tuple(factors(h * w * c, 3, s))
    if shape[2] <= net.limits.MAX_CHANNELS and max(shape[:2]) <= 600:
        net.say("reshape(%d, %d, %d)" % shape)
        net.shape = shape


def blocks(net):
    s = net.stream
    h, w, c = net.shape
    b = s.pick([2, 2, 3])
    order = s.pick(["", ", order = crd"])
    if h % b == 0 and w % b == 0 and net.fits((h // b, w // b, c * b * b)):
        net.say("space_to_depth(%d%s)" % (b, order))
        net.shape = (h // b, w // b, c * b * b)
    elif c % (b * b) == 0 and net.fits((h * b, w * b, c // (b * b))):
        net.say("depth_to_space(%d%s)" % (b, order))
        net.shape = (h * b, w * b, c // (b * b))


# --- others


def means(net):
    s = net.stream
    net.need_int8()
    h, w, c = net.shape
    axis = s.pick(["h", "w", "hw", "c"])
    q = net.any_q(0.7) if s.chance(0.5) else None
    net.say("reduce(%s, [%s]%s)" % (s.pick(["mean", "mean", "max", "min"]) if not q else "mean", ", ".join(axis),
                                    ", " + net.words(q) if q else ""))
    net.shape = tuple(1 if name in axis else n for name, n in zip("hwc", net.shape))
    net.become(q or net.q)


def conv_transpose(net):
    s = net.stream
    h, w, c = net.shape
    net.need_int8()
    kernel, stride = s.pick([(2, 2), (3, 2), (4, 2), (3, 1), (2, 3)])
    out = net.channels()
    groups = s.pick([d for d in divisors(c) if out % d == 0]) if s.chance(0.3) else 1
    shape = (h * stride, w * stride, out)
    if not net.fits(shape, h * w * c * out // groups * kernel * kernel) or out * stride * stride > 2000:
        return
    args = [str(out), str(kernel), "stride = %d" % stride, "padding = same"] + (["groups = %d" % groups] if groups > 1 else [])
    net.say_kernel("conv_transpose", args, shape, c // groups * kernel * kernel, None)
    net.activate()


def softmax(net):
    net.need_int8()
    q = ("0.00390625", -128)
    net.say("softmax(%s)" % net.words(q))
    net.become(q)


def floats(net):
    """A part that computes with floats."""
    s = net.stream
    h, w, c = net.shape
    if not net.fits(net.shape, h * w * c * c):
        return
    net.say("dequantize")
    net.say("conv(%d, 1) -> bn -> %s" % (c, s.pick(["relu", "sigmoid", "hswish"])))
    net.macs += h * w * c * c
    kind = s.pick(["int8", "uint8"])
    q = ("%.4g" % (0.01 + 0.03 * s.random()), net.zero(0 if kind == "uint8" else -128))
    net.say("quantize(%s, dtype = %s)" % (net.words(q), kind))
    net.become(q, kind)


def output(net):
    net.output()


BLOCKS = [(conv, 6), (depthwise, 4), (bottleneck, 3), (pool, 1.5), (residual, 3), (split, 1.5), (concat, 2), (excite, 1.5),
          (activation, 1.5), (requantize, 0.8), (broadcast, 1.2), (constant, 0.3), (shuffle, 0.6), (slices, 0.7), (pads, 0.8),
          (resize, 0.6), (transpose, 0.3), (reshape, 0.3), (blocks, 0.5), (means, 0.5), (conv_transpose, 0.6), (softmax, 0.1),
          (output, 0.4)]
