#!/usr/bin/env python3
"""test_printing.py DRIVER COUNT [FILE.net..]: as many networks of random_net.py, of random_more.py and of random_int.py,
and the files, parse back from what is printed (print_driver.c)."""
import os
import subprocess
import sys
import tempfile

import random_int
from random_more import FIRST, write_network


def main():
    driver, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        paths = sys.argv[3:]
        for seed in [*range(count), *range(FIRST, FIRST + count)]:
            paths.append(os.path.join(folder, "random_%d.net" % seed))
            with open(paths[-1], "w", encoding="utf-8") as out:
                out.write(write_network(seed))
        for seed in range(random_int.FIRST, random_int.FIRST + count):
            paths.append(os.path.join(folder, "random_%d.net" % seed))
            with open(paths[-1], "w", encoding="utf-8") as out:
                out.write(random_int.write_network(seed))
        sys.exit(subprocess.run([driver] + paths).returncode)


if __name__ == "__main__":
    main()
