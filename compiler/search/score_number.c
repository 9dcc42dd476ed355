/* score_number.c: the last number of a program's output. */
#include "search/score_run.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether a number may stand behind this character: "v1.2" has none, and "loss=1.2" has one. */
static bool may_precede(char c) { return !isalnum((unsigned char)c) && c != '_' && c != '.'; }

static size_t count_digits(const char *s) { return strspn(s, "0123456789"); }

/* How many bytes of `s` are the end of a number's word: "e-3"; 0: none. */
static size_t measure_exponent(const char *s) {
    if (*s != 'e' && *s != 'E') return 0;
    size_t sign = s[1] == '-' || s[1] == '+', digits = count_digits(s + 1 + sign);
    return digits ? 1 + sign + digits : 0;
}

/* How many bytes of `s` are nan, inf or infinity; 0: none. */
static size_t measure_name(const char *s) {
    static const char *const names[] = {"nan", "inf", "infinity"};
    size_t size = 0;
    while (isalnum((unsigned char)s[size]) || s[size] == '_') size++;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) == size && strncasecmp(s, names[i], size) == 0) return size;
    }
    return 0;
}

/* How many bytes of `s` are a number; 0: none, also if a letter stands behind it, as in "3x3". */
static size_t measure_number(const char *s) {
    size_t sign = *s == '-' || *s == '+', size = count_digits(s + sign), digits = size;
    if (s[sign + size] == '.') {
        size_t fraction = count_digits(s + sign + size + 1);
        digits += fraction;
        size += 1 + fraction;
    }
    if (!digits) {
        size_t name = measure_name(s + sign);
        return name ? sign + name : 0;
    }
    size += sign;
    size += measure_exponent(s + size);
    return isalpha((unsigned char)s[size]) || s[size] == '_' ? 0 : size;
}

bool find_last_number(const char *s, double *value) {
    bool found = false;
    for (const char *at = s; *at;) {
        size_t size = at == s || may_precede(at[-1]) ? measure_number(at) : 0;
        if (size) {
            *value = strtod(at, NULL);
            found = true;
        }
        at += size ? size : 1;
    }
    return found;
}
