#!/usr/bin/env python3
"""Runs the language on every case of a folder and compares what it says, to the letter.

    run_cases.py DRIVER FOLDER [NAME..]      compare
    run_cases.py --update DRIVER FOLDER      write what is said now as what is expected

A case is NAME.net. In errors/ it must fail (exit 1), and NAME.expected is its standard error; in good/ it must
succeed with nothing on standard error, and NAME.expected is the graph; in check/ NAME.expected is what --check says,
and it must fail where that holds an error. A first line `# args: ..` gives further
arguments. Files named part_* are imported by others. The driver runs in the folder, so that paths are short.
"""
import difflib
import os
import shlex
import subprocess
import sys


def room(folder):
    return os.path.basename(os.path.normpath(folder))


def run(driver, folder, name):
    with open(os.path.join(folder, name + ".net"), "rb") as f:
        first = f.readline().decode("utf-8", "replace")
    args = shlex.split(first[len("# args:"):]) if first.startswith("# args:") else []
    if room(folder) == "check":
        args = ["--check", "-q", *args]
    return subprocess.run([driver, *args, name + ".net"], cwd=folder, capture_output=True, timeout=600)


def check(driver, folder, name, update):
    """What is wrong with the case, or None."""
    done = run(driver, folder, name)
    fails = room(folder) == "errors" or (room(folder) == "check" and b": error: " in done.stderr)
    said = done.stdout if room(folder) == "good" else done.stderr
    if done.returncode != (1 if fails else 0):
        return f"{name}: exit {done.returncode}\n{done.stderr.decode('utf-8', 'replace')}"
    if room(folder) == "good" and done.stderr:
        return f"{name}: said {done.stderr!r}"
    path = os.path.join(folder, name + ".expected")
    if update:
        with open(path, "wb") as f:
            f.write(said)
        return None
    if not os.path.exists(path):
        return f"{name}: no {name}.expected; run with --update, then read what it wrote"
    with open(path, "rb") as f:
        expected = f.read()
    if said == expected:
        return None
    lines = [x.decode("utf-8", "replace").splitlines(keepends=True) for x in (expected, said)]
    return "".join(difflib.unified_diff(*lines, f"{name}.expected", "said now"))


def main():
    args = sys.argv[1:]
    update = "--update" in args
    args = [a for a in args if a != "--update"]
    driver, folder, names = os.path.abspath(args[0]), args[1], args[2:]
    if not names:
        names = sorted(f[:-4] for f in os.listdir(folder) if f.endswith(".net") and not f.startswith("part_"))
    stale = {f[:-9] for f in os.listdir(folder) if f.endswith(".expected")} - set(names) if len(args) == 2 else set()
    wrong = [w for w in (check(driver, folder, name, update) for name in names) if w]
    wrong += [f"{name}.expected: its case is gone" for name in sorted(stale)]
    for w in wrong:
        print(w)
    print(f"{len(names)} cases, {len(wrong)} wrong")
    return 1 if wrong or not names else 0


sys.exit(main())
