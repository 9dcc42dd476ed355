#!/usr/bin/env python3
"""Threads that share a network, in all the ways in which a caller may run the jobs of PREFIX_run_on, and by OpenMP.

    test_thread_ways.py --lcc LCC NET ..

thread_ways.c does the work. It is compiled and run three times with the first network, and once with the others:

- with OpenMP: 1 to 70 threads in every way give the same bits, and one thread's answer;
- with ThreadSanitizer, without OpenMP and with clang's, whose tool tells the sanitizer what the runtime does;
- a helper that stands still for a second in the middle of a run holds it up for that second and no more.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ARCHER = ["/usr/lib/llvm-%s/lib/libarcher.so" % version for version in ("14", "15", "16", "19")]


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, errors="replace", **more)
    if done.returncode:
        raise RuntimeError("%s: exit %d\n%s" % (" ".join(command), done.returncode, done.stdout[-3000:]))


def has_sanitizer(compiler, folder):
    path = os.path.join(folder, "empty.c")
    with open(path, "w", encoding="utf-8") as out:
        out.write("int main(void) { return 0; }\n")
    command = [compiler, "-fsanitize=thread", path, "-o", path[:-2]]
    return all(subprocess.run(c, capture_output=True).returncode == 0 for c in (command, [path[:-2]]))


def compile_ways(compiler, folder, *words):
    program = os.path.join(folder, "ways")
    run([compiler, "-g", "-pthread", *words, "-Wall", "-Wextra", "-Wconversion", "-Werror",
         '-DMODEL="%s"' % os.path.join(folder, "model.c"), os.path.join(HERE, "thread_ways.c"), "-o", program, "-lm"], cwd=folder)
    return program


def check_net(lcc, net, first):
    """Raises RuntimeError where something is wrong; how many programs have run."""
    path, *options = net.split(",")
    count = 1
    with tempfile.TemporaryDirectory() as folder:
        run([lcc, path, *options, "--name", "model", "-o", os.path.join(folder, "model.c")])
        program = compile_ways("cc", folder, "-O2", "-fopenmp")
        run([program, "ways", "70"])
        if not first:
            return count
        run([program, "stopped"])
        if has_sanitizer("cc", folder):
            run([compile_ways("cc", folder, "-O1", "-fsanitize=thread"), "ways", "16"])
            count += 1
        if shutil.which("clang-14") and any(map(os.path.exists, ARCHER)) and has_sanitizer("clang-14", folder):
            run([compile_ways("clang-14", folder, "-O1", "-fsanitize=thread", "-fopenmp"), "ways", "16"],
                env=dict(os.environ, TSAN_OPTIONS="ignore_noninstrumented_modules=1"))
            count += 1
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lcc", required=True)
    parser.add_argument("nets", nargs="+", help="files, each with its options behind commas")
    arguments = parser.parse_args()
    try:
        count = sum(check_net(arguments.lcc, net, i == 0) for i, net in enumerate(arguments.nets))
    except RuntimeError as problem:
        print(problem)
        return 1
    print("%d networks, %d programs" % (len(arguments.nets), count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
