/* folder.c: see folder.h. */
#define _POSIX_C_SOURCE 200809L
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int is_picture(const struct dirent *entry) {
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".pgm", ".ppm"};
    const char *ending = strrchr(entry->d_name, '.');
    if (!ending || ending == entry->d_name) return 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (!strcasecmp(ending, endings[i])) return 1;
    }
    return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool fail(folder *f, const char *why) {
    snprintf(f->wrong, sizeof f->wrong, "%s", why);
    return false;
}

static bool take_names(folder *f, struct dirent **entries) {
    size_t bytes = 0;
    for (int i = 0; i < f->count; i++) bytes += strlen(entries[i]->d_name) + 1;
    if (bytes == 0) return fail(f, "no pictures in it (.jpg, .jpeg, .png, .pgm, .ppm)");
    if (bytes > INT_MAX) return fail(f, "too many pictures");
    f->bytes = (int)bytes;
    f->text = malloc(bytes);
    if (!f->text) return fail(f, "no memory");
    char *to = f->text;
    for (int i = 0; i < f->count; i++) {
        size_t length = strlen(entries[i]->d_name) + 1;
        memcpy(to, entries[i]->d_name, length);
        to += length;
    }
    return folder_index(f) || fail(f, "no memory");
}

bool folder_read(folder *f, const char *path) {
    struct dirent **entries;
    memset(f, 0, sizeof *f);
    int count = scandir(path, &entries, is_picture, by_name);
    if (count < 0) return fail(f, strerror(errno));
    f->count = count;
    bool good = take_names(f, entries);
    for (int i = 0; i < count; i++) free(entries[i]);
    free(entries);
    return good;
}

bool folder_index(folder *f) {
    f->names = malloc((size_t)f->count * sizeof *f->names);
    if (!f->names) return false;
    const char *at = f->text;
    for (int i = 0; i < f->count; i++, at += strlen(at) + 1) f->names[i] = at;
    return true;
}

void folder_free(folder *f) {
    free(f->text);
    free(f->names);
}
