"""The command line: every option, what is refused, in which words, and the exit codes."""
import json
import os
import re
import unittest
import xml.etree.ElementTree

from common import Case, LCC, NO_WEIGHTS, SOURCE, TINY, npy, read_npy, run

HINT = "lcc --help lists the options\n"


class CommandLine(Case):
    def refuse(self, *lines_and_words):
        """refuse(line.., words): the command line is at fault, said in those lines."""
        *lines, words = lines_and_words
        count = f"{len(lines)} error{'s' if len(lines) > 1 else ''}\n"
        self.bad(2, "".join(f"lcc: error: {line}\n" for line in lines) + count + HINT, *words)

    def test_nothing(self):
        self.refuse("no network is given: lcc [options] MODEL.net -o model.c", [])

    def test_no_output(self):
        self.refuse("no file to write: -o FILE.c is missing", ["tiny.net"])

    def test_unknown_options(self):
        self.refuse("unknown option --wieghts: did you mean --weights?", ["tiny.net", "-o", "a.c", "--wieghts=x"])
        self.refuse("unknown option --frobnicate", ["tiny.net", "-o", "a.c", "--frobnicate"])
        self.refuse("unknown option -x", ["tiny.net", "-o", "a.c", "-x"])

    def test_words_are_not_shortened(self):
        self.refuse("unknown option --vari: did you mean --variant?", ["tiny.net", "-o", "a.c", "--vari"])

    def test_arguments(self):
        self.refuse("--variant needs an argument", ["tiny.net", "-o", "a.c", "--variant"])
        self.refuse("-w needs an argument", ["tiny.net", "-o", "a.c", "-w"])
        self.refuse("--selftest takes no argument", ["tiny.net", "-o", "a.c", "--selftest=yes"])

    def test_several_errors_at_once(self):
        self.refuse("-D 3=4: expected NAME=VALUE", "-D x: expected NAME=VALUE", "-D x=: expected NAME=VALUE",
                    "one network at a time: both 'tiny.net' and 'other.net' are given",
                    ["tiny.net", "-D", "3=4", "-Dx", "-Dx=", "other.net", "-o", "a.c"])

    def test_numbers(self):
        for text in ("", "x", "0", "-1", "1.3", "1e6", "0x10", "1.5MB", "1..2K", "K", "inf", "nan", " 5", "9" * 30):
            for word in ("--max-ram", "--max-flash"):
                self.refuse(f"{word} {text}: expected a whole number of bytes, such as 65536, 256K or 1.5M, or min",
                            ["tiny.net", "-o", "a.c", "--target", "cortex-m4", word, text])
        for text in ("", "x", "-1", "+1", "1.0", "0x1", " 1", "18446744073709551616"):
            self.refuse(f"--seed {text}: expected a whole number from 0 to 18446744073709551615",
                        ["tiny.net", "-o", "a.c", "--seed", text])

    def test_choices(self):
        self.refuse("--storage: there is no 'embd': did you mean 'embed'? There are embed, incbin and file",
                    ["tiny.net", "-o", "a.c", "--storage", "embd"])
        self.refuse("--emit: there is no 'xyzzy': there are c, net, json, dot, memory, memory-table, html and svg",
                    ["tiny.net", "-o", "a.c", "--emit", "xyzzy"])
        self.refuse("--dtype: there is no 'bf8': there are f32, int8 and bf16", ["tiny.net", "-o", "a.c", "--dtype", "bf8"])
        done = self.lcc("tiny.net", "-o", "a.c", "--target", "x86-64-v33")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--target: there is no 'x86-64-v33': did you mean 'x86-64-v3'? There are native, generic", done.stderr)

    def test_several_targets(self):
        can = "those that can are x86-64, x86-64-v3, x86-64-v4, x86-64-v4-vnni and x86-64-v4-bf16"
        for given, message in (("x86-64,generic", "x86-64 and generic cannot be in one file: " + can),
                               ("generic,x86-64", "generic and x86-64 cannot be in one file: " + can),
                               ("x86-64,aarch64", "x86-64 and aarch64 cannot be in one file: " + can),
                               ("wasm32,aarch64", "wasm32 and aarch64 cannot be in one file: " + can),
                               ("generic,generic", "generic is in it twice"),
                               ("x86-64-v3,x86-64,x86-64-v3", "x86-64-v3 is in it twice")):
            self.refuse(f"--target {given}: {message}", ["tiny.net", "-o", "a.c", "--target", given])
        for given, unknown in (("x86-64,x86-64-v5", "x86-64-v5"), ("x86-64,", ""), (",x86-64", ""), (",", ""), ("", "")):
            done = self.lcc("tiny.net", "-o", "a.c", "--target", given)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"--target: there is no '{unknown}': ", done.stderr)

    def test_what_later_versions_bring(self):
        self.refuse("--dtype int8 needs --calibrate FILE.npy: the scales follow from the values on your samples", ["tiny.net", "-o", "a.c", "--dtype", "int8"])

    def test_names(self):
        for name in ("", "9a", "a-b", "a b", "é", "x" * 129):
            self.refuse(f"--name {name}: the prefix of C symbols is letters, digits and _, no digit first, at most 128",
                        ["tiny.net", "-o", "a.c", "--name", name])
        for name in ("a.h", "a", ".c", "c", "dir/.c"):
            self.refuse(f"-o {name}: the name of a C file ends in .c (the header goes beside it)", ["tiny.net", "-o", name])
        for name in ('a"b.c', "a\\b.c", "a\nb.c", "what?.c", "a%s.c"):
            self.refuse(f"-o {name}: an #include cannot have that name", ["tiny.net", "-o", name])
        self.refuse("-o: the name of the file is empty", "-o : the name of a C file ends in .c (the header goes beside it)",
                    ["tiny.net", "-o", ""])

    def test_combinations(self):
        self.refuse("--run needs --out OUT.npy", ["tiny.net", "--run", "a.npy"])
        self.refuse("--out needs --run IN.npy", ["tiny.net", "-o", "a.c", "--out", "a.npy"])
        self.refuse("--run writes no code: -o a.c cannot be given with it",
                    ["tiny.net", "--run", "a.npy", "--out", "b.npy", "-o", "a.c"])
        self.refuse("--run and --emit json cannot be given together",
                    ["tiny.net", "--run", "a.npy", "--out", "b.npy", "--emit", "json"])
        self.refuse("--run writes no code: --reuse-input cannot be given with it",
                    ["tiny.net", "--run", "a.npy", "--out", "b.npy", "--reuse-input"])
        self.refuse("--reuse-input and --emit dot cannot be given together", ["tiny.net", "--reuse-input", "--emit", "dot"])
        self.refuse("--check and --reuse-input cannot be given together", ["tiny.net", "--check", "--reuse-input"])
        self.refuse("--summary and --emit dot both go to standard output: give -o FILE to one of them",
                    ["tiny.net", "--summary", "--emit", "dot"])
        self.refuse("--depfile needs -o: it says on what that file depends", ["tiny.net", "--summary", "--depfile", "d"])
        self.refuse("--after fold_batch_norm needs --emit net or --emit dot",
                    ["tiny.net", "-o", "a.c", "--after", "fold_batch_norm"])

    def test_attached_arguments(self):
        self.write("p.net", "param n = 1\n" + TINY.replace("dense(5)", "dense(n)"))
        for words in (["-Dn=3", "-omodel.c", "--seed=4"], ["-D", "n=3", "-o", "model.c", "--seed", "4"]):
            self.good("p.net", *words)
            self.assertIn(b"TINY_PROBS_SIZE 3\n", self.read("model.h"))

    def test_a_file_that_begins_with_a_dash(self):
        os.rename(self.path("tiny.net"), self.path("-tiny.net"))
        self.good("-o", "model.c", "--", "-tiny.net")
        self.assertIn(b"lcc -tiny.net ", self.read("model.c"))

    def test_seed_changes_the_weights(self):
        made = []
        for seed in ("0", "0", "1", "18446744073709551615"):
            self.good("tiny.net", "-o", "model.c", "--seed", seed)
            made.append(re.search(rb"weights ([0-9a-f]{16})", self.read("model.c")).group(1))
        self.assertEqual(made[0], made[1])
        self.assertEqual(len(set(made)), 3)

    def test_the_warning_about_weights(self):
        done = self.lcc("tiny.net", "-o", "model.c")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", NO_WEIGHTS))


class Questions(Case):
    def test_version(self):
        self.assertRegex(self.good("--version"), r"^lcc \d+\.\d+\.\d+\n$")

    def test_help_and_manual_have_every_option(self):
        with open(os.path.join(SOURCE, "compiler", "options.def"), encoding="utf-8") as f:
            table = re.findall(r"^OPTION\(\w+, (\S+), (\S+), (\S+),\s+(NULL|\")", f.read(), re.M)
        self.assertGreater(len(table), 20)
        text, manual = self.good("--help"), self.good("--help-man").replace("\\-", "-")
        for letter, word, argument, shown in table:
            for form in ([f"-{letter[1]}"] if letter != "0" else []) + ([f"--{word[1:-1]}"] if word != "NULL" else []):
                pattern = re.escape(form) + r"[ ,\n]"
                self.assertEqual(bool(re.search(r"^  .*" + pattern, text, re.M)), shown != "NULL", form)
                self.assertEqual(bool(re.search(r"^\.B .*" + pattern, manual, re.M)), shown != "NULL", form)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertEqual(text, self.good("-h"))
        self.assertEqual(text, self.good("--help", "--version"))

    def test_a_question_does_not_hide_mistakes(self):
        self.bad(2, "lcc: error: unknown option --nonsense\n1 error\n" + HINT, "--help", "--nonsense")

    def test_manual_is_well_formed(self):
        self.write("lcc.1", self.good("--help-man"))
        done = run(["man", "--warnings", "-l", self.path("lcc.1")]) if os.path.exists("/usr/bin/man") else None
        if done is None:
            self.skipTest("there is no man here")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("compile a network description and its weights to C", done.stdout)


class Memory(Case):
    """--emit memory: the bars of the picture are the plan's buffers."""

    def bars(self, *words):
        root = xml.etree.ElementTree.fromstring(self.good("tiny.net", "--emit", "memory", *words))
        found = []
        for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
            if rect.get("class") in ("map", "own"):
                found.append([float(rect.get(key)) for key in ("x", "y", "width", "height")])
        title = next(root.iter("{http://www.w3.org/2000/svg}text")).text
        return found, title

    def test_bars_do_not_overlap(self):
        for target in ("generic", "x86-64-v4"):
            bars, title = self.bars("--target", target)
            arena = json.loads(self.good("tiny.net", "--emit", "json", "--target", target))["arena_bytes"]
            self.assertIn(f"an arena of {arena} bytes", title)
            self.assertTrue(bars)
            for i, (x, y, width, height) in enumerate(bars):
                for x2, y2, width2, height2 in bars[:i]:
                    apart = x + width <= x2 + 0.3 or x2 + width2 <= x + 0.3 or y + height <= y2 + 0.3 or y2 + height2 <= y + 0.3
                    self.assertTrue(apart, (bars[i], (x2, y2, width2, height2)))
            self.assertAlmostEqual(max(y + height for _, y, _, height in bars) - min(bar[1] for bar in bars), 420, delta=2)

    def test_file(self):
        self.good("tiny.net", "--emit", "memory", "-o", "arena.svg")
        self.assertTrue(self.read("arena.svg").startswith(b"<svg "))

    def test_table(self):
        for target in ("generic", "x86-64-v4"):
            words = ("tiny.net", "--target", target, "--emit")
            about = json.loads(self.good(*words, "json"))
            title, steps, buffers = self.good(*words, "memory-table").split("\n\n")
            self.assertIn(f"an arena of {about['arena_bytes']:,} bytes", title)
            live = [int(line.split()[2].replace(",", "")) for line in steps.splitlines()[1:]]
            self.assertEqual(len(live), len(about["steps"]))
            fullest = [i for i, line in enumerate(steps.splitlines()[1:]) if line.endswith("the fullest")]
            self.assertEqual([live[i] for i in fullest], [max(live)])
            summed = [0] * len(live)  # what is live in a step is what its buffers take, each rounded up to 64 bytes
            end = 0
            for line in buffers.splitlines()[1:]:
                offset, size, first, _, last = [int(word.replace(",", "")) for word in line.replace("to", "0").split()[:5]]
                end = max(end, offset + (size + 63) // 64 * 64)
                for i in range(first - 1, last):
                    summed[i] += (size + 63) // 64 * 64
            self.assertEqual((summed, end), (live, about["arena_bytes"]))


class Summary(Case):
    def test_table(self):
        text = self.good("tiny.net", "--summary", "--target", "generic")
        lines = text.splitlines()
        self.assertEqual(lines[0], "tiny")
        self.assertEqual(lines[2].split(), ["layer", "op", "output", "params", "MACs", "kernel", "kcycles", "weights"])
        stem = next(line for line in lines if line.startswith("stem "))
        self.assertRegex(stem, r"^stem +conv 3x3 /2 \+ bn \+ relu6 +8x8x8 +232 +0\.01 M +\S.* +\d+$")
        totals = dict(line.split(None, 1) for line in lines[lines.index("", 3) + 1:])
        self.assertEqual(set(totals) - {"threads"}, {"params", "MACs", "removed", "arena", "weights", "predicted", "steps",
                                                    "target"})
        self.assertEqual(totals["removed"], "no channel, since the weights are random; with trained weights some may go, which takes fewer bytes")
        self.assertTrue(totals["target"].startswith("generic: "))
        self.assertEqual(totals["params"], "1,099")

    def test_removed_channels_are_told_with_the_weights(self):
        """The bytes of weights are fewer with trained weights than with random ones, and the lines say why."""
        fashion = os.path.join(SOURCE, "examples", "fashion", "fashion")
        random = self.good(fashion + ".net", "--summary")
        trained = self.good(fashion + ".net", "-w", fashion + ".safetensors", "--summary")
        self.assertNotEqual(*[re.search(r"(?m)^weights +([\d,]+) bytes$", text)[1] for text in (random, trained)])
        self.assertRegex(random, r"(?m)^removed   no channel, since the weights are random; ")
        found = re.search(r"(?m)^removed   ([\d,]+) of ([\d,]+) channels, with their weights: \1 are the same for every input$", trained)
        kept = re.findall(r" (\d+) of (\d+) ", trained.split("removed")[0])
        self.assertEqual(int(found[1]), sum(int(of) - int(left) for left, of in kept))

    def test_what_the_selftest_takes(self):
        """The summary and the header say by how many bytes it makes the static arena larger, and that is so."""
        sizes = []
        for words in ([], ["--selftest"]):
            text = self.good("tiny.net", "--summary", "-o", "model.c", "--target", "generic", *words)
            self.compile("cc", "-O1", "-c", "model.c")
            sizes.append(sum(int(line.split()[1], 16) for line in self.program("nm", "-S", "model.o").splitlines()
                             if line.split()[-2] in "bB"))
        told = re.search(r"(?m)^self-test ([\d,]+) bytes more in the static arena$", text)[1].replace(",", "")
        self.assertEqual(sizes[1] - sizes[0], int(told))
        self.assertIn(f"static arena, which has {told} bytes", self.read("model.h").decode().replace("\n * ", " "))

    def test_it_goes_with_the_code(self):
        text = self.good("tiny.net", "--summary", "-o", "model.c")
        self.assertIn("params    1,099\n", text)
        self.assertIn(b"tiny_run", self.read("model.c"))

    def test_variant(self):
        self.write("v.net", "param n = 1\nvariants {\n    name | n\n    big | 7\n}\n" + TINY.replace("dense(5)", "dense(n)"))
        self.assertEqual(self.good("v.net", "--variant", "big", "--summary").splitlines()[0], "tiny, variant big")
        self.good("v.net", "--variant", "big", "-o", "v.c")
        self.assertIn(b"void tiny_big_run(", self.read("v.h"))
        self.good("v.net", "--variant", "big", "--name", "mine", "-o", "v.c")
        self.assertIn(b"void mine_run(", self.read("v.h"))


class Run(Case):
    def test_one_sample_and_several(self):
        sample = [(i * 37) % 256 for i in range(768)]
        self.write("one.npy", npy([16, 16, 3], sample, "B"))
        self.write("two.npy", npy([2, 16, 16, 3], [0.0] * 768 + [float(v) for v in sample], "f"))
        self.good("tiny.net", "--run", "one.npy", "--out", "a.npy")
        self.good("tiny.net", "--run", "two.npy", "--out", "b.npy")
        one, two = read_npy(self.path("a.npy")), read_npy(self.path("b.npy"))
        self.assertEqual(one[0], (1, 1, 5))
        self.assertEqual(two[0], (2, 1, 1, 5))
        self.assertEqual(one[1], two[1][5:])
        self.assertAlmostEqual(sum(one[1]), 1.0, 12)
        self.assertNotEqual(two[1][:5], two[1][5:])

    def refuse(self, message, *words):
        done = self.lcc("tiny.net", "--run", *words)
        self.assertEqual((done.returncode, done.stderr), (1, NO_WEIGHTS + f"{message}\n1 error\n"))
        self.assertFalse(os.path.exists(self.path("o.npy")))

    def test_what_does_not_fit(self):
        self.write("shape.npy", npy([16, 15, 3], [0] * 720, "B"))
        self.refuse("lcc: error: shape.npy: the input 'image' is [16, 16, 3], or several of that, but the file has "
                    "[16, 15, 3]", "shape.npy", "--out", "o.npy")
        self.write("value.npy", npy([16, 16, 3], [0.0] * 767 + [0.5], "f"))
        self.refuse("lcc: error: value.npy: element 767 is 0.5, which uint8 cannot hold", "value.npy", "--out", "o.npy")
        self.refuse("lcc: error: none.npy: cannot open: No such file or directory", "none.npy", "--out", "o.npy")
        self.write("good.npy", npy([16, 16, 3], [0] * 768, "B"))
        self.write("cut.npy", npy([16, 16, 3], [0] * 768, "B")[:-1])
        done = self.lcc("tiny.net", "--run", "cut.npy", "--out", "o.npy")
        self.assertEqual(done.returncode, 1)
        self.assertIn("lcc: error: cut.npy: ", done.stderr)
        done = self.lcc("tiny.net", "--run", "good.npy", "--run", "good.npy", "--out", "o.npy")
        self.assertEqual(done.returncode, 1)
        self.assertIn("error: the network has 1 input, but --run is given 2 times\n", done.stderr)

    def test_what_would_take_too_long_or_too_much(self):
        self.write("wide.net", "net wide {\n    input x: f32[16384, 16384, 1]\n    relu -> max_pool(64, stride = 64)\n    output y\n}\n")
        self.write("slow.net", "net slow {\n    input x: f32[2048, 2048, 1]\n    conv(16, 1023)\n    output y\n}\n")
        for net, why in (("wide", "the reference interpreter would need 8589 MB for this network; it takes at most 640 MB"),
                         ("slow", "the reference interpreter would have to do 70231 thousand million multiply-adds; "
                                  "it does at most 400")):
            for words, start in ((["--run", "x.npy", "--out", "y.npy"], ""), (["-o", "m.c", "--selftest"], "--selftest: ")):
                done = self.lcc(net + ".net", *words)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"{net}.net:1:5: error: {start}{why}\n", done.stderr)

    def test_several_inputs_and_outputs(self):
        self.write("two.net", "net two {\n    input a: f32[2, 2, 1]\n    input b: f32[2, 2, 1]\n    add(a) as s\n"
                              "    output sum\n    from s -> relu\n    output positive\n}\n")
        self.write("a.npy", npy([2, 2, 1], [1.0, -2.0, 3.0, -4.0], "d"))
        self.write("b.npy", npy([2, 2, 1], [0.5] * 4, "d"))
        self.good("two.net", "--run", "a.npy", "--run", "b.npy", "--out", "s.npy", "--out", "p.npy")
        self.assertEqual(read_npy(self.path("s.npy")), ((2, 2, 1), (1.5, -1.5, 3.5, -3.5)))
        self.assertEqual(read_npy(self.path("p.npy")), ((2, 2, 1), (1.5, 0.0, 3.5, 0.0)))


class Emit(Case):
    def test_net_parses_back(self):
        flat = self.good("tiny.net", "--emit", "net")
        self.write("flat.net", flat)
        self.assertEqual(self.good("flat.net", "--emit", "net"), flat)

    def test_after_a_pass(self):
        folded = self.good("tiny.net", "--emit", "net", "--after", "fold_batch_norm")
        self.assertIn("bn", self.good("tiny.net", "--emit", "net"))
        self.assertNotRegex(folded, r"^\s*(-> )?bn\b")

    def test_json(self):
        import json
        self.good("tiny.net", "--emit", "json", "-o", "t.json")
        told = json.loads(self.read("t.json"))
        for key in ("name", "params", "macs", "macs_emitted", "arena_bytes", "weights_bytes", "inputs", "outputs", "layers"):
            self.assertIn(key, told)
        self.assertEqual(told["inputs"], [{"name": "image", "type": "uint8", "shape": [16, 16, 3]}])
        self.assertEqual(told["params"], 1099)
        self.assertEqual(told["params"], sum(layer["params"] for layer in told["layers"]))
        self.assertEqual(told["macs"], sum(layer["macs"] for layer in told["layers"]))
        self.good("tiny.net", "-o", "model.c")
        self.assertIn(b"TINY_ARENA_BYTES %d\n" % told["arena_bytes"], self.read("model.h"))
        self.assertIn(b"TINY_WEIGHTS_BYTES %d\n" % told["weights_bytes"], self.read("model.h"))

    def test_json_says_which_kernels_run(self):
        """The facts about each step, and the words for people, which say the same."""
        self.write("gate.net", """net gate {
    input x: f32[24, 24, 8]
    conv(8, 3) @"stem" -> relu
    pad(1) @"pad"
    depthwise(3) @"window" as map
    global_avg_pool @"pool" -> conv(8, 1) @"squeeze" -> sigmoid as gate
    from map
    mul(gate) @"gate" -> conv(8, 1) @"project" -> softmax @"end"
    output probs
}
""")
        for target, vector in (("generic", "f32x1"), ("x86-64-v3", "f32x8")):
            steps = json.loads(self.good("gate.net", "--emit", "json", "--target", target))["steps"]
            parts = [part for step in steps for part in step.get("parts", [step])]
            kinds = {part["layer"]: part for part in parts}
            self.assertEqual((kinds["stem"]["kind"], kinds["stem"]["vector"]), ("direct", vector))
            self.assertEqual((kinds["window"]["kind"], kinds["window"]["adds_up"]), ("depthwise", True))
            self.assertTrue(kinds["pool"]["of_sums"])
            self.assertEqual((kinds["project"]["kind"], kinds["project"]["weights_scaled"]), ("pointwise", True))
            self.assertEqual(kinds["end"]["kind"], "softmax")
            for part in parts:
                if "tile" in part:
                    self.assertEqual([min(1, size) for size in part["tile"]], [1, 1])
            for step in steps:
                said = step["kernel"]
                self.assertEqual("by rows" in said, step["kind"] == "chain")
                one = step.get("parts", [step])
                self.assertEqual("adding up" in said, any(part.get("adds_up") for part in one))
                self.assertEqual("of sums" in said, any(part.get("of_sums") for part in one))
                self.assertEqual("weights scaled" in said, any(part.get("weights_scaled") for part in one))
                self.assertEqual("in place" in said, any(part.get("in_place") for part in one))
                for part in one:
                    if "tile" in part:
                        self.assertIn("{} {} x {} of {}".format(part["kind"], *part["tile"], part["vector"]), said)

    def test_dot(self):
        self.assertRegex(self.good("tiny.net", "--emit", "dot"), r"^digraph ")


class Networks(Case):
    def test_missing(self):
        done = self.lcc("none.net", "-o", "model.c")
        listed = "lcc --list shows the networks that come with lcc\n"
        self.assertEqual((done.returncode, done.stderr),
                         (1, f"none.net: error: cannot open: No such file or directory\nlcc: note: {listed}1 error\n"))

    def test_search_path(self):
        os.mkdir(self.path("nets"))
        os.rename(self.path("tiny.net"), self.path("nets/tiny.net"))
        self.good("tiny.net", "-I", "nets", "-o", "model.c")
        self.good("tiny.net", "-I", "nowhere", "-Inets", "-o", "model.c")

    def test_the_networks_that_come_along(self):
        self.assertIn("mobilenet_v2", self.good("mobilenet_v2.net", "--emit", "net"))

    def test_reuse_input(self):
        def arena(*options):
            about = json.loads(self.good("tiny.net", "--emit", "json", "--target", "cortex-m4", *options))
            return about["arena_bytes"], about["inputs"][0].get("arena_offset")
        alone, image = arena()[0], 16 * 16 * 3
        self.assertIsNone(arena()[1])
        together, offset = arena("--reuse-input")
        self.assertEqual(offset, 0)
        self.assertLessEqual(max(alone, image), together)
        self.assertLessEqual(together, alone + image)
        least, _ = arena("--reuse-input", "--max-ram", "min")
        done = self.lcc("tiny.net", "--target", "cortex-m4", "--reuse-input", "--max-ram", str(least - 1), "-o", "a.c")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"the smallest arena has {least},", done.stderr)
        for kind in ("memory", "memory-table"):
            shown = self.good("tiny.net", "--target", "cortex-m4", "--reuse-input", "--emit", kind)
            self.assertIn(" bytes with the input, ", shown)
            self.assertIn("image", shown)
        self.assertRegex(self.good("tiny.net", "--target", "cortex-m4", "--reuse-input", "--summary"),
                         rf"arena  *{together:,} bytes, with the input")

    def test_max_ram(self):
        need = int(re.search(rb"TINY_ARENA_BYTES (\d+)", (self.good("tiny.net", "-o", "m.c"), self.read("m.h"))[1]).group(1))
        self.good("tiny.net", "-o", "fits.c", "--max-ram", str(need))
        self.good("tiny.net", "-o", "least.c", "--max-ram", "min")
        self.assertIn(b" --max-ram min ", self.read("least.c"))
        least = int(re.search(rb"TINY_ARENA_BYTES (\d+)", self.read("least.h")).group(1))
        self.assertLessEqual(least, need)
        self.good("tiny.net", "-o", "least.c", "--max-ram", str(least))
        if least:
            self.assertIn(f"the smallest arena has {least},", self.lcc("tiny.net", "--max-ram", "1", "-o", "a.c").stderr)
        done = self.lcc("tiny.net", "-o", "tight.c", "--max-ram", "64")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\.net:\d+:\d+: error: no plan that keeps within 64 bytes was found: the smallest arena has \d+, "
                                      r"and what is live here, at layer \S+, sets it")
        self.assertFalse(os.path.exists(self.path("tight.c")))

    def test_every_network_that_comes_along(self):
        """The (instrumented) compiler over the zoo; what the code computes is tested elsewhere."""
        nets = sorted(n for n in os.listdir(os.path.join(SOURCE, "dsl")) if n.endswith(".net"))
        for net in nets:
            with open(os.path.join(SOURCE, "dsl", net), encoding="utf-8") as f:
                if not re.search("^(net|variant) ", f.read(), re.M) or re.search("_b[1-7]", net):
                    continue  # a part, or a larger one of the same
            with self.subTest(net):
                self.good(net, "-o", "model.c", "--storage", "file", "--target", "generic")
                self.assertGreater(os.path.getsize(self.path("model.weights")), 1000)


if __name__ == "__main__":
    unittest.main()
