/* rename.c: --rename: a checkpoint's names as the network calls them.
 *
 * A rule is REGEX=REPLACEMENT: POSIX extended regular expressions; every match in a name is replaced, and \1
 * to \9 in the replacement are what the groups matched. Rules apply in the order given. What would let a short
 * rule take the machine's memory or time is refused: counted repeats and references back within the expression.
 */
#include "weights/rename.h"

#include <regex.h>
#include <string.h>

enum { LONGEST_RULE = 500, GROUPS = 10 };

static const loc command_line = {0};

typedef struct rule {
    const char *text; /* as given */
    regex_t regex;
    const char *replacement;
    bool matched;
} rule;

static bool refuse_rule(diag *d, const char *given, const char *why) {
    diag_error(d, command_line, "--rename '%.*s': %s", LONGEST_RULE, given, why);
    return false;
}

/* References back, and {..}, outside of what a backslash makes plain. */
static bool is_costly(const char *regex) {
    for (const char *c = regex; *c; c++) {
        if (*c == '{') return true;
        if (*c == '\\' && c[1]) {
            c++;
            if (*c >= '0' && *c <= '9') return true;
        }
    }
    return false;
}

static bool check_replacement(const char *s, size_t groups) {
    for (; *s; s++) {
        if (*s != '\\') continue;
        s++;
        if (*s == '\\') continue;
        if (*s < '1' || *s > '9' || (size_t)(*s - '0') > groups) return false;
    }
    return true;
}

static bool compile_rule(arena *a, diag *d, const char *given, rule *r) {
    const char *equals = strchr(given, '=');
    if (!equals || equals == given) return refuse_rule(d, given, "expected REGEX=REPLACEMENT");
    if (strlen(given) > LONGEST_RULE)
        return refuse_rule(d, given, arena_printf(a, "longer than %d bytes", LONGEST_RULE));
    const char *regex = arena_strndup(a, given, (size_t)(equals - given));
    if (is_costly(regex))
        return refuse_rule(d, given,
                           "counted repeats, {..}, and references back, \\1, are not covered in a REGEX");
    int failed = regcomp(&r->regex, regex, REG_EXTENDED);
    if (failed) {
        char why[200];
        regerror(failed, &r->regex, why, sizeof why);
        return refuse_rule(d, given, arena_strdup(a, why));
    }
    r->text = given;
    r->replacement = equals + 1;
    if (check_replacement(r->replacement, r->regex.re_nsub)) return true;
    regfree(&r->regex);
    return refuse_rule(
        d, given, "in the REPLACEMENT a backslash stands before the number of a group, or another backslash");
}

bool check_rename(arena *a, diag *d, const char *given) {
    rule r;
    bool good = compile_rule(a, d, given, &r);
    if (good) regfree(&r.regex);
    return good;
}

static void append_replacement(text *out, const char *s, const char *from, const regmatch_t *match) {
    for (; *s; s++) {
        if (*s == '\\' && s[1] != '\\') {
            const regmatch_t *group = &match[*++s - '0'];
            if (group->rm_so >= 0) text_bytes(out, from + group->rm_so, (size_t)(group->rm_eo - group->rm_so));
        } else {
            s += *s == '\\';
            text_char(out, *s);
        }
    }
}

/* The name with every match replaced. */
static const char *apply_rule(arena *a, rule *r, const char *name) {
    regmatch_t match[GROUPS];
    text out = {0};
    const char *at = name;
    bool found = false;
    while (regexec(&r->regex, at, GROUPS, match, at == name ? 0 : REG_NOTBOL) == 0) {
        found = true;
        text_bytes(&out, at, (size_t)match[0].rm_so);
        append_replacement(&out, r->replacement, at, match);
        at += match[0].rm_eo;
        if (match[0].rm_so == match[0].rm_eo) { /* an empty match: on by a byte */
            if (!*at) break;
            text_char(&out, *at++);
        }
        if (!*at) break;
    }
    if (!found) return name;
    r->matched = true;
    text_string(&out, at);
    const char *renamed = arena_strdup(a, out.size ? out.data : "");
    text_free(&out);
    return renamed;
}

static bool rename_file(arena *a, diag *d, checkpoint *c, rule *rules, int n_rules) {
    loc at = {.src = &c->src};
    const char *why;
    for (int i = 0; i < c->n_tensors; i++) {
        stored *t = &c->tensors[i];
        for (int k = 0; k < n_rules && strlen(t->key) <= STORED_MAX_NAME; k++) {
            t->key = apply_rule(a, &rules[k], t->key);
        }
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
    int compiled = 0;
    bool good = true;
    for (int i = 0; i < n_rules; i++) {
        if (compile_rule(a, d, texts[i], &rules[compiled])) {
            compiled++;
        } else {
            good = false;
        }
    }
    for (int i = 0; i < n_files && good; i++) good = rename_file(a, d, files[i], rules, n_rules);
    for (int i = 0; i < compiled; i++) {
        if (good && !rules[i].matched) {
            diag_warning(d, command_line, "--rename '%s': no tensor's name matches", rules[i].text);
        }
        regfree(&rules[i].regex);
    }
    return good;
}
