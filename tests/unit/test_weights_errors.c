/* test_weights_errors.c: files that do not fit a network, or are damaged or hostile, are refused with words
 * that help. */
#include "weights_bench.h"

/* --- what is said --- */

static void misfits_are_reported_all_at_once(void **state) {
    (void)state;
    bench b = start(8, 8, 3, NAMING_TORCH);
    add_conv(&b, 4, 3, 3, 1, "conv1");
    add_conv(&b, 2, 1, 1, 1, "conv2");
    add_dense(&b, 2, "fc");
    b.g->nodes[3].labelled = false;
    add_dense(&b, 2, "int8");
    safetensors_maker m = {0};
    add_ramp(&b, &m, "con1.weight", "[4,3,3,3]", 108, 0);
    add_ramp(&b, &m, "conv2.weight", "[1,1,4,2]", 8, 0);
    safetensors_add(&m, "int8.weight", "I8", "[2,2]", "abcd", 4);
    expect_said(
        &b, safetensors_finish(&m),
        "small.net:1:1: error: missing tensor \"conv1.weight\" in first.w, expected [4, 3, 3, 3]\n"
        "    1 | 1\n"
        "      | ^\n"
        "first.w: note: the nearest name here is \"con1.weight\" F32 [4, 3, 3, 3]\n"
        "small.net:2:1: error: tensor \"conv2.weight\" of first.w has the shape [1, 1, 4, 2], expected [2, 4, "
        "1, 1]\n"
        "    2 | 2\n"
        "      | ^\n"
        "first.w: note: it would fit the layout of naming = keras\n"
        "small.net:3:1: error: missing tensor \"fc.weight\" in first.w, expected [2, 128]\n"
        "    3 | 3\n"
        "      | ^\n"
        "small.net:3:1: note: this layer has no label; write @\"..\" behind it, with the checkpoint's name for "
        "it\n"
        "    3 | 3\n"
        "      | ^\n"
        "small.net:4:1: error: tensor \"int8.weight\" of first.w: its type I8 is not read for weights; F32, "
        "F16, "
        "BF16 and F64 are\n"
        "    4 | 4\n"
        "      | ^\n"
        "4 errors\n");
}

static void of_several_files_the_one_at_fault_is_named(void **state) {
    (void)state;
    bench b = start(1, 1, 3, NAMING_TORCH);
    add_dense(&b, 2, "fc");
    float bad[6] = {1, 2, 3, 4, 5};
    bad[5] = 1 / bad[5];
    text files[] = {one_safetensor("F32", as_f32, sizeof as_f32), one_safetensor("F32", bad, sizeof bad)};
    assert_false(bind_all(&b, files, 2));
    assert_string_equal(what_was_said(&b),
                        "small.net:1:1: error: tensor \"fc.weight\" of second.w is infinite at [1, 2]\n"
                        "    1 | 1\n"
                        "      | ^\n"
                        "1 error\n");
    arena_free(b.a);
}

static void of_several_files_the_one_that_a_hint_is_about_is_named(void **state) {
    (void)state;
    bench b = start(1, 1, 2, NAMING_TORCH);
    add_dense(&b, 2, "a");
    add_dense(&b, 2, "b");
    safetensors_maker other = {0}, prefixed = {0}, keras = {0}, none = {0};
    add_ramp(&b, &other, "c", "[2,2]", 4, 0);
    add_ramp(&b, &prefixed, "m.a.weight", "[2,2]", 4, 0);
    add_ramp(&b, &prefixed, "m.b.weight", "[2,2]", 4, 0);
    add_ramp(&b, &keras, "a/kernel", "[2,2]", 4, 0);
    text files[] = {safetensors_finish(&other), safetensors_finish(&prefixed), safetensors_finish(&keras),
                    safetensors_finish(&none)};
    assert_false(bind_all(&b, files, 4));
    assert_string_equal(
        what_was_said(&b),
        "lcc: error: none of the 2 tensors that the network needs is in the weights\n"
        "lcc: note: it needs \"a.weight\" [2, 2], \"b.weight\" [2, 2]\n"
        "first.w: note: it has 1 tensor: \"c\" F32 [2, 2]\n"
        "second.w: note: it has 2 tensors: \"m.a.weight\" F32 [2, 2], \"m.b.weight\" F32 [2, 2]\n"
        "third.w: note: it has 1 tensor: \"a/kernel\" F32 [2, 2]\n"
        "fourth.w: note: it holds no tensor\n"
        "second.w: note: 2 of the 2 missing names are there with \"m.\" before them: put @\"m.\" around the "
        "layers, or use --rename '^m\\.='\n"
        "third.w: note: its names look like those of Keras; the network says naming = torch\n"
        "1 error\n");
    arena_free(b.a);
}

static const char *guess_nothing(void *data, const tensor_index *index) {
    int wanted, fitting = weights_fitting(index, ((bench *)data)->g, &wanted);
    return arena_printf(((bench *)data)->a, "a network of which %d of %d fit", fitting, wanted);
}

/* A line of sum first, with the guess whose weights they are; the end after twenty. */
static void many_misfits_are_summed_up(void **state) {
    (void)state;
    bench b = start(1, 1, 2, NAMING_TORCH);
    for (int i = 0; i < 40; i++) add_dense(&b, 2, arena_printf(b.a, "layer%d", i));
    safetensors_maker m = {0};
    add_ramp(&b, &m, "layer0.weight", "[2,2]", 4, 0);
    add_ramp(&b, &m, "layer2.weight", "[2,3]", 6, 0);
    const weights_guess guess = {guess_nothing, &b};
    text file = safetensors_finish(&m);
    assert_false(bind_guessing(&b, &file, 1, &guess));
    const char *said = what_was_said(&b);
    static const char sum[] =
        "lcc: error: 39 of the 40 tensors that the network needs are not in the weights, or have "
        "another shape; they look like those of a network of which 1 of 40 fit\n"
        "small.net:2:1: error: missing tensor \"layer1.weight\" in first.w, expected [2, 2]\n";
    assert_memory_equal(said, sum, sizeof sum - 1);
    assert_non_null(
        strstr(said, "error: tensor \"layer2.weight\" of first.w has the shape [2, 3], expected [2, 2]\n"));
    assert_non_null(strstr(said, "\"layer20.weight\""));
    assert_null(strstr(said, "\"layer21.weight\""));
    assert_string_equal(strstr(said, "lcc: note: and"), "lcc: note: and 19 more\n21 errors\n");
    arena_free(b.a);
}

static void a_file_of_another_network_is_told_once(void **state) {
    (void)state;
    bench b = start(8, 8, 3, NAMING_KERAS);
    add_conv(&b, 4, 3, 3, 1, "conv");
    add_plain(&b, OP_BN, "bn");
    safetensors_maker m = {0};
    add_ramp(&b, &m, "stem.weight", "[4]", 4, 0);
    add_ramp(&b, &m, "stem.running_var", "[4]", 4, 0);
    expect_said(&b, safetensors_finish(&m),
                "lcc: error: none of the 5 tensors that the network needs is in the weights\n"
                "lcc: note: it needs \"conv/kernel\" [3, 3, 3, 4], \"bn/gamma\" [4], \"bn/beta\" [4], "
                "\"bn/moving_mean\" "
                "[4], \"bn/moving_variance\" [4]\n"
                "first.w: note: it has 2 tensors: \"stem.running_var\" F32 [4], \"stem.weight\" F32 [4]\n"
                "first.w: note: its names look like those of PyTorch; the network says naming = keras\n"
                "1 error\n");
}

static void a_network_without_labels_is_told_to_label(void **state) {
    (void)state;
    bench b = start(8, 8, 3, NAMING_TORCH);
    add_conv(&b, 4, 3, 3, 1, "conv_1")->labelled = false;
    add_dense(&b, 2, "dense_1")->labelled = false;
    safetensors_maker m = {0};
    add_ramp(&b, &m, "features.0.0.weight", "[4,3,3,3]", 108, 0);
    expect_said(
        &b, safetensors_finish(&m),
        "lcc: error: none of the 2 tensors that the network needs is in the weights\n"
        "lcc: note: it needs \"conv_1.weight\" [4, 3, 3, 3], \"dense_1.weight\" [2, 256]\n"
        "lcc: note: its layers have no labels; write @\"..\" behind each, with the checkpoint's name for it\n"
        "first.w: note: it has 1 tensor: \"features.0.0.weight\" F32 [4, 3, 3, 3]\n"
        "1 error\n");
}

static void a_prefix_is_seen(void **state) {
    (void)state;
    bench b = start(1, 1, 2, NAMING_TORCH);
    add_dense(&b, 2, "a");
    add_dense(&b, 2, "b");
    safetensors_maker m = {0};
    add_ramp(&b, &m, "module.a.weight", "[2,2]", 4, 0);
    add_ramp(&b, &m, "module.b.weight", "[2,2]", 4, 0);
    text file = safetensors_finish(&m);
    assert_false(bind_all(&b, &file, 1));
    assert_non_null(strstr(what_was_said(&b),
                           "first.w: note: 2 of the 2 missing names are there with \"module.\" before "
                           "them: put @\"module.\" around the layers, or use --rename '^module\\.='\n"));
    arena_free(b.a);
    b = start(1, 1, 2, NAMING_TORCH);
    add_dense(&b, 2, "net.a");
    add_dense(&b, 2, "net.b");
    m = (safetensors_maker){0};
    add_ramp(&b, &m, "a.weight", "[2,2]", 4, 0);
    add_ramp(&b, &m, "b.weight", "[2,2]", 4, 0);
    file = safetensors_finish(&m);
    assert_false(bind_all(&b, &file, 1));
    assert_non_null(strstr(what_was_said(&b), "first.w: note: 2 of the 2 missing names are there without the "
                                              "\"net.\" at their front: use --rename '^=net.'\n"));
    arena_free(b.a);
}

/* Binds a bn of 3 channels whose variance is given as F64, and expects that text first. */
static void expect_bad_variance(double x, double y, double z, double eps, const char *expected) {
    bench b = start(2, 2, 3, NAMING_TORCH);
    b.defaults.eps = eps;
    add_plain(&b, OP_BN, "bn");
    const double var[] = {x, y, z};
    safetensors_maker m = {0};
    add_ramp(&b, &m, "bn.weight", "[3]", 3, -1);
    add_ramp(&b, &m, "bn.bias", "[3]", 3, -1);
    add_ramp(&b, &m, "bn.running_mean", "[3]", 3, -1);
    safetensors_add(&m, "bn.running_var", "F64", "[3]", var, sizeof var);
    text file = safetensors_finish(&m);
    bool good = bind_all(&b, &file, 1);
    assert_int_equal(good, expected == NULL);
    if (expected) {
        const char *line =
            arena_printf(b.a, "small.net:1:1: error: tensor \"bn.running_var\" of first.w is %s\n", expected);
        const char *said = what_was_said(&b);
        if (strncmp(said, line, strlen(line)) != 0) fail_msg("%s", said);
    }
    arena_free(b.a);
}

static void numbers_that_cannot_be_weights_are_refused(void **state) {
    (void)state;
    double zero = 0;
    expect_bad_variance(1, 0, 1e-300, 1e-5, NULL);
    expect_bad_variance(1, 0 / zero, 1, 1e-5, "NaN at [1]");
    expect_bad_variance(1, 1, 1 / zero, 1e-5, "infinite at [2]");
    expect_bad_variance(1, 1, -1 / zero, 1e-5, "infinite at [2]");
    expect_bad_variance(3.5e38, 1, 1, 1e-5, "beyond the range of float at [0]");
    expect_bad_variance(1, -0.25, -1, 1e-5, "negative at [1], the first of 2 such numbers");
    expect_bad_variance(1, 1, 0, 0, "zero, and eps is zero as well at [2]");
    expect_bad_variance(1, 1, 1e-10, 0, NULL);
    bench b = start(1, 1, 3, NAMING_TORCH);
    add_dense(&b, 2, "fc");
    static const float transposed[] = {1, 0, -2, 8, 0.5f, 3};
    float bad[6];
    memcpy(bad, transposed, sizeof bad);
    bad[3] = (float)(1 / zero);
    expect_said(&b, one_npz("<f4", "True", bad, sizeof bad, true),
                "small.net:1:1: error: tensor \"fc.weight\" of first.w is infinite at [1, 1]\n"
                "    1 | 1\n"
                "      | ^\n"
                "1 error\n");
}

/* --- broken and hostile files --- */

static void expect_refused(text file, const char *reason) {
    bench b = start(1, 1, 3, NAMING_TORCH);
    add_dense(&b, 2, "fc");
    assert_false(bind_all(&b, &file, 1));
    const char *said = what_was_said(&b);
    assert_memory_equal(said, "first.w: error: ", 16);
    if (!strstr(said, reason)) fail_msg("\"%s\" lacks \"%s\"", said, reason);
    assert_true(arena_used(b.a) < 1 << 20);
    arena_free(b.a);
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    text whole[] = {one_safetensor("F32", as_f32, sizeof as_f32),
                    one_npz("<f4", "False", as_f32, sizeof as_f32, true),
                    one_npz("<f4", "False", as_f32, sizeof as_f32, false)};
    for (int i = 0; i < 3; i++) {
        for (size_t size = 0; size < whole[i].size; size++) {
            text part = {0};
            text_bytes(&part, whole[i].data, size);
            expect_refused(part, size == 0 ? "the file is empty" : "");
        }
        text longer = {0};
        text_bytes(&longer, whole[i].data, whole[i].size);
        if (i == 0) {
            text_char(&longer, 0);
            expect_refused(longer, "the tensors take 24 bytes of data, the file has 25");
        } else {
            hash_of_dense(longer, NULL); /* whole again, and good */
        }
        text_free(&whole[i]);
    }
}

static void every_flipped_byte_is_survived(void **state) {
    (void)state;
    text whole[] = {one_safetensor("F16", as_f16, sizeof as_f16),
                    one_npz("<f2", "False", as_f16, sizeof as_f16, true)};
    for (int i = 0; i < 2; i++) {
        for (size_t at = 0; at < whole[i].size; at++) {
            text broken = {0};
            text_bytes(&broken, whole[i].data, whole[i].size);
            broken.data[at] = (char)(broken.data[at] ^ (at % 2 ? 0x80 : 0x11));
            bench b = start(1, 1, 3, NAMING_TORCH);
            add_dense(&b, 2, "fc");
            bool good = bind_all(&b, &broken, 1);
            assert_int_equal(good, *what_was_said(&b) == 0);
            arena_free(b.a);
        }
        text_free(&whole[i]);
    }
}

static void hostile_headers_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *header, *reason;
    } cases[] = {
        {"{", "its header is not JSON"},
        {"{}}", "its header is not JSON"},
        {"{\"a\":1}", "the entry of tensor \"a\" is not an object"},
        {"{\"__metadata__\":[]}", "its \"__metadata__\" is not an object"},
        {"{\"\":{}}", "a tensor's name is empty"},
        {"{\"a\\n\":{}}", "a tensor's name holds a control character"},
        {"{\"a\":{},\"a\":{}}", "duplicate object key"},
        {"{\"a\":{}}", "tensor \"a\" has no \"dtype\""},
        {"{\"a\":{\"dtype\":7}}", "tensor \"a\" has no \"dtype\""},
        {"{\"a\":{\"dtype\":\"F32\"}}", "tensor \"a\" has no \"shape\""},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}",
         "a shape that is not of whole numbers"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
         "a shape that is not of whole numbers"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}",
         "more than 8 dimensions"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
         "a shape that is too large"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}",
         "its header is not JSON"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "has no \"data_offsets\""},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", "has no \"data_offsets\""},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", "has no \"data_offsets\""},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
         "has the offsets [8, 0], outside the 8 bytes"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[1,9]}}",
         "has the offsets [1, 9], outside the 8 bytes"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
         "is F32 [3], which takes 12 bytes, but its "
         "offsets hold 8"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
         "the tensors take 4 bytes of data, the file has 8"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
         "bytes 0 to 4 of the data, before tensor \"a\", "
         "belong to no tensor"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":["
         "2],"
         "\"data_offsets\":[0,8]}}",
         "tensors \"a\" and \"b\" overlap"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a:0\":{\"dtype\":\"F32\",\"shape\":"
         "[1],"
         "\"data_offsets\":[4,8]}}",
         "it has two tensors of the name \"a\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_refused(safetensors_of(cases[i].header, "\0\0\0\0\0\0\0", 8), cases[i].reason);
    }
}

static void hostile_lengths_are_refused(void **state) {
    (void)state;
    text file = {0};
    put_le(&file, 1000, 8);
    text_string(&file, "{}");
    expect_refused(file, "truncated: its header has 1000 bytes, the file 10");
    file = (text){0};
    put_le(&file, 17 << 20, 8);
    for (int i = 0; i < 17 << 20; i++) text_char(&file, i ? ' ' : '{');
    expect_refused(file, "its header has 17825792 bytes; at most 16777216 are read");
    file = (text){0};
    put_le(&file, 4 << 20, 8);
    for (int i = 0; i < 2 << 20; i++) text_string(&file, i ? "[]" : "{\"");
    expect_refused(file, "its header describes more than 200000 tensors");
    file = (text){0};
    put_le(&file, 200000, 8);
    for (int i = 0; i < 200000; i++) text_char(&file, i ? '[' : '{');
    expect_refused(file, "its header is not JSON");
}

/* An .npz of one member with the lie told about it. */
static text lying_npz(zip_lie lie, const char *descr, const char *shape_text, bool deflated) {
    zip_maker z = {0};
    text array = npy_of(1, descr, "False", shape_text, as_f32, sizeof as_f32);
    zip_add(&z, "fc.weight.npy", array, deflated, lie);
    text_free(&array);
    return zip_finish(&z);
}

/* As expect_refused, for what is found only when the graph wants the tensor. */
static void expect_tensor_refused(text file, const char *reason) {
    bench b = start(1, 1, 3, NAMING_TORCH);
    add_dense(&b, 2, "fc");
    assert_false(bind_all(&b, &file, 1));
    const char *said = what_was_said(&b);
    if (!strstr(said, "error: tensor \"fc.weight\"") || !strstr(said, "first.w") || !strstr(said, reason)) {
        fail_msg("\"%s\" lacks \"%s\"", said, reason);
    }
    arena_free(b.a);
}

static void damaged_and_hostile_members_are_refused(void **state) {
    (void)state;
    for (int deflated = 0; deflated < 2; deflated++) {
        expect_tensor_refused(lying_npz((zip_lie){.crc_added = 1}, "<f4", "(2, 3)", deflated), "damaged: ");
        expect_tensor_refused(lying_npz((zip_lie){.size_added = 4}, "<f4", "(2, 3)", deflated), "damaged: ");
        expect_tensor_refused(lying_npz((zip_lie){.size_added = 1u << 31}, "<f4", "(2, 3)", deflated),
                              "damaged: ");
        expect_tensor_refused(lying_npz((zip_lie){.flags = 1}, "<f4", "(2, 3)", deflated), "it is encrypted");
    }
    expect_tensor_refused(lying_npz((zip_lie){.method = 12}, "<f4", "(2, 3)", false),
                          "neither stored nor deflated");
    expect_tensor_refused(lying_npz((zip_lie){0}, "<f4", "(2, 4)", true),
                          "its shape asks for 32 bytes of numbers, the "
                          "archive has 24");
    expect_tensor_refused(lying_npz((zip_lie){0}, ">f4", "(2, 3)", true), "its numbers are big-endian");
    expect_tensor_refused(lying_npz((zip_lie){0}, "<i4", "(2, 3)", true),
                          "its type i4 is not read for weights");
}

/* The end of an archive that claims a directory of that many bytes, in a zip64 record where `large`. */
static text end_of_archive(uint64_t directory, bool large) {
    text file = {0};
    text_string(&file, "PK\3\4");
    size_t record = file.size;
    if (large) {
        text_string(&file, "PK\6\6");
        put_le(&file, 44, 8);
        put_le(&file, 45 << 16 | 45, 4);
        put_le(&file, 0, 8); /* disks */
        put_le(&file, 1, 8);
        put_le(&file, 1, 8);
        put_le(&file, directory, 8);
        put_le(&file, 0, 8);
        text_string(&file, "PK\6\7");
        put_le(&file, 0, 4);
        put_le(&file, record, 8);
        put_le(&file, 1, 4);
    }
    text_string(&file, "PK\5\6");
    put_le(&file, 0, 4);
    put_le(&file, 1 << 16 | 1, 4);
    put_le(&file, large ? UINT32_MAX : directory, 4);
    put_le(&file, 0, 4 + 2);
    return file;
}

static void a_huge_directory_is_refused(void **state) {
    (void)state;
    static const char reason[] = "the directory of the archive has more than 16777216 bytes";
    expect_refused(end_of_archive((16 << 20) + 1, false), reason);
    expect_refused(end_of_archive((16 << 20) + 1, true), reason);
    expect_refused(end_of_archive(UINT64_MAX, true), reason);
    expect_refused(end_of_archive(16 << 20, false), "a damaged zip archive");
    expect_refused(end_of_archive(16 << 20, true), "a damaged zip archive");
}

static void a_name_without_end_is_refused(void **state) {
    (void)state;
    text header = {0};
    text_string(&header, "{\"");
    for (int i = 0; i < 1025; i++) text_char(&header, 'x');
    text_string(&header, "\":{}}");
    expect_refused(safetensors_of(header.data, "", 0), "a tensor's name has 1025 bytes, at most 1024 are read");
    text_free(&header);
}

static void a_file_without_tensors_is_told(void **state) {
    (void)state;
    bench b = start(1, 1, 3, NAMING_TORCH);
    add_dense(&b, 2, "a");
    add_dense(&b, 2, "b");
    expect_said(&b, safetensors_of("{}", "", 0),
                "lcc: error: none of the 2 tensors that the network needs is in the weights\n"
                "lcc: note: it needs \"a.weight\" [2, 3], \"b.weight\" [2, 2]\n"
                "first.w: note: it holds no tensor\n"
                "1 error\n");
}

static void a_bomb_is_not_inflated(void **state) {
    (void)state;
    enum { SIDE = 4096 }; /* 64 MB of zeros in 64 KB */
    text zeros = {0};
    text_reserve(&zeros, SIDE * SIDE * 4);
    memset(zeros.data, 0, SIDE * SIDE * 4);
    text array = npy_of(1, "<f4", "False", "(4096, 4096)", zeros.data, SIDE * SIDE * 4);
    zip_maker z = {0};
    zip_add(&z, "fc.weight.npy", array, true, (zip_lie){0});
    text file = zip_finish(&z);
    assert_true(file.size < 100000);
    text_free(&zeros), text_free(&array);
    bench b = start(1, 1, 3, NAMING_TORCH);
    add_dense(&b, 2, "fc");
    assert_false(bind_all(&b, &file, 1));
    assert_non_null(strstr(what_was_said(&b), "has the shape [4096, 4096], expected [2, 3]"));
    assert_true(arena_used(b.a) < 1 << 20);
    arena_free(b.a);
}

static void other_archives_are_named(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"archive/data.pkl", "a PyTorch checkpoint (a pickle in a zip archive), which is not read"},
        {"model.weights.h5", "a Keras archive, which is not read. In Python:\n    import keras"},
        {"README", "without a member NAME.npy"},
        {".npy", "a tensor's name is empty"},
        {"a\tb.npy", "a tensor's name holds a control character"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zip_maker z = {0};
        zip_add(&z, cases[i][0], (text){0}, false, (zip_lie){0});
        expect_refused(zip_finish(&z), cases[i][1]);
    }
    zip_maker twice = {0};
    for (int i = 0; i < 2; i++) zip_add(&twice, "a.npy", (text){0}, false, (zip_lie){0});
    expect_refused(zip_finish(&twice), "it has two tensors of the name \"a\"");
}

static text bytes_as_text(const char *bytes, size_t size) {
    text t = {0};
    text_bytes(&t, bytes, size);
    return t;
}

static void other_formats_are_named(void **state) {
    (void)state;
#define FILE_OF(literal) bytes_as_text(literal, sizeof literal - 1)
    expect_refused(FILE_OF("\x80\2\x8a\nl\xfc\x9c\x46\xf9"),
                   "a pickle (PyTorch .pt or .pth), which is not read");
    expect_refused(FILE_OF("\x89HDF\r\n\x1a\n\0\0"), "HDF5 (Keras .h5), which is not read. In Python:");
    expect_refused(FILE_OF("\x93NUMPY\1\0"), "a single NumPy array, without a name");
    expect_refused(FILE_OF("\x08\x07\x12\x07pytorch\x1a\x06"
                           "2.0.1:"),
                   "ONNX, a network with its weights. lcc model.onnx compiles it");
    expect_refused(FILE_OF("\x1c\0\0\0TFL3\0\0\0\0"), "a TensorFlow Lite model, which is not supported yet");
    expect_refused(FILE_OF("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
                   "this is a Git LFS pointer, not the file itself. In its repository: git lfs pull");
    expect_refused(FILE_OF("\n<!DOCTYPE html><html>"), "this is a page of HTML or XML");
    expect_refused(FILE_OF("\x1f\x8b\x08\0"), "this is a gzip archive: unpack it first");
    expect_refused(FILE_OF("net small { }"),
                   "weights are read from safetensors and .npz; this is neither of them");
#undef FILE_OF
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misfits_are_reported_all_at_once),
        cmocka_unit_test(of_several_files_the_one_at_fault_is_named),
        cmocka_unit_test(of_several_files_the_one_that_a_hint_is_about_is_named),
        cmocka_unit_test(many_misfits_are_summed_up),
        cmocka_unit_test(a_file_of_another_network_is_told_once),
        cmocka_unit_test(a_network_without_labels_is_told_to_label),
        cmocka_unit_test(a_prefix_is_seen),
        cmocka_unit_test(numbers_that_cannot_be_weights_are_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_flipped_byte_is_survived),
        cmocka_unit_test(hostile_headers_are_refused),
        cmocka_unit_test(hostile_lengths_are_refused),
        cmocka_unit_test(damaged_and_hostile_members_are_refused),
        cmocka_unit_test(a_huge_directory_is_refused),
        cmocka_unit_test(a_name_without_end_is_refused),
        cmocka_unit_test(a_file_without_tensors_is_told),
        cmocka_unit_test(a_bomb_is_not_inflated),
        cmocka_unit_test(other_archives_are_named),
        cmocka_unit_test(other_formats_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
