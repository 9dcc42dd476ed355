#!/usr/bin/env python3
"""Holds the reference interpreter to PyTorch in float64: interp_vs_torch.py LCC

For each of some small inputs one network is written that has every layer many times, each reading the input and each an
output of its own: odd sizes, odd channels, strides, dilations, groups, all paddings. lcc --run computes it with weights
from an .npz, PyTorch computes the same layers on the same numbers, and every output must agree within 1e-12 of its
largest value. Where PyTorch has the padding (symmetric), its own is used; `same` follows TensorFlow's rule, worked out
here.
"""

import os
import random
import subprocess
import sys
import tempfile

import numpy as np

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("no PyTorch here (Debian's python3-torch)")
    sys.exit(77)

TOLERANCE = 1e-12
SHAPES = [(7, 9, 6), (8, 5, 12), (13, 11, 5), (4, 6, 1), (1, 1, 7), (2, 3, 30)]
ACTIVATIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "hswish": F.hardswish,
    "swish": F.silu,
    "silu": F.silu,
    "sigmoid": torch.sigmoid,
    "hsigmoid": F.hardsigmoid,
    "tanh": torch.tanh,
    "leaky_relu(0.2)": lambda x: F.leaky_relu(x, 0.2),
    "leaky_relu(-0.5)": lambda x: F.leaky_relu(x, -0.5),
}


class Cases:
    """The layers of one network, what PyTorch makes of them, and their weights."""

    def __init__(self, shape, stream):
        self.stream = stream
        self.numbers = np.random.default_rng(stream.randrange(1 << 30))
        self.h, self.w, self.c = shape
        self.lines, self.expected, self.names = [], [], []  # three lines for a layer
        self.weights = {}
        self.array = self.numbers.standard_normal(shape).astype(np.float32) * 2
        self.x = torch.from_numpy(self.array.astype(np.float64)).permute(2, 0, 1)[None]  # [1, c, h, w]

    def tensor(self, name, *shape, positive=False):
        values = self.numbers.standard_normal(shape).astype(np.float32)
        self.weights[name] = np.abs(values) + np.float32(0.1) if positive else values
        return torch.from_numpy(self.weights[name].astype(np.float64))

    def next_label(self):
        return "l%d" % len(self.expected)

    def add(self, line, y):
        """The layer `line`, on the input, must give y: [1, c, h, w] or [1, c]."""
        y = y if y.dim() == 4 else y[:, :, None, None]
        self.lines += ["    from x", "    " + line, "    output y%d" % len(self.expected)]
        self.names.append(line)
        self.expected.append(y[0].permute(1, 2, 0).numpy())

    # --- windows

    def window(self, most_kernel):
        """A random window: the words for it, and its kernel, stride, dilation and sides (left, right, top, bottom)."""
        s = self.stream
        kernel = (s.randint(1, most_kernel), s.randint(1, most_kernel))
        stride, dilation = (s.randint(1, 3), s.randint(1, 3)), (s.randint(1, 3), s.randint(1, 3))
        kind = s.choice(["same", "symmetric", "valid", "number", "sides"])
        return self.resolve(kernel, stride, dilation, kind)

    def resolve(self, kernel, stride, dilation, kind):
        s = self.stream
        reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
        words = kind
        if kind == "same":
            total = [max((-(-n // st) - 1) * st + r - n, 0) for n, st, r in zip((self.h, self.w), stride, reach)]
            rows, columns = [(t // 2, t - t // 2) for t in total]
        elif kind == "symmetric":
            if any(r % 2 == 0 for r in reach):
                return None
            rows, columns = [((r - 1) // 2, (r - 1) // 2) for r in reach]
        elif kind == "valid":
            rows = columns = (0, 0)
        elif kind == "number":
            p = s.randint(0, 2)
            rows, columns, words = (p, p), (p, p), str(p)
        else:
            rows, columns = (s.randint(0, 3), s.randint(0, 3)), (s.randint(0, 3), s.randint(0, 3))
            words = "[%d, %d, %d, %d]" % (*rows, *columns)
        if self.h + sum(rows) < reach[0] or self.w + sum(columns) < reach[1]:
            return None
        return kernel, stride, dilation, (*columns, *rows), words, kind

    def conv(self):
        s = self.stream
        window = self.window(5)
        if not window:
            return
        kernel, stride, dilation, sides, padding, kind = window
        groups = s.choice([g for g in range(1, self.c + 1) if self.c % g == 0])
        out = groups * s.randint(1, 3)
        bias, label = s.random() < 0.5, self.next_label()
        weight = self.tensor(label + ".weight", out, self.c // groups, *kernel)
        b = self.tensor(label + ".bias", out) if bias else None
        more = {"stride": stride, "dilation": dilation, "groups": groups}
        if kind == "symmetric":
            y = F.conv2d(self.x, weight, b, padding=(sides[2], sides[0]), **more)
        else:
            y = F.conv2d(F.pad(self.x, sides), weight, b, **more)
        self.add('conv(%d, [%d, %d], stride = [%d, %d], dilation = [%d, %d], groups = %d, padding = %s, bias = %s) @"%s"'
                 % (out, *kernel, *stride, *dilation, groups, padding, str(bias).lower(), label), y)

    def depthwise(self):
        s = self.stream
        window = self.window(5)
        if not window:
            return
        kernel, stride, dilation, sides, padding, kind = window
        m, label = s.randint(1, 3), self.next_label()
        weight = self.tensor(label + ".weight", self.c * m, 1, *kernel)
        bias = self.tensor(label + ".bias", self.c * m)
        y = F.conv2d(F.pad(self.x, sides), weight, bias, stride=stride, dilation=dilation, groups=self.c)
        self.add('depthwise([%d, %d], stride = [%d, %d], dilation = [%d, %d], multiplier = %d, padding = %s, bias = true) '
                 '@"%s"' % (*kernel, *stride, *dilation, m, padding, label), y)

    def pool(self):
        s = self.stream
        kernel, stride = (s.randint(1, 4), s.randint(1, 4)), (s.randint(1, 3), s.randint(1, 3))
        window = self.resolve(kernel, stride, (1, 1), s.choice(["same", "symmetric", "valid", "number", "sides"]))
        if not window:
            return
        _, _, _, sides, padding, kind = window
        if max(sides[:2]) >= kernel[1] or max(sides[2:]) >= kernel[0]:
            return
        words = "[%d, %d], stride = [%d, %d], padding = %s" % (*kernel, *stride, padding)
        x, ones = F.pad(self.x, sides), F.pad(torch.ones_like(self.x), sides)
        if kind == "symmetric":
            most = F.max_pool2d(self.x, kernel, stride, (sides[2], sides[0]))
            mean, counted = [F.avg_pool2d(self.x, kernel, stride, (sides[2], sides[0]), count_include_pad=c) for c in (False, True)]
        else:
            most = F.max_pool2d(F.pad(self.x, sides, value=-np.inf), kernel, stride)
            counted = F.avg_pool2d(x, kernel, stride)
            mean = counted / F.avg_pool2d(ones, kernel, stride)
        self.add("max_pool(%s)" % words, most)
        self.add("avg_pool(%s)" % words, mean)
        self.add("avg_pool(%s, count_pad = true)" % words, counted)

    # --- the rest

    def once(self):
        """The layers that have little to vary."""
        s, x, c = self.stream, self.x, self.c
        for word, function in ACTIVATIONS.items():
            self.add(word, function(x))
        self.add("softmax", F.softmax(x, 1))
        self.add("normalize(mean = 0, std = 0.001) -> softmax", F.softmax(x * 1000, 1))
        self.add("global_avg_pool", F.adaptive_avg_pool2d(x, 1))
        self.add("identity", x)
        self.add("dropout", x)
        self.add("flatten", x.permute(0, 2, 3, 1).flatten(1))
        for groups in (g for g in range(1, c + 1) if c % g == 0):
            self.add("shuffle(%d)" % groups, F.channel_shuffle(x, groups))
        for factor in (1, 2, 3, 5):
            self.add("upsample(%d, nearest)" % factor, F.interpolate(x, scale_factor=factor, mode="nearest"))
            self.add("upsample(%d, bilinear)" % factor,
                     F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False))
        sides = [s.randint(0, 3) for _ in range(4)]
        self.add("pad([%d, %d, %d, %d])" % tuple(sides), F.pad(x, (sides[2], sides[3], sides[0], sides[1])))
        begin = s.randint(0, c - 1)
        count = s.randint(1, c - begin)
        self.add("slice(%d, %d)" % (begin, count), x[:, begin:begin + count])
        mean = torch.arange(c, dtype=torch.float64)[None, :, None, None] * 0.25
        self.add("normalize(mean = [%s], std = 0.5, divide = 255)" % ", ".join(str(0.25 * i) for i in range(c)),
                 (x / 255 - mean) / 0.5)
        self.weighted_once()
        self.joins()

    def weighted_once(self):
        x, c = self.x, self.c
        for eps in (1e-5, 1e-3, 0.5):
            label = self.next_label()
            gamma, beta = self.tensor(label + ".weight", c), self.tensor(label + ".bias", c)
            mean, var = self.tensor(label + ".running_mean", c), self.tensor(label + ".running_var", c, positive=True)
            self.add('bn(eps = %r) @"%s"' % (eps, label), F.batch_norm(x, mean, var, gamma, beta, eps=eps))
        for bias in (True, False):
            label = self.next_label()
            weight = self.tensor(label + ".weight", 5, c * self.h * self.w)
            b = self.tensor(label + ".bias", 5) if bias else None
            self.add('dense(5, bias = %s) @"%s"' % (str(bias).lower(), label), F.linear(x.flatten(1), weight, b))

    def joins(self):
        x = self.x
        pooled = x.mean((2, 3), keepdim=True)
        self.add("add(x)", x + x)
        self.add("tanh -> add(x)", torch.tanh(x) + x)
        self.add("tanh -> mul(x)", torch.tanh(x) * x)
        self.add("global_avg_pool -> mul(x)", pooled * x)
        self.add("global_avg_pool -> add(x)", pooled + x)
        self.add("scale { global_avg_pool -> sigmoid }", x * torch.sigmoid(pooled))
        self.add("residual { tanh }", x + torch.tanh(x))
        self.add("tanh -> concat(x, x)", torch.cat([torch.tanh(x), x, x], 1))

    def leave(self, kept):
        """Only the layers whose numbers are in `kept` stay."""
        self.lines = [line for i in sorted(kept) for line in self.lines[3 * i:3 * i + 3]]
        self.names, self.expected = ([x for i, x in enumerate(all_) if i in kept] for all_ in (self.names, self.expected))

    def net(self):
        return "\n".join(["net cases {", "    input x: f32[%d, %d, %d]" % (self.h, self.w, self.c), *self.lines, "}", ""])


def run_lcc(lcc, cases, folder):
    paths = {name: os.path.join(folder, name) for name in ("cases.net", "weights.npz", "in.npy")}
    with open(paths["cases.net"], "w", encoding="utf-8") as file:
        file.write(cases.net())
    np.savez(paths["weights.npz"], **cases.weights)
    np.save(paths["in.npy"], cases.array)
    outs = [os.path.join(folder, "y%d.npy" % i) for i in range(len(cases.expected))]
    command = [lcc, paths["cases.net"], "-w", paths["weights.npz"], "--run", paths["in.npy"]]
    for path in outs:
        command += ["--out", path]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit("%s\n%s" % (cases.net(), done.stderr))
    return [np.load(path) for path in outs]


def compare_all(lcc, all_cases):
    """Runs each of the networks, and says how many layers agree. The exit status: 1 where some do not."""
    checked, worst, wrong = 0, 0.0, []
    for cases in all_cases:
        with tempfile.TemporaryDirectory() as folder:
            results = run_lcc(lcc, cases, folder)
        for name, got, expected in zip(cases.names, results, cases.expected):
            checked += 1
            name = "%s on %s" % (name, [cases.h, cases.w, cases.c])
            if got.shape[-3:] != expected.shape:
                wrong.append("%s: shape %s, not %s" % (name, got.shape, expected.shape))
                continue
            error = np.max(np.abs(got.reshape(expected.shape) - expected)) / max(np.max(np.abs(expected)), 1e-30)
            worst = max(worst, error)
            if not error <= TOLERANCE:
                wrong.append("%s: off by %.3g of the largest value" % (name, error))
    print("\n".join(wrong + ["%d layers checked, %d wrong; the largest error is %.2g" % (checked, len(wrong), worst)]))
    return 1 if wrong else 0


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: interp_vs_torch.py LCC")
    stream = random.Random(1)
    all_cases = []
    for shape in SHAPES:
        cases = Cases(shape, stream)
        for _ in range(60):
            cases.conv()
            cases.depthwise()
            cases.pool()
        cases.once()
        all_cases.append(cases)
    sys.exit(compare_all(sys.argv[1], all_cases))


if __name__ == "__main__":
    main()
