/* outputs.c: collects what the command writes, refuses outputs that would overwrite an input, and writes them.
 */
#include "driver/driver.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const loc command_line = {0};

static output_stream *append_output(job *j, const char *path, const text *content) {
    j->outputs =
        arena_grow(j->mem, j->outputs, (size_t)j->n_outputs, (size_t)j->n_outputs + 1, sizeof *j->outputs);
    output_stream *o = &j->outputs[j->n_outputs++];
    *o = (output_stream){.file = {path, content->size ? content->data : "", content->size}};
    return o;
}

void add_output(job *j, const char *path, const text *content) { append_output(j, path, content); }

void add_stream(job *j, const char *path, const text *content, bool (*next)(void *state, text *piece),
                void *state) {
    output_stream *o = append_output(j, path, content);
    o->next = next;
    o->state = state;
}

void add_code_output(job *j, const char *path, emitted *code) {
    add_stream(j, path, &code->c, next_literal_piece, code);
}

static bool is_same_file(const char *one, const char *other) {
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Whether two paths name the same file, also if it does not exist yet. Symbolic links are followed. */
static bool is_same_place(arena *a, const char *one, const char *other) {
    const char *p = follow_links(a, one), *q = follow_links(a, other);
    if (!p || !q || strcmp(path_name(p), path_name(q)) != 0) return false;
    const char *f = path_folder(a, p), *g = path_folder(a, q);
    return strcmp(f, g) == 0 || is_same_file(*f ? f : ".", *g ? g : ".");
}

static void check_inputs_survive(job *j, const char *path, const char *const *inputs, int n_inputs) {
    for (int i = 0; i < n_inputs; i++) {
        if (is_same_file(path, inputs[i])) {
            diag_error(j->d, command_line, "%s: this file is an input, and would be overwritten", path);
            return;
        }
    }
}

bool check_outputs(job *j) {
    int before = diag_error_count(j->d);
    for (int i = 0; i < j->n_outputs; i++) {
        const char *path = j->outputs[i].file.path;
        check_inputs_survive(j, path, j->files, j->n_files);
        check_inputs_survive(j, path, j->o.weights.at, j->o.weights.count);
        check_inputs_survive(j, path, j->o.run.at, j->o.run.count);
        check_inputs_survive(j, path, j->o.calibrate.at, j->o.calibrate.count);
        if (j->o.labels) check_inputs_survive(j, path, &j->o.labels, 1);
        if (j->o.times) check_inputs_survive(j, path, &j->o.times, 1);
        if (j->o.tune) check_inputs_survive(j, path, &j->o.tune, 1);
        for (int k = 0; k < i; k++) {
            if (is_same_place(j->mem, path, j->outputs[k].file.path)) {
                diag_error(j->d, command_line, "%s: this file would be written twice", path);
                break;
            }
        }
    }
    return diag_error_count(j->d) == before;
}

/* Uses write(2), because stdio would not report a full disk before the program ends. */
static bool write_standard_output(job *j) {
    const char *p = j->out.data;
    size_t left = j->out.size;
    while (left) {
        ssize_t n = write(STDOUT_FILENO, p, left);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            diag_error(j->d, command_line, "standard output: cannot write: %s", strerror(errno));
            return false;
        }
        p += n;
        left -= (size_t)n;
    }
    return true;
}

bool write_outputs(job *j) {
    if (!write_standard_output(j)) return false;
    const char *why;
    if (!write_streams(j->mem, j->outputs, (size_t)j->n_outputs, &why)) {
        diag_error(j->d, command_line, "%s", why);
        return false;
    }
    return true;
}
