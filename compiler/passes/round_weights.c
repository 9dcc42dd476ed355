/* round_weights.c: the weights of conv, depthwise and dense layers become halves (IEEE 754 binary16), for
 * --weights-dtype f16. Each becomes the nearest half; of two that are equally near, the even one.
 *
 * The pass runs after all passes that make weights, so that the interpreter computes with exactly the numbers
 * that the emitted code holds. Biases and affines stay floats, for they are few. A weight that is too large for
 * a half is an error, because only the user can decide what to do about it. */
#include "passes/internal.h"
#include "passes/rewrite.h"

#include "base/half.h"

#include <math.h>

/* Rounds the weights of a node; false after an error. A tensor without values gets the type alone. */
static bool round_tensor(node *n, arena *a, diag *d) {
    const tensor *from = n->weights[ROLE_WEIGHT];
    if (!from || from->type != TYPE_F32) return true; /* codes stay what they are */
    tensor *to = ARENA_NEW(a, tensor);
    *to = *from;
    to->type = TYPE_F16;
    n->weights[ROLE_WEIGHT] = to;
    if (!from->data) return true;
    to->data = ARENA_ARRAY(a, float, from->count);
    for (int64_t i = 0; i < from->count; i++) {
        to->data[i] = half_value(half_bits(from->data[i]));
        if (isfinite(to->data[i])) continue;
        diag_error(
            d, n->at,
            "--weights-dtype f16: weight %lld of '%s', with the norms folded in, is %g, and a half holds no "
            "more than %g: leave the option out, or train with smaller weights",
            (long long)i, n->label ? n->label : op_table[n->op].name, (double)from->data[i], LARGEST_HALF);
        return false;
    }
    return true;
}

graph *round_weights(const graph *in, arena *a, diag *d) {
    rewrite *r = begin_rewrite(in, a);
    bool good = true;
    for (int i = 0; i < in->n_nodes; i++) {
        node copy = copy_node(r, i);
        if (op_table[copy.op].class == CLASS_CONV) good = round_tensor(&copy, a, d) && good;
        r->map[i] = append_node(r, &copy);
    }
    return good ? finish_rewrite(r) : NULL;
}
