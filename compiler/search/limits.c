/* limits.c: parses the limits of --fit by a table of their names and units. */
#include "search/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const figure_names[FIGURE_COUNT] = {
    [FIGURE_RAM] = "ram",   [FIGURE_FLASH] = "flash",   [FIGURE_CYCLES] = "cycles",
    [FIGURE_MACS] = "macs", [FIGURE_PARAMS] = "params",
};

typedef struct unit {
    const char *suffix;
    double factor;
} unit;

/* As datasheets count memory, and as papers count work. The list ends with a NULL suffix. */
static const unit bytes[] = {{"", 1}, {"K", 0x1p10}, {"M", 0x1p20}, {"G", 0x1p30}, {NULL, 0}};
static const unit counts[] = {{"", 1}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}, {NULL, 0}};
static const unit times[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {NULL, 0}};

static const unit spans[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {NULL, 0}};

enum { TIME = FIGURE_COUNT, NAMES };

static const struct {
    const char *name;
    const unit *units;
    const char *expected;
} table[NAMES] = {
    [FIGURE_RAM] = {"ram", bytes, "bytes, such as 65536, 256K (of 1024) or 1.5M (of 1048576)"},
    [FIGURE_FLASH] = {"flash", bytes, "bytes, such as 65536, 256K (of 1024) or 1.5M (of 1048576)"},
    [FIGURE_CYCLES] = {"cycles", counts, "a count, such as 250000, 250K (of 1000) or 1.5M (of 1000000)"},
    [FIGURE_MACS] = {"macs", counts, "a count, such as 250000, 250K (of 1000) or 300M (of 1000000)"},
    [FIGURE_PARAMS] = {"params", counts, "a count, such as 250000, 250K (of 1000) or 1.5M (of 1000000)"},
    [TIME] = {"time", times, "a time with its unit: 500us, 40ms or 1.5s"},
};

/* A number and one of the units; NAN if the text is anything else. */
static double parse_value(const char *s, const unit *units) {
    enum { LONGEST = 20 };
    size_t digits = strspn(s, "0123456789.");
    if (digits == 0 || strlen(s) > LONGEST) return NAN;
    char *end;
    double value = strtod(s, &end);
    if (end != s + digits) return NAN;
    for (const unit *u = units; u->suffix; u++) {
        if (strcmp(end, u->suffix) == 0) return value * u->factor;
    }
    return NAN;
}

typedef struct limits_parser {
    arena *mem;
    diag *d;
    const source *src;
    bool seen[NAMES];
    limits l;
} limits_parser;

/* The place of `size` bytes of the text. */
static loc place_of(const limits_parser *p, const char *at, size_t size) {
    int col = (int)(at - p->src->text) + 1;
    return (loc){p->src, 1, col, 1, col + (int)(size ? size : 1)};
}

static int find_name(limits_parser *p, const char *at, size_t size) {
    const char *known[NAMES];
    for (int i = 0; i < NAMES; i++) {
        known[i] = table[i].name;
        if (strlen(known[i]) == size && memcmp(known[i], at, size) == 0) return i;
    }
    const char *name = arena_strndup(p->mem, at, size), *near = nearest_word(name, known, NAMES);
    diag_error(p->d, place_of(p, at, size),
               "there is no limit '%s'%s%s%s: ram, flash, time, cycles, macs and params are there", name,
               near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    return -1;
}

/* NAME=VALUE, of `size` bytes. */
static bool parse_limit(limits_parser *p, const char *at, size_t size) {
    const double largest = 0x1p60;
    size_t name_size = strcspn(at, "=,");
    if (name_size >= size) {
        diag_error(p->d, place_of(p, at, size), "expected NAME=VALUE");
        return false;
    }
    int i = find_name(p, at, name_size);
    if (i < 0) return false;
    const char *given = at + name_size + 1;
    size_t given_size = size - name_size - 1;
    double value = parse_value(arena_strndup(p->mem, given, given_size), table[i].units);
    bool time_twice = (i == TIME && p->seen[FIGURE_CYCLES]) || (i == FIGURE_CYCLES && p->seen[TIME]);
    if (p->seen[i] || time_twice) {
        diag_error(p->d, place_of(p, at, name_size), "%s",
                   time_twice ? "time and cycles limit the same: one of them is enough"
                              : arena_printf(p->mem, "%s has a limit already", table[i].name));
        return false;
    }
    p->seen[i] = true;
    if (isnan(value)) {
        diag_error(p->d, place_of(p, given, given_size), "%s takes %s", table[i].name, table[i].expected);
        return false;
    }
    if (!(value > 0) || value > largest || (i != TIME && value < 1)) {
        diag_error(p->d, place_of(p, given, given_size), "a limit of %.*s is %s", (int)given_size, given,
                   value > largest ? "too large to be one" : "kept by no network");
        return false;
    }
    if (i == TIME)
        p->l.seconds = value;
    else
        p->l.most[i] = (int64_t)value;
    return true;
}

limits parse_limits(arena *a, diag *d, const char *option, const char *given) {
    source *src = ARENA_NEW(a, source);
    *src = (source){option, arena_strdup(a, given), strlen(given)};
    limits_parser p = {.mem = a, .d = d, .src = src};
    bool good = true;
    for (const char *at = src->text;;) {
        size_t size = strcspn(at, ",");
        good = parse_limit(&p, at, size) && good;
        at += size;
        if (!*at) break;
        at++;
    }
    return good ? p.l : (limits){0};
}

bool limits_set_clock(limits *l, double hertz) {
    double cycles = l->seconds * hertz;
    if (!(cycles >= 1) || cycles > 0x1p60) return false;
    l->most[FIGURE_CYCLES] = (int64_t)cycles;
    return true;
}

double parse_clock(const char *given) {
    double hertz = parse_value(given, counts);
    return hertz >= 1 && hertz < 1e12 ? hertz : 0;
}

bool parse_budget(const char *given, int64_t *runs, double *seconds) {
    static const unit plain[] = {{"", 1}, {NULL, 0}};
    const double most_runs = 1e9;
    double count = parse_value(given, plain), time = parse_value(given, spans);
    if (time > 0) *seconds = time;
    if (count >= 1 && count <= most_runs && count == floor(count)) *runs = (int64_t)count;
    return *seconds > 0 || *runs > 0;
}

int parse_works(const char *given, int64_t *works, int most) {
    const int64_t largest = 1000000000;
    int count = 0;
    for (const char *at = given;; at++) {
        char *end;
        if (*at < '1' || *at > '9' || count == most) return 0;
        long long work = strtoll(at, &end, 10);
        if (work > largest || (count && work <= works[count - 1])) return 0;
        works[count++] = work;
        at = end;
        if (!*at) return count;
        if (*at != ',') return 0;
    }
}
