#!/usr/bin/env python3
"""test_passes.py DRIVER COUNT [OPTION..]: random networks 0 .. COUNT-1 answer the same after every pass (pass_driver.c)."""
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
        sys.exit(subprocess.run([driver] + sys.argv[3:] + paths).returncode)


if __name__ == "__main__":
    main()
