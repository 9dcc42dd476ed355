/* file.c: the C file of one target or of several, put together from its parts. */
#include "emit/codes.h"

#include <string.h>

/* "9 steps, 0.09 M multiply-adds, 24192 bytes of arena, 8976 bytes of weights" */
static const char *describe_target(const emitter *e) {
    const plan *p = e->p;
    return arena_printf(e->a, "%d steps, %.2f M multiply-adds, %lld bytes of arena, %lld bytes of weights%s",
                        p->n_steps, (double)plan_macs(p) * 1e-6, (long long)p->arena_bytes,
                        (long long)plan_weight_bytes(p),
                        graph_has_weights_of(p->g, TYPE_F16)    ? " (f16)"
                        : graph_has_weights_of(p->g, TYPE_BF16) ? " (bf16)"
                                                                : "");
}

static void emit_banner(const emitter *all, int n, text *out) {
    const emitter *e = &all[n - 1];
    const graph *g = e->p->g;
    arena *a = e->a;
    text_printf(out, "/* %s%s%s, written by lcc %s for ", comment_safe(a, g->name), g->variant ? " " : "",
                g->variant ? comment_safe(a, g->variant) : "", LCC_VERSION);
    if (n == 1) text_printf(out, "%s: %s.\n", e->p->t->name, e->p->t->what);
    for (int i = 0; i < n && n > 1; i++)
        text_printf(out, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " and ", all[i].p->t->name);
    if (n > 1) text_string(out, ":\n * the best that the machine runs is chosen at run time.\n");
    text_printf(out, " *\n *     %s\n *\n", comment_safe(a, e->o->command));
    if (e->o->seeded)
        text_string(out, " * The weights are random numbers: what this network predicts means nothing.\n *\n");
    if (n == 1)
        text_printf(out, " * %s (hash %016llx).\n", describe_target(e), (unsigned long long)e->o->weights_hash);
    for (int i = 0; i < n && n > 1; i++)
        text_printf(out, " * %s: %s.\n", all[i].p->t->name, describe_target(&all[i]));
    if (n > 1) {
        text_printf(out, " * Together %lld bytes of arena, %lld bytes of weights (hash %016llx).\n",
                    (long long)e->arena_bytes, (long long)weights_bytes(e),
                    (unsigned long long)e->o->weights_hash);
    }
    if (graph_has_weights_of(e->p->g, TYPE_F16))
        text_string(out,
                    " * Weights are IEEE 754 halves, widened to floats as they are used; biases are floats.\n");
    if (graph_has_weights_of(e->p->g, TYPE_BF16))
        text_string(out, " * Convolutions and dense layers multiply in bfloat16, which their inputs are "
                         "rounded to, and add up in "
                         "floats.\n");
    text_string(out, " * Tensors are [height, width, channels], one pixel's channels side by side. */\n");
}

/* Stops a compiler that has not been told of the machine. */
static void emit_condition(const target *t, text *out) {
    if (!t->condition) return;
    text_printf(out, "#if !(%s)\n#error \"this file is for %s\"\n#endif\n\n", t->condition, t->condition_words);
}

/* The largest number that an int of the file may have to hold, and what has that many. */
typedef struct int_need {
    int64_t most;
    const char *what;
} int_need;

static void need_int(int_need *need, int64_t number, const char *what) {
    if (number > need->most) *need = (int_need){number, what};
}

/* A tensor that is never whole in memory has rows and columns all the same, and a window looks beyond them. */
static void need_window(int_need *need, const graph *g, const node *n) {
    const attrs *a = &n->a;
    const shape x = g->nodes[n->n_in ? n->in[0] : 0].shape;
    const int size[] = {x.h, x.w}, pad[] = {a->pad[TOP] + a->pad[BOTTOM], a->pad[LEFT] + a->pad[RIGHT]};
    for (int i = 0; i < 2; i++) {
        int64_t reach = (int64_t)a->kernel[i] * a->dilation[i];
        need_int(need, size[i] + pad[i] + a->stride[i] + reach, "rows or columns of a tensor with its padding");
    }
    if (n->op == OP_AVG_POOL)
        need_int(need, (int64_t)a->kernel[0] * a->kernel[1] * n->shape.c, "elements of a window");
}

/* Offsets and counts of elements are ints. None is larger than the bytes of what it points into, but for those
 * of a loop over blocks, which may come to some elements more. */
static int_need find_int_need(const emitter *e) {
    const graph *g = e->p->g;
    int_need need = {0, NULL};
    need_int(&need, e->arena_bytes + (e->o->selftest ? selftest_bytes(e) : 0), "bytes of arena");
    need_int(&need, weights_bytes(e), "bytes of weights");
    need_int(&need, e->tables->largest, "bytes of a table");
    for (int i = 0; i < g->n_nodes; i++) need_window(&need, g, &g->nodes[i]);
    for (int i = 0; i < g->n_inputs + g->n_outputs; i++) {
        const node *n = &g->nodes[(i < g->n_inputs ? &g->inputs[i] : &g->outputs[i - g->n_inputs])->node];
        need_int(&need, shape_elements(n->shape) * type_table[n->type].bytes,
                 i < g->n_inputs ? "bytes of input" : "bytes of output");
    }
    return need;
}

/* Stops a compiler for strict C99 whose int is too small: C promises 16 bits only. */
static void emit_int_condition(const emitter *e, text *out) {
    enum { BEYOND = 256 }; /* elements of the largest block that a loop takes at a time */
    const int_need need = find_int_need(e);
    if (!e->p->t->strict_c99 || need.most + BEYOND <= INT16_MAX) return;
    text_printf(out,
                "#include <limits.h>\n#if INT_MAX < %lld\n"
                "#error \"%lld %s: this network needs an int of 32 bits\"\n#endif\n\n",
                (long long)need.most + BEYOND, (long long)need.most, need.what);
}

static void emit_target_begin(const emitter *e, text *out) {
    const target *t = e->p->t;
    if (!t->attributes) return;
    bool more = graph_has_weights_of(e->p->g, TYPE_F16) && t->half_attributes;
    const char *attributes =
        more ? arena_printf(e->a, "%s%s", t->attributes, t->half_attributes) : t->attributes;
    text_printf(out,
                "#if defined(__clang__)\n#pragma clang attribute push(__attribute__((target(\"%s\"))), "
                "apply_to = function)\n"
                "#elif defined(__GNUC__)\n#pragma GCC push_options\n#pragma GCC target(\"%s\")\n#endif\n\n",
                attributes, attributes);
}

static void emit_target_end(const target *t, text *out) {
    if (!t->attributes) return;
    text_string(out, "\n#if defined(__clang__)\n#pragma clang attribute pop\n#elif defined(__GNUC__)\n#pragma "
                     "GCC pop_options\n#endif\n");
}

/* Whether an earlier step calls the function of step i. */
static bool is_called_before(const emitter *e, int i) {
    for (int before = 0; before < i; before++) {
        if (strcmp(e->calls[before].function, e->calls[i].function) == 0) return true;
    }
    return false;
}

/* On microcontrollers, declares the functions of the steps so that none becomes a part of the function that
 * calls them all. Else the stack of that function has room for the variables of such a step while another one
 * runs. The same where the target wants calls. */
static void keep_steps_apart(const emitter *e, text *out) {
    if (!e->p->t->small && !e->p->t->calls) return;
    for (int i = 0; i < e->p->n_steps; i++) {
        const kernel_call *c = &e->calls[i];
        if (!is_called_before(e, i))
            text_printf(out, "static void %s(%s) __attribute__((noinline));\n", c->function,
                        parameters_text(e->a, &c->passed));
    }
    text_char(out, '\n');
}

/* The table of the steps' functions, whose address run_in takes. Where clang finds wasm-opt it has it
 * optimise WebAssembly, as emcc does. That puts each function that is called once into its caller, noinline or
 * not, unless a table has it. */
static void list_steps(const emitter *e, text *out) {
    if (!e->p->t->calls) return;
    text_string(out,
                "/* The functions of the steps. wasm-opt puts a function that is called once into its caller, "
                "but for those\n * in a table; and engines make slow code of one function of all steps. */\n"
                "static void (*const step_functions[])(void) = {\n");
    for (int i = 0; i < e->p->n_steps; i++) {
        if (!is_called_before(e, i)) text_printf(out, "    (void (*)(void))%s,\n", e->calls[i].function);
    }
    text_string(out, "};\n\n");
}

/* Writes what stands between the includes and the literal of the weights in a file of one target. */
static void emit_alone(const emitter *e, text *out) {
    text code = {0};
    emit_thread_helpers(e, &code);
    keep_steps_apart(e, &code);
    text_bytes(&code, e->functions.data, e->functions.size);
    list_steps(e, &code);
    emit_entry_points(e, 1, &code);
    if (e->o->selftest) emit_selftest(e, 1, &code);
    emit_target_begin(e, out);
    emit_runtime(e, &code, out);
    emit_weights(e, out);
    text_bytes(out, e->tables->out.data, e->tables->out.size);
    text_bytes(out, code.data, code.size);
    emit_target_end(e->p->t, out);
    text_free(&code);
}

/* The same in a file of several targets. */
static void emit_together(const emitter *all, int n, text *out) {
    const emitter *best = &all[n - 1];
    emit_weights(best, out);
    text_bytes(out, best->tables->out.data, best->tables->out.size);
    emit_arena_macros(best, out);
    emit_thread_helpers(all, out);
    for (int i = 0; i < n; i++) {
        const target *t = all[i].p->t;
        text code = {0};
        text_bytes(&code, all[i].functions.data, all[i].functions.size);
        emit_step_list(&all[i], &code);
        text_printf(out, "/* ======== %s: %s ======== */\n\n", t->name, t->what);
        emit_target_begin(&all[i], out);
        emit_runtime(&all[i], &code, out);
        text_bytes(out, code.data, code.size - 1); /* less the blank line behind the last function */
        emit_target_end(t, out);
        text_char(out, '\n');
        text_free(&code);
    }
    text_printf(out, "/* ======== the choice ======== */\n\n");
    emit_entry_points(all, n, out);
    if (best->o->selftest) emit_selftest(all, n, out);
}

void emit_file(const emitter *all, int n, text *out) {
    const emitter *best = &all[n - 1];
    emit_banner(all, n, out);
    emit_condition(best->p->t, out);
    emit_int_condition(best, out);
    text_printf(out, "#include \"%s.h\"\n\n", best->o->base_name);
    emit_runtime_includes(best, out);
    text_char(out, '\n');
    if (n > 1) {
        emit_together(all, n, out);
    } else {
        emit_alone(best, out);
    }
}
