/* test_weights.c: tensors from both formats land where they should, in every layout; seeded weights are the
 * same bits as NumPy's. What does not fit is test_weights_errors.c's. */
#include "weights_bench.h"

#include <unistd.h>

/* --- layouts: each value is looked up by the formula of language.md, written out --- */

static void conv_lands_from_torch(void **state) {
    (void)state;
    enum { OUT = 6, IN = 2, KH = 3, KW = 2 };
    bench b = start(8, 8, 4, NAMING_TORCH);
    const node *n = add_conv(&b, OUT, KH, KW, 2, "c");
    safetensors_maker m = {0};
    add_ramp(&b, &m, "c.weight", "[6,2,3,2]", OUT * IN * KH * KW, 0);
    expect_bound(&b, safetensors_finish(&m));
    for (int o = 0; o < OUT; o++) {
        for (int i = 0; i < IN; i++) {
            for (int y = 0; y < KH; y++) {
                for (int x = 0; x < KW; x++) {
                    float have = n->weights[ROLE_WEIGHT]->data[((o * KH + y) * KW + x) * IN + i];
                    assert_true(have == (float)(((o * IN + i) * KH + y) * KW + x));
                }
            }
        }
    }
    arena_free(b.a);
}

static void conv_lands_from_keras(void **state) {
    (void)state;
    enum { OUT = 6, IN = 2, KH = 3, KW = 2 };
    bench b = start(8, 8, 4, NAMING_KERAS);
    const node *n = add_conv(&b, OUT, KH, KW, 2, "c");
    safetensors_maker m = {0};
    add_ramp(&b, &m, "c/kernel:0", "[3,2,2,6]", OUT * IN * KH * KW, 0);
    expect_bound(&b, safetensors_finish(&m));
    for (int o = 0; o < OUT; o++) {
        for (int i = 0; i < IN; i++) {
            for (int y = 0; y < KH; y++) {
                for (int x = 0; x < KW; x++) {
                    float have = n->weights[ROLE_WEIGHT]->data[((o * KH + y) * KW + x) * IN + i];
                    assert_true(have == (float)(((y * KW + x) * IN + i) * OUT + o));
                }
            }
        }
    }
    arena_free(b.a);
}

static void depthwise_lands_from_both(void **state) {
    (void)state;
    enum { C = 3, M = 2, OUT = C * M, KH = 3, KW = 5 };
    for (int keras = 0; keras < 2; keras++) {
        bench b = start(8, 8, C, keras ? NAMING_KERAS : NAMING_TORCH);
        const node *n = add_depthwise(&b, KH, KW, M, "d");
        safetensors_maker m = {0};
        if (keras)
            add_ramp(&b, &m, "d/depthwise_kernel", "[3,5,3,2]", KH * KW * OUT, 0);
        else
            add_ramp(&b, &m, "d.weight", "[6,1,3,5]", KH * KW * OUT, 0);
        expect_bound(&b, safetensors_finish(&m));
        for (int y = 0; y < KH; y++) {
            for (int x = 0; x < KW; x++) {
                for (int o = 0; o < OUT; o++) {
                    int in_file = keras ? ((y * KW + x) * C + o / M) * M + o % M : (o * KH + y) * KW + x;
                    assert_true(n->weights[ROLE_WEIGHT]->data[(y * KW + x) * OUT + o] == (float)in_file);
                }
            }
        }
        arena_free(b.a);
    }
}

/* Checks a dense layer of 2 outputs on a map [3, 4, 5]: torch counts its inputs (c, h, w), keras (h, w, c). */
static void expect_dense_on_map(bench *b, const node *n, bool keras, const char *shape_text) {
    enum { H = 3, W = 4, C = 5, OUT = 2 };
    safetensors_maker m = {0};
    add_ramp(b, &m, keras ? "fc/kernel" : "fc.weight", shape_text, OUT * H * W * C, 0);
    expect_bound(b, safetensors_finish(&m));
    for (int o = 0; o < OUT; o++) {
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                for (int c = 0; c < C; c++) {
                    int in_file = keras ? ((y * W + x) * C + c) * OUT + o : ((o * C + c) * H + y) * W + x;
                    assert_true(n->weights[ROLE_WEIGHT]->data[((o * H + y) * W + x) * C + c] == (float)in_file);
                }
            }
        }
    }
    arena_free(b->a);
}

static void dense_takes_a_map_in_the_checkpoints_order(void **state) {
    (void)state;
    static const char *const shapes[2][3] = {{"[2,60]", "[2,60,1,1]", "[2,5,3,4]"},
                                             {"[60,2]", "[1,1,60,2]", "[3,4,5,2]"}};
    for (int keras = 0; keras < 2; keras++) {
        for (int variant = 0; variant < 3; variant++) {
            bench b = start(3, 4, 5, keras ? NAMING_KERAS : NAMING_TORCH);
            if (variant > 0) {
                add_plain(&b, OP_RELU, "before");
                add_plain(&b, OP_FLATTEN, "flat");
                add_plain(&b, OP_DROPOUT, "drop");
                add_plain(&b, OP_HSWISH, "after");
                add_plain(&b, OP_IDENTITY, "id");
            }
            const node *n = add_dense(&b, 2, "fc");
            expect_dense_on_map(&b, n, keras, shapes[keras][variant]);
        }
    }
}

/* Where torch's flattened element `i` of a map [h, w, c] is in (h, w, c) order. */
static int torch_place(int i, int h, int w, int c) { return i % (h * w) * c + i / (h * w); }

static void a_norm_behind_flatten_counts_as_torch_does(void **state) {
    (void)state;
    bench b = start(2, 3, 4, NAMING_TORCH);
    add_plain(&b, OP_FLATTEN, "flat");
    const node *bn = add_plain(&b, OP_BN, "bn"), *fc = NULL;
    fc = add_dense(&b, 1, "fc");
    bn = &b.g->nodes[2];
    safetensors_maker m = {0};
    static const char *const names[] = {"bn.weight", "bn.bias", "bn.running_mean", "bn.running_var",
                                        "fc.weight"};
    for (int i = 0; i < 5; i++) add_ramp(&b, &m, names[i], i < 4 ? "[24]" : "[1,24]", 24, (float)(100 * i));
    expect_bound(&b, safetensors_finish(&m));
    for (int i = 0; i < 24; i++) {
        int place = torch_place(i, 2, 3, 4);
        for (int r = ROLE_GAMMA; r <= ROLE_VAR; r++) {
            assert_true(bn->weights[r]->data[place] == (float)(100 * (r - ROLE_GAMMA) + i));
        }
        assert_true(fc->weights[ROLE_WEIGHT]->data[place] == (float)(400 + i));
    }
    arena_free(b.a);
}

static void joined_flattened_maps_keep_torchs_order(void **state) {
    (void)state;
    bench b = start(2, 3, 4, NAMING_TORCH);
    int image = b.last, parts[2];
    add_plain(&b, OP_FLATTEN, "flat");
    parts[0] = b.last;
    b.last = image;
    add_plain(&b, OP_GLOBAL_AVG_POOL, "pool");
    parts[1] = b.last;
    b.last = graph_add(b.g, b.d, OP_CONCAT, parts, 2, &b.defaults, NULL, (loc){0});
    const node *fc = add_dense(&b, 1, "fc");
    safetensors_maker m = {0};
    add_ramp(&b, &m, "fc.weight", "[1,28]", 28, 0);
    expect_bound(&b, safetensors_finish(&m));
    for (int i = 0; i < 24; i++)
        assert_true(fc->weights[ROLE_WEIGHT]->data[torch_place(i, 2, 3, 4)] == (float)i);
    for (int i = 24; i < 28; i++) assert_true(fc->weights[ROLE_WEIGHT]->data[i] == (float)i);
    arena_free(b.a);
}

static void a_single_number_is_a_tensor_too(void **state) {
    (void)state;
    bench b = start(4, 4, 1, NAMING_TORCH);
    add_conv(&b, 1, 1, 1, 1, "c");
    safetensors_maker m = {0};
    add_ramp(&b, &m, "c.weight", "[]", 1, 7);
    expect_bound(&b, safetensors_finish(&m));
    assert_true(b.g->nodes[1].weights[ROLE_WEIGHT]->data[0] == 7);
    arena_free(b.a);
}

static void axes_of_one_may_come_and_go(void **state) {
    (void)state;
    bench b = start(1, 1, 3, NAMING_TORCH);
    b.defaults.has_bias = true;
    add_conv(&b, 2, 1, 1, 1, "c");
    add_dense(&b, 2, "fc");
    safetensors_maker m = {0};
    add_ramp(&b, &m, "c.weight", "[2,3]", 6, 0);
    add_ramp(&b, &m, "c.bias", "[1,2,1,1]", 2, 10);
    add_ramp(&b, &m, "fc.weight", "[2,2,1,1]", 4, 20);
    add_ramp(&b, &m, "fc.bias", "[2]", 2, 30);
    expect_bound(&b, safetensors_finish(&m));
    for (int i = 0; i < 6; i++) assert_true(b.g->nodes[1].weights[ROLE_WEIGHT]->data[i] == (float)i);
    for (int i = 0; i < 4; i++) assert_true(b.g->nodes[2].weights[ROLE_WEIGHT]->data[i] == (float)(20 + i));
    arena_free(b.a);
}

/* --- number formats and containers --- */

static void every_format_gives_the_same_numbers_and_hash(void **state) {
    (void)state;
    static const float transposed[] = {1, 0, -2, 8, 0.5f, 3};
    uint64_t hash = hash_of_dense(one_safetensor("F32", as_f32, sizeof as_f32), NULL);
    assert_int_equal(hash, fnv_floats(FNV_START, as_f32, 6));
    assert_int_equal(hash, hash_of_dense(one_safetensor("F16", as_f16, sizeof as_f16), NULL));
    assert_int_equal(hash, hash_of_dense(one_safetensor("BF16", as_bf16, sizeof as_bf16), NULL));
    assert_int_equal(hash, hash_of_dense(one_safetensor("F64", as_f64, sizeof as_f64), NULL));
    for (int deflated = 0; deflated < 2; deflated++) {
        assert_int_equal(hash, hash_of_dense(one_npz("<f2", "False", as_f16, sizeof as_f16, deflated), NULL));
        assert_int_equal(hash, hash_of_dense(one_npz("<f4", "False", as_f32, sizeof as_f32, deflated), NULL));
        assert_int_equal(hash, hash_of_dense(one_npz("<f8", "False", as_f64, sizeof as_f64, deflated), NULL));
        assert_int_equal(hash,
                         hash_of_dense(one_npz("<f4", "True", transposed, sizeof transposed, deflated), NULL));
    }
}

/* A dense layer of 300 x 700 weights, more than any buffer on the way holds, from C and Fortran order. */
static void large_tensors_cross_every_buffer(void **state) {
    (void)state;
    enum { IN = 700, OUT = 300 };
    for (int fortran = 0; fortran < 2; fortran++) {
        for (int keras = 0; keras < 2; keras++) {
            bench b = start(10, 7, 10, keras ? NAMING_KERAS : NAMING_TORCH);
            const node *n = add_dense(&b, OUT, "fc");
            float *values = ARENA_ARRAY(b.a, float, IN *OUT);
            for (int o = 0; o < OUT; o++) {
                for (int i = 0; i < IN; i++) {
                    bool out_fastest = keras != fortran; /* keras is [in, out], torch [out, in] */
                    values[out_fastest ? i * OUT + o : o * IN + i] = (float)(o * IN + i);
                }
            }
            text array = npy_of(1, "<f4", fortran ? "True" : "False", keras ? "(700, 300)" : "(300, 700)",
                                values, IN * OUT * sizeof(float));
            zip_maker z = {0};
            zip_add(&z, keras ? "fc/kernel.npy" : "fc.weight.npy", array, fortran, (zip_lie){0});
            text_free(&array);
            expect_bound(&b, zip_finish(&z));
            for (int o = 0; o < OUT; o++) {
                for (int i = 0; i < IN; i++) {
                    int place = keras ? i : torch_place(i, 10, 7, 10);
                    assert_true(n->weights[ROLE_WEIGHT]->data[o * IN + place] == (float)(o * IN + i));
                }
            }
            arena_free(b.a);
        }
    }
}

static void tensors_beside_the_graphs_do_not_disturb(void **state) {
    (void)state;
    static const char junk[64];
    safetensors_maker m = {0};
    text_string(&m.header, "\"__metadata__\":{\"format\":\"pt\"}");
    safetensors_add(&m, "bn.num_batches_tracked", "I64", "[]", junk, 8);
    safetensors_add(&m, "fc.weight", "F32", "[2,3]", as_f32, sizeof as_f32);
    safetensors_add(&m, "future", "F4_E2M1", "[3]", junk, 2);
    safetensors_add(&m, "fc.num_batches_tracked", "I64", "[0]", junk, 0);
    hash_of_dense(safetensors_finish(&m), "future");

    zip_maker z = {0};
    text array = npy_of(2, "<f4", "False", "(2, 3)", as_f32, sizeof as_f32),
         object = npy_of(1, "|O", "False", "()", junk, 8);
    zip_add(&z, "README.txt", object, false, (zip_lie){0});
    zip_add(&z, "x/y:0.npy", object, false, (zip_lie){.crc_added = 1, .method = 12});
    zip_add(&z, "fc.weight.npy", array, true, (zip_lie){0});
    text_free(&array), text_free(&object);
    hash_of_dense(zip_finish(&z), "x/y:0");
}

static void later_files_win_and_labels_may_share(void **state) {
    (void)state;
    bench b = start(1, 1, 2, NAMING_KERAS);
    const char *shared = "group/fc";
    add_dense(&b, 2, shared);
    add_dense(&b, 2, shared);
    add_dense(&b, 2, "only_first");
    safetensors_maker first = {0}, second = {0};
    add_ramp(&b, &first, "group/fc/kernel", "[2,2]", 4, 0);
    add_ramp(&b, &first, "only_first/kernel", "[2,2]", 4, 50);
    add_ramp(&b, &first, "z", "[1]", 1, 0);
    add_ramp(&b, &second, "a", "[1]", 1, 0);
    add_ramp(&b, &second, "group/fc/kernel:0", "[2,2]", 4, 100);
    add_ramp(&b, &second, "z:0", "[1]", 1, 0);
    text files[] = {safetensors_finish(&first), safetensors_finish(&second)};
    if (!bind_all(&b, files, 2)) fail_msg("%s", what_was_said(&b));
    for (int i = 1; i <= 2; i++) assert_true(b.g->nodes[i].weights[ROLE_WEIGHT]->data[1] == 102);
    assert_true(b.g->nodes[3].weights[ROLE_WEIGHT]->data[1] == 52);
    assert_int_equal(b.report.n_unused, 2);
    assert_string_equal(b.report.unused[0], "a");
    assert_string_equal(b.report.unused[1], "z:0");
    arena_free(b.a);
}

static void files_are_mapped_from_disk(void **state) {
    (void)state;
    bench b = start(1, 1, 3, NAMING_TORCH);
    const node *n = add_dense(&b, 2, "fc");
    char *path = arena_printf(b.a, "%s/mapped.%d", TEST_SCRATCH, (int)getpid());
    const char *paths[] = {path, TEST_SCRATCH "/is/not/there"}, *why;
    text made = one_npz("<f4", "False", as_f32, sizeof as_f32, true);
    const output_file file = {path, made.data, made.size};
    assert_true(write_files(b.a, &file, 1, &why));
    text_free(&made);
    assert_true(weights_load(b.a, b.d, b.g, paths, 1, &b.report));
    assert_memory_equal(n->weights[ROLE_WEIGHT]->data, as_f32, sizeof as_f32);
    assert_false(weights_load(b.a, b.d, b.g, paths, 2, &b.report));
    assert_string_equal(what_was_said(&b),
                        TEST_SCRATCH "/is/not/there: error: cannot open: No such file or directory\n"
                                     "1 error\n");
    unlink(path);
    arena_free(b.a);
}

/* --- seeded weights: constants printed by tests/zoo/seeded.py --- */

/* Checks a tensor as it lies in the checkpoint: its first and last element's bits and a hash over all. */
static void expect_seeded(const node *n, role r, const int *place, uint32_t first, uint32_t last,
                          uint64_t hash) {
    const tensor *t = n->weights[r];
    float *in_file = malloc((size_t)t->count * sizeof(float));
    for (int64_t i = 0; i < t->count; i++) in_file[i] = t->data[place ? place[i] : i];
    uint32_t bits[2];
    memcpy(&bits[0], &in_file[0], 4);
    memcpy(&bits[1], &in_file[t->count - 1], 4);
    assert_int_equal(bits[0], first);
    assert_int_equal(bits[1], last);
    assert_int_equal(fnv_floats(FNV_START, in_file, t->count), hash);
    free(in_file);
}

/* For each element of a 4-axis tensor in the checkpoint, its index in the graph's, axis i moving by strides[i].
 */
static int *places(arena *a, const int dims[4], const int strides[4]) {
    int *place = ARENA_ARRAY(a, int, dims[0] * dims[1] * dims[2] * dims[3]), *next = place;
    for (int i = 0; i < dims[0]; i++) {
        for (int j = 0; j < dims[1]; j++) {
            for (int k = 0; k < dims[2]; k++) {
                for (int l = 0; l < dims[3]; l++) {
                    *next++ = i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3];
                }
            }
        }
    }
    return place;
}

static void seeded_weights_are_numpys(void **state) {
    (void)state;
    bench b = start(16, 16, 3, NAMING_TORCH);
    const int *place = places(b.a, (int[4]){32, 3, 3, 3}, (int[4]){27, 1, 9, 3});
    add_conv(&b, 32, 3, 3, 1, "features.0.0");
    weights_seed(b.a, b.g, 0, &b.report);
    expect_seeded(&b.g->nodes[1], ROLE_WEIGHT, place, 0xbdd11bb1, 0x3e629a73, 0x9f273bc3281e07b8);
    assert_int_equal(b.report.hash, fnv_floats(FNV_START, b.g->nodes[1].weights[ROLE_WEIGHT]->data, 864));
    assert_int_equal(b.report.n_used, 1);
    weights_seed(b.a, b.g, 7, &b.report);
    expect_seeded(&b.g->nodes[1], ROLE_WEIGHT, place, 0x3d0027ec, 0x3c8ef477, 0x642abd2ab603912e);
    arena_free(b.a);

    b = start(16, 16, 3, NAMING_KERAS);
    add_conv(&b, 32, 3, 3, 1, "conv1");
    weights_seed(b.a, b.g, 0, &b.report);
    place = places(b.a, (int[4]){3, 3, 3, 32}, (int[4]){9, 3, 1, 27});
    expect_seeded(&b.g->nodes[1], ROLE_WEIGHT, place, 0xbd912637, 0xbe40a8c0, 0x75bb9316c156f759);
    arena_free(b.a);

    b = start(16, 16, 6, NAMING_KERAS);
    add_depthwise(&b, 5, 5, 2, "dw");
    weights_seed(b.a, b.g, UINT64_MAX, &b.report);
    expect_seeded(&b.g->nodes[1], ROLE_WEIGHT, NULL, 0x3e921212, 0xbd71eb3e, 0x4fbab90657c9b8ab);
    arena_free(b.a);
}

static void seeded_norms_and_dense_layers_are_numpys(void **state) {
    (void)state;
    bench b = start(1, 1, 24, NAMING_TORCH);
    add_plain(&b, OP_BN, "bn");
    weights_seed(b.a, b.g, 1, &b.report);
    const node *bn = &b.g->nodes[1];
    expect_seeded(bn, ROLE_GAMMA, NULL, 0x3f7d7400, 0x3f866b73, 0xdb023b5124f6fbf0);
    expect_seeded(bn, ROLE_BETA, NULL, 0x3d954e66, 0x3cf13666, 0x5b93ee402a982e2a);
    expect_seeded(bn, ROLE_MEAN, NULL, 0x3d8e70cd, 0x3e2290cd, 0x4d25720670c4ec3f);
    expect_seeded(bn, ROLE_VAR, NULL, 0x3fc4140e, 0x3f85cb81, 0xc6b1db7dc57fc0b9);
    arena_free(b.a);

    b = start(3, 4, 5, NAMING_TORCH);
    b.defaults.has_bias = true;
    add_dense(&b, 10, "fc");
    weights_seed(b.a, b.g, 1, &b.report);
    const int *place = places(b.a, (int[4]){10, 5, 3, 4}, (int[4]){60, 1, 20, 5});
    expect_seeded(&b.g->nodes[1], ROLE_WEIGHT, place, 0x3d97592a, 0x3deb1aad, 0x2fd832d8987d17c2);
    expect_seeded(&b.g->nodes[1], ROLE_BIAS, NULL, 0xbd849733, 0x3dc48733, 0x9fd61237025d0cd3);
    arena_free(b.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv_lands_from_torch),
        cmocka_unit_test(conv_lands_from_keras),
        cmocka_unit_test(depthwise_lands_from_both),
        cmocka_unit_test(dense_takes_a_map_in_the_checkpoints_order),
        cmocka_unit_test(a_norm_behind_flatten_counts_as_torch_does),
        cmocka_unit_test(joined_flattened_maps_keep_torchs_order),
        cmocka_unit_test(a_single_number_is_a_tensor_too),
        cmocka_unit_test(axes_of_one_may_come_and_go),
        cmocka_unit_test(every_format_gives_the_same_numbers_and_hash),
        cmocka_unit_test(large_tensors_cross_every_buffer),
        cmocka_unit_test(tensors_beside_the_graphs_do_not_disturb),
        cmocka_unit_test(later_files_win_and_labels_may_share),
        cmocka_unit_test(files_are_mapped_from_disk),
        cmocka_unit_test(seeded_weights_are_numpys),
        cmocka_unit_test(seeded_norms_and_dense_layers_are_numpys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
