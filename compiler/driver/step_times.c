/* step_times.c: reads the times of steps that a program has measured by the hook of --profile.
 *
 * A program usually runs the network many times, so a step has many times. The median of them is taken, because
 * a machine that does something else for a moment spoils a mean. */
#include "driver/step_times.h"

#include "base/file.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 64 << 20 };

/* One line of the file. */
typedef struct step_time {
    int step;
    double microseconds;
} step_time;

static int compare_times(const void *one, const void *other) {
    const step_time *a = one, *b = other;
    if (a->step != b->step) return a->step - b->step;
    return (a->microseconds > b->microseconds) - (a->microseconds < b->microseconds);
}

static const char *skip_blanks(const char *p) {
    while (*p == ' ' || *p == '\t') p++;
    return p;
}

/* The text is followed by a NUL, so a number never reads beyond its end; and a line that ends before a number
 * is none. */
static bool read_line(const char *line, const char *end, int n_steps, step_time *out) {
    char *behind;
    if (!isdigit((unsigned char)*line)) return false;
    long step = strtol(line, &behind, 10);
    const char *number = skip_blanks(behind);
    if (step < 1 || step > n_steps || number == behind || number >= end) return false;
    double time = strtod(number, &behind);
    bool ends = behind <= end && (*behind == 0 || isspace((unsigned char)*behind));
    if (behind == number || !ends || !isfinite(time) || time < 0) return false;
    *out = (step_time){(int)step, time};
    return true;
}

static void take_medians(step_time *list, int count, int n_steps, double *microseconds) {
    qsort(list, (size_t)count, sizeof *list, compare_times);
    for (int i = 0; i < n_steps; i++) microseconds[i] = -1;
    for (int i = 0, end; i < count; i = end) {
        for (end = i; end < count && list[end].step == list[i].step;) end++;
        microseconds[list[i].step - 1] =
            (list[(i + end) / 2].microseconds + list[(i + end - 1) / 2].microseconds) / 2;
    }
}

bool read_step_times(arena *a, diag *d, const char *path, int n_steps, double *microseconds) {
    source *src = ARENA_NEW(a, source);
    const char *why;
    *src = (source){.path = path};
    src->text = read_file(a, path, LARGEST_FILE, &src->size, &why);
    if (!src->text) {
        diag_error(d, (loc){0}, "--times: %s: %s", path, why);
        return false;
    }
    int room = 1, count = 0, errors = diag_error_count(d);
    for (const char *p = src->text; (p = strchr(p, '\n')); p++) room++;
    step_time *list = ARENA_ARRAY(a, step_time, room);
    const char *end, *stop = src->text + src->size;
    for (int number = 1; number == 1 || end < stop; number++) {
        const char *begin = number == 1 ? src->text : end + 1;
        end = memchr(begin, '\n', (size_t)(stop - begin));
        if (!end) end = stop;
        const char *line = skip_blanks(begin);
        if (line >= end || *line == '#' || *line == '\r' || read_line(line, end, n_steps, &list[count])) {
            count += line < end && isdigit((unsigned char)*line);
            continue;
        }
        int col = (int)(line - begin) + 1;
        diag_error(d, (loc){src, number, col, number, (int)(end - begin) + 1},
                   "--times: expected the number of a step, from 1 to %d, and microseconds", n_steps);
    }
    if (!count && diag_error_count(d) == errors)
        diag_error(d, (loc){src, 0, 0, 0, 0}, "--times: there is no time in the file");
    take_medians(list, count, n_steps, microseconds);
    return diag_error_count(d) == errors;
}
