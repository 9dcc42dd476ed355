/* scope.c: looks names up: lets, formals, params, counters of a stage, tensors, blocks and functions. */
#include "lang/eval.h"

#include <string.h>

scope *new_scope(evaluator *ev, const scope *parent, instance *in) {
    scope *s = ARENA_NEW(ev->mem, scope);
    s->parent = parent;
    s->in = in;
    return s;
}

bool define_variable(evaluator *ev, scope *s, const char *name, value v) {
    value *kept = ARENA_NEW(ev->mem, value);
    *kept = v;
    return map_add(ev->mem, &s->names, name, kept);
}

bool find_local(const scope *s, const char *name, value *v) {
    for (const scope *around = s; around; around = around->parent) {
        const value *found = map_find(&around->names, name);
        if (!found) continue;
        *v = *found;
        return true;
    }
    return false;
}

bool find_counter(const scope *s, const char *name, value *v) {
    const stage_place *stage = s->in ? s->in->stage : NULL;
    if (!stage) return false;
    const int64_t *counter = strcmp(name, "n") == 0     ? &stage->n
                             : strcmp(name, "row") == 0 ? &stage->row
                             : strcmp(name, "rep") == 0 ? &stage->rep
                                                        : NULL;
    if (counter) *v = int_value(*counter);
    return counter != NULL;
}

bool find_variable(evaluator *ev, const scope *s, const char *name, loc at, value *v) {
    if (find_local(s, name, v)) return true;
    /* The blocks of the prelude do not see the user's params, so that no param changes what they do. */
    const param *p = at.src && at.src == ev->prelude ? NULL : map_find(&ev->params, name);
    if (!p) return find_counter(s, name, v);
    if (!p->ready) eval_error(ev, at, "param '%s' has no value here yet: it comes later", name);
    *v = p->ready ? p->v : poison();
    return true;
}

bool find_tensor(const scope *s, const char *name, int *x) {
    for (const instance *in = s->in; in; in = in->caller) {
        const int *found = map_find(&in->tensors, name);
        if (found) {
            *x = *found;
            return true;
        }
    }
    return false;
}

const block *find_block(const evaluator *ev, const char *name) {
    const block *b = map_find(&ev->blocks, name);
    return b ? b : map_find(&ev->prelude_blocks, name);
}

/* The prelude does not see the user's functions. */
const function *find_function(const evaluator *ev, const char *name, const source *asks) {
    const function *f = asks == ev->prelude ? NULL : map_find(&ev->functions, name);
    return f ? f : map_find(&ev->prelude_functions, name);
}
