#!/usr/bin/env python3
"""What the pages say is so: the networks of dsl/README.md compile and are in the style of the house, its mistakes are told
in its words; compiler/README.md has a line for every file of the compiler, and the pages name no file that is not there.

    check_documents.py LCC ROOT

A fenced block ```net must please --check. ```net error must fail, and ```net check may: what --check says is the next
fenced block, which also gives the file its name.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

LCC, ROOT = os.path.abspath(sys.argv[1]), sys.argv[2]
faults = []


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


def run(folder, *words):
    return subprocess.run([LCC, *words, "-I", os.path.join(ROOT, "dsl")], cwd=folder, capture_output=True, text=True, timeout=600)


def check_snippet(folder, kind, text, told):
    name = re.match(r"(\w+\.net):", told).group(1) if kind else "snippet.net"
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(text)
    done = run(folder, "--check", name)
    expected = told if kind else ""
    status = 1 if re.search(r"^\d+ errors?$", expected, re.M) else 0
    if (done.stderr, done.returncode) != (expected, status) or (kind == "error") > (status == 1):
        faults.append(f"{text}\nis said to be\n{expected}\nbut is\n{done.stderr}(exit {done.returncode})")
    if not kind and run(folder, name, "--emit", "net").returncode:
        faults.append(f"no network:\n{text}")
    formatted = run(folder, "--format", name).stdout
    if formatted != text:
        faults.append(f"not in the style of the house:\n{text}\nbut\n{formatted}")


def check_language():
    blocks = re.findall(r"^```([^\n]*)\n(.*?)^```$", read("dsl", "README.md"), re.M | re.S)
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for i, (info, text) in enumerate(blocks):
            words = info.split()
            if words[:1] == ["net"]:
                told = blocks[i + 1][1] if i + 1 < len(blocks) else ""
                check_snippet(folder, words[1] if len(words) > 1 else "", text, told)
                count += 1
    if count < 15:
        faults.append(f"dsl/README.md: only {count} networks were found")
    return count


def check_layers_are_told():
    """Every layer, form and function of the language stands on its page."""
    page = read("dsl", "README.md")
    source = read("compiler", "lang", "layers.c") + read("compiler", "lang", "structure.c") + read("compiler", "lang", "functions.c")
    words = set(re.findall(r'\{(?:\.name = )?"(\w+)",\s+(?:OP_|\.op|eval_|call_)', source))
    words |= set(re.findall(r"^ACTIVATION\(\w+,\s+(\w+),", read("compiler", "graph", "activations.def"), re.M))
    for word in sorted(words):
        if not re.search(rf"`[^`\n]*\b{word}\b[^`\n]*`", page):
            faults.append(f"dsl/README.md does not name {word}")
    if len(words) < 35:
        faults.append(f"only {len(words)} words of the language were found")


def check_compiler():
    page = read("compiler", "README.md")
    named = set(re.findall(r"^- ((?:`[^`]+`(?:, )?)+):", page, re.M))
    named = {name for group in named for name in re.findall(r"`([^`]+)`", group)}
    files = set()
    for folder, _, names in os.walk(os.path.join(ROOT, "compiler")):
        files |= {os.path.relpath(os.path.join(folder, name), os.path.join(ROOT, "compiler")) for name in names}
    files = {f for f in files if re.search(r"\.(c|h|y|l|def|cmake|in|txt)$", f)}
    # A header is told with the file of its name.
    told = named | {name[:-2] + ".h" for name in named if name.endswith(".c")}
    for name in sorted(files - told):
        faults.append(f"compiler/README.md says nothing of {name}")
    for name in sorted(named - files):
        faults.append(f"compiler/README.md tells of {name}, which is not there")
    return len(files)


def check_contributing():
    page = read(".github", "CONTRIBUTING.md")
    for path in re.findall(r"`([\w./<>-]+/[\w./<>*-]+)`", page):
        if "<" in path or path.startswith("build"):
            continue
        if not glob.glob(os.path.join(ROOT, path)):
            faults.append(f"CONTRIBUTING.md names {path}, which is not there")


def check_manual():
    """Every option that --help shows has its paragraph, and man understands the page where there is one."""
    page = subprocess.run([LCC, "--help-man"], capture_output=True, text=True, timeout=600).stdout
    helped = subprocess.run([LCC, "--help"], capture_output=True, text=True, timeout=600).stdout
    for word in re.findall(r"^  (?:-\w, )?--([\w-]+)", helped, re.M):
        if f"\\-\\-{word}".replace("-", "\\-").replace("\\\\-", "\\-") not in page:
            faults.append(f"the manual page does not know --{word}")
    for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "FILES", "EXIT STATUS", "DIAGNOSTICS", "EXAMPLES"):
        if f"\n.SH {section}\n" not in page:
            faults.append(f"the manual page has no section {section}")


snippets = check_language()
check_layers_are_told()
files = check_compiler()
check_contributing()
check_manual()
print("\n".join(faults) or f"{snippets} networks and {files} files are as the pages say")
sys.exit(1 if faults else 0)
