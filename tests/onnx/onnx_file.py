"""Writes ONNX files with nothing but the standard library and NumPy: as much of protobuf's wire format as a ModelProto needs
(https://protobuf.dev/programming-guides/encoding; the field numbers are those of onnx.proto)."""
import struct

import numpy

FLOAT, UINT8, INT8, INT16, INT32, INT64, BOOL, FLOAT16, DOUBLE = 1, 2, 3, 5, 6, 7, 9, 10, 11
TYPES = {"float32": FLOAT, "uint8": UINT8, "int8": INT8, "int16": INT16, "int32": INT32, "int64": INT64, "bool": BOOL, "float16": FLOAT16,
         "float64": DOUBLE}


def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, value):
    """An int as a varint, a float as 4 bytes, text and bytes with their length."""
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name, array, external=None, floats=False):
    """`external`: (location, offset) of bytes that are elsewhere. `floats`: in float_data, not raw."""
    array = numpy.asarray(array)
    out = b"".join(field(1, int(n)) for n in array.shape) + field(2, TYPES[str(array.dtype)]) + field(8, name)
    if external:
        for key, value in zip(("location", "offset", "length"), (*external, array.nbytes)):
            out += field(13, field(1, key) + field(2, str(value)))
        return out + field(14, 1)
    return out + (field(4, array.astype("<f4").tobytes()) if floats else field(9, array.tobytes()))


class Refers:
    """The value of an attribute in a function: that of the function's attribute `name`, which has that type."""

    def __init__(self, name, kind):
        self.name, self.kind = name, kind


def attribute(name, value):
    out = field(1, name)
    if isinstance(value, Refers):
        return out + field(21, value.name) + field(20, value.kind)
    if isinstance(value, numpy.ndarray):
        return out + field(5, tensor("", value)) + field(20, 4)
    if isinstance(value, bytes): # what graph() makes
        return out + field(6, value) + field(20, 5)
    if isinstance(value, str):
        return out + field(4, value) + field(20, 3)
    if isinstance(value, float):
        return out + field(2, value) + field(20, 1)
    if isinstance(value, int):
        return out + field(3, value) + field(20, 2)
    if isinstance(value[0], float):
        return out + b"".join(field(7, n) for n in value) + field(20, 6)
    return out + b"".join(field(8, n) for n in value) + field(20, 7)


def node(op, inputs, outputs, name="", domain="", **attributes):
    out = b"".join(field(1, i) for i in inputs.split(",")) if inputs else b""
    out += b"".join(field(2, o) for o in outputs.split(","))
    out += (field(3, name) if name else b"") + field(4, op) + (field(7, domain) if domain else b"")
    return out + b"".join(field(5, attribute(k, v)) for k, v in attributes.items())


def value_info(name, dims, element=FLOAT):
    """A dimension that is text has that name and no fixed size."""
    shape = b"".join(field(1, field(2, d) if isinstance(d, str) else field(1, d)) for d in dims)
    return field(1, name) + field(2, field(1, field(1, element) + field(2, shape)))


def graph(nodes, outputs, tensors=()):
    """A branch of an If."""
    return b"".join(field(1, n) for n in nodes) + field(2, "g") + b"".join(field(5, t) for t in tensors) + b"".join(
        field(12, field(1, o)) for o in outputs)


def function(name, domain, inputs, outputs, attributes, nodes, defaults=None):
    """`attributes`: the names of those without a default; `defaults`: {name: value}."""
    out = field(1, name) + b"".join(field(4, i) for i in inputs) + b"".join(field(5, o) for o in outputs)
    out += b"".join(field(6, a) for a in attributes) + b"".join(field(7, n) for n in nodes)
    out += b"".join(field(11, attribute(k, v)) for k, v in (defaults or {}).items())
    return out + field(9, field(1, "") + field(2, 18)) + field(10, domain)


def model(nodes, tensors, inputs, outputs, opset=13, functions=(), domains=()):
    """`nodes`: what node() makes; `tensors`: {name: array} or what tensor() makes; `inputs`: {name: dims} or value_info()s;
    `outputs`: names; `functions`: what function() makes; `domains`: of operators that are not the standard's."""
    graph = b"".join(field(1, n) for n in nodes) + field(2, "g")
    if isinstance(tensors, dict):
        tensors = [tensor(name, array) for name, array in tensors.items()]
    graph += b"".join(field(5, t) for t in tensors)
    if isinstance(inputs, dict):
        inputs = [value_info(name, dims) for name, dims in inputs.items()]
    graph += b"".join(field(11, i) for i in inputs)
    graph += b"".join(field(12, field(1, o)) for o in outputs)
    out = field(1, 8) + field(2, "lcc") + field(7, graph) + field(8, field(1, "") + field(2, opset))
    out += b"".join(field(8, field(1, name) + field(2, 1)) for name in domains)
    return out + b"".join(field(25, f) for f in functions)
