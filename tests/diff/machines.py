"""The machines that emitted C runs on in the tests: this one, by a shared library, and foreign ones, by a program of its own.

machine_for(target) gives the machine, whose load(..) compiles a C file and returns a function from input arrays to output
arrays. Foreign ones are aarch64 (GCC's cross compiler and qemu), wasm32 (clang, wasi-libc and node), cortex-m4 and cortex-m55 (boards
in qemu, by tests/mcu/board.py), and for generic C also s390x, which is big-endian. Where a tool is missing it raises Missing; require_machine(target) ends the test as skipped.
"""

import atexit
import ctypes
import functools
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {"f32": np.float32, "uint8": np.uint8, "int8": np.int8, "int32": np.int32}
C_TYPES = {"f32": "float", "uint8": "uint8_t", "int8": "int8_t", "int32": "int32_t"}
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Werror".split()
TIME_LIMIT = 600  # seconds, for any one command
SKIPPED = 77  # the exit status of a test that cannot run here
# Of x86-64: what /proc/cpuinfo must list. Each has what those before it have.
X86_TARGETS = {"x86-64": set(), "x86-64-v3": {"avx2", "fma"},
               "x86-64-v4": {"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"},
               "x86-64-v4-vnni": {"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512vbmi"},
               "x86-64-v4-bf16": {"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512vbmi",
                                  "avx512_bf16"}}


class Missing(Exception):
    """What this machine lacks."""


def runnable_targets():
    """Those of x86-64 that this machine runs, the best one last."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        flags = next((set(line.split(":")[1].split()) for line in f if line.startswith("flags")), None)
    return [name for name, needs in X86_TARGETS.items() if flags is not None and needs <= flags]


def run(command, **more):
    """Runs a command; its standard output. What it says goes into the exception where it fails."""
    done = subprocess.run(command, capture_output=True, **{"timeout": TIME_LIMIT, **more})
    if done.returncode:
        said = [text.decode(errors="replace") for text in (done.stdout[-2000:], done.stderr[-4000:])]
        raise RuntimeError("%s\nexit %d\n%s%s" % (" ".join(command), done.returncode, *said))
    return done.stdout


def passed_inputs(about, inputs):
    """What is not written into the arena (--reuse-input), of a list with an item for each input."""
    return [x for x, port in zip(inputs, about["inputs"]) if "arena_offset" not in port]


def write_into(arena, about, inputs):
    """Writes the inputs that lie in the arena there. `arena`: its address."""
    for array, port in zip(inputs, about["inputs"]):
        if "arena_offset" in port:
            values = np.ascontiguousarray(array)
            ctypes.memmove(arena + port["arena_offset"], values.ctypes.data, values.nbytes)


def empty_outputs(ports):
    """Arrays without an answer yet: NaN, or -1."""
    kinds = [TYPES[port["type"]] for port in ports]
    return [np.full(port["shape"], np.nan if kind == np.float32 else -1, kind) for port, kind in zip(ports, kinds)]


@functools.lru_cache(maxsize=None)
def precompiled(cc, *words):
    """Words by which GCC reads the header of Intel's intrinsics, half of what small networks take to compile, as it was compiled by
    the same words before. None for other compilers and machines."""
    if os.uname().machine != "x86_64" or b"Free Software Foundation" not in run([cc, "--version"]):
        return []
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, True)
    header = os.path.join(folder, "immintrin.h")
    with open(header, "w", encoding="utf-8") as out:
        out.write("#include_next <immintrin.h>\n")
    run([cc, *words, "-x", "c-header", header, "-o", header + ".gch"])
    return ["-include", header]


class Native:
    """This machine: a shared library, called from here. `words`: more for the compiler. `intrinsics`: the code has those of this machine."""
    large_weights = "incbin"  # how they come into the program; None: as usual

    def __init__(self, cc=None, level="-O2", words=(), intrinsics=True):
        self.cc, self.level, self.words, self.intrinsics = cc or "cc", level, words, intrinsics

    def load(self, c_file, name, about, weights=None):
        """Compiles c_file; a function from arrays to arrays. `weights`: the file of a model that wants to be bound."""
        c_file = os.path.abspath(c_file)
        path = c_file[:-2] + ".so"
        words = [self.level, *self.words, "-fPIC"]
        run([self.cc, *words, *(precompiled(self.cc, *words) if self.intrinsics else []), *WARNINGS, "-shared", c_file, "-o", path],
            cwd=os.path.dirname(c_file))
        library = ctypes.CDLL(path)
        room = bind(library, name, weights) if weights else None
        function = getattr(library, name + "_run")
        function.restype = None
        reused = any("arena_offset" in port for port in about["inputs"])
        if reused:
            getattr(library, name + "_arena").restype = ctypes.c_void_p

        def call(inputs):
            assert weights is None or room is not None  # the weights live as long as this function
            if reused:
                write_into(getattr(library, name + "_arena")(), about, inputs)
            results = empty_outputs(about["outputs"])
            function(*[a.ctypes.data_as(ctypes.c_void_p) for a in [*passed_inputs(about, inputs), *results]])
            return results

        return call


def bind(library, name, path):
    """Hands the weights over; the memory where they stay."""
    data = np.fromfile(path, np.uint8)
    room = np.empty(data.size + 64, np.uint8)
    start = -room.ctypes.data % 64
    room[start:start + data.size] = data
    if getattr(library, name + "_bind")(ctypes.c_void_p(room.ctypes.data + start), ctypes.c_size_t(data.size)):
        raise RuntimeError("the weights that were written with the model are refused")
    return room


class Foreign:
    """Another machine: foreign_main.c and the model become a program, which `runner` runs. `order`: of its bytes, as NumPy
    says it. `large_weights`: see Native."""

    def __init__(self, cc, runner, level="-O2", order="<", large_weights="incbin"):
        self.large_weights = large_weights
        self.cc, self.runner, self.level, self.order = cc, runner, level, order

    def load(self, c_file, name, about, weights=None):
        folder = c_file[:-2] + "_main"
        program = c_file[:-2] + ".program"
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "model.h"), "w", encoding="utf-8") as out:
            out.write('#include "%s.h"\n' % c_file[:-2])
        with open(os.path.join(folder, "ports.h"), "w", encoding="utf-8") as out:
            out.write(write_ports(name, about, weights))
        run([*self.cc, self.level, *WARNINGS, "-I", folder, c_file, os.path.join(HERE, "foreign_main.c"), "-o", program],
            cwd=os.path.dirname(c_file))

        def call(inputs):
            sent = np.fromfile(weights, np.uint8).tobytes() if weights else b""
            sent += b"".join(a.astype(a.dtype.newbyteorder(self.order)).tobytes() for a in inputs)
            said = run([*self.runner, program], input=sent)
            results = empty_outputs(about["outputs"])
            if len(said) != sum(r.nbytes for r in results):
                raise RuntimeError("%d bytes came back" % len(said))
            at = 0
            for r in results:
                r.reshape(-1)[:] = np.frombuffer(said[at:at + r.nbytes], r.dtype.newbyteorder(self.order))
                at += r.nbytes
            return results

        return call


class Microcontroller:
    """A board in qemu, whose processor is lcc's `target`."""
    large_weights = None

    def __init__(self, target, level="-O2"):
        sys.path.insert(0, os.path.join(HERE, "..", "mcu"))
        import board  # which imports this file
        self.parts, self.level = board, level
        self.board = next(b for b in board.BOARDS.values() if b.target == target)
        if self.board.missing():
            raise Missing(", ".join(self.board.missing()) + " not here")

    def load(self, c_file, name, about, weights=None):
        if weights:
            raise RuntimeError("weights cannot be handed over on a board")
        network, folder = self.parts.Network(name, c_file, about, []), c_file[:-2] + "_board"
        self.parts.build_networks(self.board, [network], folder, self.level)

        def call(inputs):
            network.inputs = [inputs]
            self.parts.feed_networks(self.board, [network], folder, TIME_LIMIT)
            return network.outputs[0]

        return call


def write_ports(name, about, weights=None):
    """The text of ports.h. `weights`: the file of weights that the program reads before its inputs and binds."""
    lines, tables, copies, names = [], [], "", {"inputs": [], "outputs": []}
    bind = "1"
    for kind in ("inputs", "outputs"):
        rows = []
        if weights and kind == "inputs":
            lines.append("static float weights[%d];" % (os.path.getsize(weights) // 4))
            rows.append("{(char *)weights, sizeof weights}")
            bind = "%s_bind(weights, sizeof weights) == 0" % name
        for i, port in enumerate(about[kind]):
            names[kind].append("%s_%d" % (kind, i))
            element = C_TYPES[port["type"]]
            lines.append("static %s %s[%d];" % (element, names[kind][-1], np.prod(port["shape"])))
            rows.append("{(char *)%s, sizeof %s}" % (names[kind][-1], names[kind][-1]))
            if "arena_offset" in port:
                copies += "memcpy((char *)%s_arena() + %d, %s, sizeof %s); " % (name, port["arena_offset"], names[kind][-1],
                                                                               names[kind][-1])
        tables.append("static const struct port %s[] = {%s};" % (kind, ", ".join(rows)))
    return "\n".join(["struct port {", "    char *at;", "    size_t bytes;", "};", *lines, *tables,
                      "static int bind_model(void) { return %s; }" % bind,
                      "static void call_model(void) { %s%s_run(%s); }" % (
                          copies, name, ", ".join(passed_inputs(about, names["inputs"]) + names["outputs"])),
                      ""])


def first_found(*commands):
    for command in commands:
        if shutil.which(command):
            return command
    raise Missing("none of " + ", ".join(commands) + " is here")


def aarch64(target, cc, level="-O2"):
    more = {"aarch64-dotprod": ["-march=armv8.2-a+dotprod"], "aarch64-bf16": ["-march=armv8.2-a+dotprod+bf16"]}.get(target, [])
    return Foreign([cc or first_found("aarch64-linux-gnu-gcc"), "-static", *more], [first_found("qemu-aarch64")], level)


def s390x(cc, level="-O2"):
    return Foreign([cc or first_found("s390x-linux-gnu-gcc"), "-static"], [first_found("qemu-s390x")], level, order=">")


def wasm32(cc, level="-O2"):
    """clang for WASI. -O2 may not contract a * b + c: there is no such instruction. Debian's wasi-libc lies under /usr."""
    compiler = [cc or first_found("clang", "clang-19", "clang-14"), "--target=wasm32-wasi"]
    first_found("wasm-ld", "wasm-ld-19", "wasm-ld-14")
    if subprocess.run([*compiler, "-x", "c", "-", "-o", os.devnull], input=b"#include <unistd.h>\nint main(void){return 0;}",
                      capture_output=True).returncode:
        raise Missing("%s does not make programs for WASI: wasi-libc or libclang-rt-dev-wasm32 is missing" % compiler[0])
    return Foreign(compiler, [first_found("node", "nodejs"), "--no-warnings", os.path.join(HERE, "wasi_run.js")], level, large_weights="file")


def machine_for(target, cc=None, level="-O2", foreign=None):
    """The machine of lcc's target. `cc`: a compiler other than the usual one. `level`: how far the compiler optimizes.
    `foreign`: "s390x", where generic C is to run on it."""
    if foreign == "s390x":
        return s390x(cc, level)
    if target == "wasm32":
        return wasm32(cc, level)
    if target.startswith("cortex-m"):
        return Microcontroller(target, level)
    if target.startswith("aarch64") and os.uname().machine not in ("aarch64", "arm64"):
        return aarch64(target, cc, level)
    if target in X86_TARGETS and target not in runnable_targets():
        raise Missing("this machine does not run " + target)
    return Native(cc, level, ["-std=c99"], intrinsics=False) if target == "generic" else Native(cc, level)


def require_machine(target, cc=None, foreign=None):
    """Ends the test as skipped where this machine lacks what machine_for() needs."""
    try:
        machine_for(target, cc, foreign=foreign)
    except Missing as what:
        print("SKIP: %s" % what)
        sys.exit(SKIPPED)
