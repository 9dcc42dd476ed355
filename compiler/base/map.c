/* map.c: a hash table with open addressing and linear probing, at most half full, over FNV-1a. The first table
 * has 8 slots, because most scopes have few names. */
#include "base/map.h"

#include <stdint.h>
#include <string.h>

/* Fowler, Noll and Vo's hash, 64 bits, variant 1a. */
static uint64_t hash_name(const char *name) {
    uint64_t h = 0xcbf29ce484222325u;
    for (const unsigned char *s = (const unsigned char *)name; *s; s++) h = (h ^ *s) * 0x100000001b3u;
    return h ^ h >> 32;
}

static map_slot *find_slot(const map *m, const char *name) {
    size_t i = (size_t)hash_name(name) & (m->room - 1);
    while (m->slots[i].name && strcmp(m->slots[i].name, name) != 0) i = (i + 1) & (m->room - 1);
    return &m->slots[i];
}

void *map_find(const map *m, const char *name) { return m->count ? find_slot(m, name)->thing : NULL; }

bool map_add(arena *a, map *m, const char *name, void *thing) {
    if (m->count * 2 >= m->room) {
        map old = *m;
        m->room = old.room ? old.room * 2 : 8;
        m->slots = ARENA_ARRAY(a, map_slot, m->room);
        for (size_t i = 0; i < old.room; i++) {
            if (old.slots[i].name) *find_slot(m, old.slots[i].name) = old.slots[i];
        }
    }
    map_slot *slot = find_slot(m, name);
    if (slot->name) return false;
    *slot = (map_slot){name, thing};
    m->count++;
    return true;
}
