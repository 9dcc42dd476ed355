#!/usr/bin/env python3
"""Quantised networks, as quantize_static of ONNX Runtime writes them, against ONNX Runtime.

    quantised_vs_ort.py FOLDER_OF_ONNX_RUNTIME [--first 0] [--count 40] [--all]

Each tensor of codes is compared by itself: ONNX Runtime runs the whole network, without optimizing it, and gives all tensors of
codes. The operators that make one of them out of others become a file of their own (Quantised.parts), which lcc's interpreter and
ONNX Runtime run on ONNX Runtime's codes. Both must agree within one step. Then the whole network is compared end to end.
"""
import argparse
import math
import os
import subprocess
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ort  # noqa: E402
from quantised_nets import NETWORKS, Random  # noqa: E402
from quantiser import Options, Quantised, write  # noqa: E402

MOVING = {"Relu", "Clip", "MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Split", "Pad"}
LCC = os.path.abspath(os.environ["LCC"])


def as_given(x):
    """A tensor as lcc takes and gives it: a map as [h, w, c], and any other in its own order."""
    if x.ndim == 4:
        return numpy.ascontiguousarray(x[0].transpose(1, 2, 0))
    long = [n for n in x.shape if n > 1] if x.ndim > 3 else list(x.shape)
    return x.reshape((math.prod(long[:-2]), *([1, 1] + long)[-2:]))


def lcc(folder, *words):
    done = subprocess.run([LCC, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
    if done.returncode:
        raise AssertionError(f"lcc failed ({done.returncode}):\n{done.stdout[-2000:]}")


def run_lcc(folder, inputs, count, *words):
    """The answers of a network, flat."""
    words = list(words)
    for i, x in enumerate(inputs):
        numpy.save(os.path.join(folder, f"in{i}.npy"), x)
        words += ["--run", f"in{i}.npy"]
    for i in range(count):
        words += ["--out", f"out{i}.npy"]
    lcc(folder, *words)
    return [numpy.load(os.path.join(folder, f"out{i}.npy")).ravel() for i in range(count)]


def difference(found, wanted, known_order):
    """How far each number is off. lcc gives a tensor that is no map in the order of the file, also where it has four axes: one
    that a Reshape makes of five."""
    orders = [as_given(wanted)] if known_order else [as_given(wanted), wanted]
    return min((numpy.abs(found - x.ravel().astype(float)) for x in orders), key=lambda off: off.max(initial=0))


def save(folder, data):
    path = os.path.join(folder, "m.onnx")
    with open(path, "wb") as f:
        f.write(data)
    return path


def calibrate(library, folder, net):
    """The least and the most that each float tensor has over some samples."""
    names = [name for _, _, outputs, _ in net.nodes for name in outputs]
    path = save(folder, net.write(names))
    ranges = {}
    rng = numpy.random.default_rng(7)
    for sample in range(4):
        inputs = {name: x if sample == 0 else rng.normal(0.2, 1, x.shape).astype(numpy.float32) for name, x in net.inputs.items()}
        for name, x in {**inputs, **library.run(path, inputs)}.items():
            least, most = ranges.get(name, (0, 0))
            ranges[name] = (min(least, x.min()), max(most, x.max()))
    return ranges


def is_exact(library, folder):
    """Whether ONNX Runtime's integer operators compute what the file says. Where a processor has AVX2 or AVX-512 and no VNNI they
    add two products in 16 bits, and 255 * 127 twice is too much; its option for exact sums has no effect without its optimizer."""
    one, none = numpy.float32(1), numpy.uint8(0)
    weights = numpy.full((1, 2, 1, 1), 127, numpy.int8)
    tensors = {"scale": one, "to": numpy.float32(64770 / 255), "zero": none, "same": numpy.int8(0), "w": weights}
    data = write([("QLinearConv", ["x", "scale", "zero", "w", "scale", "same", "to", "zero"], ["y"], {})], tensors,
                 {"x": ((1, 2, 1, 1), numpy.uint8)}, ["y"], 13)
    return library.run(save(folder, data), {"x": numpy.full((1, 2, 1, 1), 255, numpy.uint8)})["y"].item() == 255


def random_options(seed):
    rng = numpy.random.default_rng(seed)
    coin = lambda share=0.5: bool(rng.random() < share)
    qdq = coin(0.6)
    activations = "uint8" if coin(0.6) else "int8"
    weights = "uint8" if activations == "uint8" and coin(0.3) else "int8"
    o = Options(qdq=qdq, per_channel=coin(0.6) and weights == "int8", activations=activations, weights=weights,
                symmetric=activations == "int8" and coin(), reduce_range=coin(0.3), byte_ports=coin(0.3))
    if weights == "uint8":
        o.centred = coin()
    if qdq:
        o.own_pairs, o.weight_pairs, o.keep_relu = coin(0.25), coin(0.2), coin(0.3)
        o.float_bias, o.contrib = coin(0.2), coin(0.15)
    return o


class Counts:
    def __init__(self):
        self.tensors = self.codes = self.off = self.networks = 0
        self.errors = []


def check_integers(folder, kinds, options):
    """A part of one layer must compute with integers: a scale is unknown only between two."""
    with open(os.path.join(folder, "m.net"), encoding="utf-8") as f:
        text = f.read()
    layers = [kind for kind in kinds.split() if kind not in MOVING]
    few_bits = options.weights == "int8" or options.centred # others may need weights of nine bits
    if "dequantize" in text and few_bits and len(layers) < 2:
        raise AssertionError(f"{kinds}: computed with floats\n{text}")


def softmax_by_definition(q, name, known):
    """The codes of a QLinearSoftmax. ONNX Runtime 1.30 gives 0 for the most likely classes where the scale of the result is small;
    as a DequantizeLinear, a Softmax and a QuantizeLinear it gives these codes."""
    x, scale, zero, to, least = next(inputs for _, inputs, outputs, _ in q.nodes if outputs == [name])
    real = (known[x].astype(float) - q.tensors[zero]) * q.tensors[scale]
    e = numpy.exp(real - real.max(1, keepdims=True))
    limits = numpy.iinfo(q.tensors[least].dtype)
    codes = numpy.round(e / e.sum(1, keepdims=True) / q.tensors[to]) + q.tensors[least]
    return numpy.clip(codes, limits.min, limits.max)


def check_parts(library, folder, q, all_codes, counts):
    shapes = {name: x.shape for name, x in all_codes.items()}
    known = {**all_codes, **q.given}
    for name, kinds, inputs, data in q.parts(shapes):
        if os.path.exists(os.path.join(folder, "m.safetensors")):
            os.remove(os.path.join(folder, "m.safetensors"))
        path = save(folder, data)
        given = {i: known[i] for i in inputs}
        wanted = softmax_by_definition(q, name, known) if kinds == "QLinearSoftmax" else library.run(path, given)[name]
        # An input [1, c, 1, 1] that a Reshape reads is taken for pixels of one channel.
        pixels = kinds == "Reshape" and all(x.shape[2:] == (1, 1) for x in given.values())
        arrays = [x.reshape(-1, 1, 1) if pixels else as_given(x) for x in given.values()]
        lcc(folder, "m.onnx", "--emit", "net", "-o", "m.net")
        weights = ["-w", "m.safetensors"] if os.path.exists(os.path.join(folder, "m.safetensors")) else []
        off = difference(run_lcc(folder, arrays, 1, "m.net", *weights)[0], wanted, "Reshape" not in kinds)
        check_integers(folder, kinds, q.o)
        counts.tensors += 1
        counts.codes += off.size
        counts.off += int((off > 0).sum())
        if off.max(initial=0) > 1:
            raise AssertionError(f"{name} ({kinds}), of {', '.join(inputs)}: {int((off > 1).sum())} of {off.size} codes are off, by up to {off.max()}")


def check_network(library, folder, net, options, counts):
    q = Quantised(net, calibrate(library, folder, net), options)
    q.given = dict(net.inputs)
    for name, (_, kind) in q.inputs.items():
        if kind != numpy.float32:
            scale, zero = q.tensors[f"{name}_scale"], q.tensors[f"{name}_zero_point"]
            limits = numpy.iinfo(kind)
            q.given[name] = numpy.clip(numpy.round(net.inputs[name] / scale) + zero, limits.min, limits.max).astype(kind)
    path = save(folder, q.write(sorted(q.of_codes - set(q.inputs))))
    all_codes = library.run(path, q.given)
    check_parts(library, folder, q, all_codes, counts)
    path = save(folder, q.write())
    wanted = library.run(path, q.given)
    found = run_lcc(folder, [as_given(x) for x in q.given.values()], len(q.outputs), "m.onnx")
    wrong_softmax = any(op == "QLinearSoftmax" for op, _, _, _ in q.nodes)
    for name, y in zip(q.outputs, found):
        x = wanted[name]
        step = 1.0 if x.dtype != numpy.float32 else max(float(numpy.ptp(x)), 1e-6) / 255
        error = float(difference(y, x, True).mean()) / step
        if not wrong_softmax and error > 4:
            raise AssertionError(f"{name}: {error} steps off on average, end to end")
        counts.errors.append(0 if wrong_softmax else error)
    counts.networks += 1


def main():
    p = argparse.ArgumentParser()
    p.add_argument("ort")
    p.add_argument("--first", type=int, default=0)
    p.add_argument("--count", type=int, default=40)
    p.add_argument("--all", action="store_true", help="go on after a network that fails")
    p.add_argument("--keep", help="a folder to work in")
    o = p.parse_args()
    library = ort.Library(ort.find_library(o.ort))
    counts, failed = Counts(), 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = o.keep or temporary
        exact = is_exact(library, folder)
        if not exact:
            print("ONNX Runtime adds in 16 bits on this processor, so its integer operators get weights of 7 bits")
        for seed in range(o.first, o.first + o.count):
            names = list(NETWORKS)
            named = seed % 4 == 0
            net = NETWORKS[names[seed // 4 % len(names)]](seed) if named else Random(seed)
            options = random_options(seed)
            options.reduce_range |= not exact and not options.qdq
            try:
                check_network(library, folder, net, options, counts)
            except (AssertionError, ort.Failed, subprocess.TimeoutExpired) as e:
                failed += 1
                print(f"network {seed} ({names[seed // 4 % len(names)] if named else 'random'}), {options}: {e}")
                if not o.all:
                    break
    print(f"{counts.networks} networks: {counts.tensors} tensors within one step, {counts.off} of {counts.codes} codes one off; end to end "
          f"{max(counts.errors, default=0):.2f} steps at most, on average")
    sys.exit(failed > 0 or counts.tensors == 0)


if __name__ == "__main__":
    main()
