/* format.c: --format: the text of one file, in the style of the house, to standard output or to a file, which
 * may be the one that was read: it is in memory by then, and written whole or not at all. */
#include "driver/driver.h"

#include "base/file.h"
#include "lang/parser.h"

bool format_model(job *j) {
    const options *o = &j->o;
    j->library = find_library(j->mem, "lcc");
    j->model = find_model(j->mem, o->model, &o->include_dirs, j->library);
    source *src = ARENA_NEW(j->mem, source); /* messages quote it later */
    src->path = j->model;
    const char *why;
    src->text = read_file(j->mem, j->model, MAX_SOURCE_BYTES, &src->size, &why);
    if (!src->text) {
        diag_error(j->d, (loc){.src = src}, "%s", why);
        return false;
    }
    if (!lang_format(j->mem, j->d, src, o->out ? &j->netlist : &j->out)) return false;
    if (o->out) add_output(j, o->out, &j->netlist);
    return write_outputs(j);
}
