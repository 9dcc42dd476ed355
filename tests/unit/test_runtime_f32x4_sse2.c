/* test_runtime_f32x4_sse2.c: four floats of SSE2, the baseline of x86-64, against double precision. */
#include "runtime_reference.h"

#if defined(__x86_64__)
#include "../../runtime/f32x4_sse2.h"

#define V             f32x4
#define LANES         4
#define ROUNDED_ONCE  0
#define ROUNDED_TWICE 1
#define X86_MAX       1
#include "runtime_check.h"

RUNTIME_MAIN(true)
#else
RUNTIME_SKIPPED
#endif
