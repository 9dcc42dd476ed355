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
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
