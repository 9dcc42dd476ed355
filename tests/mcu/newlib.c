/* newlib.c: what newlib asks of an operating system, as far as printf() and exit() need it on a board: output
 * goes to the host's standard output, and there is a heap of some size. */
#include "board.h"

#include <string.h>
#include <sys/stat.h>

void _exit(int status);
int _write(int file, const char *bytes, int count);
int _read(int file, char *bytes, int count);
void *_sbrk(ptrdiff_t bytes);
int _close(int file);
int _fstat(int file, struct stat *about);
int _isatty(int file);
int _lseek(int file, int offset, int whence);
int _kill(int process, int signal);
int _getpid(void);

void _exit(int status) { board_exit(status); }

int _write(int file, const char *bytes, int count) {
    (void)file;
    for (int at = 0; at < count;) {
        char text[65];
        const int part = count - at < 64 ? count - at : 64;
        memcpy(text, bytes + at, (size_t)part);
        text[part] = '\0';
        board_print(text);
        at += part;
    }
    return count;
}

void *_sbrk(ptrdiff_t bytes) {
    static _Alignas(8) char heap[1 << 14];
    static ptrdiff_t used;
    if (used + bytes > (ptrdiff_t)sizeof heap) return (void *)-1;
    used += bytes;
    return heap + used - bytes;
}

int _fstat(int file, struct stat *about) {
    (void)file;
    about->st_mode = S_IFCHR;
    return 0;
}

int _read(int file, char *bytes, int count) { return (void)file, (void)bytes, (void)count, 0; }
int _close(int file) { return (void)file, -1; }
int _isatty(int file) { return (void)file, 1; }
int _lseek(int file, int offset, int whence) { return (void)file, (void)offset, (void)whence, 0; }
int _kill(int process, int signal) { return (void)process, (void)signal, -1; }
int _getpid(void) { return 1; }
