/* weights_bench.h: a small network, files of bytes for it, and what is said when they meet. */
#ifndef LCC_WEIGHTS_BENCH_H
#define LCC_WEIGHTS_BENCH_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "make_files.h"
#include "messages.h"
#include "weights/bind.h"
#include "weights/fnv.h"

#include <stdlib.h>
#include <string.h>

/* A network under test, and what was said about it. */
typedef struct bench {
    arena *a;
    diag *d;
    graph *g;
    source net;
    attrs defaults; /* of the layers added */
    int last;       /* the node that the next layer reads */
    int line;
    weights_report report;
} bench;

static inline bench start(int h, int w, int c, naming whose) {
    bench b = {.a = arena_new(), .defaults = graph_attrs_init()};
    b.d = diag_new(b.a);
    b.g = graph_new(b.a, "small");
    b.net = (source){"small.net", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", 18};
    b.defaults.naming = whose;
    b.last = graph_add_input(b.g, b.d, "image", TYPE_F32, (shape){h, w, c}, (loc){0});
    return b;
}

/* Adds a layer behind the last one, on the next line of the source. */
static inline node *add(bench *b, op_kind op, const attrs *a, const char *label) {
    loc at = {NULL, ++b->line, 1, b->line, 2};
    b->last = graph_add(b->g, b->d, op, &b->last, 1, a, label, at);
    assert_true(b->last > 0);
    b->g->nodes[b->last].labelled = true;
    return &b->g->nodes[b->last];
}

static inline node *add_conv(bench *b, int out, int kh, int kw, int groups, const char *label) {
    attrs a = b->defaults;
    a.out = out, a.kernel[0] = kh, a.kernel[1] = kw, a.groups = groups, a.padding = PAD_SAME;
    return add(b, OP_CONV, &a, label);
}

static inline node *add_depthwise(bench *b, int kh, int kw, int multiplier, const char *label) {
    attrs a = b->defaults;
    a.kernel[0] = kh, a.kernel[1] = kw, a.multiplier = multiplier, a.padding = PAD_SAME;
    return add(b, OP_DEPTHWISE, &a, label);
}

static inline node *add_dense(bench *b, int out, const char *label) {
    attrs a = b->defaults;
    a.out = out;
    return add(b, OP_DENSE, &a, label);
}

static inline node *add_plain(bench *b, op_kind op, const char *label) {
    return add(b, op, &b->defaults, label);
}

/* Binds the files' bytes, which are freed. */
static inline bool bind_guessing(bench *b, text *files, int count, const weights_guess *guess) {
    for (int i = 0; i < b->g->n_nodes; i++) b->g->nodes[i].at.src = b->g->nodes[i].at.line ? &b->net : NULL;
    static const char *const names[] = {"first.w", "second.w", "third.w", "fourth.w"};
    checkpoint *open[4];
    unsigned char *exact[4];
    bool good = true;
    for (int i = 0; i < count; i++) {
        exact[i] = malloc(files[i].size + !files[i].size); /* so that a sanitizer sees a read behind the end */
        if (files[i].size) memcpy(exact[i], files[i].data, files[i].size);
        open[i] = checkpoint_parse(b->a, b->d, names[i], exact[i], files[i].size);
        good = good && open[i];
    }
    if (good) good = bind_checkpoints(b->a, b->d, b->g, open, count, guess, &b->report);
    for (int i = 0; i < count; i++) {
        if (open[i]) checkpoint_close(open[i]);
        free(exact[i]);
        text_free(&files[i]);
    }
    return good;
}

static inline bool bind_all(bench *b, text *files, int count) { return bind_guessing(b, files, count, NULL); }

static inline const char *what_was_said(bench *b) { return read_messages(b->a, b->d); }

static inline void expect_bound(bench *b, text file) {
    if (!bind_all(b, &file, 1)) fail_msg("%s", what_was_said(b));
}

static inline void expect_said(bench *b, text file, const char *expected) {
    assert_false(bind_all(b, &file, 1));
    assert_string_equal(what_was_said(b), expected);
    arena_free(b->a);
}

/* Counting up from `first` by 1, or down: numbers that tell places apart. */
static const float *ramp(bench *b, int count, float first) {
    float *values = ARENA_ARRAY(b->a, float, count);
    for (int i = 0; i < count; i++) values[i] = first + (float)i;
    return values;
}

static inline void add_ramp(bench *b, safetensors_maker *m, const char *name, const char *shape_text, int count,
                            float first) {
    safetensors_add(m, name, "F32", shape_text, ramp(b, count, first), (size_t)count * 4);
}

/* --- one dense layer, [2, 3], in every format --- */

/* 1, -2, 0.5, 0, 65504 (F16's largest, no BF16), 3 in each format. */
static const uint16_t as_f16[] = {0x3c00, 0xc000, 0x3800, 0, 0x4800, 0x4200};
static const uint16_t as_bf16[] = {0x3f80, 0xc000, 0x3f00, 0, 0x4100, 0x4040};
static const float as_f32[] = {1, -2, 0.5f, 0, 8, 3};
static const double as_f64[] = {1, -2, 0.5, 0, 8, 3};

/* Binds one dense layer [2, 3] from the file; the hash of its weights. */
static inline uint64_t hash_of_dense(text file, const char *unused) {
    bench b = start(1, 1, 3, NAMING_TORCH);
    const node *n = add_dense(&b, 2, "fc");
    expect_bound(&b, file);
    assert_memory_equal(n->weights[ROLE_WEIGHT]->data, as_f32, sizeof as_f32);
    assert_int_equal(b.report.n_used, 1);
    assert_int_equal(b.report.n_unused, unused ? 1 : 0);
    if (unused) assert_string_equal(b.report.unused[0], unused);
    uint64_t hash = b.report.hash;
    arena_free(b.a);
    return hash;
}

static inline text one_safetensor(const char *dtype, const void *data, size_t bytes) {
    safetensors_maker m = {0};
    safetensors_add(&m, "fc.weight", dtype, "[2,3]", data, bytes);
    return safetensors_finish(&m);
}

static inline text one_npz(const char *descr, const char *fortran, const void *data, size_t bytes,
                           bool deflated) {
    zip_maker z = {0};
    text array = npy_of(1, descr, fortran, "(2, 3)", data, bytes);
    zip_add(&z, "fc.weight.npy", array, deflated, (zip_lie){0});
    text_free(&array);
    return zip_finish(&z);
}

#endif
