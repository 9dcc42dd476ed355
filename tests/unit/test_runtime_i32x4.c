/* test_runtime_i32x4.c: four int32 by vector extensions, on any machine. */
#define V     i32xN
#define LANES 4
#include "../../runtime/i32xN.h"
#include "runtime_int_check.h"

RUNTIME_INTS_MAIN(1)
