/* map.h: a map from names to pointers, such as params, functions, blocks and the variables of a scope. It grows
 * in an arena. A zeroed map is empty. */
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

/* The thing of that name; NULL if there is none. */
void *map_find(const map *m, const char *name);

/* Adds a thing. False, with nothing changed, if the map has the name already. The name is not copied. */
bool map_add(arena *a, map *m, const char *name, void *thing);

#endif
