/* fit_svg.c: the front of --fit as a picture (SVG): the score over each figure that the front weighs, on a
 * scale of logarithms. The front is in blue, what else keeps the limits in pale blue, and what is over a limit
 * in grey, where its figure and its score are known. There is no background, and all colours can be seen on
 * white and on black. */
#include "driver/fit.h"

#include <math.h>

enum { WIDTH = 330, HEIGHT = 260, LEFT_MARGIN = 56, TOP_MARGIN = 50, BETWEEN = 76, BOTTOM_MARGIN = 56 };

typedef struct axis {
    double least, most;
} axis;

/* A panel: the scores over one figure. */
typedef struct panel {
    const job *j;
    const fit_result *f;
    figure of;
    axis x, y;
    double left; /* of the panel, in pixels */
} panel;

/* The score of a candidate, also of one that is over a limit where it is the stand-in's; NAN: it has none. */
static double score_of(const fit_result *f, const candidate *c) {
    if (c->score.state == SCORE_MADE) return c->score.value;
    return f->stand_in && c->known[FIGURE_MACS] ? stand_in_score(f->stand_in, c) : NAN;
}

/* Whether the panel has a point for the candidate. What is over a limit does not count for the scales. */
static bool is_shown(const panel *p, const candidate *c) {
    return c->known[p->of] && c->figures[p->of] > 0 && c->outcome != CANDIDATE_SKIPPED &&
           !isnan(score_of(p->f, c));
}

static void widen(axis *a, double v) {
    a->least = fmin(a->least, v);
    a->most = fmax(a->most, v);
}

static void find_axes(panel *p) {
    p->x = p->y = (axis){INFINITY, -INFINITY};
    for (int i = 0; i < p->f->s->n; i++) {
        const candidate *c = p->f->s->all[i];
        if (!is_shown(p, c) || c->outcome != CANDIDATE_FITS) continue;
        widen(&p->x, log2((double)c->figures[p->of]));
        widen(&p->y, score_of(p->f, c));
    }
    int64_t limit = p->j->o.limits.most[p->of];
    if (limit) widen(&p->x, log2((double)limit) + 0.25);
    double room_x = fmax((p->x.most - p->x.least) * 0.05, 0.1),
           room_y = fmax((p->y.most - p->y.least) * 0.08, 1e-6);
    p->x = (axis){p->x.least - room_x, p->x.most + room_x};
    p->y = (axis){p->y.least - room_y, p->y.most + 2 * room_y};
}

static double x_of(const panel *p, double log) {
    return p->left + (log - p->x.least) / (p->x.most - p->x.least) * WIDTH;
}

static double y_of(const panel *p, double value) {
    return TOP_MARGIN + HEIGHT - (value - p->y.least) / (p->y.most - p->y.least) * HEIGHT;
}

static void print_point(text *out, const panel *p, const candidate *c, const char *class, double radius) {
    double x = x_of(p, log2((double)c->figures[p->of])), y = y_of(p, score_of(p->f, c));
    if (x < p->left || x > p->left + WIDTH || y < TOP_MARGIN || y > TOP_MARGIN + HEIGHT) return;
    text_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" class=\"%s\"><title>", x, y, radius, class);
    for (int i = 0; i < p->f->space->count; i++) {
        text_string(out, i ? ", " : "");
        text_escaped(out, p->f->space->choices[i].name);
        text_string(out, " ");
        text_escaped(out, picked_text(p->f, c, i));
    }
    const char *value = arena_printf(p->j->mem, "%lld", (long long)c->figures[p->of]);
    bool time = p->of == FIGURE_CYCLES && p->j->o.measure;
    text_printf(out, ": %s %s%s, score %.4g</title></circle>\n", figure_title(p->j, p->of),
                time ? show_figure(p->j, p->of, c->figures[p->of]) : value,
                !time            ? ""
                : c->seconds > 0 ? " (measured)"
                                 : " (predicted)",
                score_of(p->f, c));
}

static const char *show_value(const panel *p, double value) {
    arena *a = p->j->mem;
    if (p->of == FIGURE_CYCLES && p->j->o.measure) return show_figure(p->j, p->of, (int64_t)value);
    if (p->of == FIGURE_CYCLES && p->j->o.clock > 0)
        return arena_printf(a, "%.3g ms", value / p->j->o.clock * 1e3);
    if (p->of == FIGURE_CYCLES) return arena_printf(a, "%.3g M", value * 1e-6);
    return value >= 0x1p20 ? arena_printf(a, "%.3g MiB", value / 0x1p20)
                           : arena_printf(a, "%.3g KiB", value / 0x1p10);
}

static void print_axes(text *out, const panel *p) {
    enum { PARTS = 3 };
    for (int i = 0; i <= PARTS; i++) {
        double log = p->x.least + (p->x.most - p->x.least) * i / PARTS;
        double value = p->y.least + (p->y.most - p->y.least) * i / PARTS;
        text_printf(
            out,
            "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" class=\"grid\"/><text x=\"%.1f\" y=\"%d\" "
            "text-anchor=\"middle\">%s</text>\n",
            x_of(p, log), TOP_MARGIN, x_of(p, log), TOP_MARGIN + HEIGHT, x_of(p, log), TOP_MARGIN + HEIGHT + 16,
            show_value(p, exp2(log)));
        text_printf(
            out,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"grid\"/><text x=\"%.1f\" y=\"%.1f\" "
            "text-anchor=\"end\">%.3g</text>\n",
            p->left, y_of(p, value), p->left + WIDTH, y_of(p, value), p->left - 6, y_of(p, value) + 4, value);
    }
    bool timed = p->of == FIGURE_CYCLES && p->j->o.clock > 0;
    text_printf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", p->left + WIDTH / 2.0,
                TOP_MARGIN + HEIGHT + 36, timed ? "time" : figure_names[p->of]);
    int64_t limit = p->j->o.limits.most[p->of];
    if (!limit) return;
    double x = x_of(p, log2((double)limit));
    text_printf(out, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" class=\"limit\"/>\n", x, TOP_MARGIN, x,
                TOP_MARGIN + HEIGHT);
}

static void print_panel(text *out, panel *p) {
    const search *s = p->f->s;
    find_axes(p);
    print_axes(out, p);
    for (int pass = 0; pass < 2; pass++) { /* what keeps the limits is drawn over what does not */
        for (int i = 0; i < s->n; i++) {
            const candidate *c = s->all[i];
            bool good = c->outcome == CANDIDATE_FITS;
            if (is_shown(p, c) && good == (pass == 1)) print_point(out, p, c, good ? "within" : "over", 2.5);
        }
    }
    for (int i = p->f->n_front - 1; i >= 0; i--) {
        if (is_shown(p, p->f->front[i])) print_point(out, p, p->f->front[i], i ? "front" : "best", i ? 4 : 6);
    }
}

void fit_svg(text *out, const job *j, const fit_result *f) {
    figure_set set = figures_of_front(&j->o.limits);
    int panels = 0;
    for (int i = 0; i < FIGURE_COUNT; i++) panels += (set >> i & 1) != 0;
    text_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<style>text{fill:#808080}.grid{stroke:#808080;stroke-opacity:0.25}"
        ".limit{stroke:#d9534f;stroke-dasharray:5 4}.over{fill:#999}.within{fill:#6baed6;fill-opacity:0.6}"
        ".front{fill:#3182bd}.best{fill:#e6550d}</style>\n<text x=\"%d\" y=\"20\" font-size=\"15\">",
        LEFT_MARGIN + panels * (WIDTH + BETWEEN), TOP_MARGIN + HEIGHT + BOTTOM_MARGIN, LEFT_MARGIN);
    text_escaped(out, path_name(j->model));
    text_printf(out, " for %s%s</text>\n<text x=\"%d\" y=\"38\">score: ", j->o.targets.at[0]->name,
                j->o.int8 ? " in int8" : "", LEFT_MARGIN);
    text_escaped(out, f->stand_in ? "a stand-in for accuracy" : j->o.score.command);
    text_string(out, "; orange: the best, blue: the front, pale: within the limits, grey: over one");
    text_string(out, j->o.measure ? "; times of the front are measured</text>\n" : "</text>\n");
    int at = 0;
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (!(set >> i & 1)) continue;
        panel p = {.j = j, .f = f, .of = (figure)i, .left = LEFT_MARGIN + at++ * (WIDTH + BETWEEN)};
        print_panel(out, &p);
    }
    text_string(out, "</svg>\n");
}
