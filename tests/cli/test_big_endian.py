"""Generic C on a big-endian machine, s390x under an emulator: answers, self-test and damaged weights, from every storage."""
import unittest

from common import Case, have_compiler, npy, read_npy, run

CC, EMULATOR = "s390x-linux-gnu-gcc", "qemu-s390x"
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]

# Two runs by two threads, which both are the first; then the self-test, also of damaged weights. Prints the outputs.
MAIN = """#include "model.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char image[TINY_IMAGE_SIZE];
static float probs[2][TINY_PROBS_SIZE];

static void *work(void *at) {
    tiny_run_in(malloc(TINY_ARENA_BYTES), image, (float *)at);
    return NULL;
}

int main(void) {
    pthread_t other;
    if (fread(image, 1, sizeof image, stdin) != sizeof image) return 1;
#ifdef FROM_FILE
    static unsigned char room[TINY_WEIGHTS_BYTES + 4];
    unsigned char *file = room + (4 - ((size_t)room & 3));
    FILE *f = fopen("model.weights", "rb");
    if (!f || fread(file, 1, TINY_WEIGHTS_BYTES, f) != TINY_WEIGHTS_BYTES) return 2;
    if (tiny_selftest() != TINY_SELFTEST_WEIGHTS) return 3;
    file[99] ^= 1;
    if (tiny_bind(file, TINY_WEIGHTS_BYTES) == 0) return 4;
    file[99] ^= 1;
    if (tiny_bind(file, TINY_WEIGHTS_BYTES) != 0) return 5;
#endif
    pthread_create(&other, NULL, work, probs[0]);
    work(probs[1]);
    pthread_join(other, NULL);
    if (memcmp(probs[0], probs[1], sizeof probs[0]) != 0) return 6;
    for (int i = 0; i < TINY_PROBS_SIZE; i++) printf("%a\\n", (double)probs[0][i]);
    return tiny_selftest() == 0 ? 0 : 7;
}
"""

# Flips a bit of each byte of the weights as the code reads them.
DAMAGE = """
int damage(void) {
    int missed = tiny_selftest() != 0;
    unsigned char *p = (unsigned char *)ordered_weights;
    for (size_t i = 0; i < sizeof ordered_weights; i++) {
        p[i] ^= (unsigned char)(1 << (i & 7));
        missed += tiny_selftest() != TINY_SELFTEST_WEIGHTS;
        p[i] ^= (unsigned char)(1 << (i & 7));
    }
    return missed;
}
"""


@unittest.skipUnless(have_compiler(CC) and have_compiler(EMULATOR), "the tools for s390x are not here")
class BigEndian(Case):
    def setUp(self):
        super().setUp()
        self.image = bytes((i * 37 + i // 48 * 11) % 256 for i in range(768))
        self.write("image.bin", self.image)
        self.write("image.npy", npy([16, 16, 3], list(self.image), "B"))
        self.write("main.c", MAIN)

    def emit(self, *words):
        done = self.lcc(*words, "--target", "generic", "--selftest", "-o", "model.c")
        self.assertEqual(done.returncode, 0, done.stderr)

    def check(self, storage, dtype):
        words = ["tiny.net", "--weights-dtype", dtype]
        self.emit(*words, "--storage", storage)
        self.assertEqual(self.lcc(*words, "--run", "image.npy", "--out", "probs.npy").returncode, 0)
        self.compile(CC, *STRICT, "-O2", "-c", "model.c")
        flags = ["-DFROM_FILE"] if storage == "file" else []
        self.compile(CC, "-O2", "-static", "-pthread", *flags, "main.c", "model.o", "-o", "program")
        with open(self.path("image.bin"), "rb") as image:
            done = run([EMULATOR, "./program"], self.folder, stdin=image)
        self.assertEqual((done.returncode, done.stderr), (0, ""), (storage, dtype))
        want = read_npy(self.path("probs.npy"))[1]
        got = [float.fromhex(line) for line in done.stdout.split()]
        self.assertEqual(len(got), len(want))
        for g, w in zip(got, want):
            self.assertLessEqual(abs(g - w), 1e-5 * max(want), (storage, dtype, got, want))

    def test_every_storage_and_type(self):
        for storage in ("embed", "incbin", "file"):
            for dtype in ("f32", "f16"):
                self.check(storage, dtype)

    def test_damaged_weights(self):
        self.write("damage.c", "int damage(void);\nint main(void) { return damage() != 0; }\n")
        for dtype in ("f32", "f16"):
            self.emit("tiny.net", "--weights-dtype", dtype)
            self.write("model.c", self.read("model.c") + DAMAGE.encode())
            self.compile(CC, "-O2", "-static", "damage.c", "model.c", "-o", "program")
            self.assertEqual(run([EMULATOR, "./program"], self.folder).returncode, 0, dtype)

    def test_ports_of_the_same_names(self):
        names = ("ordered_weights", "order_weights", "ready_weights", "weights_turns")
        self.write("odd.net", "net odd {\n" + "".join(f"    input {name}: f32[4, 4, 3]\n" for name in names) +
                   "    from " + " -> add(".join(names[:2]) + ") -> add(" + ") -> add(".join(names[2:]) + ") -> conv(3, 3)\n    output y\n}\n")
        for dtype in ("f32", "f16"):
            self.emit("odd.net", "--weights-dtype", dtype)
            self.compile(CC, *STRICT, "-O1", "-c", "model.c")
            header = self.read("model.h").decode()
            for name in names:
                self.assertIn(f"*the_{name}", header)

    def test_other_targets_say_so(self):
        """Their vectors are those of little-endian machines."""
        self.good("tiny.net", "--target", "x86-64", "-o", "model.c")
        self.assertIn("the weights in this file are little-endian", self.read("model.c").decode())


if __name__ == "__main__":
    unittest.main()
