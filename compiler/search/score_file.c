/* score_file.c: reads the file of scores, and appends to it.
 *
 * The file is locked, because two searches in one file would run the same candidates twice. A search that was
 * ended while it wrote leaves half a line at the end. It is cut off, since the next line would be appended to
 * it. Any other line that is not a score is an error, so that no other file is ever changed. */
#include "search/score_file.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const loc command_line = {0};
static const char line_begins[] = "{\"candidate\":\"";

enum { LARGEST_FILE = 1 << 28 };

static bool refuse(const score_file *f, const char *why) {
    diag_error(f->d, command_line, "%s: %s", f->path, why);
    return false;
}

static const char *name_entry(arena *a, uint64_t hash, int64_t work) {
    return arena_printf(a, "%016" PRIx64 "/%" PRId64, hash, work);
}

score_entry *score_file_find(const score_file *f, uint64_t hash, int64_t work) {
    return map_find(&f->entries, name_entry(f->mem, hash, work));
}

score_entry *score_file_add(score_file *f, uint64_t hash, int64_t work) {
    const char *name = name_entry(f->mem, hash, work);
    score_entry *e = map_find(&f->entries, name);
    if (!e) {
        e = ARENA_NEW(f->mem, score_entry);
        map_add(f->mem, &f->entries, name, e);
    }
    *e = (score_entry){.result.work = work, .command = f->command};
    return e;
}

/* ---- reading ---- */

static bool take_line(score_file *f, const json_t *o) {
    const char *hash = json_string_value(json_object_get(o, "candidate"));
    const char *failed = json_string_value(json_object_get(o, "failed"));
    const char *command = json_string_value(json_object_get(o, "command"));
    const json_t *value = json_object_get(o, "score"), *work = json_object_get(o, "work"),
                 *seconds = json_object_get(o, "seconds");
    char *end;
    uint64_t number = hash ? strtoumax(hash, &end, 16) : 0;
    if (!hash || strlen(hash) != 16 || *end) return false;
    if (!json_is_number(value) && !failed) return false;
    if (!json_is_number(seconds) || !(json_number_value(seconds) >= 0)) return false;
    if (!command || (work && (!json_is_integer(work) || json_integer_value(work) < 1))) return false;
    score_entry *e = score_file_add(f, number, work ? json_integer_value(work) : 0);
    e->kept = true;
    e->command = arena_strdup(f->mem, command);
    e->seconds = json_number_value(seconds);
    e->result.state = failed ? SCORE_FAILED : SCORE_MADE;
    e->result.value = json_number_value(value);
    e->result.why = failed ? arena_strdup(f->mem, failed) : NULL;
    return true;
}

/* Whether the bytes may be the beginning of a line, which was not written to its end. */
static bool is_half_line(const char *s, size_t size) {
    size_t n = sizeof line_begins - 1;
    return strncmp(s, line_begins, size < n ? size : n) == 0;
}

/* Takes the line; false, with an error, if it is no score. *half: it is the beginning of one, at the end. */
static bool read_line(score_file *f, const source *src, const char *s, size_t size, int number, bool *half) {
    json_error_t error;
    json_t *o = json_loadb(s, size, JSON_REJECT_DUPLICATES, &error);
    bool good = o && take_line(f, o);
    *half = !o && s + size == src->text + src->size && is_half_line(s, size);
    if (!good && !*half) {
        const char *why = o ? "not a score: expected \"candidate\", \"score\" or \"failed\", \"seconds\" and "
                              "\"command\", as --score writes them"
                            : arena_printf(f->mem, "not a file of scores: %s", error.text);
        int column = !o && error.column > 0 ? error.column : 1;
        diag_error(f->d, (loc){src, number, column, number, column + 1}, "%s", why);
    }
    json_decref(o);
    return good || *half;
}

/* Reads all lines. *whole is the size of those that are whole. */
static bool read_lines(score_file *f, const source *src, size_t *whole) {
    const char *at = src->text, *stop = at + src->size;
    bool half = false;
    for (int number = 1; at < stop && !half; number++) {
        const char *newline = memchr(at, '\n', (size_t)(stop - at));
        const char *end = newline ? newline : stop;
        if (!read_line(f, src, at, (size_t)(end - at), number, &half)) return false;
        if (half) break;
        at = newline ? newline + 1 : stop;
    }
    *whole = (size_t)(at - src->text);
    return true;
}

static bool lock(score_file *f) {
    if (flock(f->fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno == EWOULDBLOCK) return refuse(f, "another search writes to it: give each a file of its own");
    return refuse(f, arena_printf(f->mem, "cannot lock: %s", strerror(errno)));
}

bool score_file_read(score_file *f) {
    if (!f->path || access(f->path, F_OK) != 0) return true;
    f->fd = open(f->path, O_RDWR | O_APPEND | O_CLOEXEC);
    if (f->fd < 0) return refuse(f, arena_printf(f->mem, "cannot write: %s", strerror(errno)));
    if (!lock(f)) return false;
    source *src = ARENA_NEW(f->mem, source);
    src->path = f->path;
    const char *why;
    size_t whole;
    src->text = read_file(f->mem, f->path, LARGEST_FILE, &src->size, &why);
    if (!src->text) return refuse(f, why);
    if (!read_lines(f, src, &whole)) return false;
    if (whole < src->size && ftruncate(f->fd, (off_t)whole) != 0)
        return refuse(f, arena_printf(f->mem, "cannot write: %s", strerror(errno)));
    bool needs_newline = whole > 0 && src->text[whole - 1] != '\n';
    if (needs_newline && write(f->fd, "\n", 1) != 1)
        return refuse(f, arena_printf(f->mem, "cannot write: %s", strerror(errno)));
    return true;
}

/* ---- writing ---- */

bool score_file_prepare(score_file *f) {
    if (!f->path || f->fd >= 0) return true;
    f->fd = open(f->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (f->fd < 0) return refuse(f, arena_printf(f->mem, "cannot write: %s", strerror(errno)));
    return lock(f);
}

/* The string; what is not UTF-8, which JSON cannot say, becomes '?'. */
static json_t *json_of(arena *a, const char *s) {
    json_t *string = json_string(s);
    if (string) return string;
    char *ascii = arena_strdup(a, s);
    for (char *c = ascii; *c; c++) {
        if ((unsigned char)*c >= 128) *c = '?';
    }
    return json_string(ascii);
}

/* As few digits as give back the same number, so that 0.1 stands as 0.1. */
static size_t count_digits(double value) {
    enum { FEW = 15, ALL = 17, ROOM = 32 };
    char s[ROOM];
    int digits = FEW;
    while (digits < ALL && (snprintf(s, sizeof s, "%.*g", digits, value), strtod(s, NULL) != value)) digits++;
    return (size_t)digits;
}

bool score_file_append(const score_file *f, uint64_t hash, const score_entry *e) {
    if (!f->path) return true;
    json_t *o = json_object();
    json_object_set_new(o, "candidate", json_string(arena_printf(f->mem, "%016" PRIx64, hash)));
    if (e->result.work) json_object_set_new(o, "work", json_integer(e->result.work));
    if (e->result.state == SCORE_MADE) json_object_set_new(o, "score", json_real(e->result.value));
    if (e->result.state == SCORE_FAILED) json_object_set_new(o, "failed", json_of(f->mem, e->result.why));
    const double milliseconds = 1e3;
    json_object_set_new(o, "seconds", json_real(round(e->seconds * milliseconds) / milliseconds));
    json_object_set_new(o, "command", json_of(f->mem, e->command));
    char *printed =
        json_dumps(o, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(count_digits(e->result.value)));
    json_decref(o);
    if (!printed) return refuse(f, "cannot write a line: no memory is left");
    const char *line = arena_printf(f->mem, "%s\n", printed);
    free(printed);
    ssize_t size = (ssize_t)strlen(line);
    errno = ENOSPC;
    if (write(f->fd, line, (size_t)size) == size) return true;
    return refuse(f, arena_printf(f->mem, "cannot write: %s", strerror(errno)));
}

void score_file_close(score_file *f) {
    if (f->fd >= 0) close(f->fd);
    f->fd = -1;
}
