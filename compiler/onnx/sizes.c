/* sizes.c: the sizes, orders and parts that the attributes and inputs of an operator ask for. They are the same
 * for tensors and for constants. */
#include "onnx/rules.h"

#include <string.h>

/* A size of 0 stands for the input's size of the same axis. One size may be -1, which stands for what is left.
 */
bool reshaped_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int64_t *out,
                    int *out_rank) {
    int count, unknown = -1;
    int64_t *asked = read_list(im, op, NULL, 1, &count);
    if (!asked) return false;
    if (count > VIEW_RANK) return node_error(im, "its output would have more than %d axes", VIEW_RANK);
    bool zeros = attribute_int(im, op, "allowzero", 0) != 0;
    for (int i = 0; i < count; i++) {
        out[i] = asked[i];
        if (asked[i] == 0 && !zeros) {
            if (i >= rank) return node_error(im, "its shape copies a size that its input does not have");
            out[i] = sizes[i];
        } else if (asked[i] == -1 && unknown < 0) {
            unknown = i;
            out[i] = 1;
        } else if (asked[i] < 0) {
            return node_error(im, "its shape has a negative size");
        }
    }
    *out_rank = count;
    int64_t known = size_product(out, 0, count), all = size_product(sizes, 0, rank);
    if (unknown >= 0 && known > 0 && all % known == 0) out[unknown] = all / known;
    if (size_product(out, 0, count) == all) return true;
    return node_error(im, "its shape has another number of elements than its input");
}

bool flattened_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int64_t *out,
                     int *out_rank) {
    int64_t at = attribute_int(im, op, "axis", 1);
    int axis = at == rank ? rank : check_axis(im, at, rank);
    if (axis < 0) return false;
    out[0] = size_product(sizes, 0, axis);
    out[1] = size_product(sizes, axis, rank);
    *out_rank = 2;
    return true;
}

/* Sets named[axis] for the axes of the attribute or input "axes". False after an error. */
static bool named_axes(importer *im, const onnx_op *op, int rank, bool *named, int *count) {
    int64_t *axes = read_list(im, op, "axes", 1, count);
    if (!axes) return false;
    memset(named, 0, VIEW_RANK * sizeof *named);
    for (int i = 0; i < *count; i++) {
        int axis = check_axis(im, axes[i], rank);
        if (axis < 0) return false;
        if (named[axis]) return node_error(im, "it names an axis twice");
        named[axis] = true;
    }
    return true;
}

bool squeezed_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int64_t *out,
                    int *out_rank) {
    bool named[VIEW_RANK];
    int count, n = 0;
    if (!named_axes(im, op, rank, named, &count)) return false;
    for (int i = 0; i < rank; i++) {
        bool goes = count ? named[i] : sizes[i] == 1;
        if (goes && sizes[i] != 1) return node_error(im, "axis %d is not of length 1", i);
        if (!goes) out[n++] = sizes[i];
    }
    *out_rank = n;
    return true;
}

bool unsqueezed_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int64_t *out,
                      int *out_rank) {
    bool named[VIEW_RANK];
    int count, next = 0;
    if (!read_list(im, op, "axes", 1, &count)) return false;
    if (rank + count > VIEW_RANK) return node_error(im, "its output would have more than %d axes", VIEW_RANK);
    *out_rank = rank + count;
    if (!named_axes(im, op, *out_rank, named, &count)) return false;
    for (int i = 0; i < *out_rank; i++) out[i] = named[i] ? 1 : sizes[next++];
    return true;
}

bool transposed_order(importer *im, const onnx_op *op, int rank, int *order) {
    const Onnx__AttributeProto *a = find_attribute(op, "perm");
    bool seen[VIEW_RANK] = {0};
    if (a && a->n_ints != (size_t)rank) return node_error(im, "its perm does not list %d axes", rank);
    for (int i = 0; i < rank; i++) {
        int64_t from = a ? a->ints[i] : rank - 1 - i;
        if (from < 0 || from >= rank || seen[from])
            return node_error(im, "its perm is not an order of %d axes", rank);
        seen[from] = true;
        order[i] = (int)from;
    }
    return true;
}

static int64_t clamp_index(int64_t x, int64_t low, int64_t high) { return x < low ? low : x > high ? high : x; }

/* starts, ends, axes and steps are attributes before opset 10, and inputs from then on. */
bool slice_cuts(importer *im, const onnx_op *op, const int64_t *sizes, int rank, axis_cut *cuts) {
    bool old = op->m->opset < 10;
    int n_starts, n_ends, n_axes, n_steps;
    int64_t *starts = read_list(im, op, old ? "starts" : NULL, old ? -1 : 1, &n_starts);
    int64_t *ends = starts ? read_list(im, op, old ? "ends" : NULL, old ? -1 : 2, &n_ends) : NULL;
    int64_t *axes = ends ? read_list(im, op, old ? "axes" : NULL, old ? -1 : 3, &n_axes) : NULL;
    int64_t *steps = axes ? read_list(im, op, NULL, old ? -1 : 4, &n_steps) : NULL;
    if (!steps) return false;
    if (n_ends != n_starts || (n_axes && n_axes != n_starts) || (n_steps && n_steps != n_starts) ||
        n_starts > rank) {
        return node_error(im, "its starts, ends, axes and steps differ in number");
    }
    for (int i = 0; i < rank; i++) cuts[i] = (axis_cut){0, 1, sizes[i]};
    for (int i = 0; i < n_starts; i++) {
        int axis = check_axis(im, n_axes ? axes[i] : i, rank);
        if (axis < 0) return false;
        int64_t size = sizes[axis], step = n_steps ? steps[i] : 1, begin = starts[i], end = ends[i];
        if (step == 0 || step > INT32_MAX || step < -INT32_MAX)
            return node_error(im, "its step is 0 or too large");
        if (begin < 0) begin += size;
        if (end < 0) end += size;
        begin = step > 0 ? clamp_index(begin, 0, size) : clamp_index(begin, 0, size - 1);
        end = step > 0 ? clamp_index(end, 0, size) : clamp_index(end, -1, size - 1);
        int64_t count = step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step;
        cuts[axis] = (axis_cut){begin, step, size == 0 || count < 0 ? 0 : count};
    }
    return true;
}

/* `split` is an attribute before opset 13, and an input from then on. Without it, the parts are equal; from
 * opset 18 on, the last one may be smaller. */
bool split_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int *axis, int64_t *parts,
                 int most) {
    int count, outputs = im->node->n_out;
    *axis = check_axis(im, attribute_int(im, op, "axis", 0), rank);
    int64_t *given = *axis >= 0 ? read_list(im, op, "split", 1, &count) : NULL;
    if (!given) return false;
    if (outputs > most || (count && count != outputs) ||
        attribute_int(im, op, "num_outputs", outputs) != outputs)
        return node_error(im, "it does not have one part for each of its outputs");
    int64_t size = sizes[*axis], sum = 0;
    bool uneven = !count && (outputs == 0 || size % outputs);
    if (uneven && (op->m->opset < 18 || outputs == 0))
        return node_error(im, "%lld does not divide into its %d outputs", (long long)size, outputs);
    int64_t part = count ? 0 : size / outputs + uneven;
    for (int i = 0; i < outputs; i++) {
        parts[i] = count ? given[i] : uneven && i == outputs - 1 ? size - sum : part;
        if (parts[i] < 0 || parts[i] > size - sum)
            return node_error(im, "its parts sum to more than the axis has");
        sum += parts[i];
    }
    return sum == size || node_error(im, "its parts sum to less than the axis has");
}
