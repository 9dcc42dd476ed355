/* code_features.c: prints what emit/code_size.c counts in C files that lcc wrote, for fit_code_size.py: a line
 * for each file and level, with the counts and the bytes of constants. With no file, the names of the features.
 */
#include "base/file.h"
#include "emit/code_size.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
#define NAME(name) #name,
    CODE_FEATURES(NAME)
#undef NAME
};

int main(int argc, char **argv) {
    enum { MOST_BYTES = 1 << 28, MOST_NAMES = 256 };
    arena *a = arena_new();
    const char *known[MOST_NAMES];
    int n_known = 0, n_files = 0;
    for (int i = 1; i + 1 < argc && strcmp(argv[i], "--known") == 0 && n_known < MOST_NAMES; i += 2)
        known[n_known++] = argv[i + 1];
    for (int i = 1 + 2 * n_known; i < argc; i++, n_files++) {
        size_t size;
        const char *why;
        char *content = read_file(a, argv[i], MOST_BYTES, &size, &why);
        if (!content) {
            fprintf(stderr, "%s: %s\n", argv[i], why);
            return 1;
        }
        const text c = {.data = content, .size = size};
        for (int level = 0; level < CODE_LEVEL_COUNT; level++) {
            const code_counts counts = count_code(a, &c, (code_level)level, known, n_known);
            for (int k = 0; k < CODE_FEATURE_COUNT; k++) printf("%g ", counts.count[k]);
            printf("%lld", (long long)counts.constants);
            for (int k = 0; k < counts.n_known; k++) printf(" %s", counts.known[k]);
            printf("\n");
        }
    }
    for (int i = 0; n_files == 0 && i < CODE_FEATURE_COUNT; i++) printf("%s%s", i ? " " : "", names[i]);
    if (n_files == 0) printf("\n");
    arena_free(a);
    return 0;
}
