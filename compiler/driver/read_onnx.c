/* read_onnx.c: reads a network that comes as an ONNX file, with its weights. */
#include "driver/driver.h"

#include "onnx/onnx.h"

static const loc command_line = {0};

/* Refuses options that are for .net files only. */
static bool check_options(job *j) {
    const options *o = &j->o;
    const char *other = o->weights.count ? "-w"
                        : o->variant     ? "--variant"
                        : o->n_defines   ? "-D"
                        : o->seed        ? "--seed"
                                         : NULL;
    if (!other) return true;
    diag_error(j->d, command_line,
               "%s: an ONNX model has its own weights, and no variants or params: %s cannot be given", o->model,
               other);
    return false;
}

bool read_onnx(job *j) {
    if (!check_options(j)) return false;
    const onnx_options o = {.planes = j->o.planes, .given = &j->o.given};
    j->described = onnx_compile(j->mem, j->d, j->model, &o, &j->files, &j->n_files);
    if (!j->described) return false;
    j->weights = (weights_report){.hash = weights_hash(j->described)};
    for (int i = 0; i < j->described->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) j->weights.n_used += j->described->nodes[i].weights[r] != NULL;
    }
    return true;
}
