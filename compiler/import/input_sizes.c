/* input_sizes.c: the sizes of a network's input, from the file and from the user. */
#include "import/input_sizes.h"

#include <string.h>

/* The name as a shell takes it. */
static const char *quote_name(arena *a, const char *name) {
    bool plain =
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:") == strlen(name);
    return plain ? name : arena_printf(a, "'%s'", name);
}

void suggest_sizes(importer *im, const input_sizes *s) {
    enum { CHANNELS = 3, SIDE = 224, NUMBERS = 128 };
    int height = s->channels == 1 ? 2 : 1;
    int64_t side = s->rank == 4 ? s->sizes[height] : 0;
    if (s->rank == 4 && side == 0) side = s->sizes[height + 1];
    const char *all = "";
    for (int i = 0; i < s->rank; i++) {
        int64_t usual = i == 0 ? 1 : s->rank == 2 ? NUMBERS : i == s->channels ? CHANNELS : side ? side : SIDE;
        all = arena_printf(im->scratch, "%s%s%lld", all, i ? "," : "",
                           (long long)(s->sizes[i] ? s->sizes[i] : usual));
    }
    diag_note(im->d, im->at, "give them, for example: --input-shape %s=%s",
              quote_name(im->scratch, show_name(im->scratch, s->name)), all);
}

/* Reports the sizes that are open. Returns false. */
static bool refuse_open_sizes(importer *im, const input_sizes *s) {
    const char *open = "";
    int count = 0, left = 0;
    for (int i = 0; i < s->rank; i++) left += s->sizes[i] == 0;
    for (int i = 0; i < s->rank; i++) {
        if (s->sizes[i]) continue;
        const char *between = count == 0 ? "" : count == left - 1 ? " and " : ", ";
        open = arena_printf(im->scratch, "%s%s%d", open, between, i);
        count++;
    }
    diag_error(im->d, im->at, "input \"%s\" is %s: its size%s along ax%s %s %s open",
               show_name(im->scratch, s->name), s->sizes_as_shown, count == 1 ? "" : "s",
               count == 1 ? "is" : "es", open, count == 1 ? "is" : "are");
    suggest_sizes(im, s);
    return false;
}

/* Chooses the size along one axis. False after an error. */
static bool choose_size(importer *im, const char *shown, const given_shape *given, int axis, int64_t *size) {
    if (*size <= 0) *size = given ? given->sizes[axis] : axis == 0 ? 1 : 0;
    if (given && given->sizes[axis] != *size) {
        diag_error(im->d, im->at,
                   "--input-shape %s: the file fixes the size of input \"%s\" along axis %d, which is %lld",
                   given->text, shown, axis, (long long)*size);
        return false;
    }
    if (axis == 0 && *size != 1) {
        diag_error(im->d, im->at, "input \"%s\" holds %lld samples; networks take one at a time", shown,
                   (long long)*size);
        diag_note(im->d, im->at, "%s",
                  given ? "give 1 as the first size, and run the network once for each sample"
                        : "export with a batch of 1, or leave the first size open");
        return false;
    }
    if (*size <= MAX_SIDE) return true;
    diag_error(im->d, im->at, "input \"%s\": its size along axis %d, %lld, is more than %d", shown, axis,
               (long long)*size, MAX_SIDE);
    return false;
}

bool choose_sizes(importer *im, input_sizes *s, const given_shape *given) {
    const char *shown = show_name(im->scratch, s->name);
    bool complete = true;
    if (given && given->rank != s->rank) {
        diag_error(im->d, im->at, "--input-shape %s: input \"%s\" has %d axes", given->text, shown, s->rank);
        return false;
    }
    for (int i = 0; i < s->rank; i++) {
        if (!choose_size(im, shown, given, i, &s->sizes[i])) return false;
        complete = complete && s->sizes[i];
    }
    return complete || refuse_open_sizes(im, s);
}
