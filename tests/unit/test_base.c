/* test_base.c: arenas, texts, messages with carets, and files that are written whole or not at all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void arena_gives_aligned_zeroed_memory(void **state) {
    (void)state;
    arena *a = arena_new();
    for (size_t size = 0; size < 300000; size = size * 3 / 2 + 1) {
        unsigned char *p = arena_alloc(a, size);
        assert_int_equal((uintptr_t)p % (size >= 64 ? 64 : 16), 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(p[i], 0);
        memset(p, 0xa5, size); /* must not be seen by a later one */
    }
    arena_free(a);
}

static void arena_keeps_what_it_gave(void **state) {
    (void)state;
    enum { COUNT = 2000 };
    arena *a = arena_new();
    char *names[COUNT];
    for (int i = 0; i < COUNT; i++) {
        names[i] = arena_printf(a, "name %d", i);
        unsigned char *filler = arena_alloc(a, (size_t)(i * 37 % 5000));
        memset(filler, 255, (size_t)(i * 37 % 5000));
    }
    for (int i = 0; i < COUNT; i++) {
        char expected[20];
        snprintf(expected, sizeof expected, "name %d", i);
        assert_string_equal(names[i], expected);
    }
    arena_free(a);
}

/* Memory of an arena that is dropped goes, large arrays alone; the others keep what they hold. */
static void arena_drops_large_arrays(void **state) {
    (void)state;
    enum { SMALL = 1000, LARGE = 1 << 20 };
    arena *a = arena_new(), *other = arena_new();
    unsigned char *small = arena_alloc(a, SMALL), *large[4], *foreign = arena_alloc(other, LARGE);
    memset(small, 7, SMALL);
    memset(foreign, 9, LARGE);
    for (int i = 0; i < 4; i++) {
        large[i] = arena_alloc(a, LARGE);
        memset(large[i], i + 1, LARGE);
    }
    arena_drop(a, large[1], LARGE);
    arena_drop(a, small, SMALL);
    arena_drop(a, foreign, LARGE);
    arena_drop(a, large[3], LARGE);
    assert_int_equal(small[SMALL - 1], 7);
    assert_int_equal(foreign[LARGE - 1], 9);
    assert_int_equal(large[0][LARGE - 1], 1);
    assert_int_equal(large[2][LARGE - 1], 3);
    unsigned char *fresh = arena_alloc(a, LARGE);
    for (int i = 0; i < LARGE; i++) assert_int_equal(fresh[i], 0);
    arena_free(a);
    arena_free(other);
}

static void arena_counts_grows_and_copies(void **state) {
    (void)state;
    arena *a = arena_new();
    assert_int_equal(arena_used(a), 0);
    int *numbers = ARENA_ARRAY(a, int, 3);
    assert_int_equal(arena_used(a), 3 * sizeof(int));
    numbers[2] = 7;
    int *more = arena_grow(a, numbers, 3, 100, sizeof(int));
    assert_int_equal(more[2], 7);
    assert_int_equal(more[99], 0);
    assert_string_equal(arena_strndup(a, "feature map", 7), "feature");
    assert_string_equal(arena_strdup(a, ""), "");
    arena_free(a);
    arena_free(NULL);
}

static void text_grows_and_ends_with_nul(void **state) {
    (void)state;
    text t = {0};
    text_string(&t, "lane");
    text_char(&t, ' ');
    text_printf(&t, "%d x %d", 6, 4);
    text_bytes(&t, "\0.", 2);
    assert_int_equal(t.size, 12);
    assert_memory_equal(t.data, "lane 6 x 4\0.", 13);
    for (int i = 0; i < 100000; i++) text_char(&t, (char)('a' + i % 26));
    assert_int_equal(t.size, 100012);
    assert_int_equal(t.data[100011], 'a' + 99999 % 26);
    assert_int_equal(t.data[100012], 0);
    text_free(&t);
    assert_null(t.data);
    assert_int_equal(t.size, 0);
}

/* What one error at `at` looks like. */
static void expect_message(loc at, const char *expected) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    text out = {0};
    diag_error(d, at, "syntax error, unexpected %s", "name");
    diag_print(d, &out);
    assert_string_equal(out.data, expected);
    text_free(&out);
    arena_free(a);
}

static source source_of(const char *path, const char *content) {
    return (source){path, content, strlen(content)};
}

static void carets_stand_under_the_words(void **state) {
    (void)state;
    source s = source_of("two_errors.net", "a\nb\nc\nd\n    depthwise(3 stride = stride) -> bn\n");
    expect_message((loc){&s, 5, 17, 5, 23}, "two_errors.net:5:17: error: syntax error, unexpected name\n"
                                            "    5 |     depthwise(3 stride = stride) -> bn\n"
                                            "      |                 ^~~~~~\n"
                                            "1 error\n");
}

static void carets_mind_tabs_utf8_and_line_ends(void **state) {
    (void)state;
    source tabs = source_of("t.net", "\trelu\t-> bn");
    expect_message((loc){&tabs, 1, 7, 1, 9}, "t.net:1:7: error: syntax error, unexpected name\n"
                                             "    1 | \trelu\t-> bn\n"
                                             "      | \t    \t^~\n"
                                             "1 error\n");
    source umlaut = source_of("u.net", "# \xc3\xa4\xc3\xb6 bn\r\n");
    expect_message((loc){&umlaut, 1, 8, 1, 10}, "u.net:1:8: error: syntax error, unexpected name\n"
                                                "    1 | # \xc3\xa4\xc3\xb6 bn\n"
                                                "      |      ^~\n"
                                                "1 error\n");
    source lines = source_of("l.net", "conv(\n8)\n");
    expect_message((loc){&lines, 1, 1, 2, 2}, "l.net:1:1: error: syntax error, unexpected name\n"
                                              "    1 | conv(\n"
                                              "      | ^~~~~\n"
                                              "1 error\n");
}

static void messages_without_a_line_have_no_caret(void **state) {
    (void)state;
    source s = source_of("model.npz", "");
    expect_message((loc){.src = &s}, "model.npz: error: syntax error, unexpected name\n1 error\n");
    expect_message((loc){0}, "lcc: error: syntax error, unexpected name\n1 error\n");
    expect_message((loc){&s, 9, 1, 9, 2}, "model.npz:9:1: error: syntax error, unexpected name\n1 error\n");
}

static void errors_beyond_the_limit_are_counted(void **state) {
    (void)state;
    arena *a = arena_new();
    diag *d = diag_new(a);
    text out = {0};
    for (int i = 0; i < DIAG_MAX_ERRORS + 3; i++) {
        diag_error(d, (loc){0}, "number %d", i);
        diag_note(d, (loc){0}, "note %d", i);
    }
    assert_int_equal(diag_error_count(d), DIAG_MAX_ERRORS + 3);
    diag_print(d, &out);
    assert_non_null(strstr(out.data, "number 49\nlcc: note: note 49\n53 errors, of which 3 are not shown\n"));
    assert_null(strstr(out.data, "number 50"));
    size_t size = out.size;
    diag_print(d, &out);
    assert_int_equal(out.size, size); /* nothing is said twice */
    text_free(&out);
    arena_free(a);
}

static void warnings_are_no_errors(void **state) {
    (void)state;
    arena *a = arena_new();
    diag *d = diag_new(a);
    text out = {0};
    diag_warning(d, (loc){0}, "predictions are meaningless");
    diag_note(d, (loc){0}, "no weights were given");
    diag_print(d, &out);
    assert_string_equal(out.data,
                        "lcc: warning: predictions are meaningless\nlcc: note: no weights were given\n");
    assert_int_equal(diag_error_count(d), 0);
    text_free(&out);
    arena_free(a);
}

static void the_nearest_word_is_near(void **state) {
    (void)state;
    static const char *const words[] = {"conv", "depthwise", "dense", "max_pool"};
    assert_string_equal(nearest_word("depthwse", words, 4), "depthwise");
    assert_string_equal(nearest_word("conv2", words, 4), "conv");
    assert_string_equal(nearest_word("maxpool", words, 4), "max_pool");
    assert_null(nearest_word("upsample", words, 4));
    assert_null(nearest_word("conv", words, 0));
}

/* A folder of its own for each test that writes. */
static char *make_folder(arena *a) {
    char *folder = arena_printf(a, "%s/base.XXXXXX", TEST_SCRATCH);
    assert_non_null(mkdtemp(folder));
    return folder;
}

static int count_entries(const char *folder) {
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int count = 0;
    for (const struct dirent *e; (e = readdir(dir));) count += e->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void expect_file(arena *a, const char *path, const char *content) {
    size_t size;
    const char *why;
    char *data = read_file(a, path, 1000, &size, &why);
    assert_non_null(data);
    assert_int_equal(size, strlen(content));
    assert_string_equal(data, content);
}

static void files_appear_together(void **state) {
    (void)state;
    arena *a = arena_new();
    char *folder = make_folder(a), *c = arena_printf(a, "%s/m.c", folder),
         *h = arena_printf(a, "%s/m.h", folder);
    const output_file files[] = {{c, "int x;\n", 7}, {h, "", 0}};
    const char *why;
    assert_true(write_files(a, files, 2, &why));
    expect_file(a, c, "int x;\n");
    expect_file(a, h, "");
    assert_int_equal(count_entries(folder), 2);
    struct stat st;
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(stat(c, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0666 & ~mask);
    unlink(c), unlink(h), rmdir(folder);
    arena_free(a);
}

static void a_file_that_cannot_be_written_leaves_none(void **state) {
    (void)state;
    arena *a = arena_new();
    char *folder = make_folder(a), *c = arena_printf(a, "%s/m.c", folder);
    const char *why;
    const output_file before[] = {{c, "old", 3}};
    assert_true(write_files(a, before, 1, &why));
    char *bad[] = {arena_printf(a, "%s/none/m.h", folder), folder, "/dev/full"};
    static const char *const reason[] = {"No such file", "it is a folder", "not a regular file"};
    for (int i = 0; i < 3; i++) {
        const output_file files[] = {{c, "new", 3}, {bad[i], "new", 3}};
        assert_false(write_files(a, files, 2, &why));
        assert_non_null(strstr(why, reason[i]));
        assert_ptr_equal(strstr(why, bad[i]), why);
        expect_file(a, c, "old");
        assert_int_equal(count_entries(folder), 1);
    }
    unlink(c), rmdir(folder);
    arena_free(a);
}

static void a_rename_that_fails_brings_the_old_files_back(void **state) {
    (void)state;
    arena *a = arena_new();
    char *folder = make_folder(a), here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(folder), 0);
    const char *why;
    const output_file before[] = {{"m.c", "old", 3}};
    /* The empty name takes a temporary file beside it, but no file. */
    const output_file files[] = {{"m.c", "new", 3}, {"m.h", "new", 3}, {"", "new", 3}};
    assert_true(write_files(a, before, 1, &why));
    assert_false(write_files(a, files, 3, &why));
    assert_string_equal(why, ": cannot write: No such file or directory");
    expect_file(a, "m.c", "old");
    assert_int_equal(count_entries("."), 1);
    unlink("m.c");
    assert_false(write_files(a, files, 3, &why));
    DIR *dir = opendir(".");
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir));)
        assert_true(strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
    closedir(dir);
    assert_int_equal(chdir(here), 0);
    rmdir(folder);
    arena_free(a);
}

static void a_full_disk_leaves_nothing(void **state) {
    (void)state;
    arena *a = arena_new();
    char *folder = make_folder(a), *data = arena_alloc(a, 100000);
    const char *why;
    const output_file files[] = {{arena_printf(a, "%s/m.h", folder), "x", 1},
                                 {arena_printf(a, "%s/m.c", folder), data, 100000}};
    struct rlimit limit, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = 50000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool good = write_files(a, files, 2, &why);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_false(good);
    assert_non_null(strstr(why, "/m.c: cannot write: File too large"));
    assert_int_equal(count_entries(folder), 0);
    rmdir(folder);
    arena_free(a);
}

static void reading_refuses_what_is_no_file(void **state) {
    (void)state;
    arena *a = arena_new();
    char *folder = make_folder(a), *path = arena_printf(a, "%s/big", folder);
    const char *why;
    size_t size;
    mapping m;
    const output_file file = {path, "12345", 5};
    assert_true(write_files(a, &file, 1, &why));
    assert_null(read_file(a, path, 4, &size, &why));
    assert_string_equal(why, "file too large: 5 bytes, at most 4 are read");
    assert_non_null(read_file(a, path, 5, &size, &why));
    assert_null(read_file(a, folder, 100, &size, &why));
    assert_string_equal(why, "cannot read: it is a folder");
    assert_false(map_file(a, "/dev/zero", &m, &why));
    assert_string_equal(why, "cannot read: not a regular file");
    assert_false(map_file(a, arena_printf(a, "%s/none", folder), &m, &why));
    assert_string_equal(why, "cannot open: No such file or directory");
    assert_true(map_file(a, path, &m, &why));
    assert_int_equal(m.size, 5);
    assert_memory_equal(m.data, "12345", 5);
    unmap_file(&m);
    unlink(path), rmdir(folder);
    arena_free(a);
}

static void paths_come_apart(void **state) {
    (void)state;
    arena *a = arena_new();
    assert_string_equal(path_folder(a, "nets/b0.net"), "nets/");
    assert_string_equal(path_folder(a, "b0.net"), "");
    assert_string_equal(path_folder(a, "/b0.net"), "/");
    assert_string_equal(path_name("nets/b0.net"), "b0.net");
    assert_string_equal(path_name("b0.net"), "b0.net");
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_aligned_zeroed_memory),
        cmocka_unit_test(arena_keeps_what_it_gave),
        cmocka_unit_test(arena_drops_large_arrays),
        cmocka_unit_test(arena_counts_grows_and_copies),
        cmocka_unit_test(text_grows_and_ends_with_nul),
        cmocka_unit_test(carets_stand_under_the_words),
        cmocka_unit_test(carets_mind_tabs_utf8_and_line_ends),
        cmocka_unit_test(messages_without_a_line_have_no_caret),
        cmocka_unit_test(errors_beyond_the_limit_are_counted),
        cmocka_unit_test(warnings_are_no_errors),
        cmocka_unit_test(the_nearest_word_is_near),
        cmocka_unit_test(files_appear_together),
        cmocka_unit_test(a_file_that_cannot_be_written_leaves_none),
        cmocka_unit_test(a_rename_that_fails_brings_the_old_files_back),
        cmocka_unit_test(a_full_disk_leaves_nothing),
        cmocka_unit_test(reading_refuses_what_is_no_file),
        cmocka_unit_test(paths_come_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
