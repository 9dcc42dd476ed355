"""Writes a network that lcc quantised as an ONNX file of QuantizeLinear and DequantizeLinear pairs (QDQ), as ONNX Runtime's own
static quantiser writes them, so that ONNX Runtime computes the same layers in integers.

flat.py reads the network. Scales, zero points, int8 weights (a scale for each output channel) and int32 biases are lcc's, unchanged
but for the image and the first bias. The file is put so that ONNX Runtime is fast with it on x86-64:

- Activations are uint8, 128 more than lcc's int8: on x86-64 ONNX Runtime's kernels multiply uint8 by int8, and take twice as long with
  int8 by int8.
- A relu or relu6 that the range of the codes expresses is left out, as the quantiser does it.
- swish and hswish stay in floats, as QuickGelu and HardSwish. ONNX Runtime has no integer kernel for the second, and its integer kernels
  for sigmoid and product are together no faster than the first.
- A shuffle is a Gather of channels: ONNX Runtime keeps channels last, and gathers faster there than it transposes.
"""
import os
import sys

import numpy

import flat

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "onnx"))
import onnx_file  # noqa: E402

OPSET = 14  # the first that has HardSwish
MICROSOFT = "com.microsoft"


class Writer(flat.Network):
    """The file's nodes and tensors. `codes`, `real`: for each layer of lcc's, its tensor of codes and its float one."""

    def __init__(self, about, net, weights):
        super().__init__(about, net, weights)
        self.nodes, self.tensors = [], {}
        self.codes, self.real = {}, {}
        for number, layer in enumerate(self.layers):
            self.add_layer(number, layer)

    # --- parts of a file

    def put(self, name, array):
        self.tensors[name] = numpy.array(array, order="C")
        return name

    def emit(self, op, inputs, output, **attributes):
        self.nodes.append(onnx_file.node(op, ",".join(inputs), output, name=f"{op}_{len(self.nodes)}", **attributes))
        return output

    def constants_of(self, number):
        """The scale and the zero point of a layer's tensor, as names."""
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
        elif self.is_left_out(number):
            self.codes[number] = self.codes[inputs[0]]
        else:
            given, named = self.arguments(layer)
            method = getattr(self, "add_" + op, None)
            if not method:
                raise RuntimeError(f"{op} cannot be written to an ONNX file")
            result = method(number, layer, given, named)
            self.codes[number] = self.emit("QuantizeLinear", [result, *self.constants_of(number)], f"t{number}_codes")

    def window(self, layer, named, kernel):
        stride = self.stride(layer, named)
        return {"kernel_shape": list(kernel), "strides": [stride] * 2, "pads": self.pads(layer, named, kernel, stride)}

    def add_weights(self, number, layer):
        """The float tensors of weights and bias, and the shape of the weights."""
        weight, scale, bias, unit = self.parameters(layer)
        return [self.constant(f"w{number}", weight, scale), self.constant(f"b{number}", bias, unit)], weight.shape

    def add_conv(self, number, layer, given, named):
        constants, shape = self.add_weights(number, layer)
        return self.emit("Conv", [self.dequantised(layer["inputs"][0]), *constants], f"t{number}", group=self.groups(layer, named),
                         dilations=[1, 1], **self.window(layer, named, shape[2:]))

    add_depthwise = add_conv

    def add_dense(self, number, layer, given, named):
        source = layer["inputs"][0]
        x = self.dequantised(source)
        if self.layers[source]["op"] != "dense" and self.rank_of(source) == 4:
            vector = self.emit("Flatten", [x], f"t{number}_flat", axis=1)
            codes = self.emit("QuantizeLinear", [vector, *self.constants_of(source)], f"t{number}_flat_codes")
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
                         count_include_pad=int(named.get("count_pad", False)), **self.window(layer, named, [given[0]] * 2))

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


def codes_of_image(image, colour):
    """The file's input for an image of bytes [h, w, c]: codes [1, c, h, w]."""
    return numpy.ascontiguousarray(flat.codes_of_image(image, colour).transpose(2, 0, 1)[None])


def write(about, net, weights, path):
    """Writes the file. `about`: what lcc --emit json says of the network. The colour for codes_of_image."""
    writer = Writer(about, net, weights)
    with open(path, "wb") as f:
        f.write(writer.file())
    return writer.zero_colour
