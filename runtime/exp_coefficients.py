#!/usr/bin/env python3
"""Derives the constants of the runtime's exp: prints them as decimals that read back to the same float, and exactly in
hexadecimal. The headers have the decimals, since C++ before C++17 knows no hexadecimal floats.

exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, and exp(r) = 1 + r + r^2 q(r). q has degree 4 and is the
polynomial whose relative error in exp(r) is least (Remez exchange in 60-digit arithmetic). Its coefficients are
rounded to float one at a time, lowest first, and the others fitted anew each time, so that they make up for it.

AVX-512's 1 + exp(-x) has exp(-x) = 2^(n/32) exp(r), and exp(r) = 1 + r (c1 + r / 2) for |r| <= b = ln 2 / 64. What is left is
r^3 / 6 - (c1 - 1) r, which is a Chebyshev polynomial where c1 = 1 + b^2 / 8. The roots are 2e-8 too large: n ln 2 / 32 is
too large as well, by 4e-8 where x is -16, and the two errors cancel each other in part.

AVX2's has exp(-x) = 2^(n/8) exp(r), and exp(r) = 1 + r (1 + r (c2 + c3 r)) for |r| <= b = ln 2 / 16. What is left is
r^4 / 24 - (c2 - 1/2) r^2, which is a Chebyshev polynomial, up to a constant, where c2 = 1/2 + b^2 / 24 and c3 = 1/6. The constant,
b^4 / 192, would make the roots 1.8e-8 too small, and the error of ln 2 / 8 would make them 2e-8 too large, as above: they stay.

Needs mpmath. Run by hand when a degree changes; the headers carry the result.
"""
import struct
import mpmath as mp

mp.mp.dps = 60
DEGREE = 4
BOUND = mp.log(2) / 2 * (1 + mp.mpf(2) ** -12)  # a little more: n is rounded from an inexact product


def to_float(x):
    return mp.mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def show(x):
    return f"{float(x):.9g}f ({float(x).hex().replace('0000000p', 'p')})"


def exchange(fixed):
    """Coefficients len(fixed).. of q, by Remez, where the first ones are given."""
    first, unknowns = len(fixed), DEGREE + 1 - len(fixed)
    # An even number of points, none at 0, where r^2 q weighs nothing.
    points = [-BOUND * mp.cos(mp.pi * (2 * i + 1) / (2 * (unknowns + 1))) for i in range(unknowns + 1)]
    points = [p if abs(p) > BOUND / 50 else BOUND / 50 for p in points]

    def rest(r):
        return mp.exp(r) - 1 - r - sum(c * r ** (k + 2) for k, c in enumerate(fixed))

    for _ in range(12):
        rows = [[r ** (first + k + 2) / mp.exp(r) for k in range(unknowns)] + [(-1) ** i]
                for i, r in enumerate(points)]
        answer = mp.lu_solve(mp.matrix(rows), mp.matrix([rest(r) / mp.exp(r) for r in points]))
        found = list(answer)[:unknowns]

        def error(r):
            return (rest(r) - sum(c * r ** (first + k + 2) for k, c in enumerate(found))) / mp.exp(r)

        grid = [BOUND * (mp.mpf(2 * i) / 2000 - 1) for i in range(2001)]
        values = [error(r) for r in grid]
        peaks = [i for i in range(2001) if (i == 0 or abs(values[i]) >= abs(values[i - 1]))
                 and (i == 2000 or abs(values[i]) >= abs(values[i + 1])) and values[i] != 0]
        # One point for each run of equal sign: its largest.
        alternating = []
        for i in peaks:
            if alternating and (values[i] > 0) == (values[alternating[-1]] > 0):
                if abs(values[i]) > abs(values[alternating[-1]]):
                    alternating[-1] = i
            else:
                alternating.append(i)
        while len(alternating) > unknowns + 1:
            alternating.pop(0 if abs(values[alternating[0]]) < abs(values[alternating[-1]]) else -1)
        if len(alternating) < unknowns + 1:
            break
        points = [grid[i] for i in alternating]
    return found, max(abs(v) for v in values)


def roots_of_two(count, too_large):
    """2^(k/count) times 1 + too_large as the bits of floats, less k / count in the exponent."""
    roots = [float(mp.mpf(2) ** (mp.mpf(k) / count) * (1 + too_large)) for k in range(count)]
    bits = [struct.unpack("I", struct.pack("f", root))[0] for root in roots]
    return [value - k * (1 << 23) // count for k, value in enumerate(bits)]


def show_roots(count, too_large):
    print(f"{count}/ln2 = {show(to_float(count / mp.log(2)))}, ln2/{count} = {show(to_float(mp.log(2) / count))}")
    print(f"{count} roots of two:", ", ".join(f"0x{root:08x}" for root in roots_of_two(count, too_large)))


def main():
    fixed, worst = [], None
    for _ in range(DEGREE + 1):
        found, worst = exchange(fixed)
        fixed.append(to_float(found[0]))
        print(f"c{len(fixed) + 1} = {show(fixed[-1])}  (before rounding: {mp.nstr(worst, 4)})")
    grid = [BOUND * (mp.mpf(2 * i) / 4000 - 1) for i in range(4001)]
    errors = [abs((1 + r + sum(c * r ** (k + 2) for k, c in enumerate(fixed))) / mp.exp(r) - 1) for r in grid]
    print(f"largest relative error {mp.nstr(max(errors), 4)} = {mp.nstr(max(errors) * 2 ** 24, 3)} half ulp")
    high = mp.mpf(int(mp.nint(mp.log(2) * 2 ** 16))) / 2 ** 16  # 16 bits: n * high is exact for |n| < 256
    print(f"ln2_high = {mp.nstr(high, 17)}f ({float(high).hex()}), which must be exact")
    print(f"ln2_low = {show(to_float(mp.log(2) - high))}")
    print(f"1/ln2 = {show(to_float(1 / mp.log(2)))}")
    print(f"ln2 as one float = {show(to_float(mp.log(2)))}")
    show_roots(32, 2e-8)
    print(f"c1 = {show(to_float(1 + (mp.log(2) / 64) ** 2 / 8))}")
    show_roots(8, 0)
    print(f"c2 = {show(to_float(mp.mpf(1) / 2 + (mp.log(2) / 16) ** 2 / 24))}, c3 = {show(to_float(mp.mpf(1) / 6))}")


if __name__ == "__main__":
    main()
