"""Blocks for random_more.py that move elements: transpose."""


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


BLOCKS = [transpose, transpose_dims]
