/* depfile.c: --depfile: lists the files on which the output depends, for make and ninja.
 *
 * The two agree on few characters. Letters, digits, bytes of UTF-8 and the signs that ninja accepts in a name
 * are written as they are. A blank, '#' and '$' are escaped, and backslashes before a blank are doubled. At
 * least one of the two reads other characters as something else: a newline begins a command, and "a=b" sets a
 * variable. Names with such characters are refused. */
#include "driver/driver.h"

#include <string.h>

enum { LONGEST_SHOWN = 200 };

static const loc command_line = {0};

static const char bad_backslash[] = "a backslash before '#' or '$', or at its end";

/* What is wrong with the character at `at` of the name `s`. NULL if it is read as it is or can be escaped; ""
 * if the character itself is the fault. */
static const char *find_fault(const char *s, const char *at) {
    unsigned char c = (unsigned char)*at;
    if (c == ' ') return at[1] ? NULL : "a blank at its end";
    if (c == '\\') return at[1] && at[1] != '#' && at[1] != '$' ? NULL : bad_backslash;
    if (c == '~') return at == s ? "'~' at its front" : NULL;
    if (c == ')') return at[1] ? NULL : "')' at its end";
    if (c < ' ' || c == 127) return "a control character";
    if (c >= 128 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return NULL;
    return strchr("+,/_.-@!{}(]#$", c) ? NULL : "";
}

static bool check_name(job *j, const char *name) {
    text shown = {0};
    for (const char *s = name; *s && s < name + LONGEST_SHOWN; s++)
        text_char(&shown, (unsigned char)*s < ' ' || *s == 127 ? '?' : *s);
    bool good = *name;
    if (!good) diag_error(j->d, command_line, "--depfile: a name is empty");
    for (const char *s = name; *s && good; s++) {
        const char *fault = find_fault(name, s);
        good = !fault;
        if (!good) {
            diag_error(j->d, command_line, "--depfile: make or ninja cannot read the name '%s': it has %s",
                       shown.data, *fault ? fault : arena_printf(j->mem, "'%c'", *s));
        }
    }
    text_free(&shown);
    return good;
}

static bool print_name(text *out, job *j, const char *name) {
    if (!check_name(j, name)) return false;
    for (const char *s = name; *s; s++) {
        size_t backslashes = strspn(s, "\\");
        bool doubled = s[backslashes] == ' ';
        for (size_t i = 0; i < backslashes; i++) text_string(out, doubled ? "\\\\" : "\\");
        s += backslashes;
        if (*s == ' ' || *s == '#') text_char(out, '\\');
        if (*s == '$') text_char(out, '$');
        text_char(out, *s);
    }
    return true;
}

static bool print_names(text *out, job *j, const char *const *names, int count) {
    bool good = true;
    for (int i = 0; i < count; i++) {
        text_string(out, " \\\n  ");
        good = print_name(out, j, names[i]) && good;
    }
    return good;
}

bool depfile_print(text *out, job *j) {
    bool good = true;
    for (int i = 0; i < j->n_outputs; i++) {
        if (i) text_char(out, ' ');
        good = print_name(out, j, j->outputs[i].file.path) && good;
    }
    text_char(out, ':');
    good = print_names(out, j, j->files, j->n_files) && good;
    good = print_names(out, j, j->o.weights.at, j->o.weights.count) && good;
    good = print_names(out, j, j->o.calibrate.at, j->o.calibrate.count) && good;
    if (j->o.labels) good = print_names(out, j, &j->o.labels, 1) && good;
    if (j->o.tune) good = print_names(out, j, &j->o.tune, 1) && good;
    text_char(out, '\n');
    return good;
}
