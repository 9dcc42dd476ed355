/* buffers.c: the growing lists of a plan. */
#include "plan/internal.h"

int add_buffer(plan *p, buffer_kind kind, int port_index, elem_type type, shape s, const char *what) {
    if (p->n_buffers == p->room_buffers) {
        int room = p->room_buffers ? p->room_buffers * 2 : 64;
        p->buffers = arena_grow(p->mem, p->buffers, (size_t)p->n_buffers, (size_t)room, sizeof(plan_buffer));
        p->room_buffers = room;
    }
    p->buffers[p->n_buffers] = (plan_buffer){
        .kind = kind,
        .port = port_index,
        .type = type,
        .shape = s,
        .bytes = shape_elements(s) * type_table[type].bytes,
        .inside = -1,
        .over = {.input = -1},
        .first = -1,
        .last = -1,
        .what = what,
    };
    return p->n_buffers++;
}

int add_part(plan *p, int buffer_index, int64_t begin, shape s, const char *what) {
    int outer = outer_buffer(p, buffer_index);
    const plan_buffer around = p->buffers[outer];
    int64_t at = p->buffers[buffer_index].inside_at + begin * type_table[around.type].bytes;
    int part = add_buffer(p, around.kind, around.port, around.type, s, what);
    p->buffers[part].inside = outer;
    p->buffers[part].inside_at = at;
    p->buffers[outer].has_parts = true;
    return part;
}

bool share_memory(const plan *p, int x, int y) {
    const plan_buffer *b = &p->buffers[x], *c = &p->buffers[y];
    if (x == y) return true;
    return outer_buffer(p, x) == outer_buffer(p, y) && b->inside_at < c->inside_at + c->bytes &&
           c->inside_at < b->inside_at + b->bytes;
}

plan_step *add_step(plan *p, step_kind kind, int node_index) {
    if (p->n_steps == p->room_steps) {
        int room = p->room_steps ? p->room_steps * 2 : 64;
        p->steps = arena_grow(p->mem, p->steps, (size_t)p->n_steps, (size_t)room, sizeof(plan_step));
        p->room_steps = room;
    }
    plan_step *s = &p->steps[p->n_steps++];
    *s = (plan_step){
        .kind = kind, .node = node_index, .out_buffer = -1, .scratch = -1, .tile = -1, .sums = -1, .words = ""};
    return s;
}
