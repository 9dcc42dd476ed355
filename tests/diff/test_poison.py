#!/usr/bin/env python3
"""What threaded.py finds: code that reads memory which it never wrote, and code that leaves an output as it was.

    test_poison.py --lcc LCC

Steps are taken out of emitted C, one at a time. Two poisons must find each, also behind a relu6, which hides a NaN."""

import argparse
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import emitted  # noqa: E402
from machines import run  # noqa: E402
from threaded import Threaded  # noqa: E402

NETWORK = """default padding = same
net n {
    input x: f32[8, 8, 4]
    upsample(2, nearest) -> relu6
    flatten -> dense(5) -> relu6
    output y
}
"""


def find_poison(c_file, about, inputs, code):
    """Whether running this code is an error."""
    with open(c_file, "w", encoding="utf-8") as f:
        f.write(code)
    try:
        _, guarded = Threaded(c_file, about).run_threads(inputs, 1)
    except RuntimeError as problem:
        return "what the memory held before" in str(problem)
    assert guarded
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lcc", required=True)
    lcc = parser.parse_args().lcc
    with tempfile.TemporaryDirectory() as folder:
        net, c_file = os.path.join(folder, "n.net"), os.path.join(folder, "model.c")
        with open(net, "w", encoding="utf-8") as f:
            f.write(NETWORK)
        command = [lcc, net, "--seed", "1", "--target", "x86-64"]
        run([*command, "--name", "model", "-o", c_file])
        about = json.loads(run([*command, "--emit", "json"]))
        inputs = emitted.random_inputs(about, 1)
        with open(c_file, encoding="utf-8") as f:
            code = f.read()
        calls = [m for m in re.finditer(r"^    (if \(thread == 0\) )?\w+\(.*(AT|OWN)\(.*\);$", code, re.M)]
        wrong = ["the whole code is an error"] if find_poison(c_file, about, inputs, code) else []
        for i, call in enumerate(calls):
            without = code[:call.start()] + "    if (0) " + code[call.start():]
            if not find_poison(os.path.join(folder, "without%d.c" % i), about, inputs, without):
                wrong.append("nobody misses " + call.group().strip())
        print("%d steps taken out; %s" % (len(calls), "; ".join(wrong) or "each was missed"))
        return 1 if wrong or len(calls) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
