/* describe.c: --emit net, dot and json. net and dot show the graph; json has all that the summary shows. */
#include "driver/layer_table.h"

#include "graph/print.h"
#include "plan/kernels.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* One object for each target, with the work and the memory of its code. */
static json_t *describe_targets(const job *j) {
    json_t *targets = json_array();
    for (int i = 0; i < j->o.targets.count; i++) {
        const plan *p = j->plans[i];
        json_t *one = json_object();
        json_object_set_new(one, "name", json_string(p->t->name));
        json_object_set_new(one, "macs_emitted", json_integer(plan_macs(p)));
        json_object_set_new(one, "arena_bytes", json_integer(p->arena_bytes));
        json_object_set_new(one, "thread_bytes", json_integer(p->thread_bytes));
        json_object_set_new(one, "weights_bytes", json_integer(plan_weight_bytes(p)));
        json_object_set_new(one, "steps", json_integer(p->n_steps));
        json_array_append_new(targets, one);
    }
    return targets;
}

/* Adds the facts about a step's kernel, for programs. The field "kernel" has the same in words for people,
 * which may change. */
static void add_kernel_facts(json_t *step, const plan *p, const plan_step *s) {
    json_object_set_new(step, "kind", json_string(step_kernel_name(p, s)));
    if (s->kind == STEP_GEMM) {
        json_object_set_new(step, "vector", json_string(step_vector_name(p, s)));
        json_object_set_new(step, "tile", json_pack("[i, i]", s->gemm.tile_pixels, s->gemm.blocks[0].n_pieces));
        json_object_set_new(step, "weights_once", json_boolean(s->gemm.blocks_outside));
        json_object_set_new(step, "weights_scaled", json_boolean(s->gemm.scaled));
    }
    if (s->kind == STEP_WINDOW) {
        json_object_set_new(step, "vector", json_string(step_vector_name(p, s)));
        json_object_set_new(step, "columns", json_integer(s->window.tile_columns ? s->window.tile_columns : 1));
        json_object_set_new(step, "adds_up", json_boolean(s->sums >= 0));
    }
    if (s->kind == STEP_GLOBAL_POOL) json_object_set_new(step, "of_sums", json_boolean(s->sums >= 0));
    if (s->kind == STEP_ELEMENTWISE) json_object_set_new(step, "in_place", json_boolean(s->in_place));
}

static const char *layer_label(const plan *p, const plan_step *s) {
    const char *label = p->g->nodes[s->node].label;
    return label ? label : "";
}

/* One object for each part of a chain. */
static json_t *describe_parts(const plan *p, const plan_step *s) {
    json_t *parts = json_array();
    for (int i = 0; i < s->n_parts; i++) {
        json_t *part = json_pack("{s:s}", "layer", layer_label(p, &s->parts[i]));
        add_kernel_facts(part, p, &s->parts[i]);
        json_array_append_new(parts, part);
    }
    return parts;
}

/* One object for each step, in the order in which they run, with its kernel, work and memory. */
static json_t *describe_steps(const plan *p) {
    json_t *steps = json_array();
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        json_t *step = json_object();
        json_object_set_new(step, "layer", json_string(layer_label(p, s)));
        json_object_set_new(step, "kernel", json_string(s->words));
        add_kernel_facts(step, p, s);
        json_object_set_new(step, "macs", json_integer(s->macs));
        json_object_set_new(step, "weights_bytes", json_integer(s->weight_bytes));
        json_object_set_new(step, "scratch_bytes", json_integer(s->scratch_bytes));
        if (s->kind == STEP_CHAIN) {
            json_object_set_new(step, "sums_only", json_boolean(s->sums_only));
            json_object_set_new(step, "parts", describe_parts(p, s));
        }
        json_array_append_new(steps, step);
    }
    return steps;
}

/* The effect of rounding the weights. Numbers have three digits, because libraries differ in the last ones of
 * exp. */
static json_t *describe_loss(const rounding_loss *l) {
    char digits[32];
    snprintf(digits, sizeof digits, "%.3g", l->difference);
    json_t *loss = json_object();
    json_object_set_new(loss, "samples", json_integer(l->samples));
    json_object_set_new(loss, "calibrated", json_boolean(l->given));
    /* The difference is infinite if an output was 0 everywhere. JSON has no infinity, so it is null then. */
    json_object_set_new(loss, "largest_difference",
                        isinf(l->difference) ? json_null() : json_real(strtod(digits, NULL)));
    if (l->classifies) json_object_set_new(loss, "same_top_class", json_integer(l->same_top));
    return loss;
}

/* A number with three digits; null where there is none. */
static json_t *three_digits(double x) {
    char digits[32];
    if (!isfinite(x)) return json_null();
    snprintf(digits, sizeof digits, "%.3g", x);
    return json_real(strtod(digits, NULL));
}

/* How well the quantised network does; and for each layer how far its tensor is from the float network's. */
static void describe_quantising(json_t *root, const job *j) {
    const quantize_report *r = &j->quantised;
    json_t *said = json_object(), *methods = json_object(), *layers = json_object_get(root, "layers");
    for (int m = 0; m < RANGE_METHOD_COUNT; m++)
        json_object_set_new(methods, range_method_names[m], three_digits(r->method_decibels[m]));
    json_object_set_new(said, "samples", json_integer(r->samples));
    json_object_set_new(said, "ranges", json_string(range_method_names[r->method]));
    json_object_set_new(said, "decibels_by_ranges", methods);
    json_object_set_new(said, "decibels", three_digits(r->output_decibels));
    if (r->classifies) json_object_set_new(said, "same_top_class", json_integer(r->same_top));
    if (j->labels) {
        json_object_set_new(said, "right_f32", json_integer(count_right(j, r->float_top)));
        json_object_set_new(said, "right_int8", json_integer(count_right(j, r->integer_top)));
    }
    json_object_set_new(root, "quantised", said);
    for (size_t i = 0; i < json_array_size(layers); i++)
        json_object_set_new(json_array_get(layers, i), "decibels", three_digits(r->decibels[i]));
}

/* The bytes of flash, as --summary has them. */
static json_t *describe_flash(const flash_size *f) {
    json_t *flash = json_object(), *code = json_object();
    for (int level = 0; level < CODE_LEVEL_COUNT; level++)
        json_object_set_new(code, code_level_names[level], json_integer(f->code[level]));
    json_object_set_new(flash, "bytes", json_integer(flash_bytes(f)));
    json_object_set_new(flash, "measured", json_boolean(f->measured));
    json_object_set_new(flash, "code", code);
    json_object_set_new(flash, "constants", json_integer(f->constants));
    json_object_set_new(flash, "weights", json_integer(f->weights));
    return flash;
}

static int append_json(const char *buffer, size_t size, void *data) {
    text_bytes(data, buffer, size);
    return 0;
}

static void describe_json(text *out, const job *j) {
    const plan *p = j->plan;
    json_t *root = graph_json(j->described);
    json_object_set_new(root, "macs_emitted", json_integer(plan_macs(p)));
    json_object_set_new(root, "arena_bytes", json_integer(j->code.arena_bytes));
    json_t *inputs = json_object_get(root, "inputs");
    for (int i = 0; i < p->g->n_inputs; i++) {
        if (p->g->inputs[i].reused)
            json_object_set_new(json_array_get(inputs, (size_t)i), "arena_offset",
                                json_integer(plan_input_offset(p, i)));
    }
    json_object_set_new(root, "thread_bytes", json_integer(j->code.thread_bytes));
    json_object_set_new(root, "weights_bytes", json_integer(j->code.weights_bytes));
    if (j->code.flash.known) json_object_set_new(root, "flash", describe_flash(&j->code.flash));
    json_object_set_new(root, "weights_dtype", json_string(show_weight_types(j->mem, p->g)));
    if (j->loss.samples) json_object_set_new(root, "rounding", describe_loss(&j->loss));
    if (j->quantised.decibels) describe_quantising(root, j);
    if (j->described->compound) {
        json_t *compound = json_object();
        json_object_set_new(compound, "param", json_string(j->described->compound));
        json_object_set_new(compound, "value", json_real(j->described->phi));
        json_object_set_new(compound, "work_factor", json_real(j->described->compound_work));
        json_object_set_new(compound, "macs_factor", json_real(j->compound_factor));
        json_object_set_new(root, "compound", compound);
    }
    json_object_set_new(root, "target", json_string(options_targets(j->mem, &j->o)));
    if (j->o.targets.count > 1) json_object_set_new(root, "targets", describe_targets(j));
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, j->weights.hash);
    json_object_set_new(root, "weights_hash", json_string(hash));
    json_object_set_new(root, "steps", describe_steps(p));
    json_t *unused = json_array();
    for (int i = 0; i < j->weights.n_unused; i++)
        json_array_append_new(unused, json_string(j->weights.unused[i]));
    json_object_set_new(root, "unused_tensors", unused);
    json_dump_callback(root, append_json, out, JSON_INDENT(2));
    text_char(out, '\n');
    json_decref(root);
}

void describe_network(text *out, const job *j) {
    switch (j->o.emit) {
    case EMIT_NET: print_net(j->shown, out); break;
    case EMIT_DOT: print_dot(j->shown, out); break;
    case EMIT_JSON: describe_json(out, j); break;
    case EMIT_MEMORY: memory_print(out, j); break;
    case EMIT_MEMORY_TABLE: memory_table_print(out, j); break;
    case EMIT_HTML: html_print(out, j); break;
    case EMIT_SVG: /* of --fit */
    case EMIT_C:
    case EMIT_KIND_COUNT: break;
    }
}
