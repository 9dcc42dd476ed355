#!/usr/bin/env python3
"""Holds the layers that cut, surround and resize maps to PyTorch in float64: spatial_vs_torch.py LCC

The networks are made as those of interp_vs_torch.py are. What PyTorch does not have (further rules of ONNX's Resize, blocks in
the order of TensorFlow, padding of channels) is worked out here, from the formulas of ONNX's documentation. With --emitted
TARGET, the C that lcc writes for these networks is held to the same numbers, within 1e-4 of the largest value of each channel.
"""

import math
import os
import random
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from interp_vs_torch import Cases, compare_all  # noqa: E402  (skips where there is no PyTorch)
import emitted  # noqa: E402
import machines  # noqa: E402

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

FOREIGN = "aarch64", "wasm32"
SHAPES = [(7, 9, 6), (8, 5, 12), (5, 4, 17), (1, 6, 1), (3, 3, 32)]


# --- resize by ONNX's formulas, one axis at a time


def place(rule, i, n_in, n_out, scale):
    if rule == "half_pixel":
        return (i + 0.5) / scale - 0.5
    if rule == "pytorch_half_pixel":
        return (i + 0.5) / scale - 0.5 if n_out > 1 else 0.0
    if rule == "align_corners":
        return i * (n_in - 1) / (n_out - 1) if n_out > 1 else 0.0
    if rule == "asymmetric":
        return i / scale
    if rule == "tf_half_pixel_for_nn":
        return (i + 0.5) / scale
    adjustment = n_out / (scale * n_in)
    return n_in / 2 * (1 - adjustment) + (i + 0.5) / scale - 0.5


def rounded(rule, x):
    low = math.floor(x)
    if rule == "floor":
        return low
    if rule == "ceil":
        return math.ceil(x)
    if x - low == 0.5:
        return low if rule == "round_prefer_floor" else low + 1
    return round(x)


def weights_of_row(mode, x, rounding, coefficient, exclude, n_in):
    """The weight of each input place."""
    row = np.zeros(n_in)
    if mode == "nearest":
        row[min(max(rounded(rounding, x), 0), n_in - 1)] = 1
        return row
    low, a = math.floor(x), coefficient
    s = x - low
    if mode == "linear":
        taps = {low: 1 - s, low + 1: s}
    else:
        taps = {low - 1: ((a * (s + 1) - 5 * a) * (s + 1) + 8 * a) * (s + 1) - 4 * a,
                low: ((a + 2) * s - (a + 3)) * s * s + 1,
                low + 1: ((a + 2) * (1 - s) - (a + 3)) * (1 - s) ** 2 + 1,
                low + 2: ((a * (2 - s) - 5 * a) * (2 - s) + 8 * a) * (2 - s) - 4 * a}
    if mode == "cubic" and exclude:
        taps = {at: weight for at, weight in taps.items() if 0 <= at < n_in}
        total = sum(taps.values())
        taps = {at: weight / total for at, weight in taps.items()}
    for at, weight in taps.items():
        row[min(max(at, 0), n_in - 1)] += weight
    return row


def resized_axis(mode, rule, rounding, coefficient, exclude, n_in, n_out, scale):
    places = [place(rule, i, n_in, n_out, scale or n_out / n_in) for i in range(n_out)]
    if scale and mode == "nearest": # of a factor that was rounded
        places = [float(np.float32(x)) for x in places]
    return np.stack([weights_of_row(mode, places[i], rounding, coefficient, exclude, n_in)
                     for i in range(n_out)])


class SpatialCases(Cases):
    keras = False  # the names and layouts of the weights

    def transposed(self):
        """A transposed convolution; `same` makes the output stride times the input, as TensorFlow does."""
        s = self.stream
        kernel, stride = (s.randint(1, 5), s.randint(1, 5)), (s.randint(1, 4), s.randint(1, 4))
        dilation = (1, 1) if s.random() < 0.6 else (s.randint(1, 3), s.randint(1, 3))
        groups = s.choice([g for g in range(1, self.c + 1) if self.c % g == 0] + [1] * 3)
        each, bias, label = s.randint(1, 4), s.random() < 0.5, self.next_label()
        reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
        kind = s.choice(["same", "valid", "number", "sides", "sides"])
        full = [(n - 1) * st + r for n, st, r in zip((self.h, self.w), stride, reach)]
        more = (0, 0)
        if kind == "same":
            total = [max(r - st, 0) for r, st in zip(reach, stride)]
            pads = [(t // 2, t - t // 2) for t in total]
            sizes = [n * st for n, st in zip((self.h, self.w), stride)]
            words = "same"
        else:
            pads = [(0, 0)] * 2 if kind == "valid" else [(s.randint(0, 3), s.randint(0, 3)) for _ in range(2)]
            if kind == "number":
                pads = [(pads[0][0],) * 2] * 2
            more = (s.randint(0, 3), s.randint(0, 3)) if s.random() < 0.4 else more
            sizes = [f - sum(p) + m for f, p, m in zip(full, pads, more)]
            words = {"valid": "valid", "number": str(pads[0][0])}.get(kind, "[%d, %d, %d, %d]" % (*pads[0], *pads[1]))
        if min(sizes) < 1 or max(sizes) > 60:
            return
        weight = self.tensor(label, self.c, each, *kernel)
        b = self.tensor(label + ("/bias" if self.keras else ".bias"), groups * each) if bias else None
        array = self.weights.pop(label)
        if self.keras:
            self.weights[label + "/kernel"] = array.transpose(2, 3, 1, 0)
        else:
            self.weights[label + ".weight"] = array
        y = F.conv_transpose2d(self.x, weight, None, stride=stride, dilation=dilation, groups=groups)
        room = [max(p[0] + n - f, 0) for p, n, f in zip(pads, sizes, full)]
        y = F.pad(y, (0, room[1], 0, room[0]))[:, :, pads[0][0]:pads[0][0] + sizes[0], pads[1][0]:pads[1][0] + sizes[1]]
        self.add('conv_transpose(%d, [%d, %d], stride = [%d, %d], groups = %d, dilation = [%d, %d], padding = %s, '
                 'output_padding = [%d, %d], bias = %s) @"%s"' % (groups * each, *kernel, *stride, groups, *dilation, words,
                                                                  *more, str(bias).lower(), label),
                 y if b is None else y + b[None, :, None, None])

    def upsampling_layers(self):
        """What U-Nets and super-resolution have, with PyTorch's own paddings; a norm and an activation behind."""
        for kernel, stride, pad, more in ((2, 2, 0, 0), (4, 2, 1, 0), (3, 2, 1, 1), (3, 1, 1, 0), (8, 4, 2, 0), (9, 3, 4, 2)):
            for out in (1, 3, 16):
                label = self.next_label()
                weight, name = self.tensor(label, self.c, out, kernel, kernel), label + ("/" if self.keras else ".")
                array = self.weights.pop(label)
                self.weights[name + ("kernel" if self.keras else "weight")] = array.transpose(2, 3, 1, 0) if self.keras else array
                names = ["gamma", "beta", "moving_mean", "moving_variance"] if self.keras else [
                    "weight", "bias", "running_mean", "running_var"]
                norm = [self.tensor(label + ("bn/" if self.keras else "bn.") + n, out, positive=i == 3)
                        for i, n in enumerate(names)]
                y = F.conv_transpose2d(self.x, weight, None, stride, pad, more)
                y = F.relu(F.batch_norm(y, norm[2], norm[3], norm[0], norm[1], eps=1e-3))
                self.add('conv_transpose(%d, %d, stride = %d, padding = %d, output_padding = %d, bias = false) @"%s" '
                         '-> bn(eps = 1e-3) @"%sbn" -> relu' % (out, kernel, stride, pad, more, label, label), y)

    def blocks(self):
        x, b = self.x, 2
        if self.c % 4 == 0:
            self.add("depth_to_space(2, order = crd)", F.pixel_shuffle(x, b))
            n, c, h, w = x.shape
            y = x.reshape(n, b, b, c // 4, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, c // 4, h * b, w * b)
            self.add("depth_to_space(2) -> tanh", torch.tanh(y))
            self.add("depth_to_space(2) -> space_to_depth(2)", x)
        padded = F.pad(x, (0, -self.w % b, 0, -self.h % b))
        words = "pad([0, %d, 0, %d]) -> " % (-self.h % b, -self.w % b)
        self.add(words + "space_to_depth(2, crd)", F.pixel_unshuffle(padded, b))
        n, c, h, w = padded.shape
        y = padded.reshape(n, c, h // b, b, w // b, b).permute(0, 3, 5, 1, 2, 4).reshape(n, c * 4, h // b, w // b)
        self.add(words + "space_to_depth(2, dcr)", y)

    def net(self):
        return ("default naming = keras\n" if self.keras else "") + super().net()

    def planes(self, array):
        """[h, w, c] as PyTorch has it."""
        return torch.from_numpy(np.ascontiguousarray(array)).permute(2, 0, 1)[None]

    def slices(self):
        s, array = self.stream, self.array.astype(np.float64)
        axis = s.randrange(3)
        size = array.shape[axis]
        begin = s.randrange(size)
        step = s.choice([1, 1, 2, 3, -1, -1, -2])
        most = (size - 1 - begin) // step + 1 if step > 0 else begin // -step + 1
        count = s.randint(1, most)
        places = [begin + i * step for i in range(count)]
        self.add("slice(%d, %d, axis = %s, step = %d)" % (begin, count, "hwc"[axis], step),
                 self.planes(np.take(array, places, axis)))

    def pads(self):
        s, x = self.stream, self.x
        mode = s.choice(["constant", "reflect", "edge"])
        sides = [s.randint(0, 3) for _ in range(4)]
        if mode == "reflect":
            sides = [min(side, (self.h if i < 2 else self.w) - 1) for i, side in enumerate(sides)]
        around = (sides[2], sides[3], sides[0], sides[1])
        words = "pad([%d, %d, %d, %d], mode = %s" % (*sides, mode)
        torch_mode = "replicate" if mode == "edge" else mode
        value = s.choice([0, 0, 1.5, -3, 0.1])
        more = {"value": value} if mode == "constant" else {}
        words += ", value = %r" % value if more else ""
        y = F.pad(x, around, torch_mode, **more)
        if s.random() < 0.4:
            most = min(3, self.c - 1) if mode == "reflect" else 3
            channels = (s.randint(0, most), s.randint(0, most))
            pads = [(0, 0), channels, (0, 0), (0, 0)]
            y = torch.from_numpy(np.pad(y.numpy(), pads, mode, **({"constant_values": value} if more else {})))
            words += ", channels = [%d, %d]" % channels
        self.add(words + ")", y)

    def resizes(self):
        """What PyTorch has itself, then any rule by the formulas."""
        s, x = self.stream, self.x
        size = (s.randint(1, 14), s.randint(1, 14))
        words = "resize([%d, %d], " % size
        for aligned in (False, True):
            rule = "align_corners" if aligned else "half_pixel"
            self.add(words + "linear, coordinates = %s)" % rule,
                     F.interpolate(x, size, mode="bilinear", align_corners=aligned))
            self.add(words + "cubic, coordinates = %s)" % rule,
                     F.interpolate(x, size, mode="bicubic", align_corners=aligned))
        mode = s.choice(["nearest", "nearest", "linear", "cubic"])
        rule = s.choice(["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn",
                         "half_pixel_symmetric"])
        rounding = s.choice(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
        coefficient, exclude = s.choice([-0.75, -0.5]), s.random() < 0.5
        scale = (0, 0) if s.random() < 0.6 else tuple((n + 0.25) / m for n, m in zip(size, (self.h, self.w)))
        y = x[0].numpy()
        for axis, n in ((1, self.h), (2, self.w)):
            matrix = resized_axis(mode, rule, rounding, coefficient, exclude, n, size[axis - 1], scale[axis - 1])
            y = np.moveaxis(np.tensordot(matrix, y, (1, axis)), 0, axis)
        words += "%s, coordinates = %s, rounding = %s, coefficient = %r, exclude_outside = %s, scale = [%r, %r])" % (
            mode, rule, rounding, coefficient, str(exclude).lower(), *scale)
        self.add(words, torch.from_numpy(np.ascontiguousarray(y))[None])

    def upsampled(self):
        """The factors of `upsample`, as a resize says them."""
        x = self.x
        for factor in (2, 3):
            self.add("resize([%d, %d], nearest)" % (self.h * factor, self.w * factor),
                     F.interpolate(x, scale_factor=factor, mode="nearest"))


def make_cases():
    stream = random.Random(2)
    made = []
    for shape in SHAPES:
        cases = SpatialCases(shape, stream)
        for _ in range(20):
            cases.slices()
            cases.pads()
            cases.resizes()
        cases.upsampled()
        cases.blocks()
        cases.upsampling_layers()
        made.append(cases)
    for i, shape in enumerate(SHAPES * 2):
        cases = SpatialCases(shape, stream)
        cases.keras = i % 2 == 1
        for _ in range(40):
            cases.transposed()
        cases.upsampling_layers()
        made.append(cases)
    return made


def share(all_cases, target):
    """aarch64 has half of the layers, by chance, and wasm32 the others: both are emulated, and have the same code for four lanes."""
    stream = random.Random(3)
    for cases in all_cases:
        first = [stream.random() < 0.5 for _ in cases.names]
        if target in FOREIGN:
            cases.leave({i for i, of_first in enumerate(first) if of_first == (target == FOREIGN[0])})


def check_emitted(lcc, all_cases, target):
    machines.require_machine(target, None, None)
    worst = 0.0
    for cases in all_cases:
        with tempfile.TemporaryDirectory() as folder:
            net, weights = os.path.join(folder, "cases.net"), os.path.join(folder, "weights.npz")
            with open(net, "w", encoding="utf-8") as file:
                file.write(cases.net())
            np.savez(weights, **cases.weights)
            model = emitted.Model(lcc, net, folder, ["-w", weights], target=target,
                                  level="-O0" if target == "generic" else "-O1")
            for name, got, expected in zip(cases.names, model([cases.array]), cases.expected):
                error = emitted.largest_error([got.reshape(expected.shape)], [expected])
                worst = max(worst, error)
                if not error <= 1e-4:
                    sys.exit("%s on %s: the emitted code is off by %.3g" % (name, [cases.h, cases.w, cases.c], error))
    print("%s: the largest error of the emitted code is %.2g" % (target, worst))
    return 0


def main():
    cases = make_cases()
    if len(sys.argv) == 4 and sys.argv[2] == "--emitted":
        share(cases, sys.argv[3])
        sys.exit(check_emitted(sys.argv[1], cases, sys.argv[3]))
    if len(sys.argv) != 2:
        sys.exit("usage: spatial_vs_torch.py LCC [--emitted TARGET]")
    sys.exit(compare_all(sys.argv[1], cases))


if __name__ == "__main__":
    main()
