/* test_import.c: the room import/ on its own, by a reader of a made-up format that has nothing but nodes: both
 * orders of axes give one graph, constants keep their element types, and faults are reported at the node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "graph/compare.h"
#include "graph/verify.h"
#include "import/build.h"
#include "import/fold.h"
#include "import/ports.h"

#include <string.h>

enum { SIDE = 6, IN = 3, OUT = 4, CLASSES = 5, TAPS = 9 };

/* A file at work: its importer, and the node that the functions of import/ see. */
typedef struct file {
    importer im;
    file_node node;
    file_value *in[3], *out[2];
    diag *d;
} file;

static void open_file(file *f, map_layout layout) {
    arena *a = arena_new();
    *f = (file){.d = diag_new(a)};
    f->im = (importer){.mem = a, .scratch = a, .d = f->d, .layout = layout, .g = graph_new(a, "test")};
    f->im.at.src = ARENA_NEW(a, source);
    f->node = (file_node){.type = "Op", .name = "it", .in = f->in, .out = f->out};
    f->im.node = &f->node;
}

static void close_file(file *f) { arena_free(f->im.mem); }

/* The next node reads up to three values, of which trailing ones may be NULL, and makes `y`. */
static void set_node(file *f, file_value *y, file_value *a, file_value *b, file_value *c) {
    f->in[0] = a, f->in[1] = b, f->in[2] = c;
    f->node.n_in = c ? 3 : b ? 2 : 1;
    f->out[0] = y;
    f->node.n_out = 1;
}

/* A constant whose element at [i, j, ..] is a number that its place in `axes` order tells: the axes of the
 * constant are the given ones in the order `order`, so that the same numbers lie in another order. */
static file_value filled(file *f, const char *name, const int64_t *sizes, const int *order, int rank) {
    file_value v = {.name = name, .kind = FILE_CONSTANT};
    int64_t dims[CONSTANT_RANK];
    for (int i = 0; i < rank; i++) dims[i] = sizes[order[i]];
    double *to = constant_new(f->im.scratch, &v.c, dims, rank, NUMBER_F32);
    assert_non_null(to);
    for (int64_t i = 0; i < v.c.count; i++) {
        int64_t rest = i, place[CONSTANT_RANK] = {0}, at = 0;
        for (int k = rank - 1; k >= 0; k--) {
            place[order[k]] = rest % dims[k];
            rest /= dims[k];
        }
        for (int k = 0; k < rank; k++) at = at * sizes[k] + place[k];
        to[i] = (double)(at * 37 % 101) / 64 - 0.75;
    }
    return v;
}

/* --- the same network out of a file of either layout */

static void build_conv(file *f, const filters *w, op_kind op) {
    attrs a = graph_attrs_init();
    file_value map;
    assert_true(map_input(&f->im, &map));
    a.out = op == OP_CONV ? (int)w->out : 0;
    a.kernel[0] = a.kernel[1] = 3;
    a.padding = PAD_SAME;
    int made = add_op(&f->im, op, &map.node, 1, &a);
    assert_true(made >= 0);
    assert_true(fill_filters(&f->im, &f->im.g->nodes[made], w));
    label_node(&f->im, made, f->in[1]);
    assert_true(set_map(&f->im, made));
}

/* `x` flattened, and multiplied by a matrix. */
static void build_head(file *f, file_value *x, file_value *y) {
    bool planes = f->im.layout == LAYOUT_PLANES;
    file_value r = {.name = "r"};
    const int64_t side = SIDE / 2, flat[2] = {1, side * side * OUT},
                  matrix_sizes[4] = {CLASSES, OUT, side, side};
    set_node(f, &r, x, NULL, NULL);
    assert_true(build_reshape(&f->im, flat, 2));
    file_value m =
        filled(f, "head.weight", matrix_sizes, planes ? (int[]){0, 1, 2, 3} : (int[]){0, 2, 3, 1}, 4);
    const int64_t rows[2] = {CLASSES, flat[1]};
    assert_true(constant_set_shape(&m.c, rows, 2, 1000));
    matrix p = {.c = &m.c, .transposed = true, .scale = 1};
    set_node(f, y, &r, &m, NULL);
    assert_true(read_matrix(&f->im, &p));
    file_view product;
    int made = add_product(&f->im, r, &p, NULL, &product);
    assert_true(set_result(&f->im, made, &product));
}

/* A conv, a depthwise, the sum with a constant for each channel, every second row and column, and the head. */
static graph *build_network(file *f) {
    bool planes = f->im.layout == LAYOUT_PLANES;
    file_value x = {.name = "x"}, c = {.name = "c"}, d = {.name = "d", .uses = 1}, e = {.name = "e"},
               s = {.name = "s"}, y = {.name = "y"};
    shape in = {SIDE, SIDE, IN};
    file_view v = map_view(&f->im, in);
    assert_true(import_input(&f->im, &x, NULL, TYPE_F32, in, &v, &(quant){0}));

    /* A file of planes has the weights of a conv as [out, in, kh, kw], a file of pixels as [out, kh, kw, in].
     */
    const int64_t conv[4] = {OUT, IN, 3, 3}, depthwise[4] = {OUT, 1, 3, 3};
    file_value w = filled(f, "stem.conv.weight", conv, planes ? (int[]){0, 1, 2, 3} : (int[]){0, 2, 3, 1}, 4);
    filters k = {.c = &w.c, .out = OUT, .in = IN, .kernel = {3, 3}};
    k.out_step = IN * TAPS;
    k.in_step = planes ? TAPS : 1;
    k.kernel_step[0] = planes ? 3 : 3 * IN;
    k.kernel_step[1] = planes ? 1 : IN;
    set_node(f, &c, &x, &w, NULL);
    build_conv(f, &k, OP_CONV);

    /* A file of pixels has the weights of a depthwise as [1, kh, kw, out]. */
    file_value u =
        filled(f, "stem.dw.weight", depthwise, planes ? (int[]){0, 1, 2, 3} : (int[]){1, 2, 3, 0}, 4);
    k = (filters){.c = &u.c, .out = OUT, .in = 1, .kernel = {3, 3}};
    k.out_step = planes ? TAPS : 1;
    k.in_step = 1;
    k.kernel_step[0] = planes ? 3 : 3 * OUT;
    k.kernel_step[1] = planes ? 1 : OUT;
    set_node(f, &d, &c, &u, NULL);
    build_conv(f, &k, OP_DEPTHWISE);

    const int64_t channels[3] = {OUT, 1, 1};
    file_value b = filled(f, "shift", channels, planes ? (int[]){0, 1, 2} : (int[]){1, 2, 0}, 3);
    set_node(f, &e, &d, &b, NULL);
    assert_true(build_add(&f->im));

    const axis_cut all = {0, 1, 1}, depth = {0, 1, OUT}, half = {0, 2, SIDE / 2};
    set_node(f, &s, &e, NULL, NULL);
    assert_true(build_slice(&f->im, planes ? (axis_cut[VIEW_RANK]){all, depth, half, half}
                                           : (axis_cut[VIEW_RANK]){all, half, half, depth}));

    build_head(f, &s, &y);
    assert_true(import_output(&f->im, &y, "y", NULL));
    graph *g = finish_graph(&f->im);
    assert_non_null(g);
    assert_null(graph_verify(g, f->im.scratch));
    return g;
}

static void test_both_layouts_give_one_graph(void **state) {
    (void)state;
    file planes, pixels;
    open_file(&planes, LAYOUT_PLANES);
    open_file(&pixels, LAYOUT_PIXELS);
    graph *x = build_network(&planes), *y = build_network(&pixels);
    assert_null(graph_difference(x, y, planes.im.scratch));
    int weights = 0;
    for (int i = 0; i < x->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            const tensor *t = x->nodes[i].weights[r], *u = y->nodes[i].weights[r];
            if (!t) continue;
            assert_memory_equal(t->data, u->data, (size_t)t->count * sizeof *t->data);
            weights++;
        }
    }
    assert_int_equal(weights, 4); /* conv, depthwise and its bias, dense */
    assert_string_equal(x->nodes[1].label, "stem.conv");
    close_file(&planes);
    close_file(&pixels);
}

/* --- element types */

static void test_constants_keep_their_element_types(void **state) {
    (void)state;
    file f;
    open_file(&f, LAYOUT_PIXELS);
    const signed char bytes[6] = {-128, -1, 0, 1, 2, 127};
    const int64_t dims[2] = {2, 3};
    file_value x = {.name = "x", .kind = FILE_CONSTANT}, y = {.name = "y"}, z = {.name = "z"};
    assert_true(constant_set_shape(&x.c, dims, 2, 6));
    x.c.type = x.c.stored = NUMBER_I8;
    x.c.data = bytes;
    set_node(&f, &y, &x, NULL, NULL);
    assert_true(fold_transpose(&f.im, (int[]){1, 0}));
    assert_int_equal(y.c.type, NUMBER_I8);
    assert_int_equal(y.c.dims[0], 3);
    const double moved[6] = {-128, 1, -1, 2, 0, 127};
    for (int i = 0; i < 6; i++) assert_true(constant_number(&y.c, i) == moved[i]);
    set_node(&f, &z, &y, NULL, NULL);
    assert_true(fold_cast(&f.im, NUMBER_F32));
    assert_int_equal(z.c.type, NUMBER_F32);
    assert_false(constant_is_whole(&z.c));
    assert_true(constant_number(&z.c, 0) == -128);
    close_file(&f);
}

static void test_joined_types(void **state) {
    (void)state;
    assert_int_equal(joined_type(NUMBER_I64, NUMBER_I64), NUMBER_I64);
    assert_int_equal(joined_type(NUMBER_I64, NUMBER_F32), NUMBER_F32);
    assert_int_equal(joined_type(NUMBER_F16, NUMBER_I8), NUMBER_F16);
    for (int t = NUMBER_NONE + 1; t < NUMBER_TYPES; t++) {
        assert_true(number_table[t].bytes > 0);
        if (number_table[t].is_port && number_table[t].whole) {
            assert_int_equal(type_table[number_table[t].port].bytes, number_table[t].bytes);
        }
    }
}

/* --- faults */

static void expect_error(file *f, const char *said) {
    text out = {0};
    diag_print(f->d, &out);
    text_bytes(&out, "", 1);
    assert_non_null(strstr(out.data, said));
    text_free(&out);
}

static void test_faults_are_reported_at_the_node(void **state) {
    (void)state;
    file f;
    open_file(&f, LAYOUT_PIXELS);
    file_value x = {.name = "x"}, y = {.name = "y"};
    file_view v = view_vector(IN); /* of two axes */
    assert_true(import_input(&f.im, &x, NULL, TYPE_F32, (shape){1, 1, IN}, &v, &(quant){0}));
    set_node(&f, &y, &x, NULL, NULL);
    assert_false(map_input(&f.im, &(file_value){0}));
    expect_error(&f, "node \"it\" (Op): its input has 2 axes, but must be a feature map [1, h, w, c]");
    assert_false(build_add(&f.im));
    expect_error(&f, "one of its two inputs is missing");
    assert_int_equal(y.kind, FILE_UNKNOWN);
    close_file(&f);
}

static void test_ports_have_names_of_their_own(void **state) {
    (void)state;
    file f;
    open_file(&f, LAYOUT_PIXELS);
    f.im.planes = true;
    file_value x = {.name = "in.1"}, y = {.name = "in/1"};
    shape s = {SIDE, SIDE, 2};
    file_view v = view_pixels(s), flat = view_vector(IN);
    assert_true(import_input(&f.im, &x, NULL, TYPE_I8, s, &v, &(quant){0}));
    assert_true(import_input(&f.im, &y, NULL, TYPE_U8, (shape){1, 1, IN}, &flat, &(quant){0}));
    assert_int_equal(f.im.g->n_inputs, 3);
    assert_string_equal(f.im.g->inputs[0].name, "in_1_0");
    assert_string_equal(f.im.g->inputs[1].name, "in_1_1");
    assert_string_equal(f.im.g->inputs[2].name, "in_1");
    assert_int_equal(f.im.g->nodes[f.im.g->inputs[0].node].type, TYPE_I8);
    close_file(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_layouts_give_one_graph),
        cmocka_unit_test(test_constants_keep_their_element_types),
        cmocka_unit_test(test_joined_types),
        cmocka_unit_test(test_faults_are_reported_at_the_node),
        cmocka_unit_test(test_ports_have_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
