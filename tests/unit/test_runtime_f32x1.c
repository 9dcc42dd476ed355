/* test_runtime_f32x1.c: one float in strict C99 against double precision. */
#include "runtime_reference.h"

#include "../../runtime/f32x1_c99.h"

#define V             f32x1
#define LANES         1
#define ROUNDED_ONCE  1
#define ROUNDED_TWICE 1
#define X86_MAX       1
#include "runtime_check.h"

RUNTIME_MAIN(true)
