/* test_runtime_i32x8_codes.c: eight int32 with the codes and rescales for AVX2, with what i32xN.h has besides.
 */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#define V     i32xN
#define LANES 8
#include "../../runtime/i32x8_codes.h"
/* The rest, without the functions that i32x8_codes.h has in their place. */
#define i32xN_load_i8        i32xN_plain_load_i8
#define i32xN_load_u8        i32xN_plain_load_u8
#define i32xN_store_i8       i32xN_plain_store_i8
#define i32xN_store_u8       i32xN_plain_store_u8
#define i32xN_rescale_once   i32xN_plain_rescale_once
#define i32xN_rescale_tflite i32xN_plain_rescale_tflite
#define i32xN_max            i32xN_plain_max
#define i32xN_min            i32xN_plain_min
#include "../../runtime/i32xN.h"
#undef i32xN_load_i8
#undef i32xN_load_u8
#undef i32xN_store_i8
#undef i32xN_store_u8
#undef i32xN_rescale_once
#undef i32xN_rescale_tflite
#undef i32xN_max
#undef i32xN_min
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
