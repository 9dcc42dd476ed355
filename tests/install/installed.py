"""What the tests of the installed lcc share: a tree installed once per run, then moved."""
import os
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.environ["LCC_SOURCE"]
BUILD = os.environ["LCC_BUILD_DIR"]
CMAKE = os.environ.get("CMAKE", "cmake")

NO_WEIGHTS = "lcc: warning: no weights are given: they are random, and predictions mean nothing\n"


def run(command, cwd, **keywords):
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          errors="replace", timeout=1500, **keywords)


class Installed(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.mkdtemp()
        first, cls.prefix = os.path.join(cls.scratch, "first"), os.path.join(cls.scratch, "moved")
        done = run([CMAKE, "--install", BUILD, "--prefix", first], cls.scratch)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        os.rename(first, cls.prefix)  # the tree must not depend on its place
        cls.lcc = os.path.join(cls.prefix, "bin", "lcc")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch, True)

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=self.scratch)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(content)

    def good(self, *command, cwd=None, **keywords):
        done = run(list(command), cwd or self.folder, **keywords)
        self.assertEqual(done.returncode, 0, " ".join(command) + "\n" + done.stdout + done.stderr)
        return done
