/* print_json.c: the network as described, as a JSON object. driver/describe.c adds what the plan and the code
 * know. */
#include "graph/print.h"

#include <stdlib.h>

static json_t *shape_json(shape s) { return json_pack("[i, i, i]", s.h, s.w, s.c); }

static json_t *scale_json(float scale) {
    char room[MAX_NUMBER];
    return json_real(strtod(show_scale(scale, room), NULL));
}

static json_t *scales_json(const quant *q) {
    if (!q->scales) return scale_json(q->scale);
    if (!q->scales->data) return json_null();
    json_t *list = json_array();
    for (int64_t i = 0; i < q->scales->count; i++) json_array_append_new(list, scale_json(q->scales->data[i]));
    return list;
}

/* Adds what the integers of a tensor mean, if it holds any. */
static json_t *add_codes(json_t *object, const quant *q) {
    if (!q->on) return object;
    json_object_set_new(object, "scale", scales_json(q));
    json_object_set_new(object, "zero", json_integer(q->zero));
    return object;
}

static json_t *port_json(const graph *g, const port *p, elem_type type) {
    const node *n = &g->nodes[p->node];
    json_t *made = json_pack("{s:s, s:s, s:o}", "name", p->name, "type", type_table[type].name, "shape",
                             shape_json(n->shape));
    return add_codes(made, &n->q);
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
    json_t *made = json_pack("{s:s?, s:s, s:s, s:o, s:I, s:I, s:o, s:i}", "name", n->label, "op",
                             op_table[n->op].name, "type", type_table[n->type].name, "shape",
                             shape_json(n->shape), "params", (json_int_t)node_params(n), "macs",
                             (json_int_t)node_macs(g, n), "inputs", inputs, "line", n->at.line);
    return add_codes(made, &n->q);
}

json_t *graph_json(const graph *g) {
    json_t *layers = json_array();
    bool codes = false;
    for (int i = 0; i < g->n_nodes; i++) {
        json_array_append_new(layers, layer_json(g, &g->nodes[i]));
        codes = codes || g->nodes[i].q.on;
    }
    json_t *made = json_pack("{s:s, s:s?, s:I, s:I, s:o, s:o, s:o}", "name", g->name, "variant", g->variant,
                             "params", (json_int_t)graph_params(g), "macs", (json_int_t)graph_macs(g), "inputs",
                             inputs_json(g), "outputs", outputs_json(g), "layers", layers);
    if (codes) json_object_set_new(made, "integer_rounding", json_string(rescale_rounding_names[g->rounding]));
    return made;
}
