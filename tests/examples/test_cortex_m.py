"""examples/cortex-m: the program on two boards in QEMU, as run.sh builds and runs it; and what its README says of C++."""
import json
import os
import re
import shutil
import unittest

import numpy

from example import CLOTHES, EXAMPLES, FASHION, MODELS, SOURCE, Example, main, read_pgm, run

BOARDS = ("mps2-an386", "mps3-an547")
TOOLS = {"gcc-arm-none-eabi": "arm-none-eabi-gcc", "qemu-system-arm": "qemu-system-arm", "ninja-build": "ninja"}
VWW = "vww_96_int8.tflite"


class CortexM(Example):
    name = "cortex-m"

    @classmethod
    def setUpClass(cls):
        """Runs the README's command once, in a copy of the examples with lcc installed."""
        super().setUpClass()
        cls.place = os.path.join(cls.scratch, "place")
        shutil.copytree(EXAMPLES, os.path.join(cls.place, "examples"), ignore=shutil.ignore_patterns("build*"))
        os.mkdir(os.path.join(cls.place, "tests"))
        shutil.copy(os.path.join(SOURCE, "tests", "packages.sh"), os.path.join(cls.place, "tests"))
        with open(os.path.join(EXAMPLES, cls.name, "README.md"), encoding="utf-8") as f:
            cls.blocks = re.findall(r"^```([^\n]*)\n(.*?)^```$", f.read(), re.M | re.S)
        command, = [text for language, text in cls.blocks if not language]
        env = dict(os.environ, LCC_PREFIX=cls.prefix, LCC_BUILD=os.path.join(cls.place, "build"), LCC_MODELS=MODELS)
        done = run(["sh", "-ec", command], os.path.join(cls.place, "examples", cls.name), env=env)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        cls.told = done.stdout

    def program(self, board, network):
        return os.path.join(self.place, "build", board, network, "look.elf")

    def parts(self):
        """{(board, network): what that program printed}"""
        parts = re.split(r"^(?=\S+\.p[gp]m: )(?<=\n\n)", self.told, flags=re.M)
        names = [re.search(r"/build/(\S+)/(\w+)/look\.elf$", part, re.M).groups() for part in parts[1:]]
        return dict(zip(names, parts[1:], strict=True))

    def answers(self, said):
        return dict(re.findall(r"^(\S+): (.*, [\d.]+ %)$", said, re.M))

    def test_clothes(self):
        """Each answer is that of the interpreter, which quantises with the same samples."""
        names = sorted(name for name in os.listdir(os.path.join(FASHION, "images")))
        samples = numpy.stack([read_pgm(os.path.join(FASHION, "images", name)) for name in names])
        numpy.save(self.path("samples.npy"), samples)
        words = [os.path.join(FASHION, "fashion.net"), "-w", os.path.join(FASHION, "fashion.safetensors"), "--dtype", "int8",
                 "--calibrate", self.path("samples.npy"), "--output-dtype", "int8"]
        expected = {}
        for name, sample in zip(names, samples):
            codes = self.reference(words, sample).astype(int) + 128
            expected[name] = f"{CLOTHES[codes.argmax()]}, {int(codes.max() * 1000 / 256 + 0.5) / 10:.1f} %"
        self.assertGreater(len(set(expected.values())), 8)
        for board in BOARDS:
            self.assertEqual(self.answers(self.parts()[board, "fashion"]), expected)
            with open(os.path.join(self.place, "build", board, "fashion", "samples.npy"), "rb") as made:
                self.assertTrue((numpy.load(made) == samples).all())

    def test_people(self):
        """The answers of TensorFlow Lite for Microcontrollers, to the bit."""
        path = os.path.join(MODELS, "int8", "expected.json")
        if not os.path.exists(path):
            self.skipTest(f"no {path}")
        with open(path, encoding="utf-8") as f:
            cases = json.load(f)[VWW]["cases"]
        expected = {}
        for case in cases:
            if "image" in case:
                codes = numpy.frombuffer(bytes.fromhex(case["out"]), numpy.int8).astype(int) + 128
                expected[case["image"].replace("_96x96.png", ".ppm")] = (
                    f"{('nobody', 'a person')[codes.argmax()]}, {int(codes.max() * 1000 / 256 + 0.5) / 10:.1f} %")
        self.assertEqual(len(expected), 4)
        for board in BOARDS:
            self.assertEqual(self.answers(self.parts()[board, "vww"]), expected)

    def test_steps(self):
        for (board, network), said in self.parts().items():
            rows = [(int(step), int(count)) for step, count in re.findall(r"^ *(\d+) +(\d+)  \S+$", said, re.M)]
            self.assertEqual([step for step, _ in rows], list(range(1, len(rows) + 1)))
            everything = int(re.search(r"^ all +(\d+)$", said, re.M)[1])
            known = sum(count for _, count in rows)
            self.assertLess(abs(everything - known), 200 * len(rows), (board, network))
            arena, stack = (int(n) for n in re.search(rf"^{board}: (\d+) bytes of arena, picture included, (\d+) of stack$", said, re.M).groups())
            header = os.path.join(os.path.dirname(self.program(board, network)), "model.lcc", "model.h")
            with open(header, encoding="utf-8") as f:
                text = f.read()
            self.assertEqual(arena, int(re.search(r"_ARENA_BYTES (\d+)", text)[1]))
            self.assertGreaterEqual(arena, int(re.search(r"_IMAGE_SIZE (\d+)", text)[1]))
            self.assertEqual(len(rows), int(re.search(r"_STEPS (\d+)", text)[1]))
            self.assertTrue(100 < stack < 4096, stack)

    def test_places(self):
        """Where the linker scripts put the arena: DTCM, or else RAM; and the stack at the lowest address of RAM."""
        for board, arena, stack in (("mps2-an386", 0x20000000, 0x20000000), ("mps3-an547", 0x20000000, 0x21000000)):
            said = self.good("arm-none-eabi-nm", self.program(board, "fashion")).stdout
            symbols = {name: int(address, 16) for address, name in re.findall(r"^(\w+) \w (\S+)$", said, re.M)}
            self.assertEqual(symbols["board_stack_end"], stack)
            self.assertTrue(arena <= symbols["static_arena"] < arena + 512 * 1024, said)

    def test_bad_pictures(self):
        pixels = bytes(784)
        for name, data in {"ok.pgm": b"P5 # no comment\n28 28\n255\n" + pixels, "short.pgm": b"P5 28 28 255\n" + pixels[1:],
                           "colour.pgm": b"P6 28 28 255\n" + 3 * pixels, "large.pgm": b"P5 99 28 255\n" + 4 * pixels}.items():
            with open(self.path(name), "wb") as out:
                out.write(data)
        command = ["qemu-system-arm", "-M", BOARDS[1], "-icount", "shift=0", "-display", "none", "-monitor", "none", "-serial", "none",
                   "-semihosting-config", "enable=on,target=native", "-kernel", self.program(BOARDS[1], "fashion"), "-append"]
        done = run([*command, "none.pgm short.pgm colour.pgm large.pgm ok.pgm"], self.folder)
        self.assertEqual(done.returncode, 1, done.stderr)
        *wrong, last = done.stdout.split("\n\n")[0].splitlines()
        self.assertEqual(wrong, ["none.pgm cannot be opened", "short.pgm ends too soon", "colour.pgm is no PGM picture",
                                 "large.pgm has another size than the network's pictures"])
        self.assertRegex(last, r"^ok\.pgm: .*, [\d.]+ %$")
        self.assertEqual(run(command[:-1], self.folder).returncode, 2)

    def test_zephyr(self):
        """The README's CMakeLists.txt, with a stand-in for Zephyr: its targets, and its toolchain before project()."""
        text, = [text for language, text in self.blocks if language == "cmake"]
        self.write("app/CMakeLists.txt", text.replace("model.tflite", os.path.join(FASHION, "fashion.net")))
        self.write("app/src/main.c", '#include "model.h"\nvoid look(const uint8_t *image, float *probs);\n'
                                     "void look(const uint8_t *image, float *probs) { model_run(image, probs); }\n")
        self.write("zephyr/ZephyrConfig.cmake", """
            set(CMAKE_SYSTEM_NAME Generic)
            set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
            set(CMAKE_C_COMPILER arm-none-eabi-gcc)
            project(Zephyr-Kernel C)
            add_library(zephyr_interface INTERFACE)
            target_compile_options(zephyr_interface INTERFACE -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard -Os)
            add_library(app STATIC)
            target_link_libraries(app PUBLIC zephyr_interface)""")
        self.good("cmake", "-G", "Ninja", "-S", "app", "-B", "build", f"-DZephyr_DIR={self.path('zephyr')}",
                  f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.good("cmake", "--build", "build", "--target", "app", "model")
        for library in ("libapp.a", "libmodel.a"):
            self.assertIn("Tag_FP_arch: VFPv4-D16", self.good("arm-none-eabi-readelf", "-A", os.path.join("build", library)).stdout)

    def test_sketch(self):
        """As the Arduino builder does: C++ that includes the header, and C beside it, with warnings and by -Os."""
        if not shutil.which("arm-none-eabi-g++"):
            self.skipTest("no arm-none-eabi-g++ here")
        folder = os.path.join(os.path.dirname(self.program(BOARDS[0], "fashion")), "model.lcc")
        self.write("look.ino.cpp", '#include "model.h"\nstatic int8_t probs[MODEL_PROBS_SIZE];\n'
                                   "void loop() { *MODEL_IMAGE_IN(model_arena()) = 1; model_run(probs); }\n")
        options = ["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard", "-Os", "-Wall", "-Wextra", "-Werror", "-c", f"-I{folder}"]
        self.good("arm-none-eabi-g++", *options, "-std=gnu++11", "-fno-exceptions", "look.ino.cpp", "-o", "sketch.o")
        self.good("arm-none-eabi-gcc", *options, "-std=gnu11", os.path.join(folder, "model.c"), "-o", "model.o")
        undefined = re.findall(r" U (\S+)", self.good("arm-none-eabi-nm", "sketch.o").stdout)
        self.assertEqual(undefined, ["model_arena", "model_run"])
        self.good("arm-none-eabi-ld", "-r", "sketch.o", "model.o", "-o", "both.o")
        self.assertNotIn("U model_", self.good("arm-none-eabi-nm", "both.o").stdout)


if __name__ == "__main__":
    newlib = [] if os.path.exists("/usr/lib/arm-none-eabi/newlib/libc.a") else ["libnewlib-arm-none-eabi"]
    main([package for package, tool in TOOLS.items() if not shutil.which(tool)] + newlib)
