/* test_passes_layout.c: the passes over layers that move elements. */
#include "passes_check.h"

static int reshape(net *t, int x, int h, int w, int c) {
    attrs a = graph_attrs_init();
    a.size = (shape){h, w, c};
    return on(t, OP_RESHAPE, a, x);
}

/* The elements counted by four axes, in another order. */
static int transpose4(net *t, int x, const int *dims, const int *order, shape size) {
    attrs a = graph_attrs_init();
    a.dims.n = a.order.n = 4;
    for (int i = 0; i < 4; i++) a.dims.at[i] = dims[i], a.order.at[i] = order[i];
    a.size = size;
    return on(t, OP_TRANSPOSE, a, x);
}

static void transposes_and_reshapes_become_few(void **state) {
    (void)state;
    net t = begin(); /* there and back, with a reshape between */
    int x = conv(&t, input(&t, TYPE_F32, 4, 6, 8), 8, 1, 0);
    x = transpose4(&t, x, (int[]){4, 6, 2, 4}, (int[]){2, 0, 1, 3}, (shape){2, 24, 4});
    x = reshape(&t, x, 48, 2, 2);
    x = transpose4(&t, x, (int[]){2, 4, 6, 4}, (int[]){1, 2, 0, 3}, (shape){4, 6, 8});
    output(&t, conv(&t, x, 3, 1, 0));
    expect_passes(&t, "input conv conv");
    end(&t);

    t = begin(); /* two become one; axes of one place do not count */
    x = conv(&t, input(&t, TYPE_F32, 4, 6, 8), 8, 1, 0);
    x = transpose4(&t, x, (int[]){4, 6, 1, 8}, (int[]){1, 2, 0, 3}, (shape){6, 4, 8});
    x = transpose4(&t, x, (int[]){6, 4, 2, 4}, (int[]){2, 0, 1, 3}, (shape){2, 24, 4});
    output(&t, conv(&t, x, 3, 1, 0));
    const graph *g = expect_passes(&t, "input conv transpose conv");
    assert_true(g->nodes[2].in[0] == 1 && g->nodes[2].a.dims.n == 4);
    end(&t);

    t = begin(); /* what keeps the order is a reshape, and of these one is left; none, if the shape comes back
                  */
    x = conv(&t, input(&t, TYPE_F32, 4, 6, 8), 8, 1, 0);
    int y = transpose4(&t, x, (int[]){1, 24, 1, 8}, (int[]){1, 0, 3, 2}, (shape){24, 8, 1});
    y = reshape(&t, reshape(&t, y, 6, 4, 8), 2, 12, 8);
    output(&t, conv(&t, y, 3, 1, 0));
    output(&t, conv(&t, reshape(&t, y, 4, 6, 8), 3, 1, 0));
    expect_passes(&t, "input conv reshape conv conv");
    end(&t);

    t = begin(); /* 6 x 4 places do not fit between the axes of 4 x 6: both stay */
    x = conv(&t, input(&t, TYPE_F32, 4, 6, 8), 8, 1, 0);
    x = transpose4(&t, x, (int[]){4, 6, 8, 1}, (int[]){1, 0, 2, 3}, (shape){6, 4, 8});
    x = transpose4(&t, x, (int[]){4, 6, 8, 1}, (int[]){1, 0, 2, 3}, (shape){6, 4, 8});
    output(&t, conv(&t, x, 3, 1, 0));
    expect_passes(&t, "input conv transpose transpose conv");
    end(&t);

    t = begin(); /* an activation moves through, and a dense layer needs no reshape */
    x = conv(&t, input(&t, TYPE_F32, 4, 6, 8), 8, 1, 0);
    x = transpose4(&t, x, (int[]){4, 6, 8, 1}, (int[]){1, 0, 2, 3}, (shape){6, 4, 8});
    x = plain(&t, OP_RELU, x);
    output(&t, dense(&t, reshape(&t, x, 1, 1, 192), 5));
    expect_passes(&t, "input conv+relu transpose dense");
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(transposes_and_reshapes_become_few)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
