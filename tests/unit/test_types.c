/* test_types.c: element types are carried: passes keep those of weights, and a plan's sizes, its writing in
 * place and its chains come from them. */
#include "passes_check.h"

#include "lang/lang.h"
#include "passes/internal.h"
#include "plan/plan.h"

#include <string.h>

static graph *read_net(net *t, const char *body) {
    const char *whole = arena_printf(t->a, "default padding = same\nnet n {\n%s\n}\n", body);
    lang_options o = {0};
    graph *g = lang_compile_text(t->a, t->d, "test.net", whole, strlen(whole), &o);
    if (!g) return NULL;
    weights_report report;
    weights_seed(t->a, g, 1, &report);
    return g;
}

static graph *reduce(net *t, const char *body, bool halves) {
    graph *g = read_net(t, body);
    assert_non_null(g);
    const pass_options o = {.half_weights = halves};
    graph *reduced = run_passes_with(&o, g, t->a, t->d, NULL, NULL);
    assert_non_null(reduced);
    return reduced;
}

static plan *make_plan(net *t, const graph *g) {
    plan *p = plan_make(g, target_by_name("generic"), 0, NULL, t->a, t->d);
    assert_non_null(p);
    return p;
}

static node *find_node(const graph *g, op_kind op) {
    for (int i = 0; i < g->n_nodes; i++) {
        if (g->nodes[i].op == op) return &g->nodes[i];
    }
    fail_msg("no %s", op_table[op].name);
    return NULL;
}

static void rewrites_keep_the_type_of_weights(void **state) {
    (void)state;
    net t = begin();
    const graph *g =
        reduce(&t, "input x: f32[6, 6, 3]\nconv(4, 3) -> bn -> depthwise(3) -> dense(2)\noutput y", true);
    static graph *(*const rewrites[])(const graph *, arena *, diag *) = {remove_dead, remove_no_ops,
                                                                         fuse_residual, insert_convert};
    for (size_t i = 0; i < sizeof rewrites / sizeof *rewrites; i++) {
        g = rewrites[i](g, t.a, t.d);
        static const op_kind layers[] = {OP_CONV, OP_DEPTHWISE, OP_DENSE};
        for (int j = 0; j < 3; j++) {
            const node *n = find_node(g, layers[j]);
            assert_int_equal(node_weight_type(n), TYPE_F16);
            assert_int_equal(tensor_bytes(n->weights[ROLE_WEIGHT]), 2 * n->weights[ROLE_WEIGHT]->count);
            if (n->weights[ROLE_BIAS]) assert_int_equal(n->weights[ROLE_BIAS]->type, TYPE_F32);
        }
    }
    assert_true(graph_has_weights_of(g, TYPE_F16) && !graph_has_weights_of(g, TYPE_F32));
    end(&t);
}

/* A plan in which an affine reads elements of type `from` and makes ones of type `to`; its step. */
static const plan_step *plan_affine(net *t, elem_type from, elem_type to, const plan **p) {
    graph *g = reduce(t, "input x: f32[8, 8, 6]\ntanh -> bn -> softmax\noutput y", false);
    find_node(g, OP_TANH)->type = from;
    find_node(g, OP_AFFINE)->type = find_node(g, OP_SOFTMAX)->type = to;
    *p = make_plan(t, g);
    for (int i = 0; i < (*p)->n_steps; i++) {
        if (g->nodes[(*p)->steps[i].node].op == OP_AFFINE) return &(*p)->steps[i];
    }
    fail_msg("no affine");
    return NULL;
}

static void sizes_come_from_the_type(void **state) {
    (void)state;
    static const elem_type types[] = {TYPE_F32, TYPE_I8, TYPE_U8, TYPE_I16, TYPE_I32};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        net t = begin();
        const plan *p;
        const plan_step *s = plan_affine(&t, types[i], types[i], &p);
        const plan_buffer *in = &p->buffers[s->operands[0].runs[0].buffer];
        assert_int_equal(in->type, types[i]);
        assert_int_equal(in->bytes, shape_elements(in->shape) * type_table[types[i]].bytes);
        assert_int_equal(p->arena_bytes, plan_aligned(p, in->bytes));
        end(&t);
    }
}

/* Whether an affine between tensors of these types is written over what it reads. */
static bool runs_in_place(elem_type from, elem_type to) {
    net t = begin();
    const plan *p;
    const plan_step *s = plan_affine(&t, from, to, &p);
    bool same = s->out_buffer == s->operands[0].runs[0].buffer;
    assert_int_equal(p->buffers[s->out_buffer].type, to);
    end(&t);
    return same;
}

static void in_place_asks_for_one_type(void **state) {
    (void)state;
    assert_true(runs_in_place(TYPE_F32, TYPE_F32));
    assert_true(runs_in_place(TYPE_I8, TYPE_I8));
    assert_false(runs_in_place(TYPE_F32, TYPE_I8));
    assert_false(runs_in_place(TYPE_I8, TYPE_F32));
    assert_false(runs_in_place(TYPE_I16, TYPE_I32));
    assert_false(runs_in_place(TYPE_I32, TYPE_F32)); /* of one size, but a buffer has one type */
}

static int count_chains(const plan *p) {
    int count = 0;
    for (int i = 0; i < p->n_steps; i++) count += p->steps[i].kind == STEP_CHAIN;
    return count;
}

/* A chain passes one pointer to weights. */
static void chains_have_weights_of_one_type(void **state) {
    (void)state;
    net t = begin();
    graph *g = reduce(
        &t, "input x: f32[32, 32, 8]\nconv(48, 1) -> relu -> depthwise(3) -> conv(8, 1)\noutput y", true);
    assert_int_equal(count_chains(make_plan(&t, g)), 1);
    node *n = find_node(g, OP_DEPTHWISE);
    tensor *floats = ARENA_NEW(t.a, tensor);
    *floats = *n->weights[ROLE_WEIGHT];
    floats->type = TYPE_F32;
    n->weights[ROLE_WEIGHT] = floats;
    assert_int_equal(count_chains(make_plan(&t, g)), 0);
    end(&t);
}

static void inputs_have_types_of_ports(void **state) {
    (void)state;
    for (int type = 0; type < TYPE_COUNT; type++) {
        net t = begin();
        graph *g = read_net(
            &t, arena_printf(t.a, "input x: %s[4, 4, 2]\nconv(2, 1)\noutput y", type_table[type].name));
        assert_int_equal(g != NULL, type == TYPE_F32 || type == TYPE_U8 || type == TYPE_I8);
        if (g) assert_int_equal(g->nodes[0].type, type);
        end(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rewrites_keep_the_type_of_weights), cmocka_unit_test(sizes_come_from_the_type),
        cmocka_unit_test(in_place_asks_for_one_type),        cmocka_unit_test(chains_have_weights_of_one_type),
        cmocka_unit_test(inputs_have_types_of_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
