"""Integer layers whose sums are rescaled by factors of each size, up and down: around the limits of the short ways of runtime/i8.h,
which random networks do not meet, since their seeded weights suit the scales. And depthwise layers of 3 to 12 columns, with all of
their windows, for which the kernels of narrow maps have a function each. And convolutions of 8 and of 24 inputs, which have ways of
their own, with tables of all channels and of each. And a convolution of three colours of uint8 that moves by two pixels.

    write_edges(number, net_file, weights_file)     for numbers 0 to EDGES - 1
"""
import json
import struct

import numpy as np

EDGES = 30
NET = """default padding = same, bias = true, naming = torch, rounding = %s
net edge {
    input image: int8[%d, %d, 7] (q = [1, 3])
    input colours: uint8[%d, %d, 3] (q = [1, 100])
    from image
    conv(9, 3, q = [1, 3]) @"wide"
    output wide
    from image
    depthwise(3, q = [1, 3]) @"window"
    output window
    from image
    depthwise(5, q = [1, 3]) @"large"
    output large
    from image
    depthwise(3, stride = 2, padding = %s, q = [1, 3]) @"halved"
    output halved
    from image
    conv(10, 1, q = [1, 3]) @"before"
    relu
    depthwise(5, stride = 2, padding = %s, q = [1, -128]) @"rows"
    relu
    output rows
    from image
    depthwise(5, stride = 2, q = [1, 3]) @"fifth"
    hswish(q = [1, 3])
    output fifth
    from image
    depthwise([9, 1], stride = 3, padding = [3, 7, 0, 0], q = [1, 3]) @"tall"
    output tall
    from image
    conv(14, 1, q = [1, -128]) @"bounded"
    relu
    output bounded
    from image
    conv(7, 1, q = [1, 3]) @"added"
    add(image, q = [1.3, 3])
    output added
    from image
    conv(24, 1, q = [1, 3]) @"more"
    conv(12, 1, q = [1, -128]) @"rest"
    hswish(q = [channels, 3]) @"each"
    output rest
    from image
    conv(8, 1, q = [1, 3]) @"eight"
    conv(13, 1, q = [1, -20]) @"pairs"
    hswish(q = [1, 3])
    output pairs
    from image
    conv(5, 3, q = [1, 3]) @"joined"
    relu6
    output joined
    from colours
    conv(9, 3, stride = 2, q = [1, 3]) @"colours"
    hswish(q = [1, 3])
    output seen
    from image
    dense(5, q = [1, 3]) @"dense"
    output dense
}
"""
SHAPES = {"wide": (9, 7, 3, 3), "window": (7, 1, 3, 3), "large": (7, 1, 5, 5), "halved": (7, 1, 3, 3), "before": (10, 7, 1, 1),
          "rows": (10, 1, 5, 5), "fifth": (7, 1, 5, 5), "bounded": (14, 7, 1, 1), "added": (7, 7, 1, 1), "more": (24, 7, 1, 1),
          "rest": (12, 24, 1, 1), "eight": (8, 7, 1, 1), "pairs": (13, 8, 1, 1), "joined": (5, 7, 3, 3), "dense": (5, 1),
          "colours": (9, 3, 3, 3), "tall": (7, 1, 9, 1)}
KINDS = {"I8": np.int8, "I32": np.int32, "F32": np.float32}


def write_edges(number, net_file, weights_file):
    """Sums have about `bits` bits, most of them the bias's, and factors make codes of them."""
    source, bits, columns = np.random.default_rng(number), 2 + number // 2 * 2, 3 + number // 2 % 10
    rows = 11 if number < 10 or number // 2 in (6, 8) else 5
    most = min(127, max(1, 2 ** bits // 2000))
    least = -128 if most == 127 and number // 2 % 2 else -most  # the least weight of all has no pair of 16 bits
    tensors = {}
    for label, shape in SHAPES.items():
        if label == "dense":
            shape = shape[0], shape[1] * rows * columns * 7
        tensors[label + ".weight"] = "I8", source.integers(least, most + 1, shape)
        tensors[label + ".bias"] = "I32", source.integers(-2 ** bits, 2 ** bits + 1, shape[0])
        tensors[label + ".weight_scale"] = "F32", 2.0 ** (6 - bits) * source.uniform(0.5, 2, shape[0])
    tensors["each.output_scale"] = "F32", 2.0 ** source.integers(-1, 2, SHAPES["rest"][0])
    header, body = {}, b""
    for name, (kind, values) in tensors.items():
        data = values.astype(KINDS[kind]).tobytes()
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    head = json.dumps(header).encode()
    with open(net_file, "w", encoding="utf-8") as out:
        rounding, padding = ("once", "tflite")[number % 2], [("same", "same"), ("1", "2")][number % 3 > 0]
        out.write(NET % (rounding, rows, columns, rows, 5 * columns, *padding))
    with open(weights_file, "wb") as out:
        out.write(struct.pack("<Q", len(head)) + head + body)
