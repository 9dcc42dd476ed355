/* test_runtime_i32x8.c: eight int32 by vector extensions, with AVX2. */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#define V     i32xN
#define LANES 8
#include "../../runtime/i32xN.h"
#include "runtime_int_check.h"

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

RUNTIME_INTS_MAIN(__builtin_cpu_supports("avx2"))
#else
#include <stdio.h>

int main(void) {
    printf("skipped: for another kind of machine\n");
    return 0;
}
#endif
