/* peak.h: the one function of peak.c, which is a shared library so that the programs need not be compiled for a
 * target. */
#ifndef LCC_BENCH_PEAK_H
#define LCC_BENCH_PEAK_H

/* Does `steps` multiply-adds in every chain and returns how many operations that were. `sink` gets a number
 * that depends on them all, so that none can be left out. */
double peak_burst(long steps, float *sink);

#endif
