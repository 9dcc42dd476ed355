/* test_fast.c: the fast evaluator's sums of codes are exact where a float could not hold them. tests/diff holds
 * the whole evaluator to the plain one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "interp/fast_internal.h"

static const loc nowhere = {0};

static node *add_layer(graph *g, diag *d, op_kind op, attrs a) {
    a.q = (quant){.on = true, .scale = 1};
    int in = 0, index = graph_add(g, d, op, &in, 1, &a, NULL, nowhere);
    assert_true(index > 0);
    return &g->nodes[index];
}

/* Sums of products of x, from 0 to 255, and weights of -128 and around it. */
static void check_sums(shape in, op_kind op, attrs a) {
    arena *mem = arena_new();
    diag *d = diag_new(mem);
    graph *g = graph_new(mem, "test");
    graph_add_input(g, d, "x", TYPE_U8, in, nowhere);
    g->nodes[0].q = (quant){.on = true, .scale = 1};
    node *n = add_layer(g, d, op, a);
    tensor *w = n->weights[ROLE_WEIGHT];
    w->data = ARENA_ARRAY(mem, float, w->count);
    for (int64_t i = 0; i < w->count; i++) w->data[i] = (float)(i % 3 - 128);
    double *x = ARENA_ARRAY(mem, double, shape_elements(in));
    for (int64_t i = 0; i < shape_elements(in); i++) x[i] = (double)(255 - i % 7);
    int64_t count = shape_elements(n->shape);
    double *got = ARENA_ARRAY(mem, double, count), *wanted = ARENA_ARRAY(mem, double, count);

    node real = *n;
    real.weights[ROLE_BIAS] = NULL;
    const float *packed = op == OP_DEPTHWISE ? NULL : fast_pack(g, n, mem);
    work k = {
        .g = g, .n = &real, .in_shape = &in, .in = (const double *const[]){x}, .packed = packed, .out = got};
    fast_sums_of(n)(&k);
    k.out = wanted;
    (op == OP_CONV ? interp_conv : op == OP_DENSE ? interp_dense : interp_depthwise)(&k);
    double largest = 0;
    for (int64_t i = 0; i < count; i++) {
        if (got[i] != wanted[i]) fail_msg("element %d is %.17g, not %.17g", (int)i, got[i], wanted[i]);
        largest = -got[i] > largest ? -got[i] : largest;
    }
    assert_true(op == OP_DEPTHWISE ? largest > 0x1p23 : largest > 0x1p24);
    arena_free(mem);
}

static attrs kernel_of(int out, int h, int w) {
    attrs a = graph_attrs_init();
    a.out = out;
    a.kernel[0] = h;
    a.kernel[1] = w;
    return a;
}

static void test_conv(void **state) {
    (void)state;
    check_sums((shape){3, 3, 1501}, OP_CONV, kernel_of(11, 1, 1));
    check_sums((shape){5, 6, 137}, OP_CONV, kernel_of(3, 3, 3));
    attrs groups = kernel_of(6, 3, 3);
    groups.groups = 2;
    check_sums((shape){4, 4, 240}, OP_CONV, groups);
}

static void test_dense(void **state) {
    (void)state;
    check_sums((shape){3, 5, 77}, OP_DENSE, kernel_of(13, 1, 1));
}

static void test_depthwise(void **state) {
    (void)state;
    check_sums((shape){21, 22, 19}, OP_DEPTHWISE, kernel_of(0, 20, 20));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_conv), cmocka_unit_test(test_dense),
                                       cmocka_unit_test(test_depthwise)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
