"""Quantises float networks as ONNX Runtime's quantize_static writes them: QDQ files, with QuantizeLinear and DequantizeLinear around
float operators, and QOperator files, with QLinearConv and its like. Debian has no package of it.

The choices follow onnxruntime/python/tools/quantization (qdq_quantizer.py, onnx_quantizer.py, registry.py): which operators are
quantised, which keep the scale of their input, biases as int32 at the scale of the input times that of the weights, a relu that the
range of a uint8 expresses removed, and one that it does not (symmetric int8) kept.

    net = Net(); ...                              # a float network
    file = Quantised(net, ranges, Options(...))   # file.nodes, file.tensors, file.write()
"""
import dataclasses

import numpy

import onnx_file

MICROSOFT = "com.microsoft"


class Net:
    """A float network. Nodes are (operator, inputs, outputs, attributes); `inputs` has an array for each input."""

    def __init__(self, opset=13):
        self.nodes, self.tensors, self.inputs, self.outputs, self.opset, self.count = [], {}, {}, [], opset, 0

    def constant(self, array, name=None):
        name = name or f"c{len(self.tensors)}"
        self.tensors[name] = numpy.array(array, order="C")
        return name

    def add(self, op, inputs, outputs=1, **attributes):
        names = []
        for _ in range(outputs):
            self.count += 1
            names.append(f"t{self.count}")
        self.nodes.append((op, list(inputs), names, attributes))
        return names[0] if outputs == 1 else names

    def write(self, outputs):
        return write(self.nodes, self.tensors, {name: (x.shape, x.dtype) for name, x in self.inputs.items()}, outputs, self.opset)


def write(nodes, tensors, inputs, outputs, opset):
    """The bytes of a file. `inputs`: {name: (shape, dtype)}."""
    made = [onnx_file.node(op, ",".join(i), ",".join(o), name=f"n{k}", domain=a.get("domain", ""),
                           **{key: value for key, value in a.items() if key != "domain"}) for k, (op, i, o, a) in enumerate(nodes)]
    infos = [onnx_file.value_info(name, shape, onnx_file.TYPES[str(numpy.dtype(kind))]) for name, (shape, kind) in inputs.items()]
    used = {name for _, names, _, _ in nodes for name in names}
    kept = {name: array for name, array in tensors.items() if name in used}
    return onnx_file.model(made, kept, infos, outputs, opset, domains=(MICROSOFT,))


@dataclasses.dataclass
class Options:
    qdq: bool = True
    per_channel: bool = True
    activations: str = "uint8"  # or int8
    symmetric: bool = False     # the zero point of int8 activations is 0
    weights: str = "int8"       # or uint8
    reduce_range: bool = False  # weights of 7 bits
    centred: bool = False       # the zero point of uint8 weights is 128
    own_pairs: bool = False     # a pair of QuantizeLinear and DequantizeLinear for each reader (DedicatedQDQPair)
    weight_pairs: bool = False  # weights are float, and have QuantizeLinear, too (AddQDQPairToWeight)
    keep_relu: bool = False     # Conv -> Relu -> QuantizeLinear, as other tools write it
    float_bias: bool = False    # biases stay float
    contrib: bool = False       # QuantizeLinear and DequantizeLinear of com.microsoft
    byte_ports: bool = False    # inputs and outputs are quantised


# Of QDQ files. HardSwish, HardSigmoid, Flatten, ReduceMean and others are not in the tool's list.
QUANTISED = {"Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Mul", "Sub", "Relu", "Clip", "LeakyRelu", "Sigmoid", "Tanh", "MaxPool",
             "AveragePool", "GlobalAveragePool", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Resize", "Split", "Slice", "Pad",
             "Concat", "Softmax"}
# Their results have the scale of their input.
KEEPING = {"MaxPool", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Resize", "Split", "Slice", "Pad"}
# In QOperator files: the tool applies the first to quantised numbers as they are; for the others there are operators on such.
DIRECT = {"MaxPool", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Resize", "Split", "Pad"}
LINEAR = {"Conv": "QLinearConv", "MatMul": "QLinearMatMul", "Gemm": "QGemm", "Add": "QLinearAdd", "Mul": "QLinearMul",
          "AveragePool": "QLinearAveragePool", "GlobalAveragePool": "QLinearGlobalAveragePool", "Concat": "QLinearConcat",
          "Sigmoid": "QLinearSigmoid", "LeakyRelu": "QLinearLeakyRelu", "Softmax": "QLinearSoftmax"}
BEFORE_RELU = ("Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Mul")
STANDARD = {"QLinearConv", "QLinearMatMul"}


class Quantised:
    def __init__(self, net, ranges, options):
        """`ranges`: {tensor: (least, most)} for every tensor of the network."""
        self.net, self.ranges, self.o = net, ranges, options
        self.nodes, self.tensors = [], dict(net.tensors)
        self.real = {name: name for name in net.inputs}  # the float tensor of a tensor of the network
        self.codes = {}                                  # its quantised one, scale and zero point
        self.inputs = {name: (x.shape, x.dtype) for name, x in net.inputs.items()}
        self.of_codes = set()
        self.last_real = {}
        if options.byte_ports:
            for name, x in net.inputs.items():
                self.inputs[name] = (x.shape, numpy.dtype(options.activations))
                self.codes[name] = (name, *self.scales_of(name))
                self.of_codes.add(name)
                del self.real[name]
        for node in net.nodes:
            self.quantise(*node)
        self.outputs = []
        for name in net.outputs:
            if options.byte_ports and name in self.codes:
                self.outputs.append(self.codes[name][0])
            elif name in self.codes:
                self.outputs.append(self.dequantised(name))
            else:
                self.outputs.append(self.real[name])

    def write(self, outputs=None):
        return write(self.nodes, self.tensors, self.inputs, outputs or self.outputs, self.net.opset)

    # --- numbers

    def put(self, name, array):
        self.tensors[name] = array
        return name

    def emit(self, op, inputs, output, **attributes):
        if op in ("QuantizeLinear", "DequantizeLinear") and self.o.contrib:
            attributes["domain"] = MICROSOFT
        elif op in LINEAR.values() and op not in STANDARD:
            attributes["domain"] = MICROSOFT
        self.nodes.append((op, inputs, [output] if isinstance(output, str) else output, attributes))
        return output

    def scales_of(self, name):
        """compute_scale_zp of the tool: the range, which contains 0, over the codes."""
        if f"{name}_scale" in self.tensors:
            return f"{name}_scale", f"{name}_zero_point"
        least, most = (float(x) for x in self.ranges[name])
        least, most = min(least, 0.0), max(most, 0.0)
        low, high = (0, 255) if self.o.activations == "uint8" else (-128, 127)
        if self.o.activations == "int8" and self.o.symmetric:
            most = max(-least, most)
            least = -most
            scale, zero = (most - least) / 254 if most else 1.0, 0
        else:
            scale = (most - least) / (high - low) or 1.0
            zero = int(numpy.clip(round(low - least / scale), low, high))
        kind = numpy.dtype(self.o.activations)
        return (self.put(f"{name}_scale", numpy.array(scale, numpy.float32)), self.put(f"{name}_zero_point", numpy.array(zero, kind)))

    def weight(self, name, axis):
        """Codes, scales and zero points of a weight, as names; the scales as an array."""
        w = self.tensors[name].astype(float)
        if axis == "tensor": # of no layer with weights: as activations are
            self.ranges[name] = (w.min(), w.max())
            scale, zero = self.scales_of(name)
            kind = self.tensors[zero].dtype
            codes = numpy.round(w / self.tensors[scale]) + self.tensors[zero]
            self.put(f"{name}_quantized", numpy.clip(codes, numpy.iinfo(kind).min, numpy.iinfo(kind).max).astype(kind))
            return f"{name}_quantized", scale, zero, self.tensors[scale]
        if f"{name}_quantized" in self.tensors:
            return f"{name}_quantized", f"{name}_scale", f"{name}_zero_point", self.tensors[f"{name}_scale"]
        per_channel = self.o.per_channel and axis is not None
        others = tuple(i for i in range(w.ndim) if i != axis) if per_channel else tuple(range(w.ndim))
        least, most = numpy.minimum(w.min(others), 0), numpy.maximum(w.max(others), 0)
        bits = 7 if self.o.reduce_range else 8
        if self.o.weights == "int8":
            high = 2 ** (bits - 1) - 1
            scale = numpy.maximum(most, -least) / high
            zero, low = numpy.zeros_like(scale), -high
        elif self.o.centred:
            low, high = 0, 255
            scale = numpy.maximum(most, -least) / 127
            zero = numpy.full_like(scale, 128)
        else:
            low, high = 0, 2**bits - 1
            scale = (most - least) / high
            scale = numpy.where(scale == 0, 1.0, scale)
            zero = numpy.round(-least / scale)
        scale = numpy.where(scale == 0, 1.0, scale).astype(numpy.float32)
        along = [-1 if i == axis and per_channel else 1 for i in range(w.ndim)]
        codes = numpy.clip(numpy.round(w / scale.reshape(along)) + zero.reshape(along), low, high)
        kind = numpy.dtype(self.o.weights)
        self.put(f"{name}_quantized", codes.astype(kind))
        self.put(f"{name}_scale", scale)
        self.put(f"{name}_zero_point", zero.astype(kind))
        return f"{name}_quantized", f"{name}_scale", f"{name}_zero_point", scale

    def bias(self, name, x, scale):
        """Codes of a bias at the scale of the input times that of the weights."""
        unit = (self.tensors[self.codes[x][1]] * scale).astype(numpy.float32)
        codes = numpy.round(self.tensors[name] / unit).astype(numpy.int32)
        return (self.put(f"{name}_quantized", codes), self.put(f"{name}_scale", unit),
                self.put(f"{name}_zero_point", numpy.zeros(unit.shape, numpy.int32)))

    # --- tensors

    def quantised(self, name):
        """Makes the tensor's codes, if there are none."""
        if name not in self.codes:
            scale, zero = self.scales_of(name)
            made = self.emit("QuantizeLinear", [self.real[name], scale, zero], f"{name}_quantized")
            self.codes[name] = (made, scale, zero)
            self.of_codes.add(made)
        return self.codes[name]

    def dequantised(self, name):
        """The float tensor that the codes of the tensor stand for."""
        if name not in self.codes:
            return self.real[name]
        codes, scale, zero = self.codes[name]
        if self.o.own_pairs and name in self.real and self.o.qdq:
            codes = self.emit("QuantizeLinear", [self.real[name], scale, zero], f"{name}_quantized_{len(self.nodes)}")
            self.of_codes.add(codes)
            return self.emit("DequantizeLinear", [codes, scale, zero], f"{name}_dequantized_{len(self.nodes)}")
        if name not in self.last_real:
            self.last_real[name] = self.emit("DequantizeLinear", [codes, scale, zero], f"{name}_dequantized")
        return self.last_real[name]

    # --- nodes

    def only_reader(self, name):
        return sum(name in inputs for _, inputs, _, _ in self.net.nodes) == 1 and name not in self.net.outputs

    def removes(self, op, inputs):
        """A relu or clip that the range of the codes expresses goes, where nothing else reads its input."""
        expressed = not (self.o.activations == "int8" and self.o.symmetric)
        return op in ("Relu", "Clip") and expressed and not self.o.keep_relu and self.only_reader(inputs[0])

    def follows_relu(self, name):
        """The tensor is read by one relu or clip, which is removed or kept without a quantize between."""
        readers = [(op, inputs) for op, inputs, _, _ in self.net.nodes if name in inputs]
        if len(readers) != 1 or readers[0][0] not in ("Relu", "Clip") or name in self.net.outputs:
            return False
        return self.o.keep_relu or self.removes(*readers[0])

    def makes_last(self, name):
        """The tensor is made by the last node, one that can make what a relu behind it would."""
        op, _, made, _ = self.nodes[-1] if self.nodes else ("", [], [""], {})
        codes = self.codes.get(name, ("",))[0]
        return made[0] in (name, codes) and op in {*BEFORE_RELU, *(LINEAR.get(kind) for kind in BEFORE_RELU)}

    def quantise(self, op, inputs, outputs, attributes):
        if self.removes(op, inputs) and self.makes_last(inputs[0]):
            self.finish_pending(inputs[0], outputs[0])
        elif op in ("Relu", "Clip") and self.o.keep_relu and inputs[0] not in self.codes:
            self.real[outputs[0]] = self.emit(op, [self.real[inputs[0]], *inputs[1:]], outputs[0], **attributes)
            self.quantised(outputs[0])
        elif not self.o.qdq and op in DIRECT and inputs[0] in self.codes:
            self.direct(op, inputs, outputs, attributes)
        elif not self.o.qdq and op in LINEAR:
            self.linear(op, inputs, outputs, attributes)
        else:
            self.pairs(op, inputs, outputs, attributes)

    def finish_pending(self, name, result):
        """The node that makes `name` makes `result`, the relu's tensor, instead."""
        op, inputs, outputs, attributes = self.nodes.pop()
        if op in LINEAR.values():
            scale, zero = self.scales_of(result)
            inputs = [scale if i == f"{name}_scale" else zero if i == f"{name}_zero_point" else i for i in inputs]
            made = f"{result}_quantized"
            self.nodes.append((op, inputs, [made], attributes))
            self.of_codes.discard(outputs[0])
            self.of_codes.add(made)
            self.codes[result] = (made, scale, zero)
            self.codes.pop(name, None)
            return
        self.nodes.append((op, inputs, [result], attributes))
        self.real[result] = result
        self.quantised(result)

    def pairs(self, op, inputs, outputs, attributes):
        """A float operator, between DequantizeLinear and QuantizeLinear where the tool quantises it."""
        quantises = op in QUANTISED and (op not in KEEPING or inputs[0] in self.codes)
        given = list(inputs)
        scale = None
        for i, name in enumerate(inputs):
            if name in self.net.tensors:
                data = op in ("Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Mul", "Sub", "Concat")
                if not quantises or not data:
                    continue
                if i == 2:
                    if self.o.float_bias:
                        continue
                    codes, unit, zero = self.bias(name, inputs[0], scale)
                    given[i] = self.emit("DequantizeLinear", [codes, unit, zero], f"{name}_dequantized",
                                         **({"axis": 0} if self.tensors[unit].ndim else {}))
                    continue
                axis = {"Conv": 0, "ConvTranspose": 1, "Gemm": 0 if attributes.get("transB") else 1, "MatMul": 1}.get(op, "tensor")
                if op == "ConvTranspose" and attributes.get("group", 1) > 1:
                    axis = None
                codes, unit, zero, scale = self.weight(name, axis)
                per = {"axis": axis} if self.tensors[unit].ndim else {}
                if self.o.weight_pairs:
                    codes = self.emit("QuantizeLinear", [name, unit, zero], f"{name}_pair", **per)
                given[i] = self.emit("DequantizeLinear", [codes, unit, zero], f"{name}_dequantized", **per)
            elif name:
                if quantises:
                    self.quantised(name)
                given[i] = self.dequantised(name)
        self.emit(op, given, outputs, **attributes)
        for name in outputs:
            self.real[name] = name
            if not quantises or (op in BEFORE_RELU and self.follows_relu(name)):
                continue
            if op in KEEPING:
                _, unit, zero = self.codes[inputs[0]]
                made = self.emit("QuantizeLinear", [name, unit, zero], f"{name}_quantized")
                self.codes[name] = (made, unit, zero)
                self.of_codes.add(made)
            else:
                self.quantised(name)

    def direct(self, op, inputs, outputs, attributes):
        """An operator on quantised numbers as they are."""
        codes, scale, zero = self.codes[inputs[0]]
        given = [codes, *inputs[1:]]
        if op == "Pad" and len(inputs) > 2:
            given[2] = zero
        elif op == "Pad":
            given = [codes, inputs[1], zero]
        made = [f"{name}_quantized" for name in outputs]
        self.emit(op, given, made, **attributes)
        for name, of in zip(outputs, made):
            self.codes[name] = (of, scale, zero)
            self.of_codes.add(of)

    def linear(self, op, inputs, outputs, attributes):
        """An operator that computes with quantised numbers."""
        triples, scale, last = [], None, []
        for i, name in enumerate(inputs):
            if i == 2 and op in ("Conv", "Gemm"):
                last = [self.bias(name, inputs[0], scale)[0]]
            elif name in self.net.tensors:
                axis = {"Conv": 0, "Gemm": 0 if attributes.get("transB") else 1, "MatMul": 1}.get(op, "tensor")
                codes, unit, zero, scale = self.weight(name, axis)
                triples += [codes, unit, zero]
            else:
                triples += self.quantised(name)
        out = list(self.scales_of(outputs[0]))
        attributes = dict(attributes)
        if op == "Concat":
            given = out + triples
        elif op == "Gemm":
            given = triples + (last or [""]) + out
            attributes.pop("beta", None)
        else:
            given = triples + out + last
        if op == "Softmax":
            attributes["opset"] = self.net.opset
        if op in ("AveragePool", "GlobalAveragePool"):
            attributes["channels_last"] = 0
        made = self.emit(LINEAR[op], given, f"{outputs[0]}_quantized", **attributes)
        self.codes[outputs[0]] = (made, *out)
        self.of_codes.add(made)

    # --- parts

    def parts(self, shapes):
        """For each tensor of codes: a file of the nodes that make it of other tensors of codes, or of an input. Yields its
        name, its operators, the names of its inputs and the file. `shapes`: {tensor of codes: shape}."""
        makers = {name: k for k, (_, _, outputs, _) in enumerate(self.nodes) for name in outputs}
        for name in sorted(self.of_codes):
            if name not in makers:
                continue
            taken, inputs, todo = set(), {}, [name]
            while todo:
                tensor = todo.pop()
                if tensor in self.inputs or (tensor in self.of_codes and tensor != name):
                    inputs[tensor] = self.inputs.get(tensor) or (shapes[tensor], numpy.dtype(self.o.activations))
                elif tensor in makers and makers[tensor] not in taken:
                    taken.add(makers[tensor])
                    todo += self.nodes[makers[tensor]][1]
            nodes = [self.nodes[k] for k in sorted(taken)]
            if len(nodes) == 1 and nodes[0][0] in DIRECT: # which does not say what the codes stand for
                nodes = self.said(nodes[0])
            if inputs:
                kinds = " ".join(op for op, _, _, _ in nodes if op not in ("QuantizeLinear", "DequantizeLinear"))
                yield name, kinds, list(inputs), write(nodes, self.tensors, inputs, [name], self.net.opset)

    def said(self, node):
        """The node of DIRECT behind a DequantizeLinear and a QuantizeLinear that change nothing."""
        op, inputs, outputs, attributes = node
        scale, zero = next((scale, zero) for codes, scale, zero in self.codes.values() if codes == inputs[0])
        return [("DequantizeLinear", [inputs[0], scale, zero], ["said_real"], {}), ("QuantizeLinear", ["said_real", scale, zero], ["said"], {}),
                (op, ["said", *inputs[1:]], outputs, attributes)]
