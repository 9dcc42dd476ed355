"""What the README says is so: its network, its mistake, its tables; and the arenas in the table of speed of tests/bench."""
import json
import os
import re
import unittest

from installed import SOURCE, Installed, run


class Readme(Installed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as f:
            cls.text = f.read()
        with open(os.path.join(SOURCE, "examples", "memory.md"), encoding="utf-8") as f:
            cls.memory = f.read()
        with open(os.path.join(SOURCE, "tests", "bench", "README.md"), encoding="utf-8") as f:
            cls.bench = f.read()

    def network(self):
        return re.search(r"Save this as `shoes\.net`:\n\n```\n(.*?)```", self.text, re.S).group(1)

    def test_a_network_of_ones_own(self):
        self.write("shoes.net", self.network())
        self.good(self.lcc, "shoes.net", "-o", "shoes.c")
        self.good("cc", "-O2", "-c", "shoes.c")
        with open(self.path("shoes.c"), encoding="utf-8") as f:
            code = f.read()
        shown = re.search(r"/\* (1\. stem: .*?\)) ?\*/", self.text).group(1)
        self.assertIn(shown, code)

    def test_the_mistake(self):
        self.write("shoes.net", self.network().replace("stride = 2) @", "strid = 2) @"))
        done = run([self.lcc, "shoes.net", "-o", "shoes.c"], self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"```\n{done.stderr}```", self.text)

    def test_the_table(self):
        rows = re.findall(r"^\| [^|]+ \| `lcc (\S+\.net)` \| ([\d,]+) \| ([\d.]+) M \| ([\d.]+) MB \|", self.text, re.M)
        self.assertGreater(len(rows), 10)
        for net, params, macs, arena in rows:
            told = json.loads(self.good(self.lcc, net, "--emit", "json", "--target", "x86-64-v4").stdout)
            self.assertEqual(told["params"], int(params.replace(",", "")), net)
            self.assertAlmostEqual(told["macs"] / 1e6, float(macs), delta=0.5 if "." not in macs else 0.05)
            self.assertAlmostEqual(told["arena_bytes"] / 1e6, float(arena), delta=0.05, msg=net)

    def test_the_arenas(self):
        """Those of the table of speed and of the one of memory, by the names of the first table. The README has some of its rows."""
        files = {"MobileNetV1 1.0": "mobilenet_v1", "MobileNetV2 1.0": "mobilenet_v2", "MobileNetV3 Large": "mobilenet_v3_large",
                 "MobileNetV3 Small": "mobilenet_v3_small", "ShuffleNetV1 1x, g = 3": "shufflenet_v1", "ShuffleNetV2 1x": "shufflenet_v2",
                 "MnasNet-B1": "mnasnet_b1", "EfficientNet-Lite0": "efficientnet_lite", "EfficientNet-B0": "efficientnet_b0",
                 "EfficientNet-B2": "efficientnet_b2"}
        shown = 0
        for title, net in files.items():
            row = re.search(rf"^\| {re.escape(title)} \| .* \| ([\d.]+) MB \|$", self.bench, re.M)
            fast = row.group(1)
            fastest, smallest, added = re.search(rf"^\| {re.escape(title)} \| (\d\.\d\d) \| (\d\.\d\d) \| \S+ % \| \+(\d+) %",
                                                 self.memory, re.M).groups()
            command = [self.lcc, net + ".net", "--emit", "json", "--target", "x86-64-v4"]
            one, other = json.loads(self.good(*command).stdout), json.loads(self.good(*command, "--max-ram", "min").stdout)
            self.assertEqual([fast, fastest, smallest], ["%.2f" % (told["arena_bytes"] / 1e6) for told in (one, one, other)], net)
            shown += row.group(0) in self.text
            self.assertEqual(round(100 * (other["macs_emitted"] / one["macs_emitted"] - 1)), int(added), net)
        self.assertEqual(shown, 4)


if __name__ == "__main__":
    unittest.main()
