/* html.c: --emit html: the network, its plan and its C as one page, to open or to send.
 *
 * The page has no script and takes nothing from elsewhere. Its parts, in this order: the totals, the warnings,
 * how the time divides among the kinds of kernels, the layers as a table that folds by stage, and the picture
 * of the arena. A stage is a row of layers whose maps have the same height and width.
 *
 * The time of a layer is the one that the model of cost predicts, in thousands of cycles. With --times it is
 * the one that the user has measured. It was measured by steps, so the parts of a chain share the time of their
 * step as the model predicts. */
#include "driver/layer_table.h"
#include "driver/step_times.h"

#include "base/embedded.h"
#include "plan/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct report {
    text *out;
    const job *j;
    const plan *p;
    const layer_row *rows;
    int n_rows;
    const double *measured; /* microseconds of each step, or -1; NULL: nothing was measured */
    const int *lines;       /* of each step in the C file, from 1; 0: not found */
    double all_time;
    int64_t all_bytes;
} report;

/* Predicted thousands of cycles, or measured microseconds, of a step or of a part of it. */
static double time_of(const report *r, const plan_step *part, int step) {
    if (!part) return 0;
    if (!r->measured) return part->cycles * 1e-3;
    double whole = r->p->steps[step].cycles, time = r->measured[step] > 0 ? r->measured[step] : 0;
    return whole > 0 ? time * part->cycles / whole : time;
}

static const char *time_unit(const report *r) { return r->measured ? "\302\265s" : "kcycles"; }

/* Finds the line of each step's call in the C file: the comment above it begins with the step's number. In a
 * file of several targets the last section is that of the plan shown. */
static const int *find_lines(const job *j) {
    int *lines = ARENA_ARRAY(j->mem, int, j->plan->n_steps);
    const char *p = j->code.c.data, *stop = p + j->code.c.size;
    static const char opening[] = "    /* ";
    for (int number = 1; p && p < stop; number++) {
        if (strncmp(p, opening, sizeof opening - 1) == 0) {
            char *behind;
            long step = strtol(p + sizeof opening - 1, &behind, 10);
            bool begins = behind[0] == '.' && behind[1] == ' ';
            if (begins && step >= 1 && step <= j->plan->n_steps) lines[step - 1] = number;
        }
        p = memchr(p, '\n', (size_t)(stop - p));
        if (p) p++;
    }
    return lines;
}

static void put_fact(const report *r, const char *name, const char *value) {
    text_printf(r->out, "<div><dt>%s</dt><dd>", name);
    text_escaped(r->out, value);
    text_string(r->out, "</dd></div>\n");
}

static void put_facts(const report *r) {
    const job *j = r->j;
    arena *a = j->mem;
    text_string(r->out, "<dl class=\"facts\">\n");
    put_fact(r, "parameters", show_count(a, graph_params(j->described)));
    put_fact(r, "multiply-adds", show_count(a, graph_macs(j->described)));
    if (plan_macs(r->p) != graph_macs(j->described))
        put_fact(r, "multiply-adds in the code", show_count(a, plan_macs(r->p)));
    put_fact(r, "arena",
             arena_printf(a, "%s bytes%s", show_count(a, j->code.arena_bytes),
                          j->o.reuse_input ? ", with the input" : ""));
    if (j->code.thread_bytes)
        put_fact(r, "for each further thread",
                 arena_printf(a, "%s bytes", show_count(a, j->code.thread_bytes)));
    put_fact(r, "weights", arena_printf(a, "%s bytes", show_count(a, j->code.weights_bytes)));
    put_fact(r, "steps", arena_printf(a, "%d", r->p->n_steps));
    const char *time = r->measured ? arena_printf(a, "%.3f ms", r->all_time * 1e-3)
                                   : arena_printf(a, "%.2f M cycles", r->all_time * 1e-3);
    put_fact(r, r->measured ? "time, measured" : "time, predicted", time);
    int64_t gone = j->reduced->constant_channels + j->reduced->unread_channels;
    if (gone) put_fact(r, "dead channels removed", show_count(a, gone));
    text_string(r->out, "</dl>\n");
}

/* The messages of this run, and the tensors that no layer uses. */
static void put_warnings(const report *r) {
    const job *j = r->j;
    text messages = {0};
    diag_show(j->d, &messages);
    if (options_round(&j->o))
        text_printf(&messages, "%s: %s\n", j->o.bf16 ? "bf16" : "f16 weights", describe_rounding(j));
    for (int i = 0; i < j->weights.n_unused; i++)
        text_printf(&messages, "The tensor %s of the weights is not used.\n", j->weights.unused[i]);
    if (messages.size) {
        text_string(r->out, "<h2>Warnings</h2>\n<div class=\"warnings\"><pre>");
        text_escaped(r->out, messages.data);
        text_string(r->out, "</pre></div>\n");
    }
    text_free(&messages);
}

/* ---- time by kind of kernel ---- */

static void add_kind(const report *r, const plan_step *part, int step, double *times) {
    times[kernel_of(r->p, part)] += time_of(r, part, step);
}

static void put_kinds(const report *r) {
    double times[KERNEL_KIND_COUNT] = {0};
    for (int i = 0; i < r->p->n_steps; i++) {
        const plan_step *s = &r->p->steps[i];
        for (int k = 0; k < s->n_parts; k++) add_kind(r, &s->parts[k], i, times);
        if (!s->n_parts) add_kind(r, s, i, times);
    }
    text_printf(r->out, "<h2>Where the time goes</h2>\n<p class=\"soft\">%s</p>\n<div class=\"kinds\">\n",
                r->measured
                    ? "Measured microseconds of each step; the parts of a step that runs by rows share its "
                      "time as the model of cost predicts."
                    : "Thousands of cycles of one core, as the model of cost predicts them.");
    for (int shown = 0; shown < KERNEL_KIND_COUNT; shown++) {
        int most = 0;
        for (int i = 1; i < KERNEL_KIND_COUNT; i++) most = times[i] > times[most] ? i : most;
        if (times[most] <= 0) break;
        double share = r->all_time > 0 ? 100 * times[most] / r->all_time : 0;
        text_printf(
            r->out,
            "<span>%s</span><i style=\"width:%.1f%%\"></i><span class=\"number\">%.1f %s, %.0f %%</span>\n",
            kernel_name((kernel_kind)most), share, times[most], time_unit(r), share);
        times[most] = 0;
    }
    text_string(r->out, "</div>\n");
}

/* ---- the layers ---- */

static void put_bar(const report *r, const char *class, double value, double whole, const char *shown) {
    double share = whole > 0 ? 100 * value / whole : 0;
    const char *bar =
        share > 0 ? arena_printf(r->j->mem, "<i style=\"width:%.1f%%\"></i>", share) : "<span></span>";
    text_printf(r->out, "<span class=\"bar%s\">%s<b>%s</b></span>", class, bar, shown);
}

/* The two bars, whose lengths are shares of `most_time` and `most_bytes`. */
static void put_bars(const report *r, double time, double most_time, int64_t bytes, double most_bytes) {
    arena *a = r->j->mem;
    put_bar(r, "", time, most_time, time > 0 ? arena_printf(a, "%.1f", time) : "");
    put_bar(r, " bytes", (double)bytes, most_bytes, show_count(a, bytes));
}

static void put_cell(const report *r, const char *class, const char *value) {
    text_printf(r->out, "<span class=\"%s\">", class);
    text_escaped(r->out, value);
    text_string(r->out, "</span>");
}

typedef struct totals {
    double time;
    int64_t params, macs, bytes;
    int layers;
} totals;

static void add_layer(const report *r, const layer_row *l, totals *t) {
    t->time += time_of(r, l->part, l->step);
    t->bytes += l->part ? l->part->weight_bytes : 0;
    t->params += l->params;
    t->macs += l->macs;
    t->layers++;
}

static const char *show_millions(arena *a, int64_t value) {
    return value ? arena_printf(a, "%.2f M", (double)value * 1e-6) : "";
}

static void put_layer(const report *r, const layer_row *l, const totals *most) {
    arena *a = r->j->mem;
    totals own = {0};
    add_layer(r, l, &own);
    text_string(r->out, "<div class=\"row\">");
    put_cell(r, "", l->label);
    put_cell(r, "", *l->kept ? arena_printf(a, "%s, %s channels left", l->op, l->kept) : l->op);
    put_cell(r, "number",
             arena_printf(a, "%dx%dx%d%s%s%s%s", l->shape.h, l->shape.w, l->shape.c, *l->type ? " " : "",
                          l->type, *l->codes ? " " : "", l->codes));
    put_cell(r, "number", show_count(a, own.params));
    put_cell(r, "number", show_millions(a, own.macs));
    put_bars(r, own.time, most->time, own.bytes, (double)most->bytes);
    int line = l->step >= 0 ? r->lines[l->step] : 0;
    put_cell(r, "number", line ? arena_printf(a, "%d", line) : "");
    put_cell(r, "kernel", l->kernel);
    text_string(r->out, "</div>\n");
}

static bool is_map(const layer_row *l) { return shape_pixels(l->shape) > 1; }

static bool same_size(shape x, shape y) { return x.h == y.h && x.w == y.w; }

/* Whether maps of size `s` come again soon behind row `at`, as in the two branches of a ShuffleNet's unit. */
static bool comes_again(const report *r, int at, shape s) {
    enum { SOON = 4 };
    for (int i = at + 1; i < r->n_rows && i <= at + SOON; i++) {
        if (is_map(&r->rows[i]) && same_size(r->rows[i].shape, s)) return true;
    }
    return false;
}

/* The end of the stage that begins with row `first`: maps of another size follow. Vectors, as in a
 * squeeze-excite, belong to the stage around them; behind the last map they are a stage of their own. */
static int stage_end(const report *r, int first) {
    int last_map = -1;
    for (int i = 0; i < r->n_rows; i++) last_map = is_map(&r->rows[i]) ? i : last_map;
    shape s = r->rows[first].shape;
    int end = first + 1;
    for (; end < r->n_rows; end++) {
        const layer_row *next = &r->rows[end];
        if (!is_map(next)) {
            if (end > last_map && first <= last_map) break;
            continue;
        }
        if (shape_pixels(s) == 1) s = next->shape;
        if (!same_size(next->shape, s) && !comes_again(r, end, s)) break;
    }
    return end;
}

static void put_stage(const report *r, int number, int first, int end, const totals *most) {
    arena *a = r->j->mem;
    totals stage = {0};
    shape s = {1, 1, 1};
    for (int i = first; i < end; i++) {
        add_layer(r, &r->rows[i], &stage);
        if (is_map(&r->rows[i]) && shape_pixels(s) == 1) s = r->rows[i].shape;
    }
    const char *size = shape_pixels(s) > 1 ? arena_printf(a, "%d \303\227 %d", s.h, s.w) : "vectors";
    text_printf(r->out, "<details%s><summary class=\"row\"><span class=\"fold\">Stage %d</span>",
                stage.time >= r->all_time / 4 ? " open" : "", number);
    put_cell(r, "", arena_printf(a, "%d layer%s", stage.layers, stage.layers == 1 ? "" : "s"));
    put_cell(r, "number", size);
    put_cell(r, "number", show_count(a, stage.params));
    put_cell(r, "number", show_millions(a, stage.macs));
    put_bars(r, stage.time, r->all_time, stage.bytes, (double)r->all_bytes);
    double share = r->all_time > 0 ? 100 * stage.time / r->all_time : 0;
    put_cell(r, "", "");
    put_cell(r, "", arena_printf(a, "%.0f %% of the time", share));
    text_string(r->out, "</summary>\n");
    for (int i = first; i < end; i++) put_layer(r, &r->rows[i], most);
    text_string(r->out, "</details>\n");
}

static void put_layers(const report *r) {
    totals most = {0};
    for (int i = 0; i < r->n_rows; i++) {
        totals own = {0};
        add_layer(r, &r->rows[i], &own);
        if (own.time > most.time) most.time = own.time;
        if (own.bytes > most.bytes) most.bytes = own.bytes;
    }
    text_printf(
        r->out,
        "<h2>Layers</h2>\n<p class=\"soft\">A bar of a stage is its share of the whole; a bar of a layer is "
        "measured against the largest layer. The last number is the line of the C file where the layer's step "
        "is called.</p>\n<div class=\"scroll\">\n<div class=\"row head\"><span>layer</span><span>what it "
        "is</span><span class=\"number\">output</span><span class=\"number\">parameters</span><span "
        "class=\"number\">MACs</span><span>%s</span><span>bytes of weights</span><span "
        "class=\"number\">line</span><span>kernel</span></div>\n",
        time_unit(r));
    for (int i = 0, number = 1; i < r->n_rows; number++) {
        int end = stage_end(r, i);
        put_stage(r, number, i, end, &most);
        i = end;
    }
    text_string(r->out, "</div>\n");
}

/* ---- the page ---- */

static void put_title(const report *r) {
    const graph *g = r->j->described;
    text_escaped(r->out, g->name);
    if (g->variant) {
        text_string(r->out, ", variant ");
        text_escaped(r->out, g->variant);
    }
}

static void put_head(const report *r) {
    const embedded_file *style = find_embedded("report.css");
    text_string(r->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    put_title(r);
    text_string(r->out, "</title>\n<style>\n");
    text_bytes(r->out, style->text, style->size);
    text_string(r->out, "</style>\n</head>\n<body>\n<h1>");
    put_title(r);
    text_string(r->out, "</h1>\n<p>Compiled for <code>");
    text_escaped(r->out, r->p->t->name);
    text_printf(r->out, "</code>: %s. Written by lcc %s: <code>", r->p->t->what, LCC_VERSION);
    text_escaped(r->out, options_command(r->j->mem, &r->j->o));
    text_string(r->out, "</code></p>\n");
    if (r->j->o.targets.count > 1)
        text_string(r->out,
                    "<p>The file has code for several targets. This page shows the last one, which is the "
                    "best.</p>\n");
}

static void add_up(report *r) {
    for (int i = 0; i < r->p->n_steps; i++) {
        r->all_time += time_of(r, &r->p->steps[i], i);
        r->all_bytes += r->p->steps[i].weight_bytes;
    }
}

void html_print(text *out, const job *j) {
    report r = {.out = out, .j = j, .p = j->plan, .measured = j->step_times};
    r.rows = list_layers(j, &r.n_rows);
    r.lines = find_lines(j);
    add_up(&r);
    put_head(&r);
    put_facts(&r);
    put_warnings(&r);
    put_kinds(&r);
    put_layers(&r);
    text_string(out, "<h2>The arena over the steps</h2>\n<div class=\"scroll arena\">\n");
    memory_print(out, j);
    text_string(out, "</div>\n</body>\n</html>\n");
}
