/* verify_memory.c: the memory of a symbolic run: what every row of every buffer holds, and who used it since
 * the threads met last. */
#include "plan/verify_state.h"

#include <string.h>

/* The arena is space 0; further threads' blocks follow, then the inputs, then the outputs. */
static int space_of(const verifier *v, const plan_buffer *b, int thread) {
    int inputs = v->threads, outputs = inputs + v->p->g->n_inputs;
    switch (b->kind) {
    case BUFFER_INPUT: return inputs + b->port;
    case BUFFER_OUTPUT: return outputs + b->port;
    case BUFFER_ARENA: break;
    }
    return b->own ? thread : 0;
}

static place new_place(const verifier *v, int buffer_index, int thread) {
    const plan_buffer *b = &v->p->buffers[buffer_index];
    int element = type_table[b->type].bytes;
    place x = {.buffer = buffer_index, .thread = thread, .space = space_of(v, b, thread), .bytes = b->bytes};
    x.base = b->kind != BUFFER_ARENA ? b->inside_at : thread ? b->own_offset : b->offset;
    x.written = -1;
    x.element_bytes = element;
    x.pixel_bytes = (int64_t)b->shape.c * element;
    x.row_bytes = x.pixel_bytes * b->shape.w;
    x.width = b->shape.w;
    x.height = b->shape.h;
    return x;
}

static bool share_bytes(const place *x, const place *y) {
    return x->space == y->space && x->base < y->base + y->bytes && y->base < x->base + x->bytes;
}

static void find_neighbours(verifier *v, place *x) {
    int n = 0;
    for (int i = 0; i < v->n_places; i++) n += &v->places[i] != x && share_bytes(x, &v->places[i]);
    x->neighbours = ARENA_ARRAY(v->a, place *, n + 1);
    for (int i = 0; i < v->n_places; i++) {
        place *y = &v->places[i];
        if (y != x && share_bytes(x, y)) x->neighbours[x->n_neighbours++] = y;
    }
}

/* Whether a chain may use both, though they share bytes: an input, and the output that it writes over the
 * input's rows behind their last reading. What each row holds then shows whether it does. */
static bool may_lie_over(const verifier *v, const place *x, const place *y) {
    const plan_step *s = &v->p->steps[v->step];
    int over = v->p->buffers[x->buffer].over.input, under = v->p->buffers[y->buffer].over.input;
    return s->kind == STEP_CHAIN && !s->shared && (over == y->buffer || under == x->buffer);
}

static bool is_used(const plan_buffer *b) { return b->first >= 0; }

verifier *new_verifier(const plan *p, int threads, int turn, arena *a) {
    verifier *v = ARENA_NEW(a, verifier);
    *v = (verifier){.p = p, .a = a, .threads = threads, .turn = turn, .step = -1, .part = -1, .thread = -1};
    v->places = ARENA_ARRAY(a, place, (int64_t)p->n_buffers * threads + 1);
    v->first_place = ARENA_ARRAY(a, int, p->n_buffers + 1);
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        v->first_place[i] = v->n_places;
        int copies = !is_used(b) ? 0 : b->own ? threads : 1;
        for (int t = 0; t < copies; t++) v->places[v->n_places++] = new_place(v, i, t);
    }
    for (int i = 0; i < v->n_places; i++) find_neighbours(v, &v->places[i]);
    v->touched = ARENA_ARRAY(a, place *, v->n_places + 1);
    v->summed = ARENA_ARRAY(a, int *, p->n_buffers + 1);
    v->packers = ARENA_ARRAY(a, const plan_step *, p->g->n_nodes + 1);
    return v;
}

const char *node_label(const verifier *v, int node_index) {
    const node *n = &v->p->g->nodes[node_index];
    return n->label ? n->label : op_table[n->op].name;
}

bool fault(verifier *v, const char *format, ...) {
    if (v->wrong) return false;
    va_list args;
    va_start(args, format);
    const char *what = arena_vprintf(v->a, format, args);
    va_end(args);
    const char *where = "";
    if (v->step >= 0) {
        where = arena_printf(v->a, "step %d (%s)", v->step + 1, node_label(v, v->p->steps[v->step].node));
        if (v->part >= 0) where = arena_printf(v->a, "%s, part %d", where, v->part + 1);
        if (v->thread >= 0 && v->threads > 1)
            where = arena_printf(v->a, "%s, thread %d of %d", where, v->thread + 1, v->threads);
    }
    v->wrong = *where ? arena_printf(v->a, "%s: %s", where, what) : what;
    return false;
}

/* ---- places ---- */

static const char *place_name(const verifier *v, const place *x) {
    const plan_buffer *b = &v->p->buffers[x->buffer];
    return arena_printf(v->a, "buffer %d ('%s')", x->buffer, b->what ? b->what : "");
}

place *use_place(verifier *v, int buffer_index, int thread) {
    const plan *p = v->p;
    if (buffer_index < 0 || buffer_index >= p->n_buffers) {
        fault(v, "buffer %d does not exist", buffer_index);
        return NULL;
    }
    const plan_buffer *b = &p->buffers[buffer_index];
    if (v->step < b->first || v->step > b->last) {
        fault(v, "buffer %d ('%s') is used, but lives in the steps %d to %d only", buffer_index,
              b->what ? b->what : "", b->first + 1, b->last + 1);
        return NULL;
    }
    place *x = &v->places[v->first_place[buffer_index] + (b->own ? thread : 0)];
    for (int i = 0; i < v->n_touched; i++) {
        if (v->touched[i] == x) return x;
        const place *y = v->touched[i];
        if (!share_bytes(x, y)) continue;
        /* Places inside of one buffer may both be read. */
        bool one = outer_buffer(p, x->buffer) == outer_buffer(p, y->buffer);
        if (one && x->written != v->step && y->written != v->step) continue;
        if (may_lie_over(v, x, y)) continue;
        fault(v, "%s and %s are used, and share bytes", place_name(v, x), place_name(v, v->touched[i]));
        return NULL;
    }
    v->touched[v->n_touched++] = x;
    return x;
}

static void empty_track(place *x, track *k, int first, int end) {
    for (int r = first; r < end; r++) {
        x->filled_rows -= k->rows[r] != EMPTY_ROW;
        k->rows[r] = EMPTY_ROW;
    }
}

bool cut_place(verifier *v, place *x, int height, int64_t row_bytes) {
    if (height * row_bytes > x->bytes) {
        return fault(v, "%s has %lld bytes; %lld are written", place_name(v, x), (long long)x->bytes,
                     (long long)(height * row_bytes));
    }
    x->n_tracks = x->filled_rows = 0;
    x->height = height;
    x->row_bytes = x->pixel_bytes = row_bytes;
    x->width = 1;
    return true;
}

/* ---- tracks ---- */

static track *new_track(verifier *v, place *x) {
    if (x->n_tracks == x->room_tracks) {
        int room = x->room_tracks ? x->room_tracks * 2 : 4;
        x->tracks = arena_grow(v->a, x->tracks, (size_t)x->n_tracks, (size_t)room, sizeof *x->tracks);
        x->room_tracks = room;
    }
    track *k = ARENA_NEW(v->a, track);
    k->rows = ARENA_ARRAY(v->a, int, x->height);
    for (int r = 0; r < x->height; r++) k->rows[r] = EMPTY_ROW;
    x->tracks[x->n_tracks++] = k;
    return k;
}

track *add_track(verifier *v, place *x, int begin, int count, const symbolic_value *values) {
    track *k = new_track(v, x);
    k->begin = begin;
    k->count = count;
    k->values = values;
    return k;
}

/* The step writes a place. False if it uses another place that shares bytes with it. */
static bool mark_written(verifier *v, place *x) {
    x->written = v->step;
    for (int i = 0; i < v->n_touched && v->step >= 0; i++) {
        if (v->touched[i] != x && share_bytes(x, v->touched[i]) && !may_lie_over(v, x, v->touched[i]))
            return fault(v, "%s and %s are used, and share bytes", place_name(v, x),
                         place_name(v, v->touched[i]));
    }
    return true;
}

track *output_track(verifier *v, place *x, int begin, int count, const symbolic_value *values) {
    if (v->p->buffers[x->buffer].kind == BUFFER_INPUT && v->step >= 0) {
        fault(v, "%s is the caller's input, and is written", place_name(v, x));
        return NULL;
    }
    if (begin < 0 || (begin + count) * (int64_t)x->element_bytes > x->pixel_bytes) {
        fault(v, "channels %d to %d of %s are written, which has %lld", begin, begin + count - 1,
              place_name(v, x), (long long)(x->pixel_bytes / x->element_bytes));
        return NULL;
    }
    if (!mark_written(v, x)) return NULL;
    for (int i = 0; i < x->n_tracks; i++) {
        track *k = x->tracks[i];
        if (!k->owner && k->begin == begin && k->count == count &&
            memcmp(k->values, values, (size_t)count * sizeof *values) == 0)
            return k;
    }
    return add_track(v, x, begin, count, values);
}

track *owned_track(verifier *v, place *x, const void *owner) {
    for (int i = 0; i < x->n_tracks; i++) {
        if (x->tracks[i]->owner == owner) return x->tracks[i];
    }
    track *k = new_track(v, x);
    k->owner = owner;
    k->count = (int)(x->row_bytes / x->element_bytes);
    return k;
}

/* Empties the rows that have one of the bytes begin .. end - 1 of the space. */
static void empty_bytes(place *x, int64_t begin, int64_t end) {
    int64_t first = begin - x->base, last = end - x->base;
    first = first < 0 ? 0 : first / x->row_bytes;
    last = (last + x->row_bytes - 1) / x->row_bytes;
    if (last > x->height) last = x->height;
    for (int i = 0; i < x->n_tracks; i++) empty_track(x, x->tracks[i], (int)first, (int)last);
}

bool write_rows(verifier *v, place *x, track *k, int first, int row, int count) {
    if (first < 0 || first + count > x->height) {
        return fault(v, "rows %d to %d of %s are written, which has %d", first, first + count - 1,
                     place_name(v, x), x->height);
    }
    for (int i = 0; i < x->n_tracks; i++) {
        track *other = x->tracks[i];
        bool apart = other->begin + other->count <= k->begin || k->begin + k->count <= other->begin;
        if (other != k && !apart) empty_track(x, other, first, first + count);
    }
    for (int r = first; r < first + count; r++) {
        x->filled_rows += k->rows[r] == EMPTY_ROW;
        k->rows[r] = row + r - first;
    }
    int64_t begin = x->base + first * x->row_bytes + (int64_t)k->begin * x->element_bytes;
    int64_t end = x->base + (first + count) * x->row_bytes - x->pixel_bytes +
                  (int64_t)(k->begin + k->count) * x->element_bytes;
    for (int i = 0; i < x->n_neighbours; i++) {
        place *y = x->neighbours[i];
        if (y->filled_rows && y->base < end && begin < y->base + y->bytes) empty_bytes(y, begin, end);
    }
    return true;
}

static bool same_value(symbolic_value x, symbolic_value y) {
    return x.node == y.node && x.channel == y.channel && x.pixel == y.pixel;
}

/* Whether the place itself has a row that says so. */
static bool says_value(const place *x, int64_t element, symbolic_value value) {
    int64_t stride = x->pixel_bytes / x->element_bytes, pixel = element / stride;
    int channel = (int)(element % stride), row = (int)(pixel / x->width);
    if (element < 0 || pixel >= (int64_t)x->width * x->height) return false;
    for (int i = 0; i < x->n_tracks; i++) {
        const track *k = x->tracks[i];
        bool inside = channel >= k->begin && channel < k->begin + k->count;
        if (k->owner || !inside || k->rows[row] == EMPTY_ROW) continue;
        symbolic_value has = k->values[channel - k->begin];
        if (has.pixel == EVERY_PIXEL) has.pixel = k->rows[row] * x->width + (int)(pixel % x->width);
        if (same_value(has, value)) return true;
    }
    return false;
}

bool holds_value(const verifier *v, const place *x, int64_t element, symbolic_value value) {
    if (says_value(x, element, value)) return true;
    for (int i = 0; i < x->n_neighbours; i++) {
        const place *y = x->neighbours[i];
        int64_t byte = x->base + element * x->element_bytes - y->base;
        bool one = outer_buffer(v->p, x->buffer) == outer_buffer(v->p, y->buffer);
        if (one && byte >= 0 && says_value(y, byte / y->element_bytes, value)) return true;
    }
    return false;
}

const char *describe_row(const verifier *v, const place *x, int row, int channel) {
    const char *where = arena_printf(v->a, "row %d, channel %d of %s", row, channel, place_name(v, x));
    for (int i = 0; i < x->n_tracks && row >= 0 && row < x->height; i++) {
        const track *k = x->tracks[i];
        if (k->rows[row] == EMPTY_ROW || channel < k->begin || channel >= k->begin + k->count) continue;
        if (k->owner) return arena_printf(v->a, "%s holds what a step keeps in scratch", where);
        symbolic_value what = k->values[channel - k->begin];
        if (what.pixel != EVERY_PIXEL)
            return arena_printf(v->a, "%s holds channel %d of %s, %s", where, what.channel,
                                node_label(v, what.node),
                                what.pixel == SUM_OF_PIXELS ? "summed over all pixels"
                                                            : arena_printf(v->a, "pixel %d", what.pixel));
        return arena_printf(v->a, "%s holds row %d, channel %d of %s", where, k->rows[row], what.channel,
                            node_label(v, what.node));
    }
    return arena_printf(v->a, "%s holds nothing that is of use still", where);
}

/* ---- threads ---- */

static access *add_access(verifier *v) {
    if (v->n_accesses == v->room_accesses) {
        int room = v->room_accesses ? v->room_accesses * 2 : 64;
        v->accesses = arena_grow(v->a, v->accesses, (size_t)v->n_accesses, (size_t)room, sizeof *v->accesses);
        v->room_accesses = room;
    }
    return &v->accesses[v->n_accesses++];
}

/* The same bytes of neighbouring pixels, used by the same thread in the same step, are one stretch. */
static void record(verifier *v, access x) {
    if (v->threads == 1 || v->unrecorded || x.first >= x.last || x.begin >= x.end) return;
    for (int i = v->step_accesses; i < v->n_accesses; i++) {
        access *y = &v->accesses[i];
        if (y->at != x.at || y->thread != x.thread || y->write != x.write || y->begin != x.begin ||
            y->end != x.end || y->pixel_bytes != x.pixel_bytes)
            continue;
        if (x.first < y->first) y->first = x.first;
        if (x.last > y->last) y->last = x.last;
        return;
    }
    *add_access(v) = x;
}

void record_pixels(verifier *v, int thread, bool write, const place *x, int64_t first, int64_t last, int begin,
                   int end) {
    int64_t size = x->element_bytes;
    record(v, (access){thread, v->step, write, x, x->pixel_bytes, first, last, begin * size, end * size});
}

void record_elements(verifier *v, int thread, bool write, const place *x, int64_t first, int64_t last) {
    int64_t size = x->element_bytes;
    record(v, (access){thread, v->step, write, x, 0, 0, 1, first * size, last * size});
}

static bool meet_in_bytes(const access *x, const access *y) {
    if (x->at->space != y->at->space) return false;
    if (x->at->base == y->at->base && x->pixel_bytes == y->pixel_bytes)
        return x->first < y->last && y->first < x->last && x->begin < y->end && y->begin < x->end;
    int64_t x_begin = x->at->base + x->first * x->pixel_bytes + x->begin;
    int64_t x_end = x->at->base + (x->last - 1) * x->pixel_bytes + x->end;
    int64_t y_begin = y->at->base + y->first * y->pixel_bytes + y->begin;
    int64_t y_end = y->at->base + (y->last - 1) * y->pixel_bytes + y->end;
    return x_begin < y_end && y_begin < x_end;
}

bool meet_threads(verifier *v) {
    for (int i = 0; i < v->n_accesses; i++) {
        const access *x = &v->accesses[i];
        for (int j = 0; j < v->n_accesses && x->write; j++) {
            const access *y = &v->accesses[j];
            if (x->thread == y->thread || !meet_in_bytes(x, y)) continue;
            v->step = x->step;
            v->thread = x->thread;
            v->part = -1;
            return fault(v, "it writes pixels %lld to %lld of %s, which thread %d %s in step %d (%s)",
                         (long long)x->first, (long long)x->last - 1, place_name(v, x->at), y->thread + 1,
                         y->write ? "writes as well" : "reads", y->step + 1,
                         node_label(v, v->p->steps[y->step].node));
        }
    }
    v->n_accesses = v->step_accesses = 0;
    return true;
}
