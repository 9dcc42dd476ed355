#!/usr/bin/env python3
"""Holds what the reference interpreter computes along axes to PyTorch in float64: interp_norms_vs_torch.py LCC
[--emitted TARGET]

Softmax, reductions, argmax, the norms and products of two tensors, over every set of axes and on shapes that are odd, flat
or of one pixel. The rest is as in interp_vs_torch.py, whose Cases this builds on. With --emitted TARGET, the C that lcc writes for
these layers is held to PyTorch.
"""

import itertools
import random
import sys
import tempfile

import interp_vs_torch as base
import numpy as np

import torch
import torch.nn.functional as F
from spatial_vs_torch import check_emitted

SHAPES = [(7, 9, 6), (1, 5, 12), (6, 1, 5), (4, 6, 1), (1, 1, 7), (2, 3, 30)]
AXES = {"h": 2, "w": 3, "c": 1}  # in [1, c, h, w]
SETS = [list(s) for n in (1, 2, 3) for s in itertools.combinations("hwc", n)]


def word(axes):
    return axes[0] if len(axes) == 1 else "[%s]" % ", ".join(axes)


def joined(x, axes):
    """x [1, c, h, w] with these axes as one last axis, in the order h, w, c; and the function that puts such a tensor back."""
    gone = [AXES[a] for a in axes]
    order = [d for d in range(4) if d not in gone] + gone
    moved = x.permute(order)
    back = [order.index(d) for d in range(4)]
    return moved.reshape(*moved.shape[:4 - len(gone)], -1), lambda y: y.reshape(moved.shape).permute(back)


class Cases(base.Cases):
    def along(self):
        x = self.x
        for axes in SETS:
            dims, flat = [AXES[a] for a in axes], word(axes)
            line, back = joined(x, axes)
            self.add("softmax(axis = %s)" % flat, back(F.softmax(line, -1)))
            self.add("log_softmax(axis = %s)" % flat, back(F.log_softmax(line, -1)))
            self.add("l2_norm(axis = %s)" % flat, back(F.normalize(line, dim=-1)))
            self.add("normalize(0, 1e30) -> l2_norm(%s, 0.25)" % flat, back(F.normalize(line / 1e30, dim=-1, eps=0.25)))
            reduced = {
                "mean": x.mean(dims, keepdim=True), "sum": x.sum(dims, keepdim=True),
                "max": x.amax(dims, keepdim=True), "min": x.amin(dims, keepdim=True),
                "l1": x.abs().sum(dims, keepdim=True), "l2": torch.linalg.vector_norm(x, 2, dims, keepdim=True),
                "sum_square": (x * x).sum(dims, keepdim=True),
                "prod": line.prod(-1, keepdim=True), "log_sum_exp": torch.logsumexp(x, dims, keepdim=True),
            }
            reduced["prod"] = self.put_back(reduced["prod"], axes)
            for kind, y in reduced.items():
                self.add("reduce(%s, %s)" % (kind, flat), y)
            self.add("normalize(0, 0.001) -> reduce(log_sum_exp, %s)" % flat, torch.logsumexp(x * 1000, dims, keepdim=True))
            self.positions(line, axes)

    def put_back(self, y, axes):
        """[.., 1] for the axes that stay, as [1, c, h, w] with length 1 along the others."""
        return y.reshape([1 if d in [AXES[a] for a in axes] else s for d, s in enumerate(self.x.shape)])

    def positions(self, line, axes):
        """argmax and argmin; with many equal numbers also which of them it is."""
        flat, n = word(axes), line.shape[-1]
        self.add("argmax(%s)" % flat, self.put_back(line.argmax(-1, keepdim=True).double(), axes))
        self.add("argmin(axis = %s)" % flat, self.put_back(line.argmin(-1, keepdim=True).double(), axes))
        equal = (line > 0).int()
        first = torch.tensor(np.argmax(equal.numpy(), -1)[..., None])
        last = n - 1 - torch.tensor(np.argmax(equal.flip(-1).numpy(), -1)[..., None])
        step = "normalize(0, 1e-30) -> relu6"  # 0 or 6
        self.add("%s -> argmax(%s)" % (step, flat), self.put_back(first.double(), axes))
        self.add("%s -> argmax(%s, last = true)" % (step, flat), self.put_back(last.double(), axes))
        first = torch.tensor(np.argmin(equal.numpy(), -1)[..., None])
        last = n - 1 - torch.tensor(np.argmin(equal.flip(-1).numpy(), -1)[..., None])
        self.add("%s -> argmin(%s)" % (step, flat), self.put_back(first.double(), axes))
        self.add("%s -> argmin(%s, last = true) -> relu" % (step, flat), self.put_back(last.double(), axes))

    def scaled(self, label, scale=True, bias=True):
        gamma = self.tensor(label + ".weight", self.c) if scale else None
        return gamma, self.tensor(label + ".bias", self.c) if bias else None

    def norms(self):
        x, c = self.x, self.c
        pixels = x.permute(0, 2, 3, 1)
        for scale, bias in ((True, True), (True, False), (False, True), (False, False)):
            said = "" if scale and bias else ", scale = %s, bias = %s" % (str(scale).lower(), str(bias).lower())
            for eps in (1e-5, 0.25):
                label = self.next_label()
                gamma, beta = self.scaled(label, scale, bias)
                y = F.layer_norm(pixels, (c,), gamma, beta, eps)
                if c > 1:  # the norm of one number is 0, and PyTorch's is off by a rounding
                    self.add('layer_norm(eps = %r%s) @"%s"' % (eps, said, label), y.permute(0, 3, 1, 2))
                for groups in (g for g in range(1, c + 1) if c % g == 0):
                    if self.h * self.w * c // groups == 1:
                        continue  # PyTorch refuses the norm of one number
                    label = self.next_label()
                    gamma, beta = self.scaled(label, scale, bias)
                    self.add('group_norm(%d, eps = %r%s) @"%s"' % (groups, eps, said, label),
                             F.group_norm(x, groups, gamma, beta, eps))
                if self.h * self.w > 1:
                    label = self.next_label()
                    gamma, beta = self.scaled(label, scale, bias)
                    self.add('instance_norm(eps = %r%s) @"%s"' % (eps, said, label),
                             F.instance_norm(x, weight=gamma, bias=beta, eps=eps))
        for scale in (True, False):
            label = self.next_label()
            gamma, _ = self.scaled(label, scale, False)
            y = pixels * torch.rsqrt((pixels * pixels).mean(-1, keepdim=True) + 0.01) * (gamma if scale else 1)
            self.add('rms_norm(eps = 0.01, scale = %s) @"%s"' % (str(scale).lower(), label), y.permute(0, 3, 1, 2))
        for size in (1, 3, 5, 9):
            self.add("lrn(%d)" % size, F.local_response_norm(x, size, 1e-4, 0.75, 1))
            self.add("lrn(%d, alpha = 2, beta = 0.5, k = 3)" % size, F.local_response_norm(x, size, 2, 0.5, 3))

    def products(self):
        """[h, m, k] times [h, k, n], both made of the input by layers, with as many channels in the first as the second has
        columns; and with one h for all."""
        x, label = self.x, self.next_label()
        out = self.stream.randint(1, 9)
        weight = self.tensor(label + ".weight", out, self.c, 1, 1)
        y = F.conv2d(x, weight)  # [1, out, h, w]
        square = self.next_label() + "s"
        weight2 = self.tensor(square + ".weight", self.w, self.c, 1, 1)
        scores = F.softmax(F.conv2d(x, weight2), 1)  # [1, w, h, w]
        result = torch.matmul(scores.permute(0, 2, 3, 1), y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        name = "t%d" % len(self.expected)
        self.lines += ["    from x", '    conv(%d, 1) @"%s" as %s' % (out, label, name)]
        self.add('conv(%d, 1) @"%s" -> softmax -> matmul(%s)' % (self.w, square, name), result)
        pooled = scores.mean(2, keepdim=True)  # one h serves all
        self.add('conv(%d, 1) @"%s" -> softmax -> reduce(mean, h) -> matmul(%s)' % (self.w, square, name),
                 torch.matmul(pooled.permute(0, 2, 3, 1), y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))
        small = name + "m"
        self.lines += ["    from %s" % name, "    reduce(mean, h) as %s" % small]
        self.add('conv(%d, 1) @"%s" -> softmax -> matmul(%s)' % (self.w, square, small),
                 torch.matmul(scores.permute(0, 2, 3, 1), y.mean(2, keepdim=True).permute(0, 2, 3, 1)).permute(0, 3, 1, 2))


def make_cases():
    stream, made = random.Random(2), []
    for shape in SHAPES:
        cases = Cases(shape, stream)
        cases.along()
        cases.norms()
        cases.products()
        made.append(cases)
    return made


def main():
    all_cases = make_cases()
    if len(sys.argv) == 4 and sys.argv[2] == "--emitted":
        sys.exit(check_emitted(sys.argv[1], all_cases, sys.argv[3]))
    if len(sys.argv) != 2:
        sys.exit("usage: interp_norms_vs_torch.py LCC [--emitted TARGET]")
    checked, worst, wrong = 0, 0.0, []
    for cases in all_cases:
        shape = (cases.h, cases.w, cases.c)
        with tempfile.TemporaryDirectory() as folder:
            results = base.run_lcc(sys.argv[1], cases, folder)
        for name, got, expected in zip(cases.names, results, cases.expected):
            checked += 1
            where = "%s on %s" % (name, list(shape))
            positions = name.split("->")[-1].strip().startswith("arg")
            if got.dtype != (np.int32 if positions else np.float64):
                wrong.append("%s: its elements are %s" % (where, got.dtype))
            if got.shape[-3:] != expected.shape:
                wrong.append("%s: shape %s, not %s" % (where, got.shape, expected.shape))
                continue
            error = np.max(np.abs(got.reshape(expected.shape) - expected)) / max(np.max(np.abs(expected)), 1e-30)
            worst = max(worst, error)
            if not error <= base.TOLERANCE:
                wrong.append("%s: off by %.3g of the largest value" % (where, error))
    print("\n".join(wrong[:50] + ["%d layers checked, %d wrong; the largest error is %.2g" % (checked, len(wrong), worst)]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
