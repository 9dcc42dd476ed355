"""The zoo in PyTorch, in double precision, with the weights of `lcc --seed`: what emitted code is held to.

    logits, tensors = run("mobilenet_v2")

Where torchvision has the network, its module is the oracle, and its state_dict says what a checkpoint's tensors are
called. The others are written out below as plain functions of the input: each layer asks `Checkpoint` for its tensors by
the name that the checkpoint of that library has, and so makes the list of names as it goes. The functions follow the
papers and the facts of the libraries, not the .net files, so that a mistake there shows.

Tensors here are NCHW; a checkpoint of Keras is laid out as Keras does.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

import seeded
from picture import picture

IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225], 255.0)
MINUS_ONE_TO_ONE = ([0.5] * 3, [0.5] * 3, 255.0)
RAW = ([0.0] * 3, [1.0] * 3, 1.0)


def divisible(v, d=8):
    n = max(d, int(v + d / 2) // d * d)
    return n + d if n < 0.9 * v else n


# --- layers with names ---


class Checkpoint:
    """Seeded tensors by name. `shapes` lists those that were asked for, in order, as the file has them."""

    def __init__(self, keras=False, same=False, eps=1e-5):
        self.keras, self.same, self.eps = keras, same, eps
        self.shapes = {}

    def tensor(self, name, shape, kind, fan_in=None):
        assert name not in self.shapes, f"{name} is asked for twice"
        self.shapes[name] = tuple(shape)
        return torch.from_numpy(seeded.seeded(name, shape, kind, fan_in)).double()

    def bias(self, label, n):
        return self.tensor(label + ("/bias" if self.keras else ".bias"), (n,), "bias")

    def conv(self, x, label, out, kernel, stride=1, groups=1, bias=False):
        """A convolution, depthwise where the groups are the channels."""
        c, fan_in = x.shape[1], kernel * kernel * (x.shape[1] // groups)
        depthwise = 1 < groups == c
        if not self.keras:
            w = self.tensor(label + ".weight", (out, c // groups, kernel, kernel), "weight", fan_in)
        elif depthwise:
            w = self.tensor(label + "/depthwise_kernel", (kernel, kernel, c, out // c), "weight", fan_in)
            w = w.permute(2, 3, 0, 1).reshape(out, 1, kernel, kernel)
        else:
            w = self.tensor(label + "/kernel", (kernel, kernel, c // groups, out), "weight", fan_in).permute(3, 2, 0, 1)
        b = self.bias(label, out) if bias else None
        padding = kernel // 2
        if self.same:
            padding = 0
            h, w_ = x.shape[2:]
            down = max((math.ceil(h / stride) - 1) * stride + kernel - h, 0)
            across = max((math.ceil(w_ / stride) - 1) * stride + kernel - w_, 0)
            x = F.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2))
        return F.conv2d(x, w, b, stride, padding, 1, groups)

    def depthwise(self, x, label, kernel, stride=1):
        return self.conv(x, label, x.shape[1], kernel, stride, x.shape[1])

    def dense(self, x, label, out, bias=True, as_conv=False):
        """as_conv: the library has a 1x1 convolution here, so the file has its axes."""
        n, axes = x.shape[1], (1, 1) if as_conv else ()
        if self.keras:
            w = self.tensor(label + "/kernel", axes + (n, out), "weight", n).reshape(n, out).T
        else:
            w = self.tensor(label + ".weight", (out, n) + axes, "weight", n).reshape(out, n)
        return F.linear(x, w, self.bias(label, out) if bias else None)

    def bn(self, x, label):
        names = ("/gamma", "/beta", "/moving_mean", "/moving_variance") if self.keras else (
            ".weight", ".bias", ".running_mean", ".running_var")
        c = x.shape[1]
        gamma, beta, mean, var = (self.tensor(label + name, (c,), kind)
                                  for name, kind in zip(names, ("gamma", "beta", "mean", "var")))
        return F.batch_norm(x, mean, var, gamma, beta, False, 0, self.eps)

    def squeeze_excite(self, x, mid, reduce, expand, act, gate):
        s = x.mean((2, 3), keepdim=True)
        s = act(self.conv(s, reduce, mid, 1, bias=True))
        return x * gate(self.conv(s, expand, x.shape[1], 1, bias=True))

    def mbconv(self, x, out, mid, kernel, stride, squeezed, act, names, se_act=None, gate=torch.sigmoid):
        """Expand, depthwise, squeeze, project. names: of the four, norms behind them, or None where there is none."""
        expand, expand_bn, depthwise, depthwise_bn, reduce, excite, project, project_bn = names
        y = x
        if expand:
            y = act(self.bn(self.conv(y, expand, mid, 1), expand_bn))
        y = act(self.bn(self.depthwise(y, depthwise, kernel, stride), depthwise_bn))
        if squeezed:
            y = self.squeeze_excite(y, squeezed, reduce, excite, se_act or act, gate)
        y = self.bn(self.conv(y, project, out, 1), project_bn)
        return x + y if stride == 1 and x.shape[1] == out else y


def timm_names(block, expands):
    names = (["conv_pw", "bn1", "conv_dw", "bn2", "se.conv_reduce", "se.conv_expand", "conv_pwl", "bn3"] if expands else
             [None, None, "conv_dw", "bn1", "se.conv_reduce", "se.conv_expand", "conv_pw", "bn2"])
    return [name and f"{block}.{name}" for name in names]


# --- networks ---


def mobilenet_v1(width):
    ck = Checkpoint(keras=True, same=True, eps=1e-3)

    def network(x):
        x = F.relu6(ck.bn(ck.conv(x, "conv1", int(32 * width), 3, 2), "conv1_bn"))
        rows = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
        for i, (out, stride) in enumerate(rows, 1):
            x = F.relu6(ck.bn(ck.depthwise(x, f"conv_dw_{i}", 3, stride), f"conv_dw_{i}_bn"))
            x = F.relu6(ck.bn(ck.conv(x, f"conv_pw_{i}", int(out * width), 1), f"conv_pw_{i}_bn"))
        return ck.dense(x.mean((2, 3)), "conv_preds", 1000, as_conv=True)

    return network, ck


def mobilenet_v1_timm():
    """Each stage of timm's begins with its stride; no block adds its input, and no convolution is behind the last."""
    ck = Checkpoint()

    def network(x):
        x = F.relu6(ck.bn(ck.conv(x, "conv_stem", 32, 3, 2), "bn1"))
        for stage, (repeat, out) in enumerate([(1, 64), (2, 128), (2, 256), (6, 512), (2, 1024)]):
            for rep in range(repeat):
                p = f"blocks.{stage}.{rep}"
                x = F.relu6(ck.bn(ck.depthwise(x, f"{p}.conv_dw", 3, 2 if stage and not rep else 1), f"{p}.bn1"))
                x = F.relu6(ck.bn(ck.conv(x, f"{p}.conv_pw", out, 1), f"{p}.bn2"))
        return ck.dense(x.mean((2, 3)), "classifier", 1000)

    return network, ck


V2_ROWS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def mobilenet_v2_keras():
    ck = Checkpoint(keras=True, same=True, eps=1e-3)

    def network(x):
        x = F.relu6(ck.bn(ck.conv(x, "Conv1", 32, 3, 2), "bn_Conv1"))
        i = 0
        for t, c, n, s in V2_ROWS:
            for rep in range(n):
                p = f"block_{i}_" if i else "expanded_conv_"
                names = [p + name for name in ("expand", "expand_BN", "depthwise", "depthwise_BN", "", "", "project",
                                               "project_BN")]
                if i == 0:
                    names[0] = None
                x = ck.mbconv(x, c, x.shape[1] * t, 3, s if rep == 0 else 1, 0, F.relu6, names)
                i += 1
        x = F.relu6(ck.bn(ck.conv(x, "Conv_1", 1280, 1), "Conv_1_bn"))
        return ck.dense(x.mean((2, 3)), "predictions", 1000)

    return network, ck


def mobilenet_v2_timm():
    ck = Checkpoint()

    def network(x):
        x = F.relu6(ck.bn(ck.conv(x, "conv_stem", 32, 3, 2), "bn1"))
        for row, (t, c, n, s) in enumerate(V2_ROWS):
            for rep in range(n):
                names = timm_names(f"blocks.{row}.{rep}", t > 1)
                x = ck.mbconv(x, c, x.shape[1] * t, 3, s if rep == 0 else 1, 0, F.relu6, names)
        x = F.relu6(ck.bn(ck.conv(x, "conv_head", 1280, 1), "bn2"))
        return ck.dense(x.mean((2, 3)), "classifier", 1000)

    return network, ck


# timm's stages of (kernel, expansion as a ratio, out, squeezes, hard swish, stride).
V3_LARGE = [[(3, 1, 16, 0, 0, 1)], [(3, 4, 24, 0, 0, 2), (3, 3, 24, 0, 0, 1)],
            [(5, 3, 40, 1, 0, 2), (5, 3, 40, 1, 0, 1), (5, 3, 40, 1, 0, 1)],
            [(3, 6, 80, 0, 1, 2), (3, 2.5, 80, 0, 1, 1), (3, 2.3, 80, 0, 1, 1), (3, 2.3, 80, 0, 1, 1)],
            [(3, 6, 112, 1, 1, 1), (3, 6, 112, 1, 1, 1)], [(5, 6, 160, 1, 1, 2), (5, 6, 160, 1, 1, 1), (5, 6, 160, 1, 1, 1)]]
V3_SMALL = [[(3, 1, 16, 1, 0, 2)], [(3, 4.5, 24, 0, 0, 2), (3, 3.67, 24, 0, 0, 1)],
            [(5, 4, 40, 1, 1, 2), (5, 6, 40, 1, 1, 1), (5, 6, 40, 1, 1, 1)],
            [(5, 3, 48, 1, 1, 1), (5, 3, 48, 1, 1, 1)], [(5, 6, 96, 1, 1, 2), (5, 6, 96, 1, 1, 1), (5, 6, 96, 1, 1, 1)]]


def mobilenet_v3(large, source, width=1.0):
    """source: timm, timm_tf or keras. The last stage is a plain convolution of 960 or 576 channels."""
    ck = Checkpoint(keras=source == "keras", same=source != "timm", eps=1e-5 if source == "timm" else 1e-3)
    stages, exp, last = (V3_LARGE, 960, 1280) if large else (V3_SMALL, 576, 1024)
    keras = source == "keras"

    def keras_names(i):
        p = f"expanded_conv_{i}/" if i else "expanded_conv/"
        names = [p + name for name in ("expand", "expand/BatchNorm", "depthwise", "depthwise/BatchNorm",
                                       "squeeze_excite/Conv", "squeeze_excite/Conv_1", "project", "project/BatchNorm")]
        return names if i else [None, None] + names[2:]

    def network(x):
        act = F.hardswish
        stem = 16 if keras or width < 0.75 else divisible(16 * width)
        x = act(ck.bn(ck.conv(x, "Conv" if keras else "conv_stem", stem, 3, 2), "Conv/BatchNorm" if keras else "bn1"))
        i = 0
        for s, stage in enumerate(stages):
            for r, (kernel, ratio, out, squeezes, hard, stride) in enumerate(stage):
                mid = divisible(x.shape[1] * ratio)
                names = keras_names(i) if keras else timm_names(f"blocks.{s}.{r}", i > 0)
                x = ck.mbconv(x, divisible(out * width), mid, kernel, stride, divisible(mid * 0.25) if squeezes else 0,
                              F.hardswish if hard else F.relu, names, F.relu, F.hardsigmoid)
                i += 1
        if keras:
            x = act(ck.bn(ck.conv(x, "Conv_1", divisible(6 * x.shape[1]), 1), "Conv_1/BatchNorm"))
            x = act(ck.dense(x.mean((2, 3)), "Conv_2", divisible(last * max(width, 1.0)), as_conv=True))
            return ck.dense(x, "Logits", 1000, as_conv=True)
        block = f"blocks.{len(stages)}.0"
        x = act(ck.bn(ck.conv(x, f"{block}.conv", divisible(exp * width), 1), f"{block}.bn1"))
        x = act(ck.dense(x.mean((2, 3)), "conv_head", last, as_conv=True))
        return ck.dense(x, "classifier", 1000)

    return network, ck


def shuffle(x, groups):
    """Channels (g, n) -> (n, g)."""
    b, c, h, w = x.shape
    return x.view(b, groups, c // groups, h, w).transpose(1, 2).reshape(b, c, h, w)


def shufflenet_v1(groups, base, paper=False):
    ck = Checkpoint()

    def network(x):
        x = F.relu(ck.bn(ck.conv(x, "first_conv.0", 24, 3, 2), "first_conv.1"))
        x = F.max_pool2d(x, 3, 2, 1)
        i = 0
        for stage, repeats in enumerate((4, 8, 4)):
            out = base << stage
            for rep in range(repeats):
                p, stride, c, mid = f"features.{i}", 2 if rep == 0 else 1, x.shape[1], out // 4
                y = ck.conv(x, f"{p}.branch_main_1.0", mid, 1, groups=1 if i == 0 else groups)
                y = F.relu(ck.bn(y, f"{p}.branch_main_1.1"))
                if paper:
                    y = shuffle(y, groups)
                y = ck.bn(ck.depthwise(y, f"{p}.branch_main_1.3", 3, stride), f"{p}.branch_main_1.4")
                if not paper:
                    y = shuffle(y, mid // groups)
                y = ck.bn(ck.conv(y, f"{p}.branch_main_2.0", out - c if stride == 2 else out, 1, groups=groups),
                          f"{p}.branch_main_2.1")
                if stride == 2:
                    x = torch.cat([F.avg_pool2d(x, 3, 2, 1, count_include_pad=not paper), F.relu(y)], 1)
                else:
                    x = F.relu(x + y)
                i += 1
        return ck.dense(x.mean((2, 3)), "classifier.0", 1000, bias=False)

    return network, ck


# kernel, stride, expansion, channels, repeat
EFFICIENTNET = [(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3), (5, 1, 6, 112, 3), (5, 2, 6, 192, 4),
                (3, 1, 6, 320, 1)]


def efficientnet(width, depth, source, lite=False):
    keras, tf = source == "keras", source != "timm"
    ck = Checkpoint(keras=keras, same=tf, eps=1e-3 if tf else 1e-5)
    act = F.relu6 if lite else F.silu

    def names(row, rep, expands):
        if not keras:
            return timm_names(f"blocks.{row}.{rep}", expands)
        p = f"block{row + 1}{chr(ord('a') + rep)}_"
        all_names = [p + name for name in ("expand_conv", "expand_bn", "dwconv", "bn", "se_reduce", "se_expand",
                                           "project_conv", "project_bn")]
        return all_names if expands else [None, None] + all_names[2:]

    def network(x):
        scaled = (lambda c: c) if lite else (lambda c: divisible(c * width))
        x = act(ck.bn(ck.conv(x, "stem_conv" if keras else "conv_stem", scaled(32), 3, 2), "stem_bn" if keras else "bn1"))
        for row, (kernel, stride, t, out, repeat) in enumerate(EFFICIENTNET):
            ends = lite and row in (0, len(EFFICIENTNET) - 1)
            for rep in range(repeat if ends else math.ceil(repeat * depth)):
                c = x.shape[1]
                x = ck.mbconv(x, divisible(out * width), c * t, kernel, stride if rep == 0 else 1,
                              0 if lite else max(1, c // 4), act, names(row, rep, t > 1))
        x = act(ck.bn(ck.conv(x, "top_conv" if keras else "conv_head", scaled(1280), 1), "top_bn" if keras else "bn2"))
        return ck.dense(x.mean((2, 3)), "predictions" if keras else "classifier", 1000)

    return network, ck


def mnasnet(rows, squeezes=()):
    """timm's semnasnet_100 (A1) and mnasnet_100 (B1)."""
    ck = Checkpoint()

    def network(x):
        x = F.relu(ck.bn(ck.conv(x, "conv_stem", 32, 3, 2), "bn1"))
        for row, (kernel, stride, t, out, repeat) in enumerate(rows):
            for rep in range(repeat):
                c = x.shape[1]
                x = ck.mbconv(x, out, c * t, kernel, stride if rep == 0 else 1, c // 4 if row in squeezes else 0, F.relu,
                              timm_names(f"blocks.{row}.{rep}", t > 1))
        x = F.relu(ck.bn(ck.conv(x, "conv_head", 1280, 1), "bn2"))
        return ck.dense(x.mean((2, 3)), "classifier", 1000)

    return network, ck


def mnasnet_a1():
    return mnasnet([(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 3, 40, 3), (3, 2, 6, 80, 4), (3, 1, 6, 112, 2),
                    (5, 2, 6, 160, 3), (3, 1, 6, 320, 1)], squeezes=(2, 4, 5))


def mnasnet_b1_timm():
    return mnasnet([(3, 1, 1, 16, 1), (3, 2, 3, 24, 3), (5, 2, 3, 40, 3), (5, 2, 6, 80, 3), (3, 1, 6, 96, 2),
                    (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)])


def from_torchvision(name, **arguments):
    """A module of torchvision's with seeded weights."""
    ck = Checkpoint()
    module = getattr(torchvision.models, name)(weights=None, **arguments).double().eval()
    with torch.no_grad():
        for label, layer in module.named_modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                shape = tuple(layer.weight.shape)
                layer.weight.copy_(ck.tensor(label + ".weight", shape, "weight", int(np.prod(shape[1:]))))
                if layer.bias is not None:
                    layer.bias.copy_(ck.tensor(label + ".bias", layer.bias.shape, "bias"))
            elif isinstance(layer, nn.BatchNorm2d):
                for part, kind in (("weight", "gamma"), ("bias", "beta"), ("running_mean", "mean"), ("running_var", "var")):
                    tensor = getattr(layer, part)
                    tensor.copy_(ck.tensor(f"{label}.{part}", tensor.shape, kind))
    wanted = {name for name in module.state_dict() if not name.endswith("num_batches_tracked")}
    assert wanted == set(ck.shapes), wanted ^ set(ck.shapes)
    return module, ck


# --- the list ---


class Entry:
    def __init__(self, net, arguments, build, normalize=IMAGENET, size=224, golden=True):
        self.net, self.arguments, self.build = net, arguments, build
        self.normalize, self.size, self.golden = normalize, size, golden


def source(name):
    return ["-D", f'source="{name}"']


def make_zoo():
    zoo = {}
    for width in (1.0, 0.75, 0.5, 0.25):
        zoo[f"mobilenet_v1_{round(width * 100):03d}"] = Entry(
            "mobilenet_v1.net", ["-D", f"width={width}"], lambda w=width: mobilenet_v1(w), MINUS_ONE_TO_ONE)
    zoo["mobilenet_v1_timm"] = Entry("mobilenet_v1.net", source("timm"), mobilenet_v1_timm, MINUS_ONE_TO_ONE)
    zoo["mobilenet_v2"] = Entry("mobilenet_v2.net", [], lambda: from_torchvision("mobilenet_v2"))
    zoo["mobilenet_v2_timm"] = Entry("mobilenet_v2.net", source("timm"), mobilenet_v2_timm, golden=False)
    zoo["mobilenet_v2_keras"] = Entry("mobilenet_v2.net", source("keras"), mobilenet_v2_keras, MINUS_ONE_TO_ONE)
    for kind in ("large", "small"):
        net = f"mobilenet_v3_{kind}.net"
        zoo[f"mobilenet_v3_{kind}"] = Entry(net, [], lambda k=kind: from_torchvision(f"mobilenet_v3_{k}"))
        zoo[f"mobilenet_v3_{kind}_050"] = Entry(net, ["-D", "width=0.5"], lambda k=kind: from_torchvision(
            f"mobilenet_v3_{k}", width_mult=0.5), golden=False)
        for s in ("timm", "timm_tf", "keras"):
            zoo[f"mobilenet_v3_{kind}_{s}"] = Entry(
                net, source(s), lambda k=kind, s=s: mobilenet_v3(k == "large", s),
                IMAGENET if s == "timm" else MINUS_ONE_TO_ONE, golden=kind == "small" and s != "timm")
        zoo[f"mobilenet_v3_{kind}_keras_075"] = Entry(net, source("keras") + ["-D", "width=0.75"], lambda k=kind:
                                                      mobilenet_v3(k == "large", "keras", 0.75), MINUS_ONE_TO_ONE,
                                                      golden=False)
    for groups, base in ((1, 144), (2, 200), (3, 240), (4, 272), (8, 384)):
        zoo[f"shufflenet_v1_g{groups}"] = Entry("shufflenet_v1.net", ["--variant", f"g{groups}"], lambda g=groups, b=base:
                                                shufflenet_v1(g, b), RAW)
    zoo["shufflenet_v1_g3_paper"] = Entry("shufflenet_v1.net", ["--variant", "g3", "-D", "paper=true"],
                                          lambda: shufflenet_v1(3, 240, paper=True), RAW)
    for x in ("x0_5", "x1_0", "x1_5", "x2_0"):
        zoo[f"shufflenet_v2_{x}"] = Entry("shufflenet_v2.net", ["--variant", x],
                                          lambda x=x: from_torchvision(f"shufflenet_v2_{x}"))
    b = [(1.0, 1.0, 224), (1.0, 1.1, 240), (1.1, 1.2, 260), (1.2, 1.4, 300), (1.4, 1.8, 380), (1.6, 2.2, 456), (1.8, 2.6, 528),
         (2.0, 3.1, 600)]
    for i, (width, depth, size) in enumerate(b):
        net = f"efficientnet_b{i}.net"
        zoo[f"efficientnet_b{i}"] = Entry(net, [], lambda w=width, d=depth: efficientnet(w, d, "timm_tf"), size=size,
                                          golden=i <= 4)
        if i in (0, 7):
            zoo[f"efficientnet_b{i}_torchvision"] = Entry(net, source("torchvision"), lambda i=i: from_torchvision(
                f"efficientnet_b{i}"), size=size, golden=i == 0)
    for s in ("timm", "keras"):
        zoo[f"efficientnet_b0_{s}"] = Entry("efficientnet_b0.net", source(s), lambda s=s: efficientnet(1.0, 1.0, s),
                                            golden=s == "keras")
    for i, (width, depth, size) in enumerate([(1.0, 1.0, 224), (1.0, 1.1, 240), (1.1, 1.2, 260), (1.2, 1.4, 280),
                                              (1.4, 1.8, 300)]):
        zoo[f"efficientnet_lite{i}"] = Entry("efficientnet_lite.net", ["--variant", f"lite{i}"], lambda w=width, d=depth:
                                             efficientnet(w, d, "timm_tf", lite=True), MINUS_ONE_TO_ONE, size)
    zoo["efficientnet_lite0_timm"] = Entry("efficientnet_lite.net", source("timm"), lambda:
                                           efficientnet(1.0, 1.0, "timm", lite=True), golden=False)
    zoo["mnasnet_a1"] = Entry("mnasnet_a1.net", [], mnasnet_a1)
    zoo["mnasnet_b1"] = Entry("mnasnet_b1.net", [], lambda: from_torchvision("mnasnet1_0"))
    zoo["mnasnet_b1_timm"] = Entry("mnasnet_b1.net", source("timm"), mnasnet_b1_timm, golden=False)
    return zoo


ZOO = make_zoo()


def run(name, size=None):
    """The logits of the test image, float64, and the checkpoint's tensors: {name: shape}."""
    entry = ZOO[name]
    network, ck = entry.build()
    mean, std, divide = entry.normalize
    side = size or entry.size
    image = np.frombuffer(picture(side, side), np.uint8).reshape(side, side, 3).astype(np.float64)
    x = (torch.from_numpy(image) / divide - torch.tensor(mean).double()) / torch.tensor(std).double()
    with torch.no_grad():
        logits = network(x.permute(2, 0, 1).unsqueeze(0).contiguous()).squeeze(0)
    return logits.numpy(), ck.shapes
