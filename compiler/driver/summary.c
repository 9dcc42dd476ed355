/* summary.c: the table that --summary prints.
 *
 * A row is a layer together with what follows it element by element, such as a convolution with its norm and
 * its activation. The rows are those of the network as its file describes it. The kernel and the bytes come
 * from the plan's step with the row's label; a row without a step costs nothing at run time. If channels were
 * removed because of the weights, a column shows how many are left. */
#include "driver/driver.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 3, COLUMNS = 9 };

static const struct {
    const char *title;
    bool right; /* aligned on the right: numbers */
} columns[COLUMNS] = {{"layer", false},  {"op", false},     {"output", false},
                      {"kept", true},    {"params", true},  {"MACs", true},
                      {"kernel", false}, {"kcycles", true}, {"weights", true}};

typedef struct row {
    const char *cell[COLUMNS];
} row;

/* The steps of the plan, and the parts of chains, sorted by the labels of their layers. */
typedef struct kernel_list {
    const plan *p;
    const plan_step **at;
    int count;
} kernel_list;

typedef struct table {
    arena *mem;
    kernel_list kernels;
    const int *layers; /* nodes after the passes that are conv, depthwise or dense, sorted by label */
    int n_layers;
    row *rows;
    int n_rows;
} table;

const char *show_count(arena *a, int64_t value) {
    if (value == 0) return "";
    const char *digits = arena_printf(a, "%" PRId64, value);
    size_t length = strlen(digits);
    char *out = arena_alloc(a, length + length / 3 + 1);
    for (size_t i = 0, at = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    return out;
}

static const char *show_millions(arena *a, int64_t value) {
    return value ? arena_printf(a, "%.2f M", (double)value * 1e-6) : "";
}

/* "conv 3x3 /2", "conv 1x1 in 3 groups", "shuffle 2". */
static const char *describe_op(arena *a, const node *n) {
    const attrs *x = &n->a;
    const char *s = op_table[n->op].name;
    bool windowed = n->op == OP_CONV || n->op == OP_DEPTHWISE || n->op == OP_MAX_POOL || n->op == OP_AVG_POOL;
    if (windowed) {
        s = arena_printf(a, "%s %dx%d", s, x->kernel[0], x->kernel[1]);
        if (x->stride[0] != 1 || x->stride[1] != 1) {
            s = x->stride[0] == x->stride[1] ? arena_printf(a, "%s /%d", s, x->stride[0])
                                             : arena_printf(a, "%s /%dx%d", s, x->stride[0], x->stride[1]);
        }
        if (x->dilation[0] > 1) s = arena_printf(a, "%s dilated %d", s, x->dilation[0]);
    }
    if (n->op == OP_CONV && x->groups > 1) s = arena_printf(a, "%s in %d groups", s, x->groups);
    if (n->op == OP_SHUFFLE) s = arena_printf(a, "%s %d", s, x->groups);
    if (n->op == OP_UPSAMPLE) s = arena_printf(a, "%s x%d", s, x->factor);
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

static int compare_steps(const void *one, const void *other, void *plan_of) {
    const plan_step *a = *(const plan_step *const *)one, *b = *(const plan_step *const *)other;
    int order = strcmp(label_of(plan_of, a), label_of(plan_of, b));
    return order ? order : (a->node > b->node) - (a->node < b->node);
}

static kernel_list list_kernels(const plan *p, arena *a) {
    kernel_list list = {.p = p};
    int room = 0;
    for (int i = 0; i < p->n_steps; i++) room += p->steps[i].n_parts ? p->steps[i].n_parts : 1;
    list.at = ARENA_ARRAY(a, const plan_step *, room);
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i], *parts = s->n_parts ? s->parts : s;
        for (int j = 0; j < (s->n_parts ? s->n_parts : 1); j++) {
            if (label_of(p, &parts[j])) list.at[list.count++] = &parts[j];
        }
    }
    qsort_r(list.at, (size_t)list.count, sizeof *list.at, compare_steps, (void *)(size_t)p);
    return list;
}

/* The first step of the list whose node has that label; NULL if there is none. */
static const plan_step *find_step(const kernel_list *list, const char *label) {
    int low = 0, high = list->count;
    while (label && low < high) {
        int middle = low + (high - low) / 2;
        if (strcmp(label_of(list->p, list->at[middle]), label) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = label && low < list->count && strcmp(label_of(list->p, list->at[low]), label) == 0;
    return found ? list->at[low] : NULL;
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
    return op_table[n->op].class == CLASS_VIEW || n->op == OP_CONCAT ? "(no copy)" : "(fused)";
}

/* Adds the row of node `first` and of the nodes that belong to its row. Returns the node behind them. */
static int make_row(table *t, const job *j, int first) {
    const graph *g = j->described;
    arena *a = t->mem;
    row *r = &t->rows[t->n_rows++];
    const char *op = describe_op(a, &g->nodes[first]);
    int64_t params = node_params(&g->nodes[first]), macs = node_macs(g, &g->nodes[first]);
    int end = first + 1;
    for (; end < g->n_nodes && rides_along(g, end); end++) {
        op = arena_printf(a, "%s + %s", op, op_table[g->nodes[end].op].name);
        params += node_params(&g->nodes[end]);
    }
    shape s = g->nodes[end - 1].shape;
    const plan_step *step = find_step(&t->kernels, g->nodes[first].label);
    *r = (row){{g->nodes[first].label ? g->nodes[first].label : "", op,
                arena_printf(a, "%dx%dx%d", s.h, s.w, s.c), describe_kept(t, j->plan->g, &g->nodes[first]),
                show_count(a, params), show_millions(a, macs), describe_kernel(&g->nodes[first], step),
                step ? arena_printf(a, "%.1f", step->cycles * 1e-3) : "",
                step ? show_count(a, step->weight_bytes) : ""}};
    return end;
}

/* Prints a row. Columns of width 0 are left out. */
static void print_row(text *out, const row *r, const int *widths) {
    size_t start = out->size;
    for (int c = 0; c < COLUMNS; c++) {
        if (widths[c] == 0) continue;
        if (c) text_string(out, "  ");
        text_printf(out, columns[c].right ? "%*s" : "%-*s", widths[c], r->cell[c]);
    }
    while (out->size > start && out->data[out->size - 1] == ' ') out->data[--out->size] = 0;
    text_char(out, '\n');
}

static void print_table(text *out, const table *t) {
    enum { WIDEST = 60 };
    row head, rule;
    int widths[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) {
        bool optional = c == KEPT, used = !optional;
        size_t width = strlen(columns[c].title);
        for (int i = 0; i < t->n_rows; i++) {
            size_t w = strlen(t->rows[i].cell[c]);
            if (w > width && w <= WIDEST) width = w;
            used = used || w > 0;
        }
        if (!used) width = 0;
        widths[c] = (int)width;
        head.cell[c] = columns[c].title;
        char *dashes = arena_alloc(t->mem, width + 1);
        memset(dashes, '-', width);
        rule.cell[c] = dashes;
    }
    print_row(out, &head, widths);
    print_row(out, &rule, widths);
    for (int i = 0; i < t->n_rows; i++) print_row(out, &t->rows[i], widths);
}

static void print_total(text *out, const char *name, const char *value) {
    text_printf(out, "%-9s %s\n", name, *value ? value : "0");
}

/* "one step of phi multiplies the work by 1.92 (from phi = 0 to 1 by 2.57, in whole layers and channels)". */
static const char *describe_compound(const job *j) {
    arena *a = j->mem;
    const graph *g = j->described;
    const char *s =
        arena_printf(a, "one step of %s multiplies the work by %.2f", g->compound, g->compound_work);
    if (j->compound_factor == 1 && g->variant) {
        s = arena_printf(a, "%s; the variant sets what %s would", s, g->compound);
    } else if (j->compound_factor > 0) {
        s = arena_printf(a, "%s (from %g to %g by %.2f, in whole layers and channels)", s, g->phi, g->phi + 1,
                         j->compound_factor);
    }
    return s;
}

/* "1,234 of 4,321 channels: 1,200 are the same for every input, 34 change no output". */
static const char *describe_removed(const job *j) {
    const graph *g = j->reduced;
    int64_t all = 0;
    for (int i = 0; i < j->described->n_nodes; i++) {
        if (is_layer(&j->described->nodes[i])) all += j->described->nodes[i].shape.c;
    }
    const char *s = arena_printf(
        j->mem, "%s of %s channels:", show_count(j->mem, g->constant_channels + g->unread_channels),
        show_count(j->mem, all));
    if (g->constant_channels) {
        s = arena_printf(j->mem, "%s %s are the same for every input%s", s,
                         show_count(j->mem, g->constant_channels), g->unread_channels ? "," : "");
    }
    if (g->unread_channels) {
        s = arena_printf(j->mem, "%s %s change no output", s, show_count(j->mem, g->unread_channels));
    }
    return s;
}

static void print_totals(text *out, const job *j) {
    arena *a = j->mem;
    const plan *p = j->plan;
    int64_t in_code = plan_macs(p), arena_bytes = j->code.arena_bytes, weights = j->code.weights_bytes;
    int n_targets = j->o.targets.count;
    double cycles = 0;
    for (int i = 0; i < p->n_steps; i++) cycles += p->steps[i].cycles;
    const char *macs = show_count(a, graph_macs(j->described));
    if (in_code != graph_macs(j->described)) {
        macs = arena_printf(a, "%s as described, %s in the code", macs, show_count(a, in_code));
    }
    const char *arena_text = arena_printf(a, "%s bytes", arena_bytes ? show_count(a, arena_bytes) : "0");
    if (p->n_steps && p->arena_bytes == arena_bytes) {
        const node *fullest = &p->g->nodes[p->steps[p->peak_step].node];
        if (fullest->label) arena_text = arena_printf(a, "%s, fullest at %s", arena_text, fullest->label);
    }
    print_total(out, "params", show_count(a, graph_params(j->described)));
    print_total(out, "MACs", macs);
    if (j->reduced->constant_channels + j->reduced->unread_channels) {
        print_total(out, "removed", describe_removed(j));
    }
    print_total(out, "arena", arena_text);
    if (j->code.thread_bytes)
        print_total(
            out, "threads",
            arena_printf(a, "%s bytes more for each behind the first", show_count(a, j->code.thread_bytes)));
    const char *weights_text = arena_printf(a, "%s bytes%s", weights ? show_count(a, weights) : "0",
                                            j->o.half_weights ? " of f16, with biases of f32" : "");
    if (n_targets > 1)
        weights_text = arena_printf(a, "%s: each of the %d targets has its own", weights_text, n_targets);
    print_total(out, "weights", weights_text);
    if (j->o.half_weights) print_total(out, "accuracy", describe_rounding(j));
    if (j->described->compound) print_total(out, "compound", describe_compound(j));
    print_total(out, "predicted", arena_printf(a, "%.2f M cycles of one core", cycles * 1e-6));
    print_total(out, "steps", arena_printf(a, "%d", p->n_steps));
    if (n_targets == 1) print_total(out, "target", arena_printf(a, "%s: %s", p->t->name, p->t->what));
}

/* Prints a line for each of several targets. The best one is last; the table above shows its kernels. */
static void print_targets(text *out, const job *j) {
    arena *a = j->mem;
    text_string(out, "\nThe best target that the machine runs is chosen at run time. The kernels above are the "
                     "last one's.\n");
    for (int i = 0; i < j->o.targets.count; i++) {
        const plan *p = j->plans[i];
        int64_t weights = plan_weight_bytes(p);
        text_printf(out, "  %-10s %3d steps, arena %s, weights %s bytes: %s\n", p->t->name, p->n_steps,
                    p->arena_bytes ? show_count(a, p->arena_bytes) : "0",
                    weights ? show_count(a, weights) : "0", p->t->what);
    }
}

void summary_print(text *out, const job *j) {
    const graph *g = j->described;
    table t = {.mem = j->mem, .rows = ARENA_ARRAY(j->mem, row, g->n_nodes)};
    t.kernels = list_kernels(j->plan, j->mem);
    sort_layers(&t, j->plan->g);
    text_printf(out, "%s%s%s\n\n", g->name, g->variant ? ", variant " : "", g->variant ? g->variant : "");
    for (int i = 0; i < g->n_nodes;) i = make_row(&t, j, i);
    print_table(out, &t);
    text_char(out, '\n');
    print_totals(out, j);
    if (j->o.targets.count > 1) print_targets(out, j);
    if (j->weights.n_unused) {
        text_printf(out, "\n%d tensor%s of the weight files not used:\n", j->weights.n_unused,
                    j->weights.n_unused == 1 ? "" : "s");
        for (int i = 0; i < j->weights.n_unused; i++) {
            text_printf(out, "  %s", j->weights.unused[i]);
            if (j->o.weights.count > 1) text_printf(out, " of %s", j->weights.unused_in[i]);
            text_char(out, '\n');
        }
    }
}
