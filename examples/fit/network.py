"""The PyTorch module of a .net file, built from its graph: any network of the layers in LAYERS and JOINS.

`lcc --emit net` prints a network with one layer a line, all blocks and tables resolved. A line is a call, which Python's own
grammar reads too. Layers with weights lie under their labels, so that the state_dict of `weights` is lcc's checkpoint.
"""
import ast
import os
import re
import subprocess
import sys

import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fashion"))
import train as fashion  # noqa: E402

LCC = os.environ.get("LCC", "lcc")
LINE = re.compile(r'(?P<call>\w+(\(.*?\))?)(\s+@"(?P<label>[^"]*)")?(\s+as (?P<name>\w+))?(\s+#.*)?')


class Unsupported(Exception):
    """The network has a layer or an option that this file makes no module of."""


class Shuffle(nn.Module):
    """Channels (g, n) become (n, g)."""
    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, x):
        return x.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2).contiguous(memory_format=torch.channels_last)


class Dense(nn.Linear):
    def forward(self, x):
        return super().forward(x.flatten(1))


def conv(x, default, out, kernel, stride=1, groups=1, dilation=1, padding=None, bias=None):
    padding = default["padding"] if padding is None else padding
    if padding == "symmetric":
        padding = dilation * (kernel - 1) // 2
    if not isinstance(padding, int):
        raise Unsupported(f"padding = {padding}")
    return nn.Conv2d(x.shape[1], out, kernel, stride, padding, dilation, groups, default["bias"] if bias is None else bias)


def depthwise(x, default, kernel, stride=1, multiplier=1, **options):
    return conv(x, default, x.shape[1] * multiplier, kernel, stride, groups=x.shape[1], **options)


def normalize(x, default, **options):
    """The pixels that ../fashion/train.py gives are normalised already. The network has to do the same."""
    if options != {"mean": fashion.MEAN, "std": fashion.STD, "divide": 255}:
        raise Unsupported("pixels that are normalised in another way than in ../fashion/train.py")
    return nn.Identity()


def plain(make):
    return lambda x, default: make()


def mean(x):
    return x.mean((2, 3), keepdim=True)


# What makes the module of a layer, or its function, of the tensor x that it takes, of `default`, and of the arguments.
LAYERS = {
    "conv": conv,
    "depthwise": depthwise,
    "dense": lambda x, default, out, bias=True: Dense(x[0].numel(), out, bias),
    "bn": lambda x, default, eps=None: nn.BatchNorm2d(x.shape[1], default["eps"] if eps is None else eps),
    "max_pool": lambda x, default, kernel, stride=1: nn.MaxPool2d(kernel, stride, (kernel - 1) // 2),
    "shuffle": lambda x, default, groups: Shuffle(groups),
    "slice": lambda x, default, begin, count: lambda x: x[:, begin:begin + count],
    "normalize": normalize,
    "global_avg_pool": lambda x, default: mean,
    "relu": plain(nn.ReLU), "relu6": plain(nn.ReLU6), "hswish": plain(nn.Hardswish), "swish": plain(nn.SiLU),
    "sigmoid": plain(nn.Sigmoid), "hsigmoid": plain(nn.Hardsigmoid),
    "identity": plain(nn.Identity), "dropout": plain(nn.Identity), "softmax": plain(nn.Identity),  # the loss has it
}
JOINS = {"add": torch.add, "mul": torch.mul, "concat": lambda *tensors: torch.cat(tensors, 1)}


def value(node):
    """A number, a list or a word of the language."""
    if isinstance(node, ast.Name):
        return {"true": True, "false": False}.get(node.id, node.id)
    return ast.literal_eval(node)


def read_call(text):
    """`conv(8, 3, stride = 2)` as its name, its arguments, and those that have names."""
    tree = ast.parse(text, mode="eval").body
    if isinstance(tree, ast.Name):
        return tree.id, [], {}
    return tree.func.id, [value(a) for a in tree.args], {k.arg: value(k.value) for k in tree.keywords}


class Network(nn.Module):
    """Takes normalised pixels [n, 1, h, w], and gives what stands before the softmax, [n, classes]."""
    def __init__(self, text):
        super().__init__()
        self.weights = nn.Module()
        self.steps = []   # the module or function, the places of the tensors that it takes, and of the one that it makes
        self.default = {}
        self.tensors = {}  # of the line that is read: name to place
        example = []      # each tensor, of a picture of zeros: the layers' sizes come from them
        with torch.no_grad():
            for line in text.splitlines():
                self.read(line.strip(), example)

    def read(self, line, example):
        word, _, rest = line.partition(" ")
        if word == "default":
            self.default = read_call(f"default({rest})")[2]
        elif word == "input":
            name, height, width, channels = re.match(r"(\w+): \w+\[(\d+), (\d+), (\d+)\]", rest).groups()
            self.tensors[name] = self.current = len(example)
            example.append(torch.zeros(1, int(channels), int(height), int(width)))
        elif word == "from":
            self.current = self.tensors[rest]
        elif word not in ("", "#", "net", "output", "}"):
            self.add_layer(**LINE.fullmatch(line).groupdict(), example=example)

    def add_layer(self, call, label, name, example):
        op, arguments, options = read_call(call)
        taken = [self.current]
        if op in JOINS:
            taken += [self.tensors[a] for a in arguments]
            layer = JOINS[op]
        elif op in LAYERS:
            layer = LAYERS[op](example[self.current], self.default, *arguments, **options)
        else:
            raise Unsupported(f"the layer {op}")
        if isinstance(layer, nn.Module):
            self.place(label or f"{op}_{len(example)}", layer.eval())
        example.append(layer(*[example[i] for i in taken]))
        self.current = len(example) - 1
        self.steps.append((layer, taken))
        if name:
            self.tensors[name] = self.current

    def place(self, label, layer):
        """Puts the layer where its label says: `blocks.0.project` is the member `project` of `0` of `blocks`."""
        *folders, name = label.split(".")
        at = self.weights
        for folder in folders:
            if not hasattr(at, folder):
                at.add_module(folder, nn.Module())
            at = getattr(at, folder)
        at.add_module(name, layer)

    def forward(self, x):
        tensors = [x]
        for layer, taken in self.steps:
            tensors.append(layer(*[tensors[i] for i in taken]))
        return tensors[-1]


def read_network(path, *options):
    """The module of the .net file, which lcc reads with these options."""
    done = subprocess.run([LCC, path, "--emit", "net", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return Network(done.stdout)
