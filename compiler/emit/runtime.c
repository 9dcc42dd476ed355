/* runtime.c: copies the functions of runtime/ that a model calls into its file.
 *
 * A header of runtime/ is a list of blocks, separated by blank lines. A block with a line that begins with
 * "static inline", or with these words and noinline, or with "static void", is a function. It is copied where
 * its name is called, or passed with more arguments behind it, in the model's code or in another block that is
 * copied. The other blocks are the preamble, which is copied where any function of the header is. Its #include
 * lines move to the top of the file.
 *
 * The calls are found by a search of the text. The headers are C text that people write, so their own calls can
 * only be found this way; and the model's code is searched by the same function. */
#include "base/embedded.h"
#include "emit/internal.h"

#include <string.h>

#define NOINLINE "__attribute__((noinline)) static "

typedef struct runtime_block {
    const char *begin, *end;
    const char *name; /* NULL: preamble */
    bool used;
} runtime_block;

/* Whether the first line of a function begins there. Functions that are to stay calls say so first. */
static bool begins_function(const char *p) {
    return strncmp(p, "static inline", 13) == 0 || strncmp(p, "static void", 11) == 0 ||
           strncmp(p, NOINLINE, sizeof NOINLINE - 1) == 0;
}

/* The identifier before the first "(" behind the words that begin a function, in a block; NULL where there is
 * none. */
static const char *find_function_name(arena *a, const char *begin, const char *end) {
    const char *p = begin;
    while (p < end && !begins_function(p)) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p) return NULL;
        p++;
    }
    if (p < end && strncmp(p, NOINLINE, sizeof NOINLINE - 1) == 0) p += sizeof NOINLINE - 1;
    const char *open = memchr(p, '(', (size_t)(end - p));
    if (p >= end || !open) return NULL;
    const char *start = open;
    while (start > p && is_identifier_char(start[-1])) start--;
    return arena_strndup(a, start, (size_t)(open - start));
}

static int count_blank_lines(const text *t) {
    int n = 0;
    for (const char *p = t->data; (p = strstr(p, "\n\n")); p++) n++;
    return n;
}

/* Cuts a header into its blocks. `out` has room for one more than the header has blank lines. */
static int cut_header(arena *a, const char *p, const char *end, runtime_block *out) {
    int n = 0;
    while (p < end) {
        while (p < end && *p == '\n') p++;
        const char *stop = strstr(p, "\n\n");
        if (!stop || stop > end) stop = end;
        if (stop > p) out[n++] = (runtime_block){p, stop, find_function_name(a, p, stop), false};
        p = stop;
    }
    return n;
}

/* Whether `name` is called, or is an argument that is not the last, within [p, end). */
static bool is_called(const char *name, const char *p, const char *end) {
    size_t length = strlen(name);
    for (const char *at = p; (at = memmem(at, (size_t)(end - at), name, length)); at += length) {
        if ((at == p || !is_identifier_char(at[-1])) && at + length < end &&
            (at[length] == '(' || at[length] == ','))
            return true;
    }
    return false;
}

/* Marks the blocks of a header that the code needs. Returns whether it needs any. `type`: the name of a type
 * that the header has, or NULL. */
static bool mark_used(runtime_block *blocks, int n, const text *code, const char *type) {
    bool any = type && memmem(code->data, code->size, type, strlen(type)) != NULL;
    for (int i = n - 1; i >= 0; i--) {
        if (!blocks[i].name) continue;
        bool used = is_called(blocks[i].name, code->data, code->data + code->size);
        for (int j = 0; j < n && !used; j++) {
            used = j != i && blocks[j].used && is_called(blocks[i].name, blocks[j].begin, blocks[j].end);
        }
        blocks[i].used = used;
        any = any || used;
    }
    return any;
}

/* Copies a block of the preamble, without its #include lines. The comment that opens the header is left out,
 * since it speaks to the header's readers. */
static void put_preamble(text *out, const runtime_block *b, bool first) {
    const char *p = b->begin;
    if (first && strncmp(p, "/*", 2) == 0) {
        const char *close = strstr(p, "*/");
        if (close && close < b->end) p = close + 2;
        if (p < b->end && *p == '\n') p++;
    }
    if (memmem(out->data, out->size, p, (size_t)(b->end - p))) return; /* another header has the same block */
    size_t before = out->size;
    while (p < b->end) {
        const char *stop = memchr(p, '\n', (size_t)(b->end - p));
        if (!stop) stop = b->end;
        if (strncmp(p, "#include", 8) != 0) {
            text_bytes(out, p, (size_t)(stop - p));
            text_char(out, '\n');
        }
        p = stop + 1;
    }
    if (out->size > before) text_char(out, '\n');
}

void emit_runtime_includes(const emitter *e, text *out) {
    const target *t = e->p->t;
    text_string(out, "#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n");
    if (t->threads) text_string(out, "#ifdef _OPENMP\n#include <omp.h>\n#endif\n");
    if (t->intrinsics) text_printf(out, "#include <%s>\n", t->intrinsics);
}

/* Copies the blocks of a header that are used, under a title. */
static void put_header(const char *title, const runtime_block *blocks, int n, text *out) {
    text_printf(out, "/* ---- %s ---- */\n\n", title);
    for (int i = 0; i < n; i++) {
        if (!blocks[i].name) {
            put_preamble(out, &blocks[i], i == 0);
        } else if (blocks[i].used) {
            text_bytes(out, blocks[i].begin, (size_t)(blocks[i].end - blocks[i].begin));
            text_string(out, "\n\n");
        }
    }
}

/* The text of a header in which words that are the family's name, or begin with it and "_", begin with `name`:
 * f32x8 and f32x8_load become f32x8_avx2 and f32x8_avx2_load. The word LANES becomes the number of lanes, for
 * which the header of integers has it. The caller frees it. */
static text rename_family(const embedded_file *f, const char *family, const char *name, int lanes) {
    text result = {0};
    size_t length = strlen(family);
    const char *end = f->text + f->size;
    for (const char *p = f->text; p < end;) {
        const char *word = p;
        while (p < end && is_identifier_char(*p)) p++;
        size_t size = (size_t)(p - word);
        bool member =
            size >= length && memcmp(word, family, length) == 0 && (size == length || word[length] == '_');
        if (member) {
            text_string(&result, name);
            text_bytes(&result, word + length, size - length);
        } else if (size == 5 && memcmp(word, "LANES", size) == 0) {
            text_printf(&result, "%d", lanes);
        } else {
            text_bytes(&result, word, size);
        }
        if (p < end) text_char(&result, *p++);
    }
    return result;
}

/* A vector's family, or that of plain integers. */
typedef struct family {
    const char *files[10]; /* under runtime/, or NULL; a function of one goes before those of the same name in
                              the later ones */
    const char *family;    /* how the files' names begin */
    const char *name;      /* what they begin with instead */
    int lanes;
    bool is_type; /* `name` is also a type */
} family;

/* Appends the blocks of a file under runtime/ to the n that are there. A function that is there already, and
 * the comment that opens a second file, are left out. Returns the new number. */
static int add_blocks(const emitter *e, const family *k, const char *file, runtime_block **blocks, int n) {
    const embedded_file *f = find_embedded(file);
    if (!f) return n;
    text renamed = rename_family(f, k->family, k->name, k->lanes);
    const char *header = arena_strdup(e->a, renamed.data);
    runtime_block *all = ARENA_ARRAY(e->a, runtime_block, n + count_blank_lines(&renamed) + 1), *one = all + n;
    int found = cut_header(e->a, header, header + renamed.size, one), count = n;
    text_free(&renamed);
    for (int i = 0; i < n; i++) all[i] = (*blocks)[i];
    for (int i = 0; i < found; i++) {
        bool drop = n > 0 && i == 0;
        for (int j = 0; j < n && one[i].name && !drop; j++)
            drop = all[j].name && strcmp(all[j].name, one[i].name) == 0;
        if (!drop) all[count++] = one[i];
    }
    *blocks = all;
    return count;
}

/* Copies what the code uses of a family. */
static void emit_family(const emitter *e, const family *k, const char *title, const text *code, text *out) {
    runtime_block *blocks = NULL;
    int n = 0;
    for (size_t i = 0; i < sizeof k->files / sizeof *k->files; i++) {
        if (k->files[i]) n = add_blocks(e, k, k->files[i], &blocks, n);
    }
    if (mark_used(blocks, n, code, k->is_type ? k->name : NULL)) put_header(title, blocks, n, out);
}

static void emit_vectors(const emitter *e, const text *code, text *out) {
    const vector_kind *vectors = e->p->t->vectors;
    for (int k = 0; k < MAX_VECTOR_KINDS && vectors[k].lanes; k++) {
        const vector_kind *v = &vectors[k];
        const char *begin = arena_strndup(e->a, v->name, strlen(v->name) - strlen(e->suffix));
        const family floats = {{v->own_runtime, v->runtime, v->bf16_runtime}, begin, v->name, v->lanes, true};
        const char *title = arena_printf(e->a, "%s: %d float%s", v->name, v->lanes, v->lanes == 1 ? "" : "s");
        emit_family(e, &floats, title, code, out);
    }
    for (int k = 0; k < MAX_VECTOR_KINDS && vectors[k].lanes; k++) {
        const vector_kind *v = &vectors[k];
        const family ints = {{v->own_ints, v->ints_runtime, v->byte_dots ? "i32xN_end.h" : NULL, v->byte_inputs,
                              v->byte_dots, v->byte_ends, v->byte_dots ? "i32xN_ends.h" : NULL,
                              v->byte_dots ? "i32xN_maps.h" : NULL, v->byte_windows,
                              v->byte_dots && e->p->t->bytes->widens ? "i32xN_pairs.h" : NULL},
                             v->lanes == 1 ? "i32x1" : "i32xN",
                             v->ints,
                             v->lanes,
                             true};
        const char *title = arena_printf(e->a, "%s: %d integer%s", v->ints, v->lanes, v->lanes == 1 ? "" : "s");
        emit_family(e, &ints, title, code, out);
    }
}

/* Copies what the code uses of the kernels for dot products, i8.h under them. */
static void emit_dot_kernels(const emitter *e, const text *code, text *out) {
    const dot_kernels *dots = e->p->t->dots;
    if (!dots) return;
    text kernels = {0}, all = {0};
    const family of_dots = {{dots->runtime[0], dots->runtime[1], dots->runtime[2], dots->window_runtime,
                             dots->map_runtime, dots->narrow_runtime},
                            "i8",
                            "i8",
                            1,
                            false},
                 frame = {{"i8.h"}, "i8", "i8", 1, true};
    emit_family(e, &of_dots, "kernels of int8", code, &kernels);
    text_bytes(&all, code->data, code->size);
    if (kernels.size) text_bytes(&all, kernels.data, kernels.size);
    emit_family(e, &frame, "i8", &all, out);
    if (kernels.size) text_bytes(out, kernels.data, kernels.size);
    text_free(&kernels);
    text_free(&all);
}

void emit_runtime(const emitter *e, const text *code, text *out) {
    text kernels = {0}, all = {0};
    emit_dot_kernels(e, code, &kernels);
    text_bytes(&all, code->data, code->size);
    if (kernels.size) text_bytes(&all, kernels.data, kernels.size);
    emit_vectors(e, code, out);
    const char *name = arena_printf(e->a, "i32%s", e->suffix);
    const family plain = {{"i32.h"}, "i32", name, 1, false};
    emit_family(e, &plain, name, &all, out);
    if (kernels.size) text_bytes(out, kernels.data, kernels.size);
    text_free(&kernels);
    text_free(&all);
}
