"""C of quantised layers that multiply by weights. The self-test compares a hash of every step with the interpreter's: on every
target of this machine, on a big-endian machine, from every storage. Without real numbers the C has no float."""
import os
import re
import unittest

from common import Case, compilers, have_compiler, run

# Each is the body of a network with the input x.
BODIES = {
    "chain": """conv(19, 3, stride = 2, q = [0.05, -20]) @"stem" -> relu
    depthwise(3, q = [0.1, 5]) -> relu6
    conv(18, 1, q = [0.05, 7])
    residual(q = [0.06, -4]) {
        conv(40, 1, q = [0.05, 3])
        depthwise(5, q = [channels, -9])
        conv(18, 1, q = [0.04, 12])
    }
    conv(24, 3, groups = 3, q = [0.05, 9])""",
    "windows": """depthwise(3, multiplier = 2, padding = valid, q = [0.05, -20])
    depthwise(11, q = [0.04, 5])
    depthwise(3, stride = 2, dilation = 2, q = [0.03, 5]) -> swish(q = [0.03, 9])
    conv(37, 1, q = [channels, 7])
    conv(24, 3, dilation = 2, pad_value = 0.5, q = [0.05, 9])""",
    "shuffled": """conv(36, 1, one_weight_scale = true, q = [0.02, -3]) -> shuffle(groups = 3)
    conv(24, 1, groups = 3, q = [0.03, 2]) -> hswish(q = [0.03, -100])
    conv(20, 2, padding = valid, bias = false, q = [0.02, 11]) -> dense(33, q = [0.04, 0]) -> dense(5, q = [0.03, 1])""",
}
NETWORK = """default rounding = {rounding}

net m {{
    input x: {type}[9, 11, 6] (q = [0.02, {zero}])
    {body}
    output y
}}
"""
MAIN = """#include "m.h"
#include <stdio.h>
int main(void) {
#ifdef FROM_FILE
    static union {
        unsigned char bytes[M_WEIGHTS_BYTES];
        double aligned;
    } room;
    FILE *f = fopen("m.weights", "rb");
    if (!f || fread(room.bytes, 1, sizeof room.bytes, f) != sizeof room.bytes) return 100;
    if (m_bind(room.bytes, sizeof room.bytes) != 0) return 101;
#endif
    return m_selftest();
}
"""
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
BIG_ENDIAN, EMULATOR = "s390x-linux-gnu-gcc", "qemu-s390x"
ALL_X86 = "x86-64,x86-64-v3,x86-64-v4"
# Flips a bit of each byte of the weights as the code reads them.
DAMAGE = """
int damage(void) {
    int missed = m_selftest() != 0;
    unsigned char *p = (unsigned char *)ordered_weights;
    for (size_t i = 0; i < sizeof ordered_weights; i++) {
        p[i] ^= (unsigned char)(1 << (i & 7));
        missed += m_selftest() != M_SELFTEST_WEIGHTS;
        p[i] ^= (unsigned char)(1 << (i & 7));
    }
    return missed;
}
"""


class CodeKernels(Case):
    def setUp(self):
        super().setUp()
        self.write("main.c", MAIN)

    def emit(self, name, rounding, *options):
        kind = ("uint8", 130) if rounding == "tflite" else ("int8", 3)
        self.write("m.net", NETWORK.format(rounding=rounding, type=kind[0], zero=kind[1], body=BODIES[name]))
        done = self.lcc("m.net", "--selftest", *options, "-o", "m.c")
        self.assertEqual(done.returncode, 0, done.stderr)

    def runs(self, what, *command):
        done = run(list(command), self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""), what)

    def every(self):
        return [(name, rounding) for name in BODIES for rounding in ("once", "tflite")]

    def test_every_step_is_the_interpreters(self):
        sanitize = ["-fsanitize=address,undefined", "-fno-sanitize-recover"]
        for name, rounding in self.every():
            for options in (["--target", "generic"], [], ["--max-ram", "min"]):
                self.emit(name, rounding, *options)
                flags = STRICT if "generic" in options else ["-std=gnu11", *STRICT[1:]]
                self.compile("gcc", "-O1", *flags, *sanitize, "main.c", "m.c", "-o", "m")
                self.runs((name, rounding, options), "./m")

    @unittest.skipUnless(os.uname().machine == "x86_64", "for another kind of machine")
    def test_every_x86(self):
        """Each target compiles; the weakest and the one that is chosen run here."""
        self.emit("chain", "once", "--target", ALL_X86)
        for compiler in compilers():
            for target in (["-DM_TARGET=TARGET_SSE2"], []):
                self.compile(compiler, "-O1", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror", *target, "main.c", "m.c",
                             "-o", "m")
                self.runs((compiler, target), "./m")

    def test_no_float(self):
        for name, rounding in self.every():
            self.emit(name, rounding, "--target", "generic", "--profile")
            text = re.sub(r"/\*.*?\*/", "", self.read("m.c").decode() + self.read("m.h").decode(), flags=re.S)
            self.assertEqual(re.findall(r"\b(?:float|double|f32x1\w*)\b", text), [], name)

    @unittest.skipUnless(have_compiler(BIG_ENDIAN) and have_compiler(EMULATOR), "the tools for s390x are not here")
    def test_big_endian(self):
        for name, rounding in self.every():
            for storage in ("embed", "file") if rounding == "once" else ("incbin",):
                self.emit(name, rounding, "--target", "generic", "--storage", storage)
                flags = ["-DFROM_FILE"] if storage == "file" else []
                self.compile(BIG_ENDIAN, "-O1", "-static", *STRICT, *flags, "main.c", "m.c", "-o", "m")
                self.runs((name, rounding, storage), EMULATOR, "./m")

    @unittest.skipUnless(have_compiler(BIG_ENDIAN) and have_compiler(EMULATOR), "the tools for s390x are not here")
    def test_damaged_weights(self):
        self.write("damage.c", "int damage(void);\nint main(void) { return damage() != 0; }\n")
        self.write("m.net", "net m {\n    input x: int8[2, 2, 5] (q = [0.02, 3])\n    conv(6, 1, groups = 1, q = [0.05, 1])\n"
                            "    depthwise(3, q = [0.05, 1])\n    output y\n}\n")
        self.assertEqual(self.lcc("m.net", "--selftest", "--target", "generic", "-o", "m.c").returncode, 0)
        self.write("m.c", self.read("m.c") + DAMAGE.encode())
        self.compile(BIG_ENDIAN, "-O1", "-static", "damage.c", "m.c", "-o", "m")
        self.runs("damaged weights", EMULATOR, "./m")


if __name__ == "__main__":
    unittest.main()
