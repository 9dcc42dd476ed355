"""--dtype int8: what is refused, what the scales are, and that the answer is the same however it is computed."""
import json
import math
import os
import random
import re
import struct
import unittest

from common import Case, LCC, NO_WEIGHTS, npy, run

# A depthwise layer whose channels differ much, as those of trained networks do.
UNEVEN = """net uneven {
    input x: f32[12, 12, 8]
    conv(24, 1) @"expand" -> relu6
    depthwise(3) @"depthwise" -> relu6
    conv(12, 1) @"project"
    output y
}
"""

ONE = """net one {
    input x: f32[4, 4, 1]
    conv(1, 1, bias = false) @"only"
    output y
}
"""


# Channels whose ranges go from a hundredth to some hundreds, as those of MobileNetV3's first layer do.
WIDE = """net wide {
    input image: uint8[9, 9, 3] -> normalize(mean = 127.5, std = 127.5)
    conv(24, 3, padding = 0, bias = true) @"stem" -> hswish
    depthwise(3, padding = 1, bias = true) @"depthwise" -> swish
    conv(24, 1, bias = true) @"project"
    output y
}
"""

# Groups that read channels 2, 3, 4 and 5 apart, as ShuffleNetV1's do.
APART = """net apart {
    input x: f32[5, 7, 48]
    conv(48, 1, groups = 2) -> relu -> depthwise(3) -> shuffle(24) -> conv(66, 1, groups = 2)
    conv(66, 1, groups = 3) -> relu -> depthwise(3) -> shuffle(22) -> conv(72, 1, groups = 3)
    conv(72, 1, groups = 4) -> relu -> depthwise(3) -> shuffle(18) -> conv(80, 1, groups = 4)
    conv(80, 1, groups = 5) -> relu -> depthwise(3) -> shuffle(16) -> conv(80, 1, groups = 5)
    output y
}
"""

MAIN = """#include "wide.h"
#include <stdio.h>
int main(void) {
    static uint8_t in[WIDE_IMAGE_SIZE];
    static int8_t out[WIDE_Y_SIZE];
    while (fread(in, sizeof in, 1, stdin) == 1) {
        wide_run(in, out);
        for (int i = 0; i < WIDE_Y_SIZE; i++) printf("%d\\n", out[i]);
    }
    return 0;
}
"""


def wide_weights():
    """The stem's channels are of scale 0.01 * 1.5^c, the depthwise undoes that."""
    source, header, data = random.Random(2), {}, b""
    shapes = {"stem.weight": [24, 3, 3, 3], "stem.bias": [24], "depthwise.weight": [24, 1, 3, 3], "depthwise.bias": [24],
              "project.weight": [24, 24, 1, 1], "project.bias": [24]}
    for name, shape in shapes.items():
        count, each = math.prod(shape), math.prod(shape[1:])
        scale = {"stem": 0.01, "depthwise": 30}.get(name.split(".")[0], 0.2)
        grows = {"stem": 1.5, "depthwise": 1 / 1.5}.get(name.split(".")[0], 1) if name != "depthwise.bias" else 1
        if name == "depthwise.bias":
            scale = 0.5
        values = [source.gauss(0, 1) * scale * grows ** (i // each) for i in range(count)]
        part = struct.pack("<%df" % count, *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def floats(shape, low, high, seed=1):
    source, count = random.Random(seed), 1
    for n in shape:
        count *= n
    return npy(shape, [source.uniform(low, high) for _ in range(count)])


def pictures(n, h, w, c, seed=1):
    source = random.Random(seed)
    return npy([n, h, w, c], [source.randrange(256) for _ in range(n * h * w * c)], "B")


class Refused(Case):
    def setUp(self):
        super().setUp()
        self.write("x.npy", pictures(4, 16, 16, 3))
        self.write("half.npy", pictures(4, 8, 16, 3))
        self.write("none.npy", npy([0, 16, 16, 3], [], "B"))
        self.write("labels.npy", npy([4], [0, 1, 2, 9], "B"))
        self.write("three.npy", npy([3], [0, 1, 2], "B"))

    def refuse(self, status, message, *words):
        last = "lcc --help lists the options\n" if status == 2 else ""
        warning = NO_WEIGHTS if status == 1 and "--emit" not in words else ""
        self.bad(status, f"{warning}lcc: error: {message}\n1 error\n{last}", "tiny.net", "-o", "m.c", *words)

    def test_options(self):
        needs = "--dtype int8 needs --calibrate FILE.npy: the scales follow from the values on your samples"
        self.refuse(2, needs, "--dtype", "int8")
        for words in (["--keep-f32", "x"], ["--labels", "labels.npy"], ["--output-dtype", "int8"], ["--int8-without", "ranges"],
                      ["--int8-pairs"]):
            shown = "--output-dtype int8" if words[0] == "--output-dtype" else words[0]
            self.refuse(2, f"{shown} needs --dtype int8", *words)
        self.refuse(2, "--int8-without: there is no 'range': did you mean 'ranges'? There are equalisation, correction and ranges",
                    "--dtype", "int8", "--calibrate", "x.npy", "--int8-without", "range")

    def test_files(self):
        words = ["--dtype", "int8", "--calibrate"]
        self.refuse(1, "half.npy: the input 'image' is [16, 16, 3], or several of that, but the file has [4, 8, 16, 3]",
                    *words, "half.npy")
        self.refuse(1, "none.npy: 0 samples, must be from 1 to 1048576", *words, "none.npy")
        self.refuse(1, "three.npy: --labels takes one number for each of the 4 samples, the file has 3",
                    *words, "x.npy", "--labels", "three.npy")
        self.refuse(1, "labels.npy: label 3 is 9, must be a whole number from 0 to 4",
                    *words, "x.npy", "--labels", "labels.npy")
        self.refuse(1, "--keep-f32 'nothing': no layer has such a label", *words, "x.npy", "--keep-f32", "nothing")
        self.refuse(1, "--keep-f32 '(': missing closing parenthesis", *words, "x.npy", "--keep-f32", "(")

    def test_values_that_are_not_finite(self):
        self.write("one.net", ONE.replace("conv(1, 1, bias = false) @\"only\"", "reciprocal\n    conv(1, 1, bias = false) @\"only\""))
        self.write("zero.npy", npy([1, 4, 4, 1], [0.0] * 16))
        done = self.lcc("one.net", "-o", "m.c", "--dtype", "int8", "--calibrate", "zero.npy")
        self.assertEqual(done.returncode, 1)
        self.assertIn("on the samples it makes a value that is not finite, so int8 cannot hold it", done.stderr)
        self.assertFalse(os.path.exists(self.path("m.c")))

    def test_quantised_already(self):
        self.write("q.net", "net q {\n    input x: int8[2, 2, 1] (q = [1, 0])\n    relu\n    output y\n}\n")
        self.write("s.npy", npy([1, 2, 2, 1], [0, 0, 0, 0], "B"))
        done = self.lcc("q.net", "-o", "m.c", "--dtype", "int8", "--calibrate", "s.npy")
        self.assertEqual(done.returncode, 1)
        self.assertIn("q.net:2:5: error: the network is quantised already, so --dtype int8 has nothing to do", done.stderr)


class Quantised(Case):
    def about(self, *words):
        """The json of the quantised network."""
        done = self.lcc(*words, "--dtype", "int8", "--emit", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr.replace(NO_WEIGHTS, ""), "^lcc: note: quantised to int8: [^\n]*\n$")
        return json.loads(done.stdout)

    def layer(self, about, op):
        found = [l for l in about["layers"] if l["op"] == op]
        self.assertEqual(len(found), 1, op)
        return found[0]

    def test_scale_of_a_known_range(self):
        """From -1 to 3 the 255 steps are 4/255 each, and 0 is the code -128 + 255/4, rounded."""
        self.write("one.net", ONE)
        self.write("x.npy", npy([2, 4, 4, 1], [-1.0, 3.0] + [0.5] * 30))
        layer = self.layer(self.about("one.net", "--calibrate", "x.npy", "--int8-without", "ranges"), "quantize")
        self.assertAlmostEqual(layer["scale"], 4 / 255, delta=1e-6)
        self.assertEqual((layer["type"], layer["zero"]), ("int8", -64))

    def test_codes_are_not_spent_where_a_function_is_flat(self):
        """hswish is 0 up to -3: from values of -20 to 3, only those from about -3 on need codes."""
        self.write("flat.net", "net flat {\n    input x: f32[20, 20, 1]\n    hswish\n    conv(1, 1) @\"only\"\n    output y\n}\n")
        self.write("x.npy", floats([10, 20, 20, 1], -20, 3))
        cut = self.layer(self.about("flat.net", "--calibrate", "x.npy"), "quantize")["scale"]
        whole = self.layer(self.about("flat.net", "--calibrate", "x.npy", "--int8-without", "ranges"), "quantize")["scale"]
        self.assertAlmostEqual(whole, 23 / 255, delta=0.001)
        self.assertAlmostEqual(cut, 6 / 255, delta=0.003)

    def test_each_step_brings_something(self):
        self.write("uneven.net", UNEVEN)
        self.good("uneven.net", "--emit", "net", "-o", "flat.net")
        self.write("x.npy", floats([8, 12, 12, 8], -1, 1))
        with_all = self.about("uneven.net", "--calibrate", "x.npy")["quantised"]["decibels"]
        without = self.about("uneven.net", "--calibrate", "x.npy", "--int8-without", "equalisation")["quantised"]["decibels"]
        self.assertGreater(with_all, 30)
        self.assertGreaterEqual(with_all, without)

    def tensors_of(self, *words):
        """The int8 weights of a quantised network, by name: those of each output, pixel by pixel, as kernels take them."""
        self.lcc(*words, "--dtype", "int8", "--calibrate", "x.npy", "--emit", "net", "-o", "codes.net")
        data = self.read("codes.safetensors")
        begin = 8 + struct.unpack("<Q", data[:8])[0]
        found = {}
        for name, tensor in json.loads(data[8:begin]).items():
            if name == "__metadata__" or tensor["dtype"] != "I8":
                continue
            outputs, channels, *kernel = tensor["shape"]
            codes = struct.unpack(f"{math.prod(tensor['shape'])}b", data[begin:][slice(*tensor["data_offsets"])])
            taps = math.prod(kernel)
            found[name] = [[codes[(o * channels + c) * taps + tap] for tap in range(taps) for c in range(channels)]
                           for o in range(outputs)]
        return found

    def test_pairs(self):
        """--int8-pairs: neighbours of one sign come to 128 at most, but not in layers of few channels or of one pixel. x86-64-v3 takes
        them four at once."""
        self.write("pairs.net", "net pairs {\n    input x: f32[6, 6, 3]\n    conv(9, 3, padding = 1) @\"stem\"\n    conv(24, 1) @\"a\"\n    conv(33, 3, padding = 1) @\"b\"\n"
                   "    global_avg_pool\n    dense(20) @\"c\"\n    output y\n}\n")
        self.write("x.npy", floats([4, 6, 6, 3], -1, 1))

        def most(rows):
            pairs = [(a, b) for row in rows for a, b in zip(row[::2], row[1::2])]
            return max(abs(a + b) for a, b in pairs if (a < 0) == (b < 0))

        for words, near in ((["pairs.net"], False), (["pairs.net", "--int8-pairs"], True)):
            tensors = self.tensors_of(*words)
            self.assertEqual(sorted(tensors), ["a.weight", "b.weight", "c.weight", "stem.weight"])
            for layer in ("a.weight", "b.weight"):
                self.assertEqual(126 <= most(tensors[layer]) <= 128, near, (words, layer, most(tensors[layer])))
            for layer in ("stem.weight", "c.weight"):
                self.assertEqual({max(map(abs, row)) for row in tensors[layer]}, {127})
        self.lcc("codes.net", "-w", "codes.safetensors", "--target", "x86-64-v3", "-o", "pairs.c")
        code = self.read("pairs.c").decode()
        self.assertGreaterEqual(code.count("= i32x8_load_fours("), 2)

    def test_pairs_that_lie_apart(self):
        """Where channels lie apart, x86-64-v3 gathers them and takes them four at once, with the interpreter's bytes."""
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            if not {"avx2", "fma"} <= set(f.read().split()):
                self.skipTest("this machine has no AVX2")
        self.write("apart.net", APART)
        self.write("x.npy", floats([3, 5, 7, 48], -1, 1))
        words = ["apart.net", "--dtype", "int8", "--int8-pairs", "--calibrate", "x.npy", "--output-dtype", "int8"]
        self.lcc(*words, "--run", "x.npy", "--out", "y.npy")
        self.lcc(*words, "--target", "x86-64-v3", "-o", "apart.c")
        for step in (2, 3, 4, 5):
            self.assertRegex(self.read("apart.c").decode(), rf"i32x8_gather_raised\(to, [^;]*, {step}, \d+\);")
        self.write("main.c", MAIN.replace("wide", "apart").replace("WIDE_IMAGE", "APART_X").replace("WIDE", "APART")
                   .replace("uint8_t in", "float in"))
        self.compile("cc", "-O1", "-o", "main", "main.c", "apart.c")
        with open(self.path("x.bin"), "wb") as f:
            f.write(self.read("x.npy")[-3 * 5 * 7 * 48 * 4:])
        with open(self.path("x.bin"), "rb") as f:
            got = run(["./main"], self.folder, stdin=f).stdout
        self.assertEqual([int(line) % 256 for line in got.split()], list(self.read("y.npy")[-3 * 5 * 7 * 80:]))

    def test_layers_kept_in_float(self):
        self.write("uneven.net", UNEVEN)
        self.write("x.npy", floats([4, 12, 12, 8], -1, 1))
        about = self.about("uneven.net", "--calibrate", "x.npy", "--keep-f32", "^depth")
        types = {l["name"]: l.get("type", "f32") for l in about["layers"] if l["op"] in ("conv", "depthwise")}
        self.assertEqual(types, {"expand": "int8", "depthwise": "f32", "project": "int8"})

    def test_outputs(self):
        self.write("x.npy", pictures(6, 16, 16, 3))
        words = ["tiny.net", "--calibrate", "x.npy"]
        self.assertEqual(self.about(*words)["outputs"][0]["type"], "f32")
        self.write("uneven.net", UNEVEN)
        self.write("y.npy", floats([4, 12, 12, 8], -1, 1))
        self.assertEqual(self.about("uneven.net", "--calibrate", "y.npy", "--output-dtype", "int8")["outputs"][0]["type"], "int8")

    def test_summary(self):
        self.write("x.npy", pictures(6, 16, 16, 3))
        self.write("labels.npy", npy([6], [0, 1, 2, 3, 4, 0], "B"))
        done = self.lcc("tiny.net", "--dtype", "int8", "--calibrate", "x.npy", "--labels", "labels.npy", "--summary")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\n *layer .* dB ")
        self.assertRegex(done.stdout, r"\nint8      ranges of 6 samples by [a-z ]+; signal to noise of the outputs [0-9.]+ dB; "
                                      r"the top class stays in \d of 6\n")
        self.assertRegex(done.stdout, r"\naccuracy  [0-9.]+ % right in float, [0-9.]+ % in int8, of 6 samples\n")

    def test_the_same_on_any_number_of_processors(self):
        self.write("x.npy", pictures(9, 16, 16, 3))
        answers = set()
        for cores in ({min(os.sched_getaffinity(0))}, os.sched_getaffinity(0)):
            done = run([LCC, "tiny.net", "--dtype", "int8", "--calibrate", "x.npy", "--emit", "net", "-o", "q.net"], self.folder,
                       preexec_fn=lambda: os.sched_setaffinity(0, cores))
            self.assertEqual(done.returncode, 0, done.stderr)
            answers.add((self.read("q.net"), self.read("q.safetensors")))
        self.assertEqual(len(answers), 1)

    def test_the_printed_network_is_the_quantised_one(self):
        """Its C is that of --dtype int8, but for comments, which name the files."""
        self.write("x.npy", pictures(5, 16, 16, 3))
        words = ["--dtype", "int8", "--calibrate", "x.npy"]
        self.lcc("tiny.net", *words, "-o", "a.c", "--target", "generic")
        self.lcc("tiny.net", *words, "--emit", "net", "-o", "q.net")
        done = self.lcc("q.net", "-w", "q.safetensors", "-o", "b.c", "--target", "generic")
        self.assertEqual(done.returncode, 0, done.stderr)
        a, b = (re.sub(r"/\*.*?\*/", "", self.read(n).decode(), flags=re.S) for n in ("a.c", "b.c"))
        self.assertEqual(a.replace('"a.h"', '"b.h"'), b)

    def test_tables_for_channels_of_different_scales(self):
        """Where an activation has a table for each pair of scales, the C has the interpreter's bytes: plain and with vectors."""
        self.write("wide.net", WIDE)
        self.write("wide.safetensors", wide_weights())
        self.write("x.npy", pictures(6, 9, 9, 3))
        words = ["wide.net", "-w", "wide.safetensors", "--dtype", "int8", "--calibrate", "x.npy", "--output-dtype", "int8"]
        self.lcc(*words, "--run", "x.npy", "--out", "y.npy")
        wanted = self.read("y.npy")[-6 * 7 * 7 * 24:]
        self.assertGreater(len(set(wanted)), 50)
        self.write("main.c", MAIN)
        with open(self.path("x.bin"), "wb") as f:
            f.write(self.read("x.npy")[-6 * 9 * 9 * 3:])
        for target in ("generic", "native"):
            self.lcc(*words, "--name", "wide", "--target", target, "-o", "wide.c")
            self.assertIn("_look_up_each(", self.read("wide.c").decode())
            self.compile("cc", "-O1", "-o", "main", "main.c", "wide.c")
            with open(self.path("x.bin"), "rb") as f:
                got = run(["./main"], self.folder, stdin=f).stdout
            self.assertEqual([int(line) % 256 for line in got.split()], list(wanted), target)

    def test_run(self):
        """--run computes the quantised network: its answers are near the float ones, and not the same."""
        self.write("x.npy", pictures(3, 16, 16, 3))
        self.lcc("tiny.net", "--run", "x.npy", "--out", "f.npy")
        self.lcc("tiny.net", "--dtype", "int8", "--calibrate", "x.npy", "--run", "x.npy", "--out", "q.npy")
        wanted, got = self.read("f.npy"), self.read("q.npy")
        self.assertEqual(len(wanted), len(got))
        self.assertNotEqual(wanted, got)


if __name__ == "__main__":
    unittest.main()
