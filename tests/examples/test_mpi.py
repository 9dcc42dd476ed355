"""examples/mpi: a folder of pictures by 1, 2 and 3 ranks: the same answers, those of the interpreter, and a picture that cannot
be read stops none of the rest."""
import json
import os
import re
import shutil
import subprocess

from example import FASHION, MODELS, Example, enlarged, has_sanitizer, main, png, read_pgm, run

# Open MPI's --oversubscribe and --allow-run-as-root, and ranks that wait leave the processor to others; another MPI does not need
# these and passes them over.
os.environ |= {"OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_mpi_yield_when_idle": "1"}


class Mpi(Example):
    name = "mpi"

    def folder_of_pictures(self, expected, copies):
        """{name: (class, percent)} of what is in the folder `pictures` then: PGM files, PNG files, and others."""
        os.mkdir(self.path("pictures"))
        answers = {}
        for path, answer in expected.items():
            stem = os.path.splitext(os.path.basename(path))[0]
            shutil.copy(path, self.path("pictures"))
            answers[stem + ".pgm"] = answer
            with open(self.path(f"pictures/{stem}.PNG"), "wb") as f:
                f.write(png(enlarged(read_pgm(path), 1)))
            answers[stem + ".PNG"] = answer
            for i in range(copies):
                os.symlink(path, self.path(f"pictures/{stem} {i}.pgm"))
                answers[f"{stem} {i}.pgm"] = answer
        self.write("pictures/notes.txt", "no picture, and not called one")
        return answers

    def look(self, ranks, *words):
        return run(["mpirun", "-n", str(ranks), self.program, *words], self.folder)

    def check(self, told, answers):
        names = sorted(answers, key=os.fsencode)
        for line, name in zip(told.splitlines(), names, strict=True):
            says = re.fullmatch(r"pictures/(.+): ([\w -]+), ([\d.]+) %", line)
            self.assertEqual((says[1], says[2]), (name, answers[name][0]))
            self.assertAlmostEqual(float(says[3]), answers[name][1], delta=0.02)

    def test_answers(self):
        self.program = os.path.join(self.build(), "classify_folder")
        answers = self.folder_of_pictures(self.fashion_answers(), 50)
        told = {}
        for ranks in (1, 2, 3):
            # Where the ranks share one busy processor the first may be done before the next one is heard: then again.
            for _ in range(20):
                done = self.look(ranks, "--verbose", "pictures")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(told.setdefault(ranks, done.stdout), done.stdout)
                shares = re.search(rf"^{len(answers)} pictures in [\d.]+ s; by rank:((?: \d+){{{ranks}}})$", done.stderr, re.M)
                shares = [int(n) for n in shares[1].split()]
                self.assertEqual(sum(shares), len(answers))
                at_work = sum(n > 0 for n in shares)
                if at_work >= min(ranks, 2):
                    break
            self.assertGreaterEqual(at_work, min(ranks, 2))
        self.check(told[1], answers)
        self.assertEqual((told[2], told[3]), (told[1], told[1]))
        self.check_wrong_use()

    def check_wrong_use(self):
        os.mkdir(self.path("empty"))
        self.write("nine.txt", "a\n" * 9)
        for words, status, why in ((["empty"], 1, "empty: no pictures in it"), (["none"], 1, "none: No such file or directory"),
                                   ([], 2, "wants one folder"), (["pictures", "empty"], 2, "wants one folder"),
                                   (["--wide", "pictures"], 2, "unrecognized option"),
                                   (["--labels", "nine.txt", "pictures"], 1, "9 lines, but the network has 10 classes")):
            done = self.look(2, *words)
            self.assertEqual((done.returncode, done.stdout), (status, ""), words)
            self.assertEqual(done.stderr.count(why), 1, done.stderr)
        self.assertIn("--verbose", self.good("mpirun", "-n", "2", self.program, "--help").stdout)

    def test_what_cannot_be_read(self):
        """With a program that is built with sanitizers, where they are."""
        words = []
        if has_sanitizer("address,undefined"):
            words = ["-DCMAKE_BUILD_TYPE=None",
                     "-DCMAKE_C_FLAGS=-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"]
            os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # MPI's own libraries leave much behind
        self.program = os.path.join(self.build(*words), "classify_folder")
        answers = self.folder_of_pictures(self.fashion_answers(), 0)
        self.write("pictures/a.png", "text")
        self.write("pictures/coat_1.pgm", "P5 28 28 255\nxxx")
        self.write("pictures/z.jpg", "")
        os.mkdir(self.path("pictures/folder.ppm"))
        os.symlink("nowhere", self.path("pictures/link.jpeg"))
        wanted = ["a.png: no JPEG, PNG, PGM or PPM file", "coat_1.pgm: ends too soon", "folder.ppm: Is a directory",
                  "link.jpeg: No such file or directory", "z.jpg: no JPEG, PNG, PGM or PPM file"]
        for ranks in (1, 3):
            done = self.look(ranks, "pictures")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertNotIn("Sanitizer", done.stderr)
            self.check(done.stdout, answers)
            self.assertEqual(re.findall(r"^classify_folder: pictures/(.*)$", done.stderr, re.M), wanted)

    def test_photographs(self):
        """A network of ImageNet, in colour, where models are at hand: the classes that ONNX Runtime gives."""
        if not os.path.exists(os.path.join(MODELS, "expected.json")):
            self.skipTest("no trained models here; set LCC_MODELS to their folder")
        with open(os.path.join(MODELS, "expected.json"), encoding="utf-8") as f:
            expected = json.load(f)["mobilenet_v1_025_224"]["top5"]
        labels = os.path.join(MODELS, "imagenet_labels_1001.txt")
        with open(labels, encoding="utf-8") as f:
            names = f.read().splitlines()[1:]
        self.program = os.path.join(self.build("-DMODEL=mobilenet_v1.net", "-DOPTIONS=-D;width=0.25", f"-DLABELS={labels}",
                                               f"-DWEIGHTS={MODELS}/mobilenet_v1_025_224.safetensors"), "classify_folder")
        done = self.look(2, os.path.join(MODELS, "images"))
        self.assertEqual(done.returncode, 0, done.stderr)
        told = re.findall(r"^.*/(\w+)\.png: (.*), ([\d.]+) %$", done.stdout, re.M)
        self.assertLessEqual(set(expected), {name for name, _, _ in told})
        for name, label, percent in told:
            if name in expected:
                index, _, probability = expected[name][0]
                self.assertEqual(label, names[index])
                self.assertAlmostEqual(float(percent), 100 * probability, delta=0.02)

    def test_readme(self):
        told = self.follow_readme()
        self.assertEqual(len(re.findall(r"^\.\./fashion/images/.*\.pgm: .* %$", told, re.M)),
                         len(os.listdir(os.path.join(FASHION, "images"))))
        self.assertIn("ankle_boot.pgm: ankle boot", told)


if __name__ == "__main__":
    main([package for package, found in
          (("libopenmpi-dev", shutil.which("mpicc")), ("openmpi-bin", shutil.which("mpirun")),
           *((package, not subprocess.call(["pkg-config", "--exists", name]))
             for package, name in (("libturbojpeg0-dev", "libturbojpeg"), ("libpng-dev", "libpng")))) if not found])
