"""examples/fit_mpi: a search whose candidates are scored by other ranks finds what lcc finds, also where a rank is lost, or a
command is killed."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

LCC, LCC_FIT = os.environ["LCC"], os.environ.get("LCC_FIT")
EXAMPLE = os.path.join(os.environ["LCC_SOURCE"], "examples", "fit_mpi")
NET = "# " + "so long that MPI does not send it at once " * 200 + """
param width = 1.0
search width in [0.25, 0.5, 0.75, 1.0], depth in [1, 2]
param depth = 1
net tiny {
    input image: uint8[16, 16, 3] -> normalize(mean = 127.5, std = 127.5)
    stage inverted_residual {
        repeat | out
        depth  | divisible(16 * width)
    }
    output features
}
"""
# Scores a candidate by its text, and notes which rank asked. The parent of the command is the rank.
SCORE = r"""width=$(sed -n 's/^param width = \([0-9.]*\).*/\1/p' "$1")
depth=$(sed -n 's/^param depth = \([0-9.]*\).*/\1/p' "$1")
echo "$PPID $width $depth" >> calls
trap 'echo end >> ends' EXIT
if [ "$width $depth" = "0.5 1" ] && mkdir once 2> /dev/null; then
    case $(cat trouble) in
    rank) kill -9 $PPID; sleep 100 ;;
    command) kill -9 $$ ;;
    esac
fi
if [ "$width $depth $(cat trouble)" = "0.25 1 idle" ]; then
    for i in $(seq 600); do
        test $(wc -l < ends) -ge 7 && break
        sleep 0.1
    done
    sleep 1  # the other rank has nothing to do then
    kill -9 $(cut -d ' ' -f 1 calls | grep -v -x $PPID | head -n 1)
fi
case $width in 0.25) s=250 ;; 0.5) s=500 ;; 0.75) s=750 ;; *) s=1000 ;; esac
test $width = 0.75 && echo wrong >&2 && exit 1
sleep 0.1
echo "score $((s - 100 * depth))"
"""


class FitMpi(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)
        for name, content in (("space.net", NET), ("score.sh", SCORE), ("trouble", "none")):
            self.write(name, content)
        os.mkdir(self.path("tmp"))
        # Open MPI's --oversubscribe and --allow-run-as-root, and ranks that wait leave the processor to others; another MPI does
        # not need these and passes them over.
        self.env = {**os.environ, "TMPDIR": self.path("tmp"), "LCC_FIT_PATIENCE": "60", "ASAN_OPTIONS": "detect_leaks=0",
                    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1",
                    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_mpi_yield_when_idle": "1"}

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(content)

    def run_words(self, *words):
        return subprocess.run(words, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=600, check=False)

    def search(self, ranks, *more):
        """(the finished process, who asked for the scores) of a search from the beginning; 0 ranks: by lcc itself."""
        subprocess.run(["rm", "-rf", self.path("calls"), self.path("once")], check=True)
        self.write("ends", "")
        start = ["mpirun", "--enable-recovery", "-n", str(ranks), LCC_FIT] if ranks else [LCC]
        done = self.run_words(*start, "space.net", "--target", "generic", "--fit", "ram=1M", "--emit", "json", "--score",
                              "sh score.sh", *more)
        with open(self.path("calls"), encoding="utf-8") as f:
            return done, [line.split() for line in f]

    def test_ranks_find_what_lcc_finds(self):
        alone, calls = self.search(0)
        self.assertEqual(alone.returncode, 0, alone.stderr)
        self.assertEqual(len(calls), 8)
        front = json.loads(alone.stdout)
        for ranks in (1, 3):
            done, calls = self.search(ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout), front)
            self.assertIn("--score: 2 of 8 runs failed; the first: exit status 1: wrong", done.stderr)
            self.assertEqual(len(calls), 8)
            self.assertEqual(len({rank for rank, _, _ in calls}), max(1, ranks - 1))
        for trouble in ("rank", "command", "idle"):
            self.write("trouble", trouble)
            self.env["LCC_FIT_PATIENCE"] = "60" if trouble == "command" else "6"
            done, calls = self.search(3, "--scores", f"{trouble}.jsonl")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout), front)
            self.assertEqual(len(calls), 8 if trouble == "idle" else 9)
            self.assertEqual("is lost: nothing was heard of it for 6 seconds" in done.stderr, trouble != "command")
            with open(self.path(f"{trouble}.jsonl"), encoding="utf-8") as f:
                self.assertEqual(len(f.readlines()), 8)

    def test_wrong_use(self):
        done = self.run_words("mpirun", "-n", "2", LCC_FIT, "space.net", "--fit", "ram=1M")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("needs --score COMMAND"), 1, done.stderr)
        done = self.run_words("mpirun", "-n", "3", LCC_FIT, "space.net", "--fit", "ram=1M", "--score", "./no-such-program")
        self.assertEqual(done.returncode, 1)
        self.assertIn("rank 1 is not used: --score: cannot run './no-such-program'", done.stderr)
        self.assertIn("no rank is left that can run the command", done.stderr)

    def test_readme(self):
        """The last command of the README finds the best network; the ones before it are tried as far as they configure."""
        with open(os.path.join(EXAMPLE, "README.md"), encoding="utf-8") as f:
            commands = re.search(r"^```\n(.*?)^```", f.read(), re.M | re.S)[1].splitlines()
        self.assertEqual(commands[:2], ["cmake -B build", "cmake --build build"])
        shutil.copytree(EXAMPLE, self.path("copy"), ignore=shutil.ignore_patterns("build*"))
        os.symlink(os.path.dirname(os.path.dirname(LCC_FIT)), self.path("copy/build"))
        done = self.run_words("sh", "-c", "cd copy && " + commands[2])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\nbest +1\.0 +2 ")
        done = self.run_words(os.environ.get("CMAKE", "cmake"), "-S", EXAMPLE, "-B", "alone")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    if not LCC_FIT or not shutil.which("mpirun"):
        print("SKIP: Debian's libopenmpi-dev and openmpi-bin are not both here")
        sys.exit(77)
    unittest.main()
