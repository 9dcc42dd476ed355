/* scratch.c: a temporary folder, and programs that run in it. */
#include "base/scratch.h"
#include "base/child.h"
#include "base/file.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const loc command_line = {0};

bool scratch_open(scratch *s, arena *a, diag *d, const char *option) {
    const char *parent = getenv("TMPDIR");
    char *folder = arena_printf(a, "%s/lcc-XXXXXX", parent && *parent ? parent : "/tmp");
    *s = (scratch){.mem = a, .d = d, .option = option, .folder = folder};
    hold_signals(&s->held);
    if (mkdtemp(folder)) return true;
    diag_error(d, command_line, "%s: cannot make a folder %s: %s", option, folder, strerror(errno));
    release_signals(&s->held);
    return false;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *place) {
    (void)st, (void)kind, (void)place;
    remove(path); /* what cannot be removed stays, and so do the folders above it */
    return 0;
}

void scratch_close(scratch *s) {
    enum { OPEN_FOLDERS = 16 };
    nftw(s->folder, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    release_signals(&s->held);
}

const char *scratch_path(const scratch *s, const char *name) {
    return arena_printf(s->mem, "%s/%s", s->folder, name);
}

/* Adds notes with the first lines of a program's messages to the error. */
static void quote_output(const scratch *s, const char *path) {
    enum { MOST_LINES = 5, MOST_BYTES = 1 << 26 };
    size_t size;
    const char *why;
    char *said = read_file(s->mem, path, MOST_BYTES, &size, &why);
    for (int i = 0; said && *said && i < MOST_LINES; i++) {
        size_t length = strcspn(said, "\n");
        diag_note(s->d, command_line, "%s", arena_strndup(s->mem, said, length));
        said += length + (said[length] == '\n');
    }
}

bool scratch_run(const scratch *s, const char *what, const char *const *argv, const char *out) {
    const char *log = scratch_path(s, "log");
    int status, failure = run_child(argv, out, log, &s->held, &status);
    diag *d = s->d;
    if (failure) {
        diag_error(d, command_line, "%s: cannot run %s '%s': %s", s->option, what, argv[0], strerror(failure));
    } else if (WIFSIGNALED(status)) {
        diag_error(d, command_line, "%s: %s '%s' was ended by signal %d", s->option, what, argv[0],
                   WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
        diag_error(d, command_line, "%s: %s '%s' failed, exit status %d", s->option, what, argv[0],
                   WEXITSTATUS(status));
    } else {
        return true;
    }
    if (!failure) quote_output(s, log);
    return false;
}

int add_command_words(arena *a, const char *command, const char **argv, int n, int room) {
    for (const char *at = command; n < room; n++) {
        at += strspn(at, " \t");
        size_t length = strcspn(at, " \t");
        if (length == 0) break;
        argv[n] = arena_strndup(a, at, length);
        at += length;
    }
    return n;
}
