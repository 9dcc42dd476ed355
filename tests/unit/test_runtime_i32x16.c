/* test_runtime_i32x16.c: sixteen int32 by vector extensions, with AVX-512. */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))),           \
                             apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#endif

#define V     i32xN
#define LANES 16
#include "../../runtime/i32xN.h"
#include "runtime_int_check.h"

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

RUNTIME_INTS_MAIN(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
#else
#include <stdio.h>

int main(void) {
    printf("skipped: for another kind of machine\n");
    return 0;
}
#endif
