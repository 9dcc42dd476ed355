/* test_runtime_i32x1_c99.c: one int32 in strict C99. */
#include "../../runtime/i32x1_c99.h"

#define V     i32x1
#define LANES 1
#include "runtime_int_check.h"

RUNTIME_INTS_MAIN(1)
