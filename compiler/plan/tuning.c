/* tuning.c: the table of tiles, what the tiles of a plan take from it, and what they could not take. */
#include "plan/tuning.h"

#include "plan/plan.h"

#include <string.h>

static bool has_tile(op_kind op) { return op == OP_CONV || op == OP_DENSE; }

const char *tuning_key(arena *a, const graph *g, int node_index) {
    const char *label = g->nodes[node_index].label;
    if (!label) label = "";
    int before = 0;
    for (int i = 0; i < node_index; i++) {
        const node *n = &g->nodes[i];
        if (has_tile(n->op) && strcmp(n->label ? n->label : "", label) == 0) before++;
    }
    return before ? arena_printf(a, "%s#%d", label, before + 1) : label;
}

const tile_shape *tuning_find(const tuning *t, arena *a, const graph *g, int node_index) {
    if (!t || t->n_tiles == 0) return NULL;
    const char *key = tuning_key(a, g, node_index);
    for (int i = 0; i < t->n_tiles; i++) {
        if (strcmp(t->tiles[i].key, key) == 0) return &t->tiles[i].tile;
    }
    return NULL;
}

/* The `rank`-th cheapest that costs at most a quarter more than the cheapest, which is index `best`; `best`
 * where there are fewer. Of equals the one listed first is the cheaper. */
static int find_ranked(const double *cycles, int n, int best, int rank) {
    const double near = 1.25;
    for (int i = 0; i < n; i++) {
        int cheaper = 0;
        for (int k = 0; k < n; k++) cheaper += cycles[k] < cycles[i] || (cycles[k] == cycles[i] && k < i);
        if (cheaper == rank && cycles[i] <= near * cycles[best]) return i;
    }
    return best;
}

int tuning_choose(const tuning *t, const tile_shape *wanted, const tile_shape *candidates, const double *cycles,
                  int n) {
    int best = 0;
    for (int i = 1; i < n; i++) {
        if (cycles[i] < cycles[best]) best = i;
    }
    for (int i = 0; wanted && i < n; i++) {
        if (candidates[i].pixels == wanted->pixels && candidates[i].vectors == wanted->vectors) return i;
    }
    return t && t->rank ? find_ranked(cycles, n, best, t->rank) : best;
}

void for_each_gemm(const plan *p, void (*visit)(void *data, const plan_step *gemm, int index), void *data) {
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        if (s->kind == STEP_GEMM) visit(data, s, i);
        for (int k = 0; k < s->n_parts; k++) {
            if (s->parts[k].kind == STEP_GEMM) visit(data, &s->parts[k], i);
        }
    }
}

typedef struct check {
    const tuning *t;
    const plan *p;
    const char *path;
    diag *d;
    bool *known; /* [n_tiles] */
} check;

static void check_gemm(void *data, const plan_step *s, int index) {
    (void)index;
    const check *c = data;
    const tile_shape *wanted = tuning_find(c->t, c->p->mem, c->p->g, s->node);
    if (!wanted) return;
    for (int i = 0; i < c->t->n_tiles; i++) {
        if (&c->t->tiles[i].tile != wanted) continue;
        c->known[i] = true;
        int pixels = s->gemm.tile_pixels, vectors = s->gemm.blocks[0].n_pieces;
        if (pixels == wanted->pixels && vectors == wanted->vectors) continue;
        diag_warning(c->d, (loc){0},
                     "%s: layer '%s' cannot have a tile of %d pixels x %d vectors; it gets %d x %d", c->path,
                     c->t->tiles[i].key, wanted->pixels, wanted->vectors, pixels, vectors);
    }
}

void tuning_check(const tuning *t, const plan *p, const char *path, diag *d) {
    check c = {t, p, path, d, ARENA_ARRAY(p->mem, bool, t->n_tiles + 1)};
    for_each_gemm(p, check_gemm, &c);
    for (int i = 0; i < t->n_tiles; i++) {
        if (!c.known[i]) {
            diag_warning(d, (loc){0}, "%s: there is no conv or dense layer '%s' in this network", path,
                         t->tiles[i].key);
        }
    }
}
