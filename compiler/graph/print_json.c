/* print_json.c: the network as described, as a JSON object. driver/describe.c adds what the plan and the code
 * know. */
#include "graph/print.h"

static json_t *shape_json(shape s) { return json_pack("[i, i, i]", s.h, s.w, s.c); }

static json_t *port_json(const graph *g, const port *p, elem_type type) {
    return json_pack("{s:s, s:s, s:o}", "name", p->name, "type", type_table[type].name, "shape",
                     shape_json(g->nodes[p->node].shape));
}

static json_t *inputs_json(const graph *g) {
    json_t *list = json_array();
    for (int i = 0; i < g->n_inputs; i++)
        json_array_append_new(list, port_json(g, &g->inputs[i], g->nodes[g->inputs[i].node].type));
    return list;
}

static json_t *outputs_json(const graph *g) {
    json_t *list = json_array();
    for (int i = 0; i < g->n_outputs; i++)
        json_array_append_new(list, port_json(g, &g->outputs[i], graph_output_type(g, i)));
    return list;
}

static json_t *layer_json(const graph *g, const node *n) {
    json_t *inputs = json_array();
    for (int i = 0; i < n->n_in; i++) json_array_append_new(inputs, json_integer(n->in[i]));
    return json_pack("{s:s?, s:s, s:o, s:I, s:I, s:o, s:i}", "name", n->label, "op", op_table[n->op].name,
                     "shape", shape_json(n->shape), "params", (json_int_t)node_params(n), "macs",
                     (json_int_t)node_macs(g, n), "inputs", inputs, "line", n->at.line);
}

json_t *graph_json(const graph *g) {
    json_t *layers = json_array();
    for (int i = 0; i < g->n_nodes; i++) json_array_append_new(layers, layer_json(g, &g->nodes[i]));
    return json_pack("{s:s, s:s?, s:I, s:I, s:o, s:o, s:o}", "name", g->name, "variant", g->variant, "params",
                     (json_int_t)graph_params(g), "macs", (json_int_t)graph_macs(g), "inputs", inputs_json(g),
                     "outputs", outputs_json(g), "layers", layers);
}
