/* slots.c: the places of a tensor's channels, and the runs in which a kernel walks over them. */
#include "plan/internal.h"

#include <stdlib.h>

typedef struct placed {
    slot at;
    int channel;
} placed;

static int compare_places(const void *x, const void *y) {
    const placed *a = x, *b = y;
    if (a->at.buffer != b->at.buffer) return a->at.buffer < b->at.buffer ? -1 : 1;
    if (a->at.channel != b->at.channel) return a->at.channel < b->at.channel ? -1 : 1;
    return (a->channel > b->channel) - (a->channel < b->channel);
}

int *order_by_place(const plan *p, const slot *slots, int n) {
    placed *sorted = ARENA_ARRAY(p->mem, placed, n);
    for (int i = 0; i < n; i++) sorted[i] = (placed){slots[i], i};
    qsort(sorted, (size_t)n, sizeof *sorted, compare_places);
    int *order = ARENA_ARRAY(p->mem, int, n);
    for (int i = 0; i < n; i++) order[i] = sorted[i].channel;
    return order;
}

int *order_as_given(const plan *p, int n) {
    int *order = ARENA_ARRAY(p->mem, int, n);
    for (int i = 0; i < n; i++) order[i] = i;
    return order;
}

bool is_identity(const int *order, int n) {
    for (int i = 0; i < n; i++) {
        if (order[i] != i) return false;
    }
    return true;
}

void cut_runs(const plan *p, const slot *slots, const int *order, int n, bool strided, const bool *breaks,
              operand *out) {
    run *runs = ARENA_ARRAY(p->mem, run, n);
    int count = 0;
    for (int i = 0; i < n; i++) {
        slot s = slots[order[i]];
        run *last = count ? &runs[count - 1] : NULL;
        bool fits = last && last->buffer == s.buffer && !(breaks && breaks[i]);
        if (fits && last->count == 1) {
            int gap = s.channel - last->begin;
            fits = strided ? gap > 0 : gap == 1;
            if (fits) last->step = gap;
        } else if (fits) {
            fits = s.channel == last->begin + last->step * last->count;
        }
        if (fits) {
            last->count++;
        } else {
            runs[count++] = (run){s.buffer, s.channel, 1, 1};
        }
    }
    out->runs = runs;
    out->n_runs = count;
    out->order = ARENA_ARRAY(p->mem, int, n);
    for (int i = 0; i < n; i++) out->order[i] = order[i];
}

slot *flatten_slots(const plan *p, const slot *slots, shape s) {
    slot *flat = ARENA_ARRAY(p->mem, slot, shape_elements(s));
    int64_t i = 0;
    for (int pixel = 0; pixel < s.h * s.w; pixel++) {
        for (int c = 0; c < s.c; c++) {
            flat[i++] = (slot){slots[c].buffer, pixel * pixel_stride(p, slots[c].buffer) + slots[c].channel};
        }
    }
    return flat;
}

bool reads_buffer(const plan *p, const operand *o, int buffer_index) {
    for (int i = 0; i < o->n_runs; i++) {
        if (share_memory(p, o->runs[i].buffer, buffer_index)) return true;
    }
    return false;
}

bool takes_all_channels(const plan *p, const plan_step *s, const plan_step *maker) {
    const operand *o = &s->operands[0];
    if (takes_whole_output(p, o, maker)) return true;
    int c = p->g->nodes[maker->node].shape.c, groups = p->g->nodes[s->node].a.groups, taken = 0;
    if (s->kind != STEP_GEMM || s->gemm.run_table || o->shape.c != c) return false;
    bool all_groups = s->gemm.staged; /* the ring takes the channels of all groups at once */
    bool *seen = ARENA_ARRAY(p->mem, bool, c);
    for (int g = 0; g < (all_groups ? 1 : groups); g++) {
        for (int i = 0; i < o->n_runs; i++) {
            const run *r = &o->runs[i];
            for (int k = 0; k < r->count; k++, taken++) {
                int at = r->begin + k * r->step + g * s->gemm.group_stride - maker->out_begin;
                if (r->buffer != maker->out_buffer || at < 0 || at >= c || seen[at]) return false;
                seen[at] = true;
            }
        }
    }
    return taken == c;
}

bool takes_whole_output(const plan *p, const operand *o, const plan_step *maker) {
    const run *r = &o->runs[0];
    return o->n_runs == 1 && r->buffer == maker->out_buffer && r->begin == maker->out_begin &&
           (r->step == 1 || r->count == 1) && r->count == p->g->nodes[maker->node].shape.c;
}
