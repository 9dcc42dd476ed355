#!/usr/bin/env python3
"""Holds reshape, transpose and concat along any axis to PyTorch in float64: layout_vs_torch.py LCC [--emitted TARGET]

The networks are made as those of interp_vs_torch.py are. With --emitted TARGET, the C that lcc writes for them is held to the
same numbers.
"""

import os
import random
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from interp_vs_torch import Cases, compare_all  # noqa: E402  (skips where there is no PyTorch)
from spatial_vs_torch import check_emitted  # noqa: E402

import torch  # noqa: E402

SHAPES = [(7, 9, 6), (8, 5, 12), (1, 6, 1), (3, 4, 32), (16, 2, 3)]


def factors(n, parts, s):
    sizes = []
    for _ in range(parts - 1):
        d = s.choice([d for d in range(1, n + 1) if n % d == 0])
        sizes.append(d)
        n //= d
    return sizes + [n]


class LayoutCases(Cases):
    def maps(self):
        """The input as [h, w, c]."""
        return torch.from_numpy(self.array.astype(np.float64))

    def say(self, line, y):
        """The layer `line` must give y: [h, w, c]."""
        self.add(line, y.permute(2, 0, 1)[None])

    def random_shape(self):
        return factors(self.h * self.w * self.c, 3, self.stream)

    def reshapes(self):
        size = self.random_shape()
        self.say("reshape(%d, %d, %d)" % tuple(size), self.maps().reshape(size))
        again = self.random_shape()
        self.say("reshape(%d, %d, %d) -> relu -> reshape(%d, %d, %d)" % (*size, *again), self.maps().relu().reshape(again))

    def transposes(self):
        s, x = self.stream, self.maps()
        order = s.sample(range(3), 3)
        self.say("transpose(%r)" % order, x.permute(order))
        dims = factors(self.h * self.w * self.c, s.randint(1, 8), s)
        order = s.sample(range(len(dims)), len(dims))
        size = self.random_shape()
        y = x.reshape(dims).permute(order).reshape(size)
        line = "transpose(%r, dims = %r, shape = %r)" % (order, dims, size)
        self.say(line, y)
        then = s.sample(range(3), 3)
        self.say(line + " -> transpose(%r)" % then, y.permute(then))
        back = [order.index(i) for i in range(len(order))]
        moved = [dims[i] for i in order]
        self.say(line + " -> transpose(%r, dims = %r, shape = %r)" % (back, moved, list(x.shape)), x)

    def join(self, axis, branches, behind, y):
        self.say("concat(axis = %s) {\n%s\n}%s" % ("hwc"[axis], "\n".join(branches), behind), y)

    def concats(self):
        s, x = self.stream, self.maps()
        axis = s.randrange(3)
        parts, branches = [], []
        for _ in range(s.randint(1, 4)):
            kind = s.choice(["identity", "tanh", "turned", "slice"])
            if kind == "turned":
                branches.append("transpose([1, 0, 2]) -> reshape(%d, %d, %d)" % (self.h, self.w, self.c))
                parts.append(x.permute(1, 0, 2).reshape(x.shape))
            elif kind == "slice" and axis == 2:
                count = s.randint(1, self.c)
                branches.append("slice(%d, %d)" % (self.c - count, count))
                parts.append(x[:, :, self.c - count:])
            else:
                branches.append("tanh" if kind == "tanh" else "identity")
                parts.append(torch.tanh(x) if kind == "tanh" else x)
        self.join(axis, ["branch { %s }" % b for b in branches], "", torch.cat(parts, axis))

    def heads(self):
        """Two heads over the same map, as SSD reshapes and joins them."""
        x, values = self.maps(), self.stream.randint(1, 5)
        branches, parts = [], []
        for _ in range(2):
            anchors, label = self.stream.randint(1, 3), "h%d" % len(self.weights)
            weight = self.tensor(label + ".weight", anchors * values, self.c, 1, 1)[:, :, 0, 0]
            parts.append((x @ weight.T).reshape(-1, 1, values))
            branches.append('branch { conv(%d, 1, bias = false) @"%s" -> reshape(%d, 1, %d) }'
                            % (anchors * values, label, self.h * self.w * anchors, values))
        joined = torch.cat(parts, 0)
        self.join(0, branches, "", joined)
        self.join(0, branches, " -> softmax", torch.softmax(joined, 2))


def make_cases():
    stream = random.Random(11)
    made = []
    for shape in SHAPES:
        cases = LayoutCases(shape, stream)
        for _ in range(12):
            cases.reshapes()
            cases.transposes()
            cases.concats()
        for _ in range(3):
            cases.heads()
        made.append(cases)
    return made


def main():
    cases = make_cases()
    if len(sys.argv) == 4 and sys.argv[2] == "--emitted":
        sys.exit(check_emitted(sys.argv[1], cases, sys.argv[3]))
    if len(sys.argv) != 2:
        sys.exit("usage: layout_vs_torch.py LCC [--emitted TARGET]")
    sys.exit(compare_all(sys.argv[1], cases))


if __name__ == "__main__":
    main()
