"""examples/classify: JPEG and PNG pictures, scaled as in training, and networks with bytes or floats in, scores or
probabilities out."""
import io
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import unittest

import numpy

from example import CMAKE, MODELS, SOURCE, Example, has_sanitizer, png, png_chunks, run, softmax

try:
    from PIL import Image
except ImportError:
    Image = None

SIDE, CLASSES = 24, 7

SCORES = """net scores {
    input image: uint8[24, 24, 3] -> normalize(mean = 100, std = 60)
    conv(8, 3, stride = 2) -> relu -> conv(16, 3, stride = 2) -> relu
    global_avg_pool -> dense(7)
    output y
}
"""
FLOATS = "\n".join(SCORES.split("\n")[:1] + ["    input image: f32[24, 24, 3]"] + SCORES.split("\n")[2:])
PIXELS = "net pixels {\n    input image: uint8[20, 16, 3]\n    flatten\n    output y\n}\n"


def pattern(height, width):
    """A picture with edges, slopes and noise."""
    rng = numpy.random.default_rng(height * width)
    y, x = numpy.mgrid[:height, :width]
    tiles = 40 * ((x // 31 + y // 23) % 2)
    waves = [127 + tiles + 80 * numpy.sin(x / (9 + 3 * c)) * numpy.cos(y / (7 + 2 * c)) for c in range(3)]
    return numpy.clip(numpy.stack(waves, -1) + rng.normal(0, 9, (height, width, 3)), 0, 255).astype(numpy.uint8)


def jpeg(pixels, **keywords):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90, **keywords)
    return out.getvalue()


def parse(told):
    """[(head, [(percent, class, name)])] of what the program prints."""
    pictures = []
    for line in told.splitlines():
        row = re.fullmatch(r" *(-?[\d.]+) %  (#*) *  (\d+)(?: (.*))?", line)
        if row:
            assert abs(len(row[2]) - 30 * min(max(float(row[1]) / 100, 0), 1)) <= 0.502, line
            pictures[-1][1].append((float(row[1]), int(row[3]), row[4]))
        else:
            head = re.fullmatch(r"(.+): (JPEG|PNG|PGM|PPM), (\d+) x (\d+), (\d+\.\d\d) ms", line)
            assert head, line
            pictures.append((head.groups(), []))
    return pictures


@unittest.skipUnless(subprocess.run(["pkg-config", "--exists", "libturbojpeg", "libpng"]).returncode == 0,
                     "Debian's libturbojpeg0-dev and libpng-dev are not here")
class Case(Example):
    name = "classify"

    def net(self, text, name="own.net"):
        self.write(name, text)
        return f"-DMODEL={self.path(name)}"

    def write_bytes(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)

    def program(self, *words, **keywords):
        return os.path.join(self.build(*words, **keywords), "classify")

    def check(self, told, probs, tolerance=0.011):
        """One picture's rows against all the probabilities."""
        (_, rows), = parse(told)
        self.assertEqual(len(rows), min(5, len(probs)))
        self.assertEqual([p for p, _, _ in rows], sorted((p for p, _, _ in rows), reverse=True))
        for percent, index, _ in rows:
            self.assertAlmostEqual(percent, 100 * probs[index], delta=tolerance)
        self.assertAlmostEqual(rows[0][0], 100 * max(probs), delta=tolerance)


class Networks(Case):
    def test_scores_and_probabilities(self):
        """The program knows by the last layer whether there is a softmax to do."""
        picture = pattern(SIDE, SIDE)
        self.write_bytes("x.png", png(picture))
        scores = self.reference([self.net(SCORES)[8:], "--seed", "4"], picture)
        program = self.program("-DMODEL=own.net", "-DOPTIONS=--seed;4", build="scores")  # from the folder of the command
        self.check(self.good(program, "--ratio", "1", "x.png").stdout, softmax(scores))
        self.check(self.good(program, "--ratio", "1", "--no-softmax", "x.png").stdout, scores)
        self.assertIn("(default: yes", self.good(program, "--help").stdout)
        (head, rows), = parse(self.good(program, "--ratio", "1", "--top", "7", "--runs", "3", "x.png").stdout)
        self.assertEqual(head[1:4], ("PNG", "24", "24"))
        self.assertAlmostEqual(sum(p for p, _, _ in rows), 100, delta=0.05)
        self.assertEqual({index for _, index, _ in rows}, set(range(CLASSES)))

        ending = SCORES.replace("dense(7)", "dense(7) -> softmax -> flatten")
        program = self.program(self.net(ending), "-DOPTIONS=--seed;4", build="probabilities")
        self.check(self.good(program, "--ratio", "1", "x.png").stdout, softmax(scores))
        self.check(self.good(program, "--ratio", "1", "--softmax", "x.png").stdout, softmax(softmax(scores)))

    def test_floats(self):
        picture = pattern(SIDE, SIDE)
        self.write_bytes("x.png", png(picture))
        mean, std = numpy.array([110, 90, 100.5]), numpy.array([50, 60, 70.25])
        model = [self.net(FLOATS)[8:], "--seed", "4"]
        wanted = softmax(self.reference(model, ((picture - mean) / std).astype(numpy.float32)))
        program = self.program(self.net(FLOATS), "-DOPTIONS=--seed;4")
        channels = ["--mean", "110,90,100.5", "--std", "50,60,70.25"]
        self.check(self.good(program, "--ratio", "1", *channels, "x.png").stdout, wanted)
        done = run([program, "x.png"], self.folder)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("this network takes floats; say how pixels become them", done.stderr)
        for words in (["--mean", "1", "--std", "0"], ["--mean", "1,2", "--std", "1"], ["--mean", "x", "--std", "1"],
                      ["--mean", "nan", "--std", "1"], ["--mean", "1,2,3,4", "--std", "1"], ["--mean", "1"]):
            done = run([program, *words, "x.png"], self.folder)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertRegex(done.stderr, "^classify: --(mean|std)")

        program = self.program(self.net(FLOATS), "-DOPTIONS=--seed;4", "-DMEAN=110,90,100.5", "-DSTD=50,60,70.25")
        self.check(self.good(program, "--ratio", "1", "x.png").stdout, wanted)
        self.assertIn("(default: 110,90,100.5 and 50,60,70.25)", self.good(program, "--help").stdout)
        other = self.good(program, "--ratio", "1", "--mean", "0", "--std", "1", "x.png").stdout
        self.check(other, softmax(self.reference(model, picture.astype(numpy.float32))))

    def test_scores_of_int8(self):
        """Their scale is in the network's header; the softmax is still to do."""
        picture = pattern(SIDE, SIDE)
        self.write_bytes("x.png", png(picture))
        numpy.save(self.path("x.npy"), picture[None])
        options = ["--seed", "4", "--dtype", "int8", "--calibrate", self.path("x.npy"), "--output-dtype", "int8"]
        model = self.net(SCORES)
        codes = self.reference([self.path("own.net"), *options], picture)
        self.assertEqual(codes.dtype, numpy.int8)
        program = self.program(model, "-DOPTIONS=" + ";".join(options))
        with open(os.path.join(os.path.dirname(program), "model.lcc", "model.h"), encoding="utf-8") as f:
            scale, zero = re.search(r"MODEL_Y_SCALE ([-\d.e]+)f\n#define MODEL_Y_ZERO \((-?\d+)\)", f.read()).groups()
        scores = float(scale) * (codes.astype(float) - int(zero))
        self.check(self.good(program, "--ratio", "1", "--no-softmax", "x.png").stdout, scores)
        self.check(self.good(program, "--ratio", "1", "x.png").stdout, softmax(scores))

    def test_networks_that_are_refused(self):
        def net(name, inputs, layers):
            self.write(name + ".net", f"net {name} {{\n    input a: uint8{inputs}\n    {layers}\n    output y\n}}\n")
            return f"-DMODEL={self.path(name)}.net"

        two = net("two", "[8, 8, 3]\n    input b: f32[1, 1, 3]", "from a -> add(b) -> global_avg_pool")
        grey = net("grey", "[8, 8, 1]", "global_avg_pool")
        map_ = net("map", "[8, 8, 3]", "conv(4, 1)")
        for words, message in (([], "Which network?"), ([self.net("net x {", "x.net")], "lcc does not take the network"),
                               ([two], "two has 2 inputs and 1 outputs; this program is for one of each."),
                               ([grey], "grey takes uint8 with 1 channels"),
                               ([map_], "map gives f32 [8, 8, 4]")):
            shutil.rmtree(self.path("build"), True)
            done = self.configure("build", *words)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(message, re.sub(r"\s+", " ", done.stderr))

    def test_labels(self):
        self.write_bytes("x.png", png(pattern(SIDE, SIDE)))
        names = [f"class {chr(65 + i)}, of seven" for i in range(CLASSES)]
        self.write("seven.txt", "\n".join(names) + "\n")
        self.write("eight.txt", "background\r\n" + "\r\n".join(names))
        self.write("odd.txt", "foreground\n" + "\n".join(names))
        self.write("six.txt", "\n".join(names[1:]))
        self.write("binary.txt", "a\0b\n" * 7)
        program = self.program(self.net(SCORES), f"-DLABELS={self.path('seven.txt')}")
        beside = self.good(program, "x.png").stdout
        for _, index, name in parse(beside)[0][1]:
            self.assertEqual(name, names[index])
        timeless = re.compile(r"[\d.]+ ms")
        for file in ("seven.txt", "eight.txt"):
            told = self.good(program, "--labels", file, "x.png").stdout
            self.assertEqual(timeless.sub("", told), timeless.sub("", beside))
        for file, why in (("odd.txt", "8 lines, but the network has 7 classes"), ("binary.txt", "no text file"),
                          ("six.txt", "6 lines, but the network has 7 classes"), ("none.txt", "No such file or directory"),
                          (".", "Is a directory")):
            done = run([program, "--labels", file, "x.png"], self.folder)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", f"classify: {file}: {why}\n"))
        os.remove(os.path.join(os.path.dirname(program), "labels.txt"))
        self.assertIsNone(parse(self.good(program, "x.png").stdout)[0][1][0][2])


class Pictures(Case):
    """With a program that is built with sanitizers, where they are, and shows the pixels that the network gets."""

    def pixels_program(self):
        flags = "-O1 -g"
        if has_sanitizer("address,undefined"):
            flags += " -fsanitize=address,undefined -fno-sanitize-recover=all"
        return self.program(self.net(PIXELS), "-DCMAKE_BUILD_TYPE=None", f"-DCMAKE_C_FLAGS={flags}")

    def pixels(self, program, name, *words):
        (_, rows), = parse(self.good(program, "--no-softmax", "--top", "960", *words, name).stdout)
        out = numpy.zeros(960)
        for percent, index, _ in rows:
            out[index] = percent / 100
        return out.reshape(20, 16, 3)

    def test_pixels(self):
        program = self.pixels_program()
        whole = pattern(20, 16)
        self.write_bytes("whole.png", png(whole))
        numpy.testing.assert_array_equal(self.pixels(program, "whole.png", "--ratio", "1"), whole)
        larger = pattern(20, 40)  # of the right height: the middle is cut out
        self.write_bytes("larger.png", png(larger))
        numpy.testing.assert_array_equal(self.pixels(program, "larger.png", "--ratio", "1"), larger[:, 12:28])
        self.write_bytes("thin.png", png(pattern(1, 2000)))
        self.assertEqual(self.pixels(program, "thin.png").shape, (20, 16, 3))
        for head, file in ((b"P6\n# by hand\n40  20 255\n", larger), (b"P5 40\n20\n255\t", larger[:, :, :1])):
            self.write_bytes("x.ppm", head + file.tobytes() + b"more")
            got = self.pixels(program, "x.ppm", "--ratio", "1")
            numpy.testing.assert_array_equal(got, numpy.broadcast_to(file[:, 12:28], got.shape))
        if not Image:
            self.skipTest("Debian's python3-pil is not here")

        for height, width in ((300, 200), (701, 1000), (333, 77), (15, 9), (26, 20)):
            picture = pattern(height, width)
            scale = max(20 / height, 16 / width) / 0.8
            scaled = max(int(width * scale + 1e-6), 16), max(int(height * scale + 1e-6), 20)
            for name, data in (("x.png", png(picture)), ("x.jpg", jpeg(picture, subsampling=0))):
                self.write_bytes(name, data)
                image = Image.open(self.path(name)).convert("RGB").resize(scaled, Image.BILINEAR)
                left, top = (scaled[0] - 16) // 2, (scaled[1] - 20) // 2
                wanted = numpy.asarray(image.crop((left, top, left + 16, top + 20)), float)
                got = self.pixels(program, name, "--ratio", "0.8")
                self.assertLessEqual(numpy.abs(got - wanted).max(), 2, (height, width, name))
                self.assertLess(numpy.abs(got - wanted).mean(), 0.2, (height, width, name))

        grey = Image.fromarray(whole).convert("L")
        for name in ("grey.png", "grey.jpg"):
            grey.save(self.path(name))
            wanted = numpy.asarray(Image.open(self.path(name)).convert("RGB"))
            self.assertLessEqual(numpy.abs(self.pixels(program, name, "--ratio", "1") - wanted).max(), 1)
        palette = Image.fromarray(whole).quantize(16)
        palette.save(self.path("palette.png"))
        wanted = numpy.asarray(palette.convert("RGB"))
        numpy.testing.assert_array_equal(self.pixels(program, "palette.png", "--ratio", "1"), wanted)
        Image.fromarray(numpy.dstack([whole, numpy.zeros((20, 16), numpy.uint8)])).save(self.path("clear.png"))
        self.assertEqual(self.pixels(program, "clear.png", "--ratio", "1").min(), 255)

    def test_pixels_of_int8(self):
        """The network gets the pixels less 128, and gives them back as integers with a scale and a zero point."""
        program = self.program(self.net(PIXELS.replace("uint8[20, 16, 3]", "int8[20, 16, 3] (q = [1, -128])")))
        whole = pattern(20, 16)
        self.write_bytes("whole.png", png(whole))
        numpy.testing.assert_array_equal(self.pixels(program, "whole.png", "--ratio", "1"), whole)

    def test_what_is_no_picture(self):
        program = self.pixels_program()
        good = png(pattern(40, 50))
        broken = bytearray(good)
        broken[len(broken) // 2] ^= 0x55
        neither = "no JPEG, PNG, PGM or PPM file"
        files = {"text.png": (b"hello", neither), "empty.png": (b"", neither),
                 "short.png": (good[:len(good) // 2], ""), "head.png": (good[:30], ""), "broken.png": (bytes(broken), ""),
                 "huge.png": (png_chunks(30000, 30000, b""), "30000 x 30000 pixels: at most 32768 a side, and 100 million"),
                 "wide.png": (png_chunks(900000, 1, b""), "900000 x 1 pixels: at most 32768"),
                 "none.png": (png_chunks(0, 5, b""), ""),
                 "short.pgm": (b"P5\n9 9\n255\n" + bytes(80), "ends too soon"), "head.pgm": (b"P5 #9", "its header is broken"),
                 "end.pgm": (b"P5 1 1 255", "its header is broken"), "none.pgm": (b"P5 0 1 255\n", "has no pixels"),
                 "deep.ppm": (b"P6 1 1 65535\n" + bytes(6), "has other values than 0 to 255"),
                 "huge.ppm": (b"P6 99999999999999999999 1 255\n", "at most 32768 a side"), "other.pnm": (b"P7 1 1", neither)}
        if Image:
            photo = jpeg(pattern(60, 80))
            size = photo.index(b"\xff\xc0") + 5
            huge = photo[:size] + struct.pack(">HH", 65000, 65000) + photo[size + 4:]
            files |= {"short.jpg": (photo[:len(photo) // 2], "Premature end"), "head.jpg": (photo[:20], ""),
                      "huge.jpg": (huge, "65000 x 65000 pixels: at most 32768"), "start.jpg": (b"\xff\xd8\xff", "")}
        for name, (data, _) in files.items():
            self.write_bytes(name, data)
        self.write_bytes("good.png", good)
        os.mkdir(self.path("folder"))
        files |= {"absent.png": (None, "No such file or directory"), "folder": (None, "Is a directory")}
        for name, (_, why) in files.items():
            done = run([program, name, "good.png"], self.folder)
            self.assertEqual(done.returncode, 1, name)
            self.assertRegex(done.stderr, rf"^classify: {re.escape(name)}: .*{re.escape(why)}.*\n$", name)
            self.assertEqual([head[0] for head, _ in parse(done.stdout)], ["good.png"])
        done = run([program, "/dev/zero"], self.folder)
        self.assertEqual((done.returncode, done.stderr), (1, "classify: /dev/zero: more than 256 MB\n"))

    def test_wrong_use(self):
        program = self.pixels_program()
        self.write_bytes("x.png", png(pattern(20, 16)))
        for words in ([], ["--ratio", "0", "x.png"], ["--ratio", "1.5", "x.png"], ["--ratio", "nan", "x.png"],
                      ["--top", "0", "x.png"], ["--runs", "-1", "x.png"], ["--runs", "2x", "x.png"], ["--top", "961", "x.png"],
                      ["--wide", "x.png"],
                      ["--mean", "1", "--std", "1", "x.png"]):
            done = run([program, *words], self.folder)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertNotEqual(done.stderr, "")

    def test_damaged_pictures(self):
        """Bytes changed at random: an answer or a message, never a crash."""
        program = self.pixels_program()
        random.seed(5)
        picture = pattern(30, 40)
        originals = [png(picture), b"P6\n#x\n40 30\n255\n" + picture.tobytes()]
        if Image:
            originals += [jpeg(picture), jpeg(picture, progressive=True)]
        names = []
        for i in range(300):
            data = bytearray(originals[i % len(originals)])
            for _ in range(random.randint(1, 8)):
                data[random.randrange(8, len(data))] = random.randrange(256)
            names.append(f"{i}.bin")
            self.write_bytes(names[-1], data)
        done = run([program, *names], self.folder)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertNotIn("Sanitizer", done.stderr)
        self.assertEqual(len(parse(done.stdout)) + done.stderr.count("classify: "), len(names))


@unittest.skipUnless(os.path.exists(os.path.join(MODELS, "expected.json")),
                     "no trained models here; set LCC_MODELS to their folder")
class Trained(Case):
    def see(self, model, count, *words):
        """The answers of ONNX Runtime, by this program, with names; then what other files of the same pictures give."""
        with open(os.path.join(MODELS, "expected.json"), encoding="utf-8") as f:
            expected = json.load(f)[model]["top5"]
        self.assertGreaterEqual(len(expected), 6)
        labels = os.path.join(MODELS, "imagenet_labels_1001.txt")
        program = self.program(*words, f"-DLABELS={labels}")
        with open(labels, encoding="utf-8") as f:
            names = f.read().splitlines()[1001 - count:]
        pictures = {name: os.path.join(MODELS, "images", name + ".png") for name in expected}
        told = parse(self.good(program, "--ratio", "1", *pictures.values()).stdout)
        for (head, rows), (name, top) in zip(told, expected.items(), strict=True):
            self.assertEqual(head[:4], (pictures[name], "PNG", "224", "224"))
            self.assertEqual((rows[0][1], rows[0][2]), (top[0][0], names[top[0][0]]), name)
            self.assertTrue(names[top[0][0]].startswith(top[0][1]), name)
            found = {index: percent / 100 for percent, index, _ in rows}
            for index, _, probability in top:
                if index in found or probability > rows[-1][0] / 100 + 2e-4:
                    self.assertAlmostEqual(found[index], probability, delta=1.6e-4, msg=f"{name}: {index}")
        return program, {name: top[0][0] for name, top in expected.items()}

    def test_mobilenet_v1(self):
        self.see("mobilenet_v1_025_224", 1000, "-DMODEL=mobilenet_v1.net", "-DOPTIONS=-D;width=0.25",
                 f"-DWEIGHTS={MODELS}/mobilenet_v1_025_224.safetensors")

    def test_mobilenet_v2_from_onnx(self):
        if "built without ONNX" in run([self.lcc, "none.onnx", "-o", "x.c"], self.folder).stderr:
            self.skipTest("lcc is built without ONNX")
        model = f"-DMODEL={MODELS}/mobilenet_v2_1.0_224.onnx"
        program, classes = self.see("mobilenet_v2_1.0_224", 1001, model, "-DMEAN=128", "-DSTD=128")
        if not Image:
            self.skipTest("Debian's python3-pil is not here")
        for name, index in classes.items():  # a photograph as a camera makes it: large, not square, JPEG
            side = Image.open(os.path.join(MODELS, "images", name + ".png"))
            photo = Image.new("RGB", (1200, 900), (127, 127, 127))
            photo.paste(side.resize((900, 900), Image.BICUBIC), (150, 0))
            photo.save(self.path(name + ".jpg"), quality=92)
            (head, rows), = parse(self.good(program, name + ".jpg").stdout)
            self.assertEqual(head[1:4], ("JPEG", "1200", "900"))
            self.assertIn(index, [i for _, i, _ in rows[:2]], name)

    def test_mobilenet_v2_of_int8(self):
        """uint8 in and out: the answers of TFLite Micro, and the right classes."""
        with open(os.path.join(MODELS, "int8", "expected.json"), encoding="utf-8") as f:
            file = json.load(f)["mobilenet_v2_1.0_224_ptq.tflite"]
        labels = os.path.join(MODELS, "imagenet_labels_1001.txt")
        with open(labels, encoding="utf-8") as f:
            names = f.read().splitlines()
        program = self.program(f"-DMODEL={MODELS}/int8/mobilenet_v2_1.0_224_ptq.tflite", f"-DLABELS={labels}",
                               "-DCMAKE_C_FLAGS_RELEASE=-O1")
        self.assertIn("(default: no", self.good(program, "--help").stdout)  # a softmax is before the requantize
        cases = {case["image"]: case for case in file["cases"] if "image" in case}
        told = parse(self.good(program, "--ratio", "1", *[os.path.join(MODELS, "images", name) for name in cases]).stdout)
        right = {}
        for (_, rows), (name, case) in zip(told, cases.items(), strict=True):
            codes = numpy.frombuffer(bytes.fromhex(case["out"]), numpy.uint8)
            for percent, index, label in rows:
                self.assertEqual((percent, label), (float(f"{100 * codes[index] / 256:.2f}"), names[index]), name)
            self.assertEqual([p for p, _, _ in rows], sorted((p for p, _, _ in rows), reverse=True))
            self.assertEqual((rows[0][1], codes[rows[0][1]]), (case["top1"], codes.max()), name)
            right[name] = rows[0][2]
        for name, word in (("cat.png", "cat"), ("chelsea_cat.png", "cat"), ("bird_chickadee.png", "chickadee"),
                           ("parrot_macaw.png", "macaw"), ("hot_dog.png", "hotdog"), ("coffee_cup.png", "espresso")):
            self.assertIn(word, right[name])

    def test_names_of_imagenet(self):
        script = os.path.join(SOURCE, "examples", "classify", "imagenet_labels.py")
        done = run([sys.executable, script], self.folder)
        if done.returncode:
            self.skipTest(done.stderr.strip())
        names = done.stdout.splitlines()
        self.assertEqual((len(names), names[285], names[934]), (1000, "Egyptian cat", "hotdog"))
        self.assertEqual(self.good(sys.executable, script, "1001").stdout.splitlines(), ["background", *names])
        program = self.program("-DMODEL=mobilenet_v1.net", "-DOPTIONS=-D;width=0.25",
                               f"-DWEIGHTS={MODELS}/mobilenet_v1_025_224.safetensors")
        told = self.good(program, "--ratio", "1", os.path.join(MODELS, "images", "hot_dog.png")).stdout
        self.assertEqual(parse(told)[0][1][0][1:], (934, "hotdog"))


if __name__ == "__main__":
    unittest.main()
