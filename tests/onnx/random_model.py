"""Random ONNX models of operators that rearrange, join, cut, broadcast and multiply tensors of any rank, with NumPy's answer.

A model begins with one or two inputs. Each block reads a value that was made before, and makes a new one of a few thousand
numbers at most. What no output needs is left out by lcc, so the last values that nothing reads are the outputs.
"""
import math

import numpy

from onnx_file import model, node

LARGEST = 4000


class Model:
    def __init__(self, seed):
        self.rng = numpy.random.default_rng(seed)
        self.nodes, self.tensors, self.inputs, self.values, self.count = [], {}, {}, {}, 0
        self.opset = self.pick([13, 18, 21])

    # --- choosing

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self, share):
        return self.rng.random() < share

    def between(self, low, high):
        return int(self.rng.integers(low, high + 1))

    # --- making

    def name(self):
        self.count += 1
        return f"v{self.count}"

    def constant(self, array):
        name = f"c{len(self.tensors)}"
        self.tensors[name] = numpy.array(array, order="C")
        return name

    def ints(self, *numbers):
        return self.constant(numpy.array(numbers, numpy.int64))

    def floats(self, *shape):
        return self.constant(self.rng.standard_normal(shape).astype(numpy.float32))

    def add_input(self, shape):
        name = f"x{len(self.inputs)}"
        self.inputs[name] = self.rng.standard_normal(shape).astype(numpy.float32)
        self.values[name] = self.inputs[name].astype(float)
        return name

    def add(self, op, inputs, value, **attributes):
        """Adds a node with one output, whose value is known. Returns the output's name."""
        return self.add_many(op, inputs, [value], **attributes)[0]

    def add_many(self, op, inputs, values, **attributes):
        names = [self.name() for _ in values]
        self.nodes.append(node(op, ",".join(inputs), ",".join(names), **attributes))
        self.values.update(zip(names, values))
        return names

    def write(self, outputs):
        return model(self.nodes, self.tensors, {name: x.shape for name, x in self.inputs.items()}, outputs, self.opset)


def split_sizes(m, total, rank):
    """Random sizes whose product is `total`."""
    sizes = [1] * rank
    rest = total
    for prime in range(2, total + 1):
        while rest % prime == 0:
            sizes[m.between(0, rank - 1)] *= prime
            rest //= prime
        if rest == 1:
            break
    return sizes


# --- other axes

def reshape(m, name):
    x = m.values[name]
    sizes = split_sizes(m, x.size, m.between(1, 6))
    asked = list(sizes)
    if m.chance(0.3):
        asked[m.between(0, len(sizes) - 1)] = -1
    return m.add("Reshape", [name, m.ints(*asked)], x.reshape(sizes))


def split_axis(m, name):
    """A reshape that splits one axis or joins two neighbours, as networks do."""
    x = m.values[name]
    sizes = list(x.shape)
    at = m.between(0, x.ndim - 1)
    if m.chance(0.5) and x.ndim < 7:
        sizes[at:at + 1] = split_sizes(m, sizes[at], 2)
    elif at + 1 < x.ndim:
        sizes[at:at + 2] = [sizes[at] * sizes[at + 1]]
    return m.add("Reshape", [name, m.ints(*sizes)], x.reshape(sizes))


def transpose(m, name):
    x = m.values[name]
    order = [int(i) for i in m.rng.permutation(x.ndim)]
    return m.add("Transpose", [name], x.transpose(order), perm=order)


def swap(m, name):
    x = m.values[name]
    if x.ndim < 2:
        return name
    at = m.between(0, x.ndim - 2)
    order = list(range(x.ndim))
    order[at:at + 2] = [at + 1, at]
    return m.add("Transpose", [name], x.transpose(order), perm=order)


def squeeze(m, name):
    x = m.values[name]
    ones = [i for i, n in enumerate(x.shape) if n == 1]
    if not ones or x.ndim == 1 or m.chance(0.3):
        if x.ndim > 6:
            return name
        at = m.between(0, x.ndim)
        return m.add("Unsqueeze", [name, m.ints(at)], numpy.expand_dims(x, at))
    at = m.pick(ones)
    return m.add("Squeeze", [name, m.ints(at if m.chance(0.5) else at - x.ndim)], x.squeeze(at))


def flatten(m, name):
    x = m.values[name]
    axis = m.between(0, x.ndim)
    return m.add("Flatten", [name], x.reshape(math.prod(x.shape[:axis]), -1), axis=axis)


# --- parts

def cut(m, name):
    x = m.values[name]
    axes = sorted(int(i) for i in m.rng.permutation(x.ndim)[:m.between(1, min(3, x.ndim))])
    starts, ends, steps, index = [], [], [], [slice(None)] * x.ndim
    for axis in axes:
        n = x.shape[axis]
        first, last = sorted((m.between(0, n - 1), m.between(0, n - 1)))
        step = m.pick([1, 1, 1, 2, 3, -1, -2])
        if step > 0:
            starts.append(first if m.chance(0.5) else first - n)
            ends.append(last + 1 if m.chance(0.7) else 1 << 62)
            index[axis] = slice(first, last + 1 if ends[-1] == last + 1 else None, step)
        else:
            starts.append(last)
            ends.append(first - 1 if first else -(1 << 62))
            index[axis] = slice(last, first - 1 if first else None, step)
        steps.append(step)
    return m.add("Slice", [name, m.ints(*starts), m.ints(*ends), m.ints(*axes), m.ints(*steps)], x[tuple(index)])


def split(m, name):
    x = m.values[name]
    long = [i for i, n in enumerate(x.shape) if n > 1]
    if not long:
        return name
    axis = m.pick(long)
    parts = [m.between(1, x.shape[axis] - 1)]
    parts.append(x.shape[axis] - parts[0])
    made = m.add_many("Split", [name, m.ints(*parts)], numpy.split(x, [parts[0]], axis), axis=axis)
    if m.chance(0.5):
        made[1] = m.add("Sigmoid", [made[1]], 1 / (1 + numpy.exp(-m.values[made[1]])))
    if m.chance(0.3):
        return made[1]
    back = [made[1], made[0]] + ([made[1]] if m.chance(0.3) else [])
    return m.add("Concat", back, numpy.concatenate([m.values[n] for n in back], axis), axis=axis)


def gather(m, name):
    x = m.values[name]
    axis = m.between(0, x.ndim - 1)
    n = x.shape[axis]
    kind = m.between(0, 3)
    if kind == 0:
        indices = numpy.array(m.between(-n, n - 1))
    elif kind == 1:
        indices = numpy.arange(m.between(1, n))[::m.pick([1, -1])]
    else:
        shape = (m.between(1, 6),) if kind == 2 or x.ndim > 5 else (m.between(1, 3), m.between(1, 3))
        indices = m.rng.integers(-n, n, shape)
    return m.add("Gather", [name, m.constant(indices.astype(numpy.int64))], numpy.take(x, indices, axis), axis=axis)


# --- joins

def concat(m, name):
    """Tensors that are the same but along one axis: parts and copies of one."""
    x = m.values[name]
    axis = m.between(0, x.ndim - 1)
    parts = [name]
    for _ in range(m.between(1, 2)):
        part = m.pick([name, m.add("Relu", [name], numpy.maximum(x, 0))])
        if m.chance(0.4) and x.shape[axis] > 1:
            end = m.between(1, x.shape[axis] - 1)
            part = m.add("Slice", [part, m.ints(0), m.ints(end), m.ints(axis)], m.values[part].take(range(end), axis))
        parts.append(part)
    if m.chance(0.2):
        shape = list(x.shape)
        shape[axis] = m.between(1, 3)
        parts.append(m.floats(*shape))
        m.values[parts[-1]] = m.tensors[parts[-1]].astype(float)
    m.rng.shuffle(parts)
    return m.add("Concat", parts, numpy.concatenate([m.values[n] for n in parts], axis),
                 axis=axis if m.chance(0.5) else axis - x.ndim)


def tile(m, name):
    x = m.values[name]
    times = [m.pick([1, 1, 1, 2, 3, 5]) for _ in x.shape]
    return m.add("Tile", [name, m.ints(*times)], numpy.tile(x, times))


def expand(m, name):
    x = m.values[name]
    shape = [m.pick([1, 2, 3, 5]) if n == 1 else m.pick([1, n]) for n in x.shape]
    if m.chance(0.3) and x.ndim < 6:
        shape = [m.between(1, 3)] + shape
    return m.add("Expand", [name, m.ints(*shape)], x * numpy.ones(shape))


# --- arithmetic

def unary(m, name):
    x = m.values[name]
    op, f = m.pick([("Relu", lambda v: numpy.maximum(v, 0)), ("Sigmoid", lambda v: 1 / (1 + numpy.exp(-v))),
                    ("Tanh", numpy.tanh), ("Neg", numpy.negative), ("Identity", lambda v: v), ("Dropout", lambda v: v)])
    return m.add(op, [name], f(x))


OPERATORS = [("Add", numpy.add), ("Sub", numpy.subtract), ("Mul", numpy.multiply)]


def broadcast_shape(m, shape):
    """A shape that broadcasts with `shape`, and may have fewer axes, or be longer along an axis of length 1."""
    other = [m.pick([n, n, 1]) if n > 1 else m.pick([1, 1, 1, 2, 3]) for n in shape]
    return other[m.between(0, len(other) - 1):] if m.chance(0.3) else other


def with_constant(m, name):
    x = m.values[name]
    op, f = m.pick(OPERATORS)
    c = m.floats(*broadcast_shape(m, x.shape))
    pair = [name, c] if m.chance(0.6) else [c, name]
    m.values[c] = m.tensors[c].astype(float)
    return m.add(op, pair, f(m.values[pair[0]], m.values[pair[1]]))


def fits(x, y):
    try:
        return numpy.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return None


def with_value(m, name):
    """With another value whose shape fits: one that is there, or one that is made of this one."""
    x = m.values[name]
    others = [n for n in m.values if n not in m.tensors and n != name and fits(m.values[n], x)]
    if others and m.chance(0.6):
        other = m.pick(others)
    else:
        axes = [i for i in range(x.ndim) if m.chance(0.5)]
        index = tuple(slice(0, 1) if i in axes else slice(None) for i in range(x.ndim))
        if not axes:
            other = m.add("Tanh", [name], numpy.tanh(x))
        else:
            other = m.add("Slice", [name, m.ints(*[0] * len(axes)), m.ints(*[1] * len(axes)), m.ints(*axes)], x[index])
        if m.chance(0.5) and x.ndim > 1:
            same = [i for i in range(x.ndim - 1) if x.shape[i] == x.shape[i + 1]]
            if same:
                order = list(range(x.ndim))
                at = m.pick(same)
                order[at:at + 2] = [at + 1, at]
                other = m.add("Transpose", [other], m.values[other].transpose(order), perm=order)
        if not fits(m.values[other], x):
            return name
    op, f = m.pick(OPERATORS)
    pair = [name, other] if m.chance(0.5) else [other, name]
    return m.add(op, pair, f(m.values[pair[0]], m.values[pair[1]]))


def scaled(m, *shape):
    return m.constant((m.rng.standard_normal(shape) / math.sqrt(shape[-2] if len(shape) > 1 else 1)).astype(numpy.float32))


def matmul_constant(m, name):
    x = m.values[name]
    n = m.between(1, 6)
    if x.ndim >= 2 and m.chance(0.4):
        c = scaled(m, n, x.shape[-2])
        return m.add("MatMul", [c, name], m.tensors[c].astype(float) @ x)
    c = scaled(m, x.shape[-1], n)
    return m.add("MatMul", [name, c], x @ m.tensors[c].astype(float))


def matmul(m, name):
    """With another view of the same numbers, as attention does."""
    x = m.values[name]
    if x.ndim < 2:
        return name
    order = list(range(x.ndim))
    order[-2:] = [x.ndim - 1, x.ndim - 2]
    other = m.add("Transpose", [m.add("Tanh", [name], numpy.tanh(x))], numpy.tanh(x).transpose(order), perm=order)
    y = m.values[other]
    if x.ndim > 2 and m.chance(0.3):
        other = m.add("Slice", [other, m.ints(0), m.ints(1), m.ints(0)], y[:1])
        y = m.values[other]
    pair = [name, other] if m.chance(0.5) else [other, name]
    return m.add("MatMul", pair, m.values[pair[0]] @ m.values[pair[1]] / 1)


def gemm(m, name):
    x = m.values[name]
    if x.ndim != 2:
        return flatten(m, name)
    first, second = m.chance(0.3), m.chance(0.5)
    left = m.chance(0.3)
    alpha, beta, n = float(m.pick([1, 0.5, 2])), float(m.pick([1, 0.25])), m.between(1, 6)
    a = x.T if first else x
    if left:
        first, second = second, first
        a = x.T if second else x
        c = scaled(m, *((a.shape[0], n) if first else (n, a.shape[0])))
        k = m.tensors[c].astype(float)
        inputs, product = [c, name], (k.T if first else k) @ a
    else:
        c = scaled(m, *((n, a.shape[1]) if second else (a.shape[1], n)))
        k = m.tensors[c].astype(float)
        inputs, product = [name, c], a @ (k.T if second else k)
    y = alpha * product
    if m.chance(0.7):
        shape = m.pick([y.shape, (y.shape[1],), (1, y.shape[1]), (y.shape[0], 1), (1, 1), ()])
        inputs.append(m.floats(*shape))
        y = y + beta * m.tensors[inputs[-1]].astype(float)
    return m.add("Gemm", inputs, y, alpha=alpha, beta=beta, transA=int(first), transB=int(second))


def where(m, name):
    x = m.values[name]
    mask = m.rng.random(broadcast_shape(m, x.shape)) < 0.5
    joint = numpy.broadcast_shapes(x.shape, mask.shape)
    other = m.pick([m.floats(*[m.pick([n, 1]) for n in joint]), m.constant(numpy.float32(-2))])
    y = m.tensors[other].astype(float)
    if m.chance(0.3):
        other = m.add("Tanh", [name], numpy.tanh(x))
        y = m.values[other]
    if m.chance(0.5):
        return m.add("Where", [m.constant(mask), name, other], numpy.where(mask, x, y))
    return m.add("Where", [m.constant(mask), other, name], numpy.where(mask, y, x))


def shuffled(m, letters):
    return "".join(letters[int(i)] for i in m.rng.permutation(len(letters)))


def einsum(m, name):
    """With a constant that has one more axis, or with a part of the same numbers, whose axes are in another order."""
    x = m.values[name]
    letters = "abcdefgh"[:x.ndim]
    k = m.pick(letters)
    if m.chance(0.5):
        second = shuffled(m, k + "z")
        other = scaled(m, *[m.between(1, 4) if letter == "z" else x.shape[letters.index(k)] for letter in second])
        y = m.tensors[other].astype(float)
    else:
        second = shuffled(m, k + "".join(m.pick([letter, ""]) for letter in letters if letter != k))
        rest = [i for i in range(x.ndim) if letters[i] not in second]
        first = name
        if rest:
            first = m.add("Slice", [name, m.ints(*[0] * len(rest)), m.ints(*[1] * len(rest)), m.ints(*rest)],
                          x[tuple(slice(0, 1) if i in rest else slice(None) for i in range(x.ndim))])
        order = [letters.index(letter) for letter in second] + rest
        y = m.values[first].transpose(order)
        other = m.add("Transpose", [first], y, perm=order)
        y = y.reshape(y.shape[:len(second)])
        other = m.add("Reshape", [other, m.ints(*y.shape)], y)
    out = shuffled(m, "".join(dict.fromkeys(letters + second)).replace(k, ""))
    if not out:
        return name
    equation = f"{letters},{second}->{out}"
    return m.add("Einsum", [name, other], numpy.einsum(equation, x, y), equation=equation)


# --- layers of maps

def conv(m, name):
    x = m.values[name]
    if x.ndim != 4 or x.shape[0] != 1:
        return name
    out = m.between(1, 5)
    w = scaled(m, out, x.shape[1], 1, 1)
    return m.add("Conv", [name, w], numpy.einsum("oi,bihw->bohw", m.tensors[w][:, :, 0, 0].astype(float), x))


def pool(m, name):
    x = m.values[name]
    if x.ndim != 4 or x.shape[0] != 1:
        return name
    return m.add("GlobalAveragePool", [name], x.mean((2, 3), keepdims=True))


BLOCKS = [(reshape, 3), (split_axis, 4), (transpose, 3), (swap, 3), (squeeze, 2), (flatten, 1), (cut, 3), (split, 3), (gather, 3),
          (concat, 3), (tile, 1), (expand, 1), (unary, 2), (with_constant, 3), (with_value, 3), (matmul_constant, 2), (matmul, 2),
          (gemm, 2), (where, 2), (einsum, 2), (conv, 2), (pool, 1)]


def negated_input(m, shape):
    """An input, which one node reads: what reads an input first tells lcc in some cases how its axes are meant."""
    name = m.add_input(shape)
    return m.add("Neg", [name], -m.values.pop(name))


def random_model(seed):
    m = Model(seed)
    blocks = [block for block, weight in BLOCKS for _ in range(weight)]
    name = negated_input(m, [1] + [m.pick([1, 2, 3, 4, 6]) for _ in range(m.between(1, 4))])
    if m.chance(0.2):
        negated_input(m, [1] + [m.pick([2, 3, 4]) for _ in range(m.between(1, 3))])
    for _ in range(m.between(2, 9)):
        made = m.pick(blocks)(m, name)
        if m.values[made].size > LARGEST or m.values[made].ndim == 0:
            continue
        name = made
    return m, [name]
