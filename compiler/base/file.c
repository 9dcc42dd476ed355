/* file.c: reading files whole, and writing several so that either all of them or none appear. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens a regular file for reading; -1 and *why otherwise. */
static int open_regular(arena *a, const char *path, struct stat *st, const char **why) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        *why = arena_printf(a, "cannot open: %s", strerror(errno));
        return -1;
    }
    if (fstat(fd, st) != 0) {
        *why = arena_printf(a, "cannot read: %s", strerror(errno));
    } else if (S_ISDIR(st->st_mode)) {
        *why = "cannot read: it is a folder";
    } else if (!S_ISREG(st->st_mode)) {
        *why = "cannot read: not a regular file";
    } else {
        return fd;
    }
    close(fd);
    return -1;
}

char *read_file(arena *a, const char *path, size_t limit, size_t *size, const char **why) {
    struct stat st;
    int fd = open_regular(a, path, &st, why);
    if (fd < 0) return NULL;
    if ((unsigned long long)st.st_size > limit) {
        *why =
            arena_printf(a, "file too large: %lld bytes, at most %zu are read", (long long)st.st_size, limit);
        close(fd);
        return NULL;
    }
    char *data = arena_alloc(a, (size_t)st.st_size + 1);
    size_t done = 0;
    while (done < (size_t)st.st_size) {
        ssize_t n = read(fd, data + done, (size_t)st.st_size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            *why = arena_printf(a, "cannot read: %s", strerror(errno));
            close(fd);
            return NULL;
        }
        if (n == 0) break; /* the file shrank meanwhile: what is there counts */
        done += (size_t)n;
    }
    close(fd);
    data[done] = 0;
    *size = done;
    return data;
}

bool map_file(arena *a, const char *path, mapping *m, const char **why) {
    struct stat st;
    *m = (mapping){0};
    int fd = open_regular(a, path, &st, why);
    if (fd < 0) return false;
    if (st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            *why = arena_printf(a, "cannot map: %s", strerror(errno));
            close(fd);
            return false;
        }
        m->data = p;
        m->size = (size_t)st.st_size;
    }
    close(fd);
    return true;
}

void unmap_file(mapping *m) {
    if (m->data) munmap((void *)(size_t)m->data, m->size);
    *m = (mapping){0};
}

static bool write_all(int fd, const char *data, size_t size) {
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static bool write_pieces(int fd, const output_stream *s) {
    text piece = {0};
    bool good = true;
    while (good && s->next && s->next(s->state, &piece)) {
        good = write_all(fd, piece.data, piece.size);
        piece.size = 0;
    }
    int error = errno;
    text_free(&piece);
    errno = error;
    return good;
}

/* Writes one file under a temporary name beside its place; NULL and *why where that fails, with nothing left.
 */
static char *write_temporary(arena *a, const output_stream *s, const char **why) {
    const output_file *f = &s->file;
    char *name = arena_printf(a, "%s.XXXXXX", f->path);
    int fd = mkstemp(name);
    if (fd < 0) {
        *why = arena_printf(a, "%s: cannot write: %s", f->path, strerror(errno));
        return NULL;
    }
    mode_t mask = umask(0);
    umask(mask);
    bool good = fchmod(fd, 0666 & ~mask) == 0 && write_all(fd, f->data, f->size) && write_pieces(fd, s) &&
                fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && good) {
        good = false;
        error = errno;
    }
    if (good) return name;
    unlink(name);
    *why = arena_printf(a, "%s: cannot write: %s", f->path, strerror(error));
    return NULL;
}

/* Whether the place can take a file: a folder there, or a device such as /dev/full, is no place for one. */
static bool check_destination(arena *a, const char *path, const char **why) {
    struct stat st;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) return true;
    *why = arena_printf(a, "%s: cannot write: %s", path,
                        S_ISDIR(st.st_mode) ? "it is a folder" : "not a regular file");
    return false;
}

/* What stood at a place before, under a second name, so that it can come back. */
typedef struct old_file {
    const char *second_name; /* NULL: there is none, or the file system has no second names */
    bool stood;
} old_file;

static old_file keep_old_file(arena *a, const char *path, const char *temporary) {
    struct stat st;
    old_file old = {.stood = lstat(path, &st) == 0};
    const char *name = arena_printf(a, "%s.old", temporary);
    if (old.stood && link(path, name) == 0) old.second_name = name;
    return old;
}

static void bring_back(const char *path, old_file old) {
    if (!old.stood) unlink(path);
    if (old.second_name) rename(old.second_name, path);
}

bool write_streams(arena *a, const output_stream *files, size_t count, const char **why) {
    char **temporary = ARENA_ARRAY(a, char *, count);
    for (size_t i = 0; i < count; i++) {
        temporary[i] =
            check_destination(a, files[i].file.path, why) ? write_temporary(a, &files[i], why) : NULL;
        if (!temporary[i]) {
            for (size_t j = 0; j < i; j++) unlink(temporary[j]);
            return false;
        }
    }
    old_file *old = ARENA_ARRAY(a, old_file, count);
    size_t done = 0;
    for (; done < count; done++) {
        old[done] = keep_old_file(a, files[done].file.path, temporary[done]);
        if (rename(temporary[done], files[done].file.path) != 0) break;
    }
    if (done < count) {
        *why = arena_printf(a, "%s: cannot write: %s", files[done].file.path, strerror(errno));
        for (size_t j = done; j < count; j++) unlink(temporary[j]);
        for (size_t j = 0; j < done; j++) bring_back(files[j].file.path, old[j]);
    }
    for (size_t j = 0; j < count; j++) {
        if (old[j].second_name) unlink(old[j].second_name); /* gone already where it was brought back */
    }
    return done == count;
}

bool write_files(arena *a, const output_file *files, size_t count, const char **why) {
    output_stream *streams = ARENA_ARRAY(a, output_stream, count);
    for (size_t i = 0; i < count; i++) streams[i].file = files[i];
    return write_streams(a, streams, count, why);
}

const char *path_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_folder(arena *a, const char *path) {
    return arena_strndup(a, path, (size_t)(path_name(path) - path));
}
