/* overlaps.c: which of the buffers that were placed live at the same time as another one, without a look at all
 * of them: a plan may have twenty thousand.
 *
 * A lifetime that overlaps [first, last] either includes `first` or begins in (first, last]. For the former
 * there is a segment tree over the steps: a lifetime is kept in the few nodes that make it up, and those that
 * include a step are in the nodes above that step's leaf. For the latter each step has a list of the lifetimes
 * that begin there. */
#include "plan/internal.h"

#include <string.h>

struct overlaps {
    int n_leaves; /* a power of two, at least the number of steps */
    int *heads;   /* [2 * n_leaves] of each node's list of entries, -1 where empty; the root is 1 */
    int *entry_item, *entry_next;
    int n_entries;
    int *begin_heads; /* [n_leaves] of each step's list of items that begin there, -1 */
    int *begin_next;  /* [n_items] */
};

overlaps *new_overlaps(const plan *p, int n_items) {
    overlaps *o = ARENA_NEW(p->mem, overlaps);
    int depth = 0;
    while (1 << depth < p->n_steps + 1) depth++;
    o->n_leaves = 1 << depth;
    o->heads = ARENA_ARRAY(p->mem, int, 2 * o->n_leaves);
    o->begin_heads = ARENA_ARRAY(p->mem, int, o->n_leaves);
    o->begin_next = ARENA_ARRAY(p->mem, int, n_items);
    size_t room = (size_t)n_items * 2 * (size_t)(depth + 1); /* two nodes of each depth are enough */
    o->entry_item = ARENA_ARRAY(p->mem, int, room);
    o->entry_next = ARENA_ARRAY(p->mem, int, room);
    return o;
}

void clear_overlaps(overlaps *o) {
    memset(o->heads, -1, 2 * (size_t)o->n_leaves * sizeof *o->heads);
    memset(o->begin_heads, -1, (size_t)o->n_leaves * sizeof *o->begin_heads);
    o->n_entries = 0;
}

static void push(overlaps *o, int node_index, int item_index) {
    o->entry_item[o->n_entries] = item_index;
    o->entry_next[o->n_entries] = o->heads[node_index];
    o->heads[node_index] = o->n_entries++;
}

void add_lifetime(overlaps *o, int item_index, int first, int last) {
    o->begin_next[item_index] = o->begin_heads[first];
    o->begin_heads[first] = item_index;
    int low = first + o->n_leaves, high = last + o->n_leaves + 1;
    for (; low < high; low /= 2, high /= 2) {
        if (low % 2) push(o, low++, item_index);
        if (high % 2) push(o, --high, item_index);
    }
}

int find_overlaps(const overlaps *o, int first, int last, int *found) {
    int n = 0;
    for (int node_index = first + o->n_leaves; node_index >= 1; node_index /= 2) {
        for (int e = o->heads[node_index]; e >= 0; e = o->entry_next[e]) found[n++] = o->entry_item[e];
    }
    for (int i = first + 1; i <= last; i++) {
        for (int k = o->begin_heads[i]; k >= 0; k = o->begin_next[k]) found[n++] = k;
    }
    return n;
}
