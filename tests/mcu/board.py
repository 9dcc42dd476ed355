"""Microcontrollers in QEMU: builds programs for a board, runs them, counts their instructions and the depth of their stack.

    from board import BOARDS, Network, run_networks, require_board

    require_board("mps3-an547")                    ends the test as skipped where the compiler or QEMU is missing
    board = BOARDS["mps3-an547"]                   .target is lcc's target for it, such as cortex-m55

Whole networks, many in one program and one start of QEMU:

    net = Network("n7", c_file, about, inputs)     about: `lcc --emit json`; c_file: lcc's, with its .h beside it, of `--name n7`
                                                   inputs: a list of runs, each a list of arrays, one for each input
    run_networks(board, [net, ..], folder)         then net.outputs has a list of arrays for each run, net.instructions and
                                                   net.stack (bytes) a number for each run, net.text and net.data the bytes of
                                                   flash and of RAM of its object file
    The folder must be empty or new. level="-Os", words=[..] are for the compiler; so is n.words, for one network's file. The
    inputs of a network of --reuse-input are written into its arena.
    build_networks() and feed_networks() are its halves. tests/diff/machines.py runs one network at a time by them, so that the
    tests there, such as differential.py, take --target cortex-m4 and cortex-m55.

Programs of one's own, in C against examples/cortex-m/board.h (files, printing, board_ticks, board_measure):

    board.build(["main.c", ..], "program.elf", words=["-I..", "-D.."])
    said = board.run("program.elf", ["argument", ..], cwd=folder)          what it printed; RuntimeError unless it exits with 0

An instruction is a nanosecond of the board's clock (-icount shift=0), whatever it is: these counts know of no pipeline, cache or wait
state. They are exact but for a tick of SysTick: 40 instructions on mps2-an386, 31.25 on mps3-an547.

A further board is an entry of BOARDS: QEMU's machine, lcc's target, the compiler with its options, the linker script.
"""

import dataclasses
import os
import re
import shutil
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diff"))
from machines import C_TYPES, SKIPPED, TYPES, passed_inputs, run  # noqa: E402

SUPPORT = os.path.join(HERE, "..", "..", "examples", "cortex-m")
WARNINGS = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror".split()


@dataclasses.dataclass(frozen=True)
class Board:
    """One machine of QEMU's."""
    machine: str
    target: str  # lcc's
    cpu: tuple  # the compiler's options for the processor
    tick: float  # instructions for each tick of SysTick
    prefix: str = "arm-none-eabi-"
    qemu: str = "qemu-system-arm"
    support: tuple = ("startup.c", "board.c")  # in examples/cortex-m

    @property
    def cc(self):
        return [self.prefix + "gcc", *self.cpu]

    def missing(self):
        """What this machine lacks to build and run: names of commands, or a header of the C library."""
        lacks = [tool for tool in (self.prefix + "gcc", self.qemu) if not shutil.which(tool)]
        if shutil.which(self.cc[0]) and subprocess.run([*self.cc, "-fsyntax-only", "-x", "c", "-"], input=b"#include <string.h>",
                                                       capture_output=True, check=False).returncode:
            lacks.append("string.h for " + self.cc[0])
        return lacks

    def compile(self, c_file, o_file, level="-O2", words=()):
        """Compiles one file; a warning is an error. Returns (bytes of flash, bytes of RAM) of the object file."""
        run([*self.cc, level, *WARNINGS, "-ffunction-sections", "-fdata-sections", "-I", SUPPORT, *words, "-c", c_file,
                 "-o", o_file])
        return self.size(o_file)

    def size(self, path):
        """(bytes of flash, bytes of RAM): the code, the constants and first values of variables; variables and arenas."""
        text, data, bss = [int(n) for n in run([self.prefix + "size", path]).splitlines()[1].split()[:3]]
        return text + data, data + bss

    def build(self, files, out, level="-O2", words=()):
        """Links C and object files to a program for the board. `words`: more for the compiler."""
        support = [os.path.join(SUPPORT, name) for name in self.support]
        run([*self.cc, level, *WARNINGS, "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-nostartfiles",
                 "-I", SUPPORT, *words, *files, *support, "-L", SUPPORT, "-L", HERE, "-T", self.machine + ".ld", "-o", out])

    def run(self, program, arguments=(), cwd=None, timeout=600):
        """Runs a program; what it printed. Paths of files that it opens are relative to `cwd`."""
        words = ["enable=on", "target=native"] + ["arg=" + w.replace(",", ",,") for w in (os.path.basename(program), *arguments)]
        try:
            return run([self.qemu, "-M", self.machine, "-icount", "shift=0", "-display", "none", "-monitor", "none", "-serial", "none",
                        "-semihosting-config", ",".join(words), "-kernel", os.path.abspath(program)],
                       cwd=cwd, timeout=timeout, stdin=subprocess.DEVNULL).decode()
        except subprocess.TimeoutExpired as late:
            raise RuntimeError("%s did not end within %d seconds: %s" % (program, timeout, late.stdout)) from late


BOARDS = {board.machine: board for board in (
    Board("mps2-an386", "cortex-m4", ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"), 40),
    Board("mps3-an547", "cortex-m55", ("-mcpu=cortex-m55", "-mfloat-abi=hard"), 31.25),
)}


def require_board(*names):
    """Ends the test as skipped where a tool for one of the boards is missing, and says which."""
    missing = sorted({tool for name in names for tool in BOARDS[name].missing()})
    if missing:
        print("SKIP: " + ", ".join(missing) + (" is" if len(missing) == 1 else " are") + " not here")
        sys.exit(SKIPPED)


class Network:
    """A network that lcc wrote with `--name NAME`, and what it is to be run on; see above."""

    def __init__(self, name, c_file, about, inputs, words=()):
        self.name, self.c_file, self.about, self.inputs, self.words = name, c_file, about, inputs, list(words)
        self.outputs, self.instructions, self.stack = [], [], []
        self.text = self.data = None
        with open(c_file[:-2] + ".h", encoding="utf-8") as header:
            self.header = header.read()
        self.arena = self.number("ARENA_BYTES")

    def number(self, macro):
        """A number that the header defines, such as ARENA_BYTES."""
        return int(re.search(r"^#define %s_%s (\d+)" % (re.escape(self.name.upper()), macro), self.header, re.M)[1])

    def ports(self):
        """For each input, then for each output: the type in C, NumPy's, and the shape."""
        return [(C_TYPES[port["type"]], TYPES[port["type"]], port["shape"]) for kind in ("inputs", "outputs") for port in self.about[kind]]

    def bytes(self):
        return [int(np.prod(shape)) * np.dtype(kind).itemsize for _, kind, shape in self.ports()]

    def in_table(self):
        """The text of its row in networks.h, and of the function that the row names."""
        ports = self.ports()
        all_ports = ["(%s *)(void *)ports[%d]" % (name, i) for i, (name, _, _) in enumerate(ports)]
        call = ", ".join(passed_inputs(self.about, all_ports) + all_ports[len(self.about["inputs"]):])
        offsets = [port.get("arena_offset", -1) for port in self.about["inputs"] + self.about["outputs"]]
        function = "static void call_%s(void *arena, char *const *ports) { %s_run_in(arena, %s); }" % (self.name, self.name, call)
        rows = ", ".join("{%d, %d, %d}" % (size, np.dtype(kind).itemsize, offset)
                         for size, (_, kind, _), offset in zip(self.bytes(), ports, offsets))
        return function, '{"%s", call_%s, %d, %d, %d, %d, {%s}},' % (
            self.name, self.name, self.arena, self.number("ARENA_ALIGN"), len(self.about["inputs"]), len(self.about["outputs"]), rows)


def write_table(networks, path):
    """Writes networks.h for networks.c."""
    most = max(len(n.ports()) for n in networks)
    parts = [n.in_table() for n in networks]
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join([
            *['#include "%s.h"' % os.path.abspath(n.c_file[:-2]) for n in networks],
            "enum { ARENA_ROOM = %d, PORTS_ROOM = %d, MOST_PORTS = %d };" % (
                max(n.arena for n in networks), max(sum(n.bytes()) for n in networks), most),
            "struct Network {",
            "    const char *name;",
            "    void (*run)(void *arena, char *const *ports);",
            "    size_t arena_bytes, arena_align;",
            "    int inputs, outputs;",
            "    struct { size_t bytes, align; ptrdiff_t arena_offset; } ports[MOST_PORTS]; /* offset: -1 if it is passed */",
            "};",
            *[function for function, _ in parts],
            "static const struct Network networks[] = {", *["    " + row for _, row in parts], "};", ""]))


def build_networks(board, networks, folder, level="-O2", words=()):
    """Compiles the networks and links them into one program, which feed_networks() runs, again and again."""
    os.makedirs(folder, exist_ok=True)
    objects = []
    for n in networks:
        objects.append(os.path.join(folder, n.name + ".o"))
        n.text, n.data = board.compile(n.c_file, objects[-1], level, [*words, *n.words])
    write_table(networks, os.path.join(folder, "networks.h"))
    board.build([os.path.join(HERE, "networks.c"), *objects], os.path.join(folder, "networks.elf"), words=["-I", folder])


def feed_networks(board, networks, folder, timeout=600):
    """Runs the program of build_networks() on the networks' inputs, and fills in what came out."""
    with open(os.path.join(folder, "inputs"), "wb") as out:
        for n in networks:
            out.write(np.uint32(len(n.inputs)).tobytes())
            for arrays in n.inputs:
                for array, (_, kind, shape) in zip(arrays, n.ports()[:len(n.about["inputs"])], strict=True):
                    if array.size != np.prod(shape) or array.dtype != kind:
                        raise RuntimeError("%s takes %s, not %s" % (n.name, shape, array.shape))
                    out.write(array.tobytes())
    lines = iter(board.run(os.path.join(folder, "networks.elf"), cwd=folder, timeout=timeout).splitlines())
    with open(os.path.join(folder, "outputs"), "rb") as file:
        for number, n in enumerate(networks):
            n.outputs, n.instructions, n.stack = [], [], []
            for _ in n.inputs:
                which, instructions, stack = (int(word) for word in next(lines).split())
                assert which == number, (which, number)
                n.instructions.append(instructions)
                n.stack.append(stack)
                n.outputs.append([np.fromfile(file, kind, np.prod(shape)).reshape(shape)
                                  for _, kind, shape in n.ports()[len(n.about["inputs"]):]])
        if file.read(1):
            raise RuntimeError("more came back than outputs")


def run_networks(board, networks, folder, level="-O2", words=(), timeout=600):
    """Both."""
    build_networks(board, networks, folder, level, words)
    feed_networks(board, networks, folder, timeout)
