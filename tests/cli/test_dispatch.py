"""Several targets in one C file: what it looks like, what it needs, and that all other options go with it.

That each target computes the right answer is tests/diff/test_targets.py's business.
"""
import json
import os
import re
import unittest

from common import compilers, run
from test_generated import STORAGES, Generated, runnable_targets

ALL = "x86-64,x86-64-v3,x86-64-v4"
CONSTANTS = {"x86-64": "TARGET_SSE2", "x86-64-v3": "TARGET_AVX2", "x86-64-v4": "TARGET_AVX512"}
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wvla", "-Werror"]
VERSION = ('#include "model.h"\n#include <stdio.h>\n'
           "int main(void) {\n    printf(\"%s\\n\", tiny_version());\n    return 0;\n}\n")

# A network of which no two targets lay out the arena alike.
UNEVEN = """net tiny {
    input image: uint8[13, 13, 3]
    conv(16, 1) -> relu
    shuffle_unit_v2(26, stride = 2)
    shuffle_unit_v2(26)
    shuffle_unit_v2(26)
    output probs
    conv(10, 1) -> relu
    slice(8, 2)
    output map
}
"""


def forced(target):
    return "-DTINY_TARGET=" + CONSTANTS[target]


class Description(Generated):
    """What lcc says of several targets; on any machine."""

    def test_the_order_of_the_names_does_not_matter(self):
        self.good("tiny.net", "-o", "model.c", "--target", ALL)
        first = self.read("model.c"), self.read("model.h")
        self.good("tiny.net", "-o", "model.c", "--target", "x86-64-v4,x86-64,x86-64-v3")
        self.assertEqual((self.read("model.c"), self.read("model.h")), first)
        self.assertIn(b"--target x86-64,x86-64-v3,x86-64-v4", first[0])

    def test_one_name_in_a_list_is_one_target(self):
        self.good("tiny.net", "-o", "model.c", "--target", "x86-64-v3")
        self.assertNotIn(b"chosen_target", self.read("model.c"))

    def test_json_and_header_give_the_largest(self):
        self.write("uneven.net", UNEVEN)
        one = [json.loads(self.good("uneven.net", "--emit", "json", "--target", target)) for target in ALL.split(",")]
        told = json.loads(self.good("uneven.net", "--emit", "json", "--target", ALL))
        self.good("uneven.net", "-o", "model.c", "--target", ALL)
        header = self.read("model.h").decode()
        for key in ("arena_bytes", "thread_bytes"):
            most = max(about[key] for about in one)
            self.assertEqual(told[key], most)
            self.assertIn(f"TINY_{key.upper()} {most}\n", header)
        self.assertIn(f"TINY_WEIGHTS_BYTES {told['weights_bytes']}\n", header)
        self.assertEqual(told["target"], ALL)
        self.assertEqual([t["name"] for t in told["targets"]], ALL.split(","))
        for target, about in zip(told["targets"], one):
            for key in ("arena_bytes", "thread_bytes", "macs_emitted"):
                self.assertEqual(target[key], about[key])
            self.assertEqual(target["steps"], len(about["steps"]))
            self.assertLess(target["weights_bytes"] - about["weights_bytes"], 64)  # no more than its alignment
        self.assertEqual(sum(t["weights_bytes"] for t in told["targets"]), told["weights_bytes"])

    def test_summary_says_what_each_costs(self):
        told = json.loads(self.good("tiny.net", "--emit", "json", "--target", ALL))
        text = self.good("tiny.net", "--summary", "--target", ALL)
        self.assertIn(f"weights   {told['weights_bytes']:,} bytes: each of the 3 targets has its own\n", text)
        for target in told["targets"]:
            self.assertRegex(text, rf"(?m)^  {target['name']} +{target['steps']} steps, arena {target['arena_bytes']:,}, "
                                   rf"weights {target['weights_bytes']:,} bytes: ")

    def test_ram_is_limited_for_all(self):
        largest = json.loads(self.good("tiny.net", "--emit", "json", "--target", ALL))["arena_bytes"]
        done = self.lcc("tiny.net", "-o", "model.c", "--target", ALL, "--max-ram", "64")
        self.assertEqual(done.returncode, 1)
        self.assertIn("error: ", done.stderr)
        self.good("tiny.net", "-o", "model.c", "--target", ALL, "--max-ram", str(largest))


@unittest.skipUnless(os.uname().machine == "x86_64", "this machine is no x86-64")
class Code(Generated):
    def test_no_compiler_warns(self):
        for targets, storage in ((ALL, "embed"), ("x86-64,x86-64-v4", "incbin"), ("x86-64-v3,x86-64-v4", "file")):
            self.good("tiny.net", "-o", "model.c", "--target", targets, "--selftest", "--profile", "--storage", storage)
            for cc in compilers():
                self.compile(cc, "-O2", *WARNINGS, "-c", "model.c")
                self.compile(cc, "-O0", *WARNINGS, "-DTINY_PROFILE", "-DTINY_TARGET=TARGET_AVX512", "-c", "model.c")

    def test_what_it_needs_and_offers(self):
        self.good("tiny.net", "-o", "model.c", "--target", ALL)
        for cc in compilers():
            for level in ("-O0", "-O3"):
                self.compile(cc, level, "-c", "model.c")
                symbols = [line.split() for line in self.program("nm", "model.o").splitlines()]
                needs = {words[-1] for words in symbols if words[-2] == "U"}
                self.assertLessEqual(needs, {"memcpy", "memset", "__cpu_model", "_GLOBAL_OFFSET_TABLE_"}, (cc, level))
                offers = {words[-1] for words in symbols if words[-2].isupper()} - needs
                self.assertEqual(offers, {"tiny_run", "tiny_run_in", "tiny_run_threads_in", "tiny_run_on", "tiny_version"})
                self.assertEqual({words[-1].split(".")[0] for words in symbols if words[-2] in "bBdDC"}, {"learned", "static_arena"},
                                 (cc, level))

    def test_every_target_and_storage(self):
        """Each target's answer by every storage: the same bits as in a file of its own."""
        want = self.reference()
        for target in set(runnable_targets()) & set(CONSTANTS):
            self.good("tiny.net", "-o", "model.c", "--target", target)
            alone = self.answer("gcc", "-O2", "main.c", "model.c")
            self.assert_close(alone, want)
            for storage in STORAGES:
                self.good("tiny.net", "-o", "model.c", "--target", ALL, "--storage", storage)
                more = ["-DFROM_FILE"] if storage == "file" else []
                self.assertEqual(self.answer("gcc", "-O2", forced(target), *more, "main.c", "model.c"), alone)

    def test_the_best_runs(self):
        best = [target for target in runnable_targets() if target in CONSTANTS][-1]
        self.write("version.c", VERSION)
        self.good("tiny.net", "-o", "model.c", "--target", ALL)
        for cc in compilers():
            self.compile(cc, "-O2", "version.c", "model.c", "-o", "version")
            self.assertEqual(self.program("./version").split(", ")[1], best)

    def test_sanitizers(self):
        self.good("tiny.net", "-o", "model.c", "--target", ALL)
        for target in set(runnable_targets()) & set(CONSTANTS):
            self.assert_close(self.answer("gcc", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
                                          forced(target), "main.c", "model.c"), self.reference())

    def test_two_in_one_program(self):
        self.good("tiny.net", "-o", "one.c", "--name", "one", "--target", ALL, "--storage", "incbin")
        self.good("tiny.net", "-o", "two.c", "--name", "two", "--target", ALL, "--storage", "incbin")
        self.write("both.c", '#include "one.h"\n#include "two.h"\n#include <string.h>\nint main(void) {\n'
                             "    static unsigned char image[ONE_IMAGE_SIZE];\n    float a[5], b[5];\n"
                             "    one_run(image, a), two_run(image, b);\n    return memcmp(a, b, sizeof a) != 0;\n}\n")
        self.compile("gcc", "-O2", "one.c", "two.c", "both.c", "-o", "both")
        self.program("./both")

    def test_selftest_is_that_of_the_target(self):
        """Any damage to the weights is seen by their hash. Without it, the steps of the damaged target alone see it."""
        self.write("self.c", '#include "model.h"\nint main(void) { return tiny_selftest() != WANTED; }\n')
        self.good("tiny.net", "-o", "model.c", "--target", ALL, "--selftest", "--storage", "incbin")
        source = self.read("model.c").decode()
        hashed = re.search(r"if \(selftest_weights\(\) != \S+\) return TINY_SELFTEST_WEIGHTS;", source).group()
        self.write("steps.c", source.replace(hashed, "(void)selftest_weights();"))
        sizes = [t["weights_bytes"] for t in json.loads(self.good("tiny.net", "--emit", "json", "--target", ALL))["targets"]]
        whole = self.read("model.weights")
        self.assertEqual(len(whole), sum(sizes))
        targets = [t for t in ALL.split(",") if t in runnable_targets()]
        # The assembler reads the weights, so the compiler runs once for each target.
        self.compile("gcc", "-O1", "-S", forced(targets[-1]), "model.c", "-o", "model.s")
        for target in targets:
            self.compile("gcc", "-O1", "-S", forced(target), "steps.c", "-o", target + ".s")
        for i, damaged in enumerate([*targets, None]):
            weights = bytearray(whole)
            if damaged:
                at = sum(sizes[:i]) + sizes[i] // 2 // 4 * 4
                weights[at:at + 64] = b"\x00\x00\x80\x41" * 16  # 16.0
            self.write("model.weights", bytes(weights))
            wanted = "-DWANTED=" + ("TINY_SELFTEST_WEIGHTS" if damaged else "0")
            self.compile("gcc", "-O1", wanted, "self.c", "model.s", "-o", "self")
            self.assertEqual(run(["./self"], self.folder).returncode, 0, damaged)
            for target in targets:
                self.compile("gcc", "-O1", "-DWANTED=0", "self.c", target + ".s", "-o", "self")
                failed = run(["./self"], self.folder).returncode
                self.assertEqual(failed, int(target == damaged), (target, damaged))

    def test_hooks(self):
        self.good("tiny.net", "-o", "model.c", "--target", ALL, "--profile")
        self.write("hooks.c", '#include "model.h"\n#include <stdio.h>\n'
                              "void tiny_profile_hook(int step, const char *name, int begin) {\n"
                              '    printf("%d %s %d\\n", step, name, begin);\n}\n'
                              "int main(void) {\n    static unsigned char image[TINY_IMAGE_SIZE];\n"
                              "    float probs[TINY_PROBS_SIZE];\n    tiny_run(image, probs);\n    return 0;\n}\n")
        most = int(re.search(rb"TINY_STEPS (\d+)", self.read("model.h")).group(1))
        steps = {t["name"]: t["steps"] for t in json.loads(self.good("tiny.net", "--emit", "json", "--target", ALL))["targets"]}
        self.assertEqual(most, max(steps.values()))
        for target in set(runnable_targets()) & set(CONSTANTS):
            self.compile("gcc", "-O1", "-DTINY_PROFILE", forced(target), "hooks.c", "model.c", "-o", "hooks")
            calls = [line.split() for line in self.program("./hooks").splitlines()]
            self.assertEqual([(int(s), int(b)) for s, _, b in calls],
                             [(s, b) for s in range(1, steps[target] + 1) for b in (1, 0)])


class Ports(Generated):
    def test_names_that_the_file_uses_itself(self):
        self.write("odd.net", """net odd {
    input thread: f32[4, 4, 3]
    input i: f32[4, 4, 3]
    from thread -> conv(3, 3) -> add(i)
    output threads
    conv(2, 1) -> relu
    output all
    conv(2, 1)
    output TARGET_AVX2
    conv(2, 1)
    output run_steps
    conv(2, 1)
    output differs
    global_avg_pool -> dense(4)
    output dense_2_to_4
}
""")
        self.compiles("odd.net")

    def test_names_of_its_macros_and_of_openmp(self):
        self.write("odd.net", """net odd {
    input MAX_THREADS: f32[4, 4, 3]
    from MAX_THREADS -> conv(3, 3)
    output odd_run_in
    conv(2, 1) -> relu
    output odd_run_threads_in
    conv(2, 1)
    output NULL
    conv(2, 1)
    output ODD_ARENA_BYTES
    conv(2, 1)
    output ODD_THREAD_BYTES
    conv(2, 1)
    output omp_get_thread_num
    conv(2, 1)
    output run_steps_sse2
    conv(2, 1)
    output odd_profile_hook
    conv(2, 1)
    output odd_run_on
    conv(2, 1)
    output share_steps_sse2
}
""")
        self.compiles("odd.net")

    def compiles(self, net):
        for target in ("generic", "x86-64", ALL):
            self.good(net, "-o", "model.c", "--target", target, "--selftest", "--profile")
            for cc in compilers():
                self.compile(cc, "-O1", *WARNINGS, "-c", "model.c")
                self.compile(cc, "-O1", *WARNINGS, "-DODD_PROFILE", "-c", "model.c")
            self.compile("gcc", "-O1", "-fopenmp", *WARNINGS, "-c", "model.c")


if __name__ == "__main__":
    unittest.main()
