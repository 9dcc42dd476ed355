"""examples/fit: the module that is trained is the network that lcc compiles; a search with one short training; what is kept."""
import json
import os
import re
import shutil
import sys

import numpy

from example import EXAMPLES, Example, main, run

FIT = os.path.join(EXAMPLES, "fit")
DATA = "/usr/share/datasets/fashion-mnist"


class Fit(Example):
    name = "fit"

    def setUp(self):
        super().setUp()
        network.LCC = compare.LCC = self.lcc

    def test_module(self):
        """Random weights and statistics, written for lcc: both compute the same."""
        images, _ = network.fashion.load(DATA, "train")
        numpy.save(self.path("images.npy"), images[:4].unsqueeze(-1).numpy())
        for net in ("fashion_space", "hand_v2", "hand_v3_small", "hand_shufflenet_v2"):
            path = os.path.join(FIT, net + ".net")
            torch.manual_seed(0)
            model = network.read_network(path)
            for layer in model.modules():
                if isinstance(layer, torch.nn.BatchNorm2d):
                    layer.momentum = 1  # the statistics of the batch that follows
            model.train()(network.fashion.normalized(images[:64]))
            network.fashion.rounded_to_half(model.weights)
            network.fashion.write_safetensors(model.weights, self.path("w.safetensors"))
            self.good(self.lcc, path, "-w", "w.safetensors", "--run", "images.npy", "--out", "probs.npy")
            with torch.no_grad():
                probs = model.eval()(network.fashion.normalized(images[:4])).softmax(1).numpy()
            self.assertLess(abs(numpy.load(self.path("probs.npy")).reshape(4, 10) - probs).max(), 1e-5, net)
            self.assertGreater(probs.std(0).max(), 1e-3, f"{net} gives the same for all pictures")

    def test_unknown_layer(self):
        self.write("odd.net", "net odd {\n input x: f32[8, 8, 1]\n conv(4, 3, padding = 1) -> tanh\n output y\n}\n")
        with self.assertRaisesRegex(network.Unsupported, "tanh"):
            network.read_network(self.path("odd.net"))

    def test_search(self):
        """One candidate, 200 images, one epoch."""
        shutil.copytree(FIT, self.path("fit"), ignore=shutil.ignore_patterns("work", "scores.jsonl", "found.*"))
        os.symlink(os.path.join(EXAMPLES, "fashion"), self.path("fashion"))
        self.good(self.lcc, "fashion_space.net", "--fit", "ram=48K,flash=96K", "--target", "cortex-m4", "--dtype", "int8",
                  "--score", f"{sys.executable} -B score.py --images 200", "--work", "1", "--budget", "1", "--scores",
                  "scores.jsonl", "-o", "found.net", cwd=self.path("fit"), env=dict(os.environ, LCC=self.lcc))
        with open(self.path("fit/scores.jsonl"), encoding="utf-8") as f:
            score, = map(json.loads, f)
        self.assertEqual(score["work"], 1)
        self.assertTrue(0 < score["score"] < 100, score)
        self.good(self.lcc, "--check", "fit/found.net")

    def test_kept(self):
        """The network that was found keeps the limits and is as good as the table says, and the README has that table."""
        with open(os.path.join(FIT, "table.md"), encoding="utf-8") as table, \
             open(os.path.join(FIT, "README.md"), encoding="utf-8") as readme:
            rows = table.read()
            self.assertIn(rows, readme.read())
        said = float(re.search(r"found.*\| ([\d.]+) \|$", rows, re.M)[1])
        options = compare.arguments().parse_args(["--work", self.path("work")])
        comparison = compare.Comparison(options)
        found = comparison.work / "found.net"
        for end in (".net", ".safetensors"):
            shutil.copy(os.path.join(FIT, "found" + end), found.with_suffix(end))
        self.assertEqual(run([*map(str, comparison.int8(found)), *compare.LIMITS, "-o", self.path("model.c")], self.folder).returncode, 0)
        self.assertAlmostEqual(comparison.test(found, comparison.int8(found)), said, delta=0.1)


if __name__ == "__main__":
    absent = []
    try:
        import torch
    except ImportError:
        absent.append("python3-torch")
    if not os.path.exists(os.path.join(DATA, "train-images-idx3-ubyte.gz")):
        absent.append("dataset-fashion-mnist")
    if not absent:
        sys.path.insert(0, FIT)
        import compare
        import network
    main(absent)
