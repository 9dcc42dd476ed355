/* timing.c: makes and runs a program that measures a network, for --tune and for --measure of --fit. */
#include "driver/timing.h"

#include "base/file.h"
#include "emit/emit.h"

#include <stdlib.h>

static const loc command_line = {0};

static void print_array(text *out, const graph *g, const char *kind, int i, int node_index) {
    const node *n = &g->nodes[node_index];
    text_printf(out, "static %s %s%d[%lld];\n", type_table[n->type].c_name, kind, i,
                (long long)shape_elements(n->shape));
}

void timing_print_head(text *out, const plan *p) {
    const graph *g = p->g;
    text_string(out, "#include \"timed.h\"\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
                     "#include <time.h>\n\n");
    for (int i = 0; i < g->n_inputs; i++) print_array(out, g, "in", i, g->inputs[i].node);
    for (int i = 0; i < g->n_outputs; i++) print_array(out, g, "out", i, g->outputs[i].node);
}

void timing_print_main(text *out, const plan *p) {
    const graph *g = p->g;
    text_string(
        out, "int main(int argc, char **argv) {\n"
             "    FILE *f = argc > 1 ? fopen(argv[1], \"rb\") : NULL;\n"
             "    void *weights = malloc(TIMED_WEIGHTS_BYTES);\n"
             "    if (!f || !weights || fread(weights, 1, TIMED_WEIGHTS_BYTES, f) != TIMED_WEIGHTS_BYTES ||\n"
             "        timed_bind(weights, TIMED_WEIGHTS_BYTES) != 0) {\n"
             "        fprintf(stderr, \"cannot load the weights\\n\");\n        return 1;\n    }\n"
             "    fclose(f);\n");
    for (int i = 0; i < g->n_inputs; i++) {
        const node *n = &g->nodes[g->inputs[i].node];
        text_printf(
            out,
            "    for (size_t i = 0; i < sizeof in%d / sizeof *in%d; i++) in%d[i] = (%s)(i * 37 %% 101%s;\n", i,
            i, i, type_table[n->type].c_name, n->type == TYPE_F32 ? ") / 50 - 1" : ")");
    }
}

void timing_print_run(text *out, const plan *p) {
    const graph *g = p->g;
    for (int i = 0; i < g->n_inputs; i++) {
        if (g->inputs[i].reused)
            text_printf(out, "        memcpy((char *)timed_arena() + %lld, in%d, sizeof in%d);\n",
                        (long long)plan_input_offset(p, i), i, i);
    }
    text_string(out, "        timed_run(");
    const char *comma = "";
    for (int i = 0; i < g->n_inputs; i++) {
        if (g->inputs[i].reused) continue;
        text_printf(out, "%sin%d", comma, i);
        comma = ", ";
    }
    for (int i = 0; i < g->n_outputs; i++) {
        text_printf(out, "%sout%d", comma, i);
        comma = ", ";
    }
    text_string(out, ");\n");
}

static bool write_sources(const timing *t, const text *program, arena *a) {
    const scratch *s = t->s;
    emitted code = {0};
    const emit_options e = {.prefix = "timed",
                            .base_name = "timed",
                            .command = t->command,
                            .storage = STORAGE_FILE,
                            .profile = t->profile,
                            .weights_hash = t->weights_hash};
    plan *plans[] = {t->p};
    bool good = emit_model(plans, 1, &e, a, s->d, &code);
    if (good) {
        const output_file files[] = {{scratch_path(s, "timed.c"), code.c.data, code.c.size},
                                     {scratch_path(s, "timed.h"), code.h.data, code.h.size},
                                     {scratch_path(s, "timed.weights"), code.weights.data, code.weights.size},
                                     {scratch_path(s, "main.c"), program->data, program->size}};
        const char *why;
        good = write_files(a, files, sizeof files / sizeof *files, &why);
        if (!good) diag_error(s->d, command_line, "%s: %s", s->option, why);
    }
    text_free(&code.c);
    text_free(&code.h);
    text_free(&code.weights);
    return good;
}

static bool compile(const timing *t, arena *a) {
    enum { MOST_WORDS = 16 };
    const scratch *s = t->s;
    const char *argv[MOST_WORDS + 8], *cc = getenv("CC");
    int n = add_command_words(a, cc && *cc ? cc : "cc", argv, 0, MOST_WORDS);
    argv[n++] = "-O2";
    if (t->profile) argv[n++] = "-DTIMED_PROFILE";
    argv[n++] = "-o";
    argv[n++] = scratch_path(s, "timed");
    argv[n++] = scratch_path(s, "main.c");
    argv[n++] = scratch_path(s, "timed.c");
    argv[n] = NULL;
    return scratch_run(s, "the C compiler", argv, scratch_path(s, "out"));
}

char *timing_run(const timing *t, const text *program, arena *a) {
    enum { MOST_BYTES = 1 << 24 };
    const scratch *s = t->s;
    const char *argv[] = {scratch_path(s, "timed"), scratch_path(s, "timed.weights"), NULL};
    const char *times = scratch_path(s, "times"), *why;
    size_t size;
    if (!write_sources(t, program, a) || !compile(t, a)) return NULL;
    if (!scratch_run(s, "the measuring program", argv, times)) return NULL;
    char *said = read_file(a, times, MOST_BYTES, &size, &why);
    if (!said) diag_error(s->d, command_line, "%s: %s", s->option, why);
    return said;
}
