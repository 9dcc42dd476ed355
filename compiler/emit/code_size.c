/* code_size.c: estimates the size of the code from its text.
 *
 * The text is cut into tokens, and these into functions; what each function does is counted. Then the counts
 * are put together as compilers do: a short function of the runtime stands wherever it is called, a long one
 * does so with -O2, and a function that is called once stands in its caller. */
#include "emit/code_size.h"

#include "base/map.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *const code_level_names[CODE_LEVEL_COUNT] = {[LEVEL_OS] = "-Os", [LEVEL_O2] = "-O2"};

/* ---- tokens ---- */

typedef enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_NUMBER, TOKEN_STRING, TOKEN_SIGN } token_kind;

typedef struct token {
    token_kind kind;
    const char *at;
    int size;
} token;

static bool is_sign(const token *t, const char *sign) {
    return t->kind == TOKEN_SIGN && (size_t)t->size == strlen(sign) &&
           memcmp(t->at, sign, (size_t)t->size) == 0;
}

static bool is_word(const token *t, const char *word) {
    return t->kind == TOKEN_WORD && (size_t)t->size == strlen(word) &&
           memcmp(t->at, word, (size_t)t->size) == 0;
}

static bool is_word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

static const char *line_end(const char *p) {
    while (*p && *p != '\n') p += p[0] == '\\' && p[1] == '\n' ? 2 : 1;
    return p;
}

static bool begins_with(const char *p, const char *word) { return strncmp(p, word, strlen(word)) == 0; }

/* Whether a condition of the preprocessor holds for the compiler of a microcontroller: it is GCC's C compiler,
 * and no hook of a profile or of threads is asked for. */
static bool holds(const char *condition, size_t size) {
    if (begins_with(condition, "#else") || begins_with(condition, "#ifndef")) return true;
    if (memmem(condition, size, "__cplusplus", 11) || memchr(condition, '!', size)) return false;
    return memmem(condition, size, "__GNUC__", 8) || memmem(condition, size, "__ARM_FEATURE", 13);
}

/* Where the text goes on behind a line of the preprocessor: behind the lines that it leaves out. */
static const char *skip_directive(const char *p) {
    const char *end = line_end(p);
    bool was_taken = begins_with(p, "#el");
    if (!was_taken && (!begins_with(p, "#if") || holds(p, (size_t)(end - p)))) return end;
    for (int depth = 1; depth && *end;) {
        const char *line = end + 1;
        end = line_end(line);
        if (begins_with(line, "#if")) depth++;
        if (begins_with(line, "#endif")) depth--;
        bool other = depth == 1 && !was_taken && begins_with(line, "#el");
        if (other && holds(line, (size_t)(end - line))) break;
    }
    return end;
}

static const char *skip_space(const char *p) {
    for (;;) {
        while (isspace((unsigned char)*p)) p++;
        if (p[0] == '/' && p[1] == '*') {
            const char *close = strstr(p + 2, "*/");
            p = close ? close + 2 : p + strlen(p);
        } else if (p[0] == '/' && p[1] == '/') {
            p = line_end(p);
        } else if (*p == '#') {
            p = skip_directive(p);
        } else {
            return p;
        }
    }
}

static token next_token(const char **at) {
    const char *p = skip_space(*at), *begin = p;
    token_kind kind = TOKEN_SIGN;
    if (!*p) {
        kind = TOKEN_END;
    } else if (isdigit((unsigned char)*p)) {
        kind = TOKEN_NUMBER;
        while (is_word_char(*p) || *p == '.' || ((*p == '+' || *p == '-') && (p[-1] == 'e' || p[-1] == 'E')))
            p++;
    } else if (is_word_char(*p)) {
        kind = TOKEN_WORD;
        while (is_word_char(*p)) p++;
    } else if (*p == '"' || *p == '\'') {
        kind = TOKEN_STRING;
        for (p++; *p && *p != *begin; p++) p += *p == '\\' && p[1];
        p += *p != 0;
    } else {
        static const char *const signs[] = {"<<=", ">>=", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||",
                                            "++",  "--",  "+=", "-=", "*=", "/=", "%=", "&=", "|=", "->"};
        p++;
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
            if (strncmp(begin, signs[i], strlen(signs[i])) != 0) continue;
            p = begin + strlen(signs[i]);
            break;
        }
    }
    *at = p;
    return (token){kind, begin, (int)(p - begin)};
}

typedef struct tokens {
    token *at;
    int count, room;
} tokens;

static tokens cut_text(arena *a, const text *c) {
    tokens t = {0};
    const char *p = c->data ? c->data : "";
    do {
        if (t.count == t.room) {
            int room = t.room ? t.room * 2 : 4096;
            t.at = arena_grow(a, t.at, (size_t)t.room, (size_t)room, sizeof *t.at);
            t.room = room;
        }
        t.at[t.count] = next_token(&p);
    } while (t.at[t.count++].kind != TOKEN_END);
    return t;
}

/* ---- functions ---- */

typedef struct called {
    const char *name;
    int arguments;
    struct called *next;
} called;

typedef struct function {
    const char *name;
    bool runtime; /* stands where it is called if it is short enough */
    bool forced;  /* does so however long it is */
    bool public;  /* stands by itself: it is not static, or compilers are told so */
    bool known;   /* its size is known: it stands by itself, and nothing in it is counted */
    int parameters;
    double own[CODE_FEATURE_COUNT]; /* of its text */
    called *calls;
    int callers; /* how many calls of it there are */
    bool visited;
    double all[CODE_FEATURE_COUNT]; /* with what stands in it of others */
    struct function *next;
} function;

typedef struct code_file {
    arena *a;
    function *first, **end;
    map by_name;
    map apart;         /* functions that are declared to stand by themselves */
    int64_t constants; /* bytes */
    double longest;    /* counts of a function of the runtime that stands where it is called */
} code_file;

/* The bytes of an element of a type; 4, a word, for pointers and members of structs. */
static int type_bytes(const token *t) {
    static const struct {
        const char *name;
        int bytes;
    } types[] = {{"char", 1},     {"int8_t", 1},  {"uint8_t", 1},  {"int16_t", 2}, {"short", 2},
                 {"uint16_t", 2}, {"int64_t", 8}, {"uint64_t", 8}, {"double", 8}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (is_word(t, types[i].name)) return types[i].bytes;
    }
    return 4;
}

/* The index of the token that closes the bracket at `i`. */
static int find_close(const tokens *t, int i) {
    int depth = 0;
    for (; t->at[i].kind != TOKEN_END; i++) {
        const token *k = &t->at[i];
        if (is_sign(k, "(") || is_sign(k, "[") || is_sign(k, "{")) depth++;
        if ((is_sign(k, ")") || is_sign(k, "]") || is_sign(k, "}")) && --depth == 0) break;
    }
    return i;
}

/* Counts the bytes of the constant whose declaration begins at `i`; returns the index behind it. Its type and
 * lengths say how many there are. Where a length is not given, or for a struct, the values are counted. */
static int count_constant(code_file *f, const tokens *t, int i) {
    int bytes = 4;
    int64_t elements = 1, values = 0;
    bool initialised = false, plain = true, weights = false;
    for (; t->at[i].kind != TOKEN_END && !is_sign(&t->at[i], ";"); i++) {
        const token *k = &t->at[i];
        if (is_sign(k, "{") && !initialised) return find_close(t, i) + 1; /* a type, or a function */
        if (initialised) {
            values += k->kind == TOKEN_NUMBER || k->kind == TOKEN_WORD;
            continue;
        }
        initialised = is_sign(k, "=");
        weights = weights || is_word(k, "packed_weights");
        plain = plain && !is_word(k, "struct") && !is_sign(k, "*");
        if (k->kind == TOKEN_WORD && type_bytes(k) != 4) bytes = type_bytes(k);
        if (is_sign(k, "[")) elements *= k[1].kind == TOKEN_NUMBER ? strtoll(k[1].at, NULL, 0) : 0;
    }
    if (!initialised || weights) return i + 1;
    bool known = plain && elements > 0;
    int64_t all = known ? elements * bytes : values * (plain ? bytes : 4);
    f->constants += (all + 3) / 4 * 4;
    return i + 1;
}

/* Adds the call whose name is token i, and whose arguments stand behind it. */
static void add_call(code_file *f, function *in, const tokens *t, int i) {
    int close = find_close(t, i + 1), depth = 0, arguments = close > i + 2;
    for (int k = i + 1; k < close; k++) {
        depth += is_sign(&t->at[k], "(") || is_sign(&t->at[k], "[");
        depth -= is_sign(&t->at[k], ")") || is_sign(&t->at[k], "]");
        arguments += depth == 1 && is_sign(&t->at[k], ",");
    }
    called *c = ARENA_NEW(f->a, called);
    *c = (called){arena_strndup(f->a, t->at[i].at, (size_t)t->at[i].size), arguments, in->calls};
    in->calls = c;
}

/* Which feature a sign between two operands adds to; CODE_FEATURE_COUNT: none. */
static code_feature feature_of_sign(const token *k) {
    static const struct {
        const char *sign;
        code_feature feature;
    } features[] = {{"+", FEATURE_SUMS},       {"-", FEATURE_SUMS},        {"+=", FEATURE_SUMS},
                    {"-=", FEATURE_SUMS},      {"++", FEATURE_SUMS},       {"*", FEATURE_PRODUCTS},
                    {"/", FEATURE_DIVISIONS},  {"%", FEATURE_DIVISIONS},   {"<<", FEATURE_BITS},
                    {">>", FEATURE_BITS},      {"&", FEATURE_BITS},        {"|", FEATURE_BITS},
                    {"?", FEATURE_BRANCHES},   {"&&", FEATURE_BRANCHES},   {"||", FEATURE_BRANCHES},
                    {"[", FEATURE_SUBSCRIPTS}, {"=", FEATURE_ASSIGNMENTS}, {"<<=", FEATURE_BITS},
                    {">>=", FEATURE_BITS},     {"->", FEATURE_SUBSCRIPTS}};
    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        if (is_sign(k, features[i].sign)) return features[i].feature;
    }
    return CODE_FEATURE_COUNT;
}

static bool is_number_of(const token *k, bool real) {
    if (k->kind != TOKEN_NUMBER) return false;
    bool hex = k->size > 1 && (k->at[1] == 'x' || k->at[1] == 'X');
    bool has_point = !hex && memchr(k->at, '.', (size_t)k->size);
    return real ? has_point : !has_point;
}

/* The instructions of a string of assembly: its lines, as "\\n" ends them. */
static int count_instructions(const token *k) {
    int lines = 0;
    const char *end = k->at + k->size;
    for (const char *p = k->at; p + 1 < end; p++) lines += p[0] == '\\' && p[1] == 'n';
    return lines ? lines : 1;
}

/* Counts the instructions of the assembly that begins at token i; returns the index of its last token. */
static int count_assembly(function *in, const tokens *t, int i) {
    while (t->at[i].kind != TOKEN_END && !is_sign(&t->at[i], "(")) i++;
    int close = find_close(t, i);
    for (; i < close && !is_sign(&t->at[i], ":"); i++) {
        if (t->at[i].kind == TOKEN_STRING) in->own[FEATURE_ASSEMBLY] += count_instructions(&t->at[i]);
    }
    return close;
}

/* Counts what token i of a function's body does. */
static void count_token(code_file *f, function *in, const tokens *t, int i) {
    enum { LARGEST_IMMEDIATE = 255 };
    static const char *const keywords[] = {"if", "for", "while", "switch", "return", "sizeof"};
    const token *k = &t->at[i];
    code_feature feature = CODE_FEATURE_COUNT;
    if (k->kind == TOKEN_SIGN) feature = feature_of_sign(k);
    if (is_word(k, "for") || is_word(k, "while")) feature = FEATURE_LOOPS;
    if (is_word(k, "if") || is_word(k, "case")) feature = FEATURE_BRANCHES;
    if (is_word(k, "int64_t") || is_word(k, "uint64_t")) feature = FEATURE_WIDE;
    if (is_number_of(k, true)) feature = FEATURE_FLOATS;
    if (is_number_of(k, false) && strtoll(k->at, NULL, 0) > LARGEST_IMMEDIATE) feature = FEATURE_LARGE;
    if (feature != CODE_FEATURE_COUNT) in->own[feature]++;
    if (k->kind != TOKEN_WORD || !is_sign(k + 1, "(")) return;
    for (size_t w = 0; w < sizeof keywords / sizeof *keywords; w++) {
        if (is_word(k, keywords[w])) return;
    }
    add_call(f, in, t, i);
}

/* Reads the function whose body opens at token `open` and whose declaration begins at `begin`. Returns the
 * index behind it. */
static int read_function(code_file *f, const tokens *t, int begin, int open) {
    function *in = ARENA_NEW(f->a, function);
    *in = (function){.public = true};
    bool named = false, apart = false;
    for (int i = begin; i < open; i++) {
        const token *k = &t->at[i];
        in->runtime = in->runtime || is_word(k, "inline");
        in->public = in->public && !is_word(k, "static");
        in->forced = in->forced || is_word(k, "LCC_INLINE") || is_word(k, "always_inline");
        apart = apart || is_word(k, "noinline");
        if (!named && k->kind == TOKEN_WORD && is_sign(k + 1, "(") && !is_word(k, "__attribute__")) {
            named = true;
            in->name = arena_strndup(f->a, k->at, (size_t)k->size);
            in->parameters = find_close(t, i + 1) > i + 2;
        }
        in->parameters += named && is_sign(k, ",");
    }
    in->public = in->public || apart || (named && map_find(&f->apart, in->name));
    in->runtime = in->runtime && !apart;
    int close = find_close(t, open);
    for (int i = open + 1; i < close; i++) {
        if (is_word(&t->at[i], "static")) {
            i = count_constant(f, t, i) - 1;
        } else if (is_word(&t->at[i], "__asm__") || is_word(&t->at[i], "asm")) {
            i = count_assembly(in, t, i);
        } else {
            count_token(f, in, t, i);
        }
    }
    if (named && map_add(f->a, &f->by_name, in->name, in)) {
        *f->end = in;
        f->end = &in->next;
    }
    return close + 1;
}

/* Notes the function of a declaration that says noinline: it stands by itself. */
static void read_prototype(code_file *f, const tokens *t, int begin, int end) {
    const token *name = NULL;
    bool apart = false;
    for (int i = begin; i < end; i++) {
        const token *k = &t->at[i];
        if (!name && k->kind == TOKEN_WORD && is_sign(k + 1, "(") && !is_word(k, "__attribute__")) name = k;
        apart = apart || is_word(k, "noinline");
    }
    if (name && apart) map_add(f->a, &f->apart, arena_strndup(f->a, name->at, (size_t)name->size), f);
}

/* Reads all functions and constants of the file. */
static void read_file_tokens(code_file *f, const tokens *t) {
    int begin = 0;
    for (int i = 0; t->at[i].kind != TOKEN_END;) {
        const token *k = &t->at[i];
        if (is_sign(k, "{") && i > begin && is_sign(k - 1, ")")) {
            i = begin = read_function(f, t, begin, i);
        } else if (is_sign(k, "=")) {
            i = begin = count_constant(f, t, begin);
        } else if (is_sign(k, "{")) {
            i = find_close(t, i) + 1; /* a type: its declaration goes on behind it */
        } else {
            if (is_sign(k, ";")) {
                read_prototype(f, t, begin, i);
                begin = i + 1;
            }
            i++;
        }
    }
}

/* ---- what stands where ---- */

static double sum_of(const double *counts) {
    double sum = 0;
    for (int i = 0; i < CODE_FEATURE_COUNT; i++) sum += counts[i];
    return sum;
}

/* Whether the function's code stands wherever it is called: one of the runtime with at most so many counts. */
static bool stands_in_callers(const code_file *f, const function *g) {
    return g->runtime && !g->known && (g->forced || sum_of(g->all) <= f->longest);
}

/* Sets what the function does with all that stands in it. The text has callees before callers, so this ends. */
static void expand(code_file *f, function *g) {
    if (g->visited) return;
    g->visited = true;
    memcpy(g->all, g->own, sizeof g->all);
    for (const called *c = g->calls; c; c = c->next) {
        function *to = map_find(&f->by_name, c->name);
        if (to) expand(f, to);
        if (to && stands_in_callers(f, to)) {
            for (int i = 0; i < CODE_FEATURE_COUNT; i++) g->all[i] += to->all[i];
        } else {
            g->all[to ? FEATURE_CALLS : FEATURE_FOREIGN]++;
            g->all[FEATURE_ARGUMENTS] += to ? c->arguments : 0;
        }
    }
}

/* Counts the calls that stand in a function's code, with those of what stands in it. */
static void count_calls(const code_file *f, const function *g) {
    for (const called *c = g->calls; c; c = c->next) {
        function *to = map_find(&f->by_name, c->name);
        if (to && stands_in_callers(f, to))
            count_calls(f, to);
        else if (to)
            to->callers++;
    }
}

/* Adds up the functions that stand in the code, where those of the runtime with more than `longest` counts
 * stand by themselves. */
static code_counts add_up(code_file *f, double longest) {
    code_counts sum = {.constants = f->constants, .count[FEATURE_FILES] = 1};
    f->longest = longest;
    for (function *g = f->first; g; g = g->next) {
        g->visited = false;
        g->callers = 0;
    }
    for (function *g = f->first; g; g = g->next) expand(f, g);
    for (const function *g = f->first; g; g = g->next) {
        if (!stands_in_callers(f, g) && !g->known) count_calls(f, g);
    }
    for (const function *g = f->first; g; g = g->next) {
        bool alone = g->public || g->callers > 1;
        if (g->known) continue;
        if (stands_in_callers(f, g) || (!alone && g->callers == 0)) continue;
        for (int i = 0; i < CODE_FEATURE_COUNT; i++) sum.count[i] += g->all[i];
        sum.count[alone ? FEATURE_SHARED : FEATURE_ONCE]++;
        if (alone) sum.count[FEATURE_PARAMETERS] += g->parameters;
    }
    return sum;
}

/* Functions of up to SHORT counts stand where they are called. With -O2 those of up to LONGEST do, too, as long
 * as a file that has more than LARGE counts does not grow by more than GROWTH; GCC's limits are of this kind
 * (its manual: inline-unit-growth, large-unit-insns). */
code_counts count_code(arena *a, const text *c, code_level level, const char *const *names, int n_names) {
    enum { SHORT = 12, LONGEST = 120, LARGE = 20000 };
    const double growth = 0.4;
    code_file f = {.a = a};
    f.end = &f.first;
    const tokens t = cut_text(a, c);
    read_file_tokens(&f, &t);
    const char **known = ARENA_ARRAY(a, const char *, n_names + 1);
    int n_known = 0;
    for (int i = 0; i < n_names; i++) {
        function *g = map_find(&f.by_name, names[i]);
        if (!g) continue;
        g->known = true;
        known[n_known++] = names[i];
    }
    code_counts least = add_up(&f, SHORT);
    least.known = known;
    least.n_known = n_known;
    if (level == LEVEL_OS) return least;
    const code_counts most = add_up(&f, LONGEST);
    double smaller = sum_of(least.count), larger = sum_of(most.count);
    double room = (1 + growth) * (smaller > LARGE ? smaller : LARGE) - smaller;
    double part = larger - smaller > room ? room / (larger - smaller) : 1;
    for (int i = 0; i < CODE_FEATURE_COUNT; i++) least.count[i] += part * (most.count[i] - least.count[i]);
    return least;
}

/* ---- the bytes ---- */

/* Bytes for each count, for a target and a level: fitted. */
typedef struct code_model {
    const char *target;
    code_level level;
    double bytes[CODE_FEATURE_COUNT];
} code_model;

static const code_model models[] = {
#define CODE_MODEL(target, level, ...) {target, level, {__VA_ARGS__}},
#define KNOWN_FUNCTION(target, level, name, bytes)
#include "emit/code_size.def"
#undef CODE_MODEL
#undef KNOWN_FUNCTION
};

/* The bytes of a function of the runtime that stands by itself: measured. */
typedef struct known_function {
    const char *target;
    code_level level;
    const char *name;
    int bytes;
} known_function;

static const known_function known_functions[] = {
#define CODE_MODEL(target, level, ...)
#define KNOWN_FUNCTION(target, level, name, bytes) {target, level, name, bytes},
#include "emit/code_size.def"
#undef CODE_MODEL
#undef KNOWN_FUNCTION
    {"", LEVEL_OS, "", 0},
};

enum { N_KNOWN = sizeof known_functions / sizeof *known_functions };

static const code_model *find_model(const target *t, code_level level) {
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        if (models[i].level == level && strcmp(models[i].target, t->name) == 0) return &models[i];
    }
    return NULL;
}

bool has_code_model(const target *t) { return find_model(t, LEVEL_OS) && find_model(t, LEVEL_O2); }

int64_t estimate_code(arena *a, const text *c, const target *t, code_level level, int64_t *constants) {
    const code_model *m = find_model(t, level);
    const char *names[N_KNOWN];
    int sizes[N_KNOWN], n = 0;
    for (int i = 0; i < N_KNOWN; i++) {
        const known_function *k = &known_functions[i];
        if (k->level != level || strcmp(k->target, t->name) != 0) continue;
        names[n] = k->name;
        sizes[n++] = k->bytes;
    }
    const code_counts counts = count_code(a, c, level, names, n);
    double bytes = 0;
    for (int i = 0; i < CODE_FEATURE_COUNT; i++) bytes += m->bytes[i] * counts.count[i];
    for (int i = 0; i < counts.n_known; i++) {
        for (int k = 0; k < n; k++) bytes += strcmp(names[k], counts.known[i]) == 0 ? sizes[k] : 0;
    }
    *constants = counts.constants;
    return (int64_t)bytes;
}
