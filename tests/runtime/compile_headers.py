#!/usr/bin/env python3
"""Compiles every header of the runtime as a generated file has it: plain `cc -O2 -c`, the target switched on by the
pragmas of runtime/README.md, all warnings on and fatal, as C99. GCC reads it as GNU C, too, but makes no code of it. Every function
is made real, and the object may need no symbol. The multiply-add must be one instruction where the machine has it, with contraction
off too.

Usage: compile_headers.py RUNTIME_FOLDER. Takes whatever of gcc, clang, clang-14, clang-19 and a cross compiler is there.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

WARNINGS = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror".split()
V4 = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"
# header: (kind of machine, attributes for the pragma)
HEADERS = {
    "f32x1_c99.h": ("any", None),
    "f32x1_fpv4.h": ("cortex-m4", None),
    "f32x4_mve.h": ("cortex-m55", None),
    "f32x4_sse2.h": ("x86", "sse2"),
    "f32x4_fma.h": ("x86", "avx2,fma,f16c"),
    "f32x8_avx2.h": ("x86", "avx2,fma,f16c"),
    "f32x16_avx512.h": ("x86", V4),
    "f32x4_neon.h": ("aarch64", None),
    "f32x4_wasm.h": ("wasm32", "simd128"),
    "i32x1_c99.h": ("any", None),
    "i32.h": ("any", None),
}
# The header of integers serves for several numbers of lanes, which stand for the word LANES: kind, attributes, lanes.
LANES_HEADER = "i32xN.h"
HELIUM_INTS = "i32xN_mve.h"  # stands before it, on one machine
DOTPROD = "i32x4_dotprod.h", "f32x4_bfdot.h"  # need what only a target's name asks for: diff compiles them in the files of networks
LANES = [("any", None, 4), ("x86", "sse2", 4), ("x86", "avx2,fma", 8), ("x86", V4, 16), ("aarch64", None, 4), ("wasm32", "simd128", 4),
         ("cortex-m55", None, 4)]
# Tiles that take several inputs at once: headers that stand on each other, as lcc puts them together. Kind, attributes, lanes. A
# function stands for those of its name in later headers.
VNNI = V4.replace("avx2", "avx512vnni,avx512vbmi,avx2")
BF16 = V4.replace("avx2", "avx512bf16,avx2")
ENDS = "i32xN_end.h", "i32xN_ends.h", "i32xN_maps.h"
PAIRS = "i32xN_pairs.h"
STACKS = [
    ("x86", "sse2", 4, [LANES_HEADER, ENDS[0], "i32x4_sse2.h", *ENDS[1:], PAIRS]),
    ("x86", "avx2,fma", 8, ["i32x8_codes.h", LANES_HEADER, ENDS[0], "i32x8_inputs.h", "i32x8_avx2.h", "i32x8_joined.h", *ENDS[1:],
                            "i32x8_turns.h", PAIRS]),
    ("x86", V4, 16, ["i32x16_rescale.h", LANES_HEADER, ENDS[0], "i32x16_bw.h", "i32x16_avx512.h", *ENDS[1:], PAIRS]),
    ("x86", VNNI, 16, ["i32x16_rescale.h", LANES_HEADER, ENDS[0], "i32x16_vnni.h", "i32x16_avx512.h", *ENDS[1:]]),
    ("aarch64", None, 4, ["i32x4_codes.h", LANES_HEADER, ENDS[0], "i32x4_smull.h", "i32x4_neon.h", *ENDS[1:]]),
    ("x86", BF16, 16, ["f32x16_avx512.h", "f32x16_bf16.h"]),
    ("x86", BF16, 8, ["f32x8_avx2.h", "f32x8_bf16.h"]),
    ("x86", BF16, 4, ["f32x4_fma.h", "f32x4_bf16.h"]),
    ("wasm32", "simd128", 4, [LANES_HEADER, ENDS[0], "i32x4_wasm.h", *ENDS[1:], PAIRS]),
]
# Microcontrollers: clang's target, and options that GCC and clang take; the second of the M4 is one without floating-point unit.
MICROCONTROLLERS = {
    "cortex-m4": ("thumbv7em-none-eabi", [["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
                                          ["-mcpu=cortex-m4", "-mfloat-abi=soft"]]),
    "cortex-m55": ("thumbv8.1m.main-none-eabi", [["-mcpu=cortex-m55", "-mfloat-abi=hard"]]),
}
# Has no vectors, and is no header by itself: cli/generated compiles it in the files of networks.
SHARING = ("threads.h",)
# The kernels of int8 stand on each other: tests/mcu compiles them in the files of networks.
KERNELS = "i8"  # how their names begin
PROLOGUE = """#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("{0}"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("{0}")
#endif

"""
EPILOGUE = """
#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
"""
failures = 0


def fail(message):
    global failures
    failures += 1
    print("FAILED:", message)


def surround(text, attributes):
    return PROLOGUE.format(attributes) + text + EPILOGUE if attributes else text


def has_target(clang, name):
    listed = subprocess.run([clang, "--print-targets"], capture_output=True, text=True).stdout
    return re.search(rf"^\s*{name}\b", listed, re.M)


def compilers(kind):
    """Commands that compile for this kind of machine."""
    here = os.uname().machine
    own = "x86" if here in ("x86_64", "amd64") else here
    clangs = list({os.path.realpath(shutil.which(c)): c for c in ("clang", "clang-14", "clang-19") if shutil.which(c)}.values())
    found = []
    if kind in MICROCONTROLLERS:
        target, options = MICROCONTROLLERS[kind]
        gcc = [["arm-none-eabi-gcc"]] if shutil.which("arm-none-eabi-gcc") else []
        for command in gcc + [[c, "--target=" + target, "-ffreestanding"] for c in clangs if has_target(c, "thumb")]:
            found += [command + o for o in options]
    if kind in ("any", own):
        found = [[c] for c in (["gcc"] if shutil.which("gcc") else []) + clangs]
    elif kind == "aarch64" and shutil.which("aarch64-linux-gnu-gcc"):
        found = [["aarch64-linux-gnu-gcc"]]
    if kind != own and kind in ("aarch64", "wasm32"):
        target = {"aarch64": "aarch64-linux-gnu", "wasm32": "wasm32"}[kind]
        for c in clangs:
            if has_target(c, kind):
                found.append([c, "--target=" + target, "-ffreestanding"])
    return found


def compile_file(folder, command, flags, text, output):
    source = os.path.join(folder, "model.c")
    with open(source, "w", encoding="utf-8") as f:
        f.write(text)
    return subprocess.run(command + ["-O2"] + WARNINGS + flags + [source, "-o", output], capture_output=True, text=True)


def functions_of(header):
    names = re.findall(r"^(?:static inline|__attribute__\(\(noinline\)\) static) (?:LCC_INLINE )?(?:const )?\w+ \*?(\w+)\(", header, re.M)
    return list(dict.fromkeys(names))  # some are written twice, under #if and #else


def check_header(folder, runtime, name, kind, attributes, lanes=None):
    with open(os.path.join(runtime, name), encoding="utf-8") as f:
        header = f.read()
    if lanes:
        header = re.sub(r"\bi32xN", f"i32x{lanes}", re.sub(r"\bLANES\b", str(lanes), header))
    check_text(folder, name, header, functions_of(header), kind, attributes)


def check_stack(folder, runtime, kind, attributes, lanes, names):
    blocks, known = ["#include <stddef.h>\nvoid *memcpy(void *, const void *, size_t);\nvoid *memset(void *, int, size_t);"], []
    for name in names:
        with open(os.path.join(runtime, name), encoding="utf-8") as f:
            header = f.read()
        for block in header.split("\n\n"):
            function = functions_of(block)[:1]
            if block not in blocks and not (function and function[0] in known):
                blocks.append(block)
                known += function
    text = re.sub(r"\bLANES\b", str(lanes), "\n\n".join(blocks))
    check_text(folder, " + ".join(names), text, known, kind, attributes, ["memcpy", "memset"])


def check_text(folder, name, header, functions, kind, attributes, allowed=()):
    # A table of their addresses makes every function real, so that its code and its warnings are looked at.
    table = "\ntypedef void (*any_function)(void);\nextern const any_function table[];\nconst any_function table[] = {\n"
    table += "".join(f"    (any_function){f},\n" for f in functions) + "};\n"
    text = surround(header + table, attributes)
    known = compilers(kind)
    if not known:
        print(f"skipped: {name}: no compiler for {kind}")
    for command in known:
        for standard in ("-std=c99", "-std=gnu17") if "gcc" in command[0] else ("-std=c99",):
            what = f"{name} with {' '.join(command)} {standard}"
            output = os.path.join(folder, "model.o")
            gnu = standard == "-std=gnu17"  # another language; the code that comes of it is C99's
            result = compile_file(folder, command, [standard, "-fsyntax-only" if gnu else "-c"], text, output)
            if result.returncode != 0 or result.stderr:
                fail(f"{what}\n{result.stderr}")
                continue
            if not gnu and (kind in ("any", "x86") or (shutil.which("arm-none-eabi-nm") and "-mfloat-abi=hard" in command)):
                nm = "nm" if kind in ("any", "x86") else "arm-none-eabi-nm"
                undefined = subprocess.run([nm, "-u", output], capture_output=True, text=True, check=True).stdout.split()
                if [s for s in undefined if s not in ("U", "_GLOBAL_OFFSET_TABLE_", *allowed) and not s.startswith("__aeabi_")]:
                    fail(f"{what}: needs {undefined}")
            print(f"{what}: {len(functions)} functions")


def check_multiply_add(folder, runtime, name, family, lanes, attributes):
    """acc = fma(set1(x[k]), load(w), acc) is a fused multiply-add, and neither a product nor a sum of its own."""
    kernel = f"""
void kernel(float *out, const float *x, const float *w);
void kernel(float *out, const float *x, const float *w) {{
    {family} acc0 = {family}_zero(), acc1 = {family}_zero();
    for (int k = 0; k < 64; k++) {{
        {family} weights = {family}_load(w + k * {lanes});
        acc0 = {family}_fma({family}_set1(x[k]), weights, acc0);
        acc1 = {family}_fma({family}_set1(x[64 + k]), weights, acc1);
    }}
    {family}_store(out, acc0);
    {family}_store(out + {lanes}, acc1);
}}
"""
    with open(os.path.join(runtime, name), encoding="utf-8") as f:
        header = f.read()
    # Only the kernel: clang would warn of functions that nobody uses, which lcc leaves out.
    for command in compilers("x86"):
        output = os.path.join(folder, "model.s")
        flags = ["-std=c99", "-ffp-contract=off", "-Wno-unused-function", "-S"]
        result = compile_file(folder, command, flags, surround(header + kernel, attributes), output)
        if result.returncode != 0:
            fail(result.stderr)
            continue
        with open(output, encoding="utf-8") as f:
            code = f.read()
        fused = len(re.findall(r"\bvfmadd\d+ps\b", code))
        apart = re.findall(r"\bv?(?:mul|add)ps\b", code)
        if fused < 2 or apart:
            fail(f"{name} with {command[0]}: {fused} fused, {len(apart)} apart")
        print(f"{name} with {command[0]}: {fused} fused multiply-adds")


def main():
    runtime = sys.argv[1]
    stacked = {name for stack in STACKS for name in stack[3]} - set(HEADERS)
    headers = sorted(h for h in os.listdir(runtime) if h.endswith(".h") and h not in (*SHARING, *stacked, HELIUM_INTS, *DOTPROD)
                     and not h.startswith(KERNELS))
    if headers != sorted(HEADERS):
        fail(f"runtime/ has {headers}, this test knows {sorted(HEADERS)}")
    with tempfile.TemporaryDirectory() as folder:
        for name, (kind, attributes) in HEADERS.items():
            check_header(folder, runtime, name, kind, attributes)
        for kind, attributes, lanes in LANES:
            check_header(folder, runtime, LANES_HEADER, kind, attributes, lanes)
        check_header(folder, runtime, HELIUM_INTS, "cortex-m55", None, 4)
        for stack in STACKS:
            check_stack(folder, runtime, *stack)
        for name, family, lanes in (("f32x16_avx512.h", "f32x16", 16), ("f32x8_avx2.h", "f32x8", 8),
                                    ("f32x4_fma.h", "f32x4", 4)):
            check_multiply_add(folder, runtime, name, family, lanes, HEADERS[name][1])
    print("failed" if failures else "all fine")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
