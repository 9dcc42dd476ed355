#!/usr/bin/env python3
"""The words that the editors colour are the compiler's: each keyword of the scanner, each layer, form, function and
word of the language stands once in Vim's and in VS Code's grammar, and nothing else does. Where Vim is installed, it
must read its file and find a layer to be a layer.

    check_editors.py LCC ROOT
"""
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = sys.argv[2]
EDITORS = os.path.join(ROOT, "dsl", "editors")
faults = []


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


def table(file, name):
    """The first string of each entry of a C table."""
    body = re.search(name + r"\[\][^=]*= \{(.*?)\n\};", read("compiler", "lang", file), re.S).group(1)
    return set(re.findall(r'\{(?:\.name = )?"(\w+)",\s+(?:OP_|\.op|eval_|call_)', body))


def language():
    """The compiler's words, by kind."""
    keywords = set(re.findall(r'^"([a-z]+)"\s+return [A-Z]+;', read("compiler", "lang", "scan.l"), re.M))
    # Names that are words of the language where an item begins.
    keywords |= set(re.findall(r'begins_item && strcmp\(name, "(\w+)"\)', read("compiler", "lang", "scan.l")))
    ops = {name: kind for name, kind in re.findall(r"^OP\(\w+, (\w+), \d+, \d+, (\w+),", read("compiler", "graph", "ops.def"), re.M)}
    activations = dict.fromkeys(re.findall(r"^ACTIVATION\(\w+,\s+(\w+),", read("compiler", "graph", "activations.def"), re.M), "ACT")
    ops |= activations
    layers = table("layers.c", "table_of_layers") | set(activations)
    forms = table("structure.c", "table_of_structures")
    # An op that no file can spell is made by passes; these few, and no more.
    unspelt = set(ops) - layers - forms - keywords
    if unspelt != {"affine", "convert"}:
        faults.append(f"ops.def has ops without a word in the language: {sorted(unspelt)}")
    second_names = {"silu": "swish", "instance_norm": "group_norm"}
    activations = {name for name in layers if ops.get(second_names.get(name, name)) == "ACT"}
    words = re.search(r"words\[\] = \{(.*?)\};", read("compiler", "lang", "expr.c"), re.S).group(1)
    return {"keyword": keywords, "layer": layers - activations, "activation": activations, "form": forms,
            "function": table("functions.c", "table_of_functions"), "word": set(re.findall(r'"(\w+)"', words))}


KEYWORDS = ("item", "statement", "operator", "boolean")


def compare(editor, found, expected):
    found = dict(found)
    found["keyword"] = [word for kind in KEYWORDS for word in found.pop(kind, [])]
    for kind, words in expected.items():
        have = found.get(kind, [])
        if sorted(have) != sorted(words):
            faults.append(f"{editor}: {kind}: missing {sorted(set(words) - set(have))}, unknown or double "
                          f"{sorted(w for w in have if w not in words or have.count(w) > 1)}")


def vim_words():
    found = {}
    for kind, words in re.findall(r"^syntax keyword lcc(\w+) (.*)$", read("dsl", "editors", "vim", "syntax", "lcc.vim"), re.M):
        found.setdefault(kind.lower(), []).extend(words.split())
    found.pop("todo")
    return found


def vscode_words():
    grammar = json.loads(read("dsl", "editors", "vscode", "syntaxes", "lcc.tmLanguage.json"))
    for pattern in grammar["patterns"]:
        if pattern["include"][1:] not in grammar["repository"]:
            faults.append(f"VS Code: no {pattern['include']} in the repository")
    found = {}
    for kind, rule in grammar["repository"].items():
        for key in ("match", "begin", "end"):
            if key in rule:
                re.compile(rule[key])
        words = re.fullmatch(r"\\b\(([\w|]+)\)\\b", rule.get("match", ""))
        if words:
            found[kind] = words.group(1).split("|")
    return found


def check_package():
    folder = os.path.join(EDITORS, "vscode")
    package = json.loads(read("dsl", "editors", "vscode", "package.json"))
    paths = [g["path"] for g in package["contributes"]["grammars"]]
    paths += [language["configuration"] for language in package["contributes"]["languages"]]
    for path in paths:
        with open(os.path.join(folder, path), encoding="utf-8") as f:
            json.load(f)
    if package["contributes"]["languages"][0]["extensions"] != [".net"]:
        faults.append("VS Code: the extension is not .net")


def check_vim():
    """What Vim calls the words at some places of a network."""
    vim = shutil.which("vim") or shutil.which("vi")
    version = subprocess.run([vim, "--version"], capture_output=True, text=True).stdout if vim else ""
    if "+syntax" not in version:
        return "no Vim with highlighting here: its file is read by nobody"
    names = [(1, 1, "Item"), (2, 5, "Statement"), (3, 5, "Layer"), (3, 20, "Label"), (3, 34, "Activation"), (3, 39, "Comment")]
    text = 'net n {\n    input x: f32[8, 8, 3]\n    conv(4, 3)     @"s"      ->  relu # x\n}\n'
    ask = "".join(f"echo synIDattr(synID({row},{column},1),'name')|" for row, column, _ in names)
    net = os.path.join(os.getcwd(), "check_editors.net")
    with open(net, "w", encoding="utf-8") as f:
        f.write(text)
    done = subprocess.run([vim, "-Nu", "NONE", "-i", "NONE", "-es", "--cmd", f"set rtp^={EDITORS}/vim", "-c", "filetype on",
                           "-c", "syntax on", "-c", f"edit {net}", "-c", "redir! > check_editors.txt|" + ask + "redir END", "-c", "qa!"],
                          capture_output=True, text=True, timeout=600)
    with open("check_editors.txt", encoding="utf-8") as f:
        said = f.read().split()
    expected = ["lcc" + name for _, _, name in names]
    if said != expected:
        faults.append(f"Vim says {said}, not {expected}: {done.stderr}")
    return "Vim reads its file"


expected = language()
compare("Vim", vim_words(), expected)
compare("VS Code", vscode_words(), expected)
check_package()
print(check_vim())
print("\n".join(faults) or f"{sum(map(len, expected.values()))} words in two editors")
sys.exit(1 if faults else 0)
