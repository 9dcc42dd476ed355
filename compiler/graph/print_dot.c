/* print_dot.c: prints the graph for Graphviz. Layers go from top to bottom. Their colours say what kind of work
 * they do (weights, windows, joins), and inputs and outputs are boxes. */
#include "graph/print.h"

#include <string.h>

static const char *const class_colors[] = {
    [CLASS_SOURCE] = "#ffffff", [CLASS_CONV] = "#cfe2f3", [CLASS_POOL] = "#d9ead3", [CLASS_UNARY] = "#f3f3f3",
    [CLASS_ACT] = "#fff2cc",    [CLASS_JOIN] = "#f4cccc", [CLASS_VIEW] = "#eeeeee", [CLASS_WHOLE] = "#d9d2e9",
};

static void print_quoted(text *out, const char *s) {
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') text_char(out, '\\');
        text_char(out, *s);
    }
}

static void print_size(text *out, const int size[2]) {
    if (size[0] == size[1]) {
        text_printf(out, "%d", size[0]);
    } else {
        text_printf(out, "%dx%d", size[0], size[1]);
    }
}

/* "conv 3 / 2" for a kernel of 3 and a stride of 2, then the fused activations. */
static void print_title(text *out, const node *n) {
    const attrs *a = &n->a;
    text_string(out, op_table[n->op].name);
    if (n->op == OP_CONV || n->op == OP_DEPTHWISE || n->op == OP_MAX_POOL || n->op == OP_AVG_POOL) {
        text_char(out, ' ');
        print_size(out, a->kernel);
        if (a->stride[0] != 1 || a->stride[1] != 1) {
            text_string(out, " / ");
            print_size(out, a->stride);
        }
        if (n->op == OP_CONV && a->groups > 1) text_printf(out, ", %d groups", a->groups);
    }
    if (a->act != OP_IDENTITY) text_printf(out, ", %s", op_table[a->act].name);
    if (a->has_residual) text_string(out, ", add");
    if (a->act2 != OP_IDENTITY) text_printf(out, ", %s", op_table[a->act2].name);
}

static void print_dot_layer(const graph *g, text *out, int index) {
    const node *n = &g->nodes[index];
    text_printf(out, "    n%d [label=\"", index);
    print_title(out, n);
    if (n->label) {
        text_string(out, "\\n");
        print_quoted(out, n->label);
    }
    text_printf(out, "\\n%d x %d x %d", n->shape.h, n->shape.w, n->shape.c);
    if (n->op == OP_INPUT || n->q.on) text_printf(out, " %s", type_table[n->type].name);
    if (n->q.on) text_printf(out, "\\nq = %s", show_codes(g->mem, &n->q));
    text_printf(out, "\", fillcolor=\"%s\"%s];\n", class_colors[op_table[n->op].class],
                n->op == OP_INPUT ? ", shape=box, style=\"filled,bold\"" : "");
    for (int i = 0; i < n->n_in; i++) {
        bool residual = n->a.has_residual && i == n->n_in - 1;
        text_printf(out, "    n%d -> n%d%s;\n", n->in[i], index, residual ? " [style=dashed]" : "");
    }
}

void print_dot(const graph *g, text *out) {
    text_string(out, "digraph \"");
    print_quoted(out, g->name);
    text_string(out,
                "\" {\n    node [shape=box, style=\"filled,rounded\", fontname=\"Helvetica\", fontsize=10];\n"
                "    edge [arrowsize=0.6];\n");
    for (int i = 0; i < g->n_nodes; i++) print_dot_layer(g, out, i);
    for (int i = 0; i < g->n_outputs; i++) {
        text_printf(out, "    out%d [label=\"output\\n", i);
        print_quoted(out, g->outputs[i].name);
        text_printf(out, "\", fillcolor=\"#ffffff\", style=\"filled,bold\"];\n    n%d -> out%d;\n",
                    g->outputs[i].node, i);
    }
    text_string(out, "}\n");
}
