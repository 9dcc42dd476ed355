#!/usr/bin/env python3
"""The flash that lcc tells of is what arm-none-eabi-size says of the compiled file, for -Os and -O2, and --max-flash keeps within its
limit; its code computes the same. $LCC is lcc.

The networks are few; fit_code_size.py says how far the estimate is off for all of them.
"""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import numpy as np

import code_sizes as sizes
from board import BOARDS, Network, require_board, run_networks

LCC = os.environ["LCC"]
ALL_ERROR, CODE_ERROR = 0.1, 0.35  # of all flash; of the code alone, where few networks are off by more than a tenth

# Several blocks of several sizes, so that there are tiles to share, but few weights.
SMALL_NET = """import "blocks.net"
net small {
    input image: uint8[48, 48, 3] -> normalize(mean = 127.5, std = 127.5)
    conv(8, 3, stride = 2) -> bn -> relu6
    inverted_residual(8, expand = 3)
    inverted_residual(12, expand = 3, stride = 2)
    inverted_residual(12, expand = 4)
    inverted_residual(16, expand = 3, stride = 2)
    inverted_residual(16, expand = 5)
    inverted_residual(22, expand = 2, stride = 2)
    global_avg_pool -> dense(7) -> softmax
    output probs
}
"""


class CodeSize(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        net = os.path.join(self.folder, "small.net")
        with open(net, "w") as f:
            f.write(SMALL_NET)
        self.small = [net]

    def about(self, arguments, target="cortex-m4"):
        return json.loads(sizes.run([LCC, *arguments, "--target", target, "--emit", "json"]))

    def write(self, name, arguments, target="cortex-m4"):
        """(the C file, what --summary said)"""
        c_file = os.path.join(self.folder, name + ".c")
        return c_file, sizes.run([LCC, *arguments, "--target", target, "--name", name, "-o", c_file, "--summary"])

    def refuse(self, status, *arguments):
        done = subprocess.run([LCC, *arguments, "-o", os.path.join(self.folder, "none.c")], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "none.c")))
        return done.stderr

    def test_estimates(self):
        zoo = [n for n in sizes.zoo() if n[0] in ["v1_025_96", "s2_05_96"]]
        files = [f for f in sizes.int8_files() if f[0] == "vww_96_int8.tflite"]
        for name, arguments in zoo + sizes.quantised(self.folder, ["v2_035_96"]) + files:
            for target in sizes.TARGETS:
                c_file, said = self.write("model", arguments, target)
                flash = self.about(arguments, target)["flash"]
                self.assertEqual(flash["bytes"], max(flash["code"].values()) + flash["constants"] + flash["weights"])
                self.assertIn("flash     {:,} bytes: code {:,} with -O2 ({:,} with -Os), ".format(
                    flash["bytes"], flash["code"]["-O2"], flash["code"]["-Os"]), said)
                other = flash["constants"] + flash["weights"]
                for level in sizes.LEVELS:
                    measured = sizes.measure(c_file, target, level)
                    with self.subTest(name=name, target=target, level=level, measured=measured, flash=flash):
                        self.assertLess(abs((flash["code"][level] + other) / measured - 1), ALL_ERROR)
                        self.assertLess(abs(flash["code"][level] / (measured - other) - 1), CODE_ERROR)

    def test_other_targets_have_no_estimate(self):
        for target in ["generic", "x86-64", "x86-64,x86-64-v3"]:
            self.assertNotIn("\nflash ", sizes.run([LCC, *self.small, "--target", target, "--summary"]))
            self.assertNotIn("flash", self.about(self.small, target))
            self.assertIn("--max-flash: the flash that code for x86-64 takes is known only by --cc, except for cortex-m4 and cortex-m55"
                          if "x86" in target else "code for generic", self.refuse(2, *self.small, "--target", target, "--max-flash", "1M"))

    def test_measured(self):
        words = [*self.small, "--max-ram", "min"]
        for target in sizes.TARGETS:
            c_file, _ = self.write("model", words, target)
            for more in [[], ["--storage", "file"], ["--storage", "incbin"]]:
                flash = self.about([*words, "--name", "model", "--cc", sizes.CC, *more], target)["flash"]
                self.assertTrue(flash["measured"])
                if more:
                    continue
                for level in sizes.LEVELS:
                    self.assertEqual(flash["code"][level] + flash["constants"] + flash["weights"],
                                     sizes.measure(c_file, target, level))
        said = sizes.run([LCC, *self.small, "--target", "cortex-m4", "--cc", sizes.CC + " -g0 -funroll-loops", "--summary"])
        self.assertRegex(said, r"\nflash +[\d,]+ bytes, measured: code ")
        self.assertTrue(self.about([*self.small, "--cc", "cc", "--max-flash", "100M"], "x86-64")["flash"]["measured"])

    def test_measuring_fails(self):
        words = [*self.small, "--target", "cortex-m4", "--cc"]
        self.assertIn("--cc: cannot run the C compiler 'no-such-gcc': ", self.refuse(1, *words, "no-such-gcc"))
        said = self.refuse(1, *words, sizes.CC + " -DFOO --no-such-option")
        self.assertIn("--cc: the C compiler '%s' failed, exit status 1" % sizes.CC, said)
        self.assertIn("no-such-option", said)
        self.assertIn("--cc: the command is empty", self.refuse(2, *words, " "))
        folder = os.path.join(self.folder, "temporary")
        os.mkdir(folder)
        script = os.path.join(self.folder, "slow-gcc")
        with open(script, "w") as f:
            f.write("#!/bin/sh\necho $$ > %s/pid\nsleep 60\n" % self.folder)
        os.chmod(script, 0o755)
        lcc = subprocess.Popen([LCC, *words, script, "--summary"], env=dict(os.environ, TMPDIR=folder),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not os.path.exists(self.folder + "/pid"):
            self.assertIsNone(lcc.poll())
            time.sleep(0.01)
        self.assertEqual(len(os.listdir(folder)), 1)
        lcc.terminate()
        self.assertEqual(lcc.wait(30), -signal.SIGTERM)
        self.assertEqual(os.listdir(folder), [])

    def test_limits(self):
        """Limits between the most and the least are kept, by the estimate, and by the compiler as far as the estimate is right; the
        code has the same answers."""
        x = np.random.RandomState(1).randint(0, 256, (48, 48, 3)).astype(np.uint8)
        networks, measured = [], []
        most, least = (self.about([*self.small, *words])["flash"]["bytes"] for words in ([], ["--max-flash", "min"]))
        self.assertLess(least + 2500, most)
        for i, limit in enumerate([most, (most + least) // 2, least]):
            words = [*self.small, "--max-flash", str(limit)]
            c_file, _ = self.write("n%d" % i, words)
            about = self.about(words)
            self.assertLessEqual(about["flash"]["bytes"], limit)
            other = about["flash"]["constants"] + about["flash"]["weights"]
            measured.append([sizes.measure(c_file, "cortex-m4", level) - other for level in sizes.LEVELS])
            self.assertLess(max(measured[-1]), (1 + CODE_ERROR) * (limit - other))
            networks.append(Network("n%d" % i, c_file, about, [[x]]))
        for level in range(2):
            self.assertLess(measured[2][level], 0.75 * measured[0][level])
        run_networks(BOARDS["mps2-an386"], networks, os.path.join(self.folder, "board"))
        for n in networks[1:]:
            np.testing.assert_allclose(n.outputs[0][0], networks[0].outputs[0][0], rtol=1e-4, atol=1e-6)
        self.assertLess(networks[0].instructions[0], networks[2].instructions[0])

    def test_weights_of_int8(self):
        """Weights of 16 bits give way to bytes; the answers are the same."""
        x = np.random.RandomState(1).randint(-128, 128, (96, 96, 3)).astype(np.int8)
        networks, flash = [], []
        for file in [f for n, f in sizes.int8_files() if n == "vww_96_int8.tflite"]:
            for i, words in enumerate([file, [*file, "--max-flash", "60K"]]):
                about = self.about(words)
                flash.append(about["flash"])
                networks.append(Network("n%d" % i, self.write("n%d" % i, words)[0], about, [[x]]))
        if not networks:
            self.skipTest("the trained networks are not here")
        self.assertLess(flash[1]["weights"], flash[0]["weights"])
        run_networks(BOARDS["mps2-an386"], networks, os.path.join(self.folder, "board"))
        self.assertLess(networks[1].text, 1.1 * 60 * 1024)
        np.testing.assert_array_equal(networks[0].outputs[0][0], networks[1].outputs[0][0])

    def test_limits_that_cannot_be_met(self):
        words = [*self.small, "--target", "cortex-m4", "--max-flash"]
        least = self.about([*self.small, "--max-flash", "min"])["flash"]
        said = self.refuse(1, *words, "8K")
        self.assertIn("lcc: error: --max-flash 8192: the least that was found is %d bytes: code %d, constants %d, weights %d\n" % (
            least["bytes"], max(least["code"].values()), least["constants"], least["weights"]), said)
        self.assertIn("--weights-dtype f16 halves them", said)
        self.refuse(1, *words, str(least["bytes"] - 1))
        self.write("fits", [*self.small, "--max-flash", str(least["bytes"])])
        smallest = self.about([*self.small, "--max-ram", "min"])["arena_bytes"]
        both = self.refuse(1, *words, "8K", "--max-ram", "1M")
        self.assertIn("--max-flash 8192: the least that was found is %d bytes" % least["bytes"], both)
        self.assertIn("--max-ram 1048576: the least that was found is %d bytes" % smallest, both)
        both = self.refuse(1, *words, "8K", "--max-ram", "1K")
        self.assertRegex(both, r"no plan that keeps within 1024 bytes was found: the smallest arena has %d" % smallest)
        self.assertRegex(both, r"note: --max-flash 8192: the least that was found is \d+ bytes")
        halves = self.about([*self.small, "--weights-dtype", "f16", "--max-flash", "min"])["flash"]
        self.assertLess(halves["weights"], 0.55 * least["weights"])
        with open(self.write("banner", [*self.small, "--max-flash", "99999999"])[0]) as f:
            self.assertIn(" --max-flash 99999999 ", f.read())


if __name__ == "__main__":
    require_board("mps2-an386", "mps3-an547")
    unittest.main(verbosity=2)
