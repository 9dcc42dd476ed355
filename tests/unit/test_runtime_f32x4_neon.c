/* test_runtime_f32x4_neon.c: four floats of aarch64, against double precision. */
#include "runtime_reference.h"

#if defined(__aarch64__)
#include "../../runtime/f32x4_neon.h"

#define V             f32x4
#define LANES         4
#define ROUNDED_ONCE  1
#define ROUNDED_TWICE 0
#define X86_MAX       0
#include "runtime_check.h"

RUNTIME_MAIN(true)
#else
RUNTIME_SKIPPED
#endif
