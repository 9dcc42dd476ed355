/* arena.h: memory by lifetime.
 *
 * Everything that a compilation makes (tree, graph, plan, strings) comes from an arena and is freed with it,
 * not by hand. An arena never returns NULL. If no memory is left, the program reports it and exits with 1; no
 * output file was touched then, because output is written last. */
#ifndef LCC_ARENA_H
#define LCC_ARENA_H

#include <stdarg.h>
#include <stddef.h>

typedef struct arena arena;

arena *arena_new(void);
void arena_free(arena *a);

/* `size` zeroed bytes, aligned for any type and for 64-byte vectors where `size` is 64 or more. */
void *arena_alloc(arena *a, size_t size);

/* An array of `count` zeroed elements; the product is checked against overflow. */
void *arena_array(arena *a, size_t count, size_t size);
#define ARENA_NEW(a, type)          ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_array((a), (size_t)(count), sizeof(type)))

/* A copy of the array `old` of `count` elements, with room for `new_count`. The old array stays in the arena.
 */
void *arena_grow(arena *a, const void *old, size_t count, size_t new_count, size_t size);

/* Copies of strings, and formatted strings. */
char *arena_strdup(arena *a, const char *s);
char *arena_strndup(arena *a, const char *s, size_t n);
char *arena_printf(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(arena *a, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Frees an array of `size` bytes before the arena is freed. Only large arrays, which have their own block, are
 * freed; others stay until the arena is freed. `p` stays too if it is in another arena. */
void arena_drop(arena *a, void *p, size_t size);

/* Bytes handed out so far. */
size_t arena_used(const arena *a);

#endif
