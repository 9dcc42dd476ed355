"""--fit: the network that a machine has room for."""
import json
import os
import pty
import re
import stat
import subprocess
import unittest
import xml.etree.ElementTree as tree

from common import LCC, Case, compilers, npy

CC = (compilers() or [None])[0]

SMALL = """# Small.
search width in [8, 16, 24], size in [16, 24]
param width = 16
param size  = 24
param k     = (3|5)
net small {
    input x: f32[size, size, 3]
    conv(width, k, stride = 2) -> bn -> relu
    stage inverted_residual {
          kernel | expand  | out          | se
            3    | (2|4)   | (8|16|24|30) | 0
    }
    conv(16, 1, groups = 4)
    output y
}
"""


class Fit(Case):
    def setUp(self):
        super().setUp()
        self.write("small.net", SMALL)

    def json(self, *words):
        return json.loads(self.good(*words, "--emit", "json"))

    def refuse(self, message, *words):
        """A mistake of the command line."""
        self.bad(2, f"{message}\n1 error\nlcc --help lists the options\n", *words)

    def test_table(self):
        out = self.good("small.net", "--fit", "ram=8K,flash=9000", "--target", "x86-64")
        lines = out.splitlines()
        self.assertEqual(lines[:2], ["small.net for x86-64", "limits: ram 8,192, flash 9,000"])
        self.assertEqual(lines[3].split(), ["1", "2", "3", "4", "5", "ram", "flash", "macs", "params", "cycles", "score"])
        self.assertEqual(lines[4].split()[0], "best")
        self.assertIn("1: width, 2: size, 3: k, 4: inverted_residual row 1 expand,\n5: inverted_residual row 1 out\n", out)
        found = re.search(r"all 96 candidates were tried: (\d+) keep the limits, (\d+) of them are on the front; "
                          r"(\d+) are over ram; (\d+) are over flash; 24 cannot be built\n", out)
        keep, front, *over = map(int, found.groups())
        self.assertEqual(keep + sum(over) + 24, 96)
        self.assertEqual(front + 1, sum(bool(re.match(r"(best|    )  +\d+ +\d+ ", line)) for line in lines))  # and the head
        self.assertIn("out = 30: conv: 30 input and 16 output channels do not divide evenly into 4 groups\n", out)
        self.assertIn("a stand-in for accuracy", out)

    def test_figures(self):
        """What the search says of each network on the front is what the command says of it, compiled by itself."""
        found = self.json("small.net", "--fit", "ram=16K,flash=20K", "--target", "cortex-m4")
        self.assertEqual(found["search"]["skipped"], 24)
        self.assertEqual(found["search"]["method"], "exhaustive")
        self.assertGreater(len(found["front"]), 5)
        for x in found["front"]:
            self.write("one.net", x["net"])
            limits = ["--max-ram", str(x["max_ram"])] if "max_ram" in x else []
            limits += ["--max-flash", str(x["max_flash"])] if "max_flash" in x else []
            one = json.loads(self.good("one.net", "--emit", "json", "--keep-dead", "--target", "cortex-m4", *limits))
            self.assertEqual(x["flash"], one["flash"]["bytes"])
            self.assertEqual((x["ram"], x["macs"], x["params"]), (one["arena_bytes"], one["macs"], one["params"]))

    def test_best(self):
        """The best network is written as a plain .net, which needs what the search said."""
        out = self.json("small.net", "--fit", "ram=8K,flash=9000", "--target", "x86-64", "-o", "best.net")
        best = out["front"][0]
        text = self.read("best.net").decode()
        self.assertTrue(text.startswith("# Found by: lcc small.net --target x86-64 --fit ram=8K,flash=9000\n# It takes "))
        self.assertTrue(text.endswith(best["net"]))
        self.assertNotIn("search", best["net"])
        limit = ["--max-ram", str(best["max_ram"])] if "max_ram" in best else []
        one = json.loads(self.good("best.net", "--target", "x86-64", "--keep-dead", "--emit", "json", *limit))
        self.assertEqual(one["arena_bytes"], best["ram"])
        self.assertEqual(one["macs"], best["macs"])
        self.assertEqual(one["params"], best["params"])
        self.assertEqual(self.json("small.net", "--fit", "ram=8K,flash=9000", "--target", "x86-64"), out)

    def test_style(self):
        """Where the searched network is in the standard style, the best one is too; else its blanks stay."""
        words = ("--fit", "ram=8K,flash=9000", "--target", "x86-64", "-o", "best.net")
        self.good("small.net", *words)
        self.assertNotEqual(self.good("--format", "best.net").encode(), self.read("best.net"))
        self.good("--format", "small.net", "-o", "small.net")
        self.good("small.net", *words)
        self.assertEqual(self.good("--format", "best.net").encode(), self.read("best.net"))

    def test_seed(self):
        """A space too large to try all: the same seed gives the same output, and another one another way."""
        self.write("large.net", SMALL.replace("size in [16, 24]", "size in [12, 16, 20, 24, 28, 32]").replace(
            "width in [8, 16, 24]", "width in [8, 12, 16, 20, 24, 28]").replace("(2|4)", "(1|2|3|4|5|6)"))
        words = ("large.net", "--fit", "ram=8K", "--target", "x86-64")
        first, again, other = self.json(*words), self.json(*words), self.json(*words, "--seed", "7")
        self.assertEqual(first, again)
        self.assertEqual(first["search"]["method"], "evolution")
        self.assertEqual(first["search"]["candidates"], 1728)
        self.assertNotEqual(first["search"]["over"], other["search"]["over"])
        self.assertAlmostEqual(first["front"][0]["score"], other["front"][0]["score"])
        self.assertIn("by evolution from the seed 7", self.good(*words, "--seed", "7"))

    def test_clock(self):
        words = ("small.net", "--target", "cortex-m4", "--clock", "100M")
        out = self.json(*words, "--fit", "time=10ms")
        self.assertEqual(out["limits"], {"cycles": 1000000})
        for x in out["front"]:
            self.assertLessEqual(x["cycles"], 1000000)
            self.assertAlmostEqual(x["seconds"], x["cycles"] / 1e8)
        self.assertIn("limits: cycles 1,000,000 (10 ms)\n", self.good(*words, "--fit", "time=10ms"))
        self.assertIn(" ms  ", self.good(*words, "--fit", "time=10ms"))

    def measure(self, limits, *words, **more):
        """lcc with --measure, three candidates, and temporary files in a folder that must be empty afterwards."""
        scratch = self.path("scratch")
        os.makedirs(scratch, exist_ok=True)
        self.write("three.net", "search width in [8, 16, 24]\nparam width = 16\nnet three {\n    input x: f32[8, 8, 3]\n"
                   "    conv(width, 3) -> relu\n    output y\n}\n")
        done = self.lcc("three.net", "--fit", limits, "--target", "generic", "--measure", *words,
                        env={**os.environ, "CC": CC, "TMPDIR": scratch, **more})
        self.assertEqual(os.listdir(scratch), [])
        return done

    @unittest.skipUnless(CC, "there is no C compiler here")
    def test_measure(self):
        """Times that are measured are in all outputs and in the limit, and each network is compiled once."""
        self.write("cc.sh", f'#!/bin/sh\necho run >> runs\nexec {CC} "$@"\n')
        os.chmod(self.path("cc.sh"), stat.S_IRWXU)
        done = self.measure("time=3600s,ram=1M", "--emit", "json", "-o", "best.net", CC="./cc.sh")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        out = json.loads(done.stdout)
        self.assertIs(out["time_measured"], True)
        self.assertEqual(out["limits"], {"ram": 1 << 20, "time": 3600})
        self.assertEqual((out["search"]["within"], out["search"]["over"]), (3, {"ram": 0, "time": 0}))
        self.assertEqual(out["front"][0]["picks"], {"width": 24})
        for x in out["front"]:
            self.assertTrue(0 < x["seconds"] < 1, x)
        self.assertEqual(len(self.read("runs").splitlines()), len({x["picks"]["width"] for x in out["front"]} | {16}))
        self.assertRegex(self.read("best.net").decode(), r"^# Found by: .* --measure\n# It takes .* [0-9.]+ [num]?s \(measured\), ")
        done = self.measure("time=3600s", "--search", "width in [8]", "--dtype", "int8")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("limits: time 3600 s\n", done.stdout)
        self.assertRegex(done.stdout, r"\nbest  +8 .* [0-9.]+ [num]?s  ")
        self.assertIn("The times were measured on this machine, and differ from run to run. 1 candidates were run", done.stdout)
        self.assertIn("times of the front are measured", self.measure("ram=1M", "--search", "width in [8]", "--emit", "svg").stdout)

    @unittest.skipUnless(CC, "there is no C compiler here")
    def test_measure_keeps_none(self):
        done = self.measure("time=1ns", "-o", "best.net")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"\Alcc: error: --fit: none of the 3 candidates keeps the limits: time binds, whose limit is 1 ns\n"
                         r"lcc: note: the nearest candidate, width = 8, takes time [0-9.]+ [num]?s; its time is not measured, but predicted\n")
        self.assertFalse(os.path.exists(self.path("best.net")))

    @unittest.skipUnless(CC, "there is no C compiler here")
    def test_measure_mistakes(self):
        self.write("cc.sh", "#!/bin/sh\necho no license >&2\nexit 3\n")
        os.chmod(self.path("cc.sh"), stat.S_IRWXU)
        done = self.measure("time=1s", "-o", "best.net", CC="./cc.sh")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (
            1, "", "lcc: error: --measure: the C compiler './cc.sh' failed, exit status 3\nlcc: note: no license\n1 error\n"))
        self.write("cc.sh", '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\ncp /bin/true "$2"\n')
        done = self.measure("time=1s", "-o", "best.net", CC="./cc.sh")
        self.assertEqual((done.returncode, done.stderr), (
            1, "lcc: error: --measure: the measuring program did not print a time\n1 error\n"))
        self.assertFalse(os.path.exists(self.path("best.net")))

    def test_int8(self):
        """No samples are needed, and a network of int8 takes about a third."""
        words = ("small.net", "--target", "x86-64", "--fit", "ram=1M", "--search", "width in [16]")
        floats, codes = self.json(*words), self.json(*words, "--dtype", "int8")
        self.assertEqual(codes["dtype"], "int8")
        self.assertEqual(floats["front"][0]["macs"], codes["front"][0]["macs"])
        self.assertLess(codes["front"][0]["flash"], 0.5 * floats["front"][0]["flash"])
        self.assertLess(codes["front"][0]["ram"], floats["front"][0]["ram"])

    def test_assumed_scales(self):
        """A network that is quantised on samples takes the memory that the search said, and about the flash.

        On x86-64-v3 it depends on the weights' values which layers take four bytes at once, and what these take. The search
        assumes values.
        """
        self.write("noise.npy", npy((2, 24, 24, 3), [((i * 2654435761) >> 8 & 0xffff) / 32768 - 1 for i in range(2 * 24 * 24 * 3)]))
        for target, ram_close, flash_close in (("x86-64", 1.0, 1.0), ("x86-64-v3", 1.25, 1.1), ("cortex-m4", 1.0, 1.05)):
            found = self.json("small.net", "--target", target, "--fit", "ram=1M", "--search", "width in [8, 24]", "--dtype", "int8")
            self.assertGreater(len(found["front"]), 3)
            for x in found["front"]:
                self.write("one.net", x["net"])
                done = self.lcc("one.net", "--emit", "json", "--keep-dead", "--target", target, "--dtype", "int8", "--calibrate",
                                "noise.npy")
                one = json.loads(done.stdout)
                flash = one["flash"]["bytes"] if "flash" in one else one["weights_bytes"]
                for said, is_so, close in ((x["ram"], one["arena_bytes"], ram_close), (x["flash"], flash, flash_close)):
                    self.assertLessEqual(max(said / is_so, is_so / said), close)

    def test_progress(self):
        """A terminal is told how far the search is, and the line is cleared at the end."""
        master, slave = pty.openpty()
        subprocess.run([LCC, "small.net", "--fit", "ram=1M", "--target", "x86-64"], cwd=self.folder, stdout=subprocess.DEVNULL,
                       stderr=slave, check=True, timeout=600)
        os.close(slave)
        said = os.read(master, 1 << 16).decode()
        os.close(master)
        self.assertIn("lcc: 8 of at most 96 candidates, ", said)
        self.assertTrue(said.endswith("\r\x1b[K"))

    def test_empty(self):
        self.bad(1, "lcc: error: --fit: none of the 96 candidates keeps the limits: ram binds, whose limit is 10\n"
                 "lcc: note: the nearest candidate, width = 8, size = 16, k = 3, inverted_residual row 1 expand = 2, "
                 "inverted_residual row 1 out = 8, takes ram 3,456, flash 2,880 of 2,000\n1 error\n",
                 "small.net", "--fit", "ram=10,flash=2000", "--target", "x86-64")
        self.write("none.net", SMALL.replace("(8|16|24|30)", "(30|31)"))
        done = self.lcc("none.net", "--fit", "ram=1M", "--target", "x86-64")
        self.assertEqual(done.returncode, 1)
        self.assertIn("none of the 48 candidates can be built; the first, width = 8,", done.stderr)
        self.assertIn("do not divide evenly into 4 groups", done.stderr)

    def test_picture(self):
        out = self.good("small.net", "--fit", "ram=8K,flash=9000", "--target", "x86-64", "--emit", "svg")
        found = self.json("small.net", "--fit", "ram=8K,flash=9000", "--target", "x86-64")
        root = tree.fromstring(out)
        kinds = [c.get("class") for c in root.iter("{http://www.w3.org/2000/svg}circle")]
        self.assertEqual(kinds.count("best"), 2)  # over ram and over flash
        self.assertEqual(kinds.count("front"), 2 * (len(found["front"]) - 1))
        self.assertGreater(kinds.count("over"), 0)
        self.assertNotIn("fill=\"white\"", out)

    def test_scores(self):
        """A command's scores decide instead of the stand-in's, are kept, and those that fail are left out."""
        self.write("score.sh", "#!/bin/sh\necho run >> runs\ngrep -q 'param width = 24' \"$1\" && exit 3\n"
                   "grep -q 'param width = 8' \"$1\" && echo accuracy 0.9 || echo 0.5\n")
        os.chmod(self.path("score.sh"), stat.S_IRWXU)
        words = ("small.net", "--fit", "ram=1M", "--target", "x86-64", "--search", "width in [8, 16, 24]", "--score", "./score.sh",
                 "--scores", "scores.json", "-j", "2", "--emit", "json")
        done = self.lcc(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--score: 12 of 36 runs failed; the first: exit status 3", done.stderr)
        out = json.loads(done.stdout)
        self.assertEqual(out["score"], "./score.sh")
        self.assertEqual(out["front"][0]["picks"]["width"], 8)
        self.assertEqual(out["front"][0]["score"], 0.9)
        self.assertEqual(out["search"]["scored"], 24)
        runs = len(self.read("runs").splitlines())
        self.assertEqual(self.lcc(*words).stdout, done.stdout)
        self.assertEqual(len(self.read("runs").splitlines()), runs)

    def test_space_mistakes(self):
        """Mistakes of the space have carets."""
        done = self.lcc("small.net", "--fit", "ram=1K", "--search", "height")
        self.assertEqual(done.returncode, 1)
        self.assertIn("height", done.stderr)
        self.assertIn("^~~~~~", done.stderr)
        self.bad(1, "tiny.net: error: nothing can be chosen: tiny.net has no line search PARAM, .. and no choice in parentheses such "
                 "as (3|5); --search 'PARAM in [..]' adds one\n1 error\n", "tiny.net", "--fit", "ram=1K")

    def test_mistakes(self):
        self.refuse("--fit:1:5: error: a limit of 0 is kept by no network\n    1 | ram=0,flash=1M\n      |     ^",
                    "small.net", "--fit", "ram=0,flash=1M")
        error = "lcc: error: "
        for message, *words in (
                ("--clock fast: expected hertz, such as 168M or 1.5G", "--fit", "ram=1K", "--clock", "fast"),
                ("--fit time=..: needs --clock, the target's hertz, such as 168M", "--fit", "time=1ms"),
                ("--measure: this machine does not run cortex-m4, and cannot measure it", "--fit", "time=1s", "--measure", "--target",
                 "cortex-m4"),
                ("--measure and --clock cannot be given together", "--fit", "ram=1K", "--measure", "--clock", "1G"),
                ("--measure finds times, not cycles: limit time=.. instead, such as 40ms", "--fit", "cycles=1M", "--measure"),
                ("--measure needs --fit", "--measure", "-o", "a.c"),
                ("--fit and --summary cannot be given together", "--fit", "ram=1K", "--summary"),
                ("--fit and --calibrate cannot be given together", "--fit", "ram=1K", "--calibrate", "x.npy", "--dtype", "int8"),
                ("--fit and --emit dot cannot be given together: it prints a table, json or svg", "--fit", "ram=1K", "--emit", "dot"),
                ("-o best.c: with --fit the best network is written, whose name ends in .net", "--fit", "ram=1K", "-o", "best.c"),
                ("--fit takes one target: the limits are those of a machine", "--fit", "ram=1K", "--target", "x86-64,x86-64-v3"),
                ("--output-dtype int8 needs --dtype int8", "--fit", "ram=1K", "--output-dtype", "int8"),
                ("--scores needs --score", "--fit", "ram=1K", "--scores", "x"),
                ("--emit svg needs --fit", "--emit", "svg"),
                ("--search needs --fit", "--search", "width", "--emit", "net"),
                ("--budget 1.5: expected a number of runs, such as 50, or a time: 90s, 30m or 2h", "--fit", "ram=1K", "--score", "x",
                 "--budget", "1.5"),
                ("--work 3,1: expected up to 8 rising whole numbers, such as 1,3,9", "--fit", "ram=1K", "--score", "x", "--work", "3,1"),
                ("-j 0: expected a whole number from 1 to 1024", "--fit", "ram=1K", "--score", "x", "-j", "0")):
            with self.subTest(words=words):
                self.refuse(error + message, "small.net", *words)
        self.write("model.onnx", b"\x08\x07")
        done = self.lcc("model.onnx", "--fit", "ram=1K")
        self.assertEqual((done.returncode, done.stderr), (1, "lcc: error: --fit searches .net files: model.onnx is none\n1 error\n"))
        done = self.lcc("small.net", "--fit", "ram=1M", "-o", "small.net", "--target", "x86-64")
        self.assertEqual(done.returncode, 1)
        self.assertIn("small.net: this file is an input, and would be overwritten", done.stderr)
        self.assertEqual(self.read("small.net").decode(), SMALL)


if __name__ == "__main__":
    unittest.main()
