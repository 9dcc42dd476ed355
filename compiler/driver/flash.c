/* flash.c: --max-flash: makes the code again, more and more compact, until it keeps within the limit.
 *
 * How much flash a plan takes is known when its code is made: see emit/code_size.h. So each degree of
 * compactness is tried in turn, the fastest first. */
#include "driver/driver.h"

#include "driver/layer_table.h"

#include <stdio.h>
#include <string.h>

static const loc command_line = {0};

static void forget_code(job *j) {
    text_free(&j->code.c);
    text_free(&j->code.h);
    text_free(&j->code.weights);
}

/* Makes the code with this compactness. False after errors. */
static bool make_compact(job *j, bool (*make)(job *j), int compact) {
    forget_code(j);
    j->tuning.compact = (compactness)compact;
    if (!make(j)) return false;
    if (j->o.verbose)
        fprintf(stderr, "lcc: code of compactness %d %15s %lld bytes of flash\n", compact, "",
                (long long)flash_bytes(&j->code.flash));
    return true;
}

/* Makes the code that takes the fewest bytes of flash. False after errors. */
static bool make_least(job *j, bool (*make)(job *j)) {
    int best = -1;
    int64_t least = 0;
    for (int i = 0; i < COMPACTNESS_COUNT; i++) {
        if (!make_compact(j, make, i)) return false;
        int64_t bytes = flash_bytes(&j->code.flash);
        if (best >= 0 && bytes >= least) continue;
        best = i;
        least = bytes;
    }
    return best == COMPACTNESS_COUNT - 1 || make_compact(j, make, best);
}

/* Adds a note that says how the weights could take less. */
static void suggest_types(const job *j) {
    const flash_size *f = &j->code.flash;
    bool floats = strstr(show_weight_types(j->mem, j->plan->g), "f32") != NULL;
    if (!floats || f->weights < flash_bytes(f) / 2) return;
    diag_note(
        j->d, command_line,
        "the weights take most of it: --weights-dtype f16 halves them, and --dtype int8 makes a quarter of "
        "them");
}

/* Says that the limit of flash cannot be met, where that of memory can, and the least of both. */
static void refuse_flash(job *j, bool (*make)(job *j)) {
    if (!make_least(j, make)) return;
    const flash_size *f = &j->code.flash;
    int64_t code = flash_bytes(f) - f->constants - f->weights;
    diag_error(
        j->d, command_line,
        "--max-flash %lld: the least that was found is %lld bytes: code %lld, constants %lld, weights %lld",
        (long long)j->o.max_flash, (long long)flash_bytes(f), (long long)code, (long long)f->constants,
        (long long)f->weights);
    suggest_types(j);
    if (j->o.max_ram <= 0) return;
    int64_t max_ram = j->o.max_ram;
    j->o.max_ram = LEAST_RAM;
    if (make_compact(j, make, COMPACT_NOT))
        diag_note(j->d, command_line, "--max-ram %lld: the least that was found is %lld bytes",
                  (long long)max_ram, (long long)j->code.arena_bytes);
    j->o.max_ram = max_ram;
}

/* Says the least flash, behind the error that the limit of memory cannot be met. */
static void add_least_flash(job *j, bool (*make)(job *j)) {
    if (j->o.max_ram <= 0 || j->o.max_flash <= 0) return;
    int64_t max_ram = j->o.max_ram;
    j->o.max_ram = LEAST_RAM;
    if (make_least(j, make))
        diag_note(j->d, command_line, "--max-flash %lld: the least that was found is %lld bytes",
                  (long long)j->o.max_flash, (long long)flash_bytes(&j->code.flash));
    j->o.max_ram = max_ram;
}

bool make_within_flash(job *j, bool (*make)(job *j)) {
    if (j->o.max_flash == LEAST_FLASH) return make_least(j, make);
    for (int i = 0; i < COMPACTNESS_COUNT; i++) {
        if (!make_compact(j, make, i)) {
            add_least_flash(j, make);
            return false;
        }
        if (flash_bytes(&j->code.flash) <= j->o.max_flash) return true;
    }
    refuse_flash(j, make);
    return false;
}
