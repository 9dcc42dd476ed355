/* verify_view.c: tensors that have no step because their bytes are those of other tensors: a reshape, and a
 * concat along height or width. They are found when a step wants to read one: their inputs must lie in these
 * bytes, whole, in order and without a gap. */
#include "plan/verify_state.h"

/* ---- views that rename channels ---- */

/* The input of a concat that has the channel, which becomes one of that input. */
static int concat_input(const graph *g, const node *n, int *channel) {
    int i = 0;
    while (*channel >= g->nodes[n->in[i]].shape.c) *channel -= g->nodes[n->in[i++]].shape.c;
    return n->in[i];
}

/* Whether each channel of the node's tensor is a channel of one of its inputs, or an element of a flat one. */
static bool renames_channels(const node *n) {
    if (n->op == OP_RESHAPE || (n->op == OP_CONCAT && n->a.axis != AXIS_C)) return false;
    return node_is_view(n);
}

symbolic_value resolve_value(const graph *g, int node_index, int pixel, int channel) {
    for (;;) {
        const node *n = &g->nodes[node_index];
        if (!renames_channels(n)) break;
        int in = n->in[0], groups = n->a.groups;
        switch (n->op) {
        case OP_CONCAT: in = concat_input(g, n, &channel); break;
        case OP_SHUFFLE: channel = channel % groups * (n->shape.c / groups) + channel / groups; break;
        case OP_SLICE: channel = n->a.begin + channel * n->a.step; break;
        case OP_FLATTEN:
            pixel = channel / g->nodes[in].shape.c;
            channel %= g->nodes[in].shape.c;
            break;
        default: break; /* identity, dropout */
        }
        node_index = in;
    }
    return (symbolic_value){node_index, channel, pixel};
}

/* ---- views of bytes ---- */

static bool is_view_of_bytes(const node *n) { return node_is_view(n) && !renames_channels(n); }

/* Whether the pixels of a place are those of a dense tensor of shape `s` that begins at this byte of the space
 * of place `x`, in the same buffer. */
static bool is_place_of(const verifier *v, const place *y, const place *x, int64_t byte, shape s) {
    return outer_buffer(v->p, y->buffer) == outer_buffer(v->p, x->buffer) && y->base == byte &&
           y->pixel_bytes == (int64_t)s.c * y->element_bytes && y->width == s.w && y->height == s.h;
}

/* Place number `i` of those that share bytes with `x`, which is number -1. */
static place *neighbour(const verifier *v, const place *x, int i) {
    return i < 0 ? &v->places[x - v->places] : x->neighbours[i];
}

/* The first such place, or NULL. */
static place *find_dense_place(const verifier *v, const place *x, int64_t byte, shape s) {
    for (int i = -1; i < x->n_neighbours; i++) {
        if (is_place_of(v, neighbour(v, x, i), x, byte, s)) return neighbour(v, x, i);
    }
    return NULL;
}

static bool has_all_rows(const place *x, int channel, symbolic_value value) {
    for (int i = 0; i < x->n_tracks; i++) {
        const track *k = x->tracks[i];
        if (k->owner || channel < k->begin || channel >= k->begin + k->count) continue;
        symbolic_value has = k->values[channel - k->begin];
        if (has.node != value.node || has.channel != value.channel || has.pixel != value.pixel) continue;
        int row = 0;
        while (row < x->height && k->rows[row] == row) row++;
        if (row == x->height) return true;
    }
    return false;
}

/* An element of `node_index`, which is what `value` stands for at some place, is part of a view of bytes. */
static bool is_in_view(const verifier *v, symbolic_value value) {
    return is_view_of_bytes(&v->p->g->nodes[value.node]);
}

/* What has yet to be found: a tensor, and where it should begin. */
typedef struct wanted {
    int node;
    int64_t byte;
} wanted;

/* The rows of a dense tensor lie in a place of its shape. *missing: the view of bytes that would have to be
 * found first, or -1. */
static bool lies_in_rows(verifier *v, const place *x, wanted t, int *missing) {
    shape s = v->p->g->nodes[t.node].shape;
    *missing = -1;
    for (int c = 0; c < s.c; c++) {
        symbolic_value value = resolve_value(v->p->g, t.node, EVERY_PIXEL, c);
        bool found = false;
        for (int i = -1; i < x->n_neighbours && !found; i++) {
            const place *y = neighbour(v, x, i);
            found = is_place_of(v, y, x, t.byte, s) && has_all_rows(y, c, value);
        }
        if (found) continue;
        if (is_in_view(v, value)) *missing = value.node;
        return false;
    }
    return true;
}

/* The same element by element, for a tensor of one pixel, which may be a map's. *missing_at: where that view
 * begins. */
static bool lies_in_elements(verifier *v, const place *x, wanted t, int *missing, int64_t *missing_at) {
    const graph *g = v->p->g;
    *missing = -1;
    for (int c = 0; c < g->nodes[t.node].shape.c; c++) {
        symbolic_value value = resolve_value(g, t.node, 0, c);
        int64_t element = (t.byte - x->base) / x->element_bytes + c;
        if (holds_value(v, x, element, value)) continue;
        if (is_in_view(v, value)) {
            *missing = value.node;
            *missing_at = t.byte + (c - (int64_t)value.pixel * g->nodes[value.node].shape.c - value.channel) *
                                       x->element_bytes;
        }
        return false;
    }
    return true;
}

/* Whether a tensor lies in the bytes of the space of place `x` from `byte` on. A view of bytes that it is made
 * of is found first; there are never more of them than nodes. */
static bool lies_there(verifier *v, const place *x, wanted t) {
    bool flat = shape_pixels(v->p->g->nodes[t.node].shape) == 1;
    for (int last = -1;;) {
        int missing;
        int64_t at = t.byte;
        if (flat ? lies_in_elements(v, x, t, &missing, &at) : lies_in_rows(v, x, t, &missing)) return true;
        if (missing < 0 || missing == last) return false;
        if (!find_view(v, x, (at - x->base) / x->element_bytes, missing)) return false;
        last = missing;
    }
}

bool find_view(verifier *v, const place *x, int64_t begin, int node_index) {
    const node *n = &v->p->g->nodes[node_index];
    int64_t byte = x->base + begin * x->element_bytes;
    if (!is_view_of_bytes(n)) return false;
    place *y = find_dense_place(v, x, byte, n->shape);
    if (!y) return false;
    int64_t at = byte;
    for (int i = 0; i < n->n_in; i++) {
        if (!lies_there(v, y, (wanted){n->in[i], at})) return false;
        at += shape_elements(v->p->g->nodes[n->in[i]].shape) * y->element_bytes;
    }
    symbolic_value *values = ARENA_ARRAY(v->a, symbolic_value, n->shape.c);
    for (int c = 0; c < n->shape.c; c++) values[c] = (symbolic_value){node_index, c, EVERY_PIXEL};
    track *k = add_track(v, y, 0, n->shape.c, values);
    for (int row = 0; row < y->height; row++) k->rows[row] = row;
    y->filled_rows += y->height;
    return true;
}
