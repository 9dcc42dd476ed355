#!/usr/bin/env python3
"""Tests the tools of this folder on a small network, without any rival: test_parts.py --lcc LCC [--cc CC]."""
import argparse
import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import foreign
import programs

HERE = os.path.dirname(os.path.abspath(__file__))
NET = os.path.join(HERE, "small.net")
LOGITS, PIXELS = 10, 16 * 16 * 3


def count_functions(path):
    """How many functions a WebAssembly file defines: what its third section begins with."""
    with open(path, "rb") as f:
        data = f.read()

    def number(at):
        value = shift = 0
        while True:
            byte = data[at]
            value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
            if byte < 128:
                return value, at

    at = 8
    while data[at] != 3:
        size, at = number(at + 1)
        at += size
    return number(number(at + 1)[1])[0]


def has_flag(name):
    """Whether Linux says so of the processor."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as f:
            return name in f.read().split()
    except OSError:
        return False


class Parts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        folder = cls.folder = cls.room.name
        cls.about = programs.describe(OPTIONS.lcc, [NET])
        cls.compiled = programs.compile_network(OPTIONS.lcc, OPTIONS.cc, [NET], folder, 1)
        cls.bench = programs.compile_bench(OPTIONS.cc, folder)
        cls.peak = programs.compile_peak(OPTIONS.cc, cls.about["target"], folder)
        cls.image = cls.write("image.bytes", bytes(i * 37 % 251 for i in range(PIXELS)))
        cls.expected = cls.reference()

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    @classmethod
    def write(cls, name, data):
        path = os.path.join(cls.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    @classmethod
    def reference(cls):
        """The interpreter's logits. A .npy file is a header whose length is its ninth and tenth byte, then the numbers."""
        header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (16, 16, 3), }\n"
        with open(cls.image, "rb") as f:
            image = cls.write("image.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + f.read())
        out = os.path.join(cls.folder, "logits.npy")
        programs.run([OPTIONS.lcc, NET, "--run", image, "--out", out])
        with open(out, "rb") as f:
            data = f.read()
        kind = "d" if b"f8" in data[:64] else "f"
        return list(struct.unpack(f"<{LOGITS}{kind}", data[10 + struct.unpack("<H", data[8:10])[0]:]))

    def run_bench(self, expected, *more):
        logits = self.write("expected.floats", struct.pack(f"<{LOGITS}f", *expected))
        return subprocess.run([self.bench, "--peak", self.peak, "--runs", "20", "--bytes", self.image, "--tensor", self.image,
                               "--expect", logits, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)

    def test_times_a_network(self):
        done = self.run_bench(self.expected, "--cpu-time", "--lcc", self.compiled)
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        rival = result["rivals"][0]
        self.assertEqual((len(result["rivals"]), rival["name"], rival["runs"]), (1, "lcc", 20))
        self.assertLess(0, rival["min_ms"])
        self.assertLessEqual(rival["min_ms"], rival["median_ms"])
        self.assertLess(rival["difference"], 1e-4)
        self.assertIn(self.about["target"], rival["version"])
        # No network outruns the peak. (In processor time: the tests run side by side.)
        self.assertLess(2e-6 * self.about["macs"] / rival["min_ms"], result["peak_gflops"])

    def test_times_on_a_busy_machine(self):
        done = self.run_bench(self.expected, "--beside", "1", "--lcc", self.compiled, "--lcc-alone", self.compiled,
                              str(self.about["arena_bytes"]))
        self.assertEqual(done.returncode, 0, done.stderr)
        rivals = json.loads(done.stdout)["rivals"]
        self.assertEqual([rival["name"] for rival in rivals], ["lcc", "lcc, one thread"])
        for rival in rivals:
            times = [rival[key] for key in ("min_ms", "median_ms", "p90_ms", "p99_ms")]
            self.assertEqual(times, sorted(times))
            self.assertLess(rival["difference"], 1e-4)

    def test_refuses_wrong_answers(self):
        for wrong in (1e-2 * max(map(abs, self.expected)), float("nan")):
            done = self.run_bench(self.expected[:-1] + [self.expected[-1] + wrong], "--lcc", self.compiled)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("lcc gives another answer", done.stderr)

    def test_ratio_of_signal_to_noise(self):
        """A logit that is off by a hundredth of the largest passes where 20 dB are asked for, and not where 60 are."""
        power, noise = sum(x * x for x in self.expected), (1e-2 * max(map(abs, self.expected)))
        wrong = self.expected[:-1] + [self.expected[-1] + noise]
        again = self.write("right.floats", struct.pack(f"<{LOGITS}f", *self.expected))
        more = ["--name", "first", "--lcc", self.compiled, "--expect", again, "--lcc", self.compiled]
        done = self.run_bench(wrong, "--least-snr", "20", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        first, second = json.loads(done.stdout)["rivals"]
        self.assertEqual((first["name"], second["name"], first["same_top"]), ("first", "lcc", True))
        self.assertAlmostEqual(first["snr_db"], 10 * math.log10(power / noise**2), delta=0.2)
        self.assertLess(60, second["snr_db"])
        self.assertEqual(self.run_bench(wrong, "--least-snr", "60", *more).returncode, 1)
        order = sorted(range(LOGITS), key=lambda i: -self.expected[i])
        other_first = list(self.expected)
        other_first[order[1]] = self.expected[order[0]] + noise
        done = self.run_bench(other_first, "--least-snr", "1", "--lcc", self.compiled)
        self.assertFalse(json.loads(done.stdout)["rivals"][0]["same_top"], done.stderr)

    def test_asks_a_peer(self):
        """The peer answers each byte with the milliseconds 7, 8, 9, .. and the logits."""
        source = self.write("peer.py", b"""import os, struct, sys
took = 7
while os.read(0, 1):
    os.write(1, struct.pack("<d", took) + bytes.fromhex(sys.argv[1]))
    took += 1
""")
        logits = struct.pack(f"<{LOGITS}f", *self.expected).hex()
        with subprocess.Popen([sys.executable, source, logits], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as peer:
            ends = peer.stdout.fileno(), peer.stdin.fileno()
            path = self.write("expected.floats", bytes.fromhex(logits))
            result = json.loads(programs.run([self.bench, "--peak", self.peak, "--runs", "5", "--expect", path, "--peer", "other",
                                              *map(str, ends)], pass_fds=ends))
            peer.kill()
        rival = result["rivals"][0]  # 7 was the check of the answer, 8 the run that does not count
        self.assertEqual((rival["name"], rival["min_ms"], rival["median_ms"], rival["runs"]), ("other", 9, 11, 5))

    def test_says_what_is_missing(self):
        for more, words in ((["--lcc", "/nonexistent.so"], "no network: "),
                            (["--ort", "/nonexistent.so", "x.onnx"], "cannot load /nonexistent.so"),
                            (["--ort", self.compiled, "x.onnx"], "is not ONNX Runtime"),
                            (["--threads", "0", "--lcc", self.compiled], "--threads is out of range"),
                            (["--threads", "2", "--cpu-time"], "one thread only"),
                            (["--beside", "65"], "--beside is out of range"),
                            (["more"], "what is this: more")):
            done = self.run_bench(self.expected, *more)
            self.assertEqual((done.returncode, done.stdout), (2, ""), more)
            self.assertIn(words, done.stderr)

    def test_steps(self):
        out = programs.run([sys.executable, os.path.join(HERE, "steps.py"), NET, "--lcc", OPTIONS.lcc, "--cc", OPTIONS.cc,
                            "--runs", "20", "--sort", "time"])
        lists = [[[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if line.startswith("|")]
                 for part in out.split("\n\n")]
        rows, families = lists[0][2:], lists[1][2:]
        self.assertEqual(sorted(int(row[3]) for row in rows), list(range(1, len(self.about["steps"]) + 1)))
        self.assertEqual({row[0] for row in rows}, {step["layer"] for step in self.about["steps"]})
        times = [float(row[6]) for row in rows]
        self.assertEqual(times, sorted(times, reverse=True))
        self.assertAlmostEqual(sum(float(row[-1]) for row in rows), 100, delta=0.1 * len(rows))
        self.assertEqual((families[-1][0], int(families[-1][1])), ("all", len(rows)))
        self.assertEqual({family[0] for family in families[:-1]}, {step["kind"] for step in self.about["steps"]})
        self.assertEqual(sum(int(family[1]) for family in families[:-1]), len(rows))
        self.assertAlmostEqual(float(families[-1][2]), self.about["macs_emitted"] / 1e6, delta=0.01)
        self.assertRegex(out, r"One run: \d+\.\d+ ms")

    @unittest.skipUnless(has_flag("avx512_bf16"), "this processor does not multiply bfloat16")
    def test_bfloat16(self):
        out = programs.run([sys.executable, os.path.join(HERE, "bf16.py"), NET, "--lcc", OPTIONS.lcc, "--cc", OPTIONS.cc,
                            "--runs", "5"])
        cells = [float(cell) for cell in out.splitlines()[-1].split("|")[2:-1]]
        self.assertEqual(len(cells), 6)
        self.assertLess(0, cells[2])
        self.assertLess(0, cells[5])

    @unittest.skipUnless(shutil.which("wasm-opt") and shutil.which("clang"), "takes clang and wasm-opt")
    def test_steps_stay_functions(self):
        """wasm-opt, which clang runs, does not make one function of all steps, which V8 makes slow code of."""
        with tempfile.TemporaryDirectory() as folder:
            built = foreign.build(OPTIONS.lcc, foreign.Wasm32("wasm32", folder), "wasm32", [NET], os.path.join(folder, "net"))
            with open(os.path.join(folder, "net", "net.c"), encoding="utf-8") as f:
                steps = re.findall(r"^static void \w+\(.*\) __attribute__\(\(noinline\)\);$", f.read(), re.M)
            self.assertGreater(len(steps), 3)
            self.assertGreater(count_functions(built), len(steps))

    def test_networks_are_known(self):
        for name in programs.DEFAULT_NETWORKS:
            self.assertTrue(os.path.exists(programs.arguments_of(name)[0]), name)
        with self.assertRaisesRegex(RuntimeError, "no network is called lenet"):
            programs.arguments_of("lenet")

    def gflops(self, peak):
        return json.loads(programs.run([self.bench, "--cpu-time", "--peak", peak]))["peak_gflops"]

    def test_peaks(self):
        with self.assertRaisesRegex(RuntimeError, "no peak"):
            programs.compile_peak(OPTIONS.cc, "pdp-11", self.folder)
        if re.match("x86|i.86", os.uname().machine):
            with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
                peaks = [programs.compile_peak(OPTIONS.cc, "generic", one), programs.compile_peak(OPTIONS.cc, "x86-64", two)]
                # 4 lanes to 1. What else runs on the processor may slow one of the two down, but not each time.
                self.assertTrue(any(self.gflops(peaks[1]) > 2 * self.gflops(peaks[0]) for _ in range(10)))


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser()
    PARSER.add_argument("--lcc", required=True)
    PARSER.add_argument("--cc", default="cc")
    OPTIONS, REST = PARSER.parse_known_args()
    unittest.main(argv=sys.argv[:1] + REST)
