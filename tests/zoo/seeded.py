"""The weights of `lcc --seed`, in NumPy: the same bits as compiler/weights/seeded.c, whose head says how they are made.

    seeded("features.0.0.weight", (32, 3, 3, 3), "weight", fan_in=27)

gives the tensor of that name in the shape that it has in the checkpoint. Run as a program, it checks itself against the
constants that tests/unit/test_weights.c holds the C to.
"""

import sys

import numpy as np

GOLDEN = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def mix(z):
    """SplitMix64's finaliser, for an array of uint64 (products wrap)."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def fnv1a64(data):
    """FNV-1a, 64 bits, of bytes."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & MASK
    return value


def normal(name, count, seed=0):
    """The first `count` values z of the stream called `name`, as float64."""
    start = np.array([fnv1a64(name.encode()) ^ (seed * GOLDEN & MASK)], dtype=np.uint64)
    counter = np.arange(1, 3 * count + 1, dtype=np.uint64)
    words = mix(mix(start) + counter * np.uint64(GOLDEN))
    pieces = np.zeros(3 * count, dtype=np.uint64)
    for shift in (0, 16, 32, 48):
        pieces += (words >> np.uint64(shift)) & np.uint64(0xFFFF)
    return (pieces.reshape(count, 3).sum(axis=1).astype(np.float64) - 12 * 32767.5) / 65536


def seeded(name, shape, kind, fan_in=None, seed=0):
    """One tensor as float32, in the checkpoint's shape.

    kind: "weight" (fan_in: kh * kw * in/groups of a convolution, that divided by the strides'
    product of a transposed one, kh * kw of a depthwise one, in of a dense layer),
    "bias", "gamma", "beta", "mean" or "var".
    """
    z = normal(name, int(np.prod(shape, dtype=np.int64)), seed)
    if kind == "weight":
        z = z * np.sqrt(2.0 / fan_in)
    elif kind in ("bias", "beta", "mean"):
        z = 0.1 * z
    elif kind == "gamma":
        z = 1 + 0.1 * z
    elif kind == "var":
        z = 1 + 0.1 * z * z
    else:
        raise ValueError(f"no tensor is of the kind {kind!r}")
    return z.astype(np.float32).reshape(shape)


def seeded_codes(name, shape, kind, fan_in=None, seed=0, x=(1, 1), y=(1, 1), zero=0):
    """A tensor of a quantised layer: int32 for codes and biases, float32 for scales.

    kind: "weight", "bias", "weight_scale", "output_scale" or "constant". x and y: scale and reach of the input and of the
    layer's own tensor; zero: the zero point of a constant.
    """
    z = normal(name, int(np.prod(shape, dtype=np.int64)), seed)
    if kind == "weight_scale":
        scale = np.float64(np.float32(y[0])) * y[1] / (np.float64(np.float32(x[0])) * x[1] * 32.0 * np.sqrt(np.float64(fan_in)))
        return ((1 + 0.1 * z) * scale).astype(np.float32).reshape(shape)
    if kind == "output_scale":
        return ((1 + 0.1 * z * z) / 32).astype(np.float32).reshape(shape)
    if kind == "weight":
        codes = np.clip(np.floor(z * 32.0 + 0.5), -127, 127)
    elif kind == "bias":
        codes = np.floor(z * (0.1 * 32.0 * np.sqrt(np.float64(fan_in)) * x[1] / 3) + 0.5)
    elif kind == "constant":
        codes = np.clip(np.floor(z * (y[1] / 3) + zero + 0.5), -128, 127)
    else:
        raise ValueError(f"no tensor of a quantised layer is of the kind {kind!r}")
    return codes.astype(np.int32).reshape(shape)


# Name, shape, kind, fan-in, seed; then the bits of the first and last element, and FNV-1a over the bytes of all. The
# same constants stand in tests/unit/test_weights.c.
EXPECTED = (
    ("features.0.0.weight", (32, 3, 3, 3), "weight", 27, 0, 0xBDD11BB1, 0x3E629A73, 0x9F273BC3281E07B8),
    ("features.0.0.weight", (32, 3, 3, 3), "weight", 27, 7, 0x3D0027EC, 0x3C8EF477, 0x642ABD2AB603912E),
    ("conv1/kernel", (3, 3, 3, 32), "weight", 27, 0, 0xBD912637, 0xBE40A8C0, 0x75BB9316C156F759),
    ("dw/depthwise_kernel", (5, 5, 6, 2), "weight", 25, MASK, 0x3E921212, 0xBD71EB3E, 0x4FBAB90657C9B8AB),
    ("fc.weight", (10, 60), "weight", 60, 1, 0x3D97592A, 0x3DEB1AAD, 0x2FD832D8987D17C2),
    ("fc.bias", (10,), "bias", None, 1, 0xBD849733, 0x3DC48733, 0x9FD61237025D0CD3),
    ("bn.weight", (24,), "gamma", None, 1, 0x3F7D7400, 0x3F866B73, 0xDB023B5124F6FBF0),
    ("bn.bias", (24,), "beta", None, 1, 0x3D954E66, 0x3CF13666, 0x5B93EE402A982E2A),
    ("bn.running_mean", (24,), "mean", None, 1, 0x3D8E70CD, 0x3E2290CD, 0x4D25720670C4EC3F),
    ("bn.running_var", (24,), "var", None, 1, 0x3FC4140E, 0x3F85CB81, 0xC6B1DB7DC57FC0B9),
)

# The same of quantised layers: name, shape and the other arguments of seeded_codes, then FNV-1a over the bytes of all, of
# codes as int32. tests/unit/test_weights_codes.c has the network and these constants.
EXPECTED_CODES = (
    ("project.weight", (8, 8, 1, 1), dict(kind="weight", fan_in=8), 0x1841DCBC4DB09327),
    ("stem.bias", (8,), dict(kind="bias", fan_in=27, x=(0.0078125, 128)), 0x380D6123C7A6A2ED),
    ("stem.weight_scale", (8,), dict(kind="weight_scale", fan_in=27, x=(0.0078125, 128), y=(0.02, 255)), 0x9ACE0C01CF53D820),
    ("dw.output_scale", (16,), dict(kind="output_scale"), 0xC86AFF4779217E52),
    ("constant_1.weight", (5, 5, 8), dict(kind="constant", y=(0.01, 227), zero=-100), 0xC088AF4FAA68AE63),
)


def main():
    """Prints the constants as this file computes them; 1 where one is not what is expected."""
    wrong = 0
    for name, shape, kind, fan_in, seed, *expected in EXPECTED:
        values = seeded(name, shape, kind, fan_in, seed)
        bits = values.reshape(-1).view(np.uint32)
        have = [int(bits[0]), int(bits[-1]), fnv1a64(values.astype("<f4").tobytes())]
        good = have == expected
        wrong += not good
        print(f"{name:22} {seed:20}  0x{have[0]:08x} 0x{have[1]:08x} 0x{have[2]:016x}{'' if good else '  unexpected'}")
    for name, shape, more, expected in EXPECTED_CODES:
        values = seeded_codes(name, shape, seed=5, **more)
        have = fnv1a64(values.tobytes() if sys.byteorder == "little" else values.byteswap().tobytes())
        wrong += have != expected
        print(f"{name:22} 0x{have:016x}{'' if have == expected else '  unexpected'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
