/* readers.c: chooses the reader of a network's file.
 *
 * The first bytes decide. If no reader recognizes them, the ending of the file's name decides, so that the
 * errors of a damaged file are those of its format. All other files are read as .net files, because text has no
 * special first bytes. The table also has rows for files that hold no network, and for formats that are not
 * read: their reader says what the file is. */
#include "driver/driver.h"

#include "base/kinds.h"
#include "onnx/onnx.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Says what the file is and what to do about it. */
static bool refuse_file(job *j) {
    source *src = ARENA_NEW(j->mem, source);
    src->path = j->model;
    diag_error(j->d, (loc){.src = src}, "this is %s", j->reader->refusal);
    return false;
}

static const char pytorch_text[] =
    "a PyTorch file, which is not read: it holds a program. In Python, where `model` is the module:\n"
    "    import torch\n"
    "    torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), \"model.onnx\")";
static const char hdf5_text[] = "HDF5, as Keras writes it, which is not read: export the network to ONNX";
static const char weights_text[] = "a file of weights, without a network: lcc NETWORK.net -w FILE takes it";
static const char npy_text[] = "a single NumPy array, not a network";
static const char zip_text[] = "a zip archive: unpack it first, and give the file that is in it";

static const reader readers[] = {
    {.name = "Git LFS pointer", .sniff = is_lfs_pointer, .read = refuse_file, .refusal = LFS_POINTER_TEXT},
    {.name = "HTML", .sniff = is_html, .read = refuse_file, .refusal = HTML_TEXT},
    {.name = "gzip", .sniff = is_gzip, .read = refuse_file, .refusal = GZIP_TEXT},
    {.name = "PyTorch", .sniff = is_pytorch, .read = refuse_file, .refusal = pytorch_text},
    {.name = ".npz", .sniff = is_npz, .read = refuse_file, .refusal = weights_text},
    {.name = "zip", .sniff = is_zip, .read = refuse_file, .refusal = zip_text},
    {.name = ".npy", .sniff = is_npy, .read = refuse_file, .refusal = npy_text},
    {.name = "HDF5", .sniff = is_hdf5, .read = refuse_file, .refusal = hdf5_text},
    {.name = "safetensors", .sniff = is_safetensors, .read = refuse_file, .refusal = weights_text},
    {.name = "TensorFlow Lite",
     .ending = ".tflite",
     .sniff = is_tflite,
     .read = read_tflite,
     .brings_weights = true},
    {.name = "ONNX", .ending = ".onnx", .sniff = onnx_sniff, .read = read_onnx, .brings_weights = true},
    {.name = ".net", .ending = ".net", .read = read_net},
};

enum { N_READERS = sizeof readers / sizeof *readers };

/* Reads the first bytes of a regular file. Returns how many were read, at most KIND_HEAD. */
static size_t read_head(const char *path, unsigned char *head) {
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return 0;
    FILE *f = fopen(path, "rb");
    if (!f) return 0;
    size_t size = fread(head, 1, KIND_HEAD, f);
    fclose(f);
    return size;
}

static bool ends_with(const char *path, const char *ending) {
    size_t length = strlen(path), size = strlen(ending);
    return length > size && strcmp(path + length - size, ending) == 0;
}

const reader *find_reader(const char *path) {
    unsigned char head[KIND_HEAD];
    size_t size = read_head(path, head);
    for (int i = 0; i < N_READERS; i++) {
        if (readers[i].sniff && readers[i].sniff(head, size)) return &readers[i];
    }
    for (int i = 0; i < N_READERS; i++) {
        if (readers[i].ending && ends_with(path, readers[i].ending)) return &readers[i];
    }
    return &readers[N_READERS - 1];
}
