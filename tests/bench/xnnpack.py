"""Writes a network that lcc quantised for xnnpack.c, which runs it in XNNPACK's operators of eight bits (Debian's libxnnpack-dev).

Convolutions of every kind, sums and means over the map are what it knows: XNNPACK of that version has no hard swish, no swish and no
concatenation of bytes. Scales, zero points and integers are lcc's; flat.py says what becomes of the image.
"""
import os

import numpy

import flat
import programs

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ("plan", "data")
ALIGNMENT = 64
SLACK = 16  # XNNPACK may read so many bytes beyond a tensor


class Unknown(RuntimeError):
    """The network has a layer that cannot be written."""


class Plan(flat.Network):
    """`lines` of the plan, and `data`: its constants."""

    def __init__(self, about, net, weights):
        super().__init__(about, net, weights)
        self.lines_out, self.data = [], bytearray()
        self.same = {}  # layers whose codes are those of an earlier one
        for number, layer in enumerate(self.layers):
            if self.is_left_out(number):
                self.same[number] = self.tensor_of(layer["inputs"][0])
        self.places, self.arena = self.place_tensors()
        for number, layer in enumerate(self.layers):
            self.add_layer(number, layer)

    def tensor_of(self, number):
        return self.same.get(number, number)

    def place_tensors(self):
        """Offsets of the tensors in one arena: each at the lowest place that is free while it is needed."""
        last = {}
        for number, layer in enumerate(self.layers):
            for source in layer["inputs"]:
                last[self.tensor_of(source)] = number
        places, live, size = {}, [], 0
        for number, layer in enumerate(self.layers):
            if self.tensor_of(number) != number or number not in last:
                continue
            live = sorted(tensor for tensor in live if tensor[2] >= number)
            offset, needed = 0, (int(numpy.prod(layer["shape"])) + SLACK + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
            for begin, end, _ in live:
                if begin - offset >= needed:
                    break
                offset = max(offset, end)
            places[number] = offset
            live.append((offset, offset + needed, last[number]))
            size = max(size, offset + needed)
        return places, size

    def place(self, number):
        return self.places[self.tensor_of(number)]

    def quantised_as(self, number):
        """Zero point of int8 codes, and scale."""
        scale, zero = self.scales_of(number)
        return zero - flat.OFFSET, scale

    def constant(self, array):
        """Where it lies in the data."""
        self.data += bytes(-len(self.data) % ALIGNMENT)
        self.data += array.tobytes()
        return len(self.data) - array.nbytes

    def emit(self, *words):
        self.lines_out.append(" ".join(word if isinstance(word, str) else repr(float(word)) for word in words))

    def add_layer(self, number, layer):
        if number in self.same or layer["op"] in ("input", "dequantize"):
            return
        method = getattr(self, "add_" + layer["op"], None)
        if not method:
            raise Unknown(f"{layer['op']} cannot be written for XNNPACK")
        method(number, layer, self.arguments(layer)[1])

    def add_conv(self, number, layer, named):
        weight, scale, bias, _ = self.parameters(layer)
        weight = weight.reshape((*weight.shape, 1, 1)[:4])
        source, kernel = layer["inputs"][0], weight.shape[2:]
        groups, stride = (1, 1) if layer["op"] == "dense" else (self.groups(layer, named), self.stride(layer, named))
        top, left, bottom, right = self.pads(layer, named, kernel, stride)
        height, width, _ = self.layers[source]["shape"]
        constants = [self.constant(numpy.ascontiguousarray(array)) for array in
                     (scale.astype(numpy.float32), weight.transpose(0, 2, 3, 1), bias)]
        self.emit("conv", self.place(source), self.place(number), height, width, groups, weight.shape[1],
                  weight.shape[0] // groups, *kernel, stride, top, right, bottom, left, *self.quantised_as(source), *constants,
                  *self.quantised_as(number))

    add_depthwise = add_dense = add_conv

    def add_add(self, number, layer, named):
        first, second = layer["inputs"]
        self.emit("add", self.place(first), self.place(second), self.place(number), numpy.prod(layer["shape"]),
                  *self.quantised_as(first), *self.quantised_as(second), *self.quantised_as(number))

    def add_global_avg_pool(self, number, layer, named):
        source = layer["inputs"][0]
        height, width, channels = self.layers[source]["shape"]
        self.emit("mean", self.place(source), self.place(number), height * width, channels, *self.quantised_as(source),
                  *self.quantised_as(number))

    def text(self):
        output = self.tensor_of(self.layers[-1]["inputs"][0])
        sizes = [int(numpy.prod(self.layers[number]["shape"])) for number in (0, output)]
        head = [self.arena, self.place(0), sizes[0], self.place(output), sizes[1], *self.quantised_as(output)]
        return "\n".join([" ".join(["network", *(repr(float(n)) for n in head)]), *self.lines_out]) + "\n"


def write(about, net, weights, stem):
    """Writes `stem`.plan and `stem`.data, or neither, if the network has a layer that cannot be written."""
    for kind in KINDS:
        if os.path.exists(f"{stem}.{kind}"):
            os.remove(f"{stem}.{kind}")
    try:
        plan = Plan(about, net, weights)
    except Unknown:
        return
    for kind, content in zip(KINDS, (plan.text().encode(), plan.data)):
        with open(f"{stem}.{kind}", "wb") as f:
            f.write(content)


def is_written(stem):
    return all(os.path.exists(f"{stem}.{kind}") for kind in KINDS)


def compile_library(cc, stem, threads, path):
    """The library that runs what write() has written."""
    programs.run([cc, "-O2", *programs.WARNINGS, "-shared", "-fPIC", f'-DPLAN_FILE="{stem}.plan"', f'-DDATA_FILE="{stem}.data"',
                  f"-DTHREADS={threads}", "-o", path, os.path.join(HERE, "xnnpack.c"), "-lXNNPACK", "-lpthreadpool", "-lpthread"])
    return path
