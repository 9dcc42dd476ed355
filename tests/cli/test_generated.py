"""The code that lcc writes, as C compilers, linkers, sanitizers and threads see it."""
import os
import re
import unittest

from common import Case, compilers, have_compiler, npy, read_npy, run

STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
STORAGES = ("embed", "incbin", "file")

# Runs the network on the bytes of standard input and prints its outputs, as numbers that read back to the same bits.
DRIVER = """#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    static unsigned char image[TINY_IMAGE_SIZE];
    float probs[TINY_PROBS_SIZE];
    (void)argc, (void)argv;
#ifdef FROM_FILE
    FILE *f = fopen("model.weights", "rb");
    void *weights = malloc(TINY_WEIGHTS_BYTES);
    if (!f || !weights || fread(weights, 1, TINY_WEIGHTS_BYTES, f) != TINY_WEIGHTS_BYTES) return 2;
    fclose(f);
    if (tiny_bind(weights, TINY_WEIGHTS_BYTES) != 0) return 3;
#endif
    if (fread(image, 1, sizeof image, stdin) != sizeof image) return 4;
    tiny_run(image, probs);
    for (int i = 0; i < TINY_PROBS_SIZE; i++) printf("%a\\n", (double)probs[i]);
#ifdef FROM_FILE
    free(weights);
#endif
    return 0;
}
"""


def cpu_flags():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            found = re.search(r"^flags\s*: (.*)$", f.read(), re.M)
        return set(found.group(1).split()) if found else set()
    except OSError:
        return set()


def runnable_targets():
    """Of the targets that lcc knows, those whose code this machine runs. On most x86-64, `native` is the best of the others, and is
    left out."""
    flags = cpu_flags()
    targets = ["generic"]
    if os.uname().machine != "x86_64" or "avx512_vnni" in flags:
        targets.append("native")
    if os.uname().machine == "x86_64":
        targets.append("x86-64")
        if {"avx2", "fma"} <= flags:
            targets.append("x86-64-v3")
        if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags:
            targets.append("x86-64-v4")
    return targets


class Generated(Case):
    def setUp(self):
        super().setUp()
        self.image = bytes((i * 37 + i // 48 * 11) % 256 for i in range(768))
        self.write("image.bin", self.image)
        self.write("main.c", DRIVER)

    def answer(self, *command):
        with open(self.path("image.bin"), "rb") as image:
            done = run([*command, "-o", "program"], self.folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            done = run(["./program"], self.folder, stdin=image)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return [float.fromhex(line) for line in done.stdout.split()]

    def reference(self, *words):
        self.write("image.npy", npy([16, 16, 3], list(self.image), "B"))
        self.good("tiny.net", "--run", "image.npy", "--out", "probs.npy", *words)
        return read_npy(self.path("probs.npy"))[1]

    def assert_close(self, got, want):
        self.assertEqual(len(got), len(want))
        for g, w in zip(got, want):
            self.assertLessEqual(abs(g - w), 1e-5 * max(map(abs, want)), (got, want))


class Compilers(Generated):
    def test_header_alone(self):
        for storage in STORAGES:
            self.good("tiny.net", "-o", "model.c", "--storage", storage, "--selftest", "--profile")
            self.write("alone.c", '#include "model.h"\n#include "model.h"\nint one = TINY_PROBS_SIZE;\n')
            for cc in compilers():
                self.compile(cc, *STRICT, "-Wstrict-prototypes", "-c", "alone.c")

    def test_cplusplus(self):
        self.good("tiny.net", "-o", "model.c", "--selftest")
        self.compile("gcc", "-O1", "-c", "model.c")
        self.write("main.cc", '#include "model.h"\n#include <vector>\nint main() {\n'
                              "    std::vector<unsigned char> image(TINY_IMAGE_SIZE);\n    std::vector<float> probs(TINY_PROBS_SIZE);\n"
                              "    tiny_run(&image[0], &probs[0]);\n    return tiny_selftest();\n}\n")
        for cxx in ("g++", "clang++"):
            if have_compiler(cxx):
                self.compile(cxx, "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Wold-style-cast", "-Werror", "main.cc",
                             "model.o", "-o", "cplusplus")
                self.program("./cplusplus")

    def test_the_code_itself_as_cplusplus(self):
        """It compiles as C++, without a warning but of C's casts, and gives the same answer. A file of several targets has the code
        of each."""
        want = self.reference()
        several = [target for target in runnable_targets() if target not in ("generic", "native")]
        targets = ["generic", *several[-1:]] + ([",".join(several)] if len(several) > 1 else [])
        for cxx in ("g++", "clang++"):
            if not have_compiler(cxx):
                continue
            for target in targets:
                every = ("-std=c++11", "-std=c++17", "-std=c++20")
                for storage, more, standards in (("embed", ["--weights-dtype", "f16"], every[:1]), ("file", [], every[1:2]),
                                                 ("incbin", [], every[2:]), ("embed", [], every)):
                    done = self.lcc("tiny.net", "-o", "model.c", "--target", target, "--selftest", "--profile", "--storage", storage,
                                    *more)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    for standard in standards:
                        self.compile(cxx, standard, "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-DTINY_PROFILE",
                                     "-fsyntax-only", "-x", "c++", "model.c")
                self.compile("gcc", "-c", "main.c")
                self.assert_close(self.answer(cxx, "-O2", "main.o", "-x", "c++", "model.c"), want)

    def test_strict_c99(self):
        for storage in ("embed", "file"):
            self.good("tiny.net", "-o", "model.c", "--target", "generic", "--selftest", "--profile", "--storage", storage)
            for cc in compilers():
                self.compile(cc, *STRICT, "-Wvla", "-Wcast-align", "-O1", "-c", "model.c")

    def test_every_target_without_a_warning(self):
        for target in ("x86-64", "x86-64-v3", "x86-64-v4"):
            self.good("tiny.net", "-o", "model.c", "--target", target, "--selftest", "--profile")
            for cc in compilers():
                self.compile(cc, "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wvla", "-Werror", "-c", "model.c")

    def test_names_that_mean_something_in_c(self):
        self.write("odd.net", r"""net int {
    input float: uint8[4, 4, 3]
    input arena: f32[4, 4, 3]
    input weights: f32[4, 4, 3]
    from float -> conv(3, 3) @"*/ int x; /* // ??/" -> add(arena) -> mul(weights)
    output memcpy
    conv(2, 1) @"ends in a backslash \\" -> relu
    output y
}
""")
        done = self.lcc("odd.net", "-o", "model.c", "--target", "generic", "--selftest", "--profile")
        self.assertEqual(done.returncode, 0, done.stderr)
        for cc in compilers():
            self.compile(cc, *STRICT, "-c", "model.c")
        for cxx in ("g++", "clang++"):
            if have_compiler(cxx):
                self.write("alone.cc", '#include "model.h"\n')
                self.compile(cxx, "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-c", "alone.cc")


class Objects(Generated):
    def symbols(self, *words):
        return [line.split() for line in self.program("nm", *words, "model.o").splitlines()]

    def test_what_it_needs_and_offers(self):
        for target in runnable_targets():
            self.good("tiny.net", "-o", "model.c", "--target", target)
            for cc in compilers():
                for level in ("-O0", "-O3"):
                    self.compile(cc, level, "-c", "model.c")
                    needs = {words[-1] for words in self.symbols("-u")}
                    self.assertLessEqual(needs, {"memcpy", "memset"}, (target, cc, level))
                    offers = {words[-1] for words in self.symbols("-g", "--defined-only")}
                    threads = set() if target == "generic" else {"tiny_run_threads_in", "tiny_run_on"}
                    self.assertEqual(offers, {"tiny_run", "tiny_run_in", "tiny_version"} | threads)
                    writable = [words for words in self.symbols() if words[-2] in "bBdDC"]
                    self.assertEqual({words[-1].split(".")[0] for words in writable}, {"static_arena"} | ({"learned"} if threads else set()),
                                     (target, cc, level, writable))

    def test_stack(self):
        self.good("tiny.net", "-o", "model.c")
        self.compile("gcc", "-O2", "-Werror", "-Wstack-usage=16384", "-c", "model.c")

    def test_two_models_in_one_program(self):
        self.good("tiny.net", "-o", "one.c", "--name", "one")
        self.good("tiny.net", "-o", "two.c", "--name", "two", "--seed", "7")
        self.good("tiny.net", "-o", "three.c", "--name", "three", "--seed", "7", "--storage", "incbin", "--target", "generic")
        self.write("both.c", '#include "one.h"\n#include "two.h"\n#include "three.h"\n#include <stdio.h>\n'
                             "int main(void) {\n    static unsigned char image[ONE_IMAGE_SIZE];\n    float a[5], b[5], c[5];\n"
                             "    for (int i = 0; i < ONE_IMAGE_SIZE; i++) image[i] = (unsigned char)(i * 7);\n"
                             "    one_run(image, a), two_run(image, b), three_run(image, c);\n"
                             '    for (int i = 0; i < 5; i++) printf("%.9g %.9g %.9g\\n", a[i], b[i], c[i]);\n    return 0;\n}\n')
        self.compile("gcc", "-O2", "one.c", "two.c", "three.c", "both.c", "-o", "both")
        rows = [list(map(float, line.split())) for line in self.program("./both").splitlines()]
        one, two, three = zip(*rows)
        self.assertNotEqual(one, two)
        self.assert_close(two, three)

    def test_two_threads_in_one_model(self):
        self.good("tiny.net", "-o", "model.c", "--target", "generic")
        self.write("threads.c", r"""#include "model.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char images[4][TINY_IMAGE_SIZE];
static float alone[4][TINY_PROBS_SIZE];

static void *work(void *at) {
    int k = *(int *)at;
    void *arena = aligned_alloc(TINY_ARENA_ALIGN, (TINY_ARENA_BYTES + TINY_ARENA_ALIGN - 1) / TINY_ARENA_ALIGN * TINY_ARENA_ALIGN);
    long wrong = 0;
    for (int n = 0; n < 50; n++) {
        float probs[TINY_PROBS_SIZE];
        tiny_run_in(arena, images[k], probs);
        wrong += memcmp(probs, alone[k], sizeof probs) != 0;
    }
    free(arena);
    return (void *)wrong;
}

int main(void) {
    pthread_t threads[4];
    int k[4];
    long wrong = 0;
    for (int i = 0; i < 4; i++) {
        for (int n = 0; n < TINY_IMAGE_SIZE; n++) images[i][n] = (unsigned char)(n * (i + 3) + i);
        tiny_run(images[i], alone[i]);
    }
    for (int i = 0; i < 4; i++) k[i] = i, pthread_create(&threads[i], NULL, work, &k[i]);
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += (long)result;
    }
    printf("%ld\n", wrong);
    return 0;
}
""")
        self.compile("gcc", "-O2", "-pthread", "model.c", "threads.c", "-o", "threads")
        self.assertEqual(self.program("./threads"), "0\n")
        if run(["gcc", "-fsanitize=thread", "-g", "-O1", "-pthread", "model.c", "threads.c", "-o", "raced"],
               self.folder).returncode == 0:
            self.assertEqual(self.program("./raced"), "0\n")


class Answers(Generated):
    def test_every_target_and_storage(self):
        """The interpreter's answer, by every target of this machine; by every storage the same bits."""
        want = self.reference()
        for target in runnable_targets():
            bits = set()
            for storage in STORAGES:
                self.good("tiny.net", "-o", "model.c", "--target", target, "--storage", storage)
                flags = ["-DFROM_FILE"] if storage == "file" else []
                got = self.answer("gcc", "-O2", *flags, "main.c", "model.c")
                self.assert_close(got, want)
                bits.add(tuple(got))
            self.assertEqual(len(bits), 1, target)

    def test_every_compiler(self):
        want = self.reference()
        self.good("tiny.net", "-o", "model.c")
        for cc in compilers():
            self.assert_close(self.answer(cc, "-O3", "main.c", "model.c"), want)

    def test_sanitizers(self):
        want = self.reference()
        for target in runnable_targets():
            self.good("tiny.net", "-o", "model.c", "--target", target)
            for cc in ("gcc", "clang"):
                if have_compiler(cc):
                    self.assert_close(self.answer(cc, "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
                                                  "main.c", "model.c"), want)

    def test_number_of_threads_and_last_bits(self):
        """One number of threads gives the same bits each time; the header says that another one may give others."""
        said = "the last bits of the answer depend on `threads`"
        self.good("tiny.net", "-o", "model.c", "--target", "generic")
        self.assertNotIn(said, self.read("model.h").decode())
        self.write("plain.net", "net plain {\n    input x: f32[8, 8, 3]\n    from x -> conv(8, 3)\n    output y\n}\n")
        self.good("plain.net", "-o", "model.c")
        self.assertNotIn(said, self.read("model.h").decode())
        self.good("tiny.net", "-o", "model.c")
        self.assertEqual(self.read("model.h").decode().count(said), 1)
        self.write("again.c", """#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
    static unsigned char image[TINY_IMAGE_SIZE];
    void *arena = aligned_alloc(64, (TINY_ARENA_BYTES + 3 * TINY_THREAD_BYTES + 63) / 64 * 64);
    for (int i = 0; i < TINY_IMAGE_SIZE; i++) image[i] = (unsigned char)(i * 37 + i / 48 * 11);
    for (int threads = 1; threads <= 4; threads++) {
        float first[TINY_PROBS_SIZE], again[TINY_PROBS_SIZE];
        tiny_run_threads_in(arena, threads, image, first);
        for (int i = 0; i < 100; i++) {
            tiny_run_threads_in(arena, threads, image, again);
            if (memcmp(first, again, sizeof first) != 0) return threads;
        }
    }
    free(arena);
    return 0;
}
""")
        self.compile("gcc", "-O2", "-fopenmp", "again.c", "model.c", "-o", "again")
        self.program("./again")

    def test_openmp_changes_no_bit(self):
        self.good("tiny.net", "-o", "model.c")
        self.assertEqual(self.answer("gcc", "-O2", "-fopenmp", "main.c", "model.c"), self.answer("gcc", "-O2", "main.c", "model.c"))

    def test_what_the_arena_held_does_not_matter(self):
        self.good("tiny.net", "-o", "model.c")
        self.write("dirty.c", r"""#include "model.h"
#include <stdio.h>
#include <string.h>

/* The arena full of NaNs, the image at an odd address, the output aligned to no more than a float. */
static _Alignas(TINY_ARENA_ALIGN) unsigned char arena[TINY_ARENA_BYTES];
static unsigned char images[TINY_IMAGE_SIZE + 1];
static _Alignas(64) float room[TINY_PROBS_SIZE + 2];

int main(void) {
    float first[TINY_PROBS_SIZE];
    if (fread(images + 1, 1, TINY_IMAGE_SIZE, stdin) != TINY_IMAGE_SIZE) return 2;
    tiny_run(images + 1, first);
    for (int fill = 0; fill < 256; fill += 51) {
        memset(arena, fill, sizeof arena);
        room[TINY_PROBS_SIZE + 1] = 123.0f;
        tiny_run_in(arena, images + 1, room + 1);
        if (memcmp(room + 1, first, sizeof first) != 0 || room[TINY_PROBS_SIZE + 1] != 123.0f) return 1;
    }
    for (int i = 0; i < TINY_PROBS_SIZE; i++) printf("%a\n", (double)first[i]);
    return 0;
}
""")
        self.assert_close(self.answer("gcc", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "dirty.c",
                                      "model.c"), self.reference())


    def test_the_input_lies_in_the_arena(self):
        self.write("inside.c", r"""#include "model.h"
#include <stdio.h>
#include <string.h>

static _Alignas(TINY_ARENA_ALIGN) unsigned char mine[TINY_ARENA_BYTES];
static uint8_t *const picture = TINY_IMAGE_IN(mine); /* a constant, as a DMA controller's table wants */

int main(void) {
    static unsigned char image[TINY_IMAGE_SIZE];
    float first[TINY_PROBS_SIZE], again[TINY_PROBS_SIZE];
    if (fread(image, 1, sizeof image, stdin) != sizeof image) return 2;
    memcpy(TINY_IMAGE_IN(tiny_arena()), image, sizeof image);
    tiny_run(first);
    for (int run = 0; run < 2; run++) {
        memset(mine, 255, sizeof mine);
        memcpy(picture, image, sizeof image);
        tiny_run_in(mine, again);
        if (memcmp(first, again, sizeof first) != 0) return 1;
    }
    for (int i = 0; i < TINY_PROBS_SIZE; i++) printf("%a\n", (double)first[i]);
    return 0;
}
""")
        for options in (["--target", "generic"], ["--target", "x86-64,x86-64-v3"]):
            self.good("tiny.net", "-o", "model.c", "--reuse-input", *options)
            self.assert_close(self.answer("gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined",
                                          "-fno-sanitize-recover=all", "inside.c", "model.c"), self.reference())
        self.write("use.cc", '#include "model.h"\nuint8_t *image() { return TINY_IMAGE_IN(tiny_arena()); }\n')
        self.compile("g++", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "use.cc")


    def test_sections(self):
        chosen = ["-DTINY_ARENA_SECTION=\".bss.fast\"", "-DTINY_WEIGHTS_SECTION=\".slow\""]
        for storage in ("embed", "incbin"):
            self.good("tiny.net", "-o", "model.c", "--target", "generic", "--storage", storage)
            arena, weights = (int(re.search(rb"TINY_%s_BYTES (\d+)" % of, self.read("model.h")).group(1))
                              for of in (b"ARENA", b"WEIGHTS"))
            for cc in compilers():
                self.compile(cc, "-O1", "-Wall", "-Wextra", "-Werror", *chosen, "-c", "model.c")
                sections = dict(re.findall(r"(\.\S+) +((?:NOBITS|PROGBITS) +\w+ +\w+ +\w+ +\w+ +\w+)",
                                           self.program("readelf", "-SW", "model.o")))
                kind, _, _, size, _, flags = sections[".bss.fast"].split()
                self.assertEqual((kind, int(size, 16) >= arena, flags), ("NOBITS", True, "WA"), (storage, cc))
                kind, _, _, size, _, flags = sections[".slow"].split()
                self.assertEqual((kind, int(size, 16) >= weights, flags), ("PROGBITS", True, "A"), (storage, cc))
        self.good("tiny.net", "-o", "model.c", "--target", "x86-64")
        self.assertNotIn(b"_SECTION", self.read("model.c") + self.read("model.h"))


class SelfTest(Generated):
    MAIN = '#include "model.h"\nint main(void) { return tiny_selftest(); }\n'

    def status(self, *command):
        self.compile(*command, "-o", "selftest")
        return run(["./selftest"], self.folder).returncode

    def test_it_passes_on_every_target(self):
        self.write("self.c", self.MAIN)
        for target in runnable_targets():
            self.good("tiny.net", "-o", "model.c", "--selftest", "--target", target)
            self.assertEqual(self.status("gcc", "-O2", "self.c", "model.c"), 0, target)

    def test_it_says_that_the_weights_are_damaged(self):
        self.write("self.c", self.MAIN)
        self.good("tiny.net", "-o", "model.c", "--selftest", "--storage", "incbin")
        self.assertEqual(self.status("gcc", "-O1", "self.c", "model.c"), 0)
        self.assertIn("#define TINY_SELFTEST_WEIGHTS (-1)\n", self.read("model.h").decode())
        whole = self.read("model.weights")
        for part in (0.05, 0.3, 0.95):
            damaged = bytearray(whole)
            damaged[int(len(whole) * part)] ^= 1
            self.write("model.weights", bytes(damaged))
            self.assertEqual(self.status("gcc", "-O1", "self.c", "model.c"), 255)

    def test_it_names_the_step_that_is_wrong(self):
        self.write("self.c", self.MAIN)
        self.good("tiny.net", "-o", "model.c", "--selftest", "--target", "generic")
        code = self.read("model.c").decode()
        comparison = re.compile(r"    if \(selftest_differs\((.+), \d+, \d+, \d+, \d+, sums_(\d+), .*\) return \2;\n")
        self.assertGreater(len(comparison.findall(code)), 3)
        for found in comparison.finditer(code):
            self.write("model.c", code[:found.start()] + f"    {found[1]}[0] += 0.5f;\n" + code[found.start():])
            self.assertEqual(self.status("gcc", "-O1", "self.c", "model.c"), int(found[2]))

    def test_it_finds_who_touches_dead_memory(self):
        self.write("self.c", self.MAIN)
        self.good("tiny.net", "-o", "model.c", "--selftest", "--target", "generic")
        code = self.read("model.c").decode()
        check = re.compile(r"    if \(!selftest_guard\(static_arena.bytes, in_(\d+), again, 0\)\) return \1;\n")
        steps = check.findall(code)
        self.assertGreater(len(steps), 1)
        for step in steps:
            live = list(map(int, re.search(rf"in_{step}\[\] = \{{([^}}]*)\}}", code).group(1).split(", ")))
            dead = [end for end, begin in zip([0, *live[1::2]], live[::2]) if end < begin]
            for at in dead:
                self.write("model.c", check.sub(lambda m: (f"    static_arena.bytes[{at}] = 0;\n" if m[1] == step else "") + m[0], code))
                self.assertEqual(self.status("gcc", "-O1", "self.c", "model.c"), int(step), (step, at))

    def test_bind_refuses_what_is_not_this_models(self):
        self.good("tiny.net", "-o", "model.c", "--storage", "file")
        self.write("bind.c", r"""#include "model.h"
#include <stdio.h>
#include <string.h>

static _Alignas(64) unsigned char weights[TINY_WEIGHTS_BYTES + 64];

int main(void) {
    FILE *f = fopen("model.weights", "rb");
    if (!f || fread(weights, 1, sizeof weights, f) != TINY_WEIGHTS_BYTES) return 2;
    fclose(f);
    printf("%d ", tiny_bind(NULL, TINY_WEIGHTS_BYTES));
    printf("%d ", tiny_bind(weights, TINY_WEIGHTS_BYTES - 1));
    printf("%d ", tiny_bind(weights, 0));
    printf("%d ", tiny_bind(weights, sizeof weights));
    for (size_t at = 0; at < TINY_WEIGHTS_BYTES; at += TINY_WEIGHTS_BYTES / 3) {
        weights[at] ^= 1;
        printf("%d ", tiny_bind(weights, TINY_WEIGHTS_BYTES));
        weights[at] ^= 1;
    }
    printf("%d ", tiny_bind(weights, TINY_WEIGHTS_BYTES));
    memmove(weights + 1, weights, TINY_WEIGHTS_BYTES);
    printf("%d\n", tiny_bind(weights + 1, TINY_WEIGHTS_BYTES));
    return 0;
}
""")
        self.compile("gcc", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "bind.c", "model.c", "-o", "bind")
        told = self.program("./bind").split()
        self.assertEqual(told[-2:], ["0", "-1"])
        self.assertEqual(set(told[:-2]), {"-1"})
        self.assertEqual(os.path.getsize(self.path("model.weights")),
                         int(re.search(rb"WEIGHTS_BYTES (\d+)", self.read("model.h")).group(1)))


class Profile(Generated):
    def test_hooks_come_in_pairs_and_in_order(self):
        self.good("tiny.net", "-o", "model.c", "--profile")
        self.write("hooks.c", r"""#include "model.h"
#include <stdio.h>

void tiny_profile_hook(int step, const char *name, int begin) { printf("%d %s %d\n", step, name, begin); }

int main(void) {
    static unsigned char image[TINY_IMAGE_SIZE];
    float probs[TINY_PROBS_SIZE];
    tiny_run(image, probs);
    return 0;
}
""")
        self.compile("gcc", "-O1", "-DTINY_PROFILE", "hooks.c", "model.c", "-o", "hooks")
        calls = [line.split() for line in self.program("./hooks").splitlines()]
        count = int(re.search(rb"TINY_STEPS (\d+)", self.read("model.h")).group(1))
        self.assertEqual([(int(s), int(b)) for s, _, b in calls], [(s, b) for s in range(1, count + 1) for b in (1, 0)])
        self.assertEqual(calls[0][1], "stem")

    def test_they_vanish_unless_asked_for(self):
        self.good("tiny.net", "-o", "model.c", "--profile", "--name", "tiny")
        self.compile("gcc", "-O2", "-c", "model.c")
        self.assertNotIn("profile", self.program("nm", "model.o"))


if __name__ == "__main__":
    unittest.main()
