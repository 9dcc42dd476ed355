"""The networks that come with lcc: --list, and the nearest one where a name is wrong."""
import json
import os
import re
import unittest

from common import Case, SOURCE

LISTED = "lcc --list shows the networks that come with lcc\n"


class List(Case):
    def list(self, *words):
        """{command: [params, MACs, arena]} and the lines behind the table."""
        done = self.lcc("--list", *words)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        table, rest = done.stdout.split("\n\n")
        head, *rows = table.splitlines()
        self.assertEqual(head.split(), "network params MACs arena what it is".split())
        networks = {}
        for row in rows:
            command, _, numbers = row.partition(".net")
            words = numbers.split()
            variant = f" {words.pop(0)} {words.pop(0)}" if words[0] == "--variant" else ""
            self.assertEqual((words[1], words[3]), ("M", "M"))
            networks[command + ".net" + variant] = [float(words[0]), float(words[2]), int(words[4].replace(",", "")), " ".join(words[5:])]
        return networks, rest

    def test_every_network_is_there(self):
        networks, rest = self.list("--target", "generic")
        files = {name.split()[0] for name in networks}
        without = {"blocks.net", "prelude.net", "mobilenet_v3.net", "efficientnet.net"}
        self.assertEqual(files | without, {name for name in os.listdir(os.path.join(SOURCE, "dsl")) if name.endswith(".net")})
        for name in ("shufflenet_v1.net --variant g8", "efficientnet_lite.net --variant lite4", "shufflenet_v2.net --variant x0_5"):
            self.assertIn(name, networks)
        self.assertEqual(networks["mobilenet_v2.net"][3], "MobileNetV2, Sandler et al. 2018")
        self.assertIn("--target generic", rest)

    def test_numbers_are_those_of_the_summary(self):
        networks, _ = self.list("--target", "generic")
        for name in ("mobilenet_v2.net", "efficientnet_b1.net", "shufflenet_v2.net --variant x1_0"):
            about = json.loads(self.lcc(*name.split(), "--target", "generic", "--emit", "json", "--keep-dead").stdout)
            wanted = [round(about["params"] / 1e6, 2), round(about["macs"] / 1e6, 1), about["arena_bytes"]]
            self.assertEqual(networks[name][:3], wanted, name)

    def test_what_cannot_be_given_with_it(self):
        self.bad(2, "lcc: error: --list takes no network: 'tiny.net' is given\n1 error\nlcc --help lists the options\n", "tiny.net", "--list")
        self.bad(1, "lcc: error: --list takes one target: the arena is that of one\n1 error\n", "--list", "--target", "x86-64,x86-64-v3")


class Operators(Case):
    def names(self, title):
        """The operators of a format that are taken on tensors, and those on constants only."""
        said = self.good("--list-ops")
        part = said[said.index(title):].split("\n\n")[0]
        rows, _, others = part.partition("On constants only:\n")
        return [row.split()[0] for row in rows.splitlines()[1:]], others.replace(",", " ").split()

    def test_onnx(self):
        if "built without ONNX" in self.good("--list-ops"):
            self.skipTest("lcc was built without ONNX")
        tensors, constants = self.names("ONNX")
        self.assertEqual(tensors, sorted(tensors))
        self.assertEqual([], [name for name in ("Conv", "Concat", "MatMul", "Resize", "Transpose") if name not in tensors])
        self.assertIn("NonZero", constants)
        self.assertNotIn("LSTM", tensors + constants)

    def test_tflite(self):
        tensors, constants = self.names("TensorFlow Lite")
        self.assertEqual(tensors, sorted(tensors))
        self.assertEqual([], [name for name in ("CONV_2D", "CONCATENATION", "RESIZE_BILINEAR") if name not in tensors])
        self.assertNotIn("LSTM", tensors + constants)

    def test_forms_are_those_of_operators_that_are_taken(self):
        for folder, title in (("onnx", "ONNX"), ("tflite", "TensorFlow Lite")):
            with open(os.path.join(SOURCE, "compiler", folder, "rules.c"), encoding="utf-8") as f:
                text = f.read()
            rows = text[text.index("} forms[] = {"):]
            named = re.findall(r'^    \{"(\w+)"', rows[:rows.index("\n};")], re.M)
            self.assertGreater(len(named), 3)
            if title in self.good("--list-ops"):
                self.assertEqual([], [name for name in named if name not in self.names(title)[0]])

    def test_what_cannot_be_given_with_it(self):
        self.bad(2, "lcc: error: --list-ops takes no network: 'tiny.net' is given\n1 error\nlcc --help lists the options\n", "tiny.net", "--list-ops")


class Nearest(Case):
    def test_names_that_are_near(self):
        for name, near in (("mobilenetv2.net", "mobilenet_v2.net"), ("MobileNet-V2.net", "mobilenet_v2.net"), ("efficientnet-b0", "efficientnet_b0.net"),
                           ("mobilenet_v2", "mobilenet_v2.net"), ("shufflenet_v2_x1_0.net", "shufflenet_v2.net"), ("mobilnet_v3_large.net", "mobilenet_v3_large.net"),
                           ("mnasnet.net", "mnasnet_a1.net")):
            said = f"{name}: error: cannot open: No such file or directory\nlcc: note: did you mean {near}? {LISTED}1 error\n"
            self.bad(1, said, name, "-o", "a.c")

    def test_names_that_are_not(self):
        for name in ("resnet50.net", "none.net", "x.net"):
            self.bad(1, f"{name}: error: cannot open: No such file or directory\nlcc: note: {LISTED}1 error\n", name, "-o", "a.c")
        self.bad(1, "none.onnx: error: cannot open: No such file or directory\n1 error\n", "none.onnx", "-o", "a.c")


if __name__ == "__main__":
    unittest.main()
