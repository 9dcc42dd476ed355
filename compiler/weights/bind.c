/* bind.c: gives every tensor of a graph its numbers from the files.
 *
 * One walk over the graph looks every tensor up, checks its shape, converts its numbers to float and stores
 * them in the graph's layout. Tensors that do not fit are reported together at the end (explain.c). A number
 * that is not finite, or too large for float, is an error here, because the network's answer would be wrong. */
#include "weights/bind.h"
#include "weights/fnv.h"
#include "weights/load.h"
#include "weights/rename.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

static int compare_stored(const void *x, const void *y) {
    return strcmp((*(stored *const *)x)->key, (*(stored *const *)y)->key);
}

/* Merges the files' sorted tensors. If several files have a key, the tensor of the last file stays. */
static tensor_index index_files(arena *a, checkpoint *const *files, int n_files) {
    int room = 0;
    for (int f = 0; f < n_files; f++) room += files[f]->n_tensors;
    tensor_index index = {.tensors = ARENA_ARRAY(a, stored *, room), .files = files, .n_files = n_files};
    for (int f = n_files - 1; f >= 0; f--) {
        int known = index.count;
        for (int i = 0; i < files[f]->n_tensors; i++) {
            stored *t = &files[f]->tensors[i];
            bool later = known && bsearch(&t, index.tensors, (size_t)known, sizeof(stored *), compare_stored);
            if (!later) index.tensors[index.count++] = t;
        }
        qsort(index.tensors, (size_t)index.count, sizeof(stored *), compare_stored);
    }
    index.used = ARENA_ARRAY(a, bool, index.count);
    return index;
}

/* The tensor of that name, which is marked as used; NULL if there is none. */
static stored *take_tensor(const tensor_index *index, const char *name) {
    const stored wanted = {.key = name}, *key = &wanted;
    if (index->count == 0) return NULL;
    stored **found = bsearch(&key, index->tensors, (size_t)index->count, sizeof(stored *), compare_stored);
    if (!found) return NULL;
    index->used[found - index->tensors] = true;
    return *found;
}

/* The state of copying numbers from a file into a tensor. */
typedef struct transfer {
    const stored *from;
    const layout *layout;
    float *to;
    int32_t *ints;        /* int32: takes the numbers instead, in the order of the file */
    int64_t position;     /* elements done, in the file's order */
    const char *bad_what; /* what is wrong with the first bad number: "NaN" */
    int64_t bad_position; /* its position */
    int64_t n_bad;
    double least; /* smaller values are bad, and with `strictly`, this one too */
    bool strictly;
    bool is_scale; /* 0 is bad, too */
} transfer;

/* The index in C order of the element at `position` in the file. */
static int64_t c_order(const stored *t, int64_t position) {
    if (!t->fortran_order) return position;
    int64_t index = 0;
    for (int axis = 0; axis < t->rank; axis++) {
        int64_t stride = 1;
        for (int j = axis + 1; j < t->rank; j++) stride *= t->dims[j];
        index += position % t->dims[axis] * stride;
        position /= t->dims[axis];
    }
    return index;
}

static double load_number(number_format f, const unsigned char *p) {
    switch (f) {
    case FORMAT_F16: return (double)load_f16(p);
    case FORMAT_BF16: return (double)load_bf16(p);
    case FORMAT_F32: return (double)load_f32(p);
    case FORMAT_I8: return (signed char)p[0];
    default: return load_f64(p);
    }
}

/* What is wrong with a number; NULL if it can be a weight. */
static const char *what_is_wrong_with(const transfer *x, double value) {
    if (value != value) return "NaN";
    if (value - value != 0) return "infinite";
    float single = (float)value;
    if (single - single != 0) return "beyond the range of float";
    if (x->is_scale && !(single > 0)) return "not above 0";
    if (value < x->least) return "negative";
    if (x->strictly && !(single > 0)) return "zero, and eps is zero as well";
    return NULL;
}

static void note_bad_number(transfer *x, const char *what, int64_t position) {
    if (x->n_bad++ == 0) {
        x->bad_what = what;
        x->bad_position = position;
    }
}

static void take_ints(void *data, const unsigned char *bytes, int64_t count) {
    transfer *x = data;
    for (int64_t i = 0; i < count; i++) x->ints[x->position++] = (int32_t)load_u32(bytes + 4 * i);
}

static void take_numbers(void *data, const unsigned char *bytes, int64_t count) {
    enum { CHUNK = 1024 };
    float chunk[CHUNK];
    transfer *x = data;
    int width = format_bytes(x->from->format);
    while (count > 0) {
        int64_t n = count < CHUNK ? count : CHUNK;
        for (int64_t i = 0; i < n; i++) {
            double value = load_number(x->from->format, bytes + i * width);
            const char *wrong = what_is_wrong_with(x, value);
            if (wrong) note_bad_number(x, wrong, x->position + i);
            chunk[i] = wrong ? 0 : (float)value;
        }
        if (x->from->fortran_order) {
            for (int64_t i = 0; i < n; i++) {
                layout_scatter(x->layout, c_order(x->from, x->position + i), &chunk[i], 1, x->to);
            }
        } else {
            layout_scatter(x->layout, x->position, chunk, n, x->to);
        }
        x->position += n;
        bytes += n * width;
        count -= n;
    }
}

/* "[3, 0, 1, 2]": the place in the file's tensor of the element with that index in C order. */
static const char *show_place(arena *a, const stored *t, int64_t index) {
    int64_t place[STORED_MAX_RANK];
    for (int axis = t->rank - 1; axis >= 0; axis--) {
        place[axis] = index % t->dims[axis];
        index /= t->dims[axis];
    }
    return shape_show(a, place, t->rank);
}

static bool is_scale(role r) { return r == ROLE_WEIGHT_SCALE || r == ROLE_OUTPUT_SCALE; }

/* Reads the numbers of `t` into the tensor; false after an error. */
static bool fill_tensor(arena *a, diag *d, const node *n, role r, const layout *l, const stored *t) {
    tensor *to = n->weights[r];
    bool whole = to->type == TYPE_I32;
    if (whole)
        to->ints = ARENA_ARRAY(a, int32_t, to->count);
    else
        to->data = ARENA_ARRAY(a, float, to->count);
    transfer x = {.from = t, .layout = l, .to = to->data, .ints = to->ints, .is_scale = is_scale(r)};
    x.least = r == ROLE_VAR ? 0 : -DBL_MAX;
    x.strictly = r == ROLE_VAR && n->a.eps <= 0;
    const char *why;
    if (!checkpoint_read(a, t, whole ? take_ints : take_numbers, &x, &why)) {
        diag_error(d, (loc){.src = &t->file->src}, "tensor \"%s\": %s", t->name, why);
        return false;
    }
    if (x.n_bad == 0) return true;
    const char *place = show_place(a, t, c_order(t, x.bad_position));
    const char *more =
        x.n_bad > 1 ? arena_printf(a, ", the first of %lld such numbers", (long long)x.n_bad) : "";
    diag_error(d, n->at, "%s is %s at %s%s", show_origin(a, t, t->name), x.bad_what, place, more);
    return false;
}

/* Whether numbers of that format are read for a tensor of that type. Codes are read from nothing but integers
 * of their own size, because floats in their place are mostly weights that nobody has quantised. */
static bool fits_type(number_format f, elem_type type) {
    if (type == TYPE_I8) return f == FORMAT_I8;
    if (type == TYPE_I32) return f == FORMAT_I32;
    return f != FORMAT_I8 && f != FORMAT_I32 && f != FORMAT_OTHER;
}

static const char *explain_type(arena *a, const char *its, elem_type type) {
    if (type == TYPE_I8)
        return arena_printf(a, "its type is %s, but the layer is quantised and needs int8", its);
    if (type == TYPE_I32)
        return arena_printf(a, "its type is %s, but the layer is quantised and needs int32", its);
    return arena_printf(a, "its type %s is not read for weights; F32, F16, BF16 and F64 are", its);
}

/* Looks a tensor up and fills it. If no file has it in the right form, adds it to the problems. */
static void bind_tensor(arena *a, arena *scratch, diag *d, const graph *g, const node *n, role r,
                        const tensor_index *index, problem *problems, int *n_problems) {
    const char *name = weights_name(scratch, n, r);
    layout l = layout_of(scratch, g, n, r);
    problem p = {.node = n, .role = r, .layout = l, .found = take_tensor(index, name)};
    bool good = p.found && checkpoint_describe(a, p.found, &p.why);
    if (good && !layout_fits(&l, p.found->dims, p.found->rank)) {
        good = false;
    } else if (good && !fits_type(p.found->format, n->weights[r]->type)) {
        p.why = explain_type(a, p.found->type_name, n->weights[r]->type);
        good = false;
    }
    if (good) {
        fill_tensor(a, d, n, r, &l, p.found);
    } else {
        p.name = arena_strdup(a, name);
        p.layout.order = NULL;
        problems[(*n_problems)++] = p;
    }
}

static bool is_bookkeeping(const char *name) {
    static const char ending[] = "num_batches_tracked"; /* a counter of torch's norms */
    size_t n = strlen(name), m = strlen(ending);
    return n >= m && strcmp(name + n - m, ending) == 0;
}

static void list_unused(arena *a, const tensor_index *index, weights_report *report) {
    const char **unused = ARENA_ARRAY(a, const char *, index->count);
    const char **files = ARENA_ARRAY(a, const char *, index->count);
    for (int i = 0; i < index->count; i++) {
        const stored *t = index->tensors[i];
        if (index->used[i] || is_bookkeeping(t->name)) continue;
        unused[report->n_unused] = t->name;
        files[report->n_unused++] = t->file->src.path;
    }
    report->unused = unused;
    report->unused_in = files;
}

static int compare_labels(const void *x, const void *y) {
    const node *a = *(const node *const *)x, *b = *(const node *const *)y;
    int order = strcmp(a->label, b->label);
    return order ? order : (a > b) - (a < b);
}

/* Warns of two layers with the same label, which take the same tensors. That may be intended, but more often a
 * label around a block is missing. */
static void warn_of_shared_labels(arena *a, diag *d, const graph *g) {
    const node **labelled = ARENA_ARRAY(a, const node *, g->n_nodes);
    int count = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        if (n->label && op_table[n->op].weights != WEIGHTS_NONE) labelled[count++] = n;
    }
    qsort(labelled, (size_t)count, sizeof *labelled, compare_labels);
    for (int i = 1; i < count; i++) {
        if (strcmp(labelled[i]->label, labelled[i - 1]->label) != 0) continue;
        diag_warning(d, labelled[i]->at, "two layers have the label \"%s\", and take the same tensors",
                     labelled[i]->label);
        diag_note(d, labelled[i - 1]->at, "the other one");
        return; /* one warning is enough, because the others mostly come from the same block */
    }
}

static uint64_t hash_tensor(uint64_t hash, const tensor *t) {
    if (t->type == TYPE_I32) return fnv_ints(hash, t->ints, t->count);
    if (t->type != TYPE_I8) return fnv_floats(hash, t->data, t->count);
    for (int64_t i = 0; i < t->count; i++) {
        int32_t code = (int32_t)t->data[i]; /* 0 and -0.0 are the same code */
        hash = fnv_ints(hash, &code, 1);
    }
    return hash;
}

uint64_t weights_hash(const graph *g) {
    uint64_t hash = FNV_START;
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            const tensor *t = g->nodes[i].weights[r];
            if (t) hash = hash_tensor(hash, t);
        }
    }
    return hash;
}

int weights_fitting(const tensor_index *index, const graph *g, int *wanted) {
    int fitting = 0;
    const char *why;
    arena *scratch = arena_new();
    *wanted = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            const node *n = &g->nodes[i];
            if (!n->weights[r]) continue;
            scratch = renew_scratch(scratch);
            ++*wanted;
            stored *t = find_stored(index, weights_name(scratch, n, (role)r));
            layout l = layout_of(scratch, g, n, (role)r);
            fitting += t && checkpoint_describe(scratch, t, &why) && layout_fits(&l, t->dims, t->rank);
        }
    }
    arena_free(scratch);
    return fitting;
}

bool bind_checkpoints(arena *a, diag *d, graph *g, checkpoint *const *files, int n_files,
                      const weights_guess *guess, weights_report *report) {
    *report = (weights_report){0};
    int errors = diag_error_count(d), wanted = 0, n_problems = 0;
    tensor_index index = index_files(a, files, n_files);
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) wanted += g->nodes[i].weights[r] != NULL;
    }
    problem *problems = ARENA_ARRAY(a, problem, wanted);
    arena *scratch = arena_new();
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            const node *n = &g->nodes[i];
            if (!n->weights[r]) continue;
            scratch = renew_scratch(scratch);
            bind_tensor(a, scratch, d, g, n, (role)r, &index, problems, &n_problems);
        }
    }
    arena_free(scratch);
    explain_problems(a, d, g, &index, problems, n_problems, wanted, guess);
    list_unused(a, &index, report);
    report->n_used = wanted - n_problems;
    if (diag_error_count(d) > errors) return false;
    warn_of_shared_labels(a, d, g);
    report->hash = weights_hash(g);
    return true;
}

bool weights_load_renamed(arena *a, diag *d, graph *g, const char *const *files, int n_files,
                          const char *const *rules, int n_rules, const weights_guess *guess,
                          weights_report *report) {
    checkpoint **open = ARENA_ARRAY(a, checkpoint *, n_files);
    bool good = true;
    *report = (weights_report){0};
    for (int i = 0; i < n_files; i++) {
        open[i] = checkpoint_open(a, d, files[i]);
        good = good && open[i];
    }
    good = good && rename_tensors(a, d, open, n_files, rules, n_rules);
    good = good && bind_checkpoints(a, d, g, open, n_files, guess, report);
    for (int i = 0; i < n_files; i++) {
        if (open[i]) checkpoint_close(open[i]);
    }
    return good;
}

bool weights_load(arena *a, diag *d, graph *g, const char *const *files, int n_files, weights_report *report) {
    return weights_load_renamed(a, d, g, files, n_files, NULL, 0, NULL, report);
}
