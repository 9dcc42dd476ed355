"""The C of lcc's target `generic` on machines that are small: a Cortex-M0, a RISC-V of 32 bits with and without multiplication, and
an AVR, whose int has 16 bits. small_machines.py says what these are.

    test_small.py [PART..]        LCC says where lcc is; parts are the MACHINES, `host` and `short`

On each machine random networks of integers give the interpreter's bytes, networks of floats come within a tolerance, compiled by
-O0, -Os and -O2 in turn. The objects ask for no division of 64 bits, no double, no function of a library but memcpy, memmove and
memset, and where the C has no float for no arithmetic on floats either. A network for whose sizes an int of 16 bits does not do is
refused by words, and others are held to 16 bits on this machine, where there is room for larger ones.

A machine whose tools are not here is left out, and the test says so.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

from small_machines import Missing, TooLarge, avr, cortex_m0, rv32
import emitted
from machines import Foreign, Native, first_found, run
from random_more import write_network

LCC = os.environ["LCC"]
TOLERANCE = 1e-4
FLOATS, MORE, CODES = 0, 20000, 40000  # the first seeds of random networks of these kinds
LEVELS = ("-Os", "-O2", "-O0")

# Machines, and how many random networks of floats, of newer ops and of integers each runs.
MACHINES = {
    "cortex-m0": (cortex_m0, {FLOATS: 3, MORE: 4, CODES: 10}),
    "rv32imc": (rv32, {FLOATS: 3, MORE: 3, CODES: 7}),
    "rv32i": (lambda: rv32("i"), {FLOATS: 2, MORE: 2, CODES: 4}),
    "avr": (avr, {FLOATS: 2, MORE: 4, CODES: 10}),
}

# What a compiler calls where the processor has no instruction: GCC's names, for Arm by the ABI and elsewhere.
DIVISIONS = r"__aeabi_u?ldivmod|__u?(div|mod|divmod)di[34]"
DOUBLES = r"__aeabi_(d\w+|cd\w+|\w+2d)|__\w*df\w*"
ON_FLOATS = r"__aeabi_(f\w+|cf\w+|\w+2f)|__\w*sf\w*"
LIBRARY = {"memcpy", "memmove", "memset"}

# The window has 256 elements with a zero point of -128: 32768 does not fit in 16 bits. The second one's has 289.
FIXED = {
    "wide": """net wide {
        input image: int8[18, 18, 2] (q = [0.05, -128])
        avg_pool(16, padding = valid, q = [0.03, 5])
        output probs
    }""",
    "counted": """net counted {
        input image: int8[17, 17, 2] (q = [0.05, 127])
        avg_pool(17, padding = 8, count_pad = true)
        output probs
    }""",
}
# What lcc makes of floats for machines without an FPU.
SMALL = """default bias = true
net small {
    input image: uint8[16, 16, 1]
    normalize(mean = 0.5, std = 0.5, divide = 255)
    conv(6, 3, stride = 2) -> relu6
    residual { conv(12, 1) -> relu6 -> depthwise(3) -> relu6 -> conv(6, 1) }
    conv(8, 3, stride = 2) -> hswish -> global_avg_pool -> dense(10)
    output scores
}"""
# 24 KB come in, 48 KB come out.
LARGE = """net large {
    input image: int8[64, 128, 3] (q = [0.05, 0])
    conv(6, 1, q = [0.05, 0])
    output map
}"""

failures = []


class Emitted:
    """A network's C in a folder, its description, inputs, and the interpreter's answer."""

    def __init__(self, text, folder, seed=0, options=()):
        self.folder, self.c_file = folder, os.path.join(folder, "model.c")
        net = os.path.join(folder, "net.net")
        with open(net, "w", encoding="utf-8") as out:
            out.write(text)
        self.words = [LCC, net, *options]
        run([*self.words, "--target", "generic", "--name", "model", "-o", self.c_file])
        self.about = json.loads(run([*self.words, "--target", "generic", "--emit", "json"]))
        self.inputs = emitted.random_inputs(self.about, seed)
        self.answer = None
        with open(self.c_file, encoding="utf-8") as c_file:
            self.text = c_file.read()
        self.floats = re.search(r"\bfloat\b", self.text) is not None

    def expected(self):
        if self.answer is None:
            self.answer = emitted.interpret(self.words[0], self.words[1], self.folder, self.inputs, len(self.about["outputs"]),
                                            self.words[2:])
        return self.answer


def check(name, condition, why):
    if not condition:
        failures.append("%s: %s" % (name, why))
        print(failures[-1], flush=True)


def check_symbols(name, net, names):
    """What the object asks of others."""
    forbidden = [DIVISIONS, DOUBLES] + ([] if net.floats else [ON_FLOATS])
    bad = sorted(n for n in names if re.fullmatch("|".join(forbidden), n) or (not n.startswith("__") and n not in LIBRARY))
    check(name, not bad, "the object asks for " + ", ".join(bad))


def check_run(name, machine, net, level):
    """Compiles, runs and compares; False if the machine is too small."""
    try:
        path = machine.compile(net.c_file, level)
        got = machine.call(path, "model", net.about, net.inputs)
    except TooLarge:
        return False
    except (RuntimeError, subprocess.SubprocessError) as problem:
        if "needs an int of 32 bits" in str(problem):
            return False
        check(name, False, str(problem))
        return True
    check_symbols(name, net, machine.undefined(path))
    error = emitted.largest_error(got, net.expected())
    check(name, error <= TOLERANCE, "off by %.2e of the channel's largest value" % error)
    return True


def run_random(name, machine, counts):
    """Random networks, as many as are asked for of those that the machine has room for."""
    done = {}
    for first, count in counts.items():
        seed, done[first] = first, 0
        while done[first] < count and seed < first + 20 * count:
            with tempfile.TemporaryDirectory() as folder:
                level = LEVELS[seed % len(LEVELS)]
                net = Emitted(write_network(seed), folder, seed)
                done[first] += check_run("%s, seed %d, %s" % (name, seed, level), machine, net, level)
            seed += 1
        check(name, done[first] == count, "only %d of the networks from seed %d on fit" % (done[first], first))
    return sum(done.values())


def run_fixed(name, machine):
    """The networks above, at every level."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(os.path.join(folder, "samples.npy"), np.random.default_rng(1).integers(0, 256, (20, 16, 16, 1)).astype(np.uint8))
        quantised = ["--dtype", "int8", "--calibrate", os.path.join(folder, "samples.npy"), "--output-dtype", "int8"]
        for title, text, options in [*((title, text, ()) for title, text in FIXED.items()), ("small", SMALL, quantised)]:
            net = Emitted(text, folder, 1, options)
            check(name, not net.floats, "there is a float in the C of " + title)
            for level in LEVELS:
                check(name, check_run("%s, %s, %s" % (name, title, level), machine, net, level), title + " does not fit")


REFUSED = '#error "49152 bytes of output: this network needs an int of 32 bits"'


def check_refused(name, command, c_file, refused):
    """Whether the compiler takes the file, or refuses it by the words for LARGE."""
    done = subprocess.run([*command, "-c", c_file, "-o", c_file[:-2] + ".o"], capture_output=True, text=True)
    check(name, (done.returncode != 0) == refused and (REFUSED in done.stderr) == refused, done.stderr or "it is not refused")


def run_refused(command, name):
    """A compiler whose int has 16 bits takes a small network, and refuses a large one."""
    for text, refused in ((LARGE, True), (FIXED["wide"], False)):
        with tempfile.TemporaryDirectory() as folder:
            check_refused(name, command, Emitted(text, folder).c_file, refused)


class Short(Foreign):
    """This machine, where every int of the emitted file is a short, which may not lose a bit of what is put there."""

    def __init__(self):
        super().__init__([first_found("clang", "clang-19", "clang-14"), "-std=c99", "-fsanitize-trap=all",
                          "-fsanitize=implicit-signed-integer-truncation,implicit-integer-sign-change"], [], "-O1")

    def load(self, c_file, name, about, weights=None):
        with open(c_file, encoding="utf-8") as text:
            includes, code = text.read().split("\n/* ---- ", 1)
        with open(c_file, "w", encoding="utf-8") as out:
            out.write(includes + '\n#pragma clang diagnostic ignored "-Wconversion"\n/* ---- ' + re.sub(r"\bint\b", "short", code))
        return super().load(c_file, name, about, weights)


def run_short():
    """Networks for which 16 bits are said to do, and which are larger than the AVR here has room for."""
    machine = Short()
    for first in (FLOATS + 200, MORE + 200, CODES + 400):
        seed, ran = first, 0
        while ran < 3:
            with tempfile.TemporaryDirectory() as folder:
                net = Emitted(write_network(seed), folder, seed)
                with open(os.path.join(folder, "model.h"), encoding="utf-8") as header:
                    most = max(int(n) for n in re.findall(r"_BYTES (\d+)", header.read()))
                if most > 12000 and "limits.h" not in net.text:
                    error = emitted.largest_error(machine.load(net.c_file, "model", net.about)(net.inputs), net.expected())
                    check("short, seed %d" % seed, error <= TOLERANCE, "off by %.2e" % error)
                    ran += 1
            seed += 1


def run_aligned():
    """No load or store of anything at an address that does not suit it, by the sanitizer, and inputs at odd addresses."""
    machine = Native(level="-O1", words=["-std=c99", "-fsanitize=alignment,signed-integer-overflow,shift",
                                         "-fsanitize-undefined-trap-on-error"])
    for seed in [*range(FLOATS + 50, FLOATS + 52), *range(MORE + 50, MORE + 53), *range(CODES + 350, CODES + 356)]:
        with tempfile.TemporaryDirectory() as folder:
            net = Emitted(write_network(seed), folder, seed)
            inputs = []
            for array in net.inputs:
                room = np.zeros(array.nbytes + 16, np.uint8)
                begin = -room.ctypes.data % 16 + array.dtype.itemsize  # no better aligned than an element has to be
                room[begin:begin + array.nbytes] = array.reshape(-1).view(np.uint8)
                inputs.append(room[begin:begin + array.nbytes].view(array.dtype).reshape(array.shape))
            got = machine.load(net.c_file, "model", net.about)(inputs)
            error = emitted.largest_error(got, net.expected())
            check("aligned, seed %d" % seed, error <= TOLERANCE, "off by %.2e" % error)


def main():
    ran = 0
    for name in sys.argv[1:] or [*MACHINES, "host", "short"]:
        if name == "host":
            run_aligned()
            run_refused(["cc", "-std=c99", "-D__INT_MAX__=32767"], "host")
            continue
        try:
            if name == "short":
                run_short()
                continue
            make, counts = MACHINES[name]
            machine = make()
        except Missing as what:
            print("SKIP: %s: %s" % (name, what), flush=True)
            continue
        run_fixed(name, machine)
        if name == "avr":
            for chip in ("atmega2560", "atxmega128a1"):
                run_refused([*avr(chip).cc, "-Os"], chip)
        ran += run_random(name, machine, counts)
        print("%s: done" % name, flush=True)
    print("%d random networks ran, %d failures" % (ran, len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
