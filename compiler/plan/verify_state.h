/* verify_state.h: what the files of the verifier share: the memory of a symbolic run, and operands in it.
 *
 * Every buffer has a place for each thread that has a copy of it. A place is cut into rows, as the buffer's
 * shape says. Tracks record what its rows hold: a track is a range of channels, the value of each of them, and
 * for each row of the place the row of the tensor that lies there. A write clears whatever else the same bytes
 * held, in this place and in all others. */
#ifndef LCC_PLAN_VERIFY_STATE_H
#define LCC_PLAN_VERIFY_STATE_H

#include "plan/plan.h"

#include <limits.h>

enum { EMPTY_ROW = INT_MIN, EVERY_PART = -1 };

/* What pixel a value belongs to, where that is not the number of one. */
enum {
    EVERY_PIXEL = -1,  /* each pixel of the rows holds its own */
    SUM_OF_PIXELS = -2 /* the channel's sum over all pixels */
};

/* An element of the tensor that a node makes. Views make none: see resolve_value. */
typedef struct symbolic_value {
    int node, channel;
    int pixel;
} symbolic_value;

typedef struct track {
    const void *owner; /* a step's own data without values (staged rows, scaled weights): whose; else NULL */
    int begin, count;  /* channels of the place */
    const symbolic_value *values; /* [count] */
    int *rows; /* [height of the place]: the row of the tensor that lies there, or EMPTY_ROW */
} track;

/* One copy of a buffer. */
typedef struct place {
    int buffer, thread;
    int space;    /* the arena, a further thread's block, an input or an output */
    int64_t base; /* its first byte in that space */
    int64_t bytes;
    int64_t pixel_bytes, row_bytes;
    int element_bytes;
    int width, height; /* pixels of a row; rows */
    int n_tracks, room_tracks;
    track **tracks;
    int written;     /* the last step that wrote it */
    int filled_rows; /* rows that are not empty, over all tracks */
    int n_neighbours;
    struct place **neighbours; /* the places that share bytes with this one */
} place;

/* A stretch of memory that a thread reads or writes between two meetings: bytes begin .. end - 1 of each of the
 * pixels first .. last - 1. */
typedef struct access {
    int thread, step;
    bool write;
    const place *at;
    int64_t pixel_bytes;
    int64_t first, last;
    int64_t begin, end;
} access;

typedef struct verifier {
    const plan *p;
    arena *a;
    int threads;
    int turn; /* the thread turn + i does part i of a shared step; EVERY_PART: the first one does all of them */
    const char *wrong; /* the first fault found, or NULL */
    int step, part, thread;
    int n_places;
    place *places;
    int *first_place; /* [n_buffers]: its copies follow each other */
    int n_touched;    /* places that the step has used so far */
    place **touched;
    int n_accesses, room_accesses, step_accesses; /* since the last meeting; before this step */
    access *accesses;
    bool unrecorded;           /* what is read now is not remembered */
    int **summed;              /* [n_buffers]: how many times each row was added to sums; or NULL */
    const plan_step **packers; /* [n_nodes]: the part of a chain that packed the node's weights last */
} verifier;

/* ---- verify_memory.c ---- */

verifier *new_verifier(const plan *p, int threads, int turn, arena *a);

/* Records what is wrong, where nothing was before; returns false. */
bool fault(verifier *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

const char *node_label(const verifier *v, int node_index);

/* The copy of a buffer that is the thread's, or the part's where buffers[i].of_part is set; checks that the
 * buffer lives in the current step, and that the step uses no other whose bytes are the same. NULL after a
 * fault. */
place *use_place(verifier *v, int buffer_index, int thread);

/* Cuts a place of scratch into rows of its own. */
bool cut_place(verifier *v, place *x, int height, int64_t row_bytes);

/* The track of these channels with these values, made where there is none yet. NULL after a fault: the channels
 * are not inside of a pixel, or the place is the caller's input. */
track *output_track(verifier *v, place *x, int begin, int count, const symbolic_value *values);
track *owned_track(verifier *v, place *x, const void *owner);

/* Rows first .. first + count - 1 of the place now hold rows row, row + 1, .. of the track's tensor. */
bool write_rows(verifier *v, place *x, track *k, int first, int row, int count);

/* What row `row` of the place holds at `channel`, in words. */
const char *describe_row(const verifier *v, const place *x, int row, int channel);

/* Remembers what a thread reads or writes until the threads meet. */
void record_pixels(verifier *v, int thread, bool write, const place *x, int64_t first, int64_t last, int begin,
                   int end);
void record_elements(verifier *v, int thread, bool write, const place *x, int64_t first, int64_t last);

/* The threads meet: false where one wrote what another one read or wrote since the last time. */
bool meet_threads(verifier *v);

/* Whether the element of a place holds the value, as the place's own rows say or those of a place that shares
 * its bytes. */
bool holds_value(const verifier *v, const place *x, int64_t element, symbolic_value value);

/* A track of a place with these values, without a mark in any row. */
track *add_track(verifier *v, place *x, int begin, int count, const symbolic_value *values);

/* ---- verify_view.c ---- */

/* Follows views that rename channels to the node that makes the element. `pixel` may be EVERY_PIXEL. */
symbolic_value resolve_value(const graph *g, int node_index, int pixel, int channel);

/* Whether the tensor of a node that has no step, because it only gives bytes another shape (reshape, concat
 * along height or width), lies from element `begin` of the place on: dense, and made of what its inputs left
 * there. Then a place of its shape has a track for it. */
bool find_view(verifier *v, const place *x, int64_t begin, int node_index);

/* ---- verify_operand.c ---- */

/* The values of a tensor of shape `s`, channel order[i] (i where NULL) at position i. A tensor of one pixel may
 * be a whole map, taken flat. */
const symbolic_value *expect_tensor(const verifier *v, int node_index, shape s, const int *order, int n);

/* Some channels of a place from which an operand is read. */
typedef struct origin {
    place *at;
    track *held;
    int begin, end;
} origin;

/* An operand as a kernel finds it: position i lies at slots[i], and should have the value expected[i]. */
typedef struct reading {
    shape shape;
    int n;
    const slot *slots;
    const symbolic_value *expected;
    int thread;
    bool bound; /* below: known */
    int n_sources;
    origin *sources;
} reading;

/* Reads row `row` of the operand, which should lie in row `slot_row` of its places. */
bool read_row(verifier *v, reading *x, int row, int slot_row);
bool read_all_rows(verifier *v, reading *x);

/* Remembers the reading of all that an operand has. */
void record_reading(verifier *v, int thread, const reading *x);

/* The operands of a step: slots and values, as its kernel takes them. False after a fault. */
bool read_input(verifier *v, const plan_step *s, int which, int thread, reading *out);
bool read_residual(verifier *v, const plan_step *s, int thread, reading *out);
bool read_factors(verifier *v, const plan_step *s, int thread, reading *out);

bool is_permutation(const verifier *v, const int *order, int n);

/* The values that a step puts at its output's positions. */
const symbolic_value *output_values(const verifier *v, const plan_step *s);

/* ---- verify_stage.c: what a kernel keeps in scratch, and the sums of a window ---- */

typedef struct staging {
    const plan_step *s;
    place *ring;
    track *held;
    int reach; /* rows of the ring */
    int next;  /* the input row that is copied next */
} staging;

bool begin_staging(verifier *v, const plan_step *s, int thread, int first_row, staging *g);

/* The input row at which the ring ends for output row `oy`; skips rows that no output row needs. */
int begin_row_of_stage(const verifier *v, staging *g, int oy);

/* Copies the input row g->next, which lies in row `slot_row` of its places. */
bool stage_row(verifier *v, staging *g, reading *x, int slot_row);

/* Whether the rows that output row `oy` needs are in the ring. */
bool check_staged(verifier *v, const staging *g, int oy);

/* Copies the input rows that output row `oy` needs, from a map that is all there, and checks them. */
bool stage_rows(verifier *v, staging *g, reading *x, int oy);

/* Scales the weights of the step into its scratch; whether they are there still. */
bool scale_weights(verifier *v, const plan_step *s, int thread);
bool has_scaled_weights(verifier *v, const plan_step *s, int thread);

/* Fills the scratch of a step that takes wholes. */
bool fill_scratch(verifier *v, const plan_step *s, int thread);

/* Sets a window's sums to zero; adds a row of the output to them. */
bool begin_sums(verifier *v, const plan_step *s, int thread, int part);
bool add_to_sums(verifier *v, const plan_step *s, int thread, int part, int row);

/* ---- verify_chain.c, verify_step.c ---- */

/* The first of `units` in a part, as in emit/share.c. */
static inline int64_t part_begin(const verifier *v, int64_t units, int part) {
    return units * part / v->threads;
}

/* The thread that does a part of the step. A step that is not shared is done by one thread, whichever. */
static inline int thread_of(const verifier *v, const plan_step *s, int part) {
    return !s->shared || v->turn == EVERY_PART ? 0 : (part + v->turn) % v->threads;
}

bool verify_chain(verifier *v, const plan_step *s);
bool verify_single(verifier *v, const plan_step *s);

/* What holds for any step and any part of a chain: shapes, orders, how a GEMM is cut. */
bool check_step(verifier *v, const plan_step *s);

#endif
