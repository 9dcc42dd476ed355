"""C of quantised layers that multiply by no weights. The self-test compares a hash of every step with the interpreter's."""
import re
import unittest

from common import Case, compilers, run

# Each is the body of a network with the inputs x and z, of which x is at work.
BODIES = {
    "sums": """requantize(q = [0.07, 4]) as w
    from x -> add(w, q = [0.09, -11]) -> relu6(q = [0.09, -11]) -> sub(z, q = [0.1, 3])
    requantize(q = [0.07, 4]) -> min(w) -> max(w)""",
    "products": """mul(z, q = [0.08, -3]) -> hswish(q = [0.05, -100]) as w
    from x -> global_avg_pool(q = [0.02, 7]) -> sigmoid(q = [1 / 256, -128]) -> mul(w, q = [0.03, 9])
    tanh(q = [1 / 128, 0]) -> swish(q = [0.01, -60])""",
    "channels": """requantize(q = [channels, 5]) as w
    requantize(q = [0.05, 0]) as v
    from w -> avg_pool(3, stride = 2) -> dequantize
    output reals
    from w -> mul(v, q = [channels, 8]) -> global_avg_pool(q = [0.01, 4])
    output means
    from w -> max_pool(2) -> upsample(2, nearest) -> requantize(q = [0.04, 11])""",
    "pools": """avg_pool(3) -> max_pool(3, stride = 2) -> avg_pool(2, padding = valid, q = [0.03, 9])
    avg_pool(3, count_pad = true) -> avg_pool(3, count_pad = true, q = [0.02, -40])""",
    "means": """reduce(mean, [w, c], q = [0.01, -5]) as rows
    from x
    reduce(mean, h, q = [0.02, 12]) as columns
    from x -> reduce(sum, [h, w], q = [1.5, 0]) -> dequantize
    output sums
    from x -> reduce(max, c) -> add(rows, q = [0.03, 0]) -> add(columns, q = [0.05, -7])""",
    "softmax": """softmax(q = [1 / 256, -128]) as w
    from x
    softmax(h, q = [1 / 256, -128]) -> add(w, q = [0.008, -128]) as v
    from v -> argmax
    output places
    from v""",
    "moves": """pad([1, 2, 0, 1], value = 0.5) -> pad(1, mode = reflect) -> slice(1, 7, axis = h) -> transpose([1, 0, 2]) as w
    concat(w, axis = h) -> slice(3, 8, axis = c, step = 2) -> transpose([2, 1, 0])""",
    "resizes": """upsample(2, nearest) -> upsample(2, bilinear) -> resize([7, 5], linear)
    resize([9, 9], linear, q = [0.06, 2]) -> resize([5, 3], nearest)""",
    "constants": """constant(8, 7, 1, q = [0.02, 1]) as w
    from x -> mul(w, q = [0.02, -9])""",
    "padding": """depthwise(3, stride = 2, pad_value = [3, -2, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9, 1e6, -5], q = [0.3, 2])
    depthwise(5, dilation = 2, pad_value = -1, q = [0.4, -7]) -> conv(3, 1, padding = valid, pad_value = 2, q = [0.2, 0])""",
    "mixed": """dequantize -> sigmoid -> quantize(q = [1 / 256, 0], dtype = uint8) as w
    output bytes
    from x -> dequantize -> quantize(q = [0.04, 11]) -> dequantize -> relu""",
}
NETWORK = """default rounding = {rounding}

net m {{
    input x: int8[8, 7, 20] (q = [0.05, -7])
    input z: int8[8, 7, 20] (q = [0.03, 21])
    from x
    {body}
    output y
}}
"""
MAIN = """#include "m.h"
int m_plant;
int main(void) {
    if (m_selftest() != 0) return 1;
    for (m_plant = 1; m_plant <= STEPS; m_plant++) {
        if (m_selftest() == 0) return 2;
    }
    return 0;
}
"""
COMPARISON = re.compile(r"( +)if \(selftest_codes_differ\((.+), \d+, \d+, \d+, UINT32_C\(0x\w+\)\)\) return (\d+);\n")


class Codes(Case):
    def check(self, name, rounding, *options):
        """Every step makes the interpreter's codes, and the self-test finds it where one of them is another one."""
        self.write("m.net", NETWORK.format(rounding=rounding, body=BODIES[name]))
        self.good("m.net", "--seed", "1", "--selftest", "-o", "m.c", *options)
        text = self.read("m.c").decode()
        steps = len(COMPARISON.findall(text))
        self.assertGreater(steps, 0)
        numbers = iter(range(1, steps + 1))
        planted = COMPARISON.sub(lambda m: f"{m[1]}if (m_plant == {next(numbers)}) *{m[2]} ^= 1;\n{m[0]}", text)
        self.write("m.c", "extern int m_plant;\n" + planted)
        self.write("main.c", MAIN.replace("STEPS", str(steps)))
        for cc in compilers()[:1]:
            self.compile(cc, "-O1", "-Wall", "-Wextra", "-Wconversion", "-Werror", "m.c", "main.c", "-o", "m")
            self.assertEqual(run(["./m"], self.folder).returncode, 0, f"{name}, {rounding}, {options}")

    def test_every_step_is_the_interpreters(self):
        for name in BODIES:
            for rounding in ("once", "tflite"):
                self.check(name, rounding, "--target", "generic")
            self.check(name, "once", "--target", "native", "--max-ram", "min")

    def test_padding_of_floats(self):
        """The padding of a depthwise layer has a value in networks of floats, too."""
        for target in ("generic", "native"):
            self.write("m.net", """net m {
    input x: f32[9, 7, 3]
    depthwise(3, stride = 2, pad_value = [3, -2, 0.5]) -> depthwise(3, pad_value = -1) -> conv(4, 1)
    output y
}
""")
            self.good("m.net", "--seed", "1", "--selftest", "-o", "m.c", "--target", target)
            self.write("main.c", '#include "m.h"\nint main(void) { return m_selftest(); }\n')
            self.compile(compilers()[0], "-O1", "-Wall", "-Wextra", "-Werror", "m.c", "main.c", "-o", "m")
            self.assertEqual(run(["./m"], self.folder).returncode, 0)

    def test_ports(self):
        """The header has the type, the scale and the zero point of each port that holds codes."""
        self.write("m.net", """net m {
    input image: uint8[2, 2, 3] (q = [0.5, 128])
    input real: f32[2, 2, 3]
    from image -> requantize(q = [channels, -3])
    output wide
    from real -> quantize(q = [0.1, -4])
    output y
}
""")
        self.good("m.net", "--seed", "1", "-o", "m.c", "--target", "generic")
        header = self.read("m.h").decode()
        for line in ("#define M_IMAGE_SCALE 0.5f\n", "#define M_IMAGE_ZERO (128)\n", "#define M_Y_SCALE 0.1f\n",
                     "#define M_Y_ZERO (-4)\n", "#define M_WIDE_ZERO (-3)\n", "#define M_WIDE_SCALES \\\n",
                     "void m_run(const uint8_t *image, const float *real, int8_t *wide, int8_t *y);\n"):
            self.assertIn(line, header)
        self.assertNotIn("M_REAL_SCALE", header)
        self.write("main.c", """#include "m.h"
static const float scales[M_WIDE_C] = M_WIDE_SCALES;
int main(void) { return scales[0] > 0 && scales[2] > 0 && M_Y_SCALE * (-4 - M_Y_ZERO) == 0 ? 0 : 1; }
""")
        for cc in compilers():
            self.compile(cc, "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "m.c", "main.c", "-o", "m")
            self.assertEqual(run(["./m"], self.folder).returncode, 0)

    def test_numbers_beyond_all_codes(self):
        """Infinities, what is no number, and halves, by both roundings."""
        for rounding, codes in (("once", "-128, 127, -128, 2, 4, 2, 0"), ("tflite", "-128, 127, -128, 3, 4, 1, -1")):
            self.write("m.net", f"""default rounding = {rounding}

net m {{
    input x: f32[1, 1, 7]
    from x -> quantize(q = [0.5, 2])
    output y
}}
""")
            self.good("m.net", "-o", "m.c", "--target", "generic")
            self.write("main.c", f"""#include "m.h"
#include <math.h>
int main(void) {{
    static const float x[7] = {{-INFINITY, INFINITY, NAN, 0.25f, 0.75f, -0.25f, -1.25f}};
    static const int8_t wanted[7] = {{{codes}}};
    int8_t y[7];
    m_run(x, y);
    for (int i = 0; i < 7; i++) {{
        if (y[i] != wanted[i]) return i + 1;
    }}
    return 0;
}}
""")
            self.compile(compilers()[0], "-O1", "-Wall", "-Werror", "m.c", "main.c", "-o", "m")
            self.assertEqual(run(["./m"], self.folder).returncode, 0, rounding)


if __name__ == "__main__":
    unittest.main()
