/* locate.c: finds the networks that come with lcc. They are looked for beside the program first, so that an
 * installed tree can be moved as a whole. */
#include "driver/driver.h"

#include "base/file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

const char *find_library(arena *a, const char *program) {
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size > 0) {
        self[size] = 0;
        program = self;
    }
    if (strchr(program, '/')) {
        const char *moved = arena_printf(a, "%s../share/lcc", path_folder(a, program));
        if (realpath(moved, self) && is_folder(self)) return arena_strdup(a, self);
    }
    return is_folder(LCC_LIBRARY_DIR) ? LCC_LIBRARY_DIR : NULL;
}

const char *find_model(arena *a, const char *name, const words *include_dirs, const char *library) {
    if (name[0] == '/' || is_file(name)) return name;
    for (int i = 0; i < include_dirs->count; i++) {
        const char *path = arena_printf(a, "%s/%s", include_dirs->at[i], name);
        if (is_file(path)) return path;
    }
    if (library) {
        const char *path = arena_printf(a, "%s/%s", library, name);
        if (is_file(path)) return path;
    }
    return name;
}
