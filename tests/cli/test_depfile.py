"""--depfile, as make and ninja read it: whatever the files are called, the output is made anew when one of them changes, or
the name is refused."""
import os
import shutil
import subprocess
import unittest

from common import Case, NO_WEIGHTS, npy

# What make and ninja both read, some of it escaped.
GOOD = ["plain", "with blank", " front", "a  b", "#", "a#b", "$", "a$b", "a$$b", "$(shell touch ran)x", "${HOME}b", "a\\b", "a\\ b",
        "a\\\\ b", "a\\\\b", "a #$b", "a+b", "a,b", "a@b", "@a", "!a", "-a", "{a,b}", "a{b}", "(a)b", "a(b", "a]b", "a~b",
        "\u00e9", "a..b", "x" * 100]

# What one of them reads as something else.
BAD = {"a\nb": "a control character", "a\tb": "a control character", "a\x7fb": "a control character", "~a": "'~' at its front",
       **{name: "a backslash before '#' or '$', or at its end" for name in ("a\\#b", "a\\$b", "a\\")}, "a ": "a blank at its end",
       "a(b)": "')' at its end", "x\n\ttouch ran\n#": "a control character", **{f"a{c}b": f"'{c}'" for c in ":;|=%*?[&'\"<>^`"}}

OLD, NEW = 1_000_000_000, 2_000_000_000


def in_ninja(name):
    return name.replace("$", "$$").replace(" ", "$ ").replace(":", "$:")


class Depfile(Case):
    def ask_make(self, target):
        """Whether make would make it anew."""
        with open(self.path("m.d"), encoding="utf-8") as f:
            rule = f.read()
        self.write("Makefile", rule + "\ttouch made\n")
        status = subprocess.run(["make", "-q", "--", target], cwd=self.folder, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)
        self.assertIn(status.returncode, (0, 1), (target, status.stderr, rule))
        return status.returncode == 1

    def ask_ninja(self, target):
        self.write("build.ninja",
                   f"rule r\n  command = touch made\n  depfile = m.d\n  generator = 1\nbuild {in_ninja(target)}: r\n")
        done = subprocess.run(["ninja", "-n", "-d", "explain"], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("expected depfile", done.stdout)
        self.assertNotIn("missing", done.stdout)
        return "older than most recent input" in done.stdout

    def check(self, target, source):
        """Made anew when the source is newer, and not when it is older."""
        for tool, ask in (("make", self.ask_make), ("ninja", self.ask_ninja)):
            if not shutil.which(tool):
                continue
            for name in os.listdir(self.folder):
                os.utime(self.path(name), (OLD, OLD))
            os.utime(self.path(target), (NEW, NEW))
            self.assertFalse(ask(target), (tool, target, source))
            os.utime(self.path(source), (NEW + 1, NEW + 1))
            self.assertTrue(ask(target), (tool, target, source))
        self.assertFalse(os.path.exists(self.path("made")) or os.path.exists(self.path("ran")))

    def test_names_that_both_read(self):
        for name in GOOD:
            os.rename(self.path("tiny.net"), self.path(name))
            self.good("--emit", "net", "-o", "out", "--depfile", "m.d", "--", name)
            self.check("out", name)
            os.rename(self.path(name), self.path("tiny.net"))
            self.good("tiny.net", "--emit", "net", "-o", name, "--depfile", "m.d")
            self.check(name, "tiny.net")
            os.remove(self.path(name))

    def test_names_that_are_refused(self):
        for name, what in BAD.items():
            os.rename(self.path("tiny.net"), self.path(name))
            shown = "".join(c if " " <= c != "\x7f" else "?" for c in name)
            said = f"lcc: error: --depfile: make or ninja cannot read the name '{shown}': it has {what}\n1 error\n"
            self.bad(1, said, name, "--emit", "net", "-o", "out", "--depfile", "m.d")
            os.rename(self.path(name), self.path("tiny.net"))
            self.bad(1, said, "tiny.net", "--emit", "net", "-o", name, "--depfile", "m.d")

    def test_every_file_that_is_read(self):
        self.write("part=1.net", "param n = 5\n")
        self.write("a.net", 'import "part=1.net"\n' + self.read("tiny.net").decode())
        said = "lcc: error: --depfile: make or ninja cannot read the name '{}': it has '='\n1 error\n"
        self.bad(1, NO_WEIGHTS + said.format("part=1.net"), "a.net", "-o", "m.c", "--depfile", "m.d")
        self.write("t=1.json", '{"format": 1, "target": "generic", "tiles": {}}')
        self.bad(1, NO_WEIGHTS + said.format("t=1.json"), "tiny.net", "--target", "generic", "--tune", "t=1.json", "-o", "m.c",
                 "--depfile", "m.d")

    def test_samples_and_labels(self):
        """What --dtype int8 reads of them is in the output."""
        with open(self.path("a.npy"), "wb") as f:
            f.write(npy([2, 16, 16, 3], [i * i % 251 for i in range(2 * 16 * 16 * 3)], "B"))
        with open(self.path("b.npy"), "wb") as f:
            f.write(npy([2], [0, 3], "B"))
        done = self.lcc("tiny.net", "--dtype", "int8", "--calibrate", "a.npy", "--labels", "b.npy", "--emit", "json", "-o", "out",
                        "--depfile", "m.d")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("tiny.net", "a.npy", "b.npy"):
            self.check("out", name)


if __name__ == "__main__":
    unittest.main()
