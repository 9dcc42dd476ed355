"""Reads a network that lcc quantised with one scale for each tensor, for the programs that write it for other engines.

It comes from `lcc --dtype int8 --int8-without equalisation --emit net`: the flat network, one layer a line, and its weights; and from
`--emit json` of that network, which has the order, shapes and scales. Codes are int8 as lcc has them, or with OFFSET added uint8.

lcc's first layer takes bytes and pads with the colour that is zero after normalising, one for each channel. Others pad with
the zero point. So their input is the image less that colour, quantised (`codes_of_image`), and the bias of the first layer is corrected.
"""
import json
import math
import re
import struct

import numpy

KERAS_AXES = {"conv": (3, 2, 0, 1), "depthwise": (2, 3, 0, 1), "dense": (1, 0)}  # of [kh, kw, in, out], [kh, kw, in, 1], [in, out]
TYPES = {"F32": "<f4", "I8": "i1", "I32": "<i4"}
OFFSET = 128  # from int8 to uint8


def read_safetensors(path):
    """{name: array}."""
    with open(path, "rb") as f:
        data = f.read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, about in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = (start + offset for offset in about["data_offsets"])
            tensors[name] = numpy.frombuffer(data[begin:end], TYPES[about["dtype"]]).reshape(about["shape"])
    return tensors


def value_of(text):
    """A number, a list of numbers, or text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def arguments_of_line(line):
    """The arguments of the one layer that stands on a line of a flat network: a list, and a dictionary of those with names."""
    found = re.match(r"\s*\w+\(([^()]*)\)", line)
    given, named = [], {}
    for part in re.findall(r"(?:\[[^]]*\]|[^,\[])+", found[1]) if found else []:
        name, equals, value = part.partition("=")
        if equals:
            named[name.strip()] = value_of(value.strip())
        else:
            given.append(value_of(part.strip()))
    return given, named


def defaults_of(lines):
    line = next(line for line in lines if line.startswith("default "))
    return dict(re.findall(r"(\w+) = (\S+?)(?:,|$)", line))


class Network:
    """What its files say. A layer is known by its number in `layers`; layer 0 is the image."""

    def __init__(self, about, net, weights):
        self.layers, self.weights = about["layers"], read_safetensors(weights)
        with open(net, encoding="utf-8") as f:
            self.lines = f.read().split("\n")
        defaults = defaults_of(self.lines)
        self.padding, self.naming = defaults["padding"], defaults["naming"]
        self.zero_colour = self.find_zero_colour()

    def find_zero_colour(self):
        """What the first layer pads with, for each channel of the image."""
        readers = [layer for layer in self.layers if 0 in layer["inputs"]]
        colour = arguments_of_line(self.lines[readers[0]["line"] - 1])[1].get("pad_value", 0)
        if len(readers) != 1 or readers[0]["op"] != "conv":
            raise RuntimeError("the image is read by more than one convolution")
        return numpy.broadcast_to(numpy.array(colour, float), self.layers[0]["shape"][2:])

    def arguments(self, layer):
        """Those without names, and those with."""
        return arguments_of_line(self.lines[layer["line"] - 1])

    def scales_of(self, number):
        """The scale of a layer's tensor, and the zero point of uint8 codes."""
        layer = self.layers[number]
        if number == 0:
            return scale_of_image(self.zero_colour)
        if "scale" not in layer or isinstance(layer["scale"], list):
            raise RuntimeError(f"{layer['name']} has no scale, or more than one")
        return layer["scale"], layer["zero"] + OFFSET

    def is_left_out(self, number):
        """Whether the layer is a relu or relu6 that changes no code: the range of the codes before begins at 0 and ends by 6."""
        layer = self.layers[number]
        if layer["op"] not in ("relu", "relu6"):
            return False
        scale, zero = self.scales_of(layer["inputs"][0])
        most = 6 if layer["op"] == "relu6" else math.inf
        return (scale, zero) == self.scales_of(number) and zero == 0 and 254.5 * scale <= most

    def pads(self, layer, named, kernel, stride):
        """What a window adds at the top and left, then at the bottom and right."""
        padding = named.get("padding", self.padding)
        before, after = [], []
        for axis, (k, size, made) in enumerate(zip(kernel, self.layers[layer["inputs"][0]]["shape"], layer["shape"])):
            if isinstance(padding, list):  # top, bottom, left, right
                two = padding[2 * axis:2 * axis + 2]
            elif isinstance(padding, int):
                two = [padding] * 2
            else:
                total = {"symmetric": k // 2 * 2, "same": max((made - 1) * stride + k - size, 0), "valid": 0}[padding]
                two = [total // 2, total - total // 2]
            before.append(two[0])
            after.append(two[1])
            if (size + sum(two) - k) // stride + 1 != made:
                raise RuntimeError(f"{layer['name']}: padding {padding} does not make {made} of {size}")
        return before + after

    def stride(self, layer, named):
        """Of a window; other arguments than those that are read here are an error."""
        stride = named.get("stride", 1)
        unknown = set(named) - {"stride", "padding", "groups", "q", "pad_value", "count_pad"}
        if unknown or not isinstance(stride, int):
            raise RuntimeError(f"{layer['name']}: arguments that are not known here: {named}")
        return stride

    def stored(self, layer):
        """Weights as ONNX has them, [out, in, kh, kw] or [out, in], their scales and the bias."""
        name, op = layer["name"], layer["op"]
        if self.naming == "torch":
            return [self.weights[f"{name}.{kind}"] for kind in ("weight", "weight_scale", "bias")]
        kernel = "depthwise_kernel" if op == "depthwise" else "kernel"
        weight = self.weights[f"{name}/{kernel}"].transpose(KERAS_AXES[op])
        return [weight, self.weights[f"{name}/kernel_scale"], self.weights[f"{name}/bias"]]

    def parameters(self, layer):
        """Weights, a scale for each output channel, and the bias and its scales."""
        weight, scale, bias = self.stored(layer)
        scale = numpy.broadcast_to(scale.astype(float), weight.shape[:1])
        source = layer["inputs"][0]
        unit = scale * self.scales_of(source)[0]
        if source == 0:
            colour = (weight.sum(axis=(2, 3), dtype=float) * self.zero_colour).sum(axis=1)
            bias = numpy.round((bias + colour) * scale / unit).astype(numpy.int32)
        return weight, scale, bias, unit

    def groups(self, layer, named):
        return layer["shape"][2] if layer["op"] == "depthwise" else named.get("groups", 1)


def scale_of_image(colour):
    """The scale and the zero point of the others' input: bytes less the colour, as uint8."""
    least, most = min(0.0, -float(max(colour))), 255.0 - float(min(colour))
    scale = (most - least) / 255
    return scale, round(-least / scale)


def codes_of_image(image, colour):
    """The others' input for an image of bytes [h, w, c]: uint8 codes [h, w, c]."""
    scale, zero = scale_of_image(colour)
    codes = numpy.round((image - numpy.array(colour)) / scale) + zero
    return numpy.clip(codes, 0, 255).astype(numpy.uint8)
