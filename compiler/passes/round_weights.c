/* round_weights.c: the weights of conv, depthwise and dense layers become halves (IEEE 754 binary16), for
 * --weights-dtype f16. Each becomes the nearest half; of two that are equally near, the even one.
 *
 * The pass runs after all passes that make weights, so that the interpreter computes with exactly the numbers
 * that the emitted code holds. Biases and affines stay floats, for they are few. A weight that is too large for
 * a half is an error, because only the user can decide what to do about it. */
#include "passes/internal.h"
#include "passes/rewrite.h"

#include "base/half.h"

static float rounded(float value) { return half_value(half_bits(value)); }

/* Rounds the weights of a node; false after an error. */
static bool round_node(node *n, arena *a, diag *d) {
    const tensor *from = n->weights[ROLE_WEIGHT];
    if (!from || from->type != TYPE_F32) return true; /* codes stay what they are */
    const int64_t bad = round_tensor(n, TYPE_F16, rounded, a);
    if (bad < 0) return true;
    diag_error(d, n->at,
               "--weights-dtype f16: weight %lld of '%s', with the norms folded in, is %g, and a half holds no "
               "more than %g: leave the option out, or train with smaller weights",
               (long long)bad, n->label ? n->label : op_table[n->op].name, (double)from->data[bad],
               LARGEST_HALF);
    return false;
}

graph *round_weights(const graph *in, arena *a, diag *d) {
    rewrite *r = begin_rewrite(in, a);
    bool good = true;
    for (int i = 0; i < in->n_nodes; i++) {
        node copy = copy_node(r, i);
        if (op_table[copy.op].class == CLASS_CONV) good = round_node(&copy, a, d) && good;
        r->map[i] = append_node(r, &copy);
    }
    return good ? finish_rewrite(r) : NULL;
}
