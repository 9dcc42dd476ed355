"""--fit --score and --fit-compound: scores by a command, kept in a file; searches that are stopped and taken up again."""
import json
import os
import re
import select
import signal
import subprocess
import time
import unittest

from common import Case, LCC

NET = """param width = 1.0 in [0.25, 0.5, 0.75, 1.0]
param depth = 1.0
search width, depth in [1, 2, 3]
net tiny {
    input image: uint8[16, 16, 3] -> normalize(mean = 127.5, std = 127.5)
    conv(8, 3, stride = 2) -> bn -> relu6
    stage inverted_residual {
        repeat | out                           | expand | stride
        depth  | divisible(16 * width)         | (2|4)  | 2
    }
    global_avg_pool -> dense(5) -> softmax
    output probs
}
"""

# The same with more choices, so that it is searched by evolution.
LARGE = (NET.replace("param depth", "param first = (8|16|24|32)\nparam kernel = (3|5|7)\nparam last = (5|6|7|8|9|10)\nparam depth", 1)
         .replace("conv(8, 3,", "conv(first, kernel,").replace("dense(5)", "dense(last)"))

# Scores a candidate by its text: the wider and the less deep, the better; more work adds a little. It notes each call.
# Where there is a file `stop`, the fifth call starts another program and waits for it.
SCORE = r"""width=$(sed -n 's/^param width = \([0-9.]*\).*/\1/p' "$1")
depth=$(sed -n 's/^param depth = \([0-9.]*\).*/\1/p' "$1")
work=${LCC_WORK:-0}
echo "$width $depth $work" >> calls
if [ -e stop ] && [ $(wc -l < calls) = 5 ]; then
    sleep 100 &
    touch stopped
    wait
fi
if [ "$depth" = 3 ]; then
    echo too deep >&2
    exit 1
fi
case $width in 0.25) s=250 ;; 0.5) s=500 ;; 0.75) s=750 ;; *) s=1000 ;; esac
echo "width $width: score $((s - 100 * depth + work))"
"""


class Scores(Case):
    def setUp(self):
        super().setUp()
        self.write("space.net", NET)
        self.write("score.sh", SCORE)
        os.mkdir(self.path("tmp"))
        self.words = ["space.net", "--target", "generic", "--fit", "ram=1M", "--score", "sh score.sh"]
        self.env = {**os.environ, "TMPDIR": self.path("tmp")}

    def fit(self, *words):
        done = self.lcc(*self.words, *words, env=self.env)
        self.assertEqual(os.listdir(self.path("tmp")), [])
        return done

    def calls(self):
        return self.read("calls").decode().splitlines()

    def test_the_best_score_wins(self):
        done = self.fit("--emit", "json", "-j", "2", "-o", "best.net")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--score: 8 of 24 runs failed; the first: exit status 1: too deep", done.stderr)
        self.assertEqual(len(self.calls()), 24)
        best = self.read("best.net").decode()
        self.assertIn("param width = 1.0 ", best)
        self.assertIn("param depth = 1\n", best)
        self.assertNotIn("search", best.split("net tiny")[0].split("# ")[-1].split("\n", 1)[1])

    def test_a_stopped_search_goes_on(self):
        for number, net, runs in ((signal.SIGTERM, NET, 24), (signal.SIGINT, LARGE, 40)):
            self.write("space.net", net)
            self.write("calls", "")
            whole = self.fit("--budget", "40")
            self.assertEqual(whole.returncode, 0, whole.stderr)
            self.assertEqual("by evolution" in whole.stdout, net == LARGE)
            self.write("calls", "")
            self.write("stop", "")
            scores = ["--scores", f"{number}.jsonl", "--budget", "40"]
            ends = os.pipe()  # which all that is started has open
            lcc = subprocess.Popen([LCC, *self.words, *scores], cwd=self.folder, env=self.env, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, pass_fds=[ends[1]])
            os.close(ends[1])
            while not os.path.exists(self.path("stopped")):
                self.assertIsNone(lcc.poll())
                time.sleep(0.02)
            lcc.send_signal(number)
            self.assertEqual(lcc.wait(60), -number)
            self.assertEqual(os.listdir(self.path("tmp")), [])
            self.assertEqual(select.select([ends[0]], [], [], 10)[0], [ends[0]], "a program is left")
            self.assertEqual(os.read(ends[0], 1), b"")
            os.close(ends[0])
            os.remove(self.path("stop"))
            os.remove(self.path("stopped"))
            with open(self.path(scores[1]), "ab") as f:
                f.write(b'{"candidate":"0123')
            again = self.fit(*scores)
            self.assertEqual((again.returncode, again.stdout, again.stderr), (0, whole.stdout, whole.stderr))
            self.assertEqual(len(self.calls()), runs + 1)
            self.assertEqual(len(self.read(scores[1]).splitlines()), runs)

    def test_budget_and_work(self):
        done = self.fit("--work", "1,3,9", "--scores", "s.jsonl", "--budget", "30")
        self.assertEqual(done.returncode, 0, done.stderr)
        works = [line.split()[2] for line in self.calls()]
        self.assertEqual((works.count("1"), works.count("3"), works.count("9")), (24, 6, 0))
        lines = [json.loads(line) for line in self.read("s.jsonl").splitlines()]
        self.assertEqual(sum(x.get("work") == 3 for x in lines), 6)
        done = self.fit("--work", "1,3,9", "--scores", "s.jsonl")
        self.assertEqual(done.returncode, 0, done.stderr)
        works = [line.split()[2] for line in self.calls()]
        self.assertEqual((works.count("1"), works.count("3"), works.count("9")), (24, 6, 2))

    def test_wrong_use(self):
        for words, why in ((["--budget", "0"], "--budget 0"), (["--budget", "3d"], "--budget 3d"), (["-j", "0"], "-j 0"),
                           (["--work", "3,1"], "--work 3,1"), (["--work", "1,,2"], "--work 1,,2")):
            done = self.fit(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn(why, done.stderr)
        done = self.lcc("space.net", "-o", "x.c", "--score", "true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--score", done.stderr)
        self.env["PATH"] = "/usr/bin:/bin"  # folders that may be read: else it is another error
        done = self.fit("--score", "no-such-program")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--score: cannot run 'no-such-program': No such file or directory", done.stderr)
        done = self.fit("--scores", "space.net")
        self.assertEqual(done.returncode, 1)
        self.assertIn("space.net:1:5: error: not a file of scores", done.stderr)
        self.assertEqual(self.read("space.net").decode(), NET)

    def scale(self, *words, net="scaled.net"):
        return self.lcc(net, "--target", "generic", "--fit-compound", "--score", "sh near.sh", *words, env=self.env)

    def test_compound_scaling(self):
        """The score is the better, the nearer the ratios are to 1.3, 1.05 and 1.2."""
        self.write("scaled.net", NET.replace("search width, depth in [1, 2, 3]", "param resolution = 64")
                   .replace(" in [0.25, 0.5, 0.75, 1.0]", "").replace("16, 16, 3", "resolution, resolution, 3")
                   .replace("depth  |", "ceil(2 * depth) |").replace("(2|4)", "2"))
        self.write("near.sh", "value() { sed -n \"s/^param $1 = //p\" $2; }\n"
                   "echo \"$(value depth $1) $(value width $1) $(value resolution $1)\" |\n"
                   "    awk '{ print 9 - ($1 - 1.3) ^ 2 - ($2 - 1.05) ^ 2 - ($3 / 64 - 1.2) ^ 2 }'\n")
        done = self.scale("--fit", "macs=1M,ram=1M", "-o", "best.net", "--scores", "s.jsonl", "-j", "2")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        block = ("compound phi = 0 {\n    depth            = 1.3\n    width            = 1.05\n    resolution_ratio = 1.2\n}\n"
                 "param resolution = round(64 * resolution_ratio)\n")
        self.assertIn(block, done.stdout)
        phi = float(re.search(r"^phi = ([\d.]+) is the largest", done.stdout, re.M)[1])
        self.assertIn(f"param resolution = {round(64 * 1.2 ** phi)}\n", self.read("best.net").decode())
        macs = [self.macs("best.net")]
        # The block in place of the params makes the same network, and a larger phi one that is too large.
        net = self.read("scaled.net").decode()
        self.write("block.net", block + net[net.index("net tiny"):])
        macs += [self.macs("block.net", "-D", f"phi={x}") for x in (phi, phi + 0.05)]
        self.assertEqual(macs[0], macs[1])
        self.assertLessEqual(macs[1], 10 ** 6)
        self.assertGreater(macs[2], 10 ** 6)
        told = json.loads(self.scale("--emit", "json", "--scores", "s.jsonl").stdout)
        self.assertEqual({name: told["compound"][name] for name in ("depth", "width", "resolution")},
                         {"depth": 1.3, "width": 1.05, "resolution": 1.2})
        self.assertEqual(len(told["scores"]), len(self.read("s.jsonl").splitlines()))
        # Smaller than the network as it is.
        done = self.scale("--fit", "macs=50K", "--scores", "s.jsonl")
        self.assertRegex(done.stdout, r"\nphi = -\d")
        done = self.scale("--fit", "macs=1", "--scores", "s.jsonl")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--fit-compound: not even phi = -8 keeps the limits of --fit", done.stderr)

    def macs(self, *words):
        return json.loads(self.good(*words, "--emit", "json", "--target", "generic"))["macs"]

    def test_wrong_use_of_compound_scaling(self):
        done = self.scale(net="space.net")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("--search:1:29: error: there is no param 'resolution'", done.stderr)
        self.assertIn("--search 'D, W, R' names others", done.stderr)
        done = self.lcc("space.net", "--fit-compound")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--fit-compound needs --score COMMAND", done.stderr)
        done = self.lcc("efficientnet.net", "--fit-compound", "--score", "false", "--budget", "3", env=self.env)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--fit-compound: none of the 61 networks has a score", done.stderr)


if __name__ == "__main__":
    unittest.main()
