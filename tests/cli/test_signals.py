"""A signal that ends lcc leaves whole files or none: no temporary file, no folder of --tune, and no program that it ran."""
import glob
import itertools
import os
import shutil
import signal
import subprocess
import time
import unittest

from common import Case, LCC, SOURCE, compilers

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
MOST_TRIES = 60

# Its weights take 64 MB, and little else takes time.
LARGE = """net large {
    input x: f32[1, 1, 2048]
    dense(8192, bias = false) @"a"
    output y
}
"""


def restore():
    """A test runner in the background may have these ignored."""
    for s in SIGNALS:
        signal.signal(s, signal.SIG_DFL)


class Signals(Case):
    def start(self, words, prefix=(), **keywords):
        return subprocess.Popen([*prefix, LCC, *words], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                preexec_fn=restore, **keywords)

    def is_writing(self, lcc, before):
        """A new name in the folder, or a file of it that lcc has open under none."""
        if sorted(os.listdir(self.folder)) != before:
            return True
        for fd in glob.glob(f"/proc/{lcc.pid}/fd/*"):
            try:
                if os.readlink(fd).startswith(os.path.realpath(self.folder) + "/#"):
                    return True
            except OSError:
                pass # closed meanwhile
        return False

    def interrupt(self, words, delays, signals, prefix=()):
        """Signals so many seconds after lcc began to write: the outputs are whole, all new or all old."""
        others = sorted(os.listdir(self.folder))
        self.assertEqual(self.start(words, prefix).wait(300), 0)
        new = {n: self.read(n) for n in os.listdir(self.folder) if n not in others}
        ended, delays = set(), list(delays)
        for i in itertools.count():
            # A machine that is busy may look too late each time: then it is tried again without a delay.
            if i >= len(delays) and ended != {0} or i == MOST_TRIES:
                break
            delay = delays[i] if i < len(delays) else 0
            how = signals[i % len(signals)]
            old = {} if i % 2 else {n: b"old" for n in new}
            for n in new:
                if os.path.exists(self.path(n)):
                    os.remove(self.path(n))
                if n in old:
                    self.write(n, "old")
            before = sorted(os.listdir(self.folder))
            lcc = self.start(words, prefix)
            while lcc.poll() is None and not self.is_writing(lcc, before):
                time.sleep(0.001)
            time.sleep(delay)
            lcc.send_signal(how)
            status = lcc.wait(300)
            self.assertIn(status, (0, -how))
            ended.add(status)
            left = {n: self.read(n) for n in os.listdir(self.folder) if n not in others}
            self.assertEqual(sorted(left), sorted(new if left == new else old), (how, delay))
            self.assertTrue(left == new or (status and left == old), "files that are not whole")
        self.assertNotEqual(ended, {0}, "no signal came in time")

    def await_end_of_programs(self):
        """No program is left that has this test's folder among its words. One that was killed may take a moment to end."""
        until = time.monotonic() + 30
        while left := self.programs():
            self.assertLess(time.monotonic(), until, f"programs that lcc ran are left: {left}")
            time.sleep(0.01)

    def programs(self):
        found = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as f:
                    words = f.read()
            except OSError:
                continue # it ended meanwhile
            if self.folder.encode() in words:
                found.append(words)
        return found

    def test_while_weights_are_written(self):
        self.write("large.net", LARGE)
        self.interrupt(["large.net", "--target", "generic", "--storage", "file", "-o", "m.c"],
                       [0.004 * i for i in range(16)], (*SIGNALS, signal.SIGKILL))

    def test_while_a_large_network_is_written(self):
        net = os.path.join(SOURCE, "dsl", "efficientnet.net")
        self.interrupt([net, "--variant", "b4", "--target", "generic", "--storage", "file", "-o", "m.c"],
                       [0, 0.01, 0.05, 0.2], (*SIGNALS, signal.SIGKILL))

    def test_where_files_need_temporary_names(self):
        """Without /proc a file without a name could not get one."""
        hide = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]
        if subprocess.run([*hide, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("hiding /proc is not permitted")
        self.write("large.net", LARGE)
        self.interrupt(["large.net", "--target", "generic", "--storage", "file", "-o", "m.c"],
                       [0.006 * i for i in range(9)], SIGNALS, hide)

    def test_an_ignored_signal_stays_ignored(self):
        self.write("large.net", LARGE)
        lcc = subprocess.Popen([LCC, "large.net", "--storage", "file", "-o", "m.c"], cwd=self.folder, stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        while lcc.poll() is None:
            lcc.send_signal(signal.SIGHUP)
            time.sleep(0.01)
        self.assertEqual(lcc.returncode, 0)
        self.assertEqual(sorted(os.listdir(self.folder)), ["large.net", "m.c", "m.h", "m.weights", "tiny.net"])

    def interrupt_measuring(self, words, made, tries):
        """Signals after some tenths of a second, while the C compiler that lcc runs waits, or at any time. Nothing is left but, where
        lcc was done before, the files that it makes."""
        compiler = (compilers() or [None])[0]
        if not compiler:
            self.skipTest("there is no C compiler here")
        before = sorted([*os.listdir(self.folder), "cc.sh"])
        for i in range(tries):
            scratch = self.path("scratch")
            os.mkdir(scratch)
            how = SIGNALS[i % 3]
            # The compiler waits, where it is to be found at work.
            self.write("cc.sh", f"#!/bin/sh\nsleep {0 if i % 2 else 77.25}\nexec {compiler} \"$@\"\n")
            os.chmod(self.path("cc.sh"), 0o700)
            lcc = self.start(words, env={**os.environ, "CC": self.path("cc.sh"), "TMPDIR": scratch})
            while lcc.poll() is None and not os.listdir(scratch):
                time.sleep(0.001)
            time.sleep(0.12 * i)
            lcc.send_signal(how)
            status = lcc.wait(600)
            self.assertIn(status, (-how,) if i % 2 == 0 else (-how, 0))
            self.assertEqual(os.listdir(scratch), [])
            shutil.rmtree(scratch)
            self.assertEqual(sorted(os.listdir(self.folder)), sorted([*before, *made]) if status == 0 else before)
            self.await_end_of_programs()
            for n in made:
                if os.path.exists(self.path(n)):
                    os.remove(self.path(n))

    def test_while_tiles_are_measured(self):
        self.interrupt_measuring(["tiny.net", "--tune", "t.json", "-o", "m.c"], ["m.c", "m.h", "t.json"], 12)

    def test_while_a_search_measures(self):
        self.write("three.net", "search width in [8, 16, 24]\nparam width = 16\nnet three {\n    input x: f32[8, 8, 3]\n"
                   "    conv(width, 3) -> relu\n    output y\n}\n")
        self.interrupt_measuring(["three.net", "--fit", "time=3600s", "--target", "generic", "--measure", "-o", "best.net"],
                                 ["best.net"], 8)


if __name__ == "__main__":
    unittest.main()
