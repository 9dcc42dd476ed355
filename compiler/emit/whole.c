/* whole.c: steps that take their operands as wholes, dense and in order, and make a dense tensor.
 *
 * The table has the function that writes the body for each op. Where plan/whole.c says that threads share the
 * step, the body computes the part of its output that begin_shared_loop gives it: of s->units stretches of
 * equal length. */
#include "emit/codes.h"

typedef void (*body_writer)(emitter *e, const plan_step *s, writer *w);

static void emit_constant_piece(emitter *e, writer *w, piece x, const char *at, void *data) {
    (void)data;
    const target *t = e->p->t;
    const int64_t one = 1;
    const char *from = expression(e->a, "w", &at, &one, 1, 0), *to = expression(e->a, "y", &at, &one, 1, 0);
    line(w, "%s", store_text(e->a, t, x, to, load_text(e->a, t, x, TYPE_F32, from)));
}

/* Copies codes, which stand in the function and not among the weights. */
static void emit_constant_codes(emitter *e, const tensor *t, writer *w) {
    int *codes = ARENA_ARRAY(e->a, int, t->count);
    for (int64_t i = 0; i < t->count; i++) codes[i] = (int)t->data[i];
    declare_list(w, type_table[t->type].c_name, "codes", codes, (int)t->count);
    line(w, "memcpy(y, codes, sizeof codes);");
}

/* Copies the weights. */
static void emit_constant_body(emitter *e, const plan_step *s, writer *w) {
    const node *n = &e->p->g->nodes[s->node];
    int64_t count = shape_elements(n->shape);
    if (n->q.on) {
        emit_constant_codes(e, n->weights[ROLE_WEIGHT], w);
        return;
    }
    for_each_vector(e, w, (int)count, "i", emit_constant_piece, NULL);
}

static const body_writer bodies[OP_COUNT] = {
    [OP_CONSTANT] = emit_constant_body,
    [OP_ADD] = emit_binary_body,
    [OP_CONCAT] = emit_concat_body,
    [OP_DIV] = emit_binary_body,
    [OP_MAX] = emit_binary_body,
    [OP_MIN] = emit_binary_body,
    [OP_MUL] = emit_binary_body,
    [OP_POW] = emit_binary_body,
    [OP_SUB] = emit_binary_body,
    [OP_TRANSPOSE] = emit_transpose_body,
    [OP_SOFTMAX] = emit_kept_along_body,
    [OP_LOG_SOFTMAX] = emit_kept_along_body,
    [OP_L2_NORM] = emit_kept_along_body,
    [OP_REDUCE] = emit_reduce_body,
    [OP_ARGMAX] = emit_argument_body,
    [OP_ARGMIN] = emit_argument_body,
    [OP_LAYER_NORM] = emit_channel_norm_body,
    [OP_RMS_NORM] = emit_channel_norm_body,
    [OP_GROUP_NORM] = emit_group_norm_body,
    [OP_LRN] = emit_lrn_body,
    [OP_MATMUL] = emit_matmul_body,
};

/* Those of ops that compute with codes, where the others compute with floats. */
static const body_writer code_bodies[OP_COUNT] = {
    [OP_SOFTMAX] = emit_softmax_codes_body,
    [OP_REDUCE] = emit_reduce_codes_body,
};

static body_writer body_of(const node *n) {
    return n->q.on && code_bodies[n->op] ? code_bodies[n->op] : bodies[n->op];
}

/* The packed weights of such a step are its node's tensors of weights, one behind the other; codes have none.
 */
static bool has_weights(const node *n) {
    bool has = false;
    if (n->q.on) return false;
    for (int r = 0; r < ROLE_COUNT; r++) has = has || n->weights[r];
    return has;
}

kernel_call emit_whole(emitter *e, const plan_step *s) {
    static const char *const names[] = {"x", "z"};
    arena *a = e->a;
    const node *n = &e->p->g->nodes[s->node];
    signature f = {0};
    for (int i = 0; i < s->n_operands; i++) {
        const char *name = s->n_operands <= 2 ? names[i] : arena_printf(a, "x%d", i);
        add_run(e, &f, name, &s->operands[i]);
    }
    if (has_weights(n)) add_pointer(a, &f, READS, "float", "w", weights_at(e, TYPE_F32, s->weight_begin));
    add_result(e, &f, s);
    if (s->scratch >= 0) add_pointer_into(e, &f, WRITES, "scratch", s->scratch, 0);
    add_threads(e, &f, s);
    writer w = {0};
    body_of(n)(e, s, &w);
    const char *hint =
        arena_printf(a, "%s_to_%dx%dx%d", op_table[n->op].name, n->shape.h, n->shape.w, n->shape.c);
    return define_call(e, hint, NULL, &f, &w);
}
