"""What random_net.py is made of: limits of sizes, a stream of choices, and windows (kernel, stride, dilation, padding)
that fit."""
import random


class Small:
    """Odd sizes, few channels."""
    MAX_ELEMENTS = 6000  # of a tensor
    MAX_MACS = 400_000  # of a layer
    MAX_TOTAL_MACS = 3_000_000
    MAX_CHANNELS = 72
    SIDES = [4, 5, 6, 7, 9, 11, 13, 15, 16, 17, 19]


class Wide:
    """A few pixels, many channels."""
    MAX_ELEMENTS = 12000
    MAX_MACS = 2_000_000
    MAX_TOTAL_MACS = 8_000_000
    MAX_CHANNELS = 600
    SIDES = [2, 3, 4, 5]


class Stream:
    """Choices drawn from random() alone."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def whole(self, least, most):
        return least + int(self.random() * (most - least + 1))

    def chance(self, p):
        return self.random() < p

    def pick(self, things):
        return things[int(self.random() * len(things))]

    def weighted(self, pairs):
        at = self.random() * sum(weight for _, weight in pairs)
        for thing, weight in pairs:
            at -= weight
            if at < 0:
                return thing
        return pairs[-1][0]


class Window:
    """Kernel, stride, dilation and padding of a layer, and what they make of a height and width."""

    def __init__(self, net, pool=False):
        s = net.stream
        sizes = [(1, 4 if not pool else 0.2), (2, 1), (3, 6), (5, 2), (7, 0.5)]
        self.kernel = self.pair(s, sizes, 0.15)
        self.stride = self.pair(s, [(1, 6), (2, 3), (3, 0.5)], 0.1)
        self.dilation = (1, 1) if pool else self.pair(s, [(1, 8), (2, 1), (3, 0.3)], 0.2)
        self.padding = s.weighted([(None, 6), ("same", 2), ("symmetric", 2), ("valid", 2), ("whole", 1), ("sides", 2)])
        kind = self.padding or net.padding
        self.reach = [d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation)]
        if kind == "symmetric" and any(r % 2 == 0 for r in self.reach):
            kind = self.padding = "same"
        most = [min(k, 4) - 1 for k in self.kernel] if pool else [3, 3]
        if kind == "whole":
            pad = s.whole(0, min(most + [2]))
            self.sides = [pad] * 4
            self.padding = str(pad)
        elif kind == "sides":
            self.sides = [s.whole(0, most[0]), s.whole(0, most[0]), s.whole(0, most[1]), s.whole(0, most[1])]
            self.padding = "[%d, %d, %d, %d]" % tuple(self.sides)
        self.kind = kind
        self.pool = pool

    @staticmethod
    def pair(s, weights, p_different):
        first = s.weighted(weights)
        return (first, s.weighted(weights)) if s.chance(p_different) else (first, first)

    def apply(self, h, w):
        """The output's height and width, or None where the window does not fit."""
        out = []
        for axis, size in enumerate((h, w)):
            reach, stride = self.reach[axis], self.stride[axis]
            if self.kind == "same":
                total = max((-(-size // stride) - 1) * stride + reach - size, 0)
                before, behind = total // 2, total - total // 2
            elif self.kind == "symmetric":
                before = behind = (reach - 1) // 2
            elif self.kind == "valid":
                before = behind = 0
            else:
                before, behind = self.sides[2 * axis], self.sides[2 * axis + 1]
            if size + before + behind < reach:
                return None
            if self.pool and max(before, behind) >= self.kernel[axis]:
                return None
            out.append((size + before + behind - reach) // stride + 1)
        return tuple(out)

    def arguments(self):
        args = []
        if self.stride != (1, 1):
            args.append("stride = " + pair_text(self.stride))
        if self.dilation != (1, 1):
            args.append("dilation = " + pair_text(self.dilation))
        if self.padding:
            args.append("padding = " + self.padding)
        return args


def pair_text(pair):
    return str(pair[0]) if pair[0] == pair[1] else "[%d, %d]" % pair


def divisors(n):
    return [d for d in range(1, n + 1) if n % d == 0]


def real_text(x):
    return "%.4g" % x
