#!/usr/bin/env python3
"""test_passes.py DRIVER COUNT [OPTION..]: as many networks of random_net.py, of random_more.py and of random_int.py answer the same after every pass (pass_driver.c)."""
import os
import subprocess
import sys
import tempfile

import random_int
from random_more import FIRST, write_network


def main():
    driver, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for seed in [*range(count), *range(FIRST, FIRST + count),
                     *range(random_int.FIRST, random_int.FIRST + count)]:
            paths.append(os.path.join(folder, "random_%d.net" % seed))
            with open(paths[-1], "w", encoding="utf-8") as out:
                out.write(write_network(seed))
        sys.exit(subprocess.run([driver] + sys.argv[3:] + paths).returncode)


if __name__ == "__main__":
    main()
