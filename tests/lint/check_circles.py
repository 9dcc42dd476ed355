#!/usr/bin/env python3
"""Fails where files of compiler/ stand on one another in a circle.

    check_circles.py ROOT LIST_OF_OBJECT_FILES

A file with the walk stands on files with helpers, never the other way round. Two graphs are searched:

- calls: file A points to file B where A's object file needs a symbol that B's defines. `nm` tells both, so that calls,
  tables of functions and shared data all count. Files that the build generates (the scanner, the parser) take part.
- includes: file A points to file B where A says #include "B".

Every strongly connected component of more than one file is a circle. It is printed with the symbols, or the lines, that
make up its arrows. The same holds between the rooms, which are the folders of compiler/.
"""
import collections
import os
import re
import subprocess
import sys

# Rooms that still have circles of calls between their files. The list only shrinks: a room that is listed and has no circle
# any more fails as well.
PENDING = set()

# What the build generates, and the room that it belongs to.
GENERATED = {"parse.c": "lang/parse.c", "scan.c": "lang/scan.c"}


def find_components(arrows):
    """The strongly connected components of two nodes or more (Tarjan, without recursion). `arrows`: node -> set of nodes."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for root in sorted(arrows):
        if root in index:
            continue
        work = [(root, iter(sorted(arrows[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while not component or component[-1] != node:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    if len(component) > 1:
                        found.append(sorted(component))
            elif following not in index:
                index[following] = low[following] = len(index)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(sorted(arrows.get(following, ())))))
            elif following in on_stack:
                low[node] = min(low[node], index[following])
    return found


def read_calls(objects):
    """file -> {file that it needs: the symbols}, from nm's list of what each object file defines and lacks."""
    defined, needed = {}, collections.defaultdict(set)
    listed = subprocess.run(["nm", "--print-file-name", "--extern-only", "--portability", *objects], check=True,
                            capture_output=True, text=True).stdout
    for line in listed.splitlines():
        path, symbol, kind = re.match(r"(.*): (\S+) (\S)", line).groups()
        name = os.path.normpath(re.sub(r".*CMakeFiles/\w+\.dir/|\.o$", "", path))
        name = GENERATED.get(name, name)
        if kind == "U":
            needed[name].add(symbol)
        else:
            defined[symbol] = name
    calls = collections.defaultdict(lambda: collections.defaultdict(set))
    for name, symbols in needed.items():
        for symbol in symbols:
            if symbol in defined and defined[symbol] != name:
                calls[name][defined[symbol]].add(symbol)
    if not calls:
        sys.exit("nm found no call between the object files")
    return calls


def read_includes(root):
    """file -> {file that it includes: the line}, from the sources' #include "..." lines."""
    includes = collections.defaultdict(lambda: collections.defaultdict(set))
    compiler = os.path.join(root, "compiler")
    for folder, _, names in os.walk(compiler):
        for name in names:
            if not name.endswith((".c", ".h", ".y", ".l")):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M):
                for base in (folder, compiler):
                    if os.path.exists(os.path.join(base, included)):
                        to = os.path.relpath(os.path.join(base, included), compiler)
                        includes[os.path.relpath(path, compiler)][to].add(f"#include \"{included}\"")
                        break
    if not includes:
        sys.exit(f"{compiler}: no #include was found")
    return includes


def room_of(path):
    """lang/body.c -> lang. A file that stands outside of the rooms (main.c, options.c, ..) counts as a room of its own."""
    return path.split("/")[0]


def between_rooms(arrows):
    """The same arrows, from room to room."""
    rooms = collections.defaultdict(lambda: collections.defaultdict(set))
    for name, targets in arrows.items():
        for to, why in targets.items():
            if room_of(name) != room_of(to):
                rooms[room_of(name)][room_of(to)] |= {f"{name} -> {to} ({word})" for word in why}
    return rooms


def describe(kind, component, arrows):
    lines = [f"a circle of {kind}: {', '.join(component)}"]
    for name in component:
        for to in component:
            if to in arrows.get(name, ()):
                lines.append(f"    {name} -> {to}: {', '.join(sorted(arrows[name][to]))}")
    return "\n".join(lines)


def check_search():
    """The search finds what it is for: a check that finds nothing must not be one that cannot find anything."""
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": {"f"}, "f": {"e"}, "g": {"a", "f"}}
    assert find_components(arrows) == [["e", "f"], ["a", "b", "c"]], find_components(arrows)
    assert not find_components({"a": {"b", "c"}, "b": {"c"}})


def main():
    check_search()
    root = sys.argv[1]
    with open(sys.argv[2], encoding="utf-8") as f:
        objects = f.read().split()
    calls, includes = read_calls(objects), read_includes(root)
    faults, circular = [], set()
    for kind, arrows in (("includes between files", includes), ("includes between rooms", between_rooms(includes)),
                         ("calls between rooms", between_rooms(calls))):
        faults += [describe(kind, component, arrows) for component in find_components(arrows)]
    for component in find_components(calls):
        rooms = {room_of(name) for name in component}
        circular |= rooms
        text = describe("calls between files", component, calls)
        if rooms <= PENDING:
            print("pending: " + text)
        else:
            faults.append(text)
    for room in sorted(PENDING - circular):
        faults.append(f"{room}: it has no circle any more; take it off PENDING in {os.path.basename(__file__)}")
    print("\n".join(faults) or f"no circle outside of these rooms: {', '.join(sorted(PENDING)) or 'none is pending'}")
    return 1 if faults else 0


sys.exit(main())
