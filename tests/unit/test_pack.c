/* test_pack.c: packed weights lie where pack.h says, for every depth and element type, and a plan's steps have
 * their weights at the places that it promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/half.h"
#include "lang/lang.h"
#include "passes/passes.h"
#include "plan/internal.h"
#include "plan/pack.h"
#include "weights/weights.h"

#include <string.h>

/* A value that tells outputs and inputs apart, and that every type holds exactly. */
static double sample(const void *data, int output, int input) {
    (void)data;
    if (input < 0) return output - 60;
    return (output * 7 + input * 13) % 255 - 127;
}

/* Writes a value as the program will read it, byte by byte. */
static void put(unsigned char *at, elem_type type, double value) {
    uint32_t bits = 0;
    float f = (float)value;
    if (type == TYPE_F32) memcpy(&bits, &f, sizeof bits);
    if (type == TYPE_F16) bits = half_bits(f);
    if (!type_table[type].is_float) bits = (uint32_t)(int32_t)value;
    for (int i = 0; i < type_table[type].bytes; i++) at[i] = (unsigned char)(bits >> (8 * i));
}

/* The block and the lane of an output channel of one group. */
typedef struct lane_place {
    int64_t block; /* bytes from the group's first to the block's first */
    int lane, lanes;
} lane_place;

/* Finds them by counting blocks and lanes one by one. `row`: bytes of a lane's bias and weights together. */
static lane_place find_lane(const pack_layout *l, int output, int64_t row) {
    lane_place at = {0};
    int first = 0;
    for (int i = 0; i < l->n_blocks; i++) {
        const channel_block *b = &l->blocks[i];
        for (int repeat = 0; repeat < b->repeat; repeat++) {
            int lane = 0;
            for (int j = 0; j < b->n_pieces; j++) {
                for (int k = 0; k < b->pieces[j].valid; k++) {
                    if (first++ == output) at.lane = lane + k, at.lanes = b->lanes;
                }
                lane += l->t->vectors[b->pieces[j].kind].lanes;
            }
            if (at.lanes) return at;
            at.block += row * b->lanes;
        }
    }
    fail_msg("output %d is in no block", output);
    return at;
}

/* All that pack_values must write: each value put at its own place among zeros. */
static unsigned char *expected_bytes(const pack_layout *l, int outputs, int64_t size) {
    unsigned char *bytes = test_calloc((size_t)size, 1);
    int weight = type_table[l->weight].bytes, bias = type_table[l->bias].bytes;
    int per_stretch = (l->inputs + l->depth - 1) / l->depth; /* groups of inputs */
    int64_t row = bias + (int64_t)l->stretches * per_stretch * l->depth * weight;
    for (int o = 0; o < outputs; o++) {
        int group = o / (outputs / l->groups), own = o % (outputs / l->groups);
        lane_place at = find_lane(l, own, row);
        unsigned char *block = bytes + group * (size / l->groups) + at.block;
        put(block + (int64_t)at.lane * bias, l->bias, sample(NULL, o, -1));
        for (int k = 0; k < l->stretches * l->inputs; k++) {
            int in = k % l->inputs, which = k / l->inputs * per_stretch + in / l->depth;
            int64_t element = ((int64_t)which * at.lanes + at.lane) * l->depth + in % l->depth;
            put(block + (int64_t)at.lanes * bias + element * weight, l->weight, sample(NULL, o, k));
        }
    }
    return bytes;
}

static void check_layout(const pack_layout *l, int outputs) {
    text packed = {0};
    pack_values(l, sample, NULL, &packed);
    assert_int_equal((int64_t)packed.size, pack_bytes(l));
    unsigned char *expected = expected_bytes(l, outputs, pack_bytes(l));
    assert_memory_equal(packed.data, expected, packed.size);
    assert_int_equal(pack_block_begin(l, l->n_blocks) * l->groups, pack_bytes(l));
    test_free(expected);
    text_free(&packed);
}

static void test_depths_types_and_tails(void **state) {
    (void)state;
    static const char *const targets[] = {"generic", "x86-64-v3", "x86-64-v4"};
    static const int depths[] = {1, 2, 4, 16}, channels[] = {1, 5, 16, 37, 64}, inputs[] = {1, 3, 16, 19};
    static const elem_type types[][2] = {{TYPE_F32, TYPE_F32}, {TYPE_F16, TYPE_F32}, {TYPE_I8, TYPE_I32}};
    int checked = 0;
    for (int i = 0; i < 3 * 4 * 3 * 5 * 4; i++) {
        int at = i;
        channel_block blocks[2];
        pack_layout l = {.t = target_by_name(targets[at % 3]), .blocks = blocks};
        l.depth = depths[(at /= 3) % 4];
        l.weight = types[(at /= 4) % 3][0];
        l.bias = types[at % 3][1];
        int out_c = channels[(at /= 3) % 5];
        l.inputs = inputs[at / 5 % 4];
        l.stretches = 1 + i % 3;
        l.groups = 1 + i % 2;
        l.n_blocks = cut_blocks(l.t, out_c, 1 + i % 4, blocks);
        check_layout(&l, out_c * l.groups);
        checked++;
    }
    assert_int_equal(checked, 720);
}

/* The smallest case, each byte written by hand: 2 channels in vectors of one lane, 3 inputs, two of them side
 * by side. */
static void test_a_block_by_hand(void **state) {
    (void)state;
    channel_block block = {.n_pieces = 2, .pieces = {{0, 1}, {0, 1}}, .channels = 2, .lanes = 2, .repeat = 1};
    pack_layout l = {.t = target_by_name("generic"), .weight = TYPE_I8, .bias = TYPE_I32, .depth = 2};
    assert_int_equal(l.t->vectors[0].lanes, 1);
    l.stretches = l.groups = l.n_blocks = 1;
    l.inputs = 3;
    l.blocks = &block;
    text packed = {0};
    pack_values(&l, sample, NULL, &packed);
    static const unsigned char by_hand[] = {
        0xc4, 0xff, 0xff, 0xff, 0xc5, 0xff, 0xff, 0xff, /* the biases -60 and -59 */
        0x81, 0x8e, 0x88, 0x95,                         /* inputs 0 and 1: -127, -114; -120, -107 */
        0x9b, 0x00, 0xa2, 0x00,                         /* input 2, and nothing: -101; -94 */
    };
    assert_int_equal(packed.size, sizeof by_hand);
    assert_memory_equal(packed.data, by_hand, sizeof by_hand);
    text_free(&packed);
}

/* A window of two rows by three columns, as a dot product takes it: each lane's own, column by column. */
static void test_a_window_by_hand(void **state) {
    (void)state;
    channel_block block = {.n_pieces = 2, .pieces = {{0, 1}, {0, 1}}, .channels = 2, .lanes = 2, .repeat = 1};
    pack_layout l = {
        .t = target_by_name("generic"), .weight = TYPE_I8, .bias = TYPE_I32, .depth = 1, .rows = 2};
    l.stretches = l.groups = l.n_blocks = 1;
    l.inputs = 6;
    l.blocks = &block;
    text packed = {0};
    pack_values(&l, sample, NULL, &packed);
    static const unsigned char by_hand[] = {
        0xc4, 0xff, 0xff, 0xff, 0xc5, 0xff, 0xff, 0xff, /* the biases -60 and -59 */
        0x81, 0xa8, 0x8e, 0xb5, 0x9b, 0xc2,             /* taps 0, 3; 1, 4; 2, 5: -127, -88; -114, -75; .. */
        0x88, 0xaf, 0x95, 0xbc, 0xa2, 0xc9,             /* those of the next lane are 7 more */
    };
    assert_int_equal(packed.size, sizeof by_hand);
    assert_memory_equal(packed.data, by_hand, sizeof by_hand);
    text_free(&packed);
}

/* Weights for four inputs at once: pairs of one sign that come to more than 128. */
static double large_sample(const void *data, int output, int input) {
    static const int weights[2][6] = {{100, 27, -64, -64, 127, 5}, {-90, -70, 127, -127, 3, 126}};
    (void)data;
    return input < 0 ? output : weights[output][input];
}

static void test_fours_by_hand(void **state) {
    (void)state;
    channel_block block = {.n_pieces = 2, .pieces = {{0, 1}, {0, 1}}, .channels = 2, .lanes = 2, .repeat = 1};
    pack_layout l = {.t = target_by_name("generic"), .weight = TYPE_I8, .bias = TYPE_I32, .depth = 4};
    l.stretches = l.groups = l.n_blocks = 1;
    l.inputs = 6;
    l.blocks = &block;
    l.fours = l.rescales = true;
    l.rests = 3; /* one more than these need */
    text packed = {0};
    pack_values(&l, large_sample, NULL, &packed);
    static const signed char by_hand[] = {
        100, 27, -64, -64, -58, -70, 127, -127, /* inputs 0 to 3: -90 is 32 too much for -70 */
        123, 5,  0,   0,   2,   126, 0,   0,    /* inputs 4 and 5: 4 too much, and 1 */
        0,   0,  0,   0,   -32, 0,   0,   0,    /* what is left of the first four */
        4,   0,  0,   0,   1,   0,   0,   0,    /* .. and of the second */
        0,   0,  0,   0,   0,   0,   0,   0,    /* nothing */
        2,   0,  0,   0,   1,   0,   0,   0,    /* two, of fours 0 and 1 */
    };
    const size_t head = 2 * 2 * sizeof(int32_t) + sizeof(int32_t); /* biases, multipliers, shifts */
    assert_int_equal(packed.size, head + sizeof by_hand);
    assert_int_equal(packed.size, pack_bytes(&l));
    assert_memory_equal(packed.data + head, by_hand, sizeof by_hand);
    text_free(&packed);
}

/* ---- plans ---- */

typedef struct made {
    arena *mem;
    plan *p;
} made;

static made make_plan(const char *net, const char *target_name, bool halves) {
    made m = {.mem = arena_new()};
    diag *d = diag_new(m.mem);
    lang_options o = {0};
    graph *g = lang_compile_text(m.mem, d, "test.net", net, strlen(net), &o);
    assert_non_null(g);
    weights_report report;
    weights_seed(m.mem, g, 0, &report);
    const graph *reduced = run_passes_with(&(pass_options){.half_weights = halves}, g, m.mem, d, NULL, NULL);
    assert_non_null(reduced);
    m.p = plan_make(reduced, target_by_name(target_name), 0, NULL, m.mem, d);
    assert_non_null(m.p);
    return m;
}

static const char network[] =
    "default padding = same\n"
    "net n {\n"
    "input x: uint8[9, 9, 3]\n"
    "conv(21, 3, stride = 2) -> relu\n"
    "depthwise(3) -> relu\n"
    "conv(11, 1) -> sigmoid -> bn -> depthwise(3, multiplier = 2)\n" /* an affine stays */
    "global_avg_pool\n"
    "dense(7)\n"
    "output y\n}\n";

static double value_at(const text *t, int64_t at, elem_type type) {
    uint32_t bits = 0;
    float f;
    for (int i = 0; i < type_table[type].bytes; i++)
        bits |= (uint32_t)(unsigned char)t->data[at + i] << (8 * i);
    memcpy(&f, &bits, sizeof f);
    return type == TYPE_F16 ? (double)half_value((uint16_t)bits) : (double)f;
}

/* The first weight of a step stands behind the biases of its first block: that of the first output channel, for
 * the first input channel and tap that the kernel takes. */
static void check_step(const plan *p, const plan_step *s, const text *packed, int *checked) {
    for (int i = 0; i < s->n_parts; i++) check_step(p, &s->parts[i], packed, checked);
    const node *n = &p->g->nodes[s->node];
    const tensor *weight = n->weights[ROLE_WEIGHT];
    bool depthwise = s->kind == STEP_WINDOW;
    if (!weight || s->kind == STEP_CHAIN) return;
    if (n->op == OP_AFFINE) { /* the scales come first */
        double scale = (double)weight->data[s->out_order[0]];
        assert_true(scale != 0 && value_at(packed, s->weight_begin, TYPE_F32) == scale);
        ++*checked;
        return;
    }
    assert_true(depthwise || s->kind == STEP_GEMM);
    pack_layout l =
        depthwise ? pack_layout_of_window(p, s, s->operands[0].runs[0].count) : pack_layout_of_gemm(p, s);
    int64_t row = weight->count / n->shape.c; /* weights of an output channel of a conv or dense layer */
    int first = s->out_order[0];
    double wanted =
        (double)(depthwise ? weight->data[first] : weight->data[first * row + s->operands[0].order[0]]);
    int64_t begin = s->weight_begin + pack_bias_bytes(&l, &l.blocks[0]);
    assert_int_equal(s->weight_begin % p->t->align, 0);
    assert_true(s->weight_begin + pack_bytes(&l) <= (int64_t)packed->size);
    assert_true(wanted != 0 && value_at(packed, begin, l.weight) == wanted);
    ++*checked;
}

static void test_steps_have_their_places(void **state) {
    (void)state;
    static const char *const targets[] = {"generic", "x86-64-v3", "x86-64-v4"};
    for (int i = 0; i < 6; i++) {
        made m = make_plan(network, targets[i % 3], i >= 3);
        text packed = {0};
        pack_plan(m.p, false, &packed);
        assert_int_equal((int64_t)packed.size, plan_weight_bytes(m.p));
        int checked = 0;
        for (int j = 0; j < m.p->n_steps; j++) check_step(m.p, &m.p->steps[j], &packed, &checked);
        assert_int_equal(checked, 6);
        text_free(&packed);
        arena_free(m.mem);
    }
}

/* A second plan of the same file begins where the first one's weights end. */
static void test_plans_follow_each_other(void **state) {
    (void)state;
    made one = make_plan(network, "x86-64", false), two = make_plan(network, "x86-64-v4", false);
    text packed = {0}, alone = {0};
    pack_plan(two.p, false, &alone);
    plan_place_weights(two.p, plan_weights_end(one.p));
    pack_plan(one.p, false, &packed);
    pack_plan(two.p, false, &packed);
    assert_int_equal((int64_t)packed.size, plan_weights_end(two.p));
    int64_t begin =
        two.p->steps[0].n_parts ? two.p->steps[0].parts[0].weight_begin : two.p->steps[0].weight_begin;
    assert_true(begin >= plan_weights_end(one.p));
    assert_memory_equal(packed.data + begin, alone.data, alone.size);
    text_free(&packed);
    text_free(&alone);
    arena_free(one.mem);
    arena_free(two.mem);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_depths_types_and_tails),  cmocka_unit_test(test_a_block_by_hand),
        cmocka_unit_test(test_a_window_by_hand),        cmocka_unit_test(test_steps_have_their_places),
        cmocka_unit_test(test_plans_follow_each_other), cmocka_unit_test(test_fours_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
