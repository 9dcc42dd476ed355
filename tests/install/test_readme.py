"""What the README says is so: its network, its mistake, its table."""
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


if __name__ == "__main__":
    unittest.main()
