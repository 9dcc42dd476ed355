"""--weights-dtype f16: the rounding of weights, where they are kept, and what is said of it."""
import json
import random
import re
import struct
import unittest

from common import Case, NO_WEIGHTS, SOURCE, npy, read_npy

ONE = """net one {
    input x: f32[1, 1, 1]
    dense(%d, bias = false) @"fc"
    output y
}
"""
FLAGS = "-O2 -Wall -Wextra -Wpedantic -Wconversion -Werror".split()


def half(value):
    """The nearest half, by Python."""
    return struct.unpack("<e", struct.pack("<e", value))[0]


def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def odd_numbers():
    """Floats that are hard to round to halves: neighbours' middles and what lies beside them; subnormal halves; the largest."""
    source = random.Random(1)
    halves = [struct.unpack("<e", struct.pack("<H", bits))[0] for bits in range(0x7c00)]
    pairs = [source.randrange(len(halves) - 1) for _ in range(600)] + list(range(300)) + list(range(1000, 1100))
    values = [0.0, -0.0, 65519.99609375, -65519.99609375, 65504.0, 1e-45, 2.0**-126, 2.0**-25, 3 * 2.0**-26]
    for i in pairs:
        middle = (halves[i] + halves[i + 1]) / 2
        values += [middle, -middle, middle * (1 + 2**-23), middle * (1 - 2**-23), halves[i]]
    return [single(v) for v in values]


def safetensors(tensors):
    """The bytes of a file of float32: {name: (shape, values)}."""
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        part = struct.pack("<%df" % len(values), *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class Rounding(Case):
    def setUp(self):
        super().setUp()
        self.values = odd_numbers()
        self.write("one.net", ONE % len(self.values))
        self.write("one.safetensors", safetensors({"fc.weight": ([len(self.values), 1], self.values)}))
        self.write("x.npy", npy([1, 1, 1], [1.0]))
        self.wanted = [half(v) for v in self.values]

    def test_the_interpreter_has_the_nearest_halves(self):
        self.good("one.net", "-w", "one.safetensors", "--weights-dtype", "f16", "--run", "x.npy", "--out", "y.npy")
        self.assertEqual(list(read_npy(self.path("y.npy"))[1]), self.wanted)

    def check_code(self, target, storage):
        """All weights come out of the code as they should, and the sizes are true."""
        done = self.lcc("one.net", "-w", "one.safetensors", "--weights-dtype", "f16", "--target", target, "--storage", storage,
                        "--selftest", "-o", "one.c")
        self.assertEqual(done.returncode, 0, done.stderr)
        size = int(re.search(r"ONE_WEIGHTS_BYTES (\d+)", self.read("one.h").decode())[1])
        self.assertLess(size, 7 * len(self.values))
        if storage != "embed":
            self.assertEqual(len(self.read("one.weights")), size)
        bind = """    FILE *f = fopen("one.weights", "rb");
    static float room[(ONE_WEIGHTS_BYTES + 3) / 4];
    if (!f || fread(room, 1, ONE_WEIGHTS_BYTES, f) != ONE_WEIGHTS_BYTES) return 2;
    ((unsigned char *)room)[ONE_WEIGHTS_BYTES - 4] ^= 1;
    if (one_bind(room, ONE_WEIGHTS_BYTES) == 0) return 3;
    ((unsigned char *)room)[ONE_WEIGHTS_BYTES - 4] ^= 1;
    if (one_bind(room, ONE_WEIGHTS_BYTES) != 0) return 4;
"""
        self.write("main.c", """#include "one.h"
#include <stdio.h>
int main(void) {
    const float x[1] = {1.0f};
    static float y[ONE_Y_SIZE];
%s    if (one_selftest() != 0) return 5;
    one_run(x, y);
    for (int i = 0; i < ONE_Y_SIZE; i++) printf("%%a\\n", (double)y[i]);
    return 0;
}
""" % (bind if storage == "file" else ""))
        strict = ["-std=c99"] if target == "generic" and storage == "embed" else []
        self.compile("cc", *FLAGS, *strict, "main.c", "one.c", "-o", "one")
        self.assertEqual([float.fromhex(word) for word in self.program("./one").split()], self.wanted)

    def test_embedded(self):
        self.check_code("native", "embed")
        self.check_code("generic", "embed")

    def test_by_the_assembler(self):
        self.check_code("native", "incbin")
        self.check_code("generic", "incbin")

    def test_handed_over(self):
        self.check_code("native", "file")
        self.check_code("generic", "file")

    def test_too_large(self):
        self.values[7], self.values[9] = -65520.0, 1e9
        self.write("big.safetensors", safetensors({"fc.weight": ([len(self.values), 1], self.values)}))
        self.bad(1, "one.net:3:5: error: --weights-dtype f16: weight 7 of 'fc', with the norms folded in, is -65520, and a half "
                    "holds no more than 65504: leave the option out, or train with smaller weights\n"
                    "    3 |     dense(%d, bias = false) @\"fc\"\n      |     ^~~~~~~~~~~~~~~~~~~~~~~~~\n1 error\n" % len(self.values),
                 "one.net", "-w", "big.safetensors", "--weights-dtype", "f16", "-o", "one.c")


class Words(Case):
    NOTE = r"lcc: note: weights are rounded to f16: on %s this changes the outputs by at most \d\.\de-0\d of the largest; the top class %s\n"

    def test_what_is_said(self):
        done = self.lcc("tiny.net", "--weights-dtype", "f16", "-o", "tiny.c", "--summary")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, NO_WEIGHTS + self.NOTE % ("a picture of noise", "stays"))
        self.assertRegex(done.stdout, r"\nweights   [\d,]+ bytes of f16, with biases of f32\n")
        self.assertRegex(done.stdout, r"\naccuracy  on a picture of noise this changes the outputs by at most .*; the top class stays\n")
        code = self.read("tiny.c").decode()
        self.assertRegex(code, r" bytes of weights \(f16\)")
        self.assertIn(" --weights-dtype f16 ", code)
        self.good("tiny.net", "--weights-dtype", "f32", "-o", "same.c")
        asked = self.read("same.c")
        self.good("tiny.net", "-o", "same.c")
        self.assertEqual(self.read("same.c"), asked)
        self.assertIsNone(re.search(rb"\bf16", self.read("same.c")))

    def test_samples(self):
        source = random.Random(2)
        self.write("x.npy", npy([3, 16, 16, 3], [source.randrange(256) for _ in range(3 * 768)], "B"))
        done = self.lcc("tiny.net", "--weights-dtype", "f16", "--calibrate", "x.npy", "--emit", "json")
        self.assertRegex(done.stderr, self.NOTE % ("3 samples", "stays in 3 of 3"))
        said = json.loads(done.stdout)["rounding"]
        self.assertEqual((said["samples"], said["calibrated"], said["same_top_class"]), (3, True, 3))
        self.assertTrue(0 < said["largest_difference"] < 0.01, said)
        # The same by hand: the interpreter with either weights.
        answers = []
        for dtype in ("f32", "f16"):
            self.good("tiny.net", "--weights-dtype", dtype, "--run", "x.npy", "--out", "y.npy")
            answers.append(read_npy(self.path("y.npy"))[1])
        off = [max(abs(a - b) for a, b in zip(*(y[5 * i:5 * i + 5] for y in answers))) / max(answers[0][5 * i:5 * i + 5])
               for i in range(3)]
        self.assertAlmostEqual(said["largest_difference"] / max(off), 1, 2)

    def test_an_output_of_zeros(self):
        self.write("zeros.net", """net zeros {
    input a: f32[1, 1, 2]
    dense(2, bias = false) @"fc" -> relu
    output y
}
""")
        values = [-1 - 2**-12, 1, -1 - 2**-12, 1]  # the nearest halves are -1 and 1
        self.write("zeros.safetensors", safetensors({"fc.weight": ([2, 2], values)}))
        self.write("x.npy", npy([1, 1, 2], [1.0, 1.0001]))
        done = self.lcc("zeros.net", "-w", "zeros.safetensors", "--weights-dtype", "f16", "--calibrate", "x.npy", "--emit", "json")
        self.assertEqual(done.stderr, "lcc: note: weights are rounded to f16: on 1 sample this changes an output that was 0 "
                                      "everywhere; the top class stays\n")
        self.assertIsNone(json.loads(done.stdout)["rounding"]["largest_difference"])

    def test_not_measured(self):
        done = self.lcc(SOURCE + "/dsl/efficientnet_b4.net", "--weights-dtype", "f16", "--emit", "json")
        self.assertRegex(done.stderr, r"^lcc: note: weights are rounded to f16: the loss of accuracy was not measured: the reference "
                                      r"interpreter takes long for \d+ million multiply-adds; with --calibrate FILE.npy it is measured\n$")
        self.assertNotIn("rounding", json.loads(done.stdout))

    def test_mistakes(self):
        self.bad(2, "lcc: error: --weights-dtype: there is no 'f17': did you mean 'f16'? There are f32 and f16\n1 error\n"
                    "lcc --help lists the options\n", "tiny.net", "-o", "m.c", "--weights-dtype", "f17")
        self.bad(2, "lcc: error: --calibrate needs --dtype int8, or --weights-dtype f16 or --dtype bf16, of which it measures the accuracy\n1 error\n"
                    "lcc --help lists the options\n", "tiny.net", "-o", "m.c", "--calibrate", "x.npy")
        self.bad(2, "lcc: error: --run and --calibrate cannot be given together: each has its own samples\n1 error\n"
                    "lcc --help lists the options\n", "tiny.net", "--weights-dtype", "f16", "--calibrate", "x.npy", "--run", "x.npy",
                 "--out", "y.npy")
        self.write("x.npy", npy([16, 16, 1], [0.0] * 256))
        self.bad(1, NO_WEIGHTS + "lcc: error: x.npy: the input 'image' is [16, 16, 3], or several of that, but the file has [16, 16, 1]\n"
                    "1 error\n", "tiny.net", "--weights-dtype", "f16", "--calibrate", "x.npy", "-o", "m.c")
        self.write("none.npy", npy([0, 16, 16, 3], []))
        done = self.lcc("tiny.net", "--weights-dtype", "f16", "--calibrate", "none.npy", "-o", "m.c")
        self.assertIn("was not measured: the files of --calibrate hold no sample\n", done.stderr)
        done = self.lcc("tiny.net", "--weights-dtype", "f16", "--calibrate", "x.npy", "--calibrate", "x.npy", "-o", "m.c")
        self.assertIn("error: the network has 1 input, but --calibrate is given 2 times\n", done.stderr)


if __name__ == "__main__":
    unittest.main()
