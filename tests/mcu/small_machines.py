"""Machines that are too small for an operating system, as machines.py has the large ones: a Cortex-M0 and a RISC-V of 32 bits
under QEMU, an AVR under simavr.

The inputs are part of the program, which prints the outputs. A machine whose tools are not here raises Missing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
BARE = os.path.join(HERE, "bare")
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
from machines import C_TYPES, WARNINGS, Missing, empty_outputs, run  # noqa: E402


class TooLarge(RuntimeError):
    """The program does not fit into the machine."""


class Bare:
    """`cc`: the compiler with what it must know of the machine. `files`: what a program consists of beside main.c and the model.
    `link`: more words for the program. `runner`: the command that runs it. `prefix`: of the binutils' names. `ram`: bytes of
    variables that leave room for the stack."""

    def __init__(self, cc, files, link, runner, prefix, ram):
        self.cc, self.files, self.link, self.runner, self.prefix, self.ram = cc, files, link, runner, prefix, ram
        self.room, self.objects = None, []
        for command in (cc[0], runner[0]):
            if not shutil.which(command):
                raise Missing(command + " is not here")

    def compile(self, c_file, level, words=()):
        """The object of an emitted file."""
        path = c_file[:-2] + ".o"
        run([*self.cc, *WARNINGS, level, *words, "-c", c_file, "-o", path])
        return path

    def undefined(self, path):
        """What the object asks of others: names."""
        return set(run([self.prefix + "nm", "-u", path]).decode().replace(" U ", "").split())

    def variables(self, path):
        """Bytes of variables, with those that begin with values."""
        return sum(int(word) for word in run([self.prefix + "size", path]).decode().splitlines()[1].split()[1:3])

    def make_objects(self):
        """Those of `files`, once."""
        if self.room is None:
            self.room = tempfile.TemporaryDirectory()
            for name in self.files:
                self.objects.append(os.path.join(self.room.name, name[:-1] + "o"))
                words = ["-fno-tree-loop-distribute-patterns"] if name == "string.c" else []  # it would call itself
                run([*self.cc, *WARNINGS, "-Os", *words, "-iquote", BARE, "-c", os.path.join(BARE, name), "-o", self.objects[-1]])
        return self.objects

    def call(self, path, name, about, inputs):
        """Links the object with its inputs, runs the program, and returns the outputs."""
        folder, program = os.path.dirname(path), path[:-2] + ".elf"
        with open(os.path.join(folder, "ports.h"), "w", encoding="utf-8") as out:
            out.write('#include "%s.h"\n\n' % os.path.basename(path)[:-2] + write_ports(name, about, inputs))
        try:
            run([*self.cc, "-Os", "-I", folder, "-iquote", BARE, path, os.path.join(BARE, "main.c"), *self.make_objects(),
                 *self.link, "-o", program])
        except RuntimeError as problem:
            if "overflowed" in str(problem) or "not within region" in str(problem):
                raise TooLarge("too large for the linker") from problem
            raise
        if self.variables(program) > self.ram:
            raise TooLarge("%d bytes of variables" % self.variables(program))
        done = subprocess.run([*self.runner, program], capture_output=True, timeout=600)
        # simavr writes in colours, and a dot at the end of each line.
        said = re.sub("\x1b\\[[0-9]*m|[.]?\n", "", (done.stdout + done.stderr).decode(errors="replace"))
        answer = re.search("<([0-9a-f]*)>", said)
        if not answer:
            raise RuntimeError("no answer: " + said[-500:])
        return read_ports(bytes.fromhex(answer.group(1)), about)


def read_ports(data, about):
    """The arrays whose bytes the program printed."""
    results, at = empty_outputs(about["outputs"]), 0
    if len(data) != sum(r.nbytes for r in results):
        raise RuntimeError("%d bytes came back" % len(data))
    for r in results:
        r.reshape(-1)[:] = np.frombuffer(data[at:at + r.nbytes], r.dtype.newbyteorder("<"))
        at += r.nbytes
    return results


def write_ports(name, about, inputs):
    """The text of ports.h."""
    lines, rows, names = [], [], []
    for i, (port, array) in enumerate(zip(about["inputs"], inputs)):
        kind, names = C_TYPES[port["type"]], names + ["in%d" % i]
        values = [float(v).hex() + "f" if kind == "float" else str(v) for v in array.reshape(-1)]
        lines.append("static const %s in%d[] = {%s};" % (kind, i, ", ".join(values)))
    for i, port in enumerate(about["outputs"]):
        names.append("out%d" % i)
        lines.append("static %s out%d[%d];" % (C_TYPES[port["type"]], i, np.prod(port["shape"])))
        rows.append("{(const unsigned char *)out%d, sizeof out%d}" % (i, i))
    return "\n".join([*lines, "static const struct {", "    const unsigned char *at;", "    size_t bytes;",
                      "} outputs[] = {%s};" % ", ".join(rows),
                      "static void call_model(void) { %s_run(%s); }" % (name, ", ".join(names)), ""])


# No C library: string.c has what emitted C and its compiler call.
ALONE = ["-std=c99", "-ffreestanding", "-isystem", BARE]


def cortex_m0():
    """The BBC micro:bit's nRF51: 256 KB of flash and 16 KB of RAM. A load of 32 bits from an odd address faults."""
    return Bare(["arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb", *ALONE], ["m0.c", "string.c"],
                ["-nostdlib", "-T", os.path.join(BARE, "m0.ld"), "-lgcc"],
                ["qemu-system-arm", "-M", "microbit", "-display", "none", "-monitor", "none", "-serial", "none", "-semihosting",
                 "-kernel"], "arm-none-eabi-", 14 << 10)


def rv32(extensions="imc"):
    """A RISC-V of 32 bits without a unit for floats; extensions "i": it cannot multiply either."""
    off = [name + "=" + ("on" if name in extensions else "off") for name in ("m", "a", "f", "d", "c")]
    return Bare(["riscv64-unknown-elf-gcc", "-march=rv32%s" % extensions, "-mabi=ilp32", *ALONE], ["rv32.c", "string.c"],
                ["-nostdlib", "-Wl,--no-warn-rwx-segments", "-T", os.path.join(BARE, "rv32.ld"), "-lgcc"],
                ["qemu-system-riscv32", "-M", "virt", "-cpu", "rv32," + ",".join(off), "-bios", "none", "-display", "none",
                 "-monitor", "none", "-serial", "stdio", "-kernel"], "riscv64-unknown-elf-", 256 << 10)


def avr(chip="atmega1284p"):
    """An AVR, whose int has 16 bits: with 128 KB of flash, and 16 KB of RAM, where the constants lie, too."""
    return Bare(["avr-gcc", "-mmcu=" + chip, "-std=c99"], ["avr.c"], [], ["simavr", "-m", chip, "-f", "16000000"], "avr-", 15 << 10)
