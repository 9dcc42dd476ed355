#!/usr/bin/env python3
"""lcc --format: the same tokens and comments, the same network, and a second formatting changes nothing: on the
networks that ship, on the cases of these tests, and on all of them with their blanks and ends of lines mangled.

    check_format.py LCC ROOT
"""
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

LCC, ROOT = os.path.abspath(sys.argv[1]), sys.argv[2]
HERE = os.path.dirname(os.path.abspath(__file__))
TOKEN = re.compile(r'#[^\n]*|"[^"\n]*"|[A-Za-z_]\w*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|->|==|!=|<=|>=|//|\*\*|\.\.|[^\s]|\n')
MANGLED = 2  # versions of each file

faults = []


def run(*words, cwd=None):
    return subprocess.run([LCC, *words], cwd=cwd, capture_output=True, timeout=600)


def tokens(text):
    """Words, signs and comments; ends of lines where they end a statement."""
    found, depth = [], 0
    for token in TOKEN.findall(text.replace("\r", "")):
        if token == "\n":
            if depth == 0 and found and found[-1] not in ("\n", "{") and not found[-1].startswith("#"):
                found.append(token)
            continue
        depth = 0 if token in "{}" else depth + (token in "([") - (token in ")]")
        if token in ("->", "}") and found and found[-1] == "\n":
            found.pop()
        found.append(token.rstrip() if token.startswith("#") else token)
    return [t for t in found if t != "\n"], found


def mangle(text, rng):
    """The same file as someone careless types it."""
    out, depth = [], 0
    parts = TOKEN.findall(text)
    for i, token in enumerate(parts):
        if token == "\n":
            out.append("\n" * rng.choice([1, 1, 1, 2, 4]) if depth == 0 or rng.random() < 0.5 else "\n")
            out.append(rng.choice(["", " ", "\t", "          "]))
            continue
        depth = 0 if token in "{}" else depth + (token in "([") - (token in ")]")
        out.append(token.rstrip() if token.startswith("#") else token)
        following = parts[i + 1] if i + 1 < len(parts) else "\n"
        words = re.match(r"\w", token[-1]) and re.match(r"\w", following)
        # Signs that would make another sign together, and numbers before a point, stay apart.
        signs = (token + following)[:2] in ("->", "==", "!=", "<=", ">=", "//", "**") and len(token) == 1
        if following == "\n":
            out.append(rng.choice(["", "  "]))
        elif words or signs or token[0] in "-<>=!/*" and following[0] in "->=/*":
            out.append(rng.choice([" ", "   ", "\t"]))
        else:
            out.append(rng.choice(["", " ", "    "]))
        if token in "{" and rng.random() < 0.3:
            out.append("\n")
        if depth > 0 and rng.random() < 0.04:
            out.append(rng.choice(["\n", "  # within\n", "\n\n\n# alone\n"]))
        if following == "->" and depth == 0 and rng.random() < 0.1:
            out.append(rng.choice(["\n", "\n\n", "  # beside\n", "\n    # between\n"]))
    return "".join(out)


def network(text, folder, args):
    """What the text means: the flat network, or None where it is not good."""
    path = os.path.join(folder, "meaning.net")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    done = run(path, *args, "-I", folder, "--emit", "net")
    return done.stdout if done.returncode == 0 else None


def check(name, text, folder, args=(), meant=None):
    """The text formatted; `meant` is its network, where that is known to exist."""
    path = os.path.join(folder, "given.net")
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    done = run("--format", path)
    if done.returncode or done.stderr:
        faults.append(f"{name}: {done.stderr.decode()}\n{text}")
        return None
    formatted = done.stdout.decode()
    with open(path, "w", encoding="utf-8") as f:
        f.write(formatted)
    again = run("--format", path).stdout.decode()
    if again != formatted:
        faults.append(f"{name}: a second formatting changes it:\n{formatted}\n--- again\n{again}")
    for given, kept in zip(tokens(text), tokens(formatted)):
        if given != kept:
            faults.append(f"{name}: other tokens:\n{text}\n--- formatted\n{formatted}")
            break
    if re.search(r"[ \t\r]\n|\n\n\n|^\n|\{\n\n", formatted) or (formatted and formatted[-1:] != "\n"):
        faults.append(f"{name}: blanks, or empty lines, where none belong:\n{formatted}")
    if meant is not None and meant != network(formatted, folder, args):
        faults.append(f"{name}: another network:\n{formatted}")
    return formatted


def all_files():
    for folder in ("dsl", "generated", "examples/*", "tests/lang/good", "tests/lang/check", "tests/lang/errors", "tests/zoo/nets"):
        yield from sorted(glob.glob(os.path.join(ROOT, folder, "*.net")))


def check_errors(folder):
    """Syntax errors are said as ever, and nothing is printed or written."""
    bad, out = os.path.join(folder, "bad.net"), os.path.join(folder, "out.net")
    with open(bad, "w", encoding="utf-8") as f:
        f.write("net n {\n    conv(3 3)\n}\n")
    for more in ((), ("-o", out), ("-o", bad)):
        done = run("--format", bad, *more)
        said = b"bad.net:2:12: error: syntax error, unexpected number" in done.stderr
        if done.returncode != 1 or done.stdout or not said or os.path.exists(out):
            faults.append(f"a syntax error with {more}: {done}")
    with open(bad, encoding="utf-8") as f:
        if f.read() != "net n {\n    conv(3 3)\n}\n":
            faults.append("a file with an error was overwritten")
    missing = run("--format", os.path.join(folder, "missing.net"))
    if missing.returncode != 1 or b"missing.net: error: " not in missing.stderr:
        faults.append(f"a missing file: {missing}")
    for words in (("--check", "--format"), ("--format", "--summary"), ("--check", "-o", "x.c"), ("--format", "-D", "a=1")):
        done = run("x.net", *words)
        if done.returncode != 2 or b"cannot be given together" not in done.stderr:
            faults.append(f"{words}: {done}")


def check_in_place(folder):
    path = os.path.join(folder, "place.net")
    with open(path, "w", encoding="utf-8") as f:
        f.write("net  n{ input x:f32[1,1,1]\n output y }")
    done = run("--format", path, "-o", path)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if done.returncode or done.stdout or text != "net n {\n    input x: f32[1, 1, 1]\n    output y\n}\n":
        faults.append(f"in place: {done}\n{text}")


def main():
    count = networks = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in all_files():
            name = os.path.relpath(path, ROOT)
            with open(path, "rb") as f:
                data = f.read()
            if run("--format", path).returncode:
                if not name.startswith("tests/lang/errors") and not name.endswith("check/syntax.net"):
                    faults.append(f"{name}: cannot be formatted")
                continue
            text = data.decode()
            args = ("-I", os.path.dirname(path))
            meant = None if "/errors/" in name else network(text, folder, args)
            networks += meant is not None
            formatted = check(name, text, folder, args, meant)
            if name.startswith(("dsl/", "generated/")) and formatted != text:
                faults.append(f"{name}: not in the style of the house; lcc --format {name} -o {name}")
            rng = random.Random(name)
            for i in range(MANGLED):
                check(f"{name}, mangled {i}", mangle(text, rng), folder, args, meant)
                count += 1
        check_errors(folder)
        check_in_place(folder)
        with open(os.path.join(HERE, "format", "given.net"), encoding="utf-8") as f:
            given = check("given.net", f.read(), folder)
        with open(os.path.join(HERE, "format", "expected.net"), encoding="utf-8") as f:
            if given != f.read():
                faults.append(f"given.net: not as expected.net:\n{given}")
    for fault in faults[:8]:
        print(fault)
    print(f"{count} mangled files of {networks} networks and others, {len(faults)} faults")
    return 1 if faults or count < 200 or networks < 30 else 0


sys.exit(main())
