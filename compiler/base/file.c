/* file.c: reads and maps files, and takes paths apart. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens a regular file for reading; -1, and *why, if that fails. */
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
        if (n == 0) break; /* the file became shorter meanwhile: its bytes end here */
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

void release_mapped(const void *begin, size_t size) {
#ifdef MADV_DONTNEED
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)begin + page - 1) / page * page, to = ((uintptr_t)begin + size) / page * page;
    if (from < to) madvise((void *)from, to - from, MADV_DONTNEED); /* only whole pages; failing is harmless */
#else
    (void)begin, (void)size;
#endif
}

const char *path_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_folder(arena *a, const char *path) {
    return arena_strndup(a, path, (size_t)(path_name(path) - path));
}
