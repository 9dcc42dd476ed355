/* select.c: of two tensors, the one or the other, element by element, by a mask that is a constant. */
#include "import/broadcast.h"
#include "import/fold.h"

#include <float.h>
#include <math.h>

/* Masks of attention have -infinity, which weights cannot be. The largest float does the same. */
static void make_finite(double *numbers, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        if (isinf(numbers[i])) numbers[i] = numbers[i] < 0 ? -(double)FLT_MAX : (double)FLT_MAX;
    }
}

/* What input `i` gives to the sum: itself where it is chosen, else 0. */
static bool add_term(importer *im, const constant *condition, int i, bool where, file_value *term) {
    file_value x, mask;
    constant numbers;
    if (!as_value(im, i, &x)) return false;
    if (!fold_select(im, condition, x.kind == FILE_CONSTANT ? &x.c : NULL, where, &numbers)) return false;
    make_finite((double *)numbers.data, numbers.count);
    if (!constant_value(im, &numbers, &mask)) return false;
    *term = mask;
    if (x.kind == FILE_CONSTANT) return true;
    *term = (file_value){.name = "", .kind = FILE_TENSOR};
    term->node = add_together(im, OP_MUL, x, mask, &term->v);
    return term->node >= 0;
}

/* Whether the condition is one number, which chooses input 1 (*first) or 2 as a whole. */
static bool is_one_choice(importer *im, const constant *condition, file_value *chosen,
                          const file_value **other) {
    if (condition->count != 1) return false;
    bool first = constant_number(condition, 0) != 0;
    *chosen = *node_input(im, first ? 1 : 2);
    *other = node_input(im, first ? 2 : 1);
    return chosen->kind == FILE_TENSOR && condition->rank <= chosen->v.rank;
}

bool build_where(importer *im) {
    const constant *condition = constant_input(im, 0, "condition");
    const file_value *other;
    file_value terms[2], chosen;
    file_view v;
    if (!condition) return false;
    if (!node_input(im, 1) || !node_input(im, 2)) return node_error(im, "one of its inputs is missing");
    if (is_one_choice(im, condition, &chosen, &other)) {
        int64_t sizes[VIEW_RANK];
        int rank = other->kind == FILE_CONSTANT ? other->c.rank : other->v.rank;
        for (int i = 0; i < rank; i++)
            sizes[i] = other->kind == FILE_CONSTANT ? other->c.dims[i] : view_size(&other->v, i);
        if (!expand_value(im, &chosen, sizes, rank)) return false;
        set_tensor(im, 0, chosen.node, &chosen.v, false);
        return true;
    }
    if (!add_term(im, condition, 1, true, &terms[0]) || !add_term(im, condition, 2, false, &terms[1]))
        return false;
    return set_result(im, add_together(im, OP_ADD, terms[0], terms[1], &v), &v);
}
