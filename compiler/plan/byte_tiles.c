/* byte_tiles.c: integer layers whose tiles take several inputs at once.
 *
 * A multiply-add of such a target takes `depth` inputs of a pixel, which lie side by side, and spreads them
 * over all lanes. The weights lie alike: see pack.h. Where the target wants inputs wider than they are stored,
 * or where the inputs of a pixel do not lie side by side, those of a tile's pixels are copied to a tile first.
 *
 * Layers of floats that multiply in bfloat16 gather their inputs in the same way, rounded, and take two at
 * once. A pair lies in the room of one float, and so do two weights of a lane. So their tiles are tiles of
 * floats with half as many inputs. */
#include "graph/quant.h"
#include "plan/internal.h"
#include "plan/pack.h"

bool takes_bytes(const plan *p, const plan_step *s) {
    const graph *g = p->g;
    const node *n = &g->nodes[s->node];
    if (!p->t->bytes || !is_integer(n) || n->type != TYPE_I8 || s->gemm.scaled) return false;
    if (n->op != OP_CONV && n->op != OP_DENSE) return false;
    const elem_type x = g->nodes[n->in[0]].type;
    if ((x != TYPE_I8 && x != TYPE_U8) || node_weight_type(n) != TYPE_I8) return false;
    return !p->t->bytes->pairs || fits_pairs(n);
}

/* Whether a pixel's inputs do not lie side by side in whole groups. The last group may be short. */
static bool is_scattered(const plan_step *s, int groups, int depth) {
    const operand *o = &s->operands[0];
    const gemm_plan *gemm = &s->gemm;
    if (gemm->staged) return false;
    for (int i = 0; gemm->run_table && i < groups * gemm->table_runs; i++) {
        if (gemm->run_table[2 * i + 1] % depth) return true;
    }
    for (int i = 0; i < o->n_runs; i++) {
        const run *r = &o->runs[i];
        if ((r->step != 1 && r->count > 1) || (i + 1 < o->n_runs && r->count % depth)) return true;
    }
    return false;
}

void choose_depth(const plan *p, plan_step *s) {
    const node *n = &p->g->nodes[s->node];
    if (takes_bf16(p, s)) {
        s->gemm.depth = BF16_DEPTH;
        s->gemm.gathered = true;
        return;
    }
    s->gemm.depth = takes_bytes(p, s) ? p->t->bytes->depth : 1;
    s->gemm.fours = false;
    s->gemm.gathered =
        s->gemm.depth > 1 &&
        (p->t->bytes->widens || is_scattered(s, n->op == OP_CONV ? n->a.groups : 1, s->gemm.depth));
}

int64_t gathered_inputs(const plan *p, const plan_step *s) {
    const pack_layout l = pack_layout_of_gemm(p, s);
    const bool widens = p->t->bytes && p->t->bytes->widens && !s->gemm.fours;
    const elem_type type = takes_bf16(p, s) ? TYPE_BF16 : widens ? TYPE_I16 : TYPE_I8;
    return pack_inputs(&l) * type_table[type].bytes;
}

/* Pixels whose distance has many factors of two compete for the same places of the nearest cache, and are read
 * in turns: on a Zen 3 tiles of 512 bytes took 1.18 times as long as those that lie 64 further apart. */
int64_t gathered_step(const plan *p, const plan_step *s) {
    enum { COMPETING = 256, APART = 64 };
    const int64_t bytes = gathered_inputs(p, s);
    return bytes % COMPETING || takes_bf16(p, s) ? bytes : bytes + APART;
}

int64_t gathered_bytes(const plan *p, const plan_step *s) {
    return s->gemm.gathered ? gathered_step(p, s) * s->gemm.tile_pixels : 0;
}

double byte_tile_cycles(const target *t, int m, int n, double inputs) {
    enum { LOADS_PER_CYCLE = 2 };
    const byte_tiles *k = t->bytes;
    const double work = m * n * k->per_dot + m * k->per_input + n * k->per_weight;
    const double inputs_loaded = k->by_groups ? m / 4.0 : m;
    const double loads = (inputs_loaded + n) / LOADS_PER_CYCLE;
    double one = work > loads ? work : loads;
    /* Sums wait for the multiply-add before; where that is two instructions, only for an addition. */
    if (one < t->fma_latency && !k->widens) one = t->fma_latency;
    return inputs / k->depth * one + m * (n * k->per_end + k->per_store) + 10;
}

double four_tile_cycles(const target *t, int m, int n, double inputs, double rests) {
    enum { PER_LOOP = 10 };
    const byte_tiles *k = t->bytes;
    const double one = m * n * k->per_four + (m + n) * k->per_four_input;
    return (inputs / BYTES_AT_ONCE + rests) * one + m * (n * k->per_end + k->per_store) +
           PER_LOOP * (1 + (rests > 0));
}
