/* labels.c: the labels of layers, which are their names in the checkpoint, in messages and in comments. */
#include "lang/eval.h"

#include <string.h>

void report_label_name(evaluator *ev, const scope *sc, const char *name, loc at) {
    word_list *words = start_words(ev, at);
    for (const scope *around = sc; around; around = around->parent) add_map_words(words, &around->names);
    add_map_words(words, &ev->params);
    eval_error(ev, at, "the label names '%s', which is no let, param or counter here%s", name,
               did_you_mean(ev, name, words));
}

/* The text for `name`, `name+1` or `name-1`, which stands between braces: the `size` bytes from `s` on. NULL
 * after an error. */
static const char *interpolate(evaluator *ev, const scope *sc, const label *l, const char *s, size_t size) {
    size_t name_size = strcspn(s, "+-}");
    const char *name = arena_strndup(ev->mem, s, name_size);
    value v;
    /* In a label the stage's counters come before params: a param `n` must not number the blocks. */
    if (!find_local(sc, name, &v) && !find_counter(sc, name, &v) && !find_variable(ev, sc, name, l->at, &v)) {
        report_label_name(ev, sc, name, l->at);
        return NULL;
    }
    if (name_size < size) {
        size_t digits = strspn(s + name_size + 1, "0123456789");
        if (digits == 0 || digits > 9 || name_size + 1 + digits != size) {
            eval_error(ev, l->at, "a label's braces hold a name, perhaps with + or - and a number");
            return NULL;
        }
        int64_t offset = 0;
        for (size_t i = 0; i < digits; i++) offset = offset * 10 + (s[name_size + 1 + i] - '0');
        v = apply_binary(ev, l->at, s[name_size] == '+' ? OPERATOR_ADD : OPERATOR_SUB, v, int_value(offset));
    }
    if (is_poison(v)) return NULL;
    if (v.kind == VALUE_LIST || v.kind == VALUE_TENSOR) {
        eval_error(ev, l->at, "a label cannot show %s", value_kind_name(v.kind));
        return NULL;
    }
    const char *shown = show_value(ev->mem, v);
    if (strpbrk(shown, "{}")) {
        eval_error(ev, l->at, "a label holds no braces");
        return NULL;
    }
    return shown;
}

const char *eval_label(evaluator *ev, const scope *sc, const label *l) {
    char buffer[MAX_LABEL + 1];
    size_t used = 0;
    for (const char *s = l->text; *s;) {
        const char *piece = s;
        size_t size = strcspn(s, "{}");
        const char *next = s + size;
        if (*s == '}') {
            eval_error(ev, l->at, "a brace that nothing opens, in a label");
            return NULL;
        }
        if (*s == '{') {
            const char *end = strchr(s, '}');
            if (!end) {
                eval_error(ev, l->at, "a brace that nothing closes, in a label");
                return NULL;
            }
            piece = interpolate(ev, sc, l, s + 1, (size_t)(end - s) - 1);
            if (!piece) return NULL;
            size = strlen(piece);
            next = end + 1;
        }
        if (used + size > MAX_LABEL) {
            eval_error(ev, l->at, "the label has more than %d bytes", MAX_LABEL);
            return NULL;
        }
        memcpy(buffer + used, piece, size);
        used += size;
        s = next;
    }
    return arena_strndup(ev->mem, buffer, used);
}

const char *join_labels(evaluator *ev, loc at, const char *prefix, const char *inner) {
    size_t size = strlen(prefix);
    if (size == 0) return inner;
    if (*inner == 0) return prefix;
    bool joined = strchr("_/.", prefix[size - 1]) != NULL;
    const char *sign = joined ? "" : ev->defaults.naming == NAMING_KERAS ? "/" : ".";
    if (size + strlen(inner) + 1 > MAX_LABEL) {
        eval_error(ev, at, "the labels here nest to more than %d bytes", MAX_LABEL);
        ev->stopped = true;
        return prefix;
    }
    return arena_printf(ev->mem, "%s%s%s", prefix, sign, inner);
}

attrs new_attrs(const evaluator *ev) {
    attrs a = graph_attrs_init();
    a.naming = ev->defaults.naming;
    return a;
}

int add_node(evaluator *ev, op_kind op, const int *in, int n_in, const attrs *a, const char *prefix,
             const char *own, loc at) {
    int k = ++ev->op_count[op];
    for (int i = 0; i < n_in; i++) {
        if (in[i] == POISONED_TENSOR) return POISONED_TENSOR;
        if (in[i] == NO_TENSOR) {
            eval_error(ev, at, "no tensor flows into this %s", op_table[op].name);
            return POISONED_TENSOR;
        }
    }
    if (ev->stopped) return POISONED_TENSOR;
    bool labelled = *prefix || (own && *own);
    const char *full = join_labels(ev, at, prefix, own ? own : "");
    if (!own || *full == 0) {
        full = join_labels(ev, at, prefix, arena_printf(ev->mem, "%s_%d", op_table[op].name, k));
    }
    if (was_reported(ev, at)) return POISONED_TENSOR;
    int node_index = graph_add(ev->g, ev->d, op, in, n_in, a, full, at);
    if (node_index < 0) {
        is_first_report(ev, at);
        note_frames(ev);
        if (ev->g->n_nodes >= MAX_NODES || ev->g->weight_elements > MAX_WEIGHTS) ev->stopped = true;
        return POISONED_TENSOR;
    }
    ev->g->nodes[node_index].labelled = labelled;
    return node_index;
}
