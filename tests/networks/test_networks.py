#!/usr/bin/env python3
"""Networks as people have them: each is exported by PyTorch, compiled by lcc, and gives what ONNX Runtime gives; or lcc refuses
it with the one message that its row has. Every network has its line in the table of tests/README.md.

    test_networks.py --lcc LCC --cc CC --ort FOLDER [--only NAME ..] [GROUP ..]
    test_networks.py --npm PACKAGES ..     the same with networks out of npm's packages
    test_networks.py --update ..           write the lines of the table anew

FOLDER is where ONNX Runtime is installed if it is not there yet. Without npm the answers are held to PyTorch's alone.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

import real
from networks import GROUPS, HERE, File, Wrong, ask_interpreter, ask_onnxruntime, ask_tflite, export, run_compiled, runtime, said_by, torch

sys.path.append(os.path.join(HERE, "..", "onnx"))
import ort  # noqa: E402

README = os.path.join(HERE, "..", "README.md")


def describe_export(form):
    words = [f"opset {form['opset']}"]
    words += ["norms and constants stay"] if form.get("training") else []
    words += ["weights are inputs"] if form.get("initializers") else []
    words += ["sizes open"] if form.get("dynamic") else []
    return ", ".join(words)


def make_file(name, row, given, folder):
    """The network's file, and where it comes from."""
    if not given.npm:
        return export(name, row, folder), describe_export(row[-1])
    path = os.path.join(real.path_of(given.npm, row[0]), row[1])
    return File(path, real.make_inputs(row), None, row[-1].get("options", ())), f"npm's {row[0]}"


def check(name, row, given, library, folder):
    """The network's line of the table, and what else is worth saying. Wrong if it is not as its row says."""
    begun = time.time()
    file, origin = make_file(name, row, given, folder)
    what, wanted = row[2] if given.npm else row[0], row[-1].get("refused")
    exported = time.time()
    errors = said_by(given.lcc, file, folder)
    wanted = [wanted] if isinstance(wanted, str) else wanted or []
    if errors != wanted:
        raise Wrong("lcc says\n    " + "\n    ".join(errors or ["nothing"]))
    if wanted:
        return f"| `{name}` | {what} | {origin} | | refused: {'; '.join(wanted)} |", "refused"
    alone = row[-1].get("interpreter")
    if alone:
        answers = ask_interpreter(given.lcc, file, folder)
    elif file.path.endswith(".tflite"):
        answers = ask_tflite(given.tflite, given.lcc, file)
    else:
        answers = ask_onnxruntime(library, file) if library else file.answers
    off, about = run_compiled(given.lcc, given.cc, file, folder, answers)
    about = about["generic"]
    return (f"| `{name}` | {what} | {origin} | {about['macs'] / 1e6:.2f} | {'equal to the interpreter' if alone else 'equal'} |",
            f"arena {about['arena_bytes'] / 1e3:.0f} kB, off by {off:.1e}; {exported - begun:.1f} s + {time.time() - exported:.1f} s")


def check_line(name, line, update):
    """The table of the README has this line. With `update` it is put in the place of the one that is there."""
    with open(README, encoding="utf-8") as f:
        text = f.read()
    if line + "\n" in text:
        return
    if not update:
        raise Wrong(f"its line in tests/README.md is not\n{line}")
    old = re.compile(r"^\| `" + re.escape(name) + r"` \|.*\n", re.M)
    text = old.sub(lambda _: line + "\n", text) if old.search(text) else text.rstrip("\n") + f"\n{line}\n"
    with open(README, "w", encoding="utf-8") as f:
        f.write(text)


def parse_options():
    options = argparse.ArgumentParser()
    options.add_argument("--lcc", required=True)
    options.add_argument("--cc", default="cc")
    options.add_argument("--ort", required=True)
    options.add_argument("--npm", help="a folder: the networks are those of npm's packages, which are unpacked there")
    options.add_argument("--update", action="store_true")
    options.add_argument("--only", nargs="*", default=[])
    options.add_argument("groups", nargs="*")
    given = options.parse_args()
    given.lcc = os.path.abspath(given.lcc)
    return given


def main():
    given = parse_options()
    torch.set_num_threads(1)
    if given.npm:
        real.unpack(given.npm)
        given.tflite = runtime.find() or sys.exit(77)
    path = ort.find_library(given.ort, needed=bool(given.npm))
    library = ort.Library(path) if path else None
    failed, groups = [], {"real": real.FILES} if given.npm else GROUPS
    for name, row in [entry for group in given.groups or groups for entry in groups[group].items()]:
        if given.only and name not in given.only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                line, more = check(name, row, given, library, folder)
                print(f"{name}: {more}", flush=True)
                check_line(name, line, given.update)
            except (Wrong, RuntimeError, ort.Failed, subprocess.TimeoutExpired) as wrong:
                failed.append(name)
                print(f"{name}: WRONG: {wrong}", flush=True)
    if failed:
        sys.exit(f"{len(failed)} failed: {' '.join(failed)}")


if __name__ == "__main__":
    main()
