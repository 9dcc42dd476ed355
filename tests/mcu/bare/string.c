/* string.c: the functions of string.h. They are compiled without -ftree-loop-distribute-patterns, which would make calls of
 * themselves of their loops. */
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
    unsigned char *t = to;
    const unsigned char *f = from;
    while (bytes-- > 0) *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t bytes) {
    unsigned char *t = to;
    const unsigned char *f = from;
    if (t <= f) return memcpy(to, from, bytes);
    while (bytes-- > 0) t[bytes] = f[bytes];
    return to;
}

void *memset(void *to, int byte, size_t bytes) {
    unsigned char *t = to;
    while (bytes-- > 0) *t++ = (unsigned char)byte;
    return to;
}
