"""Random networks: emitted C against the reference interpreter.

    differential.py --lcc LCC --target NAME [--first 0] [--count 200] [--cc COMPILER] [--keep DIR] [--max-ram BYTES or min]
                    [--weights-dtype f16 or --dtype bf16] [--level -O1] [--foreign s390x] [--all-storages]
                    [--more or --int] [--reuse-input]

Each seed gives one network (random_net.py; --more: random_more.py, whose seeds begin at 20000), with seeded weights and random inputs. Every channel of every output must agree
within 1e-4 of its largest value, as emitted.largest_error() judges; integers of eight bits must be the same. In bf16 a few networks may be off by more. --int: quantised
networks (random_int.py, whose seeds begin at 40000). The networks that fail are listed; after five of them no
more are tried. Warnings of the C compiler are errors. Foreign targets run under an emulator. --all-storages: the networks take
turns in how their weights come into the program, and in the type of these.
"""

import argparse
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cover import covering  # noqa: E402
import emitted  # noqa: E402
from machines import require_machine  # noqa: E402
import random_int  # noqa: E402
from random_more import FIRST, write_network  # noqa: E402

TOLERANCE = 1e-4
# An input close to the middle of two bfloat16s may round to the other one, which is 2^-8 of it. That happens in few networks.
BF16_TOLERANCE, BF16_PART = 2e-2, 0.1
MOST_FAILURES = 5


def check_seed(seed, arguments, folder):
    """The largest error of the network of this seed."""
    net = os.path.join(folder, "net.net")
    with open(net, "w", encoding="utf-8") as out:
        out.write(write_network(seed))
    dtype = ["--weights-dtype", arguments.weights_dtype] if arguments.weights_dtype else []
    dtype += ["--dtype", arguments.dtype] if arguments.dtype else []
    storage = "embed"
    if arguments.all_storages:
        storage = ("embed", "file", "incbin")[seed % 3]
        dtype = ["--weights-dtype", ("f32", "f16")[seed // 3 % 2]]
    options = dtype + (["--keep-dead"] if arguments.keep_dead else [])
    options += ["--max-ram", arguments.max_ram] if arguments.max_ram else []
    options += ["--reuse-input"] if arguments.reuse_input else []
    options += ["--storage", "incbin"] if storage == "incbin" else []
    model = emitted.Model(arguments.lcc, net, folder, options, target=arguments.target, cc=arguments.cc,
                          level=arguments.level, foreign=arguments.foreign, apart=storage == "file")
    inputs = model.random_inputs(seed)
    expected = emitted.interpret(arguments.lcc, net, folder, inputs, len(model.about["outputs"]), dtype)
    return emitted.largest_error(model(inputs), expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--target", default="native")
    parser.add_argument("--first", type=int, default=0, help="with --more or --int, counted from its first seed")
    parser.add_argument("--more", action="store_true", help="networks with newer ops")
    parser.add_argument("--int", action="store_true", help="quantised networks")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--cover", action="store_true", help="of these networks, few that have every op and setting of all")
    parser.add_argument("--cc", help="a compiler for the target, where not the usual one")
    parser.add_argument("--max-ram")
    parser.add_argument("--reuse-input", action="store_true", help="the inputs lie in the arena")
    parser.add_argument("--keep-dead", action="store_true", help="emitted code has all channels")
    parser.add_argument("--weights-dtype", help="f16: the interpreter has the rounded weights, too")
    parser.add_argument("--dtype", help="bf16: the interpreter multiplies in it, too")
    parser.add_argument("--level", default="-O2", help="how far the C compiler optimizes")
    parser.add_argument("--foreign", choices=["s390x"], help="run generic C on this machine, by an emulator")
    parser.add_argument("--all-storages", action="store_true", help="embedded, bound and assembled weights, floats and halves")
    parser.add_argument("--keep", help="a folder for the networks that fail")
    arguments = parser.parse_args()
    require_machine(arguments.target, arguments.cc, arguments.foreign)
    failed, worst, tried, rounded = [], 0.0, 0, []
    tolerance = BF16_TOLERANCE if arguments.dtype else TOLERANCE
    first = arguments.first + (random_int.FIRST if arguments.int else FIRST if arguments.more else 0)
    seeds = range(first, first + arguments.count)
    for seed in covering(seeds, write_network) if arguments.cover else seeds:
        tried += 1
        with tempfile.TemporaryDirectory() as folder:
            try:
                error = check_seed(seed, arguments, folder)
                why = "off by %.2e of the channel's largest value" % error
            except (RuntimeError, subprocess.SubprocessError) as problem:
                error, why = float("inf"), str(problem)
            if TOLERANCE < error <= tolerance:
                rounded.append(seed)
            if not error <= tolerance:
                failed.append(seed)
                print("seed %d: %s" % (seed, why), flush=True)
                if arguments.keep:
                    os.makedirs(arguments.keep, exist_ok=True)
                    with open(os.path.join(folder, "net.net")) as source:
                        with open(os.path.join(arguments.keep, "seed%d.net" % seed), "w") as copy:
                            copy.write(source.read())
                if len(failed) == MOST_FAILURES:
                    break
            else:
                worst = max(worst, error)
    print("%d networks for %s, %d failed, largest error of the others %.2e" % (tried, arguments.target, len(failed), worst))
    if len(rounded) > BF16_PART * tried + 1:
        print("off by more than %.0e: %s" % (TOLERANCE, " ".join(map(str, rounded))))
        failed += rounded
    if failed:
        print("failed: " + " ".join(map(str, failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
