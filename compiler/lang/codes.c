/* codes.c: how quantised tensors are written: q = [scale, zero], or q = [channels, zero] where each channel has
 * a scale of its own, in the weights file. */
#include "lang/eval.h"

#include <math.h>
#include <string.h>

bool is_codes(const char *name) { return name && strcmp(name, "q") == 0; }

/* A scale as a float, as the graph keeps it; 0 where it is not above 0, or too large. */
static float scale_of(value v) {
    float scale = (float)as_real(v);
    return scale > 0 && isfinite(scale) ? scale : 0;
}

/* Sets a->q and a->channel_scales from an argument q of codes of that type; false after an error, which begins
 * with `what`. */
static bool set_codes(evaluator *ev, const char *what, const given *g, elem_type type, attrs *a) {
    if (is_poison(g->v)) return false;
    const value *items = g->v.kind == VALUE_LIST && g->v.count == 2 ? g->v.items : NULL;
    bool by_channel = items && items[0].kind == VALUE_WORD && strcmp(items[0].text, "channels") == 0;
    if (!items || !(by_channel || is_number(items[0]))) {
        eval_error(ev, g->at, "%s: q must be [scale, zero] or [channels, zero], not %s", what,
                   quote_value(ev->mem, g->v));
        return false;
    }
    a->q = (quant){.on = true, .scale = by_channel ? 1 : scale_of(items[0])};
    a->channel_scales = by_channel;
    if (!(a->q.scale > 0)) {
        eval_error(ev, g->at, "%s: the scale must be a number above 0 that a float can hold, not %s", what,
                   quote_value(ev->mem, items[0]));
        return false;
    }
    int64_t zero;
    int64_t least = (int64_t)type_table[type].least, most = (int64_t)type_table[type].most;
    const char *zero_of = arena_printf(ev->mem, "%s: the zero point of %s", what, type_table[type].name);
    if (!to_whole(ev, g->at, zero_of, items[1], least, most, &zero)) return false;
    a->q.zero = (int)zero;
    return true;
}

bool take_codes(evaluator *ev, const char *what, const given *list, int n, attrs *a) {
    bool good = true, found = false;
    elem_type type = a->code_type == TYPE_U8 ? TYPE_U8 : TYPE_I8;
    for (int i = 0; i < n; i++) {
        if (!is_codes(list[i].name)) continue;
        if (found) eval_error(ev, list[i].at, "%s: argument 'q' is given twice", what);
        good = !found && set_codes(ev, what, &list[i], type, a) && good;
        found = true;
    }
    return good;
}

int without_codes(evaluator *ev, const given *list, int n, given **rest) {
    int count = 0;
    *rest = ARENA_ARRAY(ev->mem, given, n);
    for (int i = 0; i < n; i++) {
        if (!is_codes(list[i].name)) (*rest)[count++] = list[i];
    }
    return count;
}

/* input image: uint8[224, 224, 3] (q = [1, 0]) */
bool take_input_codes(evaluator *ev, const given *list, int n, elem_type type, quant *q) {
    attrs a = new_attrs(ev);
    for (int i = 0; i < n; i++) {
        if (i == 0 && is_codes(list[i].name)) continue;
        eval_error(ev, list[i].at, "an input takes one argument, q = [scale, zero]");
        return false;
    }
    if (n == 0) return true;
    if (type != TYPE_U8 && type != TYPE_I8) {
        eval_error(ev, list->at, "an input of type %s has no scale; one of uint8 or int8 may have one",
                   type_table[type].name);
        return false;
    }
    if (!set_codes(ev, "input", list, type, &a)) return false;
    if (a.channel_scales) eval_error(ev, list->at, "an input has one scale for all channels");
    *q = a.q;
    return !a.channel_scales;
}
