/* read_imported.c: reads a network that comes with its weights, as an ONNX or a TensorFlow Lite file. */
#include "driver/driver.h"

#include "onnx/onnx.h"
#include "tflite/tflite.h"

static const loc command_line = {0};

/* Refuses options that are for .net files only. `kind` is what the file is. */
static bool check_options(job *j, const char *kind) {
    const options *o = &j->o;
    const char *other = o->weights.count ? "-w"
                        : o->variant     ? "--variant"
                        : o->n_defines   ? "-D"
                        : o->seed        ? "--seed"
                                         : NULL;
    if (!other) return true;
    diag_error(j->d, command_line, "%s: %s has its own weights, and no variants or params: %s cannot be given",
               o->model, kind, other);
    return false;
}

/* Reports on the weights that the graph brought. False where there is no graph. */
static bool report_weights(job *j) {
    if (!j->described) return false;
    j->weights = (weights_report){.hash = weights_hash(j->described)};
    for (int i = 0; i < j->described->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) j->weights.n_used += j->described->nodes[i].weights[r] != NULL;
    }
    return true;
}

bool read_onnx(job *j) {
    if (!check_options(j, "an ONNX model")) return false;
    const onnx_options o = {.planes = j->o.planes, .given = &j->o.given};
    j->described = onnx_compile(j->mem, j->d, j->model, &o, &j->files, &j->n_files);
    return report_weights(j);
}

bool read_tflite(job *j) {
    if (!check_options(j, "a TensorFlow Lite model")) return false;
    const tflite_options o = {.planes = j->o.planes, .given = &j->o.given};
    j->described = tflite_compile(j->mem, j->d, j->model, &o, &j->files, &j->n_files);
    return report_weights(j);
}
