#!/usr/bin/env python3
"""Arithmetic of the language against values worked out by hand, or by Python where the rule is the same.

    check_numbers.py DRIVER

Each expression becomes a `require`; a wrong one is an error of the network, with its line.
"""
import os
import subprocess
import sys
import tempfile

# expression, value
KNOWN = """
7 // 2                      3
-7 // 2                     -4
7 // -2                     -4
-7 % 3                      2
7 % -3                      -2
-6 % 3                      0
7.5 // 2                    3
-7.5 % 2                    0.5
7 / 2                       3.5
6 / 2                       3
2 ** 10                     1024
2 ** 3 ** 2                 512
2 ** -1                     0.5
-2 ** 2                     -4
(-2) ** 3                   -8
2 ** 0.5 * 2 ** 0.5 > 1.99  true
2 ** 62                     4611686018427387904
0 ** 0                      1
(-1) ** 9223372036854775807 -1
9223372036854775807 - 1     9223372036854775806
-9223372036854775807 - 1 < 0 true
1 + 2 * 3 - 4               3
(1 + 2) * 3                 9
10 - 4 - 3                  3
100 / 10 / 2                5
1 < 2 and 2 < 3             true
1 > 2 or not 3 > 4          true
not 1 == 2                  true
false and 1 / 0 > 0         false
true or 1 / 0 > 0           true
1 < 2 ? 10 : 1 / 0          10
1 > 2 ? 10 : 2 > 3 ? 20 : 30  30
min(3, 1, 2)                1
max(3, 1.5, 2)              3
min(2.5)                    2.5
floor(2.7)                  2
floor(-2.5)                 -3
ceil(2.1)                   3
ceil(-2.9)                  -2
round(2.5)                  3
round(-2.5)                 -3
round(3.5)                  4
round(0.49999999999999994)  0
int(2.9)                    2
int(-2.9)                   -2
abs(-4)                     4
abs(-4.5)                   4.5
sqrt(16)                    4
divisible(32, 8)            32
divisible(32 * 0.75)        24
divisible(33)               32
divisible(37)               40
divisible(16 * 0.35)        8
divisible(10)               16
divisible(1)                8
divisible(59)               56
divisible(59.9)             56
divisible(60)               64
divisible(37, 4)            36
divisible(3, 8, 16)         16
divisible(3, min = 24)      24
divisible(v = 100, d = 10)  100
divisible(-20)              8
[1, 2, 3][1]                2
[[1, 2], [3, 4]][1][0]      3
[1, 2] == [1, 2]            true
[1, 2] == [1, 3]            false
"a" == "a"                  true
same == valid               false
relu == relu                true
relu != relu6               true
1e3                         1000
2.5e-1                      0.25
ch(3)                       24
hyp(3, 4)                   5
hyp(b = 4, a = 3)           5
width                       0.75
0.1 + 0.2 == 0.3            false
"""

# The rule of the papers (tensorflow/models, _make_divisible), in Python.
def divisible(v, d=8, least=None):
    n = max(least or d, int(v + d / 2) // d * d)
    return n + d if n < 0.9 * v else n


def main():
    driver = os.path.abspath(sys.argv[1])
    lines = ["param width = 0.75", "fn ch(c) = divisible(c * width * 10)", "fn hyp(a, b) = sqrt(a * a + b * b)", "net n {"]
    count = 0
    for line in KNOWN.strip().splitlines():
        expression, value = line.rsplit(None, 1)
        why = line.replace('"', "'")
        lines.append(f'    require ({expression.strip()}) == ({value}), "{why}"')
        count += 1
    for v in range(1, 400, 7):
        for d in (4, 8, 10):
            for width in (0.35, 1.0, 1.3):
                lines.append(f'    require divisible({v} * {width}, {d}) == {divisible(v * width, d)}, "divisible {v}"')
                count += 1
    for a in range(-9, 10):
        for b in [*range(-4, 0), *range(1, 5)]:
            lines.append(f'    require ({a}) // ({b}) == ({a // b}) and ({a}) % ({b}) == ({a % b}), "{a} // {b}"')
            count += 1
    lines += ["    input x: f32[4, 4, 2]", "    relu", "    output y", "}"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "numbers.net")
        with open(path, "w") as f:
            f.write("\n".join(lines) + "\n")
        done = subprocess.run([driver, "-q", path], capture_output=True, text=True, timeout=600)
    sys.stderr.write(done.stderr)
    print(f"{count} expressions")
    return done.returncode


sys.exit(main())
