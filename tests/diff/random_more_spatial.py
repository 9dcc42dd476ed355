"""Blocks for random_more.py that cut, surround, resize and enlarge maps."""
from random_window import divisors

PLACES = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn", "half_pixel_symmetric"]
ROUNDINGS = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]


def slices(net):
    """A part of an axis, which may be every so many places, or go back."""
    s = net.stream
    axis = s.whole(0, 2)
    size = net.shape[axis]
    step = s.pick([1, 1, 1, 2, 3, -1, -2])
    begin = s.whole(0, size // 2) if step > 0 else s.whole(size // 2, size - 1)
    most = (size - 1 - begin) // step + 1 if step > 0 else begin // -step + 1
    count = s.whole((most + 1) // 2, most)
    words = "" if axis == 2 else ", axis = " + "hw"[axis]
    words += "" if step == 1 else ", step = %d" % step
    net.say("slice(%d, %d%s)" % (begin, count, words) + net.label())
    shape = list(net.shape)
    shape[axis] = count
    net.shape = tuple(shape)


def pads(net):
    s = net.stream
    h, w, c = net.shape
    mode = s.pick(["constant", "reflect", "edge"])
    most = [min(2, n - 1) if mode == "reflect" else 2 for n in (h, h, w, w, c, c)]
    sides = [s.whole(0, m) for m in most]
    if s.chance(0.6):
        sides[4] = sides[5] = 0
    shape = (h + sides[0] + sides[1], w + sides[2] + sides[3], c + sides[4] + sides[5])
    if not net.fits(shape):
        return
    words = "" if mode == "constant" else ", mode = " + mode
    words += ", value = %s" % s.pick(["1.5", "-0.25"]) if mode == "constant" and s.chance(0.5) else ""
    words += ", channels = [%d, %d]" % (sides[4], sides[5]) if sides[4] or sides[5] else ""
    net.say("pad([%d, %d, %d, %d]%s)" % (*sides[:4], words) + net.label())
    net.shape = shape
    if s.chance(0.5):
        net.conv()


def resize(net):
    s = net.stream
    h, w, c = net.shape
    shape = (s.whole(1, 20), s.whole(1, 20), c)
    if s.chance(0.3):
        shape = (h * 2, w * 2, c)
    if not net.fits(shape):
        return
    mode = s.pick(["nearest", "linear", "linear", "cubic"])
    words = ", coordinates = " + s.pick(PLACES) if s.chance(0.7) else ""
    words += ", rounding = " + s.pick(ROUNDINGS) if s.chance(0.5) else ""
    words += ", exclude_outside = true" if mode == "cubic" and s.chance(0.3) else ""
    words += ", scale = %s" % s.pick(["1.5", "[0.75, 2]"]) if s.chance(0.2) else ""
    net.say("resize([%d, %d], %s%s)" % (shape[0], shape[1], mode, words) + net.label())
    net.shape = shape
    net.act()


def blocks(net):
    s = net.stream
    h, w, c = net.shape
    b = s.pick([2, 2, 3])
    order = s.pick(["", ", order = crd"])
    if s.chance(0.5) and h % b == 0 and w % b == 0 and net.fits((h // b, w // b, c * b * b)):
        net.say("space_to_depth(%d%s)" % (b, order) + net.label())
        net.shape = (h // b, w // b, c * b * b)
    elif net.fits((h * b, w * b, c)):
        if c % (b * b) and not net.conv(out=b * b * s.whole(1, 8)):
            return
        h, w, c = net.shape
        if not net.fits((h * b, w * b, c // (b * b))):
            return
        net.say("depth_to_space(%d%s)" % (b, order) + net.label())
        net.shape = (h * b, w * b, c // (b * b))
    net.act(0.5)


def transposed_size(s, size, kernel, stride, dilation, kind, sides):
    reach = dilation * (kernel - 1) + 1
    if kind == "same":
        return size * stride
    return (size - 1) * stride + reach - sum(sides)


def conv_transpose(net):
    s = net.stream
    h, w, c = net.shape
    for _ in range(20):
        kernel = s.pick([(2, 2), (3, 3), (4, 4), (1, 1), (1, 3), (5, 2), (5, 5)])
        stride = s.pick([(2, 2), (2, 2), (1, 1), (3, 3), (1, 2), (4, 1)])
        dilation = s.pick([(1, 1), (1, 1), (1, 1), (2, 2), (2, 3)])
        kind = s.pick(["same", "valid", "sides"])
        sides = [s.whole(0, 2) if kind == "sides" else 0 for _ in range(4)]
        out = net.channels()
        groups = s.pick([d for d in divisors(c) if out % d == 0]) if s.chance(0.3) else 1
        if s.chance(0.15):
            groups, out = c, c * s.whole(1, 2)
        size = tuple(transposed_size(s, n, k, st, d, kind, sd) for n, k, st, d, sd in
                     zip((h, w), kernel, stride, dilation, (sides[:2], sides[2:])))
        more = (s.whole(0, 2), s.whole(0, 2)) if kind != "same" and s.chance(0.3) else (0, 0)
        if min(size) < 1:
            continue
        size = (size[0] + more[0], size[1] + more[1])
        macs = h * w * c * out // groups * kernel[0] * kernel[1]
        if not net.fits(size + (out,), macs) or out * stride[0] * stride[1] > 2000:
            continue
        padding = "[%d, %d, %d, %d]" % tuple(sides) if kind == "sides" else kind
        words = "conv_transpose(%d, [%d, %d], stride = [%d, %d], padding = %s" % (out, *kernel, *stride, padding)
        words += ", groups = %d" % groups if groups > 1 else ""
        words += ", dilation = [%d, %d]" % dilation if dilation != (1, 1) else ""
        words += ", output_padding = [%d, %d]" % more if more != (0, 0) else ""
        net.say(words + ")" + net.label())
        net.shape = size + (out,)
        net.macs += macs
        net.norm_and_act()
        return


BLOCKS = [slices, pads, resize, blocks, conv_transpose, conv_transpose]
