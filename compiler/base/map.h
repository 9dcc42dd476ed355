/* map.h: from names to things: params, functions, blocks, what a scope holds. Grows in an arena; zeroed to
 * begin with. */
#ifndef LCC_MAP_H
#define LCC_MAP_H

#include "base/arena.h"

#include <stdbool.h>

typedef struct map_slot {
    const char *name; /* NULL: empty */
    void *thing;
} map_slot;

typedef struct map {
    map_slot *slots;
    size_t room, count;
} map;

/* NULL where there is none of that name. */
void *map_find(const map *m, const char *name);

/* False, and nothing changed, where the name is taken. */
bool map_add(arena *a, map *m, const char *name, void *thing);

#endif
