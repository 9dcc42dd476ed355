"""examples/cpp: a class around a network, and threads."""
import os
import re
import shutil
import unittest

from example import EXAMPLES, FASHION, Example, has_sanitizer, run

# What the class promises beyond what the program needs of it.
CHECK = """#include "fashion.h"
#include "model.hpp"
#include <cstdio>
#include <utility>

using Fashion = Model<fashion_run_in, FASHION_IMAGE_SIZE, FASHION_PROBS_SIZE, FASHION_ARENA_BYTES, FASHION_ARENA_ALIGN>;
static_assert(std::is_same_v<Fashion::In, std::uint8_t> && std::is_same_v<Fashion::Out, float>);
static_assert(!std::is_copy_assignable_v<Fashion>);

int main() {
    Fashion model;
    std::vector<std::uint8_t> pixels(FASHION_IMAGE_SIZE, 100);
    Fashion::Input same;
    same.fill(100);
    Fashion::Output probs = model(pixels);
    if (model(same) != probs) return 1;
    Fashion moved = std::move(model);
    if (moved(pixels) != probs) return 2;
    model = Fashion();
    if (model(pixels) != probs) return 3;
    pixels.pop_back();
    try {
        model(pixels);
    } catch (const std::invalid_argument &wrong) {
        std::puts(wrong.what());
        return 0;
    }
    return 4;
}
"""

WARNINGS = ["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


class Cpp(Example):
    name = "cpp"

    def test_answers(self):
        expected = self.fashion_answers()
        program = os.path.join(self.build(), "many")
        paths = list(expected) * 5
        told = {threads: self.good(program, "--threads", threads, *paths).stdout for threads in ("1", "3", "64")}
        told["as many as there are processors"] = self.good(program, *paths).stdout
        self.assertEqual(len(set(told.values())), 1)
        for line, path in zip(told["1"].splitlines(), paths, strict=True):
            says = re.fullmatch(r"(\S+): ([\w -]+), ([\d.]+) %", line)
            self.assertEqual((says[1], says[2]), (path, expected[path][0]))
            self.assertAlmostEqual(float(says[3]), expected[path][1], delta=0.02)

        self.write("short.pgm", "P5 28 28 255\nxxx")
        done = run([program, "--threads", "2", "none.pgm", paths[0], "short.pgm"], self.folder)
        self.assertEqual((done.returncode, done.stderr), (1, "none.pgm cannot be opened\nshort.pgm ends too soon\n"))
        self.assertEqual(done.stdout.splitlines(), told["1"].splitlines()[:1])
        for words in ([], ["--threads", "0", paths[0]], ["--threads", "2x", paths[0]], ["--threads", "2"]):
            self.assertEqual(run([program, *words], self.folder).returncode, 2, words)

    def test_no_two_threads_meet(self):
        if not has_sanitizer("thread"):
            self.skipTest("programs with ThreadSanitizer do not run here")
        flags = "-O1 -g -fsanitize=thread"
        build = self.build("-DCMAKE_BUILD_TYPE=None", f"-DCMAKE_C_FLAGS={flags}", f"-DCMAKE_CXX_FLAGS={flags}")
        images = os.path.join(FASHION, "images")
        self.good(os.path.join(build, "many"), "--threads", "4", *(os.path.join(images, f) for f in os.listdir(images)))

    def test_the_class(self):
        self.write("check.cpp", CHECK)
        self.good(self.lcc, os.path.join(FASHION, "fashion.net"), "-w", os.path.join(FASHION, "fashion.safetensors"), "-o",
                  "fashion.c")
        self.good("cc", "-O2", "-c", "fashion.c")
        folder = os.path.join(EXAMPLES, "cpp")
        for compiler in filter(shutil.which, ("c++", "clang++")):
            self.good(compiler, *WARNINGS, "-I.", "-I", folder, "-I", FASHION, "-c", os.path.join(folder, "main.cpp"))
            self.good(compiler, *WARNINGS, "-I.", "-I", folder, "check.cpp", "fashion.o", "-o", "check")
            self.assertEqual(self.good("./check").stdout, "the network takes 784 values, not 783\n")

    def test_readme(self):
        self.assertIn("ankle_boot.pgm: ankle boot", self.follow_readme())


if __name__ == "__main__":
    unittest.main()
