/* axes.c: a transpose's axes are joined where the input has them beside each other in the same order; and two
 * transposes become one. */
#include "graph/axes.h"

axis_walk walk_of_transpose(const attrs *a) {
    int64_t stride[MAX_RANK], inner = 1;
    for (int i = a->dims.n - 1; i >= 0; inner *= a->dims.at[i--]) stride[i] = inner;
    axis_walk w = {0};
    for (int i = 0; i < a->order.n; i++) {
        int axis = a->order.at[i], count = a->dims.at[axis];
        if (count == 1) continue;
        if (w.n && w.stride[w.n - 1] == stride[axis] * count) {
            w.count[w.n - 1] *= count;
            w.stride[w.n - 1] = stride[axis];
        } else {
            w.count[w.n] = count;
            w.stride[w.n++] = stride[axis];
        }
    }
    return w;
}

enum { MOST_CUTS = 2 * MAX_RANK };

/* Axes, the innermost first, of what lies between the two transposes. */
typedef struct cuts {
    int n;
    int count[MOST_CUTS];
    int64_t stride[MOST_CUTS]; /* of the first transpose's input */
} cuts;

/* Cuts the axes of `w`, the result of the first transpose, wherever one of the second's dims begins. False if a
 * cut falls between two places of an axis. */
static bool cut_axes(const axis_walk *w, const axis_list *dims, cuts *out) {
    int axis = w->n - 1, dim = dims->n - 1;
    int left = axis >= 0 ? w->count[axis] : 1, wanted = dims->at[dim];
    int64_t stride = axis >= 0 ? w->stride[axis] : 1;
    out->n = 0;
    for (;;) {
        while (wanted == 1 && dim > 0) wanted = dims->at[--dim];
        while (left == 1 && axis > 0) left = w->count[--axis], stride = w->stride[axis];
        if (left == 1 || wanted == 1) return left == 1 && wanted == 1;
        int count = left < wanted ? left : wanted;
        if (left % count || wanted % count || out->n == MOST_CUTS) return false;
        out->count[out->n] = count;
        out->stride[out->n++] = stride;
        stride *= count;
        left /= count;
        wanted /= count;
    }
}

/* The pieces that dim `dim` of the second transpose is made of: [first, end). */
static void pieces_of(const axis_list *dims, int dim, const cuts *c, int *first, int *end) {
    int at = 0;
    for (int i = dims->n - 1; i >= dim; i--) {
        *first = at;
        for (int64_t made = 1; made < dims->at[i]; at++) made *= c->count[at];
        *end = at;
    }
}

/* Lists the dims of the first transpose's input: pieces by their strides, the largest first. place[i]: which of
 * them piece i is. */
static void sort_pieces(const cuts *c, axis_list *dims, int *place) {
    dims->n = c->n;
    for (int i = 0; i < c->n; i++) {
        place[i] = 0;
        for (int k = 0; k < c->n; k++) place[i] += c->stride[k] > c->stride[i];
        dims->at[place[i]] = c->count[i];
    }
}

bool compose_transposes(const attrs *first, const attrs *second, attrs *both) {
    const axis_walk w = walk_of_transpose(first);
    cuts c;
    int place[MOST_CUTS];
    if (!cut_axes(&w, &second->dims, &c) || c.n > MAX_RANK || c.n == 0) return false;
    *both = *second;
    sort_pieces(&c, &both->dims, place);
    both->order.n = 0;
    for (int i = 0; i < second->order.n; i++) {
        int begin = 0, end = 0;
        pieces_of(&second->dims, second->order.at[i], &c, &begin, &end);
        for (int k = end - 1; k >= begin; k--) both->order.at[both->order.n++] = place[k];
    }
    return true;
}
