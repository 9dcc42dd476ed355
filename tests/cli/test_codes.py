"""Quantised networks in files: what --emit net writes, with the weights beside it, is the same network, and compiles to the same C."""
import json
import os
import random
import re
import struct
import unittest

from common import Case, npy

FLOATS = """net small {
    input image: uint8[12, 12, 3] -> normalize(mean = 127.5, std = 127.5)
    conv(8, 3, stride = 2) @"stem" -> bn @"stem_bn" -> relu6
    inverted_residual(8, expand = 2) @"a"
    inverted_residual(12, expand = 2, stride = 2, se = 0.25, act = hswish, gate = hsigmoid) @"b"
    global_avg_pool -> dense(5) @"fc" -> softmax
    output probs
}
"""
TYPED = """default rounding = %s, bias = true, naming = %s

net typed {
    input image: uint8[12, 12, 3] (q = [0.0078125, 127])
    conv(8, 3, stride = 2, q = [0.02, -128], pad_value = -0.5) @"stem" -> relu6
    depthwise(3, q = [channels, -128]) @"dw" -> relu
    conv(8, 1, one_weight_scale = true, q = [0.05, 3]) @"project"
    residual(q = [0.1, -4]) { conv(8, 3, q = [0.07, 12]) @"body" -> hswish(q = [0.05, 0]) }
    output codes

    global_avg_pool -> dense(6, q = [0.1, 10]) @"fc"
    dequantize -> dense(3) @"float"
    output y
}
"""


def tensors(path):
    """The entries of a safetensors file, and the bytes of each tensor."""
    with open(path, "rb") as f:
        data = f.read()
    size, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    data = data[8 + size:]
    return {name: (entry["dtype"], entry["shape"], data[slice(*entry["data_offsets"])]) for name, entry in header.items()}


class Quantised(Case):
    def setUp(self):
        super().setUp()
        source = random.Random(1)
        self.write("four.npy", npy([4, 12, 12, 3], [source.randrange(256) for _ in range(4 * 432)], "B"))
        self.write("one.npy", npy([12, 12, 3], [source.randrange(256) for _ in range(432)], "B"))

    def works(self, *words):
        """lcc must succeed, whatever it notes of samples, padding and random weights; its output."""
        done = self.lcc(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("error", done.stderr)
        return done.stdout

    def answer(self, *words, outputs=1):
        """The bytes of the files that --run writes."""
        names = [f"{i}.npy" for i in range(outputs)]
        self.works(*words, "--run", "one.npy", *[word for name in names for word in ("--out", name)])
        return [self.read(name) for name in names]

    def code(self, *words):
        """The C that lcc writes, without comments: they tell of the network's file and its lines."""
        self.works(*words, "--name", "m", "-o", "m.c", "--target", "generic", "--selftest")
        return re.sub(r"/\*.*?\*/", "", self.read("m.c").decode(), flags=re.S).splitlines()

    def assert_same_code(self, one, other):
        one, other = self.code(*one), self.code(*other)
        self.assertEqual(next(((x, y) for x, y in zip(one, other) if x != y), None), None)
        self.assertEqual(len(one), len(other))

    def test_what_dtype_int8_makes_reads_back(self):
        self.write("small.net", FLOATS)
        quantise = ("small.net", "--dtype", "int8", "--calibrate", "four.npy")
        self.works(*quantise, "--emit", "net", "-o", "q.net")
        again = ("q.net", "-w", "q.safetensors")
        self.works(*again, "--emit", "net", "-o", "r.net")
        self.assertEqual(self.read("q.net"), self.read("r.net"))
        types = {name: entry[0] for name, entry in tensors(self.path("q.safetensors")).items()}
        self.assertEqual((types["stem.weight"], types["stem.bias"], types["stem.weight_scale"]), ("I8", "I32", "F32"))
        self.assertEqual(types["a.depthwise.output_scale"], "F32")
        self.assertEqual(self.answer(*quantise), self.answer(*again))
        self.assert_same_code(quantise, again)

    def test_layers_that_share_weights_have_codes_of_their_own(self):
        twice = '    conv(8, 3) @"twice" -> relu\n    conv(8, 3) @"twice"\n'
        self.write("shared.net", FLOATS.replace('    inverted_residual(8, expand = 2) @"a"\n', twice))
        quantise = ("shared.net", "--dtype", "int8", "--calibrate", "four.npy")
        self.works(*quantise, "--emit", "net", "-o", "q.net")
        self.assertLessEqual({"twice.weight", "twice_2.weight"}, set(tensors(self.path("q.safetensors"))))
        self.assert_same_code(quantise, ("q.net", "-w", "q.safetensors"))

    def test_a_typed_network_is_itself_when_printed(self):
        answers = {}
        for rounding in ("once", "tflite"):
            for naming in ("torch", "keras"):
                self.write("typed.net", TYPED % (rounding, naming))
                self.write("printed.net", self.works("typed.net", "--emit", "net"))
                self.assertIn(f"rounding = {rounding}", self.read("printed.net").decode())
                typed = self.answer("typed.net", "--seed", "3", outputs=2)
                self.assertEqual(typed, self.answer("printed.net", "--seed", "3", outputs=2))
                self.assert_same_code(["typed.net"], ["printed.net"])
                answers[rounding, naming] = typed
        self.assertNotEqual(answers["once", "torch"], answers["tflite", "torch"])

    def test_types_are_shown(self):
        self.write("typed.net", TYPED % ("once", "torch"))
        summary = self.works("typed.net", "--summary")
        self.assertRegex(summary, r"layer +op +output +q +")
        self.assertRegex(summary, r"stem +conv 3x3 /2 \+ relu6 +6x6x8 int8 +\[0\.02, -128\]")
        self.assertRegex(summary, r"dw .* \[channels, -128\]")
        self.assertIn(" bytes of int8, f32", summary)
        told = json.loads(self.works("typed.net", "--emit", "json"))
        self.assertEqual((told["integer_rounding"], told["weights_dtype"]), ("once", "int8, f32"))
        self.assertEqual([(p["type"], p.get("scale"), p.get("zero")) for p in told["inputs"] + told["outputs"]],
                         [("uint8", 0.0078125, 127), ("int8", 0.1, -4), ("f32", None, None)])
        self.assertIn("6x6x8 int8 [0.02, -128]", self.works("typed.net", "--emit", "html"))

    def test_halves_beside_codes(self):
        self.write("typed.net", TYPED % ("once", "torch"))
        told = json.loads(self.works("typed.net", "--weights-dtype", "f16", "--emit", "json"))
        self.assertEqual(told["weights_dtype"], "int8, f16")
        whole, halves = (self.answer("typed.net", *more, outputs=2) for more in ((), ("--weights-dtype", "f16")))
        self.assertEqual(whole[0], halves[0])
        self.assertNotEqual(whole[1], halves[1])
        bytes_of = [json.loads(self.works("typed.net", *more, "--emit", "json", "--target", "generic"))["weights_bytes"]
                    for more in ((), ("--weights-dtype", "f16"))]
        self.assertEqual(bytes_of[0] - bytes_of[1], 2 * 3 * 6)

    def test_weights_of_another_type_are_refused(self):
        self.write("typed.net", TYPED % ("once", "torch"))
        floats = {"stem.weight": ([8, 3, 3, 3], 216)}
        header, data = {}, b""
        for name, (shape, count) in floats.items():
            header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
            data += b"\0" * 4 * count
        text = json.dumps(header).encode()
        self.write("w.safetensors", struct.pack("<Q", len(text)) + text + data)
        done = self.lcc("typed.net", "-w", "w.safetensors", "-o", "m.c")
        self.assertEqual((done.returncode, os.path.exists(self.path("m.c"))), (1, False))
        said = done.stderr
        self.assertIn('tensor "stem.weight" of w.safetensors: its type is F32, but the layer is quantised and needs int8', said)
        self.assertIn('missing tensor "stem.bias" in w.safetensors, expected int32 [8]', said)


if __name__ == "__main__":
    unittest.main()
