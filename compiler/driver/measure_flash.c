/* measure_flash.c: --cc: compiles the C file and reads the size of the object file, for -Os and -O2.
 *
 * The size is what the program `size` says, which stands beside the compiler: arm-none-eabi-size for
 * arm-none-eabi-gcc. */
#include "base/scratch.h"
#include "driver/driver.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const loc command_line = {0};

/* The options by which a compiler is told of a target. */
static const struct {
    const char *target, *words;
} machine_words[] = {
    {"cortex-m4", "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard"},
    {"cortex-m55", "-mcpu=cortex-m55 -mfloat-abi=hard"},
};

static const char *find_machine_words(const target *t) {
    for (size_t i = 0; i < sizeof machine_words / sizeof *machine_words; i++) {
        if (strcmp(machine_words[i].target, t->name) == 0) return machine_words[i].words;
    }
    return "";
}

/* "folder/arm-none-eabi-gcc-12" -> "folder/arm-none-eabi-size"; "size" for a compiler of another name. */
static const char *name_size_program(arena *a, const char *cc) {
    const char *gcc = NULL;
    for (const char *at = cc; (at = strstr(at, "gcc")); at++) gcc = at;
    return gcc && !strchr(gcc, '/') ? arena_printf(a, "%.*ssize", (int)(gcc - cc), cc) : "size";
}

/* Writes the C file, its header and its weights into the folder. */
static bool write_sources(job *j, const scratch *s) {
    emitted *code = &j->code;
    const char *base = j->o.base ? j->o.base : "model";
    text c = {0};
    text_bytes(&c, code->c.data, code->c.size);
    while (code->has_literal && next_literal_piece(code, &c)) {
    }
    code->literal_at = code->literal_column = 0; /* so that it can be made again */
    const output_file files[] = {
        {scratch_path(s, arena_printf(j->mem, "%s.c", base)), c.data, c.size},
        {scratch_path(s, arena_printf(j->mem, "%s.h", base)), code->h.data, code->h.size},
        {scratch_path(s, arena_printf(j->mem, "%s.weights", base)), code->weights.data, code->weights.size}};
    const char *why;
    bool good = write_files(j->mem, files, sizeof files / sizeof *files, &why);
    if (!good) diag_error(j->d, command_line, "--cc: %s", why);
    text_free(&c);
    return good;
}

/* Compiles the C file to an object file. */
static bool compile(const job *j, const scratch *s, const char *level) {
    enum { MOST_WORDS = 64 };
    arena *a = j->mem;
    const char *argv[MOST_WORDS + 16];
    /* The user's words come behind those for the target, so that they count. */
    const char *given[MOST_WORDS];
    int n_given = add_command_words(a, j->o.cc, given, 0, MOST_WORDS), n = 0;
    argv[n++] = given[0];
    n = add_command_words(a, find_machine_words(j->plan->t), argv, n, 8);
    argv[n++] = level;
    for (int i = 1; i < n_given; i++) argv[n++] = given[i];
    argv[n++] = arena_printf(a, "-Wa,-I,%s", s->folder); /* where .incbin finds the weights */
    argv[n++] = "-c";
    argv[n++] = "-o";
    argv[n++] = scratch_path(s, "object");
    argv[n++] = scratch_path(s, arena_printf(a, "%s.c", j->o.base ? j->o.base : "model"));
    argv[n] = NULL;
    return scratch_run(s, "the C compiler", argv, scratch_path(s, "out"));
}

/* Sets *bytes to the object file's code and constants. */
static bool read_size(const job *j, const scratch *s, int64_t *bytes) {
    enum { MOST_BYTES = 1 << 16 };
    arena *a = j->mem;
    const char *cc[1], *out = scratch_path(s, "out");
    add_command_words(a, j->o.cc, cc, 0, 1);
    const char *argv[] = {name_size_program(a, cc[0]), scratch_path(s, "object"), NULL};
    if (!scratch_run(s, "the program for sizes", argv, out)) return false;
    size_t size;
    const char *why;
    const char *said = read_file(a, out, MOST_BYTES, &size, &why);
    const char *numbers = said ? strchr(said, '\n') : NULL; /* behind the titles: text data bss */
    int64_t code, data;
    if (!numbers || sscanf(numbers, "%" SCNd64 " %" SCNd64, &code, &data) != 2) {
        diag_error(j->d, command_line, "--cc: '%s' did not print sizes", argv[0]);
        return false;
    }
    *bytes = code + data;
    return true;
}

bool measure_flash(job *j) {
    flash_size *f = &j->code.flash;
    scratch s;
    if (!scratch_open(&s, j->mem, j->d, "--cc")) return false;
    int64_t bytes[CODE_LEVEL_COUNT] = {0};
    bool good = write_sources(j, &s);
    for (int level = 0; good && level < CODE_LEVEL_COUNT; level++)
        good = compile(j, &s, code_level_names[level]) && read_size(j, &s, &bytes[level]) &&
               !signal_waits(&s.held);
    scratch_close(&s);
    if (!good) return false;
    int64_t inside = j->o.storage == STORAGE_FILE ? 0 : f->weights;
    for (int level = 0; level < CODE_LEVEL_COUNT; level++)
        f->code[level] = bytes[level] - inside - f->constants;
    f->known = f->measured = true;
    return true;
}
