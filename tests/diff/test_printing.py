#!/usr/bin/env python3
"""test_printing.py DRIVER COUNT: random networks 0 .. COUNT-1 parse back from what is printed (print_driver.c)."""
import os
import subprocess
import sys
import tempfile

from random_net import Net


def main():
    driver, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for seed in range(count):
            paths.append(os.path.join(folder, "random_%d.net" % seed))
            with open(paths[-1], "w", encoding="utf-8") as out:
                out.write(Net(seed).write(seed))
        sys.exit(subprocess.run([driver] + paths).returncode)


if __name__ == "__main__":
    main()
