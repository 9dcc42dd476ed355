/* prototypes.c: the table of the functions that callers see; run_steps and share_steps. */
#include "emit/prototypes.h"

enum { MOST_FIRST = 4 };

typedef struct entry_point {
    const char *returns, *name;  /* the name stands behind the prefix */
    parameter first[MOST_FIRST]; /* a type that begins with "_" also stands behind the prefix */
    bool has_ports; /* behind `first` comes a pointer for each input, then for each output; none for an
                       input in the arena */
} entry_point;

#define AN_ARENA                                                                                               \
    { .type = "void", .is_pointer = true, .name = "arena" }

static const entry_point entry_points[ENTRY_COUNT] = {
    [ENTRY_BIND] = {"int ",
                    "bind",
                    {{.type = "void",
                      .is_pointer = true,
                      .is_const = true,
                      .name = "file", /* in the file, `weights` is what bind sets */
                      .header_name = "weights"},
                     {.type = "size_t", .name = "bytes"}},
                    false},
    [ENTRY_RUN] = {"void ", "run", {{0}}, true},
    [ENTRY_RUN_IN] = {"void ", "run_in", {AN_ARENA}, true},
    [ENTRY_RUN_THREADS_IN] = {"void ", "run_threads_in", {AN_ARENA, {.type = "int", .name = "threads"}}, true},
    [ENTRY_RUN_ON] = {"void ",
                      "run_on",
                      {AN_ARENA,
                       {.type = "int", .name = "threads"},
                       {.type = "_parallel", .name = "parallel"},
                       {.type = "void", .is_pointer = true, .name = "context"}},
                      true},
    [ENTRY_ARENA] = {"void *", "arena", {{0}}, false},
    [ENTRY_VERSION] = {"const char *", "version", {{0}}, false},
    [ENTRY_SELFTEST] = {"int ", "selftest", {{0}}, false},
    [ENTRY_PROFILE_HOOK] = {"void ",
                            "profile_hook",
                            {{.type = "int", .name = "step"},
                             {.type = "char", .is_pointer = true, .is_const = true, .name = "name"},
                             {.type = "int", .name = "begin"}},
                            false},
};

/* A pointer for each port that the caller passes, for which a call passes the port's name behind `from`: "", or
 * "call->". */
static void add_ports(const emitter *e, signature *s, const char *from) {
    const graph *g = e->p->g;
    for (int i = 0; i < g->n_inputs; i++) {
        if (g->inputs[i].reused) continue; /* it lies in the arena */
        const char *type = type_table[g->nodes[g->inputs[i].node].type].c_name, *name = e->input_names[i];
        add_pointer(e->a, s, READS, type, name, arena_printf(e->a, "%s%s", from, name));
    }
    for (int i = 0; i < g->n_outputs; i++) {
        const char *type = type_table[g->nodes[g->outputs[i].node].type].c_name, *name = e->output_names[i];
        add_pointer(e->a, s, WRITES, type, name, arena_printf(e->a, "%s%s", from, name));
    }
}

/* `first` may be NULL where no call is printed. */
static signature entry_signature(const emitter *e, entry_kind which, const char *const *first) {
    const entry_point *point = &entry_points[which];
    signature s = {0};
    for (int i = 0; i < MOST_FIRST && point->first[i].name; i++) {
        parameter p = point->first[i];
        p.argument = first ? first[i] : p.name;
        p.buffer = NO_BUFFER;
        if (p.type[0] == '_') p.type = arena_printf(e->a, "%s%s", e->prefix, p.type);
        add_parameter(e->a, &s, p);
    }
    if (point->has_ports) add_ports(e, &s, "");
    return s;
}

const char *entry_declaration(const emitter *e, entry_kind which) {
    const entry_point *point = &entry_points[which];
    signature s = entry_signature(e, which, NULL);
    for (int i = 0; i < s.n; i++) {
        if (s.list[i].header_name) s.list[i].name = s.list[i].header_name;
    }
    return arena_printf(e->a, "%s%s_%s(%s)", point->returns, e->prefix, point->name, parameters_text(e->a, &s));
}

const char *entry_definition(const emitter *e, entry_kind which) {
    const entry_point *point = &entry_points[which];
    signature s = entry_signature(e, which, NULL);
    return arena_printf(e->a, "%s%s_%s(%s)", point->returns, e->prefix, point->name, parameters_text(e->a, &s));
}

const char *entry_call(const emitter *e, entry_kind which, const char *const *first) {
    signature s = entry_signature(e, which, first);
    return arena_printf(e->a, "%s_%s(%s)", e->prefix, entry_points[which].name, arguments_text(e->a, &s));
}

static const char *steps_name(bool shared) { return shared ? "share_steps" : "run_steps"; }

signature steps_signature(const emitter *e, bool shared, const char *from) {
    signature s = {0};
    add_pointer(e->a, &s, WRITES, "void", "arena", arena_printf(e->a, "%sarena", from));
    add_ports(e, &s, from);
    if (!shared) return s;
    add_pointer(e->a, &s, WRITES, "team", "all", *from ? arena_printf(e->a, "&%sall", from) : "all");
    add_value(e->a, &s, "int", "thread", "thread");
    return s;
}

const char *steps_prototype(const emitter *e, bool shared, const char *suffix) {
    signature s = steps_signature(e, shared, "");
    return arena_printf(e->a, "static void %s%s(%s)", steps_name(shared), suffix, parameters_text(e->a, &s));
}

const char *steps_call(const emitter *e, bool shared, const char *suffix, const char *from) {
    signature s = steps_signature(e, shared, from);
    return arena_printf(e->a, "%s%s(%s)", steps_name(shared), suffix, arguments_text(e->a, &s));
}
