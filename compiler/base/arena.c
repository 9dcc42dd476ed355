/* arena.c: a list of blocks. Memory is taken from a block from front to back. Large requests get a block of
 * their own. */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Many arenas are small and short-lived, so the first block of each is small. */
enum {
    FIRST_BLOCK_BYTES = 8 * 1024,
    BLOCK_BYTES = 256 * 1024,
    LARGE_BYTES = BLOCK_BYTES / 4,
    SMALL_ALIGN = 16,
    LARGE_ALIGN = 64
};

typedef struct block {
    struct block *next;
    size_t size; /* bytes behind the header */
    size_t used;
    bool alone; /* it has a single large array */
} block;

struct arena {
    block *head;
    size_t total;
};

static void out_of_memory(void) {
    fputs("lcc: error: out of memory\n", stderr);
    exit(1);
}

static char *block_base(block *b) {
    uintptr_t p = (uintptr_t)(b + 1);
    return (char *)((p + LARGE_ALIGN - 1) & ~(uintptr_t)(LARGE_ALIGN - 1));
}

static block *new_block(arena *a, size_t size) {
    block *b = calloc(1, sizeof(block) + LARGE_ALIGN + size);
    if (!b) out_of_memory();
    b->size = size;
    b->next = a->head;
    a->head = b;
    return b;
}

arena *arena_new(void) {
    arena *a = calloc(1, sizeof(arena));
    if (!a) out_of_memory();
    return a;
}

void arena_free(arena *a) {
    if (!a) return;
    for (block *b = a->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void *arena_alloc(arena *a, size_t size) {
    size_t align = size >= LARGE_ALIGN ? LARGE_ALIGN : SMALL_ALIGN;
    if (size > SIZE_MAX / 4) out_of_memory();
    if (size == 0) size = 1;
    a->total += size;
    block *b = a->head;
    size_t start = b ? (b->used + align - 1) / align * align : 0;
    if (!b || start > b->size || size > b->size - start) {
        if (size > LARGE_BYTES && b) {
            /* A block of its own, behind the head, so that the room left in the head is not lost. */
            block *own = new_block(a, size);
            a->head = b;
            own->next = b->next;
            b->next = own;
            own->used = size;
            own->alone = true;
            return block_base(own);
        }
        size_t least = b ? BLOCK_BYTES : FIRST_BLOCK_BYTES;
        b = new_block(a, size > least ? size : least);
        start = 0;
    }
    b->used = start + size;
    return block_base(b) + start;
}

void *arena_array(arena *a, size_t count, size_t size) {
    if (size && count > SIZE_MAX / 4 / size) out_of_memory();
    return arena_alloc(a, count * size);
}

void *arena_grow(arena *a, const void *old, size_t count, size_t new_count, size_t size) {
    void *p = arena_array(a, new_count, size);
    if (count) memcpy(p, old, count * size);
    return p;
}

char *arena_strndup(arena *a, const char *s, size_t n) {
    char *p = arena_alloc(a, n + 1);
    if (n) memcpy(p, s, n);
    p[n] = 0;
    return p;
}

char *arena_strdup(arena *a, const char *s) { return arena_strndup(a, s, strlen(s)); }

char *arena_vprintf(arena *a, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0) n = 0;
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return p;
}

char *arena_printf(arena *a, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *p = arena_vprintf(a, format, args);
    va_end(args);
    return p;
}

void arena_drop(arena *a, void *p, size_t size) {
    if (size <= LARGE_BYTES) return;
    for (block **at = &a->head; *at; at = &(*at)->next) {
        block *b = *at;
        if (!b->alone || block_base(b) != (char *)p) continue;
        *at = b->next;
        free(b);
        return;
    }
}

size_t arena_used(const arena *a) { return a->total; }
