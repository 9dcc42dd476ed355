"""Blocks for random_more.py that move elements: reshape, transpose, concat along any axis, heads of detectors."""


def factors(n, parts, s):
    """`parts` random factors whose product is n."""
    sizes = []
    for _ in range(parts - 1):
        d = s.pick([d for d in range(1, n + 1) if n % d == 0])
        sizes.append(d)
        n //= d
    return sizes + [n]


def shuffled(n, s):
    order = []
    left = list(range(n))
    while left:
        order.append(left.pop(s.whole(0, len(left) - 1)))
    return order


def listed(numbers):
    return "[" + ", ".join(map(str, numbers)) + "]"


def transpose(net):
    """The three axes in another order."""
    s = net.stream
    order = shuffled(3, s)
    shape = tuple(net.shape[i] for i in order)
    if shape[2] > net.limits.MAX_CHANNELS:
        return
    net.say("transpose(%s)" % listed(order) + net.label())
    net.shape = shape


def transpose_dims(net):
    """The elements counted by up to six axes, in another order, as a new shape."""
    s = net.stream
    h, w, c = net.shape
    dims = []
    for size in net.shape:
        dims += factors(size, s.pick([1, 1, 2, 2]), s)
    if s.chance(0.3):
        dims = factors(h * w * c, s.whole(2, 5), s)
    order = shuffled(len(dims), s)
    shape = tuple(factors(h * w * c, 3, s))
    if s.chance(0.7):
        cuts = sorted(s.whole(0, len(dims)) for _ in range(2))
        shape = (1, 1, 1)
        for i, axis in enumerate(order):
            at = 0 if i < cuts[0] else 1 if i < cuts[1] else 2
            shape = tuple(n * dims[axis] if k == at else n for k, n in enumerate(shape))
    if shape[2] > net.limits.MAX_CHANNELS or max(shape[:2]) > 600:
        return
    net.say("transpose(%s, dims = %s, shape = %s)" % (listed(order), listed(dims), listed(shape)))
    net.shape = shape


def new_shape(net):
    """A random shape of as many elements, at times with the same channels."""
    s = net.stream
    h, w, c = net.shape
    if s.chance(0.3):
        return tuple(factors(h * w, 2, s)) + (c,)
    return tuple(factors(h * w * c, 3, s))


def reshape(net):
    shape = new_shape(net)
    if shape[2] > net.limits.MAX_CHANNELS or max(shape[:2]) > 600:
        return
    net.say("reshape(%d, %d, %d)%s" % (shape + (net.label(),)))
    net.shape = shape


def name(net):
    """Names the tensor as it is."""
    made = net.new_name()
    net.say("identity as " + made)
    return made


def concat_axis(net):
    """Branches joined along any axis: convolutions, the tensor itself, views of it."""
    s = net.stream
    axis = s.whole(0, 2)
    start, joined = net.shape, [0, 0, 0]
    lines = len(net.lines)
    net.open("concat(axis = %s)" % "hwc"[axis])
    for _ in range(s.whole(2, 3)):
        net.shape = start
        net.open("branch")
        kind = s.weighted([("conv", 4), ("identity", 1), ("transpose", 1), ("reshape", 1), ("relu", 1)])
        if kind == "conv":
            net.conv_or_identity(start[2], "1")
        elif kind == "transpose":
            net.say("transpose([0, 1, 3, 2], dims = [%d, %d, 1, %d], shape = [%d, %d, %d])" % (start[:2] + start[2:] + start))
        elif kind == "reshape":
            net.say("reshape(%d, 1, %d) -> reshape(%d, %d, %d)" % ((start[0] * start[1], start[2]) + start))
        else:
            net.say(kind)
        net.close()
        joined = [start[i] if i != axis else joined[i] + start[i] for i in range(3)]
    net.close()
    net.shape = tuple(joined)
    if not net.fits(net.shape):
        del net.lines[lines:]
        net.shape = start


def heads(net):
    """Heads of a detector: convolutions over several maps, reshaped to one box a row and joined along the height."""
    s = net.stream
    h, w, c = net.shape
    values = s.whole(1, 6)
    start, maps = name(net), []
    for _ in range(s.whole(1, 3)):
        if maps and net.shape[0] > 3 and net.shape[1] > 3:
            net.say("max_pool(2, stride = 2, padding = valid)")
            net.shape = (net.shape[0] // 2, net.shape[1] // 2, c)
        maps.append((name(net), net.shape))
    results = []
    for i, (m, shape) in enumerate(maps):
        anchors = s.whole(1, 4)
        macs = shape[0] * shape[1] * c * anchors * values
        if macs > net.limits.MAX_MACS:
            continue
        net.say("from " + m)
        net.say("conv(%d, 1)%s" % (anchors * values, net.label()))
        net.macs += macs
        if s.chance(0.3):
            net.say("bn -> sigmoid")
        rows = shape[0] * shape[1] * anchors
        if s.chance(0.2):
            net.say("transpose([2, 0, 1, 3], dims = [%d, %d, %d, %d], shape = [%d, 1, %d])"
                    % (shape[:2] + (anchors, values, rows, values)))
        else:
            net.say("reshape(%d, 1, %d)" % (rows, values))
        results.append((name(net), rows))
    if not results or net.macs > net.limits.MAX_TOTAL_MACS:
        net.say("from " + start)
        net.shape = (h, w, c)
        return
    if len(results) > 1:
        net.say("from %s -> concat(%s, axis = h)" % (results[0][0], ", ".join(m for m, _ in results[1:])))
    net.shape = (sum(rows for _, rows in results), 1, values)
    if s.chance(0.3):
        net.output()
    if s.chance(0.3):
        net.say("softmax")


def flat_heads(net):
    """The same with flat tensors, joined along the channels."""
    s = net.stream
    h, w, c = net.shape
    if h * w * c > net.limits.MAX_ELEMENTS // 4:
        return
    net.open("concat")
    total = 0
    for _ in range(s.whole(2, 3)):
        out = s.whole(1, 5)
        net.say("branch { conv(%d, 1) -> flatten }" % out)
        total += h * w * out
    net.close()
    if s.chance(0.5):
        net.output()
    out = s.whole(2, 9)
    net.say("dense(%d) -> tanh" % out)
    net.macs += total * out
    net.shape = (1, 1, out)


BLOCKS = [transpose, transpose_dims, reshape, concat_axis, heads, flat_heads]
