#!/usr/bin/env python3
"""Inputs made to hang, overflow or eat memory: each must be refused, with the line at fault, soon and in little memory.

    check_hostile.py DRIVER
"""
import os
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from pace import slowness  # noqa: E402

MOST_SECONDS = 20  # of processor time
MOST_KILOBYTES = 300_000

NET = "net n {\n    input x: f32[8, 8, 3]\n%s\n    output y\n}\n"


def net(*lines):
    return (NET % "\n".join("    " + line for line in lines)).encode()


def tower(levels):
    """Blocks of which each uses the one before twice: 2 ** levels of the first."""
    lines = ["block b0() { }"] + [f"block b{i}() {{ b{i - 1}() -> b{i - 1}() }}" for i in range(1, levels + 1)]
    return "\n".join(lines).encode() + b"\n" + net(f"b{levels}()")


# name, input, what the errors must hold
CASES = [
    ("deep parentheses", net("let a = " + "(" * 100000 + "1" + ")" * 100000), "hostile.net:3:"),
    ("deep lists", net("let a = " + "[" * 100000 + "1" + "]" * 100000), "hostile.net:3:"),
    ("deep not", net("let a = " + "not " * 100000 + "true"), "hostile.net:3:"),
    ("deep minus", net("let a = " + "- " * 100000 + "1"), "hostile.net:3:"),
    ("deep powers", net("let a = " + "1 ** " * 100000 + "1"), "hostile.net:3:"),
    ("deep choices", net("let a = " + "true ? 1 : " * 100000 + "1"), "hostile.net:3:"),
    ("deep index", net("let a = [1]" + "[0]" * 100000), "hostile.net:3:"),
    ("long sum", net("let a = " + "1 + " * 100000 + "1"), "hostile.net:3:"),
    ("deep calls", net("let a = " + "abs(" * 100000 + "1" + ")" * 100000), "hostile.net:3:"),
    ("deep bodies", net("residual { " * 100000 + "relu" + " }" * 100000), "hostile.net:3:"),
    ("deep ifs", net("if true { " * 5000 + "relu" + " }" * 5000), "hostile.net:3:"),
    ("open bodies", net("residual {\n" * 100000), "hostile.net:"),
    ("long else if", net("if false { relu } " + "else if false { relu } " * 5000), "hostile.net:"),
    ("recursive block", b"block a() { relu -> a() }\n" + net("a()"), "hostile.net:1:"),
    ("recursion in a branch", b"block a() { concat { branch { a() } } }\n" + net("a()"), "hostile.net:1:"),
    ("recursive function", b"fn f(x) = f(x) + f(x)\n" + net("let a = f(1)"), "hostile.net:1:"),
    ("exponential function", b"fn f(x) = x < 1 ? 1 : f(x - 1) + f(x - 1)\n" + net("let a = f(60)"), "hostile.net:1:"),
    ("exponential blocks", tower(60), "hostile.net:"),
    ("exponential blocks and repeat", tower(12).replace(b"b12()\n", b"stage b12 {\n repeat\n 20000\n }\n"), "hostile.net:"),
    ("recursive default", b"block a(x = 1) { relu -> a() }\n" + net("a()"), "hostile.net:1:"),
    ("growing lists", b"fn f(x, n) = n < 1 ? x : f([x, x, x, x], n - 1)\n" + net("let a = f(1, 900)"), "hostile.net:"),
    ("doubling labels", b"block a(k, s) { relu @\"{s}{s}\" -> a(k, s) }\n" + net("a(1, \"0123456789\")"), "hostile.net:1:"),
    ("repeat of a billion", b"block b() { }\n" + net("stage b {", "repeat", "1000000000", "}"), "hostile.net:6:5: error: repeat is"),
    ("many rows of empty blocks", b"block b() { }\n" + net("stage b {", "repeat", *["20000"] * 1000, "}"), "hostile.net:"),
    ("a million channels", net("conv(1000000, 1)"), "hostile.net:3:10: error: conv: out is 1000000"),
    ("channels by concat", net("conv(65536, 1) as a", "concat(a)", "concat(a, a)"), "hostile.net:4:5: error: concat:"),
    ("huge kernel", net("conv(8, 1000000)"), "hostile.net:3:13: error: conv: kernel is 1000000"),
    ("huge upsampling", net("upsample(1024, nearest) -> upsample(1024, nearest)"), "hostile.net:3:32: error: upsample"),
    ("heavy weights", net(*["conv(8192, 3) -> conv(8192, 3)"] * 100), "hostile.net:3:"),
    ("too many layers", net(*["relu"] * 30000), "hostile.net:20002:5: error: the network has more than 20000 layers"),
    ("too many tokens", net("let a = " + "1+" * 1100000 + "1"), "hostile.net:3:1999462: error: too much text"),
    ("long name", net("a" * 100000), "hostile.net:3:5: error: the name is longer"),
    ("long string", net('relu @"' + "a" * 100000 + '"'), "hostile.net:3:11: error: the string is longer"),
    ("long number", net("let a = " + "9" * 100000), "hostile.net:3:13: error: the number does not fit"),
    ("long line of errors", net(*["?"] * 100000), "hostile.net:3:5: error: syntax error"),
    ("many errors", net(*["from x -> nothing"] * 100000), "hostile.net:3:15: error: unknown layer"),
    ("deep choices in parentheses", b"param a = " + b"(" * 100000 + b"1|2" + b")" * 100000 + b"\n" + net("relu"), "hostile.net:1:"),
    ("many ranges", b"".join(b"param a%d = (1..256)\n" % i for i in range(100000)) + net("relu"), "error: too much text"),
    ("many choices", net("stage relu {", "a", *["(1|2)"] * 100000, "nothing", "}"), "hostile.net:5:"),
    ("many searches", b"search " + b", ".join(b"a%d in [1]" % i for i in range(100000)) + b"\n" + net("relu"), "hostile.net:1:8: error: there is no param"),
    ("many lets", net(*[f"let a{i} = {i}" for i in range(100000)], "nothing"), "hostile.net:100003:5: error: unknown layer"),
    ("many arguments", net("let a = max(" + "1, " * 100000 + "1)"), "hostile.net:3:17: error: more than 256 arguments"),
    ("many formals", b"block b(" + b", ".join(b"a%d" % i for i in range(10000)) + b") { relu }\n" + net("relu"), "hostile.net:1:7:"),
    ("many columns", b"block b(a) { relu }\n" + net("stage b {", " | ".join(f"a{i}" for i in range(5000)), "}"), "hostile.net:"),
    ("many branches", net("concat {", *["branch { relu }"] * 30000, "}"), "hostile.net:"),
    ("many inputs", b"net n {\n" + b"".join(b"input x%d: f32[1, 1, 1]\n" % i for i in range(30000)) + b"}\n", "hostile.net:"),
    ("import of itself", b'import "hostile.net"\n' + net("relu"), "hostile.net:1:8: error: \"hostile.net\" imports itself"),
    ("import of a device", b'import "/dev/zero"\n' + net("relu"), "hostile.net:1:8: error: cannot import"),
    ("import of a folder", b'import "/"\n' + net("relu"), "hostile.net:1:8: error: cannot import"),
    ("NUL bytes", net("relu\0 -> relu"), "hostile.net:3:9: error: byte 0x00"),
    ("only NULs", b"\0" * 100000, "hostile.net:1:1: error: byte 0x00"),
    ("overlong UTF-8", net("# ") .replace(b"# ", b"# \xc0\xaf"), "hostile.net:3:7: error: byte 0xc0"),
    ("a surrogate", net("# ").replace(b"# ", b"# \xed\xa0\x80"), "hostile.net:3:7: error: byte 0xed"),
    ("cut UTF-8", b"# \xe2\x82", "hostile.net:1:3: error: byte 0xe2"),
    ("random bytes", bytes((i * 7919 + (i >> 3) * 31) & 255 for i in range(100000)), "hostile.net:1:"),
    ("unended string", net('relu @"abc'), "hostile.net:3:11: error: the string does not end"),
    ("nine megabytes", b" " * (9 << 20), "hostile.net: error: file too large"),
    ("control characters", net("relu @\"a\x01b\""), "hostile.net:3:11: error: the string holds a control character"),
    ("huge numbers", net("let a = 9223372036854775807 * 9223372036854775807", "let b = 1e308 * 1e308",
                         "let c = (-9223372036854775807 - 1) // -1", "let d = 10 ** 9223372036854775807"), "hostile.net:6:"),
]


# Good files that are a lot to look at for --check: name, input, what the warnings must hold
CHECKS = [
    ("many params", b"".join(b"param p%d = 1\n" % i for i in range(200000)) + net("relu"), "199950 further warnings"),
    ("many lets", net(*[f"let a{i} = {f'a{i - 1}' if i else 0}" for i in range(100000)]), "let 'a99999' is never used"),
    ("many names of one word", b"block b() {\n" + b"relu as x\nfrom x\n" * 100000 + b"}\n" + net("relu"), "block 'b' is never used"),
    ("many blocks of one word", b"".join(b"block b%d() { relu as x }\nblock c%d() { from x }\n" % (i, i) for i in range(60000))
     + net("relu"), "takes too long"),
    ("a long chain", b"block b() {\n relu" + b" -> relu" * 500000 + b"\n}\n" + net("relu"), "block 'b' is never used"),
]


def run(driver, folder, what, *flags):
    """(exit code or -signal, standard error, seconds, kilobytes)"""
    path = os.path.join(folder, "hostile.net")
    with open(path, "wb") as f:
        f.write(what)
    errors = os.path.join(folder, "errors")
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(driver, [driver, "-q", *flags, "hostile.net"])
    _, status, usage = os.wait4(pid, 0)
    with open(errors, "rb") as f:
        said = f.read()
    return os.waitstatus_to_exitcode(status), said, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def main():
    driver = os.path.abspath(sys.argv[1])
    with open(driver, "rb") as f:
        sanitized = b"__asan_init" in f.read()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        all_cases = [(*case, ()) for case in CASES] + [(*case, ("--check",)) for case in CASES + CHECKS]
        for name, what, expected, flags in all_cases:
            code, said, seconds, kilobytes = run(driver, folder, what, *flags)
            name = " ".join([name, *flags])
            text = said.decode("utf-8", "replace")
            problems = []
            if code != (1 if ": error: " in text else 0) or (code != 1 and not expected.endswith(("warnings", "used"))):
                problems.append(f"exit {code}")
            if expected not in text:
                problems.append(f"said nothing of {expected!r}")
            if seconds > MOST_SECONDS and seconds > MOST_SECONDS * slowness():
                problems.append(f"{seconds:.1f} s")
            if kilobytes > MOST_KILOBYTES and not sanitized:
                problems.append(f"{kilobytes} kB")
            if len(said) > 200_000:
                problems.append(f"{len(said)} bytes of messages")
            print(f"{'WRONG' if problems else 'good '} {name}: {seconds:.2f} s, {kilobytes // 1024} MB"
                  + (": " + ", ".join(problems) + "\n" + text[:1000] if problems else ""))
            wrong += bool(problems)
    print(f"{len(all_cases)} inputs, {wrong} wrong")
    return 1 if wrong else 0


sys.exit(main())
