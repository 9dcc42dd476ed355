/* peak.c: how many floating-point operations a second one core of this machine can do: the most that any kernel
 * could.
 *
 * Independent chains of fused multiply-adds in registers, no memory at all, in the vectors that the compiled
 * networks are made of (runtime/): the driver defines PEAK_HEADER, PEAK_VECTOR and PEAK_LANES for the target in
 * question. An FMA counts as two operations. A core with two FMA units of latency 4 needs 8 chains, one with
 * four units 16; there are as many as the registers hold, less two for the factors. */
#include PEAK_HEADER
#include "peak.h"

#define JOIN_NAMES(a, b)  a##b
#define NAME(v, function) JOIN_NAMES(v, function)
#define V(function)       NAME(PEAK_VECTOR, function)

#ifdef PEAK_32_REGISTERS
#define FIRST_CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define CHAINS(X)       FIRST_CHAINS(X) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)
#else
#define CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#endif

#define COUNT(i) +1
enum { N_CHAINS = 0 CHAINS(COUNT) };

double peak_burst(long steps, float *sink) {
    const PEAK_VECTOR factor = V(_set1)(0.75f), term = V(_set1)(0.25f);
#define DECLARE(i) PEAK_VECTOR acc##i = V(_set1)((float)(i));
    CHAINS(DECLARE)
    for (long s = 0; s < steps; s++) {
#define MULTIPLY_ADD(i) acc##i = V(_fma)(acc##i, factor, term);
        CHAINS(MULTIPLY_ADD)
    }
    PEAK_VECTOR sum = V(_zero)();
#define ADD(i) sum = sum + acc##i;
    CHAINS(ADD)
    *sink = V(_sum)(sum);
    return 2.0 * PEAK_LANES * (int)N_CHAINS * (double)steps;
}
