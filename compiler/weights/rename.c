/* rename.c: --rename, which changes a checkpoint's names to the network's.
 *
 * A rule is REGEX=REPLACEMENT. REGEX is a Perl-compatible regular expression (PCRE2), matched byte by byte.
 * Every match in a name is replaced; \1 to \9 in the replacement stand for what the groups matched. Rules apply
 * in the order given.
 *
 * A short expression can ask for more memory or time than there is. PCRE2 bounds the size of what it compiles.
 * The steps of matching are counted here, by a callout before each item of the expression, because the limits
 * of PCRE2 hold for one match and a file has many names. Counting steps instead of seconds gives the same
 * answer on every machine. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "weights/rename.h"

#include <pcre2.h>
#include <string.h>

enum {
    LONGEST_RULE = 500,
    MOST_STEPS = 10000000, /* of one rule over all names: some tenths of a second */
    STEPS_PER_NAME = 50,   /* on top of that, as a file may have many names */
    MOST_HEAP_KIB = 16384  /* of one match */
};

static const loc command_line = {0};

typedef struct rule {
    const char *text; /* as given */
    pcre2_code *regex;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    const char *replacement;
    int64_t steps; /* steps that are left */
    bool matched;
} rule;

static bool refuse_rule(diag *d, const char *given, const char *why) {
    diag_error(d, command_line, "--rename '%.*s': %s", LONGEST_RULE, given, why);
    return false;
}

static bool check_replacement(const char *s, uint32_t groups) {
    for (; *s; s++) {
        if (*s != '\\') continue;
        s++;
        if (*s == '\\') continue;
        if (*s < '1' || *s > '9' || (uint32_t)(*s - '0') > groups) return false;
    }
    return true;
}

static void free_rule(rule *r) {
    pcre2_match_context_free(r->limits);
    pcre2_match_data_free(r->match);
    pcre2_code_free(r->regex);
    *r = (rule){0};
}

/* PCRE2 calls this before each item of the expression. A result other than 0 ends the match. */
static int count_step(pcre2_callout_block *block, void *data) {
    (void)block;
    rule *r = data;
    return r->steps-- > 0 ? 0 : PCRE2_ERROR_MATCHLIMIT;
}

static const char *show_pcre_error(arena *a, int error) {
    PCRE2_UCHAR why[256];
    pcre2_get_error_message(error, why, sizeof why);
    return arena_strdup(a, (const char *)why);
}

static bool compile_rule(arena *a, diag *d, const char *given, rule *r) {
    *r = (rule){.text = given};
    const char *equals = strchr(given, '=');
    if (!equals || equals == given) return refuse_rule(d, given, "expected REGEX=REPLACEMENT");
    if (strlen(given) > LONGEST_RULE)
        return refuse_rule(d, given, arena_printf(a, "longer than %d bytes", LONGEST_RULE));
    int error;
    PCRE2_SIZE offset;
    r->regex = pcre2_compile((PCRE2_SPTR)given, (PCRE2_SIZE)(equals - given),
                             PCRE2_AUTO_CALLOUT | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
                                 PCRE2_NEVER_BACKSLASH_C,
                             &error, &offset, NULL);
    if (!r->regex) return refuse_rule(d, given, show_pcre_error(a, error));
    r->match = pcre2_match_data_create_from_pattern(r->regex, NULL);
    r->limits = pcre2_match_context_create(NULL);
    if (!r->match || !r->limits) {
        free_rule(r);
        return refuse_rule(d, given, "out of memory");
    }
    pcre2_set_heap_limit(r->limits, MOST_HEAP_KIB);
    pcre2_set_match_limit(r->limits, MOST_STEPS);
    pcre2_set_callout(r->limits, count_step, r);
    r->replacement = equals + 1;
    uint32_t groups = 0;
    pcre2_pattern_info(r->regex, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (check_replacement(r->replacement, groups)) return true;
    free_rule(r);
    return refuse_rule(
        d, given, "in the REPLACEMENT a backslash stands before the number of a group, or another backslash");
}

bool check_rename(arena *a, diag *d, const char *given) {
    rule r;
    bool good = compile_rule(a, d, given, &r);
    if (good) free_rule(&r);
    return good;
}

static void append_replacement(text *out, const rule *r, const char *name) {
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(r->match);
    for (const char *s = r->replacement; *s; s++) {
        if (*s == '\\' && s[1] != '\\') {
            const PCRE2_SIZE *group = &ends[2 * (*++s - '0')];
            if (group[0] != PCRE2_UNSET) text_bytes(out, name + group[0], group[1] - group[0]);
        } else {
            s += *s == '\\';
            text_char(out, *s);
        }
    }
}

/* Whether the rule matches at `from` or behind it. False, and *error, if matching was given up. */
static bool find_match(rule *r, const char *name, size_t size, size_t from, int *error) {
    int found = pcre2_match(r->regex, (PCRE2_SPTR)name, size, from, 0, r->match, r->limits);
    if (found < 0 && found != PCRE2_ERROR_NOMATCH) *error = found;
    return found > 0;
}

/* `name` with every match replaced; NULL after an error, which names the file `path`. */
static const char *apply_rule(arena *a, diag *d, rule *r, const char *path, const char *name) {
    text out = {0};
    size_t size = strlen(name), at = 0;
    bool found = false;
    int error = 0;
    while (at <= size && find_match(r, name, size, at, &error)) {
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(r->match);
        size_t begin = ends[0], end = ends[1];
        if (begin < at || end < begin) break; /* \K in a look-around moved the match backwards */
        found = true;
        text_bytes(&out, name + at, begin - at);
        append_replacement(&out, r, name);
        at = end;
        if (begin == end) { /* an empty match: the next byte is copied */
            if (at < size) text_char(&out, name[at]);
            at++;
        }
        if (at >= size) break;
    }
    const char *renamed = name;
    if (error) {
        const char *why = error == PCRE2_ERROR_MATCHLIMIT ? "takes too many steps" : show_pcre_error(a, error);
        diag_error(d, command_line, "--rename '%s': %s, at the name \"%s\" in %s", r->text, why, name, path);
        renamed = NULL;
    } else if (found) {
        r->matched = true;
        if (at < size) text_string(&out, name + at);
        renamed = arena_strdup(a, out.size ? out.data : "");
    }
    text_free(&out);
    return renamed;
}

/* The name with all rules applied. It may stop early if the name becomes too long. NULL after an error. */
static const char *apply_rules(arena *a, diag *d, rule *rules, int n_rules, const char *path,
                               const char *name) {
    for (int k = 0; k < n_rules && name && strlen(name) <= STORED_MAX_NAME; k++) {
        rules[k].steps += STEPS_PER_NAME;
        name = apply_rule(a, d, &rules[k], path, name);
    }
    return name;
}

static bool rename_file(arena *a, diag *d, checkpoint *c, rule *rules, int n_rules) {
    loc at = {.src = &c->src};
    const char *why;
    for (int i = 0; i < c->n_tensors; i++) {
        stored *t = &c->tensors[i];
        t->key = apply_rules(a, d, rules, n_rules, c->src.path, t->key);
        if (!t->key) return false;
        if (strlen(t->key) > STORED_MAX_NAME) {
            diag_error(d, at, "--rename makes a name of more than %d bytes of \"%s\"", STORED_MAX_NAME,
                       t->name);
            return false;
        }
    }
    if (checkpoint_sort(a, c, &why)) return true;
    diag_error(d, at, "--rename: %s", why);
    return false;
}

bool rename_tensors(arena *a, diag *d, checkpoint *const *files, int n_files, const char *const *texts,
                    int n_rules) {
    rule *rules = ARENA_ARRAY(a, rule, n_rules);
    bool good = true;
    for (int i = 0; i < n_rules; i++) {
        good = compile_rule(a, d, texts[i], &rules[i]) && good;
        rules[i].steps = MOST_STEPS;
    }
    for (int i = 0; i < n_files && good; i++) good = rename_file(a, d, files[i], rules, n_rules);
    for (int i = 0; i < n_rules; i++) {
        if (good && !rules[i].matched) {
            diag_warning(d, command_line, "--rename '%s': no tensor's name matches", rules[i].text);
        }
        free_rule(&rules[i]);
    }
    return good;
}
