"""Makes random networks and has plan_driver verify their plans: test_random.py DRIVER COUNT"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
import random_net  # noqa: E402


def main():
    driver, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for seed in range(count):
            paths.append(os.path.join(folder, "seed%d.net" % seed))
            with open(paths[-1], "w", encoding="utf-8") as f:
                f.write(random_net.Net(seed).write(seed))
        ways = [["--tiny", *paths[: count // 2]], ["--limits", "4", *paths[count // 2:]]]
        return max(subprocess.run([driver, *way], check=False).returncode for way in ways)


if __name__ == "__main__":
    sys.exit(main())
