"""--tune: tiles measured once, kept in a file, and used from there on."""
import json
import os
import re
import stat
import sys
import unittest

from common import Case, LCC, NO_WEIGHTS, SOURCE, compilers

CC = (compilers() or [None])[0]
NO_COMPILER = {**os.environ, "CC": "/nonexistent"}


@unittest.skipUnless(CC, "there is no C compiler here")
class Tune(Case):
    def setUp(self):
        super().setUp()
        self.scratch = self.path("scratch")
        os.mkdir(self.scratch)

    def tune(self, *words, **more):
        """lcc with --tune t.json, and temporary files in a folder that must be empty afterwards."""
        done = self.lcc("tiny.net", "--tune", "t.json", *words, env={**os.environ, "CC": CC, "TMPDIR": self.scratch, **more})
        self.assertEqual(os.listdir(self.scratch), [])
        return done

    def make(self, *words):
        """Measures; the tiles."""
        done = self.tune("-o", "made.c", *words)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", NO_WEIGHTS))
        return json.loads(self.read("t.json"))

    def refuse(self, message, *words, **more):
        """It must fail so, and write neither code nor tiles."""
        before = {name: self.read(name) for name in os.listdir(self.folder) if name != "scratch"}
        done = self.tune("-o", "refused.c", *words, **more)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.startswith(NO_WEIGHTS + message), done.stderr)
        self.assertEqual({name: self.read(name) for name in os.listdir(self.folder) if name != "scratch"}, before)

    def test_every_layer_has_a_tile(self):
        made = self.make()
        self.assertEqual(made["format"], 1)
        self.assertEqual(list(made["tiles"]),
                         ["stem", "block.expand", "block.se.reduce", "block.se.expand", "block.project", "head", "fc"])
        for tile in made["tiles"].values():
            self.assertEqual(sorted(tile), ["pixels", "vectors"])
        self.assertIn(b" --tune t.json ", self.read("made.c"))

    def test_the_file_is_used_and_nothing_measured(self):
        self.make()
        tiles = self.read("t.json")
        os.rename(self.path("made.c"), self.path("first.c"))
        done = self.tune("-o", "made.c", CC="/nonexistent")
        self.assertEqual((done.returncode, done.stderr), (0, NO_WEIGHTS))
        self.assertEqual(self.read("made.c"), self.read("first.c"))
        self.assertEqual(self.read("t.json"), tiles)

    def test_large_weights_are_still_there_after_measuring(self):
        """lcc frees large weights as it packs them for the last time; each measured plan packs them before that."""
        self.write("tiny.net", "net tiny {\n    input x: f32[2, 2, 256]\n    from x -> conv(256, 1, bias = true) -> relu\n"
                               "    output y\n}\n")
        self.make("--storage", "file")
        tuned = self.read("made.weights")
        done = self.tune("-o", "again.c", "--storage", "file", CC="/nonexistent")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.read("again.weights"), tuned)
        self.assertGreater(len(tuned), 256 * 256 * 4)

    def test_a_tile_steers_the_code(self):
        made = self.make("--target", "generic")
        for pixels in (2, 3):
            made["tiles"]["head"] = {"pixels": pixels, "vectors": 1}
            self.write("t.json", json.dumps(made))
            done = self.tune("--summary", "--target", "generic")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, rf"\nhead .*pointwise {pixels} x 1 of f32x1")

    def test_what_does_not_fit_is_warned_of(self):
        made = self.make()
        right = made["tiles"]["head"]
        made["tiles"]["head"] = {"pixels": 99, "vectors": 7}
        made["tiles"]["foot"] = {"pixels": 1, "vectors": 1}
        self.write("t.json", json.dumps(made))
        done = self.tune("-o", "again.c")
        self.assertEqual(done.returncode, 0)
        said = re.sub(r"it gets \d+ x \d+", "it gets N x N", done.stderr)
        self.assertEqual(said, NO_WEIGHTS + "lcc: warning: t.json: layer 'head' cannot have a tile of 99 pixels x 7 vectors; "
                         "it gets N x N\nlcc: warning: t.json: there is no conv or dense layer 'foot' in this network\n")
        self.assertNotEqual(right, made["tiles"]["head"])

    def test_another_target(self):
        self.make("--target", "generic")
        self.refuse("lcc: error: t.json: was measured for the target generic, and this is wasm32", "--target", "wasm32")

    def test_a_foreign_target_is_not_measured_but_takes_a_file(self):
        self.refuse("lcc: error: --tune: t.json does not exist, and this machine cannot measure it, because it does not run wasm32",
                    "--target", "wasm32")
        self.write("t.json", '{"format": 1, "target": "wasm32", "tiles": {"head": {"pixels": 3, "vectors": 1}}}')
        done = self.tune("-o", "foreign.c", "--target", "wasm32")
        self.assertEqual((done.returncode, done.stderr), (0, NO_WEIGHTS))
        self.assertIn(b"pointwise 3 x 1 of f32x4", self.read("foreign.c"))

    def test_files_that_are_none(self):
        begin = '{"format": 1, "target": "generic", "tiles": '
        for text, why in (('{"format": 1,\n "target" 2}', "t.json:2:11: error: not JSON: ':' expected near '2'"),
                          ("", "t.json:1:1: error: not JSON: "), ("[]", "lcc: error: t.json: not a file of tiles: it is not an object"),
                          ("{}", 'lcc: error: t.json: not a file of tiles: its "format" is missing'),
                          ('{"format": 2}', "lcc: error: t.json: its format is 2; this version of lcc reads 1"),
                          ('{"format": 1}', 'lcc: error: t.json: its "target" is missing, or not a string'),
                          (begin + "[]}", 'lcc: error: t.json: its "tiles" are missing, or not an object'),
                          (begin + '{"a": 1}}', "lcc: error: t.json: layer 'a': expected \"pixels\" and \"vectors\""),
                          (begin + '{"a": {"pixels": 0, "vectors": 1}}}', "lcc: error: t.json: layer 'a': expected"),
                          (begin + '{"a": {"pixels": 1, "vectors": 1.5}}}', "lcc: error: t.json: layer 'a': expected")):
            self.write("t.json", text)
            self.refuse(why, "--target", "generic")

    def test_compilers_that_fail(self):
        self.refuse("lcc: error: --tune: cannot run the C compiler '/nonexistent': No such file or directory\n",
                    CC="/nonexistent")
        self.write("cc.sh", "#!/bin/sh\necho first line >&2\necho second line >&2\nexit 3\n")
        os.chmod(self.path("cc.sh"), stat.S_IRWXU)
        self.refuse("lcc: error: --tune: the C compiler './cc.sh' failed, exit status 3\n"
                    "lcc: note: first line\nlcc: note: second line\n", CC="./cc.sh --with words")

    def test_a_program_that_prints_nothing(self):
        self.write("cc.sh", '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\ncp /bin/true "$2"\n')
        os.chmod(self.path("cc.sh"), stat.S_IRWXU)
        self.refuse("lcc: error: --tune: the measuring program did not print a time for each step", CC="./cc.sh")

    def test_a_folder_that_cannot_be_written(self):
        done = self.lcc("tiny.net", "-o", "m.c", "--tune", "none/t.json", env=NO_COMPILER)
        self.assertEqual((done.returncode, done.stderr), (
            1, NO_WEIGHTS + "lcc: error: none/t.json: cannot write: No such file or directory\n1 error\n"))

    def test_it_is_not_overwritten(self):
        self.make("--target", "generic")
        os.rename(self.path("t.json"), self.path("t.c"))
        done = self.lcc("tiny.net", "-o", "t.c", "--target", "generic", "--tune", "t.c")
        self.assertEqual(done.returncode, 1)
        self.assertIn("lcc: error: t.c: this file is an input, and would be overwritten\n", done.stderr)

    def test_the_output_depends_on_it(self):
        self.make("--depfile", "d")
        self.assertIn(b" \\\n  t.json\n", self.read("d"))

    def test_layers_of_one_label(self):
        self.write("tiny.net", "net tiny {\n    input x: f32[8, 8, 8]\n    inverted_residual(8, expand = 2)\n"
                   "    inverted_residual(8, expand = 2)\n    output y\n}\n")
        self.assertEqual(list(self.make()["tiles"]), ["expand", "project", "expand#2", "project#2"])
        done = self.tune("-o", "again.c", CC="/nonexistent")
        self.assertEqual((done.returncode, done.stderr), (0, NO_WEIGHTS))

    @unittest.skipUnless(os.uname().machine == "x86_64", "needs an x86-64")
    def test_a_weaker_target_of_this_machine_is_measured(self):
        self.assertEqual(self.make("--target", "x86-64", "--reuse-input")["target"], "x86-64")

    def test_a_network_without_tiles(self):
        self.write("tiny.net", "net tiny {\n    input x: f32[8, 8, 4]\n    relu\n    output y\n}\n")
        done = self.tune("-o", "made.c", CC="/nonexistent")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(self.read("t.json"))["tiles"], {})

    def test_what_it_does_not_go_with(self):
        for words, why in ((["--run", "x.npy", "--out", "y.npy"], "--run writes no code: --tune cannot be given with it"),
                           (["--emit", "dot"], "--tune and --emit dot cannot be given together"),
                           (["-o", "a.c", "--target", "x86-64,x86-64-v3"],
                            "--tune takes one target at a time: tiles are measured for a machine"),
                           (["--check"], "--check and --tune cannot be given together")):
            done = self.lcc("tiny.net", "--tune", "t.json", *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"lcc: error: {why}\n", done.stderr)


@unittest.skipUnless(CC, "there is no C compiler here")
class Answers(Case):
    def test_any_tiles_give_the_interpreters_answer(self):
        try:
            sys.path.insert(0, os.path.join(SOURCE, "tests", "diff"))
            import emitted
        except ImportError as missing:
            self.skipTest(str(missing))
        done = self.lcc("tiny.net", "--tune", "t.json", "-o", "m.c", env={**os.environ, "CC": CC})
        self.assertEqual(done.returncode, 0, done.stderr)
        made = json.loads(self.read("t.json"))
        net, tiles = self.path("tiny.net"), self.path("t.json")
        for pixels in (None, 1, 2, 5): # as measured; then others that most layers can have
            if pixels:
                for tile in made["tiles"].values():
                    tile.update(pixels=pixels, vectors=1)
                self.write("t.json", json.dumps(made))
            model = emitted.Model(LCC, net, self.folder, ["--tune", tiles])
            inputs = model.random_inputs(1)
            error = emitted.largest_error(model(inputs), emitted.interpret(LCC, net, self.folder, inputs, 1))
            self.assertLessEqual(error, 1e-4)


if __name__ == "__main__":
    unittest.main()
