/* checkpoint.c: opens a file of weights, whose format its content tells. For formats that are not read, the
 * error says how to convert the file.
 *
 * The file is mapped. The numbers of safetensors are read in place, and those of an .npz are inflated from the
 * mapping. */
#include "weights/checkpoint.h"

#include "base/kinds.h"
#include "weights/load.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

/* The format of a file that is not read, and how to convert it; NULL if it is unknown. */
static const char *name_other_format(const checkpoint *c) {
    const char *path = c->src.path, *dot = strrchr(path, '.');
    const char *download = explain_download(c->bytes, c->size);
    if (c->size == 0) return "the file is empty";
    if (download) return download;
    if (is_npy(c->bytes, c->size)) {
        return "a single NumPy array, without a name; numpy.savez(\"model.npz\", **{name: array, ..}) writes "
               "named ones";
    }
    if (is_hdf5(c->bytes, c->size)) {
        return "HDF5 (Keras .h5), which is not read. In Python:\n"
               "    import keras, numpy\n"
               "    model = keras.models.load_model(\"model.h5\")\n"
               "    numpy.savez(\"model.npz\", **{w.name: w.numpy() for w in model.weights})";
    }
    if (is_pickle(c->bytes, c->size)) {
        return "a pickle (PyTorch .pt or .pth), which is not read: a pickle is a program. In Python:\n"
               "    import torch, numpy\n"
               "    state = torch.load(\"model.pt\", map_location=\"cpu\", weights_only=True)\n"
               "    numpy.savez(\"model.npz\", **{k: v.numpy() for k, v in state.items()})";
    }
    if ((dot && strcmp(dot, ".onnx") == 0) ||
        (c->size > 16 && c->bytes[0] == 8 && c->bytes[1] < 32 && c->bytes[2] == 18)) {
        return "ONNX, a network with its weights. lcc model.onnx compiles it;\n"
               "    lcc model.onnx --emit net -o model.net\n"
               "writes the network to edit, and model.safetensors for -w";
    }
    if (is_tflite(c->bytes, c->size)) return "a TensorFlow Lite model, which is not supported yet";
    return NULL;
}

static int compare_keys(const void *x, const void *y) {
    return strcmp(((const stored *)x)->key, ((const stored *)y)->key);
}

bool checkpoint_sort(arena *a, checkpoint *c, const char **why) {
    qsort(c->tensors, (size_t)c->n_tensors, sizeof(stored), compare_keys);
    for (int i = 1; i < c->n_tensors; i++) {
        if (strcmp(c->tensors[i - 1].key, c->tensors[i].key) == 0) {
            *why = arena_printf(a, "it has two tensors of the name \"%s\"", c->tensors[i].key);
            return false;
        }
    }
    return true;
}

/* Sets the keys of the tensors, which are their names without the ":0" that Keras adds, and sorts them. */
static bool index_tensors(arena *a, checkpoint *c, const char **why) {
    for (int i = 0; i < c->n_tensors; i++) {
        stored *t = &c->tensors[i];
        size_t length = strlen(t->name);
        bool suffixed = length > 2 && strcmp(t->name + length - 2, ":0") == 0;
        t->key = suffixed ? arena_strndup(a, t->name, length - 2) : t->name;
        t->file = c;
    }
    return checkpoint_sort(a, c, why);
}

static bool open_by_content(arena *a, checkpoint *c, const char **why) {
    bool (*open_format)(arena *, checkpoint *, const char **) = NULL;
    if (is_safetensors(c->bytes, c->size)) {
        open_format = safetensors_open;
    } else if (is_zip(c->bytes, c->size)) {
        open_format = npz_open;
    }
    if (open_format) return open_format(a, c, why) && index_tensors(a, c, why);
    const char *other = name_other_format(c);
    *why = arena_printf(a, "weights are read from safetensors and .npz; this is %s",
                        other ? other : "neither of them");
    return false;
}

static checkpoint *new_checkpoint(arena *a, const char *path) {
    checkpoint *c = ARENA_NEW(a, checkpoint);
    c->src.path = path;
    return c;
}

/* Opens the checkpoint by its content. NULL after an error. */
static checkpoint *open_or_complain(arena *a, diag *d, checkpoint *c) {
    const char *why = NULL;
    if (open_by_content(a, c, &why)) return c;
    diag_error(d, (loc){.src = &c->src}, "%s", why);
    checkpoint_close(c);
    return NULL;
}

checkpoint *checkpoint_open(arena *a, diag *d, const char *path) {
    checkpoint *c = new_checkpoint(a, path);
    const char *why;
    if (!map_file(a, path, &c->map, &why)) {
        diag_error(d, (loc){.src = &c->src}, "%s", why);
        return NULL;
    }
    c->bytes = c->map.data;
    c->size = c->map.size;
    return open_or_complain(a, d, c);
}

checkpoint *checkpoint_parse(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size) {
    checkpoint *c = new_checkpoint(a, path);
    c->bytes = bytes;
    c->size = size;
    return open_or_complain(a, d, c);
}

void checkpoint_close(checkpoint *c) {
    if (c->archive) zip_discard(c->archive);
    c->archive = NULL;
    unmap_file(&c->map);
}

bool checkpoint_describe(arena *a, stored *t, const char **why) {
    return t->described || npz_describe(a, t, why);
}

const char *show_origin(arena *a, const stored *t, const char *name) {
    return arena_printf(a, "tensor \"%s\" of %s", name, t->file->src.path);
}

bool checkpoint_read(arena *a, const stored *t, take_elements take, void *data, const char **why) {
    if (t->file->archive) return npz_read(a, t, take, data, why);
    const unsigned char *bytes = t->file->bytes + t->place;
    take(data, bytes, t->count);
    if (t->file->map.data)
        release_mapped(
            bytes, (size_t)(t->count * format_bytes(t->format))); /* weights of 1 GB need not be here twice */
    return true;
}
