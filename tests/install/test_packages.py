"""Further ways in which lcc reaches other people: the Debian package, ONNX files in CMake, other machines by a toolchain
file, Debian's folders, the presets."""
import glob
import gzip
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import unittest

import numpy

from installed import BUILD, CMAKE, SOURCE, Installed, run

sys.path.insert(0, os.path.join(SOURCE, "tests", "onnx"))
import onnx_file  # noqa: E402

# A program of two networks that prints the numbers of both.
TWO = """#include "one.h"
#include "two.h"
#include <stdio.h>

int main(void) {
    static unsigned char x[ONE_X_SIZE];
    float y[ONE_Y_SIZE], z[TWO_Y_SIZE];
    for (int i = 0; i < ONE_X_SIZE; i++) x[i] = (unsigned char)(7 * i);
    one_run(x, y);
    two_run(x, z);
    for (int i = 0; i < ONE_Y_SIZE; i++) printf("%.4f ", y[i]);
    for (int i = 0; i < TWO_Y_SIZE; i++) printf("%.4f ", z[i]);
    printf("%s\\n", one_version());
    return 0;
}
"""

NET = """net small {{
    input x: uint8[12, 12, 3] -> normalize(mean = 0, std = 1, divide = 255)
    conv(8, 3, stride = 2) -> relu -> depthwise(3) -> relu6 -> global_avg_pool -> dense({}) -> softmax
    output y
}}
"""

AARCH64 = """set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_EXE_LINKER_FLAGS -static)
set(CMAKE_FIND_ROOT_PATH /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
"""


class Package(Installed):
    def test_deb(self):
        for tool in ("dpkg-deb", "dpkg-shlibdeps", "readelf", "file"):
            if not shutil.which(tool):
                self.skipTest(f"there is no {tool} here")
        self.good(os.path.join(os.path.dirname(CMAKE), "cpack"), "-G", "DEB", "-B", self.folder, "--config",
                  os.path.join(BUILD, "CPackConfig.cmake"), umask=0o077)
        package, = glob.glob(self.path("lcc_*.deb"))

        listed = set(re.findall(r"^-\S+ root/root .* \./(\S+)$", self.good("dpkg-deb", "-c", package).stdout, re.M))
        unpacked = self.path("unpacked")
        os.mkdir(unpacked)
        with open(self.path("data.tar"), "wb") as f:
            subprocess.run(["dpkg-deb", "--fsys-tarfile", package], stdout=f, check=True)
        self.good("tar", "-xf", "data.tar", "-C", unpacked)
        found = {os.path.relpath(os.path.join(folder, name), unpacked)
                 for folder, _, names in os.walk(unpacked) for name in names}
        self.assertEqual(found, listed)
        installed = {os.path.relpath(os.path.join(folder, name), self.prefix)
                     for folder, _, names in os.walk(self.prefix) for name in names}
        page, changelog = "usr/share/man/man1/lcc.1", "usr/share/doc/lcc/changelog.gz"
        self.assertEqual(found, {"usr/" + path for path in installed} - {page} | {page + ".gz", changelog})
        self.check_policy(package, os.path.join(unpacked, page + ".gz"), os.path.join(unpacked, changelog))
        for line in self.good("dpkg-deb", "-c", package).stdout.splitlines():
            self.assertRegex(line, r"^(drwxr-xr-x|-rwxr-xr-x .*/bin/lcc$|-rw-r--r--)")

        lcc = os.path.join(unpacked, "usr", "bin", "lcc")
        self.check_dependencies(package, lcc)
        self.write("main.c", TWO)
        self.write("net.net", NET.format(3))
        for name in ("one", "two"):
            self.good(lcc, "net.net", "-o", name + ".c", "--name", name)
        self.good("cc", "-O2", "main.c", "one.c", "two.c", "-o", "app")
        self.assertRegex(self.good("./app").stdout, r"^(0\.\d{4} ){6}lcc ")
        self.good(lcc, "mobilenet_v2.net", "--emit", "net")  # found in the package

    def check_policy(self, package, page, changelog):
        with gzip.open(page) as packed, open(os.path.join(self.prefix, "share/man/man1/lcc.1"), "rb") as plain:
            self.assertEqual(packed.read(), plain.read())
        with gzip.open(changelog, "rt") as f:
            self.write("changelog", f.read())
        version = self.good("dpkg-deb", "-f", package, "Version").stdout.strip()
        for field, value in (("Source", "lcc"), ("Version", version)):
            if shutil.which("dpkg-parsechangelog"):
                self.assertEqual(self.good("dpkg-parsechangelog", "-l", "changelog", "-S", field).stdout.strip(), value)
        if not shutil.which("lintian"):
            print("the package is not held to Debian's policy: lintian is not here")
            return
        done = run(["lintian", "--profile", "debian", "--allow-root", "--fail-on", "error", package], self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def check_dependencies(self, package, lcc):
        """Debian calls the package of libNAME.so.N libNAMEN or libNAME-N, and zlib1g is an exception."""
        control = self.good("dpkg-deb", "-f", package).stdout
        self.assertRegex(control, r"(?m)^Package: lcc$")
        self.assertRegex(control, r"(?m)^Maintainer: .+ <.+@.+>$")
        architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine())
        if architecture:
            self.assertRegex(control, f"(?m)^Architecture: {architecture}$")
        depends = re.search(r"(?m)^Depends: (.*)$", control).group(1)
        packages = [re.sub(r" .*|t64\b", "", p) for p in depends.split(", ")]
        needs = re.findall(r"\(NEEDED\).*\[lib([\w-]+)\.so\.(\d+)\]", self.good("readelf", "-d", lcc).stdout)
        self.assertIn(("jansson", "4"), needs)
        for name, number in needs:
            if name in ("c", "m"):
                name, number = "c", "6"
            wanted = {"z": ["zlib1g"]}.get(name, [f"lib{name}{number}", f"lib{name}-{number}"])
            self.assertTrue(set(wanted) & set(packages), f"{wanted} in {packages}")

    def test_pkg_config_in_another_folder(self):
        """The way from there to the program is longer."""
        if not shutil.which("pkg-config"):
            self.skipTest("there is no pkg-config here")
        self.good(CMAKE, "-S", SOURCE, "-B", "build", "-DBUILD_TESTING=OFF", "-DCMAKE_INSTALL_DATADIR=share/deeper")
        pc = self.path("moved/share/deeper/pkgconfig/lcc.pc")
        os.makedirs(os.path.dirname(pc))
        shutil.copy(self.path("build/lcc.pc"), pc)
        self.write("moved/bin/lcc", "")
        program = self.good("pkg-config", "--variable=lcc", "lcc",
                            env=dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(pc))).stdout.strip()
        self.assertTrue(os.path.samefile(program, self.path("moved/bin/lcc")))

    def test_presets(self):
        wanted = {"default": ("Release", "OFF"), "asan": ("Debug", "ON"), "ci": ("Release", "OFF")}
        if not shutil.which("ninja"):
            self.skipTest("there is no ninja here")
        for name, (kind, sanitized) in wanted.items():
            without = [] if name == "default" else ["-DBUILD_TESTING=OFF"]
            self.good(CMAKE, "--preset", name, "-B", self.path(name), *without, cwd=SOURCE)
            with open(self.path(name + "/CMakeCache.txt"), encoding="utf-8") as f:
                cache = f.read()
            self.assertIn(f"CMAKE_BUILD_TYPE:STRING={kind}\n", cache)
            self.assertIn(f"LCC_SANITIZE:BOOL={sanitized}\n", cache)
            self.assertIn("CMAKE_GENERATOR:INTERNAL=Ninja\n", cache)
        with open(os.path.join(SOURCE, "CMakePresets.json"), encoding="utf-8") as f:
            presets = json.load(f)
        for kind in ("configurePresets", "buildPresets", "testPresets"):
            self.assertEqual({p["name"] for p in presets[kind]}, set(wanted), kind)
        tests = {p["name"]: p["cacheVariables"]["BUILD_TESTING"] for p in presets["configurePresets"]}
        self.assertEqual(tests, {"default": "OFF", "asan": "ON", "ci": "ON"})

    def test_the_default_preset_builds_lcc_alone(self):
        """And ctest does not take that for a success: it says which build has tests."""
        if not shutil.which("ninja"):
            self.skipTest("there is no ninja here")
        self.good(CMAKE, "--preset", "default", "-B", self.path("alone"), cwd=SOURCE)
        steps = run(["ninja", "-C", "alone", "-t", "targets", "all"], self.folder).stdout
        self.assertIn("compiler/lcc: ", steps)
        self.assertNotIn("tests/", steps)
        done = run(["ctest", "--test-dir", "alone", "--output-on-failure"], self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("tests/run.sh", done.stdout)
        self.assertIn("cmake --preset ci", done.stdout)


class Projects(Installed):
    def project(self, models, find="find_package(lcc REQUIRED)"):
        self.write("CMakeLists.txt", f"cmake_minimum_required(VERSION 3.20)\nproject(app C)\n{find}\n{models}\n"
                                     "add_executable(app main.c)\ntarget_link_libraries(app PRIVATE one two)\n")
        self.write("main.c", TWO)
        self.write("one.net", NET.format(3))
        self.write("two.net", NET.format(5))

    def configure(self, *words, generator=None):
        generator = generator or ("Ninja" if shutil.which("ninja") else "Unix Makefiles")
        return self.good(CMAKE, "-G", generator, "-S", ".", "-B", "build", *words)

    def build(self):
        return self.good(CMAKE, "--build", "build", "-j", "2").stdout

    def refused(self, message):
        done = run([CMAKE, "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}"], self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(message, re.sub(r"\s+", " ", done.stderr))

    def test_what_is_left_out_is_refused(self):
        self.project("lcc_add_model(one one.net WEIGHTS ${not_set})\n")
        self.refused("lcc_add_model(one): nothing is said for WEIGHTS.")
        self.project("lcc_add_model(my-model one.net)\n")
        self.refused("lcc_add_model(my-model): the name begins names of C")

    def test_onnx(self):
        """An ONNX file is the network and, here, keeps its weights in a file beside it: both are followed."""
        if "built without ONNX" in run([self.lcc, "none.onnx", "-o", "x.c"], self.folder).stderr:
            self.skipTest("lcc is built without ONNX")
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\nproject(app C)\nfind_package(lcc REQUIRED)\n"
                                     "lcc_add_model(net nets/net.onnx)\nadd_executable(app main.c)\n"
                                     "target_link_libraries(app PRIVATE net)\n")
        self.write("main.c", '#include "net.h"\n#include <stdio.h>\nint main(void) {\n    float x[NET_X_SIZE] = {1, 2}, '
                             'y[NET_Y_SIZE];\n    net_run(x, y);\n    printf("%g %g\\n", y[0], y[1]);\n    return 0;\n}\n')

        def write_model(factor, weights):
            w = numpy.array(weights, numpy.float32).reshape(2, 2, 1, 1)
            node = onnx_file.node("Conv", "x,w,b", "y")
            tensors = [onnx_file.tensor("w", w, ("w.bin", 0)),
                       onnx_file.tensor("b", numpy.full(2, factor, numpy.float32))]
            model = onnx_file.model([node], tensors, {"x": (1, 2, 1, 1)}, ["y"])
            return model, w.tobytes()

        def store(model=None, weights=None):
            time.sleep(1.1)  # clocks of file systems may be this coarse
            os.makedirs(self.path("nets"), exist_ok=True)
            for name, data in (("nets/net.onnx", model), ("nets/w.bin", weights)):
                if data is not None:
                    with open(self.path(name), "wb") as f:
                        f.write(data)

        store(*write_model(10, [1, 0, 0, 1]))
        self.configure(f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.build()
        self.assertEqual(self.good("build/app").stdout, "11 12\n")
        store(model=write_model(20, [1, 0, 0, 1])[0])
        self.build()
        self.assertEqual(self.good("build/app").stdout, "21 22\n")
        store(weights=write_model(20, [0, 1, 2, 0])[1])
        self.build()
        self.assertEqual(self.good("build/app").stdout, "22 22\n")
        code = self.path("build/net.lcc/net.c")
        before = os.stat(code).st_mtime_ns
        self.build()
        self.assertEqual(os.stat(code).st_mtime_ns, before, "nothing changed, yet the code was made anew")

    def cross(self, *words, **keywords):
        """Builds for aarch64 and returns what the program prints in an emulator, and what it is for."""
        for tool in ("aarch64-linux-gnu-gcc", "qemu-aarch64"):
            if not shutil.which(tool):
                self.skipTest(f"there is no {tool} here")
        self.write("aarch64.cmake", AARCH64)
        self.configure("-DCMAKE_TOOLCHAIN_FILE=aarch64.cmake", *words, **keywords)
        self.build()
        self.assertRegex(self.good("readelf", "-h", "build/app").stdout, r"Machine:\s+AArch64")
        told = self.good("qemu-aarch64", "build/app").stdout
        numbers, version = told.split("lcc ", 1)
        return [float(n) for n in numbers.split()], version.split(", ")[1]

    def here(self):
        """The same program for this machine."""
        for name in ("one", "two"):
            self.good(self.lcc, name + ".net", "-o", name + ".c", "--name", name)
        self.good("cc", "-O2", "main.c", "one.c", "two.c", "-o", "here")
        return [float(n) for n in self.good("./here").stdout.split("lcc ")[0].split()]

    def test_toolchain_file(self):
        """The toolchain file keeps find_package within its own tree, so lcc is named; one network is for any machine."""
        self.project("lcc_add_model(one one.net TARGET aarch64)\nlcc_add_model(two two.net)")
        found = os.path.dirname(glob.glob(self.prefix + "/lib*/**/lcc-config.cmake", recursive=True)[0])
        numbers, target = self.cross(f"-Dlcc_DIR={found}")
        self.assertEqual(target, "aarch64")
        with open(self.path("build/two.lcc/two.c"), encoding="utf-8") as f:
            self.assertIn(" for generic:", f.readline())
        self.assertEqual(len(numbers), 8)
        numpy.testing.assert_allclose(numbers, self.here(), atol=2e-4)

    def test_toolchain_file_with_lcc_as_a_part(self):
        """FetchContent: lcc is built for this machine in a tree of its own, although the project is for another."""
        fetch = (f"include(FetchContent)\nFetchContent_Declare(lcc SOURCE_DIR {SOURCE})\nFetchContent_MakeAvailable(lcc)")
        self.project("lcc_add_model(one one.net)\nlcc_add_model(two two.net TARGET aarch64)", fetch)
        numbers, target = self.cross()
        self.assertEqual(target, "generic")
        numpy.testing.assert_allclose(numbers, self.here(), atol=2e-4)
        before = os.stat(self.path("build/one.lcc/one.c")).st_mtime_ns
        self.build()
        self.assertEqual(os.stat(self.path("build/one.lcc/one.c")).st_mtime_ns, before)

        shutil.rmtree(self.path("build"))  # or the program is there already; here with make
        numbers, target = self.cross(f"-DLCC_EXECUTABLE={self.lcc}", generator="Unix Makefiles")
        self.assertFalse(glob.glob(self.path("build/**/build-machine"), recursive=True))
        numpy.testing.assert_allclose(numbers, self.here(), atol=2e-4)


if __name__ == "__main__":
    unittest.main()
