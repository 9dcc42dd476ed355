#!/usr/bin/env python3
"""How much memory networks need: lcc's arenas beside what others need for the same graphs, as tables in Markdown.

    memory.py --lcc LCC [--target NAME] [--markdown] [NETWORK ..]
    memory.py --lcc LCC --small [--markdown] [--arm-cc arm-none-eabi-gcc]

A NETWORK is a name of tests/zoo/goldens; without one, those of programs.py. lcc's figures are the `arena_bytes` of
`lcc --emit json`, for one thread, of the fastest plan, of `--max-ram min` and, for MobileNetV2, of a limit of 1.5 MB. The
others' are computed from the layers as they stand in that JSON, in the order given there, for float32 and one picture, by
the rules below. MB is 10^6 bytes, KB is 10^3.

*Ideal layer by layer* is the least that anyone can do who has each layer's input and output whole in memory: the most
bytes, over all layers, of the tensors that this or a later layer still reads, and of the layer's output. Batch norm and
activations belong to the layer before. A residual sum and the scaling of a squeeze-excite are computed in place, in an
operand of the output's size that nobody reads afterwards. Slices, flatten, dropout and identity are views and cost nothing;
concat and the channel shuffle are copies, which set none of the figures. Nothing is lost to padding, scratch memory or
placement. The image and the logits are the caller's and do not count, as they do not count in lcc's arena. For
MobileNetV2 that is the depthwise layer from 112 x 112 x 96 to 56 x 56 x 96: 6.02 MB.

*onnx2c* is what kraiskil/onnx2c reserves. It sees the ONNX file of export.py: batch norm in the convolution, an activation
as a node (hswish: HardSigmoid and Mul; swish: Sigmoid and Mul), the channel shuffle as Reshape, Transpose, Reshape. It
fuses nothing. Each node's output goes to the first union that is free, or to a new one; unions become free after the node
that reads their tensor last; a union is as large as its largest tensor (src/optimization_passes/unionize_tensors.cpp of
0f0363a). The image and the logits are arguments. *onnx2c arena* is its newer way, which has to be asked for: one array,
tensors placed from the largest to the smallest at the lowest address that is free while they live
(tensor_arena_planner.cpp and tensor_lifetime.cpp of 49713e6). Where two are as large it goes by name; here the earlier one
comes first.

*ncnn* is the peak of the blobs of Tencent/ncnn after ncnnoptimize, in its light mode: a blob is freed after its last reader
(do_forward_layer in src/net.cpp of 0263baf). Batch norm is folded. ReLU, Clip, Sigmoid and HardSwish join the convolution
before them (tools/ncnnoptimize.cpp), and the activations that do not, such as Swish, work in place, in a copy where
somebody else still reads. Sums, products, slices, concat and ShuffleChannel make blobs of their own. A channel of a blob
whose channels are no multiple of 4 is rounded up to 16 bytes. The image, as floats, counts until it has been read.
Workspaces, for borders and for the convolutions' own use, come on top. *ncnn's pool* is the same in the blocks that its
allocator hands out for the blobs: one that was freed is used again, whole, where it is at most a third too large
(src/allocator.cpp of 001f8c3; later ones take any that is large enough). The image is not in them. For EfficientNet-B0 the
blobs are 6.02 MB, and the blocks that hold them 6.42 MB.
"""
import argparse
import math
import os
import re
import sys
import tempfile

import programs

FLOAT = 4
VIEWS = {"normalize", "identity", "dropout", "flatten"}
ACTIVATIONS = {"relu", "relu6", "hswish", "swish", "sigmoid", "hsigmoid", "tanh", "leaky_relu"}
PRODUCTS = {"add", "mul"}
# Layers with memory of their own in every rule. What is in none of these sets has no rule, and is refused.
OWN = {"conv", "depthwise", "dense", "max_pool", "avg_pool", "global_avg_pool", "concat", "shuffle", "pad", "softmax", "upsample"}
LIMIT = 1500000  # of MobileNetV2's third figure
ALSO_LIMITED = "mobilenet_v2"


def bytes_of(layer):
    return FLOAT * math.prod(layer["shape"])


def last_reads(layers):
    """For each layer the number of the last one that reads it; for an output of the network, one more than there are."""
    last = [len(layers)] * len(layers)
    for i, layer in enumerate(layers):
        for producer in layer["inputs"]:
            last[producer] = i
    return last


class Life:
    """A piece of memory: how large, which tensors lie in it, from which layer to which it is needed."""

    def __init__(self, size, first, last):
        self.size, self.first, self.last = size, first, last


def lives_of(layers, slices_are_views, in_place, size_of):
    """The pieces of memory that the layers need, in the order in which they come. `in_place`: the ops that may write over an
    input of the output's size which nobody reads any more; the others get memory of their own. The first piece is the image."""
    last, held, lives = last_reads(layers), [], []
    for i, layer in enumerate(layers):
        op, inputs = layer["op"], layer["inputs"]
        if op not in OWN | VIEWS | ACTIVATIONS | PRODUCTS | {"input", "bn", "slice"}:
            raise RuntimeError(f"{layer['name']}: there is no rule for {op}")
        size = size_of(layer)
        found = None
        if op in VIEWS or (op == "slice" and slices_are_views):
            found = held[inputs[0]]
        elif op in in_place:
            found = next((held[j] for j in inputs
                          if held[j].last == i and held[j].size == size and layers[j]["op"] != "input"), None)
        if found is None:
            found = Life(size, i, i)
            lives.append(found)
        found.last = max(found.last, last[i])
        held.append(found)
    return lives


def peak_of(layers, lives):
    return max(sum(life.size for life in lives if life.first <= i <= life.last) for i in range(len(layers)))


def is_callers(layers):
    """For each layer whether its tensor is one that the caller has: an image, or an output of the network."""
    last = last_reads(layers)
    return [layer["op"] == "input" or last[i] == len(layers) for i, layer in enumerate(layers)]


def ideal(layers):
    callers = is_callers(layers)
    lives = lives_of(layers, True, ACTIVATIONS | PRODUCTS | {"bn"}, bytes_of)
    return peak_of(layers, [life for life in lives if not callers[life.first]])


# --- onnx2c ---


def onnx_nodes(layers):
    """The nodes of the ONNX file of these layers, in order: (op, inputs, outputs), and each tensor's bytes. Tensors go by
    numbers; those of the caller are None."""
    callers, names, nodes, sizes = is_callers(layers), [], [], []

    def tensor(size):
        sizes.append(size)
        return len(sizes) - 1

    def node(op, inputs, layer, i=None):
        """A node as large as the layer. `i`: its output is that layer's, which may be the caller's; else one on the way to it."""
        out = None if i is not None and callers[i] else tensor(bytes_of(layer))
        nodes.append((op, inputs, [out]))
        return out

    splits = {}
    for i, layer in enumerate(layers):
        op, inputs = layer["op"], [names[j] for j in layer["inputs"]]
        if op == "input":
            name = None
        elif op in ("normalize", "identity", "dropout"):
            name = inputs[0]
        elif op == "bn" and layers[layer["inputs"][0]]["op"] in ("conv", "depthwise", "dense"):
            name = inputs[0]
        elif op in ("hswish", "swish"):
            gate = node("HardSigmoid" if op == "hswish" else "Sigmoid", inputs, layer)
            name = node("Mul", inputs + [gate], layer, i)
        elif op == "shuffle":
            name = node("Transpose", [node("Reshape", inputs, layer)], layer)
            name = node("Reshape", [name], layer, i)
        elif op == "slice":
            source = layer["inputs"][0]
            if source not in splits:  # one Split, where the first slice stands
                parts = [k for k, other in enumerate(layers) if other["op"] == "slice" and other["inputs"] == [source]]
                splits[source] = {k: tensor(bytes_of(layers[k])) for k in parts}
                nodes.append(("Split", inputs, list(splits[source].values())))
            name = splits[source][i]
        elif op == "dense":
            if layers[layer["inputs"][0]]["op"] == "global_avg_pool":
                inputs = [node("Flatten", inputs, layers[layer["inputs"][0]])]
            name = node("Gemm", inputs, layer, i)
        else:
            name = node(op, inputs, layer, i)
        names.append(name)
    return nodes, sizes


def readers_end(nodes, sizes):
    """For each tensor the number of the last node that reads it, or that of the one that makes it."""
    end = [0] * len(sizes)
    for i, (_, inputs, outputs) in enumerate(nodes):
        for name in inputs + outputs:
            if name is not None:
                end[name] = i
    return end


def unions(nodes, sizes):
    """The sizes of onnx2c's unions."""
    end, tenants, largest = readers_end(nodes, sizes), [], []
    for i, (_, _, outputs) in enumerate(nodes):
        for name in outputs:
            if name is None:
                continue
            if None not in tenants:
                tenants.append(None)
                largest.append(0)
            place = tenants.index(None)
            tenants[place] = name
            largest[place] = max(largest[place], sizes[name])
        tenants = [None if name is None or end[name] <= i else name for name in tenants]
    return largest


def first_fit(nodes, sizes):
    """The size of onnx2c's arena."""
    end, begin = readers_end(nodes, sizes), {}
    for i, (_, _, outputs) in enumerate(nodes):
        begin.update({name: i for name in outputs if name is not None})
    placed = []  # (offset, size, begin, end)
    for name in sorted(begin, key=lambda name: (-sizes[name], name)):
        others = [one for one in placed if one[2] <= end[name] and begin[name] <= one[3]]
        offset = 0
        for other in sorted(others):
            if offset + sizes[name] > other[0] and other[0] + other[1] > offset:
                offset = other[0] + other[1]
        placed.append((offset, sizes[name], begin[name], end[name]))
    return max(offset + size for offset, size, _, _ in placed)


def onnx2c(layers):
    """Bytes of onnx2c's unions and of its arena."""
    nodes, sizes = onnx_nodes(layers)
    return sum(unions(nodes, sizes)), first_fit(nodes, sizes)


# --- ncnn ---


def blob_bytes(layer):
    """A picture's channels lie a multiple of 16 bytes apart, unless 4 or more of them are packed, which fills that anyway."""
    *sides, channels = layer["shape"]
    place = FLOAT * math.prod(sides)
    if place > FLOAT and channels % 4:
        place = -(-place // 16) * 16
    return place * channels


def pool_peak(layers, lives):
    """The most bytes of the blocks that PoolAllocator has handed out for these blobs. The image is the caller's Mat."""
    free, out, peak = [], {}, 0
    for i in range(len(layers)):
        for life in lives:
            if life.first == i and layers[i]["op"] != "input":
                size = life.size + FLOAT  # the count of references lies behind the data
                block = next((block for block in free if block >= size and block * 192 // 256 <= size), None)
                if block is None:
                    block = size
                else:
                    free.remove(block)
                out[life] = block
        peak = max(peak, sum(out.values()))
        for life in [life for life in out if life.last <= i]:
            free.append(out.pop(life))
    return peak


def slices_together(layers):
    """The layers with all slices of a tensor at the place of the first: ncnn's Slice makes them at once."""
    order = []
    for i, layer in enumerate(layers):
        alike = [k for k, other in enumerate(layers) if other["op"] == "slice" and other["inputs"] == layer["inputs"]]
        order += [k for k in (alike if layer["op"] == "slice" else [i]) if k not in order]
    place = {old: new for new, old in enumerate(order)}
    return [dict(layers[i], inputs=[place[j] for j in layers[i]["inputs"]]) for i in order]


def ncnn(layers):
    """Bytes of ncnn's blobs, and of the blocks of its pool that hold them."""
    layers = slices_together(layers)
    lives = lives_of(layers, False, ACTIVATIONS | {"bn"}, blob_bytes)
    return peak_of(layers, lives), pool_peak(layers, lives)


# --- the tables ---


def plan(lcc, arguments, target, max_ram=None):
    more = ["--max-ram", str(max_ram)] if max_ram else []
    return programs.describe(lcc, arguments + ["--target", target] + more)


def measure(lcc, name, target):
    """All figures of one network, in bytes."""
    arguments = programs.arguments_of(name)
    fastest = plan(lcc, arguments, target)
    layers = fastest["layers"]
    found = {"fastest": fastest["arena_bytes"], "least": plan(lcc, arguments, target, "min")["arena_bytes"], "ideal": ideal(layers)}
    if name == ALSO_LIMITED:
        found["limited"] = plan(lcc, arguments, target, LIMIT)["arena_bytes"]
    found["unions"], found["arena"] = onnx2c(layers)
    found["blobs"], found["pool"] = ncnn(layers)
    return found


def mean_ratio(measured):
    """Geometric mean of lcc's fastest plan to the ideal layer by layer."""
    return math.exp(sum(math.log(one["fastest"] / one["ideal"]) for one in measured) / len(measured))


COLUMNS = [("fastest", "lcc, fastest"), ("least", "lcc, least"), ("limited", "lcc, 1.5 MB"), ("ideal", "ideal layer by layer"),
           ("unions", "onnx2c"), ("arena", "onnx2c arena"), ("blobs", "ncnn blobs"), ("pool", "ncnn's pool")]


def rows_of(measured):
    return [[name, *(f"{one[key] / 1e6:.2f}" if key in one else "" for key, _ in COLUMNS), f"{one['fastest'] / one['ideal']:.2f}"]
            for name, one in measured.items()]


# What a microcontroller may have room for: the .net file, lcc's arguments.
SMALL = [(f"{name}, {side}", net, [*more, "-D", f"resolution={side}"]) for name, net, more, sides in (
    ("MobileNetV1 0.25", "mobilenet_v1.net", ["-D", "width=0.25"], (96, 128)),
    ("MobileNetV2 0.35", "mobilenet_v2.net", ["-D", "width=0.35"], (96, 128)),
    ("ShuffleNetV2 0.5", "shufflenet_v2.net", ["--variant", "x0_5"], (96,)),
    ("MobileNetV3-Small 0.5", "mobilenet_v3_small.net", ["-D", "width=0.5"], (96,))) for side in sides]
CORTEX_M4 = ["-O2", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]


def small_target(lcc):
    """The target for a Cortex-M4: lcc's own where it has one, else plain C."""
    known = re.search(r"^Targets: (.*)$", programs.run([lcc, "--help"]), re.M).group(1).split()
    return "cortex-m4" if "cortex-m4" in known else "generic"


def small_arguments(net, arguments):
    return [os.path.join(programs.ROOT, "dsl", net), *arguments, "-D", "logits=true"]


def code_bytes(lcc, arm_cc, arguments, target, folder):
    """What the compiled network has in flash beside its weights. The assembler takes those in, as `size` then counts them."""
    about = plan(lcc, arguments, target)
    programs.run([lcc] + arguments + ["--target", target, "--name", "net", "--storage", "incbin", "-o", "net.c"], cwd=folder)
    programs.run([arm_cc, *CORTEX_M4, "-c", "net.c", "-o", "net.o"], cwd=folder)
    size = re.sub(r"gcc$|cc$|clang$", "size", arm_cc)
    text, data = map(int, programs.run([size, "net.o"], cwd=folder).splitlines()[1].split()[:2])
    return text + data - about["weights_bytes"]


def small_rows(lcc, arm_cc):
    target, rows = small_target(lcc), []
    for title, net, more in SMALL:
        with tempfile.TemporaryDirectory() as folder:
            arguments = small_arguments(net, more)
            fastest, least = plan(lcc, arguments, target), plan(lcc, arguments, target, "min")
            code = code_bytes(lcc, arm_cc, arguments, target, folder)
        added = 100 * (least["macs_emitted"] / fastest["macs_emitted"] - 1)
        weights = fastest["weights_bytes"]
        head = FLOAT * next(one["params"] for one in reversed(fastest["layers"]) if one["params"])
        bytes_shown = fastest["arena_bytes"], least["arena_bytes"], weights, head, code, weights + code
        rows.append([title, *(f"{n / 1e3:.0f}" for n in bytes_shown),
                     f"{fastest['macs'] / 1e6:.1f}", f"{added:.1f}"])
    return rows


SMALL_HEADER = ["network, side", "arena KB, fastest", "least", "weights KB", "last layer's", "code KB", "flash KB", "M MACs",
                "least adds MACs %"]


def show(header, rows, markdown):
    print(programs.table(header, rows) if markdown else "\n".join("\t".join(row) for row in [header] + rows))


def main():
    parser = argparse.ArgumentParser(description="lcc's arenas beside what other ways need for the same networks.")
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--target", default="x86-64-v4")
    parser.add_argument("--markdown", action="store_true", help="tables in Markdown; else columns between tabs")
    parser.add_argument("--small", action="store_true", help="what fits a microcontroller, instead")
    parser.add_argument("--arm-cc", default="arm-none-eabi-gcc")
    parser.add_argument("networks", nargs="*", metavar="NETWORK")
    options = parser.parse_args()
    options.lcc = os.path.abspath(options.lcc)
    try:
        if options.small:
            if options.networks:
                raise RuntimeError("--small has networks of its own")
            show(SMALL_HEADER, small_rows(options.lcc, options.arm_cc), options.markdown)
            print(f"\nTarget {small_target(options.lcc)}, compiled by {options.arm_cc} {' '.join(CORTEX_M4)}.")
            return
        measured = {name: measure(options.lcc, name, options.target) for name in options.networks or programs.DEFAULT_NETWORKS}
        show(["MB"] + [title for _, title in COLUMNS] + ["fastest / ideal"], rows_of(measured), options.markdown)
        print(f"\nTarget {options.target}. Geometric mean of fastest / ideal: {mean_ratio(measured.values()):.3f}")
    except (RuntimeError, OSError) as error:
        sys.exit(f"memory.py: {error}")


if __name__ == "__main__":
    main()
