/* layer_table.c: the rows of the summary and of the report, one for each layer of the network.
 *
 * A row is a layer together with what follows it element by element, such as a convolution with its norm and
 * its activation. The rows are those of the network as its file describes it. The kernel and the bytes come
 * from the plan's step with the row's label; a row without a step costs nothing at run time. */
#include "driver/layer_table.h"

#include "graph/print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The steps of the plan, and the parts of chains, sorted by the labels of their layers. */
typedef struct kernel {
    const plan_step *part;
    int step; /* of the plan: the part itself, or the chain that it is in */
} kernel;

typedef struct kernel_list {
    const plan *p;
    kernel *at;
    int count;
} kernel_list;

typedef struct table {
    arena *mem;
    kernel_list kernels;
    const int *layers; /* nodes after the passes that are conv, depthwise or dense, sorted by label */
    int n_layers;
    layer_row *rows;
    int n_rows;
} table;

/* "conv 3x3 /2", "conv 1x1 in 3 groups", "shuffle 2". */
static const char *describe_op(arena *a, const node *n) {
    const attrs *x = &n->a;
    const char *s = op_table[n->op].name;
    bool windowed = n->op == OP_CONV || n->op == OP_CONV_TRANSPOSE || n->op == OP_DEPTHWISE ||
                    n->op == OP_MAX_POOL || n->op == OP_AVG_POOL;
    if (windowed) {
        s = arena_printf(a, "%s %dx%d", s, x->kernel[0], x->kernel[1]);
        if (x->stride[0] != 1 || x->stride[1] != 1) {
            s = x->stride[0] == x->stride[1] ? arena_printf(a, "%s /%d", s, x->stride[0])
                                             : arena_printf(a, "%s /%dx%d", s, x->stride[0], x->stride[1]);
        }
        if (x->dilation[0] > 1) s = arena_printf(a, "%s dilated %d", s, x->dilation[0]);
    }
    if ((n->op == OP_CONV || n->op == OP_CONV_TRANSPOSE) && x->groups > 1)
        s = arena_printf(a, "%s in %d groups", s, x->groups);
    if (n->op == OP_SHUFFLE) s = arena_printf(a, "%s %d", s, x->groups);
    if (n->op == OP_UPSAMPLE) s = arena_printf(a, "%s x%d", s, x->factor);
    if (n->op == OP_TRANSPOSE) {
        for (int i = 0; i < x->order.n; i++) s = arena_printf(a, "%s%s%d", s, i ? "," : " ", x->order.at[i]);
    }
    if (n->op == OP_INPUT) s = arena_printf(a, "%s %s", s, type_table[n->type].name);
    return s;
}

/* Whether node `index` is in the row of the node before it: norms, activations and other nodes that act on each
 * element, or do nothing at run time. */
static bool rides_along(const graph *g, int index) {
    const node *n = &g->nodes[index];
    bool light =
        op_table[n->op].class == CLASS_ACT || n->op == OP_BN || n->op == OP_NORMALIZE || n->op == OP_SOFTMAX;
    light = light || n->op == OP_FLATTEN || n->op == OP_DROPOUT || n->op == OP_IDENTITY;
    return light && index > 0 && n->in[0] == index - 1;
}

static const char *label_of(const plan *p, const plan_step *s) { return p->g->nodes[s->node].label; }

static int compare_kernels(const void *one, const void *other, void *plan_of) {
    const plan_step *a = ((const kernel *)one)->part, *b = ((const kernel *)other)->part;
    int order = strcmp(label_of(plan_of, a), label_of(plan_of, b));
    return order ? order : (a->node > b->node) - (a->node < b->node);
}

static kernel_list list_kernels(const plan *p, arena *a) {
    kernel_list list = {.p = p};
    int room = 0;
    for (int i = 0; i < p->n_steps; i++) room += p->steps[i].n_parts ? p->steps[i].n_parts : 1;
    list.at = ARENA_ARRAY(a, kernel, room);
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i], *parts = s->n_parts ? s->parts : s;
        for (int j = 0; j < (s->n_parts ? s->n_parts : 1); j++) {
            if (label_of(p, &parts[j])) list.at[list.count++] = (kernel){&parts[j], i};
        }
    }
    qsort_r(list.at, (size_t)list.count, sizeof *list.at, compare_kernels, (void *)(size_t)p);
    return list;
}

/* The first kernel of the list whose node has that label; none if there is no such kernel. */
static kernel find_kernel(const kernel_list *list, const char *label) {
    int low = 0, high = list->count;
    while (label && low < high) {
        int middle = low + (high - low) / 2;
        if (strcmp(label_of(list->p, list->at[middle].part), label) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = label && low < list->count && strcmp(label_of(list->p, list->at[low].part), label) == 0;
    return found ? list->at[low] : (kernel){NULL, -1};
}

static bool is_layer(const node *n) { return op_table[n->op].class == CLASS_CONV && n->label; }

static int compare_layers(const void *one, const void *other, void *graph_of) {
    const graph *g = graph_of;
    int a = *(const int *)one, b = *(const int *)other;
    int order = strcmp(g->nodes[a].label, g->nodes[b].label);
    return order ? order : a - b;
}

static void sort_layers(table *t, const graph *g) {
    int *order = ARENA_ARRAY(t->mem, int, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        if (is_layer(&g->nodes[i])) order[t->n_layers++] = i;
    }
    qsort_r(order, (size_t)t->n_layers, sizeof *order, compare_layers, (void *)(size_t)g);
    t->layers = order;
}

/* "3 of 8": how many channels of a layer are left; "" if none was removed. */
static const char *describe_kept(const table *t, const graph *reduced, const node *n) {
    if (!is_layer(n)) return "";
    int low = 0, high = t->n_layers;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (strcmp(reduced->nodes[t->layers[middle]].label, n->label) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == t->n_layers) return "";
    const node *left = &reduced->nodes[t->layers[low]];
    if (strcmp(left->label, n->label) != 0 || left->op != n->op || left->shape.c == n->shape.c) return "";
    return arena_printf(t->mem, "%d of %d", left->shape.c, n->shape.c);
}

/* The kernel of a node's step, or why it has no step. */
static const char *describe_kernel(const node *n, const plan_step *step) {
    if (step) return step->words;
    if (n->op == OP_INPUT) return "";
    return node_is_view(n) ? "(no copy)" : "(fused)";
}

/* Adds the row of node `first` and of the nodes that belong to its row. Returns the node behind them. */
static int make_row(table *t, const job *j, int first) {
    const graph *g = j->described;
    arena *a = t->mem;
    const node *n = &g->nodes[first];
    layer_row *r = &t->rows[t->n_rows++];
    *r = (layer_row){.node = first, .label = n->label ? n->label : "", .op = describe_op(a, n)};
    r->params = node_params(n);
    r->macs = node_macs(g, n);
    int end = first + 1;
    for (; end < g->n_nodes && rides_along(g, end); end++) {
        r->op = arena_printf(a, "%s + %s", r->op, op_table[g->nodes[end].op].name);
        r->params += node_params(&g->nodes[end]);
    }
    const node *last = &g->nodes[end - 1];
    r->shape = last->shape;
    r->type = last->q.on ? type_table[last->type].name : "";
    r->codes = show_codes(a, &last->q);
    r->decibels = j->quantised.decibels ? j->quantised.decibels[end - 1] : NAN;
    r->kept = describe_kept(t, j->plan->g, n);
    kernel found = find_kernel(&t->kernels, n->label);
    r->part = found.part;
    r->step = found.step;
    r->kernel = describe_kernel(n, r->part);
    return end;
}

layer_row *list_layers(const job *j, int *count) {
    const graph *g = j->described;
    table t = {.mem = j->mem, .rows = ARENA_ARRAY(j->mem, layer_row, g->n_nodes)};
    t.kernels = list_kernels(j->plan, j->mem);
    sort_layers(&t, j->plan->g);
    for (int i = 0; i < g->n_nodes;) i = make_row(&t, j, i);
    *count = t.n_rows;
    return t.rows;
}

const char *show_weight_types(arena *a, const graph *g) {
    static const elem_type types[] = {TYPE_I8, TYPE_F16, TYPE_BF16, TYPE_F32};
    const char *list = "";
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        bool has = false;
        for (int i = 0; i < g->n_nodes && !has; i++)
            has = op_table[g->nodes[i].op].class == CLASS_CONV && node_weight_type(&g->nodes[i]) == types[t];
        if (has) list = arena_printf(a, "%s%s%s", list, *list ? ", " : "", type_table[types[t]].name);
    }
    return *list ? list : type_table[TYPE_F32].name;
}
