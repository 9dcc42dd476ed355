"""Plants faults in a copy of the sources, one at a time, and checks that the tests find them.

    planted.py [--list] [--check] [--work FOLDER] [NAME ..]

Each faults/NAME.fault is one fault: README.md has the format. Without names, all of them are tried. For each fault this program
builds the copy with the fault, runs the test that the fault names, and expects it to fail; without any fault the same test
must pass. --check only looks whether every edit still applies. The copy and its builds are in FOLDER, which is kept if it is
given; else in a temporary folder. The exit status is 0 if every fault was found.
"""
import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
BUILDS = {"release": ["-DCMAKE_BUILD_TYPE=Release"],
          "checked": ["-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS_DEBUG=-O1 -g", "-DLCC_SANITIZE=ON"]}


class Wrong(Exception):
    """A fault that cannot be tried."""


class Fault:
    """What one file says: `breaks`, `test` and `edits`, each edit a path, the text before and the text after."""

    def __init__(self, path):
        self.name = os.path.basename(path)[:-len(".fault")]
        with open(path, encoding="utf-8") as f:
            head, *parts = re.split(r"^==== (.*)\n", f.read(), flags=re.M)
        fields = dict(line.split(": ", 1) for line in head.splitlines() if line)
        if set(fields) != {"breaks", "found by"} or not parts:
            raise Wrong("%s: 'breaks:', 'found by:' and an edit are wanted" % self.name)
        self.breaks, self.test, self.edits = fields["breaks"], fields["found by"], []
        for file, body in zip(parts[::2], parts[1::2]):
            before, mark, after = body.partition("---- becomes\n")
            if not mark:
                raise Wrong("%s: '---- becomes' is missing" % self.name)
            self.edits.append((file, before.strip(), after.strip()))

    def apply(self, root):
        """Edits the sources; {path: what it held before}. The text of each edit must be there just once."""
        kept, held = {}, {}
        for file, before, after in self.edits:
            path = os.path.join(root, file)
            if path not in held:
                with open(path, encoding="utf-8") as f:
                    kept[path] = held[path] = f.read()
            count = held[path].count(before)
            if count != 1:
                raise Wrong("%s: its text is %d times in %s, not once" % (self.name, count, file))
            held[path] = held[path].replace(before, after)
        write_files(held)
        return kept


def write_files(files):
    for path, text in files.items():
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **more)


def copy_sources(to):
    """The files that git knows or would add. Files that are the same already are left alone, so that builds stay valid."""
    listed = run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"])
    names = [name for name in listed.stdout.splitlines() if os.path.isfile(os.path.join(ROOT, name))]
    if listed.returncode or not names:
        raise SystemExit(listed.stdout or "git lists no files")
    for name in names:
        path, copy = os.path.join(ROOT, name), os.path.join(to, name)
        with open(path, "rb") as f:
            data = f.read()
        if os.path.exists(copy):
            with open(copy, "rb") as f:
                if f.read() == data:
                    continue
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        shutil.copy(path, copy)
    for folder, _, files in os.walk(to):
        for file in files:
            if os.path.relpath(os.path.join(folder, file), to) not in names:
                os.remove(os.path.join(folder, file))


class Build:
    """One of the builds that tests/run.sh makes, of the copy."""

    def __init__(self, kind, source, folder, tests):
        self.folder = folder
        ccache = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        done = run(["cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DPython3_EXECUTABLE=/usr/bin/python3",
                    "-DLCC_TESTS=" + ";".join(tests), *BUILDS[kind], *ccache])
        if done.returncode:
            raise SystemExit(done.stdout)
        listed = json.loads(run(["ctest", "--test-dir", folder, "--show-only=json-v1"]).stdout)
        self.tests = {test["name"]: test for test in listed["tests"]}

    def targets(self, name):
        """The files of the build that a test's command and environment name; nothing: the whole build is wanted."""
        test = self.tests[name]
        if "command" not in test:  # ctest does not tell the command of a program that is not built yet
            return [name[len("unit/"):]] if name.startswith("unit/") else []
        settings = [value for p in test.get("properties", []) if p["name"] == "ENVIRONMENT" for value in p["value"]]
        words = test["command"] + [value.split("=", 1)[1] for value in settings]
        if self.folder in words:
            return []
        inside = [word for word in words if word.startswith(self.folder + os.sep) and "." not in os.path.basename(word)]
        return sorted({os.path.relpath(word, self.folder) for word in inside})

    def make(self, name):
        """Builds what a test needs; None, or what the compiler said."""
        done = run(["ninja", "-C", self.folder, *self.targets(name)])
        return done.stdout if done.returncode else None

    def passes(self, name):
        """Whether a test passes. A test that is skipped shows nothing, and is an error."""
        done = run(["ctest", "--test-dir", self.folder, "-R", "^%s$" % re.escape(name)])
        if "Skipped" in done.stdout or "No tests were found" in done.stdout:
            raise Wrong("%s does not run here" % name)
        return done.returncode == 0


def checked_folders():
    """The folders of tests/ that tests/run.sh runs in its instrumented build."""
    with open(os.path.join(ROOT, "tests", "run.sh"), encoding="utf-8") as f:
        return re.search(r'^checked="(.*)"$', f.read(), re.M).group(1).split(";")


def kind_of(test):
    return "checked" if test.split("/")[0] in checked_folders() else "release"


def try_fault(fault, build, source):
    """'found' or 'NOT FOUND'."""
    kept = fault.apply(source)
    try:
        said = build.make(fault.test)
        if said:
            raise Wrong("%s: it does not compile\n%s" % (fault.name, said[-3000:]))
        return "NOT FOUND" if build.passes(fault.test) else "found"
    finally:
        write_files(kept)


def try_all(faults, work):
    """Tries the faults and prints the table; how many were not found."""
    source, builds, good, missed = os.path.join(work, "source"), {}, {}, 0
    os.makedirs(source, exist_ok=True)
    copy_sources(source)
    for kind in {kind_of(fault.test) for fault in faults}:
        folders = sorted({fault.test.split("/")[0] for fault in faults if kind_of(fault.test) == kind})
        builds[kind] = Build(kind, source, os.path.join(work, kind), folders)
    print("%-34s %-34s %s" % ("fault", "test", "outcome"), flush=True)
    for fault in sorted(faults, key=lambda f: f.test):
        build, start = builds[kind_of(fault.test)], time.monotonic()
        try:
            if fault.test not in build.tests:
                raise Wrong("%s: there is no test %s" % (fault.name, fault.test))
            if fault.test not in good:
                said = build.make(fault.test)
                good[fault.test] = not said and build.passes(fault.test)
            outcome = try_fault(fault, build, source) if good[fault.test] else "the test fails without the fault"
        except Wrong as problem:
            outcome = str(problem)
        missed += outcome != "found"
        print("%-34s %-34s %s (%.0f s)" % (fault.name, fault.test, outcome, time.monotonic() - start), flush=True)
    print("%d faults, %d found" % (len(faults), len(faults) - missed))
    return missed


def check_edits(faults):
    """Whether all edits apply to the sources as they are; nothing is written. How many do not."""
    wrong = 0
    with tempfile.TemporaryDirectory() as copy:
        copy_sources(copy)
        for fault in faults:
            try:
                write_files(fault.apply(copy))
            except (Wrong, OSError) as problem:
                wrong += 1
                print("%s: %s" % (fault.name, problem))
    print("%d faults, %d whose edits do not apply" % (len(faults), wrong))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print what each fault breaks, and no more")
    parser.add_argument("--check", action="store_true", help="only see whether every edit still applies")
    parser.add_argument("--work", help="a folder for the copy and its builds, kept for the next time")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    paths = [os.path.join(HERE, "faults", name + ".fault") for name in options.names]
    faults = [Fault(path) for path in paths or sorted(glob.glob(os.path.join(HERE, "faults", "*.fault")))]
    if options.list:
        for fault in faults:
            print("%s: %s Found by %s." % (fault.name, fault.breaks, fault.test))
        return 0
    if options.check:
        return 1 if check_edits(faults) else 0
    if options.work:
        return 1 if try_all(faults, os.path.abspath(options.work)) else 0
    with tempfile.TemporaryDirectory() as work:
        return 1 if try_all(faults, work) else 0


if __name__ == "__main__":
    sys.exit(main())
