/* format.c: --format: the text of one file, in the style of the house, to standard output or to a file, which
 * may be the one that was read: it is in memory by then, and written whole or not at all. */
#include "driver/driver.h"

bool format_model(job *j) {
    const char *path = j->o.out;
    if (!lang_format(j->mem, j->d, j->model, path ? &j->netlist : &j->out)) return false;
    if (path) add_output(j, path, &j->netlist);
    return write_outputs(j);
}
