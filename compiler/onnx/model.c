/* model.c: parses an ONNX file, and opens the files in which it keeps data. */
#include "onnx/model.h"

#include "base/kinds.h"
#include "onnx/wire.h"

#include <string.h>

enum { LARGEST = INT32_MAX, MOST_FILES = 1000 };

static void *alloc_in_arena(void *a, size_t size) { return arena_alloc(a, size ? size : 1); }
static void keep_in_arena(void *a, void *p) { (void)a, (void)p; }

static bool find_opset(model *m, diag *d) {
    loc at = {.src = m->src};
    for (size_t i = 0; i < m->proto->n_opset_import; i++) {
        const Onnx__OperatorSetIdProto *o = m->proto->opset_import[i];
        if (o->domain && *o->domain && strcmp(o->domain, "ai.onnx") != 0) continue;
        if (o->version < LEAST_OPSET || o->version > MOST_OPSET) {
            diag_error(d, at, "it uses opset %lld; opsets %d to %d are supported", (long long)o->version,
                       LEAST_OPSET, MOST_OPSET);
            if (o->version > MOST_OPSET) {
                diag_note(d, at, "export with opset_version = %d", MOST_OPSET);
            } else {
                diag_note(d, at,
                          "in Python: onnx.version_converter.convert_version(onnx.load(\"old.onnx\"), 13)");
            }
            return false;
        }
        m->opset = (int)o->version;
        return true;
    }
    diag_error(d, at, "it does not name its opset: it is truncated, or not an ONNX file");
    return false;
}

bool model_parse(model *m, diag *d, const unsigned char *bytes, size_t size) {
    loc at = {.src = m->src};
    const char *why;
    if (size == 0 || size > LARGEST) {
        diag_error(d, at,
                   size ? "the file has more than 2 GB, which is more than protobuf can hold"
                        : "the file is empty");
        if (size) diag_note(d, at, "save the weights in a file beside it, as external data");
        return false;
    }
    if (!check_wire(bytes, size, &onnx__model_proto__descriptor, &why)) {
        diag_error(d, at, "%s", why);
        return false;
    }
    ProtobufCAllocator allocator = {alloc_in_arena, keep_in_arena, m->mem};
    m->proto = onnx__model_proto__unpack(&allocator, size, bytes);
    if (!m->proto || !m->proto->graph) {
        diag_error(d, at, m->proto ? "it contains no network" : "it is damaged, or not an ONNX file");
        return false;
    }
    return find_opset(m, d);
}

/* Whether the file is in the model's folder, or in one below it. */
static bool stays_below(const char *location) {
    if (!*location || *location == '/' || strlen(location) > 1000) return false;
    for (const char *p = location; p; p = strchr(p, '/')) {
        if (*p == '/') p++;
        if (p[0] == '.' && p[1] == '.' && (p[2] == '/' || p[2] == 0)) return false;
    }
    return true;
}

static mapping *open_external(model *m, const char *location, const char **why) {
    mapping *file = map_find(&m->external, location);
    if (file) return file;
    if (m->n_files == MOST_FILES) {
        *why = arena_printf(m->mem, "its data are in more than %d files", MOST_FILES);
        return NULL;
    }
    const char *path = arena_printf(m->mem, "%s%s", path_folder(m->mem, m->path), location);
    file = ARENA_NEW(m->mem, mapping);
    if (!map_file(m->mem, path, file, why)) {
        *why = arena_printf(m->mem, "its data are in %s: %s", path, *why);
        return NULL;
    }
    map_add(m->mem, &m->external, location, file);
    m->files = arena_grow(m->mem, m->files, (size_t)m->n_files, (size_t)m->n_files + 1, sizeof *m->files);
    m->files[m->n_files++] = path;
    return file;
}

const unsigned char *model_find_external(model *m, const char *location, uint64_t offset, uint64_t size,
                                         const char **why) {
    if (!stays_below(location)) {
        *why = "its data would be in a file outside of the model's folder";
        return NULL;
    }
    const mapping *file = open_external(m, location, why);
    if (!file) return NULL;
    bool too_short = offset > file->size || size > file->size - offset;
    const char *other = too_short ? explain_download(file->data, file->size) : NULL;
    if (other) {
        *why = arena_printf(m->mem, "its data would be in %.200s, but that is %s", location, other);
        return NULL;
    }
    if (too_short) {
        *why = arena_printf(m->mem, "its data would be behind the end of %.200s, which has %zu bytes", location,
                            file->size);
        return NULL;
    }
    static const unsigned char nothing;
    return file->data ? file->data + offset : &nothing;
}

void model_close(model *m) {
    for (size_t i = 0; i < m->external.room; i++) {
        if (m->external.slots[i].name) unmap_file(m->external.slots[i].thing);
    }
}
