"""The installed tree: what is in it, an empty folder, a CMake project of ten lines, FetchContent, cross-compiling."""
import os
import re
import shutil
import subprocess
import time
import unittest

import numpy

from installed import CMAKE, NO_WEIGHTS, SOURCE, Installed, run

PROJECT = """cmake_minimum_required(VERSION 3.20)
project(app C)
find_package(lcc REQUIRED)
lcc_add_model(b0 efficientnet_b0.net OPTIONS --storage incbin)
lcc_add_model(digits nets/digits.net VARIANT small TARGET generic OPTIONS --seed 5 --selftest -I shared)
add_executable(app main.c)
target_link_libraries(app PRIVATE b0 digits)
"""

MAIN = """#include "b0.h"
#include "digits.h"
#include <stdio.h>

int main(void) {
    static unsigned char image[B0_IMAGE_SIZE];
    static float probs[B0_PROBS_SIZE];
    float y[DIGITS_Y_SIZE], sum = 0;
    b0_run(image, probs);
    digits_run(image, y);
    for (int i = 0; i < B0_PROBS_SIZE; i++) sum += probs[i];
    printf("%d %.3f %s\\n", DIGITS_Y_SIZE, sum, digits_version());
    return digits_selftest();
}
"""

PART = "param n = 10\n"

DIGITS = """import "part.net"
import "bias.net"
variants {
    name  | n
    small | 3
}
net digits {
    input x: uint8[8, 8, 1]
    conv(n, 3) -> relu -> global_avg_pool -> dense(n, bias = has_bias)
    output y
}
"""


class Tree(Installed):
    def test_files(self):
        for path in ("bin/lcc", "share/lcc/efficientnet_b0.net", "share/lcc/mobilenet_v2.net", "share/man/man1/lcc.1"):
            self.assertTrue(os.path.isfile(os.path.join(self.prefix, path)), path)
        found = {os.path.relpath(os.path.join(folder, name), self.prefix)
                 for folder, _, names in os.walk(self.prefix) for name in names}
        allowed = r"bin/lcc|share/(doc/lcc/copyright|lcc/\w+\.net|man/man1/lcc\.1|pkgconfig/lcc\.pc)|lib(/[\w-]+)?/cmake/lcc/lcc\w*(-\w+)*\.cmake"
        self.assertEqual([f for f in sorted(found) if not re.fullmatch(allowed, f)], [])

    def test_manual(self):
        with open(os.path.join(self.prefix, "share/man/man1/lcc.1"), encoding="utf-8") as f:
            self.assertEqual(f.read(), self.good(self.lcc, "--help-man").stdout)

    def test_pkg_config(self):
        if not shutil.which("pkg-config"):
            self.skipTest("there is no pkg-config here")
        folder = next(folder for folder, _, names in os.walk(self.prefix) if "lcc.pc" in names)
        env = dict(os.environ, PKG_CONFIG_PATH=folder)
        program = self.good("pkg-config", "--variable=lcc", "lcc", env=env).stdout.strip()
        self.assertTrue(os.path.samefile(program, self.lcc))
        nets = self.good("pkg-config", "--variable=netdir", "lcc", env=env).stdout.strip()
        self.assertTrue(os.path.isfile(os.path.join(nets, "mobilenet_v2.net")))


class EmptyFolder(Installed):
    def test_every_network_is_found(self):
        for name in sorted(os.listdir(os.path.join(self.prefix, "share/lcc"))):
            with open(os.path.join(self.prefix, "share/lcc", name), encoding="utf-8") as f:
                if not re.search("^(net|variant) ", f.read(), re.M):
                    continue  # a part of others
            self.good(self.lcc, name, "--emit", "net")
        self.assertEqual(os.listdir(self.folder), [])

    def test_from_a_net_of_ones_own(self):
        self.write("mine.net", 'import "efficientnet.net"\nvariant b0\n')
        mine = self.good(self.lcc, "mine.net", "--emit", "net").stdout
        self.assertEqual(mine, self.good(self.lcc, "efficientnet_b0.net", "--emit", "net").stdout)

    def test_through_a_link_and_the_path(self):
        os.symlink(self.lcc, self.path("lcc"))
        self.good("./lcc", "mobilenet_v2.net", "--emit", "net")
        self.good("lcc", "mobilenet_v2.net", "--emit", "net",
                  env=dict(os.environ, PATH=os.path.dirname(self.lcc) + ":" + os.environ["PATH"]))


class Projects(Installed):
    def configure(self, *words):
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        return self.good(CMAKE, *generator, "-S", ".", "-B", "build", *words)

    def build(self):
        return self.good(CMAKE, "--build", "build", "-j", "2").stdout

    def test_find_package(self):
        self.write("CMakeLists.txt", PROJECT)
        self.write("main.c", MAIN)
        self.write("nets/digits.net", DIGITS)
        self.write("nets/part.net", PART)
        self.write("shared/bias.net", "param has_bias = true\n")
        self.configure(f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.build()
        told = self.good("build/app").stdout
        self.assertRegex(told, r"^3 1\.000 lcc \d\S*, generic, weights [0-9a-f]{16}\n$")

        code = self.path("build/digits.lcc/digits.c")
        before = os.stat(code).st_mtime_ns
        self.build()
        self.assertEqual(os.stat(code).st_mtime_ns, before, "nothing changed, yet the code was made anew")
        for part in ("nets/part.net", "shared/bias.net"):  # what the network imports
            before = os.stat(code).st_mtime_ns
            time.sleep(1.1)
            os.utime(self.path(part))
            self.build()
            self.assertGreater(os.stat(code).st_mtime_ns, before, part)
        self.assertEqual(self.good("build/app").stdout, told)

    def test_samples_of_an_int8_network(self):
        """Files of the options are of the project's folder, and the code is made anew when one of them changes."""
        self.write("CMakeLists.txt", """cmake_minimum_required(VERSION 3.20)
project(app C)
find_package(lcc REQUIRED)
lcc_add_model(digits digits.net TARGET generic OPTIONS --dtype int8 --calibrate data/x.npy --labels=data/y.npy --output-dtype int8)
add_executable(app main.c)
target_link_libraries(app PRIVATE digits)
""")
        self.write("main.c", '#include "digits.h"\nint main(void) {\n    static uint8_t x[DIGITS_X_SIZE];\n'
                             "    int8_t y[DIGITS_Y_SIZE];\n    digits_run(x, y);\n    return DIGITS_Y_SCALE <= 0;\n}\n")
        self.write("digits.net", "net digits {\n    input x: uint8[8, 8, 1]\n    conv(4, 3) -> relu -> global_avg_pool -> dense(3)\n"
                                 "    output y\n}\n")
        os.mkdir(self.path("data"))
        numpy.save(self.path("data/x.npy"), numpy.random.default_rng(1).integers(0, 256, (3, 8, 8, 1), numpy.uint8))
        numpy.save(self.path("data/y.npy"), numpy.array([0, 1, 2]))
        self.configure(f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.build()
        self.good("build/app")
        code = self.path("build/digits.lcc/digits.c")
        before = os.stat(code).st_mtime_ns
        self.build()
        self.assertEqual(os.stat(code).st_mtime_ns, before, "nothing changed, yet the code was made anew")
        for name in ("data/x.npy", "data/y.npy"):
            before = os.stat(code).st_mtime_ns
            time.sleep(1.1)
            os.utime(self.path(name))
            self.build()
            self.assertGreater(os.stat(code).st_mtime_ns, before, name)

    def test_a_mistake_in_the_network_stops_the_build(self):
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\nproject(app C)\nfind_package(lcc REQUIRED)\n"
                                     "lcc_add_model(bad bad.net)\n")
        self.write("bad.net", "net bad {\n    input x: f32[4, 4, 3]\n    conv(0, 1)\n    output y\n}\n")
        self.configure(f"-DCMAKE_PREFIX_PATH={self.prefix}")
        done = run([CMAKE, "--build", "build"], self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("bad.net:3:", done.stdout + done.stderr)

    def test_unknown_arguments_are_refused(self):
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\nproject(app C)\nfind_package(lcc REQUIRED)\n"
                                     "lcc_add_model(x mobilenet_v2.net WEIGTHS file)\n")
        done = run([CMAKE, "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}"], self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("lcc_add_model(x): what is WEIGTHS;file?", re.sub(r"\s+", " ", done.stderr))

    def test_part_of_another_build(self):
        """As FetchContent takes it in: the program is built first, then runs."""
        self.write("CMakeLists.txt", f"""cmake_minimum_required(VERSION 3.25)
project(app C)
include(FetchContent)
FetchContent_Declare(lcc SOURCE_DIR {SOURCE})
FetchContent_MakeAvailable(lcc)
lcc_add_model(digits nets/digits.net VARIANT small OPTIONS -Ishared)
add_executable(app main.c)
target_link_libraries(app PRIVATE digits)
""")
        self.write("main.c", '#include "digits.h"\nint main(void) {\n    static unsigned char x[DIGITS_X_SIZE];\n'
                             "    float y[DIGITS_Y_SIZE];\n    digits_run(x, y);\n    return y[0] != y[0];\n}\n")
        self.write("nets/digits.net", DIGITS)
        self.write("nets/part.net", PART)
        self.write("shared/bias.net", "param has_bias = true\n")
        self.configure()
        self.build()
        self.good("build/app")
        self.assertNotIn("cmocka", self.good(CMAKE, "-L", "-N", "build").stdout.lower())

    def test_cross_compiling(self):
        """lcc runs here; the code is for another machine, and strict C99 unless told otherwise."""
        compiler = next((c for c in ("aarch64-linux-gnu-gcc", "arm-none-eabi-gcc", "arm-linux-gnueabihf-gcc")
                         if shutil.which(c)), None)
        target = []
        if not compiler:
            if not shutil.which("clang"):
                self.skipTest("there is no cross compiler here")
            compiler, target = "clang", ["-DCMAKE_C_COMPILER_TARGET=aarch64-linux-gnu", "-DCMAKE_C_FLAGS=-ffreestanding -nostdlibinc "
                                         f"-isystem {self.path('libc')}"]
            self.write("libc/string.h", "#include <stddef.h>\nvoid *memcpy(void *, const void *, size_t);\n"
                                        "void *memset(void *, int, size_t);\n")
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\nproject(app C)\nfind_package(lcc REQUIRED)\n"
                                     "lcc_add_model(digits nets/digits.net VARIANT small OPTIONS -Ishared)\n")
        self.write("nets/digits.net", DIGITS)
        self.write("nets/part.net", PART)
        self.write("shared/bias.net", "param has_bias = true\n")
        self.configure(f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_SYSTEM_NAME=Generic", f"-DCMAKE_C_COMPILER={compiler}",
                       "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY", *target)
        self.build()
        with open(self.path("build/digits.lcc/digits.c"), encoding="utf-8") as f:
            self.assertIn(" for generic:", f.readline())


if __name__ == "__main__":
    unittest.main()
