/* test_runtime_i32x4_codes.c: four int32 with what aarch64 has in place of functions of i32xN.h. tests/runtime
 * runs it by qemu. */
#if defined(__aarch64__)
#define V     i32xN
#define LANES 4
#include "../../runtime/i32x4_codes.h"
/* The rest, without the functions that i32x4_codes.h has in their place. */
#define i32xN_load_i8        i32xN_plain_load_i8
#define i32xN_load_u8        i32xN_plain_load_u8
#define i32xN_store_i8       i32xN_plain_store_i8
#define i32xN_store_u8       i32xN_plain_store_u8
#define i32xN_max            i32xN_plain_max
#define i32xN_min            i32xN_plain_min
#define i32xN_rescale_once   i32xN_plain_rescale_once
#define i32xN_rescale_tflite i32xN_plain_rescale_tflite
#include "../../runtime/i32xN.h"
#undef i32xN_load_i8
#undef i32xN_load_u8
#undef i32xN_store_i8
#undef i32xN_store_u8
#undef i32xN_max
#undef i32xN_min
#undef i32xN_rescale_once
#undef i32xN_rescale_tflite
#include "runtime_int_check.h"

RUNTIME_INTS_MAIN(1)
#else
#include <stdio.h>

int main(void) {
    printf("skipped: for another kind of machine\n");
    return 0;
}
#endif
