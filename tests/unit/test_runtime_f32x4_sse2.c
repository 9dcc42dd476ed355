/* test_runtime_f32x4_sse2.c: four floats of SSE2, the baseline of x86-64, against double precision. */
#include "runtime_reference.h"

#if defined(__SSE2__)
#include "../../runtime/f32x4_sse2.h"

#define V     f32x4
#define LANES 4
#define FUSED 0
#include "runtime_check.h"

RUNTIME_MAIN(true)
#endif
