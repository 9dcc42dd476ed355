"""Compares examples/operators.md with what `lcc --list-ops` prints; --update writes it anew, and git shows the difference."""
import argparse
import os
import re
import subprocess
import sys

from golden import compare

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "operators.md")
HEAD = """# Operators of ONNX and TensorFlow Lite files

This page is what `lcc --list-ops` prints. Where no form is given, all forms are taken. Weights, sizes and axes that are inputs of an
operator have to be constants, or follow from constants and sizes. An operator whose inputs are all constants is computed when lcc
runs. What is not here is refused by an error that names the operator and its nodes.
"""


def make_page(listed):
    """The list as Markdown: a table for each format."""
    page = HEAD
    for part in listed.strip().split("\n\n"):
        title, *rows = part.split("\n")
        rows, _, others = "\n".join(rows).partition("On constants only:\n")
        page += f"\n## {title}\n\n| operator | forms |\n|---|---|\n"
        for row in rows.splitlines():
            name, _, forms = row.strip().partition(" ")
            page += f"| {name} | {forms.strip()} |\n"
        if others:
            page += "\nOn constants only: " + re.sub(r"\s+", " ", others).strip() + ".\n"
    return page


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lcc", required=True)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    listed = subprocess.run([arguments.lcc, "--list-ops"], check=True, stdout=subprocess.PIPE, text=True).stdout
    if "built without ONNX" in listed:
        print("skipped: this lcc was built without ONNX")
        return 77
    page = make_page(listed)
    if arguments.update:
        with open(PAGE, "w") as kept:
            kept.write(page)
    elif compare(PAGE, page):
        print("if that is meant: cmake --build BUILD --target update-generated")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
