/* byte_ends.c: how sums become codes. A layer's sums are made codes by floats alone where that is proved for
 * each of its channels: see base/float_rescale.h. Else codes are made of floats, too, but are tested one by
 * one: see runtime/i32xN_end.h. */
#include "plan/byte_ends.h"

#include "graph/integers.h"

#include <math.h>

float_way find_way(const target *t, const code_steps *steps, int n, float_rescale *found) {
    const float_way ways[] = {t->bytes->doubles ? BY_DOUBLING : FLOAT_NOT, FLOAT_MOVED,
                              t->bytes->rounds_down ? FLOAT_DOWN : FLOAT_NOT};
    for (int i = 0; i < 3; i++) {
        int c = 0;
        while (c < n && find_floats(&steps[c], ways[i], t->bytes->fused, &found[c])) c++;
        if (c == n) return ways[i];
    }
    return FLOAT_NOT;
}

/* Whether floats make the sums of all codes and all codes of the residual. */
static bool find_sum(const plan *p, const node *n, float_sum *found) {
    const rescale_rounding how = p->g->rounding;
    const add_integers k = integers_of_residual(p->g, n);
    int8_t(*code)[ALL_CODES] = arena_alloc(p->mem, ALL_CODES * sizeof *code);
    for (int x = 0; x < ALL_CODES; x++) {
        for (int z = 0; z < ALL_CODES; z++)
            code[x][z] = (int8_t)add_codes(how, &k, x - ALL_CODES / 2, z - ALL_CODES / 2, false);
    }
    const double y_by = ldexp(rescale_value(k.y_by), k.left);
    const code_sums sums = {.code = (const int8_t(*)[ALL_CODES])code,
                            .x_zero = k.x_zero,
                            .z_zero = k.z_zero,
                            .y_zero = k.y_zero,
                            .least = k.range.least,
                            .most = k.range.most,
                            .x_by = y_by * rescale_value(k.x_by),
                            .z_by = y_by * rescale_value(k.z_by)};
    return find_float_sum(&sums, p->t->bytes->fused, found);
}

static byte_ends find_ends(const plan *p, const node *n) {
    byte_ends ends = {.way = FLOAT_NOT};
    const kernel_integers k = integers_of_kernel(p->g, n, p->mem);
    code_steps *steps = ARENA_ARRAY(p->mem, code_steps, n->shape.c);
    float_rescale *found = ARENA_ARRAY(p->mem, float_rescale, n->shape.c);
    for (int o = 0; o < n->shape.c; o++) {
        steps[o] = (code_steps){p->g->rounding, k.by[o], k.y_zero, k.range.least, k.range.most, 0, 0};
        sums_of_output(p->g, n, o, &steps[o].from, &steps[o].to);
    }
    ends.way = find_way(p->t, steps, n->shape.c, found);
    ends.of_channel = found;
    ends.adds = n->a.has_residual && (ends.way || p->t->bytes->joins) && find_sum(p, n, &ends.sum);
    if (n->a.has_residual && !ends.adds) ends.way = FLOAT_NOT;
    return ends;
}

const byte_ends *ends_of_bytes(const plan *p, int node_index) {
    if (!p->ends[node_index]) {
        byte_ends *made = ARENA_NEW(p->mem, byte_ends);
        *made = find_ends(p, &p->g->nodes[node_index]);
        p->ends[node_index] = made;
    }
    return p->ends[node_index];
}
