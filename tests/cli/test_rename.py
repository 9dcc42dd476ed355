"""--rename: a checkpoint's names as the network calls them."""
import json
import os
import struct
import unittest

from common import Case, npy, slowness, spent

NET = """net m {
    input x: f32[1, 1, 2]
    dense(2, bias = false) @"a.1"
    dense(1) @"b"
    output y
}
"""
NAMES = {"a.1.weight": ([2, 2], [1, 2, 3, 4]), "b.weight": ([1, 2], [5, 6]), "b.bias": ([1], [7])}
ANSWER = 5 * (1 * 10 + 2 * 1) + 6 * (3 * 10 + 4 * 1) + 7 # x = [10, 1]


def safetensors(tensors):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        more = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(more)]}
        data += more
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class Rename(Case):
    def setUp(self):
        super().setUp()
        self.write("m.net", NET)
        self.write("x.npy", npy([1, 1, 2], [10, 1]))

    def store(self, names):
        """`names`: what the file calls the three tensors."""
        self.write("w.safetensors", safetensors(dict(zip(names, NAMES.values()))))

    def run_with(self, *rules):
        words = [word for r in rules for word in ("--rename", r)]
        return self.lcc("m.net", "-w", "w.safetensors", *words, "--run", "x.npy", "--out", "y.npy")

    def answers(self, names, *rules):
        self.store(names)
        done = self.run_with(*rules)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(os.path.join(self.folder, "y.npy"), "rb") as f:
            self.assertEqual(struct.unpack("<d", f.read()[-8:])[0], ANSWER)

    def test_names_are_renamed(self):
        self.answers(NAMES)
        self.answers(["module." + n for n in NAMES], r"^module\.=")
        self.answers(["a/1/weight", "b/weight", "b/bias"], "/=.")
        self.answers(["a1_w", "b_w", "b_bias"], "^a([0-9])=a.\\1", "_w$=.weight", "_=.")
        self.answers(["weight of a.1", "weight of b", "bias of b"], r"^(weight|bias) of (.*)=\2.\1")
        self.answers(["A.1.weight", "b.weight", "b.bias"], "A=a")
        self.answers(["1.weight", "b.weight", "b.bias"], "^1=a.1")
        self.answers(["a-1-weight", "b--weight", "b-bias"], "[[:punct:]]{1,2}=.")
        self.answers(["aa.1.weight", "bb.weight", "bb.bias"], r"^([a-z])\1=\1")
        self.answers(["m.a.1.weight", "m.b.weight", "m.b.bias"], r"^(?:m|n)\.(?!m)=")

    def test_rules_that_are_none(self):
        self.store(NAMES)
        for rule, why in (("abc", "expected REGEX=REPLACEMENT"), ("=x", "expected REGEX=REPLACEMENT"),
                          ("(a=b", "missing closing parenthesis"), ("*a=b", "quantifier does not follow a repeatable item"),
                          (r"a=\1", "in the REPLACEMENT a backslash stands before the number of a group"),
                          ("a=b\\", "in the REPLACEMENT a backslash stands before the number of a group"),
                          ("a=" + "b" * 500, "longer than 500 bytes")):
            done = self.run_with(rule)
            self.assertEqual(done.returncode, 2, rule)
            self.assertIn(f"lcc: error: --rename '{rule[:500]}': {why}", done.stderr)

    def test_rules_that_cost_too_much(self):
        """No rule takes long, neither to read nor to match; the message names it."""
        nested = "a"
        for _ in range(18):
            nested = f"({nested})+"
        names = ["a" * 30, "aaab", "a" * 1000]
        for rule, why in ((nested + "$=b", ""), ("(a{1000}){1000}=b", ""),
                          ("(" * 18 + "a" + "){9}" * 18 + "=b", "regular expression is too large"),
                          ("(a*)*[cd]=b", "takes too many steps"), ("(a|aa)+[cd]=b", "takes too many steps"),
                          (".*.*.*.*.*.*[cd]=b", "takes too many steps"), ("((a+)+)+[cd]|e=b", "takes too many steps"),
                          ("(?R)=b", "nested recursion"), (r"(?:(a+)\1)*.*.*.*[cd]=b", "takes too many steps"),
                          ("(a|(?1)a)+=b", "takes too many steps|nested recursion")):
            self.store(names)
            done, seconds = spent(lambda: self.run_with(rule))
            self.assertLess(seconds, slowness(), rule)
            self.assertIn(done.returncode, (1, 2), rule)
            if why:
                self.assertIn(f"lcc: error: --rename '{rule}': ", done.stderr)
                self.assertRegex(done.stderr, why)

    def test_many_names_that_each_cost_much(self):
        self.write("w.safetensors", safetensors({"a" * 17 + f".{i}": ([1], [0]) for i in range(20000)}))
        done, seconds = spent(lambda: self.run_with("(a|aa)+[cd]=b"))
        self.assertLess(seconds, 2 * slowness())
        self.assertIn("lcc: error: --rename '(a|aa)+[cd]=b': takes too many steps", done.stderr)

    def test_names_that_meet(self):
        self.store(NAMES)
        done = self.run_with(r"\.weight=.bias")
        self.assertEqual(done.returncode, 1)
        self.assertIn('w.safetensors: error: --rename: it has two tensors of the name "b.bias"', done.stderr)

    def test_names_that_grow(self):
        self.store(NAMES)
        done = self.run_with(*["[a-z]=" + "x" * 400] * 20)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--rename makes a name of more than 1024 bytes of", done.stderr)

    def test_a_rule_that_matches_nothing_is_warned_of(self):
        self.store(NAMES)
        done = self.run_with("^model=")
        self.assertEqual((done.returncode, done.stderr),
                         (0, "lcc: warning: --rename '^model=': no tensor's name matches\n"))

    def test_what_it_needs(self):
        done = self.lcc("m.net", "--rename", "a=b", "-o", "m.c")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--rename needs -w", done.stderr)

    def test_a_missing_name_shows_how_to_write_one(self):
        self.store(["module." + n for n in NAMES])
        said = self.run_with().stderr
        self.assertIn(r"or use --rename '^module\.='", said)


    def test_of_two_files_the_one_with_unused_tensors_is_named(self):
        self.store(NAMES)
        self.write("more.safetensors", safetensors({"c": ([1], [0])}))
        done = self.lcc("m.net", "-w", "w.safetensors", "-w", "more.safetensors", "--summary")
        self.assertIn("1 tensor of the weight files not used:\n  c of more.safetensors\n", done.stdout)
        self.write("long.safetensors", safetensors({"a" * 40: ([1], [0])}))
        done = self.lcc("m.net", "-w", "w.safetensors", "-w", "long.safetensors", "--rename", "(a|aa)+[cd]=b", "-o", "m.c")
        self.assertIn('aa" in long.safetensors\n', done.stderr)


if __name__ == "__main__":
    unittest.main()
