#!/usr/bin/env python3
"""The rules of the house that no compiler checks: how long a file and a function may be, what a file begins with, and
what stands at the top of the tree.

    check_house.py ROOT
"""
import os
import re
import sys

# A function that is a table or a grammar says so: the comment right above it has the word "table" or "grammar".
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_TABLE = 600, 60, 70
TOP = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "compiler", "runtime", "dsl", "examples", "generated",
       "tests"}

root = sys.argv[1]
faults = []


def find_limit(lines, start):
    """How long the function may be whose first line is `start`, counted from 1."""
    comment = ""
    for line in reversed(lines[:start - 1]):
        if not line.startswith(("/*", " *", "//")):
            break
        comment += " " + line.lower()
    return LONGEST_TABLE if re.search(r"\b(table|grammar)\b", comment) else LONGEST_FUNCTION


def check_functions(path, lines):
    """A function ends with `}` alone at column 0, and begins with the last line before that has a word there."""
    start = 0
    for number, line in enumerate(lines, 1):
        if re.match(r"[a-zA-Z_]\w*\b[^:]*$", line):
            start = number
        elif line == "}" and number - start + 1 > LONGEST_FUNCTION:
            limit = find_limit(lines, start)
            if number - start + 1 > limit:
                faults.append(f"{path}:{start}: a function of {number - start + 1} lines; at most {limit}")


def check_file(path):
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    shown = os.path.relpath(path, root)
    if len(lines) - 1 > LONGEST_FILE:
        faults.append(f"{shown}: {len(lines) - 1} lines; at most {LONGEST_FILE}")
    if not lines[0].startswith(("/*", "%top", "%{", "#", "//")):
        faults.append(f"{shown}:1: a file begins with a comment that says what it does")
    if path.endswith((".c", ".h", ".cpp", ".hpp")):
        check_functions(shown, lines)
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b", line):
            faults.append(f"{shown}:{number}: something was left to do")
        if line != line.rstrip():
            faults.append(f"{shown}:{number}: blanks at the end of the line")


def check_import():
    """compiler/import/ serves the readers of all formats, so it names none."""
    folder = os.path.join(root, "compiler", "import")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                if re.search("onnx|tflite|protobuf|flatbuffer", line, re.I):
                    faults.append(f"compiler/import/{name}:{number}: import/ names a format; its rules belong to the format's room")


check_import()
for name in os.listdir(root):
    if not name.startswith(".") and not name.startswith("build") and name not in TOP:
        faults.append(f"{name}: not a room of the house")
for room in ("compiler", "runtime", "tests", "examples"):
    for folder, _, names in os.walk(os.path.join(root, room)):
        for name in sorted(names):
            if name.endswith((".c", ".h", ".y", ".l", ".cpp", ".hpp")):
                check_file(os.path.join(folder, name))
print("\n".join(faults) or "the house is in order")
sys.exit(1 if faults else 0)
