/* summary.c: the table that --summary prints.
 *
 * The rows are those of layer_table.c. If channels were removed because of the weights, a column shows how many
 * are left. In a quantised network one shows scales and zero points, and, where lcc has quantised it, one shows
 * how far each tensor is from the float network's. */
#include "driver/layer_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 3, DECIBELS = 4, KEPT = 5, COLUMNS = 11 };

static const struct {
    const char *title;
    bool right; /* aligned on the right: numbers */
} columns[COLUMNS] = {{"layer", false},  {"op", false},     {"output", false}, {"q", false},
                      {"dB", true},      {"kept", true},    {"params", true},  {"MACs", true},
                      {"kernel", false}, {"kcycles", true}, {"weights", true}};

typedef struct row {
    const char *cell[COLUMNS];
} row;

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

static row show_layer(arena *a, const layer_row *l) {
    const plan_step *part = l->part;
    const char *output =
        arena_printf(a, "%dx%dx%d%s%s", l->shape.h, l->shape.w, l->shape.c, *l->type ? " " : "", l->type);
    const char *decibels = isnan(l->decibels) ? "" : arena_printf(a, "%.1f", l->decibels);
    return (row){{l->label, l->op, output, l->codes, decibels, l->kept, show_count(a, l->params),
                  show_millions(a, l->macs), l->kernel,
                  part ? arena_printf(a, "%.1f", part->cycles * 1e-3) : "",
                  part ? show_count(a, part->weight_bytes) : ""}};
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

static void print_table(text *out, arena *a, const row *rows, int n_rows) {
    enum { WIDEST = 60 };
    row head, rule;
    int widths[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) {
        bool optional = c == KEPT || c == CODES || c == DECIBELS, used = !optional;
        size_t width = strlen(columns[c].title);
        for (int i = 0; i < n_rows; i++) {
            size_t w = strlen(rows[i].cell[c]);
            if (w > width && w <= WIDEST) width = w;
            used = used || w > 0;
        }
        if (!used) width = 0;
        widths[c] = (int)width;
        head.cell[c] = columns[c].title;
        char *dashes = arena_alloc(a, width + 1);
        memset(dashes, '-', width);
        rule.cell[c] = dashes;
    }
    print_row(out, &head, widths);
    print_row(out, &rule, widths);
    for (int i = 0; i < n_rows; i++) print_row(out, &rows[i], widths);
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
        s = arena_printf(a, "%s; the variant sets the params that %s would scale", s, g->compound);
    } else if (j->compound_factor > 0) {
        s = arena_printf(a, "%s (from %g to %g by %.2f, in whole layers and channels)", s, g->phi, g->phi + 1,
                         j->compound_factor);
    }
    return s;
}

/* "1,234 of 4,321 channels, with their weights: 1,200 are the same for every input, 34 change no output".
 * Random weights let hardly any go, so their bytes are more than those of a trained network: that is said, too.
 * NULL where nothing is to be said. */
static const char *describe_removed(const job *j) {
    const graph *g = j->reduced;
    int64_t all = 0;
    bool random = j->o.weights.count == 0 && !j->reader->brings_weights && !j->o.keep_dead;
    if (g->constant_channels + g->unread_channels == 0)
        return random ? "no channel, since the weights are random; with trained weights some may go, which "
                        "takes fewer bytes"
                      : NULL;
    for (int i = 0; i < j->described->n_nodes; i++) {
        if (op_table[j->described->nodes[i].op].class == CLASS_CONV) all += j->described->nodes[i].shape.c;
    }
    const char *s =
        arena_printf(j->mem, "%s of %s channels, with their weights:",
                     show_count(j->mem, g->constant_channels + g->unread_channels), show_count(j->mem, all));
    if (g->constant_channels) {
        s = arena_printf(j->mem, "%s %s are the same for every input%s", s,
                         show_count(j->mem, g->constant_channels), g->unread_channels ? "," : "");
    }
    if (g->unread_channels) {
        s = arena_printf(j->mem, "%s %s change no output", s, show_count(j->mem, g->unread_channels));
    }
    return s;
}

/* " of f16, with biases of f32"; "" where all are floats. */
static const char *describe_types(const job *j) {
    const char *types = show_weight_types(j->mem, j->plan->g);
    if (strcmp(types, "f32") == 0) return "";
    if (strcmp(types, "f16") == 0) return " of f16, with biases of f32";
    if (strcmp(types, "bf16") == 0) return " of bf16, with biases of f32";
    if (strcmp(types, "int8") == 0) return " of int8, with biases of int32";
    return arena_printf(j->mem, " of %s", types);
}

/* "1,234 bytes of f16, with biases of f32: each of the 3 targets has its own". */
static const char *describe_weights(const job *j) {
    int64_t weights = j->code.weights_bytes;
    const char *s =
        arena_printf(j->mem, "%s bytes%s", weights ? show_count(j->mem, weights) : "0", describe_types(j));
    if (j->o.targets.count == 1) return s;
    return arena_printf(j->mem, "%s: each of the %d targets has its own", s, j->o.targets.count);
}

/* "57,164 bytes: code 11,572 with -O2 (9,604 with -Os), constants 1,112, weights 44,480". */
static const char *describe_flash(arena *a, const flash_size *f) {
    return arena_printf(a, "%s bytes%s: code %s with -O2 (%s with -Os), constants %s, weights %s",
                        show_count(a, flash_bytes(f)), f->measured ? ", measured" : "",
                        show_count(a, f->code[LEVEL_O2]), show_count(a, f->code[LEVEL_OS]),
                        f->constants ? show_count(a, f->constants) : "0",
                        f->weights ? show_count(a, f->weights) : "0");
}

/* Prints a line for each port that is not a map [h, w, c] in the file. */
static void print_ordered_ports(text *out, arena *a, const char *kind, const port *ports, int count) {
    for (int i = 0; i < count; i++) {
        if (ports[i].sizes)
            print_total(out, kind,
                        arena_printf(a, "%s: %s in the file, in the order of these axes", ports[i].name,
                                     ports[i].sizes));
    }
}

static void print_totals(text *out, const job *j) {
    arena *a = j->mem;
    const plan *p = j->plan;
    int64_t in_code = plan_macs(p), arena_bytes = j->code.arena_bytes;
    int n_targets = j->o.targets.count;
    const double cycles = plan_cycles(p);
    const char *macs = show_count(a, graph_macs(j->described));
    if (in_code != graph_macs(j->described)) {
        macs = arena_printf(a, "%s as described, %s in the code", macs, show_count(a, in_code));
    }
    const char *arena_text = arena_printf(a, "%s bytes", arena_bytes ? show_count(a, arena_bytes) : "0");
    if (j->o.reuse_input) arena_text = arena_printf(a, "%s, with the input", arena_text);
    if (p->n_steps && p->arena_bytes == arena_bytes) {
        const node *fullest = &p->g->nodes[p->steps[p->peak_step].node];
        if (fullest->label) arena_text = arena_printf(a, "%s, fullest at %s", arena_text, fullest->label);
    }
    print_total(out, "params", show_count(a, graph_params(j->described)));
    print_total(out, "MACs", macs);
    const char *removed = describe_removed(j);
    if (removed) print_total(out, "removed", removed);
    print_total(out, "arena", arena_text);
    if (j->o.selftest)
        print_total(
            out, "self-test",
            arena_printf(a, "%s bytes more in the static arena", show_count(a, j->code.selftest_bytes)));
    if (j->code.thread_bytes)
        print_total(out, "threads",
                    arena_printf(a, "%s bytes more for each thread after the first",
                                 show_count(a, j->code.thread_bytes)));
    print_total(out, "weights", describe_weights(j));
    if (j->code.flash.known) print_total(out, "flash", describe_flash(a, &j->code.flash));
    if (options_round(&j->o)) print_total(out, "accuracy", describe_rounding(j));
    if (j->o.int8) print_total(out, "int8", describe_quantised(j));
    if (j->labels) print_total(out, "accuracy", describe_accuracy(j));
    if (j->described->compound) print_total(out, "compound", describe_compound(j));
    print_total(out, "predicted", arena_printf(a, "%.2f M cycles of one core", cycles * 1e-6));
    print_total(out, "steps", arena_printf(a, "%d", p->n_steps));
    print_ordered_ports(out, a, "input", j->described->inputs, j->described->n_inputs);
    print_ordered_ports(out, a, "output", j->described->outputs, j->described->n_outputs);
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
    int count;
    const layer_row *layers = list_layers(j, &count);
    row *rows = ARENA_ARRAY(j->mem, row, count);
    for (int i = 0; i < count; i++) rows[i] = show_layer(j->mem, &layers[i]);
    text_printf(out, "%s%s%s\n\n", g->name, g->variant ? ", variant " : "", g->variant ? g->variant : "");
    print_table(out, j->mem, rows, count);
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
