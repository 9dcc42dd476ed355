/* graph.c: builds a graph node by node, and counts its work and its parameters. */
#include "graph/graph.h"
#include "graph/quant.h"
#include "graph/shapes.h"

#include <math.h>
#include <string.h>

const shape_rule shape_rules[OP_COUNT] = {
#define OP(id, name, least, most, class, weights) [OP_##id] = shape_##name,
#include "graph/ops.def"
#undef OP
};

const char *const reduction_names[REDUCTION_COUNT] = {
    [REDUCE_MEAN] = "mean",
    [REDUCE_SUM] = "sum",
    [REDUCE_MAX] = "max",
    [REDUCE_MIN] = "min",
    [REDUCE_L1] = "l1",
    [REDUCE_L2] = "l2",
    [REDUCE_SUM_SQUARE] = "sum_square",
    [REDUCE_PROD] = "prod",
    [REDUCE_LOG_SUM_EXP] = "log_sum_exp",
};

graph *graph_new(arena *mem, const char *name) {
    graph *g = ARENA_NEW(mem, graph);
    g->mem = mem;
    g->name = name;
    return g;
}

attrs graph_attrs_init(void) {
    return (attrs){
        .kernel = {1, 1},
        .stride = {1, 1},
        .dilation = {1, 1},
        .padding = PAD_EXPLICIT,
        .groups = 1,
        .multiplier = 1,
        .eps = 1e-5,
        .args = {0, 0},
        .factor = 1,
        .axis = AXIS_C,
        .step = 1,
        .divide = 1,
        .resize = {.coefficient = -0.75},
        .axes = OVER_C,
        .window = 1,
        .alpha = 1e-4,
        .beta = 0.75,
        .k = 1,
        .act = OP_IDENTITY,
        .act2 = OP_IDENTITY,
    };
}

/* Returns the place behind the last node, and makes room for it. */
static node *next_node(graph *g) {
    if (g->n_nodes == g->room) {
        int room = g->room ? g->room * 2 : 64;
        g->nodes = arena_grow(g->mem, g->nodes, (size_t)g->n_nodes, (size_t)room, sizeof(node));
        g->room = room;
    }
    return &g->nodes[g->n_nodes];
}

static void append_port(graph *g, port **list, int *count, port p) {
    port *grown = ARENA_ARRAY(g->mem, port, *count + 1);
    if (*count) memcpy(grown, *list, (size_t)*count * sizeof(port));
    grown[*count] = p;
    *list = grown;
    ++*count;
}

static const port *find_port(const graph *g, const char *name) {
    for (int i = 0; i < g->n_inputs; i++) {
        if (strcmp(g->inputs[i].name, name) == 0) return &g->inputs[i];
    }
    for (int i = 0; i < g->n_outputs; i++) {
        if (strcmp(g->outputs[i].name, name) == 0) return &g->outputs[i];
    }
    return NULL;
}

static bool check_sizes(diag *d, const char *what, shape s, loc at) {
    if (s.h < 1 || s.w < 1 || s.c < 1 || s.h > MAX_SIDE || s.w > MAX_SIDE || s.c > MAX_CHANNELS) {
        diag_error(
            d, at,
            "%s: the shape would be [%d, %d, %d]; height and width go from 1 to %d, channels from 1 to %d",
            what, s.h, s.w, s.c, MAX_SIDE, MAX_CHANNELS);
        return false;
    }
    if (shape_elements(s) > MAX_TENSOR) {
        diag_error(d, at, "%s: a tensor [%d, %d, %d] is too large; at most %d elements", what, s.h, s.w, s.c,
                   MAX_TENSOR);
        return false;
    }
    return true;
}

int graph_add_input(graph *g, diag *d, const char *name, elem_type type, shape s, loc at) {
    if (!check_sizes(d, "input", s, at)) return -1;
    if (find_port(g, name)) {
        diag_error(d, at, "an input or output is already named \"%s\"", name);
        return -1;
    }
    node *n = next_node(g);
    *n = (node){.op = OP_INPUT, .shape = s, .type = type, .a = graph_attrs_init(), .label = name, .at = at};
    append_port(g, &g->inputs, &g->n_inputs, (port){.node = g->n_nodes, .name = name, .at = at});
    return g->n_nodes++;
}

bool graph_quantise_input(graph *g, diag *d, int input, float scale, int zero) {
    node *n = &g->nodes[input];
    if (n->type != TYPE_U8 && n->type != TYPE_I8) {
        diag_error(d, n->at, "input: it is %s; codes with a scale are uint8 or int8", type_table[n->type].name);
        return false;
    }
    if (!(scale > 0 && isfinite(scale))) {
        diag_error(d, n->at, "input: the scale must be a number above 0");
        return false;
    }
    int least = (int)type_table[n->type].least, most = (int)type_table[n->type].most;
    if (zero < least || zero > most) {
        diag_error(d, n->at, "input: the zero point is %d, must be from %d to %d", zero, least, most);
        return false;
    }
    n->q = n->a.q = (quant){.on = true, .scale = scale, .zero = zero};
    return true;
}

elem_type type_made(const graph *g, op_kind op, const int *in) {
    bool views = op_table[op].class == CLASS_VIEW || op == OP_RESHAPE;
    bool views_positions = views && g->nodes[in[0]].type == TYPE_I32;
    return makes_positions(op) || views_positions ? TYPE_I32 : TYPE_F32;
}

int graph_add(graph *g, diag *d, op_kind op, const int *in, int n_in, const attrs *a, const char *label,
              loc at) {
    const op_info *info = &op_table[op];
    int own = n_in - (a->has_residual ? 1 : 0);
    if (own < info->least_inputs || own > info->most_inputs) {
        diag_error(d, at, "%s takes %d tensor%s, %d given", info->name, info->least_inputs,
                   info->least_inputs == 1 ? "" : "s", own);
        return -1;
    }
    if (g->n_nodes >= MAX_NODES) {
        diag_error(d, at, "the network has more than %d layers", MAX_NODES);
        return -1;
    }
    int *copy = ARENA_ARRAY(g->mem, int, n_in);
    if (n_in) memcpy(copy, in, (size_t)n_in * sizeof(int));
    node n = {
        .op = op, .n_in = n_in, .in = copy, .type = type_made(g, op, copy), .a = *a, .label = label, .at = at};
    if (!shape_rules[op](g, d, &n) || !quantise_node(g, d, &n)) return -1;
    if (!check_sizes(d, info->name, n.shape, at)) return -1;
    for (int r = 0; r < ROLE_COUNT; r++) {
        if (n.weights[r]) g->weight_elements += n.weights[r]->count;
    }
    if (g->weight_elements > MAX_WEIGHTS) {
        diag_error(d, at, "the network has more than %d million weights", MAX_WEIGHTS >> 20);
        return -1;
    }
    *next_node(g) = n;
    return g->n_nodes++;
}

bool graph_add_output(graph *g, diag *d, const char *name, int index, loc at) {
    if (find_port(g, name)) {
        diag_error(d, at, "an input or output is already named \"%s\"", name);
        return false;
    }
    append_port(g, &g->outputs, &g->n_outputs, (port){.node = index, .name = name, .at = at});
    return true;
}

int64_t node_macs(const graph *g, const node *n) {
    switch (n->op) {
    case OP_CONV: {
        int64_t in_c = g->nodes[n->in[0]].shape.c;
        return shape_elements(n->shape) * (in_c / n->a.groups) * n->a.kernel[0] * n->a.kernel[1];
    }
    case OP_CONV_TRANSPOSE: {
        int64_t in = shape_elements(g->nodes[n->in[0]].shape);
        return in * (n->a.out / n->a.groups) * n->a.kernel[0] * n->a.kernel[1];
    }
    case OP_DEPTHWISE: return shape_elements(n->shape) * n->a.kernel[0] * n->a.kernel[1];
    case OP_DENSE: return n->weights[ROLE_WEIGHT]->count;
    case OP_MATMUL: return shape_elements(n->shape) * g->nodes[n->in[0]].shape.c;
    default: return 0;
    }
}

int64_t node_params(const node *n) {
    int64_t total = 0;
    static const role counted[] = {ROLE_WEIGHT, ROLE_BIAS, ROLE_GAMMA, ROLE_BETA};
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        const tensor *t = n->weights[counted[i]];
        if (t) total += t->count;
    }
    return total;
}

int64_t graph_macs(const graph *g) {
    int64_t total = 0;
    for (int i = 0; i < g->n_nodes; i++) total += node_macs(g, &g->nodes[i]);
    return total;
}

int64_t graph_params(const graph *g) {
    int64_t total = 0;
    for (int i = 0; i < g->n_nodes; i++) total += node_params(&g->nodes[i]);
    return total;
}

bool graph_reuses_input(const graph *g) {
    for (int i = 0; i < g->n_inputs; i++) {
        if (g->inputs[i].reused) return true;
    }
    return false;
}

bool graph_has_weights_of(const graph *g, elem_type type) {
    for (int i = 0; i < g->n_nodes; i++) {
        const tensor *t = g->nodes[i].weights[ROLE_WEIGHT];
        if (t && t->type == type) return true;
    }
    return false;
}

bool graph_values_known(const graph *g) {
    for (int i = 0; i < g->n_nodes; i++) {
        for (int k = 0; k < ROLE_COUNT; k++) {
            const tensor *t = g->nodes[i].weights[k];
            if (t && !t->data && !t->ints) return false;
        }
    }
    return true;
}

bool graph_weight_may_go(const graph *g, const tensor *t) {
    enum { LARGE = 16384 };
    if (!g->weights_may_go || !t->data || t->count < LARGE) return false;
    int tensors = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            const tensor *other = g->nodes[i].weights[r];
            tensors += other && other->data == t->data;
        }
    }
    return tensors == 1;
}

int *graph_use_counts(const graph *g, arena *a) {
    int *uses = ARENA_ARRAY(a, int, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        for (int j = 0; j < g->nodes[i].n_in; j++) uses[g->nodes[i].in[j]]++;
    }
    for (int i = 0; i < g->n_outputs; i++) uses[g->outputs[i].node]++;
    return uses;
}
