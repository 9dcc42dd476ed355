/* names.c: names and comments for the C file. Users may call things anything; here that is made safe for C. */
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
    static const char *const functions[] = {"run_in",   "run_threads_in", "run_on", "job",
                                            "parallel", "profile_hook",   "arena"};
    static const char *const macros[] = {"ARENA_BYTES", "ARENA_ALIGN",   "THREAD_BYTES",   "WEIGHTS_BYTES",
                                         "STEPS",       "ARENA_SECTION", "WEIGHTS_SECTION"};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(arena_printf(e->a, "%s_%s", e->prefix, functions[i]), s) == 0) return true;
    }
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++) {
        if (strcmp(arena_printf(e->a, "%s_%s", e->macro, macros[i]), s) == 0) return true;
    }
    return false;
}

static bool is_among(const char *s, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i], s) == 0) return true;
    }
    return false;
}

static bool begins_with(const char *s, const char *beginning) {
    return strncmp(s, beginning, strlen(beginning)) == 0;
}

/* Whether a target has a vector of this name: "f32x8". */
static bool is_a_vector(const char *s) {
    for (const target *t = target_table; t->name; t++) {
        for (int k = 0; k < MAX_VECTOR_KINDS && t->vectors[k].lanes; k++) {
            if (strcmp(s, t->vectors[k].name) == 0 || strcmp(s, t->vectors[k].ints) == 0) return true;
        }
    }
    return false;
}

/* Words that cannot name a parameter: keywords of C and C++, macros in small letters that compilers predefine
 * and that the headers of C, POSIX, Windows and AltiVec define, and what the C file itself uses. */
static bool is_reserved(const emitter *e, const char *s) {
    static const char *const words[] = {
        "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case",
        "catch", "char", "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield",
        "compl", "concept", "const", "const_cast", "consteval", "constexpr", "constinit", "continue",
        "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit", "export",
        "extern", "false", "float", "for", "fortran", "friend", "goto", "if", "import", "inline", "int", "long",
        "module", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or",
        "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires", "restrict",
        "return", "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch",
        "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "typeof",
        "typeof_unqual", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor",
        "xor_eq",
        /* macros */
        "complex", "imaginary", "errno", "noreturn", "stdin", "stdout", "stderr", "math_errhandling",
        "offsetof", "d_fileno", "h_addr", "h_errno", "environ", "signgam", "i386", "linux", "unix", "mips",
        "sparc", "sun", "vax", "hpux", "arm", "near", "far", "huge", "small", "pascal", "cdecl", "interface",
        "vector", "pixel",
        /* the C file */
        "again", "arena", "bits", "weights", "all", "team", "thread", "threads", "part", "parts", "me", "began",
        "memset", "read_ticks", "goes_alone", "learn_from", "worker", "first_part", "next_part", "call",
        "context", "job", "job_context", "parallel", "run_call", "run_job", "on_openmp", "most", "static_arena",
        "step_functions", "chosen_target", "input_byte", "ordered_weights", "order_weights", "ready_weights",
        "weights_turns", "weights_stretches", "next_order", "i", "int8_t", "int32_t", "int64_t", "uint8_t",
        "uint16_t", "uint32_t", "uint64_t", "uintptr_t", "size_t"};
    static const char *const beginnings[] = {"_",         "run_steps", "share_steps", "omp_get_", "atomic_",
                                             "si_",       "sa_",       "sigev_",      "st_",      "s6_",
                                             "selftest_", "i32_",      "codes_"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        if (begins_with(s, beginnings[i])) return true;
    }
    return is_among(s, words, sizeof words / sizeof *words) || is_a_vector(s) || is_of_the_model(e, s);
}

/* Whether a name has a capital letter. Macros of any header have one (EOF, I, M_PIf), save those that
 * is_reserved lists. */
static bool has_capital(const char *s) {
    for (; *s; s++) {
        if (*s >= 'A' && *s <= 'Z') return true;
    }
    return false;
}

/* A port named x becomes the parameter x and the macros PREFIX_X_H and so on, wherever that is safe. A reserved
 * name gets `the_` before it in both. A name with a capital letter, which may be a macro of some header, gets
 * it in the parameter alone: a macro of the model has the prefix before it and meets no other. A second port
 * whose name would make the same parameter or macros gets a number behind it. */
void choose_names(emitter *e) {
    const graph *g = e->p->g;
    arena *a = e->a;
    e->prefix = e->o->prefix;
    e->macro = upper_case(a, e->prefix);
    int n = g->n_inputs + g->n_outputs;
    const char **names = ARENA_ARRAY(a, const char *, n), **macros = ARENA_ARRAY(a, const char *, n);
    for (int i = 0; i < n; i++) {
        const char *given = i < g->n_inputs ? g->inputs[i].name : g->outputs[i - g->n_inputs].name;
        const char *safe =
            is_reserved(e, given) ? arena_printf(a, "%s%s", given[0] == '_' ? "port" : "the_", given) : given;
        const char *base = safe;
        for (int k = 2;; k++) {
            names[i] = has_capital(safe) && !begins_with(safe, "the_") ? arena_printf(a, "the_%s", safe) : safe;
            macros[i] = upper_case(a, safe);
            if (!is_among(names[i], names, (size_t)i) && !is_among(macros[i], macros, (size_t)i)) break;
            safe = arena_printf(a, "%s_%d", base, k);
        }
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
    for (int i = 0; i < (s->kind == STEP_WHOLE ? s->n_operands : 1); i++)
        text_printf(&t, "%s%s", i ? ", " : "", describe_shape(a, s->operands[i].shape));
    text_printf(&t, " -> %s", describe_shape(a, p->g->nodes[s->node].shape));
    if (s->macs) text_printf(&t, ", %.2f M MACs", (double)s->macs * 1e-6);
    if (s->weight_bytes) text_printf(&t, ", %lld bytes of weights", (long long)s->weight_bytes);
    if (s->words[0]) text_printf(&t, "\n%s", s->words);
    const char *result = arena_strndup(a, t.data, t.size);
    text_free(&t);
    return result;
}
