#!/usr/bin/env python3
"""Derives the constants of the runtime's log, softplus, erf and gelu: prints them as decimals that read back to the same
float. exp's are derived by exp_coefficients.py.

Each polynomial has the smallest largest error, weighted as the comment beside it says. Lawson's iteration (least squares,
weighted anew by the errors) finds it; then the coefficients are rounded to float one at a time, and the others fitted anew
each time, so that they make up for it.

Needs mpmath and NumPy. Run by hand when a degree changes; the headers carry the result.
"""
import mpmath as mp
import numpy as np

mp.mp.dps = 40
POINTS = 2000


def lawson(columns, wanted):
    weights = np.ones(len(wanted))
    best, least = None, np.inf
    for _ in range(300):
        root = np.sqrt(weights)[:, None]
        scale = np.abs(columns * root).max(axis=0)
        found = np.linalg.lstsq(columns * root / scale, wanted * root[:, 0], rcond=None)[0] / scale
        errors = np.abs(columns @ found - wanted)
        if errors.max() < least:
            best, least = found, errors.max()
        weights *= errors
        weights /= weights.sum()
    return best, least


def fit(name, function, low, high, powers, weight):
    """function(x) as the sum of c_k x^powers[k]; the error is counted in units of weight(x)."""
    middle, half = (low + high) / 2, (high - low) / 2
    x = middle + half * np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)
    units = np.array([float(weight(mp.mpf(v))) for v in x])
    wanted = np.array([float(function(mp.mpf(v))) for v in x]) / units
    columns = np.stack([x ** p for p in powers], 1) / units[:, None]
    fixed, left = [], list(range(len(powers)))
    rest = wanted.copy()
    while left:
        found, _ = lawson(columns[:, left], rest)
        fixed.append(np.float32(found[0]))
        rest = rest - columns[:, left[0]] * float(fixed[-1])
        left = left[1:]
    error = np.abs(columns @ np.array([float(c) for c in fixed]) - wanted).max()
    print(f"{name}, largest error {error:.3g} = {error * 2 ** 24:.3g} half ulp")
    for power, c in zip(powers, fixed):
        print(f"    x^{power}: {float(c):.9g}f")


def main():
    # log(1 + f) = 2 atanh(s), s = f / (2 + f), as f - (f^2/2 - s (f^2/2 + R)), R = z p(z), z = s^2. The error is that of the
    # logarithm, relative to f, where z is that of 1/sqrt 2 to sqrt 2.
    def log_rest(z):
        s = mp.sqrt(z)
        return (2 * mp.atanh(s) - 2 * s) / s ** 3 if s else mp.mpf(2) / 3
    limit = float(((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2)
    fit("log: p(z)", log_rest, 1e-9, limit, range(0, 4), lambda z: 2 / max(z, mp.mpf(1e-6)))
    # softplus: log(1 + e) = 2 s + s^3 p(s^2), s = e / (2 + e), 0 <= e <= 1. Relative to the logarithm.
    fit("log1p: p(z)", log_rest, 1e-9, 1 / 9, range(0, 5), lambda z: 2 / max(z, mp.mpf(1e-6)))
    # erf(x) = x + x p(x^2) for |x| <= 0.9277. Relative to erf.
    fit("erf, near 0: p(x^2)", lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, 1e-9, 0.9277 ** 2, range(0, 6),
        lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z))
    # erf(x) = 1 - exp(p(x)) for 0.9277 <= x <= 4. The absolute error of erf.
    fit("erf, far out: p(x)", lambda t: mp.log(mp.erfc(t)), 0.9277, 4, range(0, 7), lambda t: 1 / mp.erfc(t))
    # The normal distribution's tail: exp(p(t) - t^2 / 2) for 0 <= t <= 5.5. Its relative error; behind t = 1 the absolute
    # error of t times the tail counts as well, in tenths.
    def tail(t):
        return mp.erfc(t / mp.sqrt(2)) / 2
    fit("gelu: p(t)", lambda t: mp.log(tail(t)) + t * t / 2, 0, 5.5, range(0, 9),
        lambda t: max(mp.mpf(1), mp.mpf("0.1") / (t * tail(t))) if t > 1 else mp.mpf(1))


if __name__ == "__main__":
    main()
