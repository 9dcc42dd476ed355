/* test_runtime_f32x8_avx2.c: eight floats of AVX2 and FMA against double precision. */
#include "runtime_reference.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#endif

#include "../../runtime/f32x8_avx2.h"

#define V             f32x8
#define LANES         8
#define ROUNDED_ONCE  1
#define ROUNDED_TWICE 0
#define X86_MAX       1
/* Its sigmoid and swish take ln 2 as one float. The error grows with -x, so it is promised twice. */
#define OWN_PROMISES                                                                                           \
    {OP_SIGMOID, 3.25, -16, 1e-13}, {OP_SIGMOID, 6.5, -87.3, 1e-38}, {OP_SWISH, 3.25, -16, 1e-12},             \
        {OP_SWISH, 6.5, -87.3, 1e-36},
#include "runtime_check.h"

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

RUNTIME_MAIN(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#else
RUNTIME_SKIPPED
#endif
