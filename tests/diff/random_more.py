#!/usr/bin/env python3
"""Prints a random network with the ops that random_net.py does not know: random_more.py SEED [-o FILE]

The stream of random_net.py never changes, since other tests rely on its networks; so newer ops have this generator. Its networks
are those of random_net.py, most of whose steps are replaced by blocks. A block is a function that takes the network, adds lines
with say() and sets `shape`; if nothing fits it adds none. Each file random_more_*.py has a list BLOCKS of them.

Values must stay in range: what may grow them is followed by a norm or an activation.
"""
import argparse
import glob
import importlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import random_int  # noqa: E402
from random_net import Net  # noqa: E402
from random_window import Small, Wide  # noqa: E402

FIRST = 20000  # the first seed


def load_blocks():
    """A list of blocks for each module."""
    here = os.path.dirname(os.path.abspath(__file__))
    files = sorted(glob.glob(os.path.join(here, "random_more_*.py")))
    return [importlib.import_module(os.path.basename(f)[:-3]).BLOCKS for f in files]


class MoreNet(Net):
    modules = load_blocks()
    only = None  # the name of a block, to try it alone

    def __init__(self, seed):
        super().__init__(seed)
        self.limits = Wide if seed % 8 == 7 else Small

    def step(self):
        s = self.stream
        if s.chance(0.4):
            super().step()
            return
        choices = s.pick(self.modules)
        if self.only:
            choices = [b for blocks in self.modules for b in blocks if b.__name__ == self.only]
        s.pick(choices)(self)

    def write(self, seed):
        return super().write(seed).replace("random_net.py", "random_more.py", 1)


def write_network(seed):
    """The network of any seed: from random_int.FIRST on a quantised one, from FIRST on one of these, else one of random_net.py."""
    if seed >= random_int.FIRST:
        return random_int.write_network(seed)
    return (MoreNet if seed >= FIRST else Net)(seed).write(seed)


def main():
    parser = argparse.ArgumentParser(description="Prints a random network with newer ops.")
    parser.add_argument("seed", type=int)
    parser.add_argument("--only", metavar="BLOCK", help="of all blocks, use only this one")
    parser.add_argument("-o", "--out", metavar="FILE")
    options = parser.parse_args()
    MoreNet.only = options.only
    text = MoreNet(options.seed).write(options.seed)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as out:
            out.write(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
