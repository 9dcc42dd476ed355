/* test_score.c: scores of candidates by a command. The command is a shell, and the candidates are scripts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/file.h"
#include "messages.h"
#include "search/score.h"
#include "search/score_run.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A test's own folder, with a scorer. */
typedef struct room {
    arena *a;
    diag *d;
    char *folder, *temporary; /* `temporary` is where lcc makes its folders */
    score_options o;
} room;

static const char *path_in(const room *r, const char *name) {
    return arena_printf(r->a, "%s/%s", r->folder, name);
}

static room *open_room(void) {
    arena *a = arena_new();
    room *r = ARENA_NEW(a, room);
    *r = (room){.a = a, .d = diag_new(a), .folder = arena_strdup(a, TEST_SCRATCH "/score-XXXXXX")};
    assert_non_null(mkdtemp(r->folder));
    r->temporary = arena_printf(a, "%s/tmp", r->folder);
    char *command = arena_printf(a, "mkdir %s", r->temporary);
    assert_int_equal(system(command), 0);
    setenv("TMPDIR", r->temporary, 1);
    setenv("ROOM", r->folder, 1);
    r->o = (score_options){.command = "sh", .file = path_in(r, "scores")};
    return r;
}

static int count_files(const char *folder) {
    int n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *e; d && (e = readdir(d));) n += *e->d_name != '.';
    if (d) closedir(d);
    return n;
}

/* No temporary file may be left. */
static void close_room(room *r) {
    assert_int_equal(count_files(r->temporary), 0);
    char *command = arena_printf(r->a, "rm -r %s", r->folder);
    assert_int_equal(system(command), 0);
    arena_free(r->a);
}

static const char *read_text(const room *r, const char *name) {
    size_t size;
    const char *why;
    const char *s = read_file(r->a, path_in(r, name), 1 << 20, &size, &why);
    return s ? s : "";
}

static void write_text(const room *r, const char *name, const char *s) {
    FILE *f = fopen(path_in(r, name), "w");
    assert_non_null(f);
    fputs(s, f);
    assert_int_equal(fclose(f), 0);
}

/* Scores the texts in a search of their own, by halving if the options have amounts of work. */
static score_counts search(room *r, const char *const *texts, int n, score *scores) {
    scorer *s = scorer_open(r->a, r->d, &r->o, NULL, NULL);
    if (!s) fail_msg("%s", read_messages(r->a, r->d));
    if (!scorer_halve(s, texts, n, scores)) fail_msg("%s", read_messages(r->a, r->d));
    score_counts counts = scorer_count(s);
    scorer_close(s);
    return counts;
}

#define CALLED "echo x$LCC_WORK >> $ROOM/calls; "

static void the_last_number_counts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool found;
        double value;
    } cases[] = {{"0.5", true, 0.5},
                 {"loss 0.25, accuracy 91.5 %\n", true, 91.5},
                 {"accuracy=-1e-3\n", true, -1e-3},
                 {"1\n2\n3\n", true, 3},
                 {"0.75 (resnet50 v2.1)", true, 0.75},
                 {".5 3x3", true, 0.5},
                 {"7.", true, 7},
                 {"8 12s 2e", true, 8},
                 {"", false, 0},
                 {"v2 nano . - e", false, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value = 0;
        assert_int_equal(find_last_number(cases[i].text, &value), cases[i].found);
        if (cases[i].found) assert_true(value == cases[i].value);
    }
    double value = 0;
    assert_true(find_last_number("1 NaN", &value) && value != value);
}

static void failures_are_counted_and_skipped(void **state) {
    (void)state;
    room *r = open_room();
    static const char *const texts[] = {"echo 0.5",     "echo first >&2; echo no such data >&2; echo 1; exit 3",
                                        "echo nothing", "echo nan",
                                        "kill -9 $$",   "echo 0.75; echo 1 >&2"};
    score s[6];
    score_counts counts = search(r, texts, 6, s);
    assert_int_equal(counts.runs, 6);
    assert_int_equal(counts.failed, 4);
    assert_string_equal(counts.reason, "exit status 3: no such data");
    assert_true(s[0].state == SCORE_MADE && s[0].value == 0.5);
    assert_string_equal(s[2].why, "it printed no number");
    assert_string_equal(s[3].why, "it printed nan");
    assert_string_equal(s[4].why, "ended by signal 9");
    assert_true(s[5].state == SCORE_MADE && s[5].value == 0.75);
    counts = search(r, texts, 6, s); /* what a signal ended is run again */
    assert_int_equal(counts.kept, 5);
    assert_int_equal(counts.failed, 4);
    assert_string_equal(s[1].why, "exit status 3: no such data");
    close_room(r);
}

static void a_command_that_is_not_there_is_an_error(void **state) {
    (void)state;
    room *r = open_room();
    r->o.command = "no-such-program here";
    setenv("PATH", "/usr/bin:/bin", 1); /* folders that may be read: else it is another error */
    scorer *s = scorer_open(r->a, r->d, &r->o, NULL, NULL);
    score made[1];
    assert_false(scorer_run(s, (const char *const[]){"x"}, 1, 0, made));
    assert_string_equal(read_messages(r->a, r->d),
                        "lcc: error: --score: cannot run 'no-such-program': No such file or "
                        "directory\n1 error\n");
    scorer_close(s);
    close_room(r);
}

/* Each of three waits until all three are there. */
static void jobs_run_at_once(void **state) {
    (void)state;
    room *r = open_room();
    r->o.jobs = 3;
#define MEET(name)                                                                                             \
    "touch $ROOM/" name "; for i in $(seq 3000); do test -e $ROOM/a -a -e $ROOM/b -a -e $ROOM/c && break; "    \
    "sleep 0.02; done; test $i -lt 3000 && echo 1"
    static const char *const texts[] = {MEET("a"), MEET("b"), MEET("c"), "echo 4"};
    score s[4];
    assert_int_equal(search(r, texts, 4, s).failed, 0);
    for (int i = 0; i < 4; i++) assert_int_equal(s[i].state, SCORE_MADE);
    close_room(r);
}

static void budgets_end_the_search(void **state) {
    (void)state;
    room *r = open_room();
    static const char *const texts[] = {CALLED "echo 1", CALLED "echo 1", CALLED "echo 2", CALLED "exit 1",
                                        CALLED "echo 4"};
    score s[5];
    r->o.most_runs = 2;
    r->o.jobs = 2;
    assert_int_equal(search(r, texts, 5, s).runs, 2); /* the first two are the same */
    assert_true(s[0].state == SCORE_MADE && s[1].state == SCORE_MADE && s[2].state == SCORE_MADE);
    assert_true(s[3].state == SCORE_NONE && s[4].state == SCORE_NONE);
    assert_string_equal(read_text(r, "calls"), "x\nx\n");
    /* Results of the file count as much as new ones. */
    assert_int_equal(search(r, texts, 5, s).kept, 2);
    assert_int_equal(s[3].state, SCORE_NONE);
    r->o.most_runs = 3;
    score_counts counts = search(r, texts, 5, s);
    assert_int_equal(counts.runs, 3);
    assert_int_equal(counts.kept, 2);
    assert_true(s[3].state == SCORE_FAILED && s[4].state == SCORE_NONE);
    assert_string_equal(read_text(r, "calls"), "x\nx\nx\n");
    /* Time: the first takes longer than the budget. */
    static const char *const slow[] = {"sleep 2.2; echo 1", "echo 2"};
    r->o.most_runs = 0;
    r->o.jobs = 1;
    r->o.most_seconds = 2;
    assert_int_equal(search(r, slow, 2, s).runs, 1);
    assert_true(s[0].state == SCORE_MADE && s[1].state == SCORE_NONE);
    close_room(r);
}

static void halving_gives_the_best_third_more_work(void **state) {
    (void)state;
    room *r = open_room();
    r->o.n_works = 3;
    r->o.works[0] = 1, r->o.works[1] = 3, r->o.works[2] = 9;
    const char *texts[9];
    for (int i = 0; i < 9; i++)
        texts[i] =
            arena_printf(r->a, CALLED "echo $((%d + 100 * LCC_WORK))", i * 5 % 9); /* 0 5 1 6 2 7 3 8 4 */
    score s[9];
    assert_int_equal(search(r, texts, 9, s).runs, 9 + 3 + 1);
    assert_string_equal(read_text(r, "calls"), "x1\nx1\nx1\nx1\nx1\nx1\nx1\nx1\nx1\nx3\nx3\nx3\nx9\n");
    assert_true(s[7].work == 9 && s[7].value == 908);
    assert_true(s[5].work == 3 && s[5].value == 307 && s[3].work == 3);
    assert_true(s[0].work == 1 && s[0].value == 100);
    assert_true(score_compare(&s[7], &s[5]) < 0 && score_compare(&s[3], &s[5]) > 0);
    assert_true(score_compare(&s[3], &s[8]) < 0 && score_compare(&s[3], &(score){0}) < 0);
    assert_int_equal(search(r, texts, 9, s).kept, 13);
    close_room(r);
}

static void numbers_are_kept_exactly(void **state) {
    (void)state;
    room *r = open_room();
    static const char *const texts[] = {"echo 0.1", "echo 0.30000000000000004", "echo -1e300", "echo 7"};
    score first[4], again[4];
    search(r, texts, 4, first);
    assert_non_null(strstr(read_text(r, "scores"), "\"score\":0.1,"));
    assert_int_equal(search(r, texts, 4, again).kept, 4);
    for (int i = 0; i < 4; i++) assert_true(first[i].value == again[i].value);
    assert_true(again[1].value == 0.30000000000000004 && again[2].value == -1e300);
    close_room(r);
}

static void a_half_line_is_passed_over(void **state) {
    (void)state;
    room *r = open_room();
    static const char *const texts[] = {CALLED "echo 1", CALLED "echo 2"};
    score s[2];
    search(r, texts, 2, s);
    const char *whole = read_text(r, "scores");
    for (size_t size = strlen(whole) - 1; whole[size - 1] != '\n'; size--) {
        write_text(r, "scores", arena_strndup(r->a, whole, size));
        score_counts counts = search(r, texts, 2, s);
        assert_int_equal(counts.kept, size == strlen(whole) - 1 ? 2 : 1); /* all but its newline is a line */
        assert_true(s[1].state == SCORE_MADE && s[1].value == 2);
        const char *now = read_text(r, "scores");
        assert_true(now[strlen(now) - 1] == '\n');
        assert_int_equal(search(r, texts, 2, s).kept, 2);
    }
    close_room(r);
}

/* Opening the scores must fail with this message, and leave the file as it is. */
static void refuse_file(room *r, const char *content, const char *message) {
    write_text(r, "scores", content);
    assert_null(scorer_open(r->a, r->d, &r->o, NULL, NULL));
    const char *said = read_messages(r->a, r->d);
    if (!strstr(said, message)) fail_msg("%s", said);
    assert_string_equal(read_text(r, "scores"), content);
}

static void other_files_are_refused(void **state) {
    (void)state;
    room *r = open_room();
    refuse_file(r, "net tiny {\n", "scores:1:3: error: not a file of scores: ");
    refuse_file(r, "[]", "scores:1:1: error: not a score: expected ");
    refuse_file(r, "{\"candidate\":\"8d3f2a61b07c55e9\",\"sco\n{\"candidate\":\"8d3f",
                "error: not a file of scores: ");
    refuse_file(r,
                "{\"candidate\":\"8d3f2a61b07c55e9\",\"score\":1,\"seconds\":0,\"command\":\"x\"}\n"
                "{\"candidate\":\"8d3f2a61b07c55e\",\"score\":1,\"seconds\":0,\"command\":\"x\"}\n",
                "scores:2:1: error: not a score: expected ");
    refuse_file(r,
                "{\"candidate\":\"8d3f2a61b07c55e9\",\"work\":0,\"score\":1,\"seconds\":0,\"command\":\"\"}\n",
                "not a score");
    close_room(r);
}

static void another_command_is_warned_of(void **state) {
    (void)state;
    room *r = open_room();
    static const char *const texts[] = {"echo 1", "echo 2"};
    score s[2];
    search(r, texts, 2, s);
    assert_string_equal(read_messages(r->a, r->d), "");
    r->o.command = "sh -e";
    assert_int_equal(search(r, texts, 2, s).kept, 2);
    const char *said = read_messages(r->a, r->d);
    if (!strstr(said, "has scores that another command made, 'sh'") ||
        strstr(strstr(said, "made,") + 1, "made,"))
        fail_msg("%s", said);
    close_room(r);
}

static void a_file_is_locked(void **state) {
    (void)state;
    room *r = open_room();
    write_text(r, "scores", "");
    scorer *first = scorer_open(r->a, r->d, &r->o, NULL, NULL);
    assert_non_null(first);
    assert_null(scorer_open(r->a, r->d, &r->o, NULL, NULL));
    assert_non_null(strstr(read_messages(r->a, r->d), "another search writes to it"));
    scorer_close(first);
    close_room(r);
}

/* What they say counts, and where they lie does not. */
static void imports_are_part_of_a_candidate(void **state) {
    (void)state;
    room *r = open_room();
    static const char *const folders[] = {"one", "two"};
    for (int i = 0; i < 4; i++) {
        const char *folder = folders[i % 2], *name = arena_printf(r->a, "%s/base.net", folder);
        char *command = arena_printf(r->a, "mkdir -p %s", path_in(r, folder));
        assert_int_equal(system(command), 0);
        write_text(r, name, i < 2 ? "1\n" : "2\n");
        const char *import = path_in(r, name);
        scorer *x = scorer_open(r->a, r->d, &r->o, NULL, NULL);
        assert_true(scorer_add_imports(x, &import, 1));
        const char *candidate = arena_printf(r->a, "cat %s", import);
        score s;
        assert_true(scorer_run(x, &candidate, 1, 0, &s));
        assert_int_equal(scorer_count(x).kept, i % 2);
        assert_true(s.value == (i < 2 ? 1 : 2));
        scorer_close(x);
    }
    close_room(r);
}

/* Whether a process still has the pipe open for writing. Those that were ended may take a moment. */
static bool is_held(int pipe_end) {
    struct pollfd p = {.fd = pipe_end, .events = POLLIN};
    char byte;
    return poll(&p, 1, 30000) != 1 || read(pipe_end, &byte, 1) != 0;
}

/* Three candidates, of which the second has started another program when the signal comes. */
static void stop_by(int number) {
    room *r = open_room();
    static const char *const texts[] = {
        CALLED "echo 1",
        CALLED "test -e $ROOM/asleep || { sleep 60 & sleep 0.1; touch $ROOM/asleep; wait; }; echo 2",
        CALLED "echo 3"};
    score s[3];
    int ends[2], status;
    assert_int_equal(pipe(ends), 0); /* all that is started has it */
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        search(r, texts, 3, s);
        _exit(0);
    }
    close(ends[1]);
    for (int i = 0; i < 12000 && access(path_in(r, "asleep"), F_OK) != 0; i++) usleep(10000);
    assert_int_equal(kill(pid, number), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == number);
    assert_false(is_held(ends[0]));
    assert_int_equal(count_files(r->temporary), 0);
    close(ends[0]);
    score_counts counts = search(r, texts, 3, s);
    assert_int_equal(counts.runs, 3);
    assert_int_equal(counts.kept, 1);
    for (int i = 0; i < 3; i++) assert_true(s[i].state == SCORE_MADE && s[i].value == i + 1);
    assert_string_equal(read_text(r, "calls"), "x\nx\nx\nx\n");
    close_room(r);
}

static void a_signal_ends_all(void **state) {
    (void)state;
    stop_by(SIGTERM);
    stop_by(SIGINT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_number_counts),
        cmocka_unit_test(failures_are_counted_and_skipped),
        cmocka_unit_test(a_command_that_is_not_there_is_an_error),
        cmocka_unit_test(jobs_run_at_once),
        cmocka_unit_test(budgets_end_the_search),
        cmocka_unit_test(halving_gives_the_best_third_more_work),
        cmocka_unit_test(numbers_are_kept_exactly),
        cmocka_unit_test(a_half_line_is_passed_over),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(another_command_is_warned_of),
        cmocka_unit_test(a_file_is_locked),
        cmocka_unit_test(imports_are_part_of_a_candidate),
        cmocka_unit_test(a_signal_ends_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
