/* test_runtime_i32x4_mve.c: four int32 by Helium, with what i32xN.h has besides. tests/mcu runs it on a board.
 */
#if defined(__ARM_FEATURE_MVE)
#define V     i32xN
#define LANES 4
#include "../../runtime/i32xN_mve.h"
/* The rest, without the functions that i32xN_mve.h has in their place. */
#define i32xN_load_i8  i32xN_plain_load_i8
#define i32xN_load_u8  i32xN_plain_load_u8
#define i32xN_store_i8 i32xN_plain_store_i8
#define i32xN_store_u8 i32xN_plain_store_u8
#define i32xN_max      i32xN_plain_max
#define i32xN_min      i32xN_plain_min
#include "../../runtime/i32xN.h"
#undef i32xN_load_i8
#undef i32xN_load_u8
#undef i32xN_store_i8
#undef i32xN_store_u8
#undef i32xN_max
#undef i32xN_min
#include "runtime_int_check.h"

RUNTIME_INTS_MAIN(1)
#else
#include <stdio.h>

int main(void) {
    printf("skipped: for another kind of machine\n");
    return 0;
}
#endif
