/* lint_padding.c: warns of a padding that is not usual for the checkpoint's naming. TensorFlow's `same` and
 * PyTorch's `symmetric` give equal shapes and different results, so no other check can find the wrong one. */
#include "graph/shapes.h"
#include "lang/eval.h"

/* Whether `same` and `symmetric` put different numbers of pixels around the input of the node. */
static bool padding_matters(const graph *g, const node *n) {
    bool has_window = n->op == OP_CONV || n->op == OP_DEPTHWISE || n->op == OP_MAX_POOL || n->op == OP_AVG_POOL;
    if (!has_window || (n->a.padding != PAD_SAME && n->a.padding != PAD_SYMMETRIC)) return false;
    shape in = g->nodes[n->in[0]].shape;
    int size[2] = {in.h, in.w};
    for (int i = 0; i < 2; i++) {
        int before, behind, half = n->a.dilation[i] * (n->a.kernel[i] - 1) / 2;
        same_padding(size[i], n->a.kernel[i], n->a.stride[i], n->a.dilation[i], &before, &behind);
        if (before != half || behind != half) return true;
    }
    return false;
}

/* Whether the weights seem to be timm's tf_ models, which have PyTorch's names with TensorFlow's padding. Their
 * eps is 1e-3. */
static bool is_ported_from_tensorflow(const evaluator *ev) { return as_real(ev->defaults.eps) > 1e-4; }

void lint_padding(evaluator *ev) {
    const graph *g = ev->g;
    bool keras = ev->defaults.naming == NAMING_KERAS;
    if (!ev->naming_at.src || (!keras && is_ported_from_tensorflow(ev))) return;
    pad_kind odd = keras ? PAD_SYMMETRIC : PAD_SAME;
    const node *first = NULL;
    int count = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        if (n->a.padding != odd || !padding_matters(g, n)) continue;
        if (!first) first = n;
        count++;
    }
    if (!first) return;
    diag_warning(
        ev->d, ev->naming_at,
        keras ? "naming is keras, but %d layer%s symmetric padding, which is PyTorch's; TensorFlow's is same"
              : "naming is torch, but %d layer%s same padding, which is TensorFlow's; PyTorch's is symmetric",
        count, count == 1 ? " has" : "s have");
    diag_note(ev->d, first->at, count == 1 ? "it is here" : "the first is here");
}
