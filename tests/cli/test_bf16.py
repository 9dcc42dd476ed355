"""--dtype bf16: which weights are rounded and how, what is said of it, and what is refused."""
import json
import struct
import unittest

from common import Case, npy, read_npy
from test_weights_dtype import odd_numbers, safetensors, single

NET = """net one {
    input x: f32[1, 1, 8]
    dense(%d, bias = false) @"fc"
    output y
}
"""
NARROW = "net narrow {\n    input x: f32[9, 9, 16]\n    conv(4, 3)\n    depthwise(3)\n    conv(8, 3)\n    conv(8, 1)\n    output y\n}\n"
CAN = "--target x86-64-v4-bf16 and aarch64-bf16 has"


def nearest(value):
    """The nearest bfloat16, of two the even one, in whole numbers."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    low, high = bits >> 16 << 16, (bits >> 16) + 1 << 16
    up = bits - low > high - bits or (bits - low == high - bits and low >> 16 & 1)
    return struct.unpack("<f", struct.pack("<I", high if up else low))[0]


class Products(Case):
    def test_inputs_and_weights_are_the_nearest(self):
        """A weight for each output and a single 1 among its inputs; then one input that is rounded itself."""
        values = [v for v in odd_numbers() if abs(v) < 3e38]
        for first, x, wanted in ((values, 1.0, [nearest(v) for v in values]),
                                 ([1.0] * 8, 1 + 2.0**-8 + 2.0**-20, [1 + 2.0**-7] * 8)):
            weights = [w for v in first for w in [v] + [0.0] * 7]
            self.write("one.net", NET % len(first))
            self.write("one.safetensors", safetensors({"fc.weight": ([len(first), 8], weights)}))
            self.write("x.npy", npy([1, 1, 8], [single(x)] + [0.0] * 7))
            self.good("one.net", "-w", "one.safetensors", "--dtype", "bf16", "--run", "x.npy", "--out", "y.npy")
            self.assertEqual(list(read_npy(self.path("y.npy"))[1]), wanted)

    def test_layers_with_few_channels_stay(self):
        self.write("narrow.net", NARROW)
        done = self.lcc("narrow.net", "--dtype", "bf16", "--target", "aarch64-bf16", "--emit", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["weights_dtype"], "bf16, f32")
        self.assertEqual(told["rounding"]["samples"], 1)
        kernels = [step["kernel"] for step in told["steps"]]
        self.assertEqual("".join(kernels).count("by bf16"), 1, kernels)

    def test_what_is_said(self):
        self.write("narrow.net", NARROW)
        done = self.lcc("narrow.net", "--dtype", "bf16", "--target", "x86-64-v4-bf16", "--summary", "-o", "n.c")
        self.assertIn("of bf16, f32\naccuracy  on a picture of noise this changes the outputs by at most", done.stdout)
        self.assertIn("note: conv and dense layers multiply in bf16: on a picture of noise", done.stderr)
        code = self.read("n.c").decode()
        self.assertIn("--target x86-64-v4-bf16 --dtype bf16", code)
        self.assertIn("Convolutions and dense layers multiply in bfloat16", code)

    def test_what_is_refused(self):
        self.write("narrow.net", NARROW)
        for options, message in (
                (["--target", "aarch64"], "--dtype bf16: aarch64 has no products of bfloat16: " + CAN),
                (["--target", "x86-64-v3,x86-64-v4-bf16"], "--dtype bf16: x86-64-v3 has no products of bfloat16: " + CAN),
                (["--target", "aarch64-bf16", "--weights-dtype", "f16"],
                 "--dtype bf16 and --weights-dtype f16 cannot be given together")):
            done = self.lcc("narrow.net", "--dtype", "bf16", "-o", "n.c", *options)
            self.assertEqual(done.returncode, 2)
            self.assertIn("error: " + message, done.stderr)
        done = self.lcc("narrow.net", "--fit", "ram=1M", "--target", "aarch64-bf16", "--dtype", "bf16")
        self.assertIn("error: --fit and --dtype bf16 cannot be given together", done.stderr)


if __name__ == "__main__":
    unittest.main()
