"""Writes TensorFlow Lite files with Debian's python3-flatbuffers, without generated code: tables by their fields' numbers in
the schema (tensorflow/lite/schema/schema.fbs)."""
import flatbuffers
import numpy

TYPES = {"float32": 0, "float16": 1, "int32": 2, "uint8": 3, "int64": 4, "bool": 6, "int16": 7, "int8": 9, "float64": 10}
NONE, RELU, RELU_N1_TO_1, RELU6, TANH, SIGN_BIT = range(6) # fused functions
SAME, VALID = 0, 1

# Each operator: its number, the member of the union of options, and the fields of these options in order.
OPERATORS = {
    "ADD": (0, 11, "activation:b"),
    "AVERAGE_POOL_2D": (1, 5, "padding:b stride_w:i stride_h:i width:i height:i activation:b"),
    "CONCATENATION": (2, 10, "axis:i activation:b"),
    "CONV_2D": (3, 1, "padding:b stride_w:i stride_h:i activation:b dilation_w:i dilation_h:i"),
    "DEPTHWISE_CONV_2D": (4, 2, "padding:b stride_w:i stride_h:i multiplier:i activation:b dilation_w:i dilation_h:i"),
    "DEPTH_TO_SPACE": (5, 94, "block_size:i"),
    "DEQUANTIZE": (6, 38, ""),
    "FLOOR": (8, 0, ""),
    "FULLY_CONNECTED": (9, 8, "activation:b format:b keep_num_dims:b"),
    "L2_NORMALIZATION": (11, 12, "activation:b"),
    "LOCAL_RESPONSE_NORMALIZATION": (13, 13, "radius:i bias:f alpha:f beta:f"),
    "LOGISTIC": (14, 0, ""),
    "LSTM": (16, 0, ""),
    "MAX_POOL_2D": (17, 5, "padding:b stride_w:i stride_h:i width:i height:i activation:b"),
    "MUL": (18, 21, "activation:b"),
    "RELU": (19, 0, ""),
    "RELU_N1_TO_1": (20, 0, ""),
    "RELU6": (21, 0, ""),
    "RESHAPE": (22, 17, "new_shape:I"),
    "RESIZE_BILINEAR": (23, 15, "new_height:i new_width:i align_corners:b half_pixel_centers:b"),
    "SOFTMAX": (25, 9, "beta:f"),
    "SPACE_TO_DEPTH": (26, 19, "block_size:i"),
    "TANH": (28, 0, ""),
    "CUSTOM": (32, 0, ""),
    "PAD": (34, 22, ""),
    "GATHER": (36, 23, "axis:i batch_dims:i"),
    "BATCH_TO_SPACE_ND": (37, 24, ""),
    "SPACE_TO_BATCH_ND": (38, 25, ""),
    "TRANSPOSE": (39, 26, ""),
    "MEAN": (40, 27, "keep_dims:b"),
    "SUB": (41, 28, "activation:b"),
    "DIV": (42, 29, "activation:b"),
    "SQUEEZE": (43, 30, "squeeze_dims:I"),
    "STRIDED_SLICE": (45, 32, "begin_mask:i end_mask:i ellipsis_mask:i new_axis_mask:i shrink_axis_mask:i offset:b"),
    "EXP": (47, 33, ""),
    "TOPK_V2": (48, 34, ""),
    "SPLIT": (49, 35, "num_splits:i"),
    "LOG_SOFTMAX": (50, 36, ""),
    "CAST": (53, 37, "from_type:b to_type:b"),
    "PRELU": (54, 0, ""),
    "MAXIMUM": (55, 39, ""),
    "ARG_MAX": (56, 40, "output_type:b"),
    "MINIMUM": (57, 39, ""),
    "NEG": (59, 42, ""),
    "PADV2": (60, 43, ""),
    "SELECT": (64, 47, ""),
    "SLICE": (65, 48, ""),
    "SIN": (66, 0, ""),
    "TRANSPOSE_CONV": (67, 49, "padding:b stride_w:i stride_h:i activation:b"),
    "TILE": (69, 51, ""),
    "EXPAND_DIMS": (70, 52, ""),
    "LOG": (73, 0, ""),
    "SUM": (74, 27, "keep_dims:b"),
    "SQRT": (75, 0, ""),
    "RSQRT": (76, 0, ""),
    "SHAPE": (77, 55, "out_type:b"),
    "POW": (78, 56, ""),
    "ARG_MIN": (79, 57, "output_type:b"),
    "REDUCE_PROD": (81, 27, "keep_dims:b"),
    "REDUCE_MAX": (82, 27, "keep_dims:b"),
    "PACK": (83, 59, "count:i axis:i"),
    "UNPACK": (88, 64, "num:i axis:i"),
    "REDUCE_MIN": (89, 27, "keep_dims:b"),
    "FLOOR_DIV": (90, 65, ""),
    "SQUARE": (92, 66, ""),
    "FILL": (94, 68, ""),
    "RANGE": (96, 73, ""),
    "RESIZE_NEAREST_NEIGHBOR": (97, 74, "align_corners:b half_pixel_centers:b"),
    "LEAKY_RELU": (98, 75, "alpha:f"),
    "SQUARED_DIFFERENCE": (99, 76, ""),
    "MIRROR_PAD": (100, 77, "mode:b"),
    "ABS": (101, 78, ""),
    "SPLIT_V": (102, 79, "num_splits:i"),
    "CEIL": (104, 0, ""),
    "REVERSE_V2": (105, 81, ""),
    "ADD_N": (106, 82, ""),
    "COS": (108, 84, ""),
    "ELU": (111, 0, ""),
    "QUANTIZE": (114, 89, ""),
    "ROUND": (116, 0, ""),
    "HARD_SWISH": (117, 91, ""),
    "IF": (118, 92, "then:i otherwise:i"),
    "WHILE": (119, 93, "condition:i body:i"),
    "SELECT_V2": (123, 98, ""),
    "BATCH_MATMUL": (126, 101, "adj_x:b adj_y:b"),
    "BROADCAST_TO": (130, 104, ""),
    "GELU": (150, 116, "approximate:b"),
    "RELU_0_TO_1": (152, 0, ""),
    "SIGN": (158, 122, ""),
}


class Table(dict):
    """Fields by their numbers: (kind, value), where kind is b, i, u, U or f for a number of 8, 32, 32, 64 bits and a float; I, F, L
    or B for a list of them; s for text; t for a table, T for a list of tables."""


def build(b, table):
    """Adds what the table refers to, then the table; returns its offset."""
    made = {}
    for slot, (kind, value) in table.items():
        if kind == "s":
            made[slot] = b.CreateString(value)
        elif kind == "t":
            made[slot] = build(b, value)
        elif kind == "T":
            offsets = [build(b, one) for one in value]
            b.StartVector(4, len(offsets), 4)
            for offset in reversed(offsets):
                b.PrependUOffsetTRelative(offset)
            made[slot] = b.EndVector()
        elif kind in "IFLB":
            array = numpy.asarray(value, {"I": "<i4", "F": "<f4", "L": "<i8", "B": "u1"}[kind])
            made[slot] = b.CreateNumpyVector(array.ravel()) if array.size else empty_vector(b)
    b.StartObject(max(table, default=-1) + 1)
    for slot, (kind, value) in table.items():
        if kind in "stTIFLB":
            b.PrependUOffsetTRelativeSlot(slot, made[slot], 0)
        elif kind == "b":
            b.PrependInt8Slot(slot, value, None)
        elif kind == "i":
            b.PrependInt32Slot(slot, value, None)
        elif kind == "u":
            b.PrependUint32Slot(slot, value, None)
        elif kind == "U":
            b.PrependUint64Slot(slot, value, None)
        else:
            b.PrependFloat32Slot(slot, value, None)
    return b.EndObject()


def empty_vector(b):
    b.StartVector(4, 0, 4)
    return b.EndVector()


class Quantized:
    """A tensor of integers that stand for scale * (q - zero). `data` None: no constant, but one of `shape`."""

    def __init__(self, data, scale, zero=None, axis=0, shape=None, dtype=None):
        self.data = None if data is None else numpy.asarray(data)
        self.shape = self.data.shape if shape is None else shape
        self.dtype = dtype or str(self.data.dtype)
        self.scale, self.zero, self.axis = numpy.atleast_1d(scale), zero, axis

    def floats(self):
        wide = [1] * self.data.ndim
        if self.scale.size > 1:
            wide[self.axis] = -1
        zero = numpy.zeros(self.scale.size) if self.zero is None else numpy.atleast_1d(self.zero)
        return (self.scale.astype(numpy.float32).astype(float).reshape(wide) * (self.data - zero.reshape(wide))).astype(numpy.float32)


class Shaped:
    """A tensor that is no constant: an input, or what an operator makes. `signature` has -1 where a size is open."""

    def __init__(self, *shape, dtype="float32", signature=None):
        self.shape, self.dtype, self.signature = shape, dtype, signature


def op(name, inputs, outputs, custom=None, new_code=True, options_of=None, custom_options=None, **options):
    """Inputs and outputs are names, with commas; an empty name leaves an input out."""
    return (name, inputs.split(",") if inputs else [], outputs.split(","), custom, new_code, options_of or name, custom_options, options)


def describe_options(name, options):
    _, _, fields = OPERATORS[name]
    kinds = [field.split(":") for field in fields.split()]
    table = Table()
    for slot, (field, kind) in enumerate(kinds):
        if field in options:
            table[slot] = (kind, options[field])
    unknown = set(options) - {field for field, _ in kinds}
    assert not unknown, (name, unknown)
    return table


def describe_tensor(name, value, buffers):
    dims, dtype = list(value.shape), str(value.dtype)
    table = Table({0: ("I", dims), 1: ("b", TYPES.get(dtype, dtype if isinstance(value.dtype, int) else 0)), 3: ("s", name)})
    data = value if isinstance(value, numpy.ndarray) else getattr(value, "data", None)
    if data is not None:
        table[2] = ("u", len(buffers))
        buffers.append(Table({0: ("B", numpy.frombuffer(data.astype(data.dtype.newbyteorder("<")).tobytes(), numpy.uint8))}))
    if isinstance(value, Quantized):
        scales = Table({2: ("F", value.scale), 6: ("i", value.axis)})
        if value.zero is not None:
            scales[3] = ("L", numpy.atleast_1d(value.zero))
        table[4] = ("t", scales)
    if getattr(value, "signature", None):
        table[7] = ("I", value.signature)
    return table


def describe(ops, tensors, inputs, outputs, signature=None, subgraphs=1):
    """The whole model as tables. `tensors` are arrays, Quantized or Shaped, by name; `inputs` shapes or Shaped, by name."""
    known = {name: numpy.asarray(value) if not isinstance(value, (Quantized, Shaped)) else value for name, value in tensors.items()}
    known.update((name, value if isinstance(value, (Quantized, Shaped)) else Shaped(*value)) for name, value in inputs.items())
    for _, ins, outs, *_ in ops:
        for name in [*ins, *outs]:
            if name:
                known.setdefault(name, Shaped())
    place = {name: i for i, name in enumerate(known)}
    buffers, codes, operators = [Table()], [], []
    described = [describe_tensor(name, value, buffers) for name, value in known.items()]
    for name, ins, outs, custom, new_code, options_of, custom_options, options in ops:
        number = OPERATORS[name][0] if isinstance(name, str) else name
        code = Table({0: ("b", min(number, 127))})
        if custom:
            code[1] = ("s", custom)
        if new_code:
            code[3] = ("i", number)
        operator = Table({0: ("u", len(codes)), 1: ("I", [place[i] if i else -1 for i in ins]), 2: ("I", [place[o] for o in outs])})
        table = describe_options(options_of, options) if isinstance(options_of, str) else Table()
        if table or (isinstance(options_of, str) and OPERATORS[options_of][1]):
            operator[3] = ("b", (OPERATORS[options_of][1] + 128) % 256 - 128)
            operator[4] = ("t", table)
        if custom_options:
            operator[5] = ("B", numpy.frombuffer(custom_options, numpy.uint8))
        codes.append(code)
        operators.append(operator)
    graph = Table({0: ("T", described), 1: ("I", [place[n] for n in inputs]), 2: ("I", [place[n] for n in outputs]), 3: ("T", operators)})
    root = Table({0: ("u", 3), 1: ("T", codes), 2: ("T", [graph] * subgraphs), 3: ("s", "made by a test"), 4: ("T", buffers)})
    if signature:
        ports = [("T", [Table({0: ("s", alias), 1: ("u", place[n])}) for alias, n in side.items()]) for side in signature]
        root[7] = ("T", [Table({0: ports[0], 1: ports[1], 2: ("s", "serving_default")})])
    return root


def finish(root, identifier=b"TFL3"):
    b = flatbuffers.Builder(1024)
    b.Finish(build(b, root), file_identifier=identifier)
    return bytes(b.Output())


def model(ops, tensors, inputs, outputs, **more):
    return finish(describe(ops, tensors, inputs, outputs, **more))
