"""What the command leaves behind: all of its files or none, the same bytes everywhere, and nothing over its inputs."""
import os
import re
import shutil
import signal
import subprocess
import unittest
import zipfile

from common import Case, LCC, NO_WEIGHTS, limit_file_size, npy, run


class AllOrNothing(Case):
    def fails(self, message, *words, **keywords):
        self.bad(1, NO_WEIGHTS + message + "1 error\n", *words, **keywords)

    def test_places_that_take_no_file(self):
        self.fails("lcc: error: none/model.c: cannot write: No such file or directory\n", "tiny.net", "-o", "none/model.c")
        self.fails("lcc: error: tiny.net/model.c: cannot write: Not a directory\n", "tiny.net", "-o", "tiny.net/model.c")
        os.mkdir(self.path("dir.c"))
        self.fails("lcc: error: dir.c: cannot write: it is a folder\n", "tiny.net", "-o", "dir.c")
        os.symlink("/dev/full", self.path("full.c"))
        self.fails("lcc: error: full.c: cannot write: not a regular file\n", "tiny.net", "-o", "full.c")
        os.symlink("/dev/full", self.path("half.h"))
        self.fails("lcc: error: half.h: cannot write: not a regular file\n", "tiny.net", "-o", "half.c")

    def test_a_folder_that_is_not_ours(self):
        if os.getuid() == 0:
            place = "/proc/model.c"
            done = self.lcc("tiny.net", "-o", place)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"lcc: error: {place}: cannot write: ", done.stderr)
            return
        os.mkdir(self.path("locked"), 0o500)
        self.fails("lcc: error: locked/model.c: cannot write: Permission denied\n", "tiny.net", "-o", "locked/model.c")
        self.assertEqual(os.listdir(self.path("locked")), [])

    def test_files_that_grow_too_large(self):
        """The limit strikes in the C file, or in the weights after the C file was written."""
        for bytes_, storage in ((1000, "embed"), (1000, "file")):
            done = self.lcc("tiny.net", "-o", "model.c", "--storage", storage, preexec_fn=limit_file_size(bytes_))
            self.assertEqual(done.returncode, 1)
            self.assertIn(": cannot write: File too large\n", done.stderr)
            self.assertEqual(os.listdir(self.folder), ["tiny.net"])

    def test_old_files_stay_when_new_ones_cannot_be_written(self):
        self.write("model.c", "old code")
        self.write("model.h", "old header")
        self.lcc("tiny.net", "-o", "model.c", preexec_fn=limit_file_size(2000))
        self.assertEqual((self.read("model.c"), self.read("model.h")), (b"old code", b"old header"))
        self.assertEqual(sorted(os.listdir(self.folder)), ["model.c", "model.h", "tiny.net"])

    def test_a_full_disk(self):
        os.mkdir(self.path("disk"))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", self.path("disk")],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if mounted.returncode:
            self.skipTest("mounting a small file system is not permitted")
        try:
            done = self.lcc("tiny.net", "-o", "disk/model.c")
            self.assertEqual(done.returncode, 1)
            self.assertIn("cannot write: No space left on device\n", done.stderr)
            self.assertEqual(os.listdir(self.path("disk")), [])
        finally:
            subprocess.run(["umount", self.path("disk")], check=True)

    def test_an_error_in_the_network_writes_nothing(self):
        self.write("bad.net", "net bad {\n    input x: f32[4, 4, 3]\n    conv(0, 1)\n    output y\n}\n")
        done = self.lcc("bad.net", "-o", "model.c")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"(?s)^bad\.net:3:\d+: error: .*\n    3 \|     conv\(0, 1\)\n.*\n1 error\n$")
        self.assertEqual(sorted(os.listdir(self.folder)), ["bad.net", "tiny.net"])

    def test_missing_weights_write_nothing(self):
        with zipfile.ZipFile(self.path("w.npz"), "w") as archive:
            archive.writestr("stem.weight.npy", npy([8, 3, 3, 3], [0.0] * 216))
        done = self.lcc("tiny.net", "-w", "w.npz", "-o", "model.c")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("stem.weight", done.stderr)
        self.assertIn("30 of the 31 tensors", done.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), ["tiny.net", "w.npz"])

    def test_permissions_follow_the_mask(self):
        self.good("tiny.net", "-o", "model.c", preexec_fn=lambda: os.umask(0o027))
        self.assertEqual(os.stat(self.path("model.c")).st_mode & 0o777, 0o640)
        self.assertEqual(os.stat(self.path("model.h")).st_mode & 0o777, 0o640)


class Links(Case):
    """A symbolic link at an output's place stays, and the file that it leads to is written."""

    def test_they_are_followed(self):
        os.makedirs(self.path("far/away"))
        os.symlink("away/real.c", self.path("far/link.c"))
        os.symlink("far/link.c", self.path("model.c"))
        os.symlink(self.path("far/real.h"), self.path("model.h")) # leads nowhere yet
        os.symlink("far/real.weights", self.path("model.weights"))
        os.symlink("far/real.d", self.path("model.d"))
        self.write("far/away/real.c", "old")
        self.good("tiny.net", "-o", "plain.c", "--storage", "file")
        words = ("tiny.net", "-o", "model.c", "--storage", "file", "--depfile", "model.d")
        done = self.lcc(*words, preexec_fn=limit_file_size(2000))
        self.assertEqual(done.returncode, 1)
        self.assertEqual((self.read("far/away/real.c"), sorted(os.listdir(self.path("far")))), (b"old", ["away", "link.c"]))
        self.good(*words)
        self.assertEqual(sorted(n for n in os.listdir(self.folder) if os.path.islink(self.path(n))),
                         ["model.c", "model.d", "model.h", "model.weights"])
        self.assertEqual(sorted(os.listdir(self.path("far"))), ["away", "link.c", "real.d", "real.h", "real.weights"])
        self.assertEqual(self.read("far/real.weights"), self.read("plain.weights"))
        self.assertEqual(self.read("far/away/real.c"), self.read("plain.c").replace(b"plain.", b"model."))
        self.assertFalse(os.path.islink(self.path("far/away/real.c")))

    def test_other_outputs(self):
        self.write("x.npy", npy([16, 16, 3], [0] * 768, "B"))
        for words in (("--emit", "json", "-o", "link"), ("--emit", "net", "-o", "link"), ("--run", "x.npy", "--out", "link")):
            os.symlink("real", self.path("link"))
            self.good("tiny.net", *words)
            self.assertTrue(os.path.islink(self.path("link")))
            self.assertGreater(len(self.read("real")), 100)
            os.remove(self.path("link"))
            os.remove(self.path("real"))

    def test_links_that_lead_nowhere(self):
        os.symlink("none/real.c", self.path("model.c"))
        self.bad(1, NO_WEIGHTS + "lcc: error: model.c: cannot write: No such file or directory\n1 error\n", "tiny.net", "-o",
                 "model.c")
        os.symlink("b.c", self.path("a.c"))
        os.symlink("a.c", self.path("b.c"))
        self.bad(1, NO_WEIGHTS + "lcc: error: a.c: cannot write: Too many levels of symbolic links\n1 error\n", "tiny.net",
                 "-o", "a.c")

    def test_two_links_to_one_file(self):
        os.symlink("real", self.path("model.c"))
        os.symlink("./real", self.path("model.h"))
        self.bad(1, NO_WEIGHTS + "lcc: error: model.h: this file would be written twice\n1 error\n", "tiny.net", "-o", "model.c")


class StandardOutput(Case):
    def test_full(self):
        for words in (["--version"], ["--help"], ["tiny.net", "--summary"], ["tiny.net", "--emit", "json"]):
            with open("/dev/full", "wb") as full:
                done = self.lcc(*words, stdout=full)
            self.assertEqual(done.returncode, 1, words)
            self.assertIn("lcc: error: standard output: cannot write: No space left on device\n1 error\n", done.stderr)

    def test_closed(self):
        done = subprocess.run(["/bin/sh", "-c", '"$0" --version >&-', LCC], stderr=subprocess.PIPE, encoding="utf-8")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "lcc: error: standard output: cannot write: Bad file descriptor\n1 error\n")

    def test_a_reader_that_goes_away(self):
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "wb") as gone:
            done = self.lcc("--help", stdout=gone, preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))
        self.assertEqual((done.returncode, done.stderr),
                         (1, "lcc: error: standard output: cannot write: Broken pipe\n1 error\n"))

    def test_a_full_output_leaves_no_code(self):
        with open("/dev/full", "wb") as full:
            done = self.lcc("tiny.net", "--summary", "-o", "model.c", stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(os.listdir(self.folder), ["tiny.net"])


class Inputs(Case):
    """An output that is an input is refused, whatever its name."""

    def refused(self, name, *words):
        before = {n: self.read(n) for n in os.listdir(self.folder)}
        done = self.lcc(*words)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.endswith(f"lcc: error: {name}: this file is an input, and would be overwritten\n1 error\n"), done.stderr)
        self.assertEqual({n: self.read(n) for n in os.listdir(self.folder)}, before)

    def test_the_network(self):
        os.rename(self.path("tiny.net"), self.path("model.h"))
        self.refused("model.h", "model.h", "-o", "model.c")
        os.symlink("model.h", self.path("other.c"))
        self.refused("other.c", "model.h", "-o", "other.c")
        self.refused("./model.h", "model.h", "--emit", "net", "-o", "./model.h")

    def test_what_is_imported(self):
        self.write("part.h", "param n = 5\n")
        self.write("net.net", 'import "part.h"\n' + self.read("tiny.net").decode().replace("dense(5)", "dense(n)"))
        self.refused("part.h", "net.net", "-o", "part.c")

    def test_the_samples(self):
        self.write("x.npy", npy([16, 16, 3], [0] * 768, "B"))
        self.refused("x.npy", "tiny.net", "--run", "x.npy", "--out", "x.npy")

    def test_one_file_twice(self):
        done = self.lcc("tiny.net", "-o", "model.c", "--depfile", "model.h")
        self.assertEqual(done.returncode, 1)
        self.assertIn("lcc: error: model.h: this file would be written twice\n", done.stderr)


class SameBytes(Case):
    def make(self, folder, model, *words, **keywords):
        os.makedirs(self.path(folder), exist_ok=True)
        self.good(model, "-o", os.path.join(folder, "model.c"), *words, **keywords)
        return {n: self.read(os.path.join(folder, n)) for n in sorted(os.listdir(self.path(folder)))}

    def test_wherever_it_runs(self):
        os.mkdir(self.path("deep"))
        shutil.copy(self.path("tiny.net"), self.path("deep/tiny.net"))
        for words in ([], ["--storage", "incbin", "--selftest", "--profile"], ["--storage", "file", "--target", "generic"]):
            with self.subTest(words):
                here = self.make("a", "tiny.net", *words)
                there = self.make("b", self.path("deep/tiny.net"), *words,
                                  env={"LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo", "HOME": "/nonexistent"})
                self.assertEqual(here, there)
                for text in here.values():
                    self.assertNotIn(self.folder.encode(), text)

    def test_in_a_folder_far_away(self):
        one = self.make("a", "tiny.net")
        os.mkdir(self.path("b"))
        done = run([LCC, self.path("tiny.net"), "-o", self.path("b/model.c")], "/")
        self.assertEqual(done.returncode, 0)
        self.assertEqual((self.read("b/model.c"), self.read("b/model.h")), (one["model.c"], one["model.h"]))

    def test_the_command_in_the_banner_makes_the_same_file(self):
        self.write("p.net", "param n = 1\n" + self.read("tiny.net").decode().replace("dense(5)", "dense(n)"))
        self.good("./p.net", "-D", "n=2 + 1", "-o", self.path("model.c"), "--seed", "3", "--selftest")
        first = self.read("model.c")
        command = re.search(rb"^ \*     (lcc .*)$", first, re.M).group(1).decode()
        self.assertIn("-D 'n=2 + 1'", command)
        done = subprocess.run(["/bin/sh", "-c", command.replace("lcc", '"$0"', 1), LCC], cwd=self.folder, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.read("model.c"), first)

    def test_a_command_that_would_end_the_comment(self):
        name = "a *" + "\\ '?" + "?=b.net"
        os.rename(self.path("tiny.net"), self.path(name))
        self.good(name, "-o", "model.c")
        banner = self.read("model.c").split(b"*/")[0]
        self.assertIn(b"\n *     lcc ", banner)
        self.assertIn(b"-o model.c", banner)


class Depfile(Case):
    def test_rule(self):
        self.write("part of.net", "param n = 5\n")
        self.write("a.net", 'import "part of.net"\n' + self.read("tiny.net").decode().replace("dense(5)", "dense(n)"))
        self.good("a.net", "-o", "model.c", "--storage", "file", "--depfile", "model.d")
        self.assertEqual(self.read("model.d").decode(), "model.c model.h model.weights: \\\n  a.net \\\n  part\\ of.net\n")

    def test_make_reads_it(self):
        if not shutil.which("make"):
            self.skipTest("there is no make here")
        self.good("tiny.net", "-o", "model.c", "--depfile", "model.d")
        self.write("Makefile", "include model.d\nmodel.c model.h:\n\t@echo stale\n")
        self.assertEqual(run(["make", "-s", "model.c"], self.folder).stdout, "")
        os.utime(self.path("tiny.net"))
        stamp = os.stat(self.path("model.c")).st_mtime_ns
        os.utime(self.path("tiny.net"), ns=(stamp + 10**9, stamp + 10**9))
        self.assertEqual(run(["make", "-s", "model.c"], self.folder).stdout, "stale\n")


if __name__ == "__main__":
    unittest.main()
