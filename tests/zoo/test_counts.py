#!/usr/bin/env python3
"""Holds the zoo to the numbers of parameters and multiply-adds that the papers and the libraries give.

    test_counts.py --lcc PATH

The table is language.md's: parameters to the digit where it has all digits, else to the digits that it has.
"""
import argparse
import json
import os
import subprocess
import sys

ZOO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "dsl")
M, G = 10**6, 10**9

# net, arguments, parameters, multiply-adds; a pair (value, half of the last digit's unit) is rounded.
TABLE = [
    ("mobilenet_v1.net", ["-D", "width=1.0"], 4231976, (568.7 * M, 0.05 * M)),
    ("mobilenet_v1.net", ["-D", "width=0.75"], 2585560, (325.4 * M, 0.05 * M)),
    ("mobilenet_v1.net", ["-D", "width=0.5"], 1331592, (149.5 * M, 0.05 * M)),
    ("mobilenet_v1.net", ["-D", "width=0.25"], 470072, (41.0 * M, 0.05 * M)),
    ("mobilenet_v1.net", ["-D", 'source="timm"'], 4231976, (568.7 * M, 0.05 * M)),
    ("mobilenet_v2.net", [], 3504872, (300.8 * M, 0.05 * M)),
    ("mobilenet_v3_large.net", [], 5483032, (216.6 * M, 0.05 * M)),
    ("mobilenet_v3_small.net", [], 2542856, (56.5 * M, 0.05 * M)),
    ("shufflenet_v1.net", ["--variant", "g1"], (1.53 * M, 0.005 * M), (143.1 * M, 0.05 * M)),
    ("shufflenet_v1.net", ["--variant", "g2"], (1.73 * M, 0.005 * M), (140.8 * M, 0.05 * M)),
    ("shufflenet_v1.net", ["--variant", "g3"], (1.86 * M, 0.005 * M), (137.5 * M, 0.05 * M)),
    ("shufflenet_v1.net", ["--variant", "g4"], (1.97 * M, 0.005 * M), (134.3 * M, 0.05 * M)),
    ("shufflenet_v1.net", ["--variant", "g8"], (2.43 * M, 0.005 * M), (138.4 * M, 0.05 * M)),
    ("shufflenet_v2.net", ["--variant", "x0_5"], 1366792, (40.5 * M, 0.05 * M)),
    ("shufflenet_v2.net", ["--variant", "x1_0"], 2278604, (144.9 * M, 0.05 * M)),
    ("shufflenet_v2.net", ["--variant", "x1_5"], 3503624, (295.8 * M, 0.05 * M)),
    ("shufflenet_v2.net", ["--variant", "x2_0"], 7393996, (583.3 * M, 0.05 * M)),
    ("efficientnet_b0.net", [], 5288548, (0.386 * G, 0.0005 * G)),
    ("efficientnet_b1.net", [], 7794184, (0.687 * G, 0.0005 * G)),
    ("efficientnet_b2.net", [], 9109994, (0.994 * G, 0.0005 * G)),
    ("efficientnet_b3.net", [], 12233232, (1.827 * G, 0.0005 * G)),
    ("efficientnet_b4.net", [], 19341616, (4.394 * G, 0.0005 * G)),
    ("efficientnet_b5.net", [], 30389784, (10.27 * G, 0.005 * G)),
    ("efficientnet_b6.net", [], 43040704, (19.07 * G, 0.005 * G)),
    ("efficientnet_b7.net", [], 66347960, (37.75 * G, 0.005 * G)),
    ("efficientnet.net", ["-D", "phi=2"], (12.26 * M, 0.005 * M), None),
    ("mnasnet_b1.net", [], 4383312, (314.4 * M, 0.05 * M)),
    ("mnasnet_a1.net", [], 3887038, (311.6 * M, 0.05 * M)),
    ("efficientnet_lite.net", ["--variant", "lite0"], (4.65 * M, 0.005 * M), (385 * M, 0.5 * M)),
    ("efficientnet_lite.net", ["--variant", "lite1"], (5.42 * M, 0.005 * M), (600 * M, 0.5 * M)),
    ("efficientnet_lite.net", ["--variant", "lite2"], (6.09 * M, 0.005 * M), (860 * M, 0.5 * M)),
    ("efficientnet_lite.net", ["--variant", "lite3"], (8.20 * M, 0.005 * M), (1383 * M, 0.5 * M)),
    ("efficientnet_lite.net", ["--variant", "lite4"], (13.01 * M, 0.005 * M), (2553 * M, 0.5 * M)),
]


def agrees(value, expected):
    if expected is None:
        return True
    if isinstance(expected, tuple):
        return abs(value - expected[0]) <= expected[1]
    return value == expected


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lcc", required=True)
    options = parser.parse_args()
    failures = 0
    for net, arguments, params, macs in TABLE:
        command = [options.lcc, os.path.join(ZOO, net), "--emit", "json"] + arguments
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
        what = " ".join([net] + arguments)
        if done.returncode:
            print(f"{what}: lcc failed\n{done.stderr}")
            failures += 1
            continue
        said = json.loads(done.stdout)
        good = agrees(said["params"], params) and agrees(said["macs"], macs)
        sums = {key: sum(layer[key] for layer in said["layers"]) for key in ("params", "macs")}
        if sums != {key: said[key] for key in sums}:
            good = False
            what += f" (layers sum to {sums})"
        failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {what}: {said['params']:,} parameters, {said['macs'] / M:.1f} M multiply-adds"
              + ("" if good else f"; expected {params}, {macs}"))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
