"""Writes a network that lcc quantised as an ONNX file of QuantizeLinear and DequantizeLinear pairs (QDQ), as ONNX Runtime's own
static quantiser writes them, so that ONNX Runtime computes the same layers in integers.

The network is what `lcc --dtype int8 --int8-without equalisation --emit net` says: one scale for each tensor, since QDQ files
have no other. Scales, zero points, int8 weights (a scale for each output channel) and int32 biases are lcc's, unchanged. Some things
are said in another way:

- Activations are uint8, 128 more than lcc's int8: on x86-64 ONNX Runtime's kernels multiply uint8 by int8, and take twice as long with
  int8 by int8.
- A relu or relu6 that the range of the codes expresses is left out, as the quantiser does it.
- swish and hswish stay in floats, as QuickGelu and HardSwish. ONNX Runtime has no integer kernel for the second, and its integer kernels
  for sigmoid and product are together no faster than the first.
- A shuffle is a Gather of channels: ONNX Runtime keeps channels last, and gathers faster there than it transposes.
- lcc's first layer takes bytes and pads with the colour that is zero after normalising, one for each channel. ONNX pads with the
  zero point. So the file's input is the image less that colour, quantised (`codes_of_image`), and the bias is corrected.
"""
import json
import math
import os
import re
import struct
import sys

import numpy

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "onnx"))
import onnx_file  # noqa: E402

OPSET = 14  # the first that has HardSwish
MICROSOFT = "com.microsoft"
OFFSET = 128  # from lcc's int8 to uint8
KERAS_AXES = {"conv": (3, 2, 0, 1), "depthwise": (2, 3, 0, 1), "dense": (1, 0)}  # of [kh, kw, in, out], [kh, kw, in, 1], [in, out]
TYPES = {"F32": "<f4", "I8": "i1", "I32": "<i4"}


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


class Writer:
    """The file's nodes and tensors. `codes`, `real`: for each layer of lcc's, its tensor of codes and its float one."""

    def __init__(self, about, net, weights):
        self.layers, self.weights = about["layers"], read_safetensors(weights)
        with open(net, encoding="utf-8") as f:
            self.lines = f.read().split("\n")
        defaults = defaults_of(self.lines)
        self.padding, self.naming = defaults["padding"], defaults["naming"]
        self.nodes, self.tensors = [], {}
        self.codes, self.real = {}, {}
        self.zero_colour = self.find_zero_colour()
        for number, layer in enumerate(self.layers):
            self.add_layer(number, layer)

    def find_zero_colour(self):
        """What the first layer pads with, for each channel of the image."""
        readers = [layer for layer in self.layers if 0 in layer["inputs"]]
        colour = arguments_of_line(self.lines[readers[0]["line"] - 1])[1].get("pad_value", 0)
        if len(readers) != 1 or readers[0]["op"] != "conv":
            raise RuntimeError("the image is read by more than one convolution")
        return numpy.broadcast_to(numpy.array(colour, float), self.layers[0]["shape"][2:])

    # --- parts of a file

    def put(self, name, array):
        self.tensors[name] = numpy.array(array, order="C")
        return name

    def emit(self, op, inputs, output, **attributes):
        self.nodes.append(onnx_file.node(op, ",".join(inputs), output, name=f"{op}_{len(self.nodes)}", **attributes))
        return output

    def scales_of(self, number):
        """The scale and the zero point of a layer's tensor, as numbers."""
        layer = self.layers[number]
        if number == 0:
            return scale_of_image(self.zero_colour)
        if "scale" not in layer or isinstance(layer["scale"], list):
            raise RuntimeError(f"{layer['name']} has no scale, or more than one")
        return layer["scale"], layer["zero"] + OFFSET

    def constants_of(self, number):
        """The same, as names."""
        scale, zero = self.scales_of(number)
        return [self.put(f"t{number}_scale", numpy.float32(scale)), self.put(f"t{number}_zero", numpy.uint8(zero))]

    def dequantised(self, number):
        """The float tensor that the codes of a layer stand for."""
        if number not in self.real:
            self.real[number] = self.emit("DequantizeLinear", [self.codes[number], *self.constants_of(number)], f"t{number}_real")
        return self.real[number]

    def constant(self, name, array, scale):
        """A float tensor of integers and a scale for each of the first axis."""
        parts = [self.put(f"{name}_codes", array), self.put(f"{name}_scale", scale.astype(numpy.float32)),
                 self.put(f"{name}_zero", numpy.zeros(scale.shape, array.dtype))]
        return self.emit("DequantizeLinear", parts, f"{name}_real", axis=0)

    # --- layers

    def add_layer(self, number, layer):
        op, inputs = layer["op"], layer["inputs"]
        if op == "input":
            self.codes[number] = "image"
        elif op == "dequantize":
            self.output = self.dequantised(inputs[0])
        elif op in ("relu", "relu6") and self.is_range(number, inputs[0], 6 if op == "relu6" else math.inf):
            self.codes[number] = self.codes[inputs[0]]
        else:
            given, named = arguments_of_line(self.lines[layer["line"] - 1])
            method = getattr(self, "add_" + op, None)
            if not method:
                raise RuntimeError(f"{op} cannot be written to an ONNX file")
            result = method(number, layer, given, named)
            self.codes[number] = self.emit("QuantizeLinear", [result, *self.constants_of(number)], f"t{number}_codes")

    def is_range(self, number, before, most):
        """Whether the codes of the tensor before reach from 0 to no more than `most`."""
        scale, zero = self.scales_of(before)
        return (scale, zero) == self.scales_of(number) and zero == 0 and (255.5 - zero) * scale >= 0 and 254.5 * scale <= most

    def pads(self, layer, named, kernel, stride):
        """What a window adds at the top and left, then at the bottom and right."""
        padding = named.get("padding", self.padding)
        before, after = [], []
        for k, size, made in zip(kernel, self.layers[layer["inputs"][0]]["shape"], layer["shape"]):
            total = {"symmetric": k // 2 * 2, "same": max((made - 1) * stride + k - size, 0), "valid": 0}[padding]
            before.append(total // 2)
            after.append(total - total // 2)
            if (size + total - k) // stride + 1 != made:
                raise RuntimeError(f"{layer['name']}: padding {padding} does not make {made} of {size}")
        return before + after

    def window(self, layer, named, kernel):
        stride = named.get("stride", 1)
        unknown = set(named) - {"stride", "padding", "groups", "q", "pad_value", "count_pad"}
        if unknown or not isinstance(stride, int):
            raise RuntimeError(f"{layer['name']}: arguments that cannot be written to an ONNX file: {named}")
        return {"kernel_shape": list(kernel), "strides": [stride] * 2, "pads": self.pads(layer, named, kernel, stride)}

    def stored(self, layer):
        """Weights as ONNX has them, [out, in, kh, kw] or [out, in], their scales and the bias."""
        name, op = layer["name"], layer["op"]
        if self.naming == "torch":
            return [self.weights[f"{name}.{kind}"] for kind in ("weight", "weight_scale", "bias")]
        kernel = "depthwise_kernel" if op == "depthwise" else "kernel"
        weight = self.weights[f"{name}/{kernel}"].transpose(KERAS_AXES[op])
        return [weight, self.weights[f"{name}/kernel_scale"], self.weights[f"{name}/bias"]]

    def add_weights(self, number, layer):
        """The float tensors of weights and bias, and the shape of the weights."""
        weight, scale, bias = self.stored(layer)
        scale = numpy.broadcast_to(scale.astype(float), weight.shape[:1])
        source = layer["inputs"][0]
        unit = scale * self.scales_of(source)[0]
        if source == 0:
            colour = (weight.sum(axis=(2, 3), dtype=float) * self.zero_colour).sum(axis=1)
            bias = numpy.round((bias + colour) * scale / unit).astype(numpy.int32)
        return [self.constant(f"w{number}", weight, scale), self.constant(f"b{number}", bias, unit)], weight.shape

    def add_conv(self, number, layer, given, named):
        constants, shape = self.add_weights(number, layer)
        groups = layer["shape"][2] if layer["op"] == "depthwise" else named.get("groups", 1)
        return self.emit("Conv", [self.dequantised(layer["inputs"][0]), *constants], f"t{number}", group=groups,
                         dilations=[1, 1], **self.window(layer, named, shape[2:]))

    add_depthwise = add_conv

    def add_dense(self, number, layer, given, named):
        source = layer["inputs"][0]
        x = self.dequantised(source)
        if self.layers[source]["op"] != "dense" and self.rank_of(source) == 4:
            flat = self.emit("Flatten", [x], f"t{number}_flat", axis=1)
            codes = self.emit("QuantizeLinear", [flat, *self.constants_of(source)], f"t{number}_flat_codes")
            x = self.emit("DequantizeLinear", [codes, *self.constants_of(source)], f"t{number}_flat_real")
        return self.emit("Gemm", [x, *self.add_weights(number, layer)[0]], f"t{number}", transB=1)

    def rank_of(self, number):
        """2 behind a dense layer and maps, else 4."""
        layer = self.layers[number]
        if layer["op"] == "dense":
            return 2
        return self.rank_of(layer["inputs"][0]) if layer["op"] in ("relu", "relu6", "swish", "hswish", "sigmoid", "hsigmoid") else 4

    def add_global_avg_pool(self, number, layer, given, named):
        return self.emit("GlobalAveragePool", [self.dequantised(layer["inputs"][0])], f"t{number}")

    def add_max_pool(self, number, layer, given, named):
        return self.emit("MaxPool", [self.dequantised(layer["inputs"][0])], f"t{number}", **self.window(layer, named, [given[0]] * 2))

    def add_avg_pool(self, number, layer, given, named):
        return self.emit("AveragePool", [self.dequantised(layer["inputs"][0])], f"t{number}",
                         count_include_pad=int(named.get("count_pad") == "true"), **self.window(layer, named, [given[0]] * 2))

    def joined(self, op, number, layer, **attributes):
        return self.emit(op, [self.dequantised(i) for i in layer["inputs"]], f"t{number}", **attributes)

    def add_add(self, number, layer, given, named):
        return self.joined("Add", number, layer)

    def add_mul(self, number, layer, given, named):
        return self.joined("Mul", number, layer)

    def add_concat(self, number, layer, given, named):
        return self.joined("Concat", number, layer, axis=1)

    def add_relu(self, number, layer, given, named):
        return self.joined("Relu", number, layer)

    def add_sigmoid(self, number, layer, given, named):
        return self.joined("Sigmoid", number, layer)

    def add_hsigmoid(self, number, layer, given, named):
        return self.joined("HardSigmoid", number, layer, alpha=1 / 6, beta=0.5)

    def add_swish(self, number, layer, given, named):
        return self.joined("QuickGelu", number, layer, domain=MICROSOFT, alpha=1.0)

    def add_hswish(self, number, layer, given, named):
        return self.joined("HardSwish", number, layer)

    def add_slice(self, number, layer, given, named):
        first, count = given
        limits = [self.put(f"t{number}_{kind}", numpy.array([n], numpy.int64))
                  for kind, n in (("first", first), ("end", first + count), ("axis", 1))]
        return self.emit("Slice", [self.dequantised(layer["inputs"][0]), *limits], f"t{number}")

    def add_shuffle(self, number, layer, given, named):
        """The channels are groups * m; the two parts change places."""
        order = numpy.arange(layer["shape"][2]).reshape(given[0], -1).T.ravel()
        x = self.dequantised(layer["inputs"][0])
        return self.emit("Gather", [x, self.put(f"t{number}_order", order)], f"t{number}", axis=1)

    def file(self):
        height, width, channels = self.layers[0]["shape"]
        image = onnx_file.value_info("image", [1, channels, height, width], onnx_file.UINT8)
        return onnx_file.model(self.nodes, self.tensors, [image], [self.output], OPSET, domains=[MICROSOFT])


def scale_of_image(colour):
    """The scale and the zero point of the file's input: bytes less the colour, as uint8."""
    least, most = min(0.0, -float(max(colour))), 255.0 - float(min(colour))
    scale = (most - least) / 255
    return scale, round(-least / scale)


def codes_of_image(image, colour):
    """The file's input for an image of bytes [h, w, c]: codes [1, c, h, w]."""
    scale, zero = scale_of_image(colour)
    codes = numpy.round((image - numpy.array(colour)) / scale) + zero
    return numpy.ascontiguousarray(numpy.clip(codes, 0, 255).astype(numpy.uint8).transpose(2, 0, 1)[None])


def write(about, net, weights, path):
    """Writes the file. `about`: what lcc --emit json says of the network. The colour for codes_of_image."""
    writer = Writer(about, net, weights)
    with open(path, "wb") as f:
        f.write(writer.file())
    return writer.zero_colour
