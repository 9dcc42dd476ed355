"""examples/two_models: two networks in one program, in one arena or two."""
import os
import re
import unittest

from example import EXAMPLES, FASHION, Example, read_pgm, run

FOOTWEAR = {"sandal", "sneaker", "ankle boot"}


class TwoModels(Example):
    name = "two_models"

    def sizes(self, build):
        sizes = []
        for name in ("gate", "fashion"):
            with open(os.path.join(build, f"{name}.lcc/{name}.h"), encoding="utf-8") as f:
                sizes.append(int(re.search(r"_ARENA_BYTES (\d+)", f.read()).group(1)))
        return sizes

    def test_answers(self):
        expected = self.fashion_answers()
        gate = os.path.join(EXAMPLES, "two_models", "gate")
        told = []
        for shared in ("ON", "OFF"):
            build = self.build(f"-DSHARED_ARENA={shared}", build=shared)
            *lines, last = self.good(os.path.join(build, "two_models"), *expected).stdout.splitlines()
            told.append(lines)
            sizes = self.sizes(build)
            shoes = sum(name in FOOTWEAR for name, _ in expected.values())
            arena = max(sizes) if shared == "ON" else sum(sizes)
            self.assertEqual(last, f"the gate ran {len(expected)} times, the classifier {shoes} times, in {arena} bytes of "
                                   f"arena ({sizes[0]} and {sizes[1]})")
        self.assertEqual(*told, "the two networks disturb each other in a common arena")

        for line, (path, (name, percent)) in zip(told[0], expected.items(), strict=True):
            says = re.fullmatch(r"(\S+): ([\d.]+) % (footwear|something else)(?:: ([\w ]+), ([\d.]+) %)?", line)
            self.assertEqual(says[1], path)
            self.assertEqual(says[3] == "footwear", name in FOOTWEAR, line)
            probs = self.reference([gate + ".net", "-w", gate + ".safetensors"], read_pgm(path))
            self.assertAlmostEqual(float(says[2]), 100 * probs.max(), delta=0.02)
            if says[4]:
                self.assertEqual(says[4], name)
                self.assertAlmostEqual(float(says[5]), percent, delta=0.02)

    def test_readme(self):
        told = self.follow_readme()
        self.assertIn("ankle boot", told)
        self.assertIn("the classifier 4 times", told)

    def test_bad_pictures(self):
        program = os.path.join(self.build(), "two_models")
        self.assertEqual(run([program], self.folder).returncode, 2)
        self.write("short.pgm", "P5 28 28 255\nxxx")
        done = run([program, "none.pgm", "short.pgm", os.path.join(FASHION, "images", "bag.pgm")], self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "none.pgm cannot be opened\nshort.pgm ends too soon\n")
        self.assertIn("something else\nthe gate ran 1 times, the classifier 0 times", done.stdout)


if __name__ == "__main__":
    unittest.main()
