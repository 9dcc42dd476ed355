/* scratch.c: a temporary folder, and programs that run in it. */
#include "driver/scratch.h"
#include "driver/child.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const loc command_line = {0};

bool scratch_open(scratch *s, job *j, const char *option) {
    const char *parent = getenv("TMPDIR");
    char *folder = arena_printf(j->mem, "%s/lcc-XXXXXX", parent && *parent ? parent : "/tmp");
    *s = (scratch){.j = j, .option = option, .folder = folder};
    hold_signals(&s->held);
    if (mkdtemp(folder)) return true;
    diag_error(j->d, command_line, "%s: cannot make a folder %s: %s", option, folder, strerror(errno));
    release_signals(&s->held);
    return false;
}

void scratch_close(scratch *s) {
    DIR *d = opendir(s->folder);
    for (const struct dirent *e; d && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d) closedir(d);
    rmdir(s->folder);
    release_signals(&s->held);
}

const char *scratch_path(const scratch *s, const char *name) {
    return arena_printf(s->j->mem, "%s/%s", s->folder, name);
}

/* Adds notes with the first lines of a program's messages to the error. */
static void quote_output(const scratch *s, const char *path) {
    enum { MOST_LINES = 5, MOST_BYTES = 1 << 26 };
    size_t size;
    const char *why;
    char *said = read_file(s->j->mem, path, MOST_BYTES, &size, &why);
    for (int i = 0; said && *said && i < MOST_LINES; i++) {
        size_t length = strcspn(said, "\n");
        diag_note(s->j->d, command_line, "%s", arena_strndup(s->j->mem, said, length));
        said += length + (said[length] == '\n');
    }
}

bool scratch_run(const scratch *s, const char *what, const char *const *argv, const char *out) {
    const char *log = scratch_path(s, "log");
    int status, failure = run_child(argv, out, log, &s->held, &status);
    diag *d = s->j->d;
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
