/* parts.c: operators that take parts of a tensor. Each rule serves tensors and constants alike. */
#include "tflite/rules.h"

#include <string.h>

static bool cut_value(importer *im, const axis_cut *cuts) {
    const file_value *x = node_input(im, 0);
    return x && x->kind == FILE_CONSTANT ? fold_slice(im, cuts) : build_slice(im, cuts);
}

/* Input 1 is where each axis begins, input 2 how much of it is taken; -1 stands for all that is left. */
bool tfl_rule_slice(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK];
    axis_cut cuts[VIEW_RANK];
    int rank, n_begin, n_size;
    (void)op;
    int64_t *begin = sized_input(im, 0, sizes, &rank) ? list_input(im, 1, "begin", &n_begin) : NULL;
    int64_t *size = begin ? list_input(im, 2, "size", &n_size) : NULL;
    if (!size) return false;
    if (n_begin != rank || n_size != rank)
        return node_error(im, "its begin and size do not list %d axes", rank);
    for (int i = 0; i < rank; i++) {
        bool inside = begin[i] >= 0 && begin[i] <= sizes[i] && size[i] >= -1;
        int64_t count = size[i] == -1 && inside ? sizes[i] - begin[i] : size[i];
        if (!inside || count > sizes[i] - begin[i])
            return node_error(im, "it takes more of axis %d than there is", i);
        cuts[i] = (axis_cut){begin[i], 1, count};
    }
    return cut_value(im, cuts);
}

/* --- strided slices */

/* What a strided slice asks for. Entry i of the lists is about one axis of the input, but an ellipsis, which
 * stands for all axes that no entry is about, and a new axis, which is about none. */
typedef struct strides {
    const int64_t *begin, *end, *step;
    int count;
    int64_t begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_mask; /* bit i is about entry i */
} strides;

static bool has_bit(int64_t mask, int i) { return i < 32 && (mask >> i & 1); }
static int64_t clamp_index(int64_t x, int64_t low, int64_t high) { return x < low ? low : x > high ? high : x; }

/* The cut of an axis of that size by entry i. False after an error. */
static bool cut_axis(importer *im, const strides *s, int i, int64_t size, axis_cut *cut) {
    int64_t step = s->step[i], begin = s->begin[i], end = s->end[i];
    if (begin < 0) begin += size;
    if (end < 0) end += size;
    if (has_bit(s->shrink_mask, i)) {
        *cut = (axis_cut){begin, 1, 1};
        return (begin >= 0 && begin < size) || node_error(im, "an index is out of range");
    }
    if (step == 0 || step > INT32_MAX || step < -INT32_MAX) return node_error(im, "its step is 0 or too large");
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    begin = has_bit(s->begin_mask, i) ? (step > 0 ? low : high) : clamp_index(begin, low, high);
    end = has_bit(s->end_mask, i) ? (step > 0 ? high : low) : clamp_index(end, low, high);
    int64_t count = step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step;
    *cut = (axis_cut){begin, step, size == 0 || count < 0 ? 0 : count};
    return true;
}

/* Sets the cut of every axis of the input, and the sizes of the output. False after an error. */
static bool cut_axes(importer *im, const strides *s, const int64_t *sizes, int rank, axis_cut *cuts,
                     int64_t *out, int *out_rank) {
    int named = 0, axis = 0, n = 0;
    for (int i = 0; i < s->count; i++) named += !has_bit(s->new_axis_mask, i) && !has_bit(s->ellipsis_mask, i);
    int left = rank - named; /* axes that no entry is about */
    if (left < 0) return node_error(im, "it slices more axes than its input has");
    for (int i = 0; i <= s->count; i++) {
        bool rest = i == s->count || has_bit(s->ellipsis_mask, i);
        for (; rest && left > 0; left--, axis++) {
            cuts[axis] = (axis_cut){0, 1, sizes[axis]};
            if (n < VIEW_RANK) out[n] = sizes[axis];
            n++;
        }
        if (rest) continue;
        bool is_new = has_bit(s->new_axis_mask, i);
        if (!is_new && !cut_axis(im, s, i, sizes[axis], &cuts[axis])) return false;
        bool stays = is_new || !has_bit(s->shrink_mask, i);
        if (stays && n < VIEW_RANK) out[n] = is_new ? 1 : cuts[axis].count;
        n += stays;
        axis += !is_new;
    }
    *out_rank = n;
    return n <= VIEW_RANK || node_error(im, "its output would have more than %d axes", VIEW_RANK);
}

static bool read_strides(importer *im, const tflite_op *op, strides *s) {
    int n_end, n_step;
    s->begin = list_input(im, 1, "begin", &s->count);
    s->end = s->begin ? list_input(im, 2, "end", &n_end) : NULL;
    s->step = s->end ? list_input(im, 3, "strides", &n_step) : NULL;
    if (!s->step) return false;
    if (s->count > 2 * VIEW_RANK || n_end != s->count || n_step != s->count)
        return node_error(im, "its begin, end and strides differ in number, or are too many");
    s->begin_mask = option_int(op, STRIDED_BEGIN_MASK, 0);
    s->end_mask = option_int(op, STRIDED_END_MASK, 0);
    s->ellipsis_mask = option_int(op, STRIDED_ELLIPSIS_MASK, 0);
    s->new_axis_mask = option_int(op, STRIDED_NEW_AXIS_MASK, 0) & ~s->ellipsis_mask;
    s->shrink_mask = option_int(op, STRIDED_SHRINK_MASK, 0);
    return !option_bool(op, STRIDED_OFFSET) ||
           node_error(im, "an end that counts from the beginning (offset) is not supported");
}

/* Cuts input 0, then adds and drops axes of length 1. */
bool tfl_rule_strided_slice(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK], out[VIEW_RANK];
    axis_cut cuts[VIEW_RANK];
    int rank, out_rank = 0;
    strides s;
    if (!sized_input(im, 0, sizes, &rank) || !read_strides(im, op, &s)) return false;
    if (!cut_axes(im, &s, sizes, rank, cuts, out, &out_rank)) return false;
    if (!cut_value(im, cuts) || im->node->n_out == 0 || !im->node->out[0]) return false;
    bool same = out_rank == rank;
    for (int i = 0; same && i < rank; i++) same = out[i] == cuts[i].count;
    if (same) return true;
    file_value *cut = between_parts(im), *to = im->node->out[0];
    *cut = *to;
    to->kind = FILE_UNKNOWN;
    const file_node *whole = im->node;
    file_node part = *whole;
    part.in = &cut;
    part.n_in = 1;
    im->node = &part;
    bool good = reshape_value(im, out, out_rank);
    im->node = whole;
    return good;
}

/* --- splits */

static bool split_value(importer *im, int axis, const int64_t *parts) {
    const file_value *x = node_input(im, 0);
    return x && x->kind == FILE_CONSTANT ? fold_split(im, axis, parts) : build_split(im, axis, parts);
}

/* Input 0 in equal parts along the axis, one for each output. */
static bool split_evenly(importer *im, int64_t along) {
    int64_t sizes[VIEW_RANK];
    int rank, count = im->node->n_out;
    int axis = sized_input(im, 0, sizes, &rank) ? check_axis(im, along, rank) : -1;
    if (axis < 0) return false;
    if (count == 0 || sizes[axis] % count)
        return node_error(im, "%lld does not divide into its %d outputs", (long long)sizes[axis], count);
    int64_t *parts = ARENA_ARRAY(im->scratch, int64_t, count);
    for (int i = 0; i < count; i++) parts[i] = sizes[axis] / count;
    return split_value(im, axis, parts);
}

static bool split_along_input_1(importer *im, const tflite_op *op) {
    double axis;
    (void)op;
    return number_input(im, 1, "axis", &axis) && split_evenly(im, clamp_int((int64_t)axis));
}

/* Input 0 is the axis, input 1 what is split. */
bool tfl_rule_split(importer *im, const tflite_op *op) {
    file_value *in[2] = {node_input(im, 1), node_input(im, 0)};
    return run_part(im, op, split_along_input_1, in, 2, im->node->out, im->node->n_out);
}

/* Input 1 has the size of each part, of which one may be -1, for what is left; input 2 the axis. */
bool tfl_rule_split_v(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK], sum = 0;
    double along;
    int rank, count, unknown = -1;
    (void)op;
    if (!sized_input(im, 0, sizes, &rank)) return false;
    int64_t *parts = list_input(im, 1, "sizes", &count);
    if (!parts || !number_input(im, 2, "axis", &along)) return false;
    int axis = check_axis(im, clamp_int((int64_t)along), rank);
    if (axis < 0) return false;
    if (count != im->node->n_out) return node_error(im, "it does not have one part for each of its outputs");
    for (int i = 0; i < count; i++) {
        if (parts[i] == -1 && unknown < 0) {
            unknown = i;
        } else if (parts[i] < 0 || parts[i] > sizes[axis] - sum) {
            return node_error(im, "its parts sum to more than the axis has");
        } else {
            sum += parts[i];
        }
    }
    if (unknown >= 0) parts[unknown] = sizes[axis] - sum;
    if (unknown < 0 && sum != sizes[axis]) return node_error(im, "its parts sum to less than the axis has");
    return split_value(im, axis, parts);
}

/* --- one place of an axis */

static bool split_along_option(importer *im, const tflite_op *op) {
    return split_evenly(im, option_int(op, UNPACK_AXIS, 0));
}

/* Input 0 without an axis, which has length 1. */
static bool drop_axis(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK];
    int rank;
    if (!sized_input(im, 0, sizes, &rank)) return false;
    int axis = check_axis(im, option_int(op, UNPACK_AXIS, 0), rank);
    if (axis < 0) return false;
    memmove(sizes + axis, sizes + axis + 1, (size_t)(rank - axis - 1) * sizeof *sizes);
    return reshape_value(im, sizes, rank - 1);
}

/* Input 0 in parts of length 1 along the axis, which goes. */
bool tfl_rule_unpack(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK];
    int rank, count = im->node->n_out;
    if (!sized_input(im, 0, sizes, &rank)) return false;
    int axis = check_axis(im, option_int(op, UNPACK_AXIS, 0), rank);
    if (axis < 0) return false;
    if (sizes[axis] != count) return node_error(im, "it does not have one output for each place of its axis");
    file_value **parts = ARENA_ARRAY(im->scratch, file_value *, count + 1);
    for (int i = 0; i < count; i++) parts[i] = between_parts(im);
    if (!run_part(im, op, split_along_option, im->node->in, 1, parts, count)) return false;
    for (int i = 0; i < count; i++) {
        if (!run_part(im, op, drop_axis, &parts[i], 1, &im->node->out[i], 1)) return false;
    }
    return true;
}

bool tfl_rule_gather(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK];
    int rank;
    const file_value *x = sized_input(im, 0, sizes, &rank);
    if (!x || !constant_input(im, 1, "indices")) return false;
    if (option_int(op, GATHER_BATCH_DIMS, 0) != 0) return node_error(im, "batch_dims is not supported");
    int axis = check_axis(im, option_int(op, GATHER_AXIS, 0), rank);
    if (axis < 0) return false;
    return x->kind == FILE_CONSTANT ? fold_gather(im, axis) : build_gather(im, axis);
}

/* Input 0 backwards along the axes that input 1 lists. */
bool tfl_rule_reverse(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK];
    axis_cut cuts[VIEW_RANK];
    int rank, count;
    (void)op;
    int64_t *axes = sized_input(im, 0, sizes, &rank) ? list_input(im, 1, "axes", &count) : NULL;
    if (!axes) return false;
    for (int i = 0; i < rank; i++) cuts[i] = (axis_cut){0, 1, sizes[i]};
    for (int i = 0; i < count; i++) {
        int axis = check_axis(im, axes[i], rank);
        if (axis < 0) return false;
        cuts[axis] = (axis_cut){sizes[axis] - 1, -1, sizes[axis]};
    }
    return cut_value(im, cuts);
}
