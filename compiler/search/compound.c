/* compound.c: compound scaling: the grid of ratios, and the text of a scaled network. */
#include "search/compound.h"

#include <math.h>
#include <string.h>

static const loc command_line = {0};

double compound_work(const compound_ratios *r) {
    double width = r->by[AXIS_WIDTH], resolution = r->by[AXIS_RESOLUTION];
    return r->by[AXIS_DEPTH] * width * width * resolution * resolution;
}

/* Ratios are counted in twentieths, so that which are near 2 does not depend on rounding. */
const compound_ratios *compound_grid(arena *a, int *count) {
    enum {
        ONE = 20,
        MOST_DEPTH = 40,
        MOST_OTHERS = 28, /* 1.4: its square is 1.96 */
        TWICE = 2 * ONE * ONE * ONE * ONE * ONE,
        NEAR = TWICE / 20, /* 5 % */
        ROOM = (MOST_DEPTH - ONE + 1) * (MOST_OTHERS - ONE + 1) * (MOST_OTHERS - ONE + 1)
    };
    compound_ratios *grid = ARENA_ARRAY(a, compound_ratios, ROOM);
    *count = 0;
    for (int alpha = ONE; alpha <= MOST_DEPTH; alpha += 2) {
        for (int beta = ONE; beta <= MOST_OTHERS; beta++) {
            for (int gamma = ONE; gamma <= MOST_OTHERS; gamma++) {
                int work = alpha * beta * beta * gamma * gamma;
                if (work < TWICE - NEAR || work > TWICE + NEAR) continue;
                grid[(*count)++] =
                    (compound_ratios){{(double)alpha / ONE, (double)beta / ONE, (double)gamma / ONE}};
            }
        }
    }
    return grid;
}

/* ---- the network ---- */

/* Where the network lacks one of the three params, says how others are named. */
static void hint_at_names(diag *d) {
    text said = {0};
    diag_show(d, &said);
    if (said.size && strstr(said.data, "--search:"))
        diag_note(
            d, command_line,
            "--fit-compound scales the params depth, width and resolution; --search 'D, W, R' names others, "
            "in this order");
    text_free(&said);
}

bool compound_read(arena *a, diag *d, const char *path, const lang_options *o, compound_base *b) {
    *b = (compound_base){.path = path, .options = *o};
    lang_options named = *o;
    if (!named.search) named.search = "depth in [1], width in [1], resolution in [1]";
    search_space s;
    if (!space_read(a, d, path, &named, &s)) {
        if (!o->search) hint_at_names(d);
        return false;
    }
    int count = 0;
    for (int i = 0; i < s.count; i++) {
        const lang_choice *c = &s.choices[i];
        if (!c->is_param) continue;
        if (count == COMPOUND_AXES || !isfinite(c->own) || c->own <= 0) {
            diag_error(d, c->at,
                       count == COMPOUND_AXES
                           ? "--fit-compound scales three params: depth, width and resolution"
                           : "--fit-compound scales this param, whose value is no number above 0");
            return false;
        }
        enum { LEAST_COUNT = 8 };
        b->params[count++] = (compound_param){arena_strdup(a, c->name), c->own,
                                              c->own >= LEAST_COUNT && c->own == floor(c->own)};
    }
    if (count == COMPOUND_AXES) return true;
    diag_error(d, command_line,
               "--fit-compound scales three params, for depth, width and resolution: --search "
               "names %d",
               count);
    return false;
}

double compound_value(const compound_param *p, double ratio, double phi) {
    double value = p->own * pow(ratio, phi);
    const double digits = 1e4;
    return p->whole ? fmax(1, round(value)) : round(value * digits) / digits;
}

static const char *name_value(arena *a, double value) { return arena_printf(a, "%.10g", value); }

/* The values of one param in all candidates, each once. picks[i] is the place of candidate i's value. */
static const char *list_values(arena *a, const compound_param *p, compound_axis axis,
                               const compound_ratios *ratios, const double *phi, int n, int *picks) {
    double *values = ARENA_ARRAY(a, double, n);
    text list = {0};
    int count = 0;
    for (int i = 0; i < n; i++) {
        double value = compound_value(p, ratios[i].by[axis], phi[i]);
        int at = 0;
        while (at < count && values[at] != value) at++;
        picks[i] = at;
        if (at < count) continue;
        values[count++] = value;
        text_printf(&list, "%s%s", at ? ", " : "", name_value(a, value));
    }
    const char *all = arena_printf(a, "%s in [%s]", p->name, list.data);
    text_free(&list);
    return all;
}

const char *const *compound_texts(arena *a, diag *d, const compound_base *b, const compound_ratios *ratios,
                                  const double *phi, int n) {
    int *picks[COMPOUND_AXES];
    const char *lists[COMPOUND_AXES];
    for (int axis = 0; axis < COMPOUND_AXES; axis++) {
        picks[axis] = ARENA_ARRAY(a, int, n);
        lists[axis] = list_values(a, &b->params[axis], (compound_axis)axis, ratios, phi, n, picks[axis]);
    }
    lang_options named = b->options;
    named.search = arena_printf(a, "%s, %s, %s", lists[AXIS_DEPTH], lists[AXIS_WIDTH], lists[AXIS_RESOLUTION]);
    search_space s;
    if (!space_read(a, d, b->path, &named, &s)) return NULL;
    int *chosen = ARENA_ARRAY(a, int, s.count);
    space_usual(&s, chosen);
    const char **texts = ARENA_ARRAY(a, const char *, n);
    for (int i = 0; i < n; i++) {
        for (int k = 0, axis = 0; k < s.count; k++) {
            if (s.choices[k].is_param) chosen[k] = picks[axis++][i];
        }
        texts[i] = space_candidate_elsewhere(&s, chosen, a);
    }
    return texts;
}

/* A line of the block declares a param whose value is ratio ** phi. Where the param has another value at
 * phi = 0, the line is called by another name, and the param is declared behind the block. */
void compound_print(text *out, const compound_base *b, const compound_ratios *r) {
    int width = 0;
    for (int i = 0; i < COMPOUND_AXES; i++) {
        const compound_param *p = &b->params[i];
        int size = (int)strlen(p->name) + (p->own == 1 ? 0 : (int)strlen("_ratio"));
        if (size > width) width = size;
    }
    text_string(out, "compound phi = 0 {\n");
    for (int i = 0; i < COMPOUND_AXES; i++) {
        const compound_param *p = &b->params[i];
        const char *ending = p->own == 1 ? "" : "_ratio";
        text_printf(out, "    %s%s%*s = %g\n", p->name, ending,
                    width - (int)strlen(p->name) - (int)strlen(ending), "", r->by[i]);
    }
    text_string(out, "}\n");
    for (int i = 0; i < COMPOUND_AXES; i++) {
        const compound_param *p = &b->params[i];
        if (p->own == 1) continue;
        text_printf(out, "param %s = %s%g * %s_ratio%s\n", p->name, p->whole ? "round(" : "", p->own, p->name,
                    p->whole ? ")" : "");
    }
}
