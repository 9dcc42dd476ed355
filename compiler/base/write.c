/* write.c: writes several files so that either all or none of them appear.
 *
 * A file is written without a name (O_TMPFILE) if the file system can do that; nothing is left of it then,
 * however the program ends. Else it is written under a temporary name. Signals are held back meanwhile, and
 * looked for after each chunk, so that temporary files are removed before the program ends. When all files are
 * complete and on disk, each gets a temporary name and is renamed to its place, because only a rename replaces
 * a file in one step. Only SIGKILL or a crash of the machine between these two leaves anything behind. */
#include "base/file.h"
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHUNK = 1 << 20,    /* bytes between two looks for signals */
    MOST_UNNAMED = 100, /* files without a name need an open descriptor each */
    MOST_LINKS = 40     /* as many as Linux follows */
};

/* A file that is being written. */
typedef struct new_file {
    const output_stream *from;
    const char *place;    /* its path, symbolic links followed */
    int fd;               /* -1: closed */
    char *temporary;      /* its temporary name; NULL: it has none yet */
    const char *old_name; /* a second name of the old file; NULL: there is none, or it could not be made */
    bool stood;           /* there was an old file at the place */
} new_file;

static bool refuse(arena *a, const new_file *f, int error, const char **why) {
    *why = arena_printf(a, "%s: cannot write: %s", f->from->file.path, strerror(error));
    return false;
}

const char *follow_links(arena *a, const char *path) {
    for (int i = 0; i < MOST_LINKS; i++) {
        struct stat st;
        if (lstat(path, &st) != 0 || !S_ISLNK(st.st_mode)) return path;
        char target[PATH_MAX];
        ssize_t size = readlink(path, target, sizeof target - 1);
        if (size < 0) return NULL;
        target[size] = 0;
        path = arena_printf(a, "%s%s", *target == '/' ? "" : path_folder(a, path), target);
    }
    errno = ELOOP;
    return NULL;
}

static bool find_place(arena *a, new_file *f, const char **why) {
    f->place = follow_links(a, f->from->file.path);
    return f->place || refuse(a, f, errno, why);
}

/* Whether a file can be written to the place. A folder or a device such as /dev/full there is refused. */
static bool check_place(arena *a, const new_file *f, const char **why) {
    struct stat st;
    if (stat(f->place, &st) != 0 || S_ISREG(st.st_mode)) return true;
    *why = arena_printf(a, "%s: cannot write: %s", f->from->file.path,
                        S_ISDIR(st.st_mode) ? "it is a folder" : "not a regular file");
    return false;
}

/* Opens a file without a name in the folder of `place`. Returns -1 if the system has no such files, or no
 * /proc, through which give_name goes. */
static int open_unnamed(arena *a, const char *place) {
#ifdef O_TMPFILE
    const char *folder = path_folder(a, place);
    if (access("/proc/self/fd", X_OK) == 0)
        return open(*folder ? folder : ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
#else
    (void)a, (void)place;
#endif
    return -1;
}

/* Opens a new file without a name or, if that cannot be done, under a temporary name. */
static bool open_new_file(arena *a, new_file *f, const char **why) {
    f->fd = open_unnamed(a, f->place);
    if (f->fd >= 0) return true;
    char *name = arena_printf(a, "%s.XXXXXX", f->place);
    f->fd = mkostemp(name, O_CLOEXEC);
    if (f->fd < 0) return refuse(a, f, errno, why);
    f->temporary = name;
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(f->fd, 0666 & ~mask) == 0 || refuse(a, f, errno, why);
}

/* Gives a file that has no name a temporary name. */
static bool give_name(arena *a, new_file *f, const char **why) {
    const char *unnamed = arena_printf(a, "/proc/self/fd/%d", f->fd);
    for (int i = 0; !f->temporary; i++) {
        char *name = arena_printf(a, "%s.%ld-%d", f->place, (long)getpid(), i);
        if (linkat(AT_FDCWD, unnamed, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) {
            f->temporary = name;
        } else if (errno != EEXIST) {
            return refuse(a, f, errno, why);
        }
    }
    return true;
}

static bool close_new_file(arena *a, new_file *f, const char **why) {
    int fd = f->fd;
    f->fd = -1;
    return fd < 0 || close(fd) == 0 || refuse(a, f, errno, why);
}

/* Writes all bytes. False, with errno, if writing fails or a signal waits. */
static bool write_all(int fd, const char *data, size_t size, const held_signals *held) {
    while (size) {
        ssize_t n = write(fd, data, size < CHUNK ? size : CHUNK);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        data += n;
        size -= (size_t)n;
        if (signal_waits(held)) {
            errno = EINTR;
            return false;
        }
    }
    return true;
}

static bool write_pieces(int fd, const output_stream *s, const held_signals *held) {
    text piece = {0};
    bool good = true;
    while (good && s->next && s->next(s->state, &piece)) {
        good = write_all(fd, piece.data, piece.size, held);
        piece.size = 0;
    }
    int error = errno;
    text_free(&piece);
    errno = error;
    return good;
}

static bool write_new_file(arena *a, new_file *f, const held_signals *held, const char **why) {
    const output_file *whole = &f->from->file;
    return find_place(a, f, why) && check_place(a, f, why) && open_new_file(a, f, why) &&
           ((write_all(f->fd, whole->data, whole->size, held) && write_pieces(f->fd, f->from, held) &&
             fsync(f->fd) == 0) ||
            refuse(a, f, errno, why));
}

/* Gives the old file at the place a second name, so that it can be brought back. */
static void keep_old_file(arena *a, new_file *f) {
    struct stat st;
    f->stood = lstat(f->place, &st) == 0;
    const char *name = arena_printf(a, "%s.old", f->temporary);
    if (f->stood && link(f->place, name) == 0) f->old_name = name;
}

static bool move_to_place(arena *a, new_file *f, const char **why) {
    keep_old_file(a, f);
    return rename(f->temporary, f->place) == 0 || refuse(a, f, errno, why);
}

static void bring_back(new_file *f) {
    if (!f->stood) unlink(f->place);
    if (f->old_name) rename(f->old_name, f->place);
}

/* Moves all files to their places. If one cannot be moved, brings the old files back. */
static bool move_all(arena *a, new_file *files, size_t count, const char **why) {
    size_t done = 0;
    while (done < count && move_to_place(a, &files[done], why)) done++;
    if (done == count) return true;
    for (size_t i = 0; i < done; i++) bring_back(&files[i]);
    return false;
}

static bool write_held(arena *a, new_file *files, size_t count, const held_signals *held, const char **why) {
    for (size_t i = 0; i < count; i++) {
        new_file *f = &files[i];
        if (!write_new_file(a, f, held, why)) return false;
        bool full = i >= MOST_UNNAMED;
        if (full && !give_name(a, f, why)) return false;
        if ((full || f->temporary) && !close_new_file(a, f, why)) return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!give_name(a, &files[i], why) || !close_new_file(a, &files[i], why)) return false;
    }
    return move_all(a, files, count, why);
}

bool write_streams(arena *a, const output_stream *streams, size_t count, const char **why) {
    new_file *files = ARENA_ARRAY(a, new_file, count);
    for (size_t i = 0; i < count; i++) files[i] = (new_file){.from = &streams[i], .fd = -1};
    held_signals held;
    hold_signals(&held);
    bool good = write_held(a, files, count, &held, why);
    for (size_t i = 0; i < count; i++) {
        if (files[i].fd >= 0) close(files[i].fd);
        if (files[i].temporary && !good) unlink(files[i].temporary); /* does nothing if it was renamed */
        if (files[i].old_name) unlink(files[i].old_name);
    }
    release_signals(&held);
    return good;
}

bool write_files(arena *a, const output_file *files, size_t count, const char **why) {
    output_stream *streams = ARENA_ARRAY(a, output_stream, count);
    for (size_t i = 0; i < count; i++) streams[i].file = files[i];
    return write_streams(a, streams, count, why);
}
