/* names.c: identifiers and comments: what the user called things, made safe for C. */
#include "emit/internal.h"

#include <string.h>

const char *comment_safe(arena *a, const char *s) {
    char *copy = arena_strdup(a, s ? s : "");
    for (char *p = copy; *p; p++) {
        if (p[0] == '*' && p[1] == '/') p[1] = '|';
        if (p[0] == '/' && p[1] == '*') p[1] = '|';
        if ((unsigned char)*p < ' ' || *p == 127 || *p == '\\' || (p[0] == '?' && p[1] == '?')) *p = '_';
    }
    return copy;
}

const char *upper_case(arena *a, const char *s) {
    char *copy = arena_strdup(a, s);
    for (char *p = copy; *p; p++) {
        if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 'a' + 'A');
    }
    return copy;
}

/* Whether the file calls a function or has a macro of this name, which begins with the model's. */
static bool is_of_the_model(const emitter *e, const char *s) {
    static const char *const functions[] = {"run_in", "run_threads_in", "profile_hook"};
    static const char *const macros[] = {"ARENA_BYTES", "ARENA_ALIGN", "THREAD_BYTES", "WEIGHTS_BYTES",
                                         "STEPS"};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(arena_printf(e->a, "%s_%s", e->prefix, functions[i]), s) == 0) return true;
    }
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++) {
        if (strcmp(arena_printf(e->a, "%s_%s", e->macro, macros[i]), s) == 0) return true;
    }
    return false;
}

/* Words that cannot name a parameter: C's and C++'s, and what the file itself uses. */
static bool is_reserved(const emitter *e, const char *s) {
    static const char *const words[] = {
        "alignas",   "alignof",      "and",           "and_eq",    "arena",      "asm",       "auto",
        "bitand",    "bitor",        "bool",          "break",     "case",       "catch",     "char",
        "class",     "compl",        "const",         "constexpr", "continue",   "decltype",  "default",
        "delete",    "do",           "double",        "else",      "enum",       "explicit",  "export",
        "extern",    "false",        "float",         "for",       "friend",     "goto",      "if",
        "inline",    "int",          "int8_t",        "long",      "mutable",    "namespace", "new",
        "noexcept",  "not",          "not_eq",        "nullptr",   "operator",   "or",        "or_eq",
        "private",   "protected",    "public",        "register",  "restrict",   "return",    "short",
        "signed",    "sizeof",       "size_t",        "static",    "struct",     "switch",    "template",
        "this",      "throw",        "true",          "try",       "typedef",    "typeid",    "typename",
        "typeof",    "uint8_t",      "uint32_t",      "uint64_t",  "union",      "unsigned",  "using",
        "virtual",   "void",         "volatile",      "wchar_t",   "weights",    "while",     "xor",
        "xor_eq",    "linux",        "unix",          "f32x1",     "f32x4",      "f32x8",     "f32x16",
        "uintptr_t", "team",         "thread",        "threads",   "most",       "meet",      "meeting",
        "NULL",      "static_arena", "chosen_target", "differs",   "input_byte", "i"};
    static const char *const beginnings[] = {"_", "TARGET_", "run_steps", "omp_get_", "MAX_THREADS"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], s) == 0) return true;
    }
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        if (strncmp(s, beginnings[i], strlen(beginnings[i])) == 0) return true;
    }
    return is_of_the_model(e, s);
}

static bool is_among(const char *s, const char *const *list, int n) {
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i], s) == 0) return true;
    }
    return false;
}

void choose_names(emitter *e) {
    const graph *g = e->p->g;
    arena *a = e->a;
    e->prefix = e->o->prefix;
    e->macro = upper_case(a, e->prefix);
    int n = g->n_inputs + g->n_outputs;
    const char **names = ARENA_ARRAY(a, const char *, n), **macros = ARENA_ARRAY(a, const char *, n);
    for (int i = 0; i < n; i++) {
        const char *given = i < g->n_inputs ? g->inputs[i].name : g->outputs[i - g->n_inputs].name;
        const char *name =
            is_reserved(e, given) ? arena_printf(a, "%s%s", given[0] == '_' ? "port" : "the_", given) : given;
        const char *macro = upper_case(a, name);
        for (int k = 2; is_among(name, names, i) || is_among(macro, macros, i); k++) {
            name = arena_printf(a, "%s_%d", given, k);
            macro = upper_case(a, name);
        }
        names[i] = name;
        macros[i] = macro;
    }
    e->input_names = names;
    e->output_names = names + g->n_inputs;
    e->input_macros = macros;
    e->output_macros = macros + g->n_inputs;
}

static const char *describe_shape(arena *a, shape s) { return arena_printf(a, "[%d, %d, %d]", s.h, s.w, s.c); }

static void describe_layer(const node *n, text *t) {
    const attrs *a = &n->a;
    text_string(t, op_table[n->op].name);
    bool windowed = n->op == OP_CONV || n->op == OP_DEPTHWISE || n->op == OP_MAX_POOL || n->op == OP_AVG_POOL;
    if (windowed) text_printf(t, " %dx%d", a->kernel[0], a->kernel[1]);
    if (windowed && (a->stride[0] > 1 || a->stride[1] > 1)) text_printf(t, " stride %d", a->stride[0]);
    if (windowed && (a->dilation[0] > 1 || a->dilation[1] > 1)) text_printf(t, " dilation %d", a->dilation[0]);
    if (n->op == OP_CONV && a->groups > 1) text_printf(t, " in %d groups", a->groups);
    if (a->act != OP_IDENTITY) text_printf(t, ", %s", op_table[a->act].name);
    if (a->has_residual) text_string(t, ", + residual");
    if (a->act2 != OP_IDENTITY) text_printf(t, ", %s", op_table[a->act2].name);
}

/* "features.2.conv.0.0: conv 1x1, relu6 (mobilenet_v2.net:17)" */
static void describe_part(const emitter *e, const plan_step *s, text *t) {
    const node *n = &e->p->g->nodes[s->node];
    if (n->label) text_printf(t, "%s: ", n->label);
    if (s->kind == STEP_COPY)
        text_string(t, "gather");
    else
        describe_layer(n, t);
    if (n->at.src && n->at.line > 0) {
        const char *slash = strrchr(n->at.src->path, '/');
        text_printf(t, " (%s:%d)", slash ? slash + 1 : n->at.src->path, n->at.line);
    }
    text_char(t, '\n');
}

const char *describe_step(const emitter *e, int step_index) {
    const plan *p = e->p;
    arena *a = e->a;
    const plan_step *s = &p->steps[step_index];
    text t = {0};
    text_printf(&t, "%d. ", step_index + 1);
    for (int i = 0; i < s->n_parts; i++) describe_part(e, &s->parts[i], &t);
    if (!s->n_parts) describe_part(e, s, &t);
    text_string(&t, describe_shape(a, s->operands[0].shape));
    text_printf(&t, " -> %s", describe_shape(a, p->g->nodes[s->node].shape));
    if (s->macs) text_printf(&t, ", %.2f M MACs", (double)s->macs * 1e-6);
    if (s->weight_bytes) text_printf(&t, ", %lld bytes of weights", (long long)s->weight_bytes);
    if (s->kernel[0]) text_printf(&t, "\n%s", s->kernel);
    const char *result = arena_strndup(a, t.data, t.size);
    text_free(&t);
    return result;
}
