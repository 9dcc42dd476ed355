/* native.h: the ways to find out whether the machine that lcc runs on can run a target's code. An entry of the
 * table of targets names one of them, or none. */
#ifndef LCC_TARGETS_NATIVE_H
#define LCC_TARGETS_NATIVE_H

#include "targets/target.h"

bool runs_everywhere(const target *t);

/* This is an x86-64, and its processor and operating system have all of the target's attributes. */
bool runs_on_this_x86_64(const target *t);

/* The same for an aarch64. */
bool runs_on_this_aarch64(const target *t);

#endif
