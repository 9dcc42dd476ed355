/* test_runtime_f32x4_mve.c: four floats of Helium, against double precision. tests/mcu runs it on a board. */
#include "runtime_reference.h"

#if defined(__ARM_FEATURE_MVE)
#include "../../runtime/f32x4_mve.h"

#define V             f32x4
#define LANES         4
#define ROUNDED_ONCE  1
#define ROUNDED_TWICE 0
#define X86_MAX       1
#define FLUSHES       1
#include "runtime_check.h"

RUNTIME_MAIN(true)
#else
RUNTIME_SKIPPED
#endif
