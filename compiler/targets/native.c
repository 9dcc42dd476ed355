/* native.c: asks the processor that lcc runs on. */
#include "targets/native.h"

#include <string.h>
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

bool runs_everywhere(const target *t) {
    (void)t;
    return true;
}

static bool is_feature(const char *p, size_t size, const char *word) {
    return size == strlen(word) && memcmp(p, word, size) == 0;
}

/* Whether the processor has a feature, by its name among a target's attributes. What is not listed here counts
 * as missing. */
static bool processor_has(const char *name, size_t size) {
#if defined(__x86_64__)
    /* __builtin_cpu_supports takes literals only. */
#define FEATURE(word)                                                                                          \
    if (is_feature(name, size, word)) return __builtin_cpu_supports(word) != 0
    FEATURE("sse2");
    FEATURE("avx2");
    FEATURE("fma");
    FEATURE("avx512f");
    FEATURE("avx512bw");
    FEATURE("avx512dq");
    FEATURE("avx512vl");
    FEATURE("avx512vnni");
    FEATURE("avx512vbmi");
    FEATURE("avx512bf16");
#undef FEATURE
#elif defined(__aarch64__) && defined(__linux__)
    if (is_feature(name, size, "dotprod")) return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#else
    (void)is_feature;
    (void)name, (void)size;
#endif
    return false;
}

static bool processor_has_all(const char *attributes) {
    for (const char *p = attributes; p && *p;) {
        size_t size = strcspn(p, ",");
        if (!processor_has(p, size)) return false;
        p += size + (p[size] == ',');
    }
    return true;
}

/* The machine that lcc itself was built for. */
#if defined(__x86_64__)
enum { IS_X86_64 = true, IS_AARCH64 = false };
#elif defined(__aarch64__)
enum { IS_X86_64 = false, IS_AARCH64 = true };
#else
enum { IS_X86_64 = false, IS_AARCH64 = false };
#endif

bool runs_on_this_x86_64(const target *t) { return IS_X86_64 && processor_has_all(t->attributes); }

bool runs_on_this_aarch64(const target *t) { return IS_AARCH64 && processor_has_all(t->attributes); }
