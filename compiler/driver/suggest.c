/* suggest.c: the nearest network that comes with lcc, where a name on the command line is wrong. */
#include "driver/driver.h"

#include <string.h>
#include <unistd.h>

/* The name in small letters, without its ending, _ and -: mobilenetv2 for "MobileNet-V2" and
 * "mobilenet_v2.net".
 */
static const char *plain_name(arena *a, const char *name) {
    char *plain = arena_strdup(a, name), *out = plain;
    for (const char *c = name; *c && strcmp(c, ".net") != 0; c++) {
        if (*c == '_' || *c == '-') continue;
        *out++ = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    }
    *out = 0;
    return plain;
}

/* How many letters both begin with. */
static size_t same_letters(const char *x, const char *y) {
    size_t n = 0;
    while (x[n] && x[n] == y[n]) n++;
    return n;
}

/* The file whose name is the same but for signs; else the one that the name begins with, or that begins with
 * it; else the one with the fewest wrong letters. NULL if none is near. */
static const char *nearest_model(arena *a, const char *name, const words *files) {
    enum { LEAST = 5 };
    const char *wanted = plain_name(a, name), *best = NULL;
    const char **plain = ARENA_ARRAY(a, const char *, files->count + 1);
    size_t longest = LEAST - 1;
    for (int i = 0; i < files->count; i++) {
        plain[i] = plain_name(a, files->at[i]);
        size_t same = same_letters(wanted, plain[i]);
        if (!wanted[same] && !plain[i][same]) return files->at[i];
        if ((wanted[same] && plain[i][same]) || same <= longest) continue;
        longest = same;
        best = files->at[i];
    }
    const char *near = best ? NULL : nearest_word(wanted, plain, (size_t)files->count);
    for (int i = 0; near && i < files->count; i++) {
        if (plain[i] == near) best = files->at[i];
    }
    return best;
}

void suggest_model(job *j) {
    static const char library[] = "prelude.net"; /* it has no network */
    const char *name = path_name(j->model);
    if (access(j->model, F_OK) == 0 || !j->shipped || strcmp(j->reader->name, ".net") != 0) return;
    words files = list_files(j->mem, j->shipped);
    const char *near = nearest_model(j->mem, name, &files);
    const bool useful = near && strcmp(near, name) != 0 && strcmp(near, library) != 0;
    const char *question = useful ? arena_printf(j->mem, "did you mean %s? ", near) : "";
    diag_note(j->d, (loc){0}, "%slcc --list shows the networks that come with lcc", question);
}
