#!/usr/bin/env python3
"""Tests memory.py: its rules on small graphs whose figures are worked out here, and lcc's arenas against them.

    test_memory.py --lcc LCC
"""
import argparse
import os
import subprocess
import sys
import unittest

import memory
import programs

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = "x86-64-v4"


def graph(*rows):
    """Layers as in lcc's JSON: each row is an op, a shape, and the numbers of its inputs, else the one before."""
    return [{"name": f"{op}_{i}", "op": op, "shape": shape, "inputs": inputs[0] if inputs else [i - 1] if i else []}
            for i, (op, shape, *inputs) in enumerate(rows)]


IMAGE = ("input", [4, 4, 3])  # 192 bytes
END = (("global_avg_pool", [1, 1, 8]), ("dense", [1, 1, 10]))

# Maps of 512, 512 (the activation), 128 and 256 bytes, then 32 and the caller's 40.
CHAIN = graph(IMAGE, ("conv", [4, 4, 8]), ("bn", [4, 4, 8]), ("relu", [4, 4, 8]), ("depthwise", [2, 2, 8]),
              ("conv", [2, 2, 16]), *END)

# x (512) -> 1024 -> 512, added to x.
RESIDUAL = graph(IMAGE, ("conv", [4, 4, 8]), ("conv", [4, 4, 16]), ("relu6", [4, 4, 16]), ("conv", [4, 4, 8]),
                 ("add", [4, 4, 8], [1, 4]), *END)

# x (512) in two halves of 256; the second goes through a convolution; joined and shuffled.
CONCAT = graph(IMAGE, ("conv", [4, 4, 8]), ("slice", [4, 4, 4], [1]), ("slice", [4, 4, 4], [1]), ("conv", [4, 4, 4], [3]),
               ("concat", [4, 4, 8], [2, 4]), ("shuffle", [4, 4, 8]), *END)

# 1024 -> 512 -> 16 -> 1024: what comes last could lie where the first was.
HOURGLASS = graph(IMAGE, ("conv", [4, 4, 16]), ("conv", [4, 4, 8]), ("conv", [1, 1, 4]), ("upsample", [4, 4, 16]),
                  ("dense", [1, 1, 10]))

# An activation of a map that is still wanted.
SHARED = graph(IMAGE, ("conv", [4, 4, 8]), ("swish", [4, 4, 8]), ("add", [4, 4, 8], [1, 2]), *END)


class Rules(unittest.TestCase):
    def test_ideal(self):
        for layers, peak in ((CHAIN, 512 + 128),
                             (RESIDUAL, 512 + 1024 + 512),     # x, the wide map, the sum's operand; the sum is in place
                             (CONCAT, 512 + 256 + 512),        # both halves are x itself, the convolution's half, the copy
                             (HOURGLASS, 1024 + 512),
                             (SHARED, 512 + 512)):             # x and its activation; the sum is in place
            self.assertEqual(memory.ideal(layers), peak)

    def test_onnx_nodes(self):
        nodes, sizes = memory.onnx_nodes(CONCAT)
        self.assertEqual([op for op, _, _ in nodes], ["conv", "Split", "conv", "concat", "Reshape", "Transpose", "Reshape",
                                                      "global_avg_pool", "Flatten", "Gemm"])
        self.assertEqual(sizes, [512, 256, 256, 256, 512, 512, 512, 512, 32, 32])
        self.assertEqual((nodes[0][1], nodes[1][2], nodes[2][1], nodes[3][1], nodes[-1][2]), ([None], [1, 2], [2], [1, 3], [None]))
        self.assertEqual([op for op, _, _ in memory.onnx_nodes(SHARED)[0]][:4], ["conv", "Sigmoid", "Mul", "add"])
        self.assertEqual(memory.onnx_nodes(SHARED)[0][2][1], [0, 1])

    def test_onnx2c_unions(self):
        # Conv in union 0, ReLU in 1, depthwise in 0, conv in 1, the mean in 0, flattened in 1.
        self.assertEqual(memory.unions(*memory.onnx_nodes(CHAIN)), [512, 512])
        # x in 0, the wide map in 1, Clip in 2, the narrow map in 1, the sum in 2.
        self.assertEqual(memory.unions(*memory.onnx_nodes(RESIDUAL)), [512, 1024, 1024])
        # x in 0, the halves in 1 and 2, the convolution in 0, the concat in 2, then 0, 1, 0.
        self.assertEqual(memory.unions(*memory.onnx_nodes(CONCAT)), [512, 512, 512])
        # 1024 in 0, 512 in 1, 16 in 0, 1024 in 1.
        self.assertEqual(memory.unions(*memory.onnx_nodes(HOURGLASS)), [1024, 1024])
        # As the residual; then 0 and 1 are free, and 0 is taken.
        wider = graph(*[(one["op"], one["shape"], one["inputs"]) for one in RESIDUAL[:6]], ("conv", [4, 4, 32]), *END)
        self.assertEqual(memory.unions(*memory.onnx_nodes(wider)), [2048, 1024, 1024])
        # x in 0, Sigmoid in 1, Mul in 2; the sum in 1.
        self.assertEqual(memory.unions(*memory.onnx_nodes(SHARED)), [512, 512, 512])

    def test_onnx2c_arena(self):
        # The concat's: x, concat and Transpose at 0, both Reshapes at 512; the halves at 512 and 768, the convolution at 1024.
        # The hourglass's: both large maps at 0, 512 at 1024, 16 behind that.
        for layers, size in ((CHAIN, 1024), (RESIDUAL, 2560), (CONCAT, 1280), (HOURGLASS, 1024 + 512 + 16), (SHARED, 1536)):
            self.assertEqual(memory.onnx2c(layers)[1], size)

    def test_ncnn(self):
        for layers, peak in ((CHAIN, 192 + 512),               # the image and the first map
                             (RESIDUAL, 512 + 1024 + 512),     # as many as then for the sum, which has its own
                             (CONCAT, 512 + 256 + 256),        # Slice copies
                             (HOURGLASS, 1024 + 512),
                             (SHARED, 3 * 512)):               # the activation works on a copy, the sum has its own
            self.assertEqual(memory.ncnn(layers)[0], peak)

    def test_ncnn_slices_at_once(self):
        # x (512) is gone before 2048 are needed, and its second half is there, though that is asked for later.
        late = graph(IMAGE, ("conv", [4, 4, 8]), ("slice", [4, 4, 4], [1]), ("conv", [4, 4, 32], [2]), ("conv", [4, 4, 4]),
                     ("slice", [4, 4, 4], [1]), ("concat", [4, 4, 8], [4, 5]), *END)
        self.assertEqual(memory.ncnn(late)[0], 256 + 256 + 2048)

    def test_ncnn_pads_channels(self):
        for shape, size in (([7, 7, 3], 3 * 208), ([7, 7, 8], 8 * 196), ([4, 4, 3], 192), ([1, 1, 10], 40)):
            self.assertEqual(memory.blob_bytes({"shape": shape}), size)

    def test_ncnn_pool(self):
        # 832 bytes take the block of 1024, and 512 more are needed then. Each block has 4 bytes for the references.
        taken = graph(IMAGE, ("conv", [4, 4, 16]), ("conv", [1, 1, 4]), ("conv", [4, 4, 13]), ("conv", [4, 4, 8]), *END)
        self.assertEqual(memory.ncnn(taken), (832 + 512, 1028 + 516))
        # 704 bytes leave it, as it is more than a third too large; it takes the 1024 at the end.
        left = graph(IMAGE, ("conv", [4, 4, 16]), ("conv", [1, 1, 4]), ("conv", [4, 4, 11]), ("conv", [4, 4, 8]), *END)
        self.assertEqual(memory.ncnn(left), (704 + 512, 708 + 516))

    def test_refuses_what_has_no_rule(self):
        with self.assertRaisesRegex(RuntimeError, "lstm_1: there is no rule for lstm"):
            memory.ideal(graph(IMAGE, ("lstm", [1, 1, 4])))


class Networks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.measured = {name: memory.measure(OPTIONS.lcc, name, TARGET) for name in programs.DEFAULT_NETWORKS}

    def test_half_of_the_ideal(self):
        self.assertLessEqual(memory.mean_ratio(self.measured.values()), 0.5)

    def test_mobilenet_v2(self):
        one = self.measured["mobilenet_v2"]
        self.assertLessEqual(one["fastest"], 2.5e6)
        self.assertLessEqual(one["least"], 1.3e6)
        self.assertLessEqual(one["limited"], memory.LIMIT)
        self.assertEqual(one["ideal"], 4 * (112 * 112 * 96 + 56 * 56 * 96))
        # Three unions: the expanded map, its activation, and a map of 144 channels while the residual's x is in another.
        self.assertEqual(one["unions"], 4 * (112 * 112 * 96 * 2 + 56 * 56 * 144))

    def test_efficientnet_b0(self):
        """In ncnn the output of the depthwise layer with stride 2 lies in a block that an output of 32 channels had."""
        one = self.measured["efficientnet_b0"]
        self.assertEqual(one["blobs"], 4 * (112 * 112 * 96 + 56 * 56 * 96))
        self.assertEqual(one["pool"], 4 * (112 * 112 * 96 + 1) + 4 * (112 * 112 * 32 + 1))

    def test_nobody_is_below_the_ideal(self):
        for name, one in self.measured.items():
            self.assertLessEqual(one["least"], one["fastest"], name)
            self.assertLessEqual(one["ideal"], min(one["arena"], one["blobs"]), name)

    @staticmethod
    def run_tool(*more):
        return subprocess.run([sys.executable, os.path.join(HERE, "memory.py"), "--lcc", OPTIONS.lcc, *more],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)

    def test_prints_the_table(self):
        done = self.run_tool("--target", TARGET, "--markdown", "mobilenet_v2")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
        header, _, row = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
        one = self.measured["mobilenet_v2"]
        shown = dict(zip(header, row))
        self.assertEqual((shown["MB"], shown["lcc, fastest"], shown["ideal layer by layer"], shown["onnx2c"]),
                         ("mobilenet_v2", f"{one['fastest'] / 1e6:.2f}", "6.02", "11.44"))
        self.assertIn(f"Geometric mean of fastest / ideal: {one['fastest'] / one['ideal']:.3f}", done.stdout)

    def test_says_what_is_wrong(self):
        for more, words in ((["lenet"], "no network is called lenet"),
                            (["--small", "mobilenet_v2"], "--small has networks of its own"),
                            (["--small", "--arm-cc", "no-such-gcc"], "no-such-gcc"),
                            (["--target", "pdp-11", "mobilenet_v2"], "pdp-11")):
            done = self.run_tool(*more)
            self.assertEqual((done.returncode, done.stdout), (1, ""), more)
            self.assertIn(words, done.stderr)
            self.assertNotIn("Traceback", done.stderr)

    def test_small_networks(self):
        """They are planned for the target, at the side that they say. (Their code is not compiled here.)"""
        target = memory.small_target(OPTIONS.lcc)
        for title, net, more in memory.SMALL:
            about = memory.plan(OPTIONS.lcc, memory.small_arguments(net, more), target)
            side = int(title.rsplit(" ", 1)[1])
            self.assertEqual(about["inputs"][0]["shape"], [side, side, 3], title)
            self.assertLess(about["arena_bytes"], memory.ideal(about["layers"]), title)


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser()
    PARSER.add_argument("--lcc", required=True)
    OPTIONS, REST = PARSER.parse_known_args()
    unittest.main(argv=sys.argv[:1] + REST)
