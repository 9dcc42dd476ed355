/* test_runtime_blocks.c: the form of the runtime's headers, which lcc cuts into blocks (runtime/README.md), and
 * the table of targets that names them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "targets/target.h"

enum { MAX_FUNCTIONS = 128, MAX_NAME = 64, MAX_BLOCK = 4096 };

typedef struct header {
    const char *name;
    char family[MAX_NAME]; /* "f32x8" */
    char functions[MAX_FUNCTIONS][MAX_NAME];
    int n_functions;
} header;

static bool starts_with(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool is_defined(const header *h, const char *name) {
    for (int i = 0; i < h->n_functions; i++)
        if (strcmp(h->functions[i], name) == 0) return true;
    return false;
}

/* The block without its comments, which are blanked out. */
static void blank_comments(char *s) {
    for (char *open = strstr(s, "/*"); open; open = strstr(open, "/*")) {
        char *close = strstr(open, "*/");
        assert_non_null(close);
        for (; open < close + 2; open++)
            if (*open != '\n') *open = ' ';
    }
}

/* Preamble: comments, # lines, typedefs, and nothing that makes code. */
static void check_preamble(const char *code) {
    char copy[MAX_BLOCK], *rest = copy;
    strcpy(copy, code);
    for (char *line = strtok_r(rest, "\n", &rest); line; line = strtok_r(rest, "\n", &rest)) {
        line += strspn(line, " ");
        if (*line == '\0' || *line == '#' || starts_with(line, "typedef ")) continue;
        fail_msg("neither preamble nor a function: %s", line);
    }
}

/* Every name in front of a parenthesis is an intrinsic, a word of C, or a function above in the same header. */
static void check_calls(const header *h, const char *code, const char *own_name) {
    static const char *const allowed[] = {"_mm",    "wasm_",         "if",       "for",       "return",
                                          "sizeof", "volatile",      "switch",   "while",     "void",
                                          "float",  "int32_t",       "uint32_t", "uint16_t",  "uint8_t",
                                          "int8_t", "__attribute__", "__asm__",  "__builtin_"};
    for (const char *at = strchr(code, '('); at; at = strchr(at + 1, '(')) {
        const char *end = at, *begin = at;
        while (begin > code && is_word(begin[-1])) begin--;
        if (begin == end) continue; /* an expression in parentheses, or a cast */
        char name[MAX_NAME];
        snprintf(name, sizeof name, "%.*s", (int)(end - begin), begin);
        bool fine = strcmp(name, own_name) == 0 || is_defined(h, name);
        for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
            fine = fine || starts_with(name, allowed[i]);
        if (strstr(h->name, "neon") || strstr(h->name, "mve")) fine = fine || name[0] == 'v';
        if (!fine) fail_msg("%s: %s calls %s", h->name, own_name, name);
    }
}

/* A function: its comment, one definition, its closing brace at the end. */
static void check_function(header *h, const char *block, const char *code) {
    assert_true(starts_with(block, "/*"));
    const char *first = code + strspn(code, " \n");
    assert_true(starts_with(first, "static inline ") ||
                starts_with(first, "__attribute__((noinline)) static "));
    assert_null(strstr(first + 1, "\nstatic "));
    size_t size = strlen(code);
    assert_true(code[size - 1] == '}');
    int depth = 0, closed = 0;
    for (const char *c = first; *c; c++) {
        if (*c == '{') depth++;
        if (*c == '}' && --depth == 0) closed++;
        assert_true(*c != '#' || c[-1] != '\n'); /* no preprocessor's line within */
    }
    assert_int_equal(depth, 0);
    assert_int_equal(closed, 1);

    const char *end = strchr(strstr(first, "static "), '('), *begin = end;
    while (is_word(begin[-1])) begin--;
    char name[MAX_NAME];
    snprintf(name, sizeof name, "%.*s", (int)(end - begin), begin);
    assert_true(starts_with(name, h->family) && name[strlen(h->family)] == '_');
    assert_false(is_defined(h, name));
    check_calls(h, first, name);
    assert_true(h->n_functions < MAX_FUNCTIONS);
    strcpy(h->functions[h->n_functions++], name);
}

/* A function that is written twice, for what a macro LCC_.. tells apart: processors or compilers. */
static void check_both(header *h, const char *block, const char *code) {
    static const char begin[] = "#if LCC_", middle[] = "\n#else\n", stop[] = "\n#endif";
    char with[MAX_BLOCK], without[MAX_BLOCK];
    const char *first = strstr(code, begin), *second = strstr(code, middle), *end = strstr(code, stop);
    assert_true(first && second > first && end > second && end[strlen(stop)] == '\0');
    first = strchr(first, '\n') + 1;
    snprintf(with, sizeof with, "%.*s", (int)(second - first), first);
    second += strlen(middle);
    snprintf(without, sizeof without, "%.*s", (int)(end - second), second);
    check_function(h, block, with);
    char name[MAX_NAME];
    strcpy(name, h->functions[--h->n_functions]);
    check_function(h, block, without);
    assert_string_equal(h->functions[h->n_functions - 1], name);
}

static void read_header(header *h, const char *name, const char *family) {
    const embedded_file *file = find_embedded(name);
    assert_non_null(file);
    assert_int_equal(strlen(file->text), file->size);
    *h = (header){.name = name};
    snprintf(h->family, sizeof h->family, "%s", family);
    assert_null(strstr(file->text, "\n\n\n"));
    assert_null(strstr(file->text, "\r"));
    assert_null(strstr(file->text, " \n"));
    assert_true(file->size > 1 && file->text[file->size - 1] == '\n');
    assert_true(file->text[file->size - 2] == '}' || strcmp(file->text + file->size - 8, "\n#endif\n") == 0);
    for (const char *at = file->text; *at;) {
        const char *end = strstr(at, "\n\n");
        size_t size = end ? (size_t)(end - at) : strlen(at) - 1;
        char block[MAX_BLOCK], code[MAX_BLOCK];
        assert_true(size < MAX_BLOCK);
        snprintf(block, sizeof block, "%.*s", (int)size, at);
        strcpy(code, block);
        blank_comments(code);
        if (strstr(code, "#if LCC_") && strstr(code, "static"))
            check_both(h, block, code);
        else if (strstr(code, "static"))
            check_function(h, block, code);
        else
            check_preamble(code);
        at += size + (end ? 2 : 1);
    }
}

/* Every header is of the form, and has every function. */
static void test_headers(void **state) {
    (void)state;
    static const char *const wanted[] = {
        "load", "store", "set1",  "zero", "load_u8", "load_i8",  "fma",    "max",        "min",   "abs", "sum",
        "hmax", "relu",  "relu6", "exp",  "sigmoid", "hsigmoid", "hswish", "leaky_relu", "swish", "tanh"};
    static const char *const wanted_parts[] = {"load_part", "store_part", "load_u8_part", "load_i8_part"};
    int n_headers = 0;
    for (const target *machine = target_table; machine->name; machine++) {
        for (int v = 0; v < MAX_VECTOR_KINDS && machine->vectors[v].lanes > 0; v++, n_headers++) {
            header h;
            read_header(&h, machine->vectors[v].runtime, machine->vectors[v].name);
            char name[2 * MAX_NAME];
            for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
                snprintf(name, sizeof name, "%s_%s", h.family, wanted[i]);
                if (!is_defined(&h, name)) fail_msg("%s lacks %s", h.name, name);
            }
            for (size_t i = 0; i < sizeof wanted_parts / sizeof wanted_parts[0]; i++) {
                snprintf(name, sizeof name, "%s_%s", h.family, wanted_parts[i]);
                assert_true(is_defined(&h, name) == (machine->vectors[v].lanes > 1));
            }
        }
    }
    assert_true(n_headers >= 7);
}

/* What a machine has beside a header: functions of the same form; and those that make tiles of floats, there or
 * in the header itself. */
static void test_own_headers(void **state) {
    (void)state;
    static const char *const wanted[] = {"begin", "end", "end_relu", "end_relu6"};
    int n_headers = 0;
    for (const target *machine = target_table; machine->name; machine++) {
        const vector_kind *v = &machine->vectors[0];
        assert_true((v->tile_pixels > 0) == (v->tile_vectors > 0));
        header own = {.n_functions = 0}, h;
        if (v->own_runtime) read_header(&own, v->own_runtime, v->name);
        if (!v->tile_pixels) continue;
        n_headers++;
        read_header(&h, v->runtime, v->name);
        char name[2 * MAX_NAME];
        for (int pixels = 1; pixels <= v->tile_pixels; pixels++) {
            snprintf(name, sizeof name, "%s_tile_%dx%d", v->name, pixels, v->tile_vectors);
            assert_true(is_defined(&own, name) || is_defined(&h, name));
        }
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
            snprintf(name, sizeof name, "%s_%s_x%d", v->name, wanted[i], v->tile_vectors);
            assert_true(is_defined(&own, name) || is_defined(&h, name));
        }
    }
    assert_true(n_headers >= 2);
    header ints;
    read_header(&ints, "i32xN_mve.h", "i32xN");
    assert_true(is_defined(&ints, "i32xN_load_i8") && is_defined(&ints, "i32xN_store_i8"));
}

/* The header of the compiler that the target names is the one that its headers of the runtime include. */
static void check_intrinsics(const target *t) {
    for (int v = 0; v < MAX_VECTOR_KINDS && t->vectors[v].lanes > 0; v++) {
        const embedded_file *f = find_embedded(t->vectors[v].runtime);
        assert_non_null(f);
        for (const char *at = f->text; (at = strstr(at, "#include <")); at++) {
            const char *name = at + strlen("#include <");
            if (starts_with(name, "stdint.h>")) continue;
            assert_true(t->intrinsics && starts_with(name, t->intrinsics));
        }
        if (t->intrinsics) assert_non_null(strstr(f->text, t->intrinsics));
    }
}

/* What this machine runs: generic always, a weaker target wherever a stronger one runs, and nothing stronger
 * than "native". */
static void test_native(void **state) {
    (void)state;
    const target *native = target_by_name("native");
    assert_true(target_runs_here(native) && target_runs_here(target_by_name("generic")));
    assert_false(target_runs_here(target_by_name("wasm32")));
    for (const target *weak = target_table; weak->name; weak++) {
        for (const target *strong = weak + 1; strong->name; strong++) {
            if (!weak->machine || !strong->machine || strcmp(weak->machine, strong->machine) != 0) continue;
            assert_true(target_is_stronger(strong, weak) && !target_is_stronger(weak, strong));
            if (target_runs_here(strong)) assert_true(target_runs_here(weak));
            if (target_runs_here(strong)) assert_ptr_not_equal(native, weak);
        }
    }
    arena *a = arena_new();
    int count;
    const char *const *names = target_names(a, &count);
    assert_string_equal(names[0], "native");
    for (int i = 1; i < count; i++) assert_string_equal(names[i], target_table[i - 1].name);
    assert_null(target_table[count - 1].name);
    arena_free(a);
}

/* Every name has an entry that makes sense; what is no name has none. */
static void test_targets(void **state) {
    (void)state;
    assert_non_null(target_by_name("native"));
    for (const target *t = target_table; t->name; t++) {
        assert_ptr_equal(target_by_name(t->name), t);
        assert_true((t->machine == NULL) == (t->tag == NULL));
        assert_true(t->vectors[0].lanes > 0);
        for (int v = 0; v < MAX_VECTOR_KINDS && t->vectors[v].lanes > 0; v++) {
            char name[MAX_NAME];
            snprintf(name, sizeof name, "f32x%d", t->vectors[v].lanes);
            assert_string_equal(t->vectors[v].name, name);
            if (v > 0) assert_true(t->vectors[v].lanes < t->vectors[v - 1].lanes);
        }
        assert_true(t->registers >= 8 && t->fma_latency > 0 && t->fma_per_cycle > 0);
        assert_true(t->l1_bytes > 0 && t->l2_bytes > t->l1_bytes);
        check_intrinsics(t);
        if (t->strict_c99) assert_true(!t->attributes && !t->intrinsics && t->vectors[0].lanes == 1);
    }
    assert_string_equal(target_by_name("x86-64-v4")->vectors[0].runtime, "f32x16_avx512.h");
    assert_null(target_by_name("pdp-11"));
    assert_null(target_by_name(""));
    assert_null(target_by_name("x86-64-v"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_own_headers),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_native),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
