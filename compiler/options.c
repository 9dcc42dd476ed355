/* options.c: parses the command line by the table in options.def.
 *
 * getopt_long is not used, because it accepts shortened words, prints its own messages and keeps its state in
 * globals. Here all mistakes of the command line are reported in one run, with the nearest word that exists. */
#include "options.h"

#include "passes/passes.h"
#include "weights/rename.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct parser {
    arena *mem;
    diag *d;
    int argc;
    char **argv;
    int next; /* index of the next word in argv */
    options *o;
} parser;

static const loc command_line = {0};

static const char *const storage_names[] = {
    [STORAGE_EMBED] = "embed", [STORAGE_INCBIN] = "incbin", [STORAGE_FILE] = "file"};

enum { STORAGE_COUNT = sizeof storage_names / sizeof *storage_names };

static void append_word(arena *a, words *list, const char *word) {
    list->at = arena_grow(a, list->at, (size_t)list->count, (size_t)list->count + 1, sizeof *list->at);
    list->at[list->count++] = word;
}

static bool is_identifier(const char *s, size_t size) {
    for (size_t i = 0; i < size; i++) {
        bool letter = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_';
        if (!letter && (i == 0 || s[i] < '0' || s[i] > '9')) return false;
    }
    return size > 0;
}

/* The index of `value` among `names`; -1 after an error that lists them. */
static int find_choice(parser *p, const char *option, const char *value, const char *const *names, int count) {
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], value) == 0) return i;
    }
    text all = {0};
    for (int i = 0; i < count; i++) {
        text_printf(&all, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " and ", names[i]);
    }
    const char *near = nearest_word(value, names, (size_t)count);
    const char *hint = near ? arena_printf(p->mem, "did you mean '%s'? There", near) : "there";
    diag_error(p->d, command_line, "%s: there is no '%s': %s %s %s", option, value, hint,
               count == 1 ? "is" : "are", all.data);
    text_free(&all);
    return -1;
}

/* A number of bytes, with or without a suffix K or M: "262144", "256K", "1.5M". -1 if the text is anything
 * else. */
static int64_t parse_bytes(const char *s) {
    enum { LONGEST = 20 };
    const double largest = 0x1p50;
    size_t digits = strspn(s, "0123456789."), length = strlen(s);
    if (digits == 0 || length > LONGEST) return -1;
    double unit = 1;
    if (s[digits] == 'K' || s[digits] == 'k') unit = 0x1p10;
    if (s[digits] == 'M' || s[digits] == 'm') unit = 0x1p20;
    if (length != digits + (unit > 1 ? 1 : 0)) return -1;
    char *end;
    double bytes = strtod(s, &end) * unit;
    if (end != s + digits || !(bytes >= 1 && bytes <= largest) || bytes != floor(bytes)) return -1;
    return (int64_t)bytes;
}

/* Options without an argument. */
#define FLAG(id)                                                                                               \
    static void take_##id(parser *p, const char *value) {                                                      \
        (void)value;                                                                                           \
        p->o->id = true;                                                                                       \
    }
FLAG(int8_pairs)
FLAG(keep_dead)
FLAG(reuse_input)
FLAG(selftest)
FLAG(profile)
FLAG(summary)
FLAG(check)
FLAG(format)
FLAG(measure)
FLAG(fit_compound)
FLAG(list)
FLAG(list_ops)
FLAG(verbose)
FLAG(help)
FLAG(help_man)
FLAG(version)
#undef FLAG

static void take_out(parser *p, const char *value) {
    if (!*value) diag_error(p->d, command_line, "-o: the name of the file is empty");
    p->o->out = value;
}

static void take_input_layout(parser *p, const char *value) {
    static const char *const names[] = {"hwc", "nchw"};
    p->o->planes = find_choice(p, "--input-layout", value, names, 2) == 1;
}

static void take_input_shape(parser *p, const char *value) {
    add_given_shape(p->mem, p->d, &p->o->given, value);
}

static void take_input_name(parser *p, const char *value) {
    add_given_input_name(p->mem, p->d, &p->o->given, value);
}

static void take_output_name(parser *p, const char *value) {
    add_given_output_name(p->mem, p->d, &p->o->given, value);
}

static void take_weights(parser *p, const char *value) { append_word(p->mem, &p->o->weights, value); }

static void take_rename(parser *p, const char *value) {
    if (check_rename(p->mem, p->d, value)) append_word(p->mem, &p->o->renames, value);
}

static void take_variant(parser *p, const char *value) { p->o->variant = value; }

static void take_search(parser *p, const char *value) { p->o->search = value; }

static void take_define(parser *p, const char *value) {
    options *o = p->o;
    const char *equals = strchr(value, '=');
    if (!equals || !is_identifier(value, (size_t)(equals - value)) || !equals[1]) {
        diag_error(p->d, command_line, "-D %s: expected NAME=VALUE", value);
        return;
    }
    o->defines =
        arena_grow(p->mem, o->defines, (size_t)o->n_defines, (size_t)o->n_defines + 1, sizeof *o->defines);
    o->defines[o->n_defines++] = (define){arena_strndup(p->mem, value, (size_t)(equals - value)), equals + 1};
}

static void take_include(parser *p, const char *value) { append_word(p->mem, &p->o->include_dirs, value); }

static void take_name(parser *p, const char *value) {
    enum { LONGEST = 128 };
    size_t size = strlen(value);
    if (!is_identifier(value, size) || size > LONGEST) {
        diag_error(p->d, command_line,
                   "--name %s: the prefix of C symbols is letters, digits and _, no digit first, at most %d",
                   value, LONGEST);
    }
    p->o->name = value;
}

/* "x86-64, x86-64-v3 and x86-64-v4": the targets that can be together in one file. */
static const char *list_companions(arena *a) {
    int count;
    const char *const *names = target_names(a, &count);
    const char *list = "", *last = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], "native") == 0 || !target_by_name(names[i])->machine) continue;
        if (*last) list = arena_printf(a, "%s%s%s", list, *list ? ", " : "", last);
        last = names[i];
    }
    return arena_printf(a, "%s and %s", list, last);
}

/* Adds `t` to the targets, which are sorted, the weakest first. False, after an error, if it is there already
 * or cannot be in one file with them. */
static bool add_target(parser *p, const char *value, const target *t) {
    target_list *list = &p->o->targets;
    int at = list->count;
    for (int i = 0; i < list->count; i++) {
        const target *other = list->at[i];
        if (other == t) {
            diag_error(p->d, command_line, "--target %s: %s is in it twice", value, t->name);
            return false;
        }
        if (!t->machine || !other->machine || strcmp(t->machine, other->machine) != 0) {
            diag_error(p->d, command_line,
                       "--target %s: %s and %s cannot be in one file: those that can are %s", value,
                       other->name, t->name, list_companions(p->mem));
            return false;
        }
        if (target_is_stronger(other, t) && i < at) at = i;
    }
    memmove(list->at + at + 1, list->at + at, (size_t)(list->count - at) * sizeof *list->at);
    list->at[at] = t;
    list->count++;
    return true;
}

/* NAME[,NAME..] */
static void take_target(parser *p, const char *value) {
    int n_names;
    const char *const *names = target_names(p->mem, &n_names);
    p->o->targets.count = 0;
    for (const char *at = value;; at++) {
        size_t size = strcspn(at, ",");
        const char *name = arena_strndup(p->mem, at, size);
        const target *t = target_by_name(name);
        if (!t) {
            find_choice(p, "--target", name, names, n_names);
            return;
        }
        if (!add_target(p, value, t)) return;
        at += size;
        if (!*at) return;
    }
}

const char *options_targets(arena *a, const options *o) {
    const target_list *list = &o->targets;
    const char *names = list->at[0]->name;
    for (int i = 1; i < list->count; i++) names = arena_printf(a, "%s,%s", names, list->at[i]->name);
    return names;
}

static const char *const step_names[QUANTIZE_STEPS] = {
    [STEP_EQUALISATION] = "equalisation", [STEP_CORRECTION] = "correction", [STEP_RANGES] = "ranges"};

static void take_dtype(parser *p, const char *value) {
    static const char *const names[] = {"f32", "int8", "bf16"};
    const int chosen = find_choice(p, "--dtype", value, names, 3);
    p->o->int8 = chosen == 1;
    p->o->bf16 = chosen == 2;
}

static void take_output_dtype(parser *p, const char *value) {
    static const char *const names[] = {"f32", "int8"};
    p->o->integer_outputs = find_choice(p, "--output-dtype", value, names, 2) == 1;
}

static void take_int8_without(parser *p, const char *value) {
    int chosen = find_choice(p, "--int8-without", value, step_names, QUANTIZE_STEPS);
    if (chosen >= 0) p->o->without[chosen] = true;
}

static void take_keep_f32(parser *p, const char *value) { append_word(p->mem, &p->o->keep_f32, value); }

static void take_labels(parser *p, const char *value) { p->o->labels = value; }

static void take_weights_dtype(parser *p, const char *value) {
    static const char *const names[] = {"f32", "f16"};
    p->o->half_weights = find_choice(p, "--weights-dtype", value, names, 2) == 1;
}

static void take_calibrate(parser *p, const char *value) { append_word(p->mem, &p->o->calibrate, value); }

static void take_storage(parser *p, const char *value) {
    int chosen = find_choice(p, "--storage", value, storage_names, STORAGE_COUNT);
    if (chosen >= 0) p->o->storage = (storage)chosen;
}

/* The bytes of a limit; `least` for "min"; -2 after an error. */
static int64_t parse_limit(parser *p, const char *option, const char *value, int least) {
    bool is_least = strcmp(value, "min") == 0;
    int64_t bytes = is_least ? least : parse_bytes(value);
    if (bytes < 0 && !is_least)
        diag_error(p->d, command_line,
                   "%s %s: expected a whole number of bytes, such as 65536, 256K or 1.5M, or min", option,
                   value);
    return bytes;
}

static void take_max_ram(parser *p, const char *value) {
    p->o->max_ram = parse_limit(p, "--max-ram", value, LEAST_RAM);
}

static void take_max_flash(parser *p, const char *value) {
    p->o->max_flash = parse_limit(p, "--max-flash", value, LEAST_FLASH);
}

static void take_emit(parser *p, const char *value) {
    int chosen = find_choice(p, "--emit", value, emit_names, EMIT_KIND_COUNT);
    if (chosen >= 0) p->o->emit = (emit_kind)chosen;
}

static void take_after(parser *p, const char *value) {
    enum { MOST = 64 };
    const char *names[MOST] = {0};
    int count = 0;
    for (const pass *x = pass_table; x->name && count < MOST; x++) names[count++] = x->name;
    int chosen = find_choice(p, "--after", value, names, count);
    if (chosen >= 0) p->o->after = names[chosen];
}

static void take_run(parser *p, const char *value) { append_word(p->mem, &p->o->run, value); }

static void take_result(parser *p, const char *value) { append_word(p->mem, &p->o->result, value); }

static void take_seed(parser *p, const char *value) {
    char *end;
    errno = 0;
    uintmax_t seed = strtoumax(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno || seed > UINT64_MAX) {
        diag_error(p->d, command_line, "--seed %s: expected a whole number from 0 to 18446744073709551615",
                   value);
    }
    p->o->seed = (uint64_t)seed;
}

static void take_depfile(parser *p, const char *value) { p->o->depfile = value; }

static void take_tune(parser *p, const char *value) {
    if (!*value) diag_error(p->d, command_line, "--tune: the name of the file is empty");
    p->o->tune = value;
}

static void take_cc(parser *p, const char *value) {
    if (!value[strspn(value, " \t")]) diag_error(p->d, command_line, "--cc: the command is empty");
    p->o->cc = value;
}

static void take_times(parser *p, const char *value) { p->o->times = value; }

static void take_fit(parser *p, const char *value) {
    p->o->fit = value;
    p->o->limits = parse_limits(p->mem, p->d, "--fit", value);
}

static void take_clock(parser *p, const char *value) {
    p->o->clock = parse_clock(value);
    if (p->o->clock == 0)
        diag_error(p->d, command_line, "--clock %s: expected hertz, such as 168M or 1.5G", value);
}

static void take_score(parser *p, const char *value) {
    if (!value[strspn(value, " \t")]) diag_error(p->d, command_line, "--score: the command is empty");
    p->o->score.command = value;
}

static void take_scores(parser *p, const char *value) {
    if (!*value) diag_error(p->d, command_line, "--scores: the name of the file is empty");
    p->o->score.file = value;
}

static void take_jobs(parser *p, const char *value) {
    enum { MOST = 1024 };
    size_t digits = strspn(value, "0123456789");
    long jobs = digits && !value[digits] && digits < 5 ? strtol(value, NULL, 10) : 0;
    if (jobs < 1 || jobs > MOST)
        diag_error(p->d, command_line, "-j %s: expected a whole number from 1 to %d", value, MOST);
    p->o->score.jobs = (int)jobs;
}

static void take_budget(parser *p, const char *value) {
    if (!parse_budget(value, &p->o->score.most_runs, &p->o->score.most_seconds))
        diag_error(p->d, command_line,
                   "--budget %s: expected a number of runs, such as 50, or a time: 90s, 30m or 2h", value);
}

static void take_work(parser *p, const char *value) {
    p->o->score.n_works = parse_works(value, p->o->score.works, MOST_WORKS);
    if (p->o->score.n_works == 0)
        diag_error(p->d, command_line, "--work %s: expected up to %d rising whole numbers, such as 1,3,9",
                   value, MOST_WORKS);
}

typedef struct option {
    char letter;
    const char *word;
    bool has_argument;
    void (*take)(parser *p, const char *value);
} option;

static const option option_table[] = {
#define OPTION(id, letter, word, argument, text) {letter, word, (argument) != NULL, take_##id},
#include "options.def"
#undef OPTION
};

enum { OPTION_COUNT = sizeof option_table / sizeof *option_table };

static const option *find_letter(char letter) {
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (option_table[i].letter == letter) return &option_table[i];
    }
    return NULL;
}

static const option *find_word(const char *word, size_t size) {
    for (int i = 0; i < OPTION_COUNT; i++) {
        const char *w = option_table[i].word;
        if (w && strlen(w) == size && memcmp(w, word, size) == 0) return &option_table[i];
    }
    return NULL;
}

static void report_unknown_word(parser *p, const char *word) {
    const char *known[OPTION_COUNT];
    size_t count = 0;
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (option_table[i].word) known[count++] = option_table[i].word;
    }
    const char *near = nearest_word(word, known, count);
    for (size_t i = 0; !near && i < count; i++) { /* edit distance does not find shortened words */
        if (*word && strncmp(known[i], word, strlen(word)) == 0) near = known[i];
    }
    if (near) {
        diag_error(p->d, command_line, "unknown option --%s: did you mean --%s?", word, near);
    } else {
        diag_error(p->d, command_line, "unknown option --%s", word);
    }
}

/* The argument of an option: `attached`, or if that is NULL, the next word. NULL after an error. */
static const char *take_argument(parser *p, const char *shown, const char *attached) {
    if (attached) return attached;
    if (p->next < p->argc) return p->argv[p->next++];
    diag_error(p->d, command_line, "%s needs an argument", shown);
    return NULL;
}

/* Parses --word, --word VALUE or --word=VALUE. `s` points behind the dashes. */
static void parse_word(parser *p, const char *s) {
    const char *equals = strchr(s, '=');
    size_t size = equals ? (size_t)(equals - s) : strlen(s);
    const char *word = arena_strndup(p->mem, s, size);
    const option *o = find_word(s, size);
    if (!o) {
        report_unknown_word(p, word);
    } else if (o->has_argument) {
        const char *value = take_argument(p, arena_printf(p->mem, "--%s", word), equals ? equals + 1 : NULL);
        if (value) o->take(p, value);
    } else if (equals) {
        diag_error(p->d, command_line, "--%s takes no argument", word);
    } else {
        o->take(p, NULL);
    }
}

/* Parses -v, -o VALUE, -oVALUE, or several flags in one word. `s` points behind the dash. */
static void parse_letters(parser *p, const char *s) {
    for (; *s; s++) {
        const option *o = find_letter(*s);
        const char *shown = arena_printf(p->mem, "-%c", *s);
        if (!o) {
            diag_error(p->d, command_line, "unknown option %s", shown);
            return;
        }
        if (o->has_argument) {
            const char *value = take_argument(p, shown, s[1] ? s + 1 : NULL);
            if (value) o->take(p, value);
            return;
        }
        o->take(p, NULL);
    }
}

static void take_model(parser *p, const char *word) {
    if (p->o->model) {
        diag_error(p->d, command_line, "one network at a time: both '%s' and '%s' are given", p->o->model,
                   word);
        return;
    }
    p->o->model = word;
}

options options_parse(arena *a, diag *d, int argc, char **argv) {
    options o = {0};
    parser p = {.mem = a, .d = d, .argc = argc, .argv = argv, .next = 1, .o = &o};
    bool only_names = false; /* after "--" */
    while (p.next < argc) {
        const char *word = argv[p.next++];
        if (only_names || word[0] != '-' || !word[1]) {
            take_model(&p, word);
        } else if (strcmp(word, "--") == 0) {
            only_names = true;
        } else if (word[1] == '-') {
            parse_word(&p, word + 2);
        } else {
            parse_letters(&p, word + 1);
        }
    }
    if (o.help || o.help_man || o.version) return o;
    if (!o.targets.count) o.targets = (target_list){{target_by_name("native")}, 1};
    options_check(&o, a, d);
    return o;
}

/* Appends a word in quotes if a shell needs them. Characters that would matter in a C comment are replaced. */
static void append_quoted(text *out, const char *word) {
    bool plain =
        *word &&
        strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:[]") == strlen(word);
    if (!plain) text_char(out, '\'');
    for (const char *c = word; *c; c++) {
        bool ends_comment = (c[0] == '*' && c[1] == '/') || (c[0] == '/' && c[1] == '*');
        bool odd =
            (unsigned char)*c < ' ' || *c == '\\' || *c == '\'' || *c == 127 || (c[0] == '?' && c[1] == '?');
        text_char(out, odd ? '_' : *c);
        if (ends_comment) text_char(out, ' ');
    }
    if (!plain) text_char(out, '\'');
}

static const char *name_of(const char *path) { return strrchr(path, '/') ? strrchr(path, '/') + 1 : path; }

static void append_setting(text *out, const char *word, const char *value) {
    text_printf(out, " %s ", word);
    append_quoted(out, value);
}

const char *options_command(arena *a, const options *o) {
    text out = {0};
    text_string(&out, "lcc ");
    append_quoted(&out, name_of(o->model));
    if (o->variant) append_setting(&out, "--variant", o->variant);
    for (int i = 0; i < o->n_defines; i++) {
        append_setting(&out, "-D", arena_printf(a, "%s=%s", o->defines[i].name, o->defines[i].value));
    }
    for (int i = 0; i < o->weights.count; i++) append_setting(&out, "-w", name_of(o->weights.at[i]));
    for (int i = 0; i < o->renames.count; i++) append_setting(&out, "--rename", o->renames.at[i]);
    if (!o->weights.count && o->seed) text_printf(&out, " --seed %" PRIu64, o->seed);
    if (o->planes) append_setting(&out, "--input-layout", "nchw");
    const given_ports *g = &o->given;
    for (int i = 0; i < g->n_shapes; i++) append_setting(&out, "--input-shape", g->shapes[i].text);
    for (int i = 0; i < g->n_inputs; i++) append_setting(&out, "--input-name", g->inputs[i].text);
    for (int i = 0; i < g->n_outputs; i++) append_setting(&out, "--output-name", g->outputs[i].text);
    if (o->name) append_setting(&out, "--name", o->name);
    append_setting(&out, "--target", options_targets(a, o));
    if (o->int8) append_setting(&out, "--dtype", "int8");
    if (o->bf16) append_setting(&out, "--dtype", "bf16");
    for (int i = 0; i < o->keep_f32.count; i++) append_setting(&out, "--keep-f32", o->keep_f32.at[i]);
    for (int i = 0; i < QUANTIZE_STEPS; i++) {
        if (o->without[i]) append_setting(&out, "--int8-without", step_names[i]);
    }
    if (o->int8_pairs) text_string(&out, " --int8-pairs");
    if (o->integer_outputs) append_setting(&out, "--output-dtype", "int8");
    for (int i = 0; o->int8 && i < o->calibrate.count; i++)
        append_setting(&out, "--calibrate", name_of(o->calibrate.at[i]));
    if (o->half_weights) append_setting(&out, "--weights-dtype", "f16");
    if (o->storage != STORAGE_EMBED) append_setting(&out, "--storage", storage_names[o->storage]);
    if (o->max_ram == LEAST_RAM) append_setting(&out, "--max-ram", "min");
    if (o->max_ram > 0) text_printf(&out, " --max-ram %" PRId64, o->max_ram);
    if (o->max_flash == LEAST_FLASH) append_setting(&out, "--max-flash", "min");
    if (o->max_flash > 0) text_printf(&out, " --max-flash %" PRId64, o->max_flash);
    if (o->keep_dead) text_string(&out, " --keep-dead");
    if (o->reuse_input) text_string(&out, " --reuse-input");
    if (o->tune) append_setting(&out, "--tune", name_of(o->tune));
    if (o->fit_compound) text_string(&out, " --fit-compound");
    if (o->fit) append_setting(&out, "--fit", o->fit);
    if (o->search) append_setting(&out, "--search", o->search);
    if (o->measure) text_string(&out, " --measure");
    if (o->clock > 0 && !o->measure) append_setting(&out, "--clock", arena_printf(a, "%.15g", o->clock));
    if (o->score.command) append_setting(&out, "--score", o->score.command);
    for (int i = 0; i < o->score.n_works; i++)
        text_printf(&out, "%s%" PRId64, i ? "," : " --work ", o->score.works[i]);
    if (o->score.most_runs) text_printf(&out, " --budget %" PRId64, o->score.most_runs);
    if (o->score.most_seconds > 0) text_printf(&out, " --budget %.15gs", o->score.most_seconds);
    if (o->selftest) text_string(&out, " --selftest");
    if (o->profile) text_string(&out, " --profile");
    if (o->base) append_setting(&out, "-o", arena_printf(a, "%s.c", o->base));
    const char *command = arena_strdup(a, out.data);
    text_free(&out);
    return command;
}
