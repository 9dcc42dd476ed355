"""examples/threads: a network on a pool of the program's own threads."""
import os
import re
import shutil
import unittest

from example import EXAMPLES, FASHION, Example, has_sanitizer, run

# The README's C++ against the caller's thread alone.
CHECK = """
#include <cstdlib>
#include <cstring>

int main() {
    static unsigned char image[FASHION_IMAGE_SIZE];
    for (int i = 0; i < FASHION_IMAGE_SIZE; i++) image[i] = (unsigned char)(i * 7);
    std::size_t bytes = (FASHION_ARENA_BYTES + 3 * FASHION_THREAD_BYTES + 63) / 64 * 64;
    void *arena = std::aligned_alloc(64, bytes);
    float alone[FASHION_PROBS_SIZE], shared[FASHION_PROBS_SIZE];
    fashion_run_in(arena, image, alone);
    for (int k = 0; k < 100; k++) {
        classify(arena, image, shared);
        for (int i = 0; i < FASHION_PROBS_SIZE; i++) {
            float off = alone[i] - shared[i];
            if (!(off < 1e-5f && off > -1e-5f)) return 1;
        }
    }
    std::free(arena);
    return 0;
}
"""


class Threads(Example):
    name = "threads"

    def test_answers(self):
        expected = self.fashion_answers()
        program = os.path.join(self.build(), "shared")
        paths = list(expected) * 3
        for threads in ("1", "2", "3", "16"):
            lines = self.good(program, "--threads", threads, *paths).stdout.splitlines()
            for line, path in zip(lines, paths, strict=True):
                says = re.fullmatch(r"(\S+): ([\w -]+), ([\d.]+) %", line)
                self.assertEqual((says[1], says[2]), (path, expected[path][0]))
                self.assertAlmostEqual(float(says[3]), expected[path][1], delta=0.02)
        self.write("short.pgm", "P5 28 28 255\nxxx")
        done = run([program, "none.pgm", "short.pgm"], self.folder)
        self.assertEqual((done.returncode, done.stderr), (1, "none.pgm cannot be opened\nshort.pgm ends too soon\n"))
        for words in ([], ["--threads", "0", paths[0]], ["--threads", "65", paths[0]], ["--threads", "2"]):
            self.assertEqual(run([program, *words], self.folder).returncode, 2, words)

    def test_no_two_threads_meet(self):
        if not has_sanitizer("thread"):
            self.skipTest("programs with ThreadSanitizer do not run here")
        build = self.build("-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=-O1 -g -fsanitize=thread")
        images = os.path.join(FASHION, "images")
        self.good(os.path.join(build, "shared"), "--threads", "4", *(os.path.join(images, f) for f in os.listdir(images)))

    def test_cpp(self):
        with open(os.path.join(EXAMPLES, "threads", "README.md"), encoding="utf-8") as f:
            snippet, = re.findall(r"^```cpp\n(.*?)^```", f.read(), re.M | re.S)
        self.write("check.cpp", snippet + CHECK)
        self.good(self.lcc, os.path.join(FASHION, "fashion.net"), "-w", os.path.join(FASHION, "fashion.safetensors"), "-o",
                  "fashion.c")
        self.good("cc", "-O2", "-c", "fashion.c")
        for compiler in filter(shutil.which, ("c++", "clang++")):
            self.good(compiler, "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-pthread",
                      "check.cpp", "fashion.o", "-o", "check")
            self.good("./check")

    def test_readme(self):
        self.assertIn("ankle_boot.pgm: ankle boot", self.follow_readme())


if __name__ == "__main__":
    unittest.main()
