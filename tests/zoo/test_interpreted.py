#!/usr/bin/env python3
"""All networks of goldens/, with seeded weights, by lcc's interpreter: the logits are PyTorch's in double precision.

    test_interpreted.py --lcc PATH [--only NAME]

Both sides count in double precision. They agree to 1e-6 of the largest logit, since the goldens have the means of the picture's
colours as floats. What the emitted code makes of the networks is
tested by test_zoo.py and test_limits.py, for fewer of them.
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
import numpy as np  # noqa: E402
from emitted import interpret  # noqa: E402
from picture import picture  # noqa: E402
from test_zoo import ZOO, difference, run_goldens  # noqa: E402

TOLERANCE = 1e-6


def check(options, name, golden):
    side = golden["size"]
    image = np.frombuffer(picture(side, side), np.uint8).reshape(side, side, 3)
    with tempfile.TemporaryDirectory() as folder:
        logits = interpret(options.lcc, os.path.join(ZOO, golden["net"]), folder, [image], 1,
                           [*golden["arguments"], "-D", "logits=true"])[0]
    worst = difference(logits.reshape(-1).tolist(), golden)
    good = worst <= TOLERANCE
    print("%s %s: differs by %.1e of the largest logit" % ("ok  " if good else "FAIL", name, worst), flush=True)
    return good


if __name__ == "__main__":
    sys.exit(run_goldens(__doc__, check))
