#!/usr/bin/env python3
"""Fits the bytes of each feature to measured code: fit_code_size.py LCC CODE_FEATURES FOLDER [--write]

Compiles the networks of code_sizes.py, and random ones of tests/diff, for each target and level, and finds the bytes for each count of
emit/code_size.h with which the estimates' relative errors are least, in the sense of least squares; none is below 0. Prints the errors; with
--write it replaces compiler/emit/code_size.def. What stands in FOLDER already is not compiled again. Deterministic.
"""
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import code_sizes as sizes

DEF = os.path.join(sizes.ROOT, "compiler", "emit", "code_size.def")
PRIOR, FAINT = 4, 0.01
RANDOM = {"random_net.py": range(1, 7), "random_int.py": range(40000, 40006)}


def random_networks(folder):
    found = []
    for script, seeds in RANDOM.items():
        for seed in seeds:
            path = os.path.join(folder, "random_%d.net" % seed)
            if not os.path.exists(path):
                sizes.run([sys.executable, "-B", os.path.join(sizes.ROOT, "tests", "diff", script), str(seed), "-o", path])
            found.append(("random_%d" % seed, [path]))
    return found


def cases(folder):
    plain = sizes.zoo() + sizes.int8_files() + sizes.quantised(folder, None)
    tight = [(n + "_min", a + ["--max-ram", "min"]) for n, a in sizes.zoo()[:9]]
    halves = [(n + "_f16", a + ["--weights-dtype", "f16"]) for n, a in sizes.zoo()[:9:2]]
    return plain + tight + halves + random_networks(folder)


def compiled(lcc, folder, case, target):
    """(the C file, for each level: the measured bytes and the kernels among them)"""
    name, arguments = case
    cache = os.path.join(folder, "%s.%s.json" % (name, target))
    c_file = os.path.join(folder, "%s.%s.c" % (name, target))
    if not os.path.exists(cache):
        sizes.write_c(lcc, folder, name, arguments, target)
        found = [(sizes.measure(c_file, target, level), sizes.shared_kernels(c_file, level)) for level in sizes.LEVELS]
        with open(cache, "w") as f:
            json.dump(found, f)
    with open(cache) as f:
        return c_file, json.load(f)


def known_functions(all_compiled, i):
    """The kernels' bytes at a level, the median over the networks."""
    found = {}
    for _, levels in all_compiled:
        for name, size in levels[i][1].items():
            found.setdefault(name, []).append(size)
    return {name: int(np.median(found[name])) for name in sorted(found)}


def sample(driver, one, i, known):
    """The counts, the bytes of constants and known functions, and the measured bytes."""
    c_file, levels = one
    words = [word for name in known for word in ("--known", name)]
    row = sizes.run([driver] + words + [c_file]).splitlines()[i].split()
    n = next(k for k, word in enumerate(row) if word in known) if set(row) & set(known) else len(row)
    return np.array([float(x) for x in row[:n - 1]]), float(row[n - 1]) + sum(known[name] for name in row[n:]), levels[i][0]


def least_squares(a, b):
    """The x >= 0 for which |a x - b| is least: Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23."""
    n = a.shape[1]
    x, free = np.zeros(n), np.zeros(n, bool)
    for _ in range(10 * n):
        slope = a.T @ (b - a @ x)
        slope[free] = -np.inf
        best = int(np.argmax(slope))
        if slope[best] <= 1e-9:
            break
        free[best] = True
        while True:
            z = np.zeros(n)
            z[free] = np.linalg.lstsq(a[:, free], b, rcond=None)[0]
            if (z[free] > 0).all():
                x = z
                break
            bad = free & (z <= 0)
            step = np.min(x[bad] / (x[bad] - z[bad]))
            x = x + step * (z - x)
            free &= x > 1e-12
            x[~free] = 0
    return x


def errors(x, samples):
    return np.array([(s[0] @ x + s[1]) / s[2] - 1 for s in samples])


def fit(samples):
    scale = np.array([s[2] for s in samples])
    a = np.array([s[0] for s in samples]) / scale[:, None]
    b = np.array([s[2] - s[1] for s in samples]) / scale
    # A count of which the networks say little takes PRIOR bytes: as if there were networks that say so faintly.
    widths = np.linalg.norm(a, axis=0)
    faint = FAINT * np.mean(widths)
    return least_squares(np.vstack([a, faint * np.eye(len(widths))]), np.append(b, np.full(len(widths), faint * PRIOR)))


def show(title, names, e):
    worst = int(np.argmax(np.abs(e)))
    print("  %-28s rms %4.1f %%, largest %+5.1f %% (%s), beyond 10 %%: %s" %
          (title, 100 * np.sqrt(np.mean(e * e)), 100 * e[worst], names[worst],
           ", ".join("%s %+.0f" % (n, 100 * v) for n, v in zip(names, e) if abs(v) > 0.1) or "none"))


def main():
    lcc, driver, folder = sys.argv[1:4]
    os.makedirs(folder, exist_ok=True)
    features = sizes.run([driver]).split()
    all_cases = cases(folder)
    names = [c[0] for c in all_cases]
    out = ["/* code_size.def: bytes of code for each count of code_size.h, and of kernels, by tests/mcu/fit_code_size.py. */\n"]
    for target in sizes.TARGETS:
        with ThreadPoolExecutor(2) as pool:
            all_compiled = list(pool.map(lambda c: compiled(lcc, folder, c, target), all_cases))
        for i, level in enumerate(sizes.LEVELS):
            known = known_functions(all_compiled, i)
            samples = [sample(driver, one, i, known) for one in all_compiled]
            x = fit(samples)
            print("%s %s:" % (target, level))
            show("fitted", names, errors(x, samples))
            left_out = np.zeros(len(samples))
            for part in range(8):  # each network's error with what the others say
                x_part = fit([s for k, s in enumerate(samples) if k % 8 != part])
                left_out[part::8] = errors(x_part, samples[part::8])
            show("by the others", names, left_out)
            out.append("CODE_MODEL(\"%s\", LEVEL_%s, %s)\n" % (target, level[1:].upper(), ", ".join(
                "[FEATURE_%s] = %.2f" % (f, v) for f, v in zip(features, x) if round(v, 2) > 0)))
            out += ["KNOWN_FUNCTION(\"%s\", LEVEL_%s, \"%s\", %d)\n" % (target, level[1:].upper(), *k) for k in known.items()]
    if "--write" in sys.argv:
        with open(DEF, "w") as f:
            f.write("".join(out))
        sizes.run(["clang-format-14" if os.path.exists("/usr/bin/clang-format-14") else "clang-format", "-i", "--style=file", DEF])


if __name__ == "__main__":
    main()
