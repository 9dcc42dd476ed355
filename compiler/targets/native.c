/* native.c: asks the processor that lcc runs on. */
#include "targets/native.h"

#include <string.h>

bool runs_everywhere(const target *t) {
    (void)t;
    return true;
}

#if defined(__x86_64__)
/* A feature by its name among a target's attributes. __builtin_cpu_supports takes literals only, so each name
 * stands here. A name that does not is one that this machine lacks. */
static bool processor_has(const char *name, size_t size) {
#define FEATURE(feature)                                                                                       \
    if (size == strlen(feature) && memcmp(name, feature, size) == 0) return __builtin_cpu_supports(feature) != 0
    FEATURE("sse2");
    FEATURE("avx2");
    FEATURE("fma");
    FEATURE("avx512f");
    FEATURE("avx512bw");
    FEATURE("avx512dq");
    FEATURE("avx512vl");
    FEATURE("avx512vnni");
#undef FEATURE
    return false;
}
#endif

bool runs_on_this_x86_64(const target *t) {
#if defined(__x86_64__)
    for (const char *p = t->attributes; *p;) {
        size_t size = strcspn(p, ",");
        if (!processor_has(p, size)) return false;
        p += size + (p[size] == ',');
    }
    return true;
#else
    (void)t;
    return false;
#endif
}

bool runs_on_this_aarch64(const target *t) {
#if defined(__aarch64__)
    return t->attributes == NULL;
#else
    (void)t;
    return false;
#endif
}
