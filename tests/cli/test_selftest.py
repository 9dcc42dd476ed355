"""--selftest finds what it is offered for: flipped bits of weights, wrong pixels, reads and writes of dead memory."""
import os
import re
import unittest

from common import Case, SOURCE, compilers, run

# Flips bits of the weights that were handed over, one at a time, and counts those that are not found. -DEVERY_BIT: all bits;
# else 60 words from end to end, of each a bit of the mantissa, of the exponent and the sign.
FLIP = """#include "m.h"
#include <stdio.h>
#include <stdlib.h>
static unsigned char *file;
static long missed, flips;
static void flip(long byte, int bit) {
    file[byte] ^= (unsigned char)(1 << bit);
    missed += m_selftest() != M_SELFTEST_WEIGHTS;
    flips++;
    file[byte] ^= (unsigned char)(1 << bit);
}
int main(void) {
    FILE *f = fopen("m.weights", "rb");
    file = malloc(M_WEIGHTS_BYTES);
    if (!f || !file || fread(file, 1, M_WEIGHTS_BYTES, f) != M_WEIGHTS_BYTES) return 2;
    if (m_selftest() != M_SELFTEST_WEIGHTS) return 3; /* not bound */
    if (m_bind(file, M_WEIGHTS_BYTES) != 0) return 4;
    if (m_selftest() != 0) return 5;
    const long words = (M_WEIGHTS_BYTES - 64) / 4;
#ifdef EVERY_BIT
    for (long i = 64; i < M_WEIGHTS_BYTES; i++) {
        for (int bit = 0; bit < 8; bit++) flip(i, bit);
    }
#else
    for (long i = 0; i < 60; i++) {
        const long word = 64 + i * (words - 1) / 59 * 4;
        flip(word, 0), flip(word + 2, 3), flip(word + 3, 6), flip(word + 3, 7);
    }
#endif
    if (m_selftest() != 0) return 6;
    printf("%ld of %ld missed\\n", missed, flips);
    return missed != 0;
}
"""

# Makes one pixel of the largest map wrong, in several ways and places, and counts what is not found.
PLANT = """
static int planted = -1;
static void plant(float *y, int pixels, int pixel, int channels) {
    if (planted < 0) return;
    static const double places[] = {0, 0.3, 0.77, 1};
    float *at = y + (int)((pixels - 1) * places[planted % 4]) * pixel;
    double square = 0;
    for (int i = 0; i < pixels; i++) {
        for (int c = 0; c < channels; c++) square += (double)y[i * pixel + c] * (double)y[i * pixel + c];
    }
    const float mean = (float)__builtin_sqrt(square / pixels / channels);
    for (int c = 0; c < channels; c++) {
        if (planted / 4 == 0) at[c] = at[c] > 0 ? 0 : mean;      /* all of it, by as much as it is */
        if (planted / 4 == 1 && c == channels / 2) at[c] += mean; /* one channel */
        if (planted / 4 == 2 && c == channels - 1) at[c] -= mean / 50;
        if (planted / 4 == 3) at[c] += (c & 1 ? mean : -mean) / 20;
    }
}
"""
PLANT_MAIN = """
#include <stdio.h>
int main(void) {
    int missed = 0;
    if (m_selftest() != 0) return 2;
    for (planted = 0; planted < 16; planted++) {
        if (m_selftest() != STEP) printf("missed: %d\\n", planted), missed++;
    }
    planted = -1;
    return m_selftest() != 0 ? 3 : missed != 0;
}
"""
COMPARISON = re.compile(r"    if \(selftest_differs\((.+), (\d+), (\d+), (\d+), \d+, sums_(\d+), .*\) return \5;\n")


def zoo(name):
    return os.path.join(SOURCE, "dsl", name)


class SelfTest(Case):
    def emit(self, net, *words):
        done = self.lcc(net, "-o", "m.c", "--name", "m", "--selftest", *words)
        self.assertEqual(done.returncode, 0, done.stderr)


class FlippedBits(SelfTest):
    def check(self, net, *words, flags=()):
        self.emit(net, "--storage", "file", *words)
        self.write("flip.c", FLIP)
        self.compile("gcc", "-O2", *flags, "flip.c", "m.c", "-o", "flip")
        done = run(["./flip"], self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_every_bit_of_a_small_network(self):
        for words in ([], ["--weights-dtype", "f16"], ["--target", "generic"], ["--target", "generic", "--weights-dtype", "f16"]):
            self.check("tiny.net", *words, flags=["-DEVERY_BIT"])

    def test_every_bit_in_a_file_of_several_targets(self):
        if os.uname().machine == "x86_64":
            self.check("tiny.net", "--target", "x86-64,x86-64-v3,x86-64-v4", flags=["-DEVERY_BIT"])

    def test_sign_exponent_and_mantissa_of_mobilenet(self):
        self.check(zoo("mobilenet_v2.net"))

    def test_weights_within_the_program(self):
        """embed and incbin: a bit is flipped in the program's own bytes."""
        self.write("main.c", '#include "m.h"\nint main(void) { const int s = m_selftest(); return s < 0 ? 100 - s : s; }\n')
        for storage in ("embed", "incbin"):
            for target in ("native", "generic"):
                if (storage, target) == ("incbin", "generic"):
                    continue
                self.emit("tiny.net", "--storage", "file", "--target", target)
                weights = self.read("m.weights")[64:]
                self.emit("tiny.net", "--storage", storage, "--target", target)
                for cc in compilers()[:2]:
                    self.compile(cc, "-O3", "main.c", "m.c", "-o", "whole")
                    self.assertEqual(run(["./whole"], self.folder).returncode, 0)
                    program = self.read("whole")
                    begin = program.index(weights)
                    for at, bit in ((0, 0), (len(weights) // 3, 7), (len(weights) - 1, 6), (len(weights) // 2 // 4 * 4 + 3, 7)):
                        damaged = bytearray(program)
                        damaged[begin + at] ^= 1 << bit
                        self.write("damaged", bytes(damaged))
                        os.chmod(self.path("damaged"), 0o755)
                        self.assertEqual(run(["./damaged"], self.folder).returncode, 101, (storage, target, cc, at, bit))


class WrongPixels(SelfTest):
    def check(self, net, cc, *words):
        self.emit(net, *words)
        code = self.read("m.c").decode()
        steps = [(int(m[2]) * int(m[4]), m) for m in COMPARISON.finditer(code)]
        largest = max(steps, key=lambda s: s[0])[1]
        y, pixels, pixel, channels, step = largest.groups()
        code = code[:largest.start()] + f"    plant({y}, {pixels}, {pixel}, {channels});\n" + code[largest.start():]
        code = code.replace("static int selftest_differs(", PLANT + "static int selftest_differs(", 1)
        self.write("planted.c", code + PLANT_MAIN.replace("STEP", step))
        self.compile(cc, "-O2", "planted.c", "-o", "planted", "-lm")
        done = run(["./planted"], self.folder)
        self.assertEqual(done.returncode, 0, (net, words, done.stdout))

    def test_one_pixel_of_the_largest_map(self):
        for cc in compilers()[:1]:
            self.check(zoo("mobilenet_v2.net"), cc, "--storage", "incbin")
            self.check(zoo("mobilenet_v2.net"), cc, "--storage", "incbin", "--weights-dtype", "f16", "--target", "generic")
        for cc in compilers():
            self.check("tiny.net", cc)

    def test_no_false_alarm(self):
        """With and without contraction of a * b + c, at every level, by every compiler and thread count. The large network is
        compiled in one way by each clang."""
        contractions = ["-O2", "-ffp-contract=off"], ["-O3", "-ffp-contract=fast"]
        self.write("main.c", '#include "m.h"\nint main(void) { return m_selftest(); }\n')
        for net in ("tiny.net", zoo("mobilenet_v3_small.net")):
            for target in ("generic", "native"):
                self.emit(net, "--target", target, *(["--storage", "incbin"] if net != "tiny.net" else []))
                for i, cc in enumerate(compilers()):
                    ways = contractions if cc == "gcc" or net == "tiny.net" else [contractions[i % 2]]
                    for flags in [*ways, *([["-O1", "-fopenmp"]] if cc == "gcc" else [])]:
                        self.compile(cc, *flags, "main.c", "m.c", "-o", "program")
                        self.assertEqual(run(["./program"], self.folder).returncode, 0, (net, target, cc, flags))


class DeadMemory(SelfTest):
    """A step that reads what is not live, however little comes of it, gives different bits in the two runs."""

    def test_reads(self):
        self.write("main.c", '#include "m.h"\nint main(void) { return m_selftest(); }\n')
        self.emit("tiny.net", "--target", "generic")
        code = self.read("m.c").decode()
        tried = 0
        for found in COMPARISON.finditer(code):
            y, step = found[1], found[5]
            live = list(map(int, re.search(rf"in_{step}\[\] = \{{([^}}]*)\}}", code)[1].split(", ")))
            dead = [end for end, begin in zip([0, *live[1::2]], live[::2]) if end < begin]
            for at in dead:
                flip = f"((uint32_t *)(void *)({y}))[0] ^= 1;"  # far less than rounding
                for read in (f"if (AT({at})[0] > 0) {flip}", f"if (((signed char *)AT({at}))[0] < 0) {flip}"):
                    self.write("m.c", code[:found.start()] + "    " + read + "\n" + code[found.start():])
                    self.compile("gcc", "-O1", "main.c", "m.c", "-o", "program")
                    self.assertEqual(run(["./program"], self.folder).returncode, int(step), (step, read))
                    tried += 1
        self.assertGreater(tried, 3)


if __name__ == "__main__":
    unittest.main()
