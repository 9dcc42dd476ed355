"""Compares the C in generated/, and the picture of an arena that the README shows, with what lcc writes now; --update writes it anew, and git shows the difference."""

import argparse
import difflib
import glob
import os
import subprocess
import sys
import tempfile

TARGETS = ["generic", "x86-64-v4"]
ENDINGS = [".c", ".h"]
PICTURE = "mobilenet_v2_memory.svg"


def generate(lcc, net, target, folder):
    """Compiles a network; {name of the file: text}."""
    name = "%s_%s" % (os.path.basename(net)[:-4], target.replace("-", "_"))
    out = os.path.join(folder, name + ".c")
    subprocess.run([lcc, net, "--target", target, "--storage", "file", "--selftest", "--profile", "-o", out],
                   check=True, stderr=subprocess.DEVNULL)
    texts = {}
    for ending in ENDINGS:
        with open(os.path.join(folder, name + ending)) as made:
            texts[name + ending] = made.read()
    return texts


def draw(lcc, folder):
    """The picture of an arena: {name of the file: text}."""
    net = os.path.join(folder, "..", "dsl", "mobilenet_v2.net")
    done = subprocess.run([lcc, net, "--target", "x86-64-v4", "--emit", "memory"], check=True, stdout=subprocess.PIPE)
    return {PICTURE: done.stdout.decode()}


def compare(path, new):
    """Prints how the file differs; whether it does."""
    try:
        with open(path) as kept:
            old = kept.read()
    except FileNotFoundError:
        old = ""
    lines = list(difflib.unified_diff(old.splitlines(True), new.splitlines(True), path, "written now", n=2))
    sys.stdout.writelines(lines[:80])
    return bool(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    different = 0
    nets = sorted(glob.glob(os.path.join(arguments.folder, "*.net")))
    texts = draw(arguments.lcc, arguments.folder)
    for net in nets:
        for target in TARGETS:
            with tempfile.TemporaryDirectory() as folder:
                texts.update(generate(arguments.lcc, net, target, folder))
    for name, new in texts.items():
        path = os.path.join(arguments.folder, name)
        if arguments.update:
            with open(path, "w") as kept:
                kept.write(new)
        else:
            different += compare(path, new)
    print("%d networks, %d files differ" % (len(nets), different))
    if different:
        print("if that is meant: cmake --build BUILD --target update-generated")
    return 1 if different or not nets else 0


if __name__ == "__main__":
    sys.exit(main())
