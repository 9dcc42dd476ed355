/* format.c: --format: writes a .net file in the standard style to standard output or to a file. That may be the
 * file that was read, because it is in memory by then, and is written whole or not at all. */
#include "driver/driver.h"

bool format_model(job *j) {
    const char *path = j->o.out;
    if (!lang_format(j->mem, j->d, j->model, path ? &j->netlist : &j->out)) return false;
    if (path) add_output(j, path, &j->netlist);
    return write_outputs(j);
}
