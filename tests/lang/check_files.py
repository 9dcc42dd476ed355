#!/usr/bin/env python3
"""Programs of several files: where imports are looked for, what wins, in which order things count.

    check_files.py DRIVER
"""
import os
import subprocess
import sys
import tempfile

NET = "net n {\n    input x: f32[8, 8, 3]\n    %s\n    output y\n}\n"

# name, {path: text}, arguments, what standard output must hold; or, with a leading "!", standard error
CASES = [
    ("beside the importer",
     {"main.net": 'import "sub/a.net"\n' + NET % "a()", "sub/a.net": 'import "b.net"\nblock a() { b() }\n',
      "sub/b.net": "block b() { relu6 }\n", "b.net": "block b() { tanh }\n"}, [], "1 relu6 "),
    ("beside comes before -I",
     {"main.net": 'import "b.net"\n' + NET % "b()", "b.net": "block b() { relu6 }\n", "inc/b.net": "block b() { tanh }\n"},
     ["-I", "inc"], "1 relu6 "),
    ("the first -I that has it",
     {"main.net": 'import "b.net"\n' + NET % "b()", "i1/c.net": "", "i2/b.net": "block b() { relu6 }\n",
      "i3/b.net": "block b() { tanh }\n"}, ["-I", "i1", "-I", "i2", "-I", "i3"], "1 relu6 "),
    ("a diamond is read once",
     {"main.net": 'import "l.net"\nimport "r.net"\n' + NET % "l() -> r()", "l.net": 'import "s.net"\nblock l() { s() }\n',
      "r.net": 'import "./s.net"\nblock r() { s() }\n', "s.net": "block s() { relu }\nparam p = 1\n"}, [], "2 relu "),
    ("a name with a space", {"main.net": 'import "my blocks.net"\n' + NET % "b()", "my blocks.net": "block b() { relu }\n"},
     [], "1 relu "),
    ("an imported net", {"main.net": 'import "whole.net"\nvariant b\n',
                         "whole.net": "param w = 8\nvariants {\n name | w\n a | 16\n b | 24\n}\n" + NET % "conv(w, 1)"},
     [], "n b params 72 "),
    ("the command's variant comes before the file's",
     {"main.net": 'import "whole.net"\nvariant b\n',
      "whole.net": "param w = 8\nvariants {\n name | w\n a | 16\n b | 24\n}\n" + NET % "conv(w, 1)"},
     ["--variant", "a"], "n a params 48 "),
    ("-D comes before the variant",
     {"main.net": 'import "whole.net"\nvariant b\n',
      "whole.net": "param w = 8\nvariants {\n name | w\n a | 16\n b | 24\n}\n" + NET % "conv(w, 1)"},
     ["-D", "w=4 * 8"], "n b params 96 "),
    ("the importer's variant comes before the imported file's",
     {"main.net": 'import "mid.net"\nvariant a\n', "mid.net": 'import "whole.net"\nvariant b\n',
      "whole.net": "param w = 8\nvariants {\n name | w\n a | 16\n b | 24\n}\n" + NET % "conv(w, 1)"}, [], "n a params 48 "),
    ("the main file's net wins", {"main.net": 'import "other.net"\n' + NET % "relu6",
                                  "other.net": "net m {\n input x: f32[1, 1, 1] -> tanh\n output y\n}\n"}, [], "1 relu6 "),
    ("later params use earlier ones, whatever sets these",
     {"main.net": "param a = 2\nparam b = a * 4\n" + NET % "conv(b, 1)"}, ["-D", "a=5"], "[8,8,20]"),
    ("-D in terms of an earlier param", {"main.net": "param a = 2\nparam b = 4\n" + NET % "conv(b, 1)"}, ["-D", "b=a + 1"],
     "[8,8,3]"),
    ("the last -D of a name counts", {"main.net": "param b = 4\n" + NET % "conv(b, 1)"}, ["-D", "b=1", "-D", "b=2"],
     "[8,8,2]"),
    ("a later default wins over an imported one",
     {"main.net": 'import "d.net"\ndefault bias = true\n' + NET % "conv(4, 1)", "d.net": "default bias = false, eps = 0.1\n"},
     [], " bias"),
    ("a layer as a -D", {"main.net": "param act = relu\n" + NET % "conv(4, 1) -> act"}, ["-D", "act=leaky_relu(0.5)"],
     "leaky_relu leaky_relu_1~ [8,8,4] <1 slope=0.5"),
    ("compound: the default is base ** phi",
     {"main.net": "compound phi = 0 {\n width = 2\n}\n" + NET % "conv(4 * width, 1)"}, ["-D", "phi=3"], "[8,8,32]"),
    ("compound: a coefficient of its own",
     {"main.net": "compound phi = 0 {\n width = 2\n}\n" + NET % "conv(4 * width, 1)"}, ["-D", "phi=3", "-D", "width=1"],
     "[8,8,4]"),
    ("a user's block wins over the prelude's",
     {"main.net": "block separable(out) { conv(out, 1) -> tanh }\n" + NET % "separable(4)"}, [], "2 tanh "),
    ("also over what the prelude calls",
     {"main.net": "block squeeze_excite(mid, act, gate) { tanh }\n" + NET % "inverted_residual(4, se = 0.5)"}, [], " tanh se.tanh_1 "),
    ("the prelude sees no params and functions of the user",
     {"main.net": "param out = 99\nparam k = 7\nfn max(a, b) = 99\nfn floor(a) = 99\n"
      + NET % "inverted_residual(4, se = 0.5)"}, [], "conv se.reduce [1,1,1]"),
    ("a param of a layer's name changes no layer", {"main.net": "param relu = 3\n" + NET % "conv(relu, 1) -> relu"}, [],
     "2 relu "),
    ("a user's block of a layer's name", {"main.net": "block tanh() { relu6 }\n" + NET % "tanh"}, [], "1 relu6 "),
    ("unused knobs are no errors", {"main.net": "param a = 1\nfn f(x) = y\nblock b(z) { nothing }\n" + NET % "relu"}, [],
     "1 relu "),
    ("an unknown -D", {"main.net": "param width = 1\n" + NET % "relu"}, ["-D", "with=2"], "!did you mean 'width'?"),
    ("two files with one block", {"main.net": 'import "b.net"\nblock b() { relu }\n' + NET % "b()",
                                  "b.net": "block b() { relu6 }\n"}, [], "!there is already a block 'b'"),
    ("a cycle of three", {"main.net": 'import "b.net"\n' + NET % "b()", "b.net": 'import "c.net"\n',
                          "c.net": '\nimport "main.net"\n'}, [], "!c.net:2:8: error: \"main.net\" imports itself"),
    ("no main file", {}, [], "!main.net: error: cannot open"),
    ("the files read, in order", {"main.net": 'import "a.net"\nimport "c.net"\n' + NET % "relu", "a.net": 'import "b.net"\n',
                                  "b.net": "", "c.net": 'import "b.net"\n'}, ["--files"],
     "main.net\na.net\nb.net\nc.net\n0 input"),
    ("the files read, after errors", {"main.net": 'import "a.net"\n' + NET % "nothing", "a.net": "block b( {\n"}, ["--files"],
     "!a.net:1:10"),
    ("imports nested too deeply", {"main.net": 'import "1.net"\n' + NET % "relu",
                                   **{f"{i}.net": f'import "{i + 1}.net"\n' for i in range(1, 80)}}, [],
     "!50.net:1:8: error: imports nest more than 50 deep"),
    ("too many files", {"main.net": "".join(f'import "{i}.net"\n' for i in range(300)) + NET % "relu",
                        **{f"{i}.net": "" for i in range(300)}}, [], "!main.net:200:8: error: more than 200 files"),
    ("windows line ends", {"main.net": (NET % "conv(4, 1)\n -> relu").replace("\n", "\r\n")}, [], "2 relu "),
    ("no line end at the end", {"main.net": (NET % "relu").rstrip("\n")}, [], "1 relu "),
]


def main():
    driver = os.path.abspath(sys.argv[1])
    wrong = 0
    for name, files, args, expected in CASES:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                path = os.path.join(folder, path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", newline="") as f:
                    f.write(text)
            done = subprocess.run([driver, *args, "main.net"], cwd=folder, capture_output=True, text=True, timeout=600)
        fails = expected.startswith("!")
        good = done.returncode == (1 if fails else 0)
        good = good and expected.lstrip("!") in (done.stderr if fails else done.stdout)
        if not good:
            print(f"WRONG {name}: exit {done.returncode}, expected {expected!r}\n{done.stdout}{done.stderr}")
            wrong += 1
    print(f"{len(CASES)} programs, {wrong} wrong")
    return 1 if wrong else 0


sys.exit(main())
