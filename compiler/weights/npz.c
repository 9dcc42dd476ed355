/* npz.c: NumPy's .npz, a zip archive with a member NAME.npy for each array, stored or deflated.
 *
 * Opening the archive reads only the names. The header of a member is inflated when its type and shape are
 * asked for, and its numbers when the graph needs them. They pass through a small buffer, and both the size
 * that the archive claims and the size that comes out must be that of the shape, so an archive that would
 * inflate to a terabyte costs nothing. Only the two compression methods that NumPy writes are accepted, because
 * others may claim gigabytes for their dictionary. */
#include "weights/checkpoint.h"
#include "weights/load.h"
#include "weights/npy.h"

#include <string.h>
#include <zip.h>

enum {
    CHUNK = 1 << 16,  /* bytes inflated at a time; a multiple of every element's size */
    HEADER_LEAD = 12, /* magic, version and length of an array's header; NPY_HEADER_LIMIT has the rest */
    MAX_DIRECTORY = 16 << 20, /* bytes of the directory; libzip takes about five times as much memory for it */
    DIRECTORY_END = 22,       /* bytes of the record at the end of an archive, without its comment */
    MAX_COMMENT = 65535,
};

/* Whether the directory is within the limit, by every record that may be the end of the archive (APPNOTE.TXT
 * 4.3.16, and 4.3.14 for zip64). All are checked because libzip chooses one of them and trusts its size. */
static bool check_directory_size(const unsigned char *bytes, size_t size) {
    size_t tail = size < DIRECTORY_END + MAX_COMMENT + 64 ? size : DIRECTORY_END + MAX_COMMENT + 64;
    const unsigned char *end = bytes + size;
    for (const unsigned char *p = end - tail; end - p >= DIRECTORY_END; p++) {
        if (p[0] != 'P' || p[1] != 'K' || p[2] != 5 || p[3] != 6) continue;
        uint32_t directory = load_u32(p + 12);
        if (directory > MAX_DIRECTORY && directory != UINT32_MAX) return false;
        if (p - bytes < 20 || memcmp(p - 20, "PK\6\7", 4) != 0) continue;
        uint64_t record = load_u64(p - 12);
        if (record <= size && size - record >= 56 && load_u64(bytes + record + 40) > MAX_DIRECTORY)
            return false;
    }
    return true;
}

static bool ends_with(const char *s, const char *ending) {
    size_t n = strlen(s), m = strlen(ending);
    return n >= m && strcmp(s + n - m, ending) == 0;
}

/* The format of an archive that is not an .npz, which one of its members tells; NULL if the member is no sign.
 */
static const char *other_archive(const char *member) {
    if (ends_with(member, "data.pkl")) {
        return "a PyTorch checkpoint (a pickle in a zip archive), which is not read: a pickle is a program. In "
               "Python:\n"
               "    import torch, numpy\n"
               "    state = torch.load(\"model.pt\", map_location=\"cpu\", weights_only=True)\n"
               "    numpy.savez(\"model.npz\", **{k: v.numpy() for k, v in state.items()})";
    }
    if (ends_with(member, ".weights.h5")) {
        return "a Keras archive, which is not read. In Python:\n"
               "    import keras, numpy\n"
               "    model = keras.models.load_model(\"model.keras\")\n"
               "    numpy.savez(\"model.npz\", **{w.path: w.numpy() for w in model.weights})";
    }
    return NULL;
}

static bool list_members(arena *a, checkpoint *c, const char **why) {
    zip_int64_t entries = zip_get_num_entries(c->archive, 0);
    if (entries > STORED_MAX_TENSORS) {
        *why = arena_printf(a, "it holds more than %d members", STORED_MAX_TENSORS);
        return false;
    }
    c->tensors = ARENA_ARRAY(a, stored, entries);
    for (zip_int64_t i = 0; i < entries; i++) {
        const char *name = zip_get_name(c->archive, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
        if (!name) continue;
        *why = other_archive(name);
        if (*why) return false;
        if (!ends_with(name, ".npy")) continue;
        const char *tensor = arena_strndup(a, name, strlen(name) - 4);
        if (!check_tensor_name(a, tensor, why)) return false;
        c->tensors[c->n_tensors++] = (stored){.name = tensor, .format = FORMAT_OTHER, .place = (uint64_t)i};
    }
    if (c->n_tensors == 0) {
        *why = "a zip archive without a member NAME.npy: not an .npz";
        return false;
    }
    return true;
}

bool npz_open(arena *a, checkpoint *c, const char **why) {
    if (!check_directory_size(c->bytes, c->size)) {
        *why = arena_printf(a, "the directory of the archive has more than %d bytes", MAX_DIRECTORY);
        return false;
    }
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *bytes = zip_source_buffer_create(c->bytes, c->size, 0, &error);
    c->archive = bytes ? zip_open_from_source(bytes, ZIP_RDONLY, &error) : NULL;
    if (!c->archive) {
        *why = arena_printf(a, "a damaged zip archive: %s", zip_error_strerror(&error));
        if (bytes) zip_source_free(bytes);
    }
    zip_error_fini(&error);
    c->buffer = arena_alloc(a, CHUNK + HEADER_LEAD);
    return c->archive && list_members(a, c, why);
}

/* Opens the member of `t`. Sets *size to its inflated size, as the archive claims. NULL, and *why, if it cannot
 * be read. */
static zip_file_t *open_member(arena *a, const stored *t, uint64_t *size, const char **why) {
    zip_stat_t st;
    if (zip_stat_index(t->file->archive, t->place, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE)) {
        *why = "damaged: the archive does not say its size";
        return NULL;
    }
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE) {
        *why = "it is encrypted";
        return NULL;
    }
    if (!(st.valid & ZIP_STAT_COMP_METHOD) ||
        (st.comp_method != ZIP_CM_STORE && st.comp_method != ZIP_CM_DEFLATE)) {
        *why = "it is neither stored nor deflated";
        return NULL;
    }
    zip_file_t *member = zip_fopen_index(t->file->archive, t->place, 0);
    if (!member) *why = arena_printf(a, "damaged: %s", zip_strerror(t->file->archive));
    *size = st.size;
    return member;
}

/* Reads up to `size` bytes, and fewer at the end of the member. Returns how many; -1, and *why, if the archive
 * is damaged. */
static zip_int64_t read_bytes(arena *a, zip_file_t *member, unsigned char *to, size_t size, const char **why) {
    size_t done = 0;
    while (done < size) {
        zip_int64_t n = zip_fread(member, to + done, size - done);
        if (n < 0) {
            *why = arena_printf(a, "damaged: %s", zip_file_strerror(member));
            return -1;
        }
        if (n == 0) break;
        done += (size_t)n;
    }
    return (zip_int64_t)done;
}

static number_format format_of(npy_type type) {
    switch (type) {
    case NPY_F16: return FORMAT_F16;
    case NPY_F32: return FORMAT_F32;
    case NPY_F64: return FORMAT_F64;
    case NPY_I8: return FORMAT_I8;
    case NPY_I32: return FORMAT_I32;
    default: return FORMAT_OTHER;
    }
}

/* Reads the header of the open member into `header`, and parses it. The numbers come next in the member. False,
 * and *why, if the size of the member does not match the shape. */
static bool read_npy_header(arena *a, zip_file_t *member, uint64_t size, unsigned char *header, npy_array *x,
                            const char **why) {
    zip_int64_t lead = read_bytes(a, member, header, 10, why);
    if (lead < 0) return false;
    size_t have = (size_t)lead, offset = 0;
    if (have == 10) {
        if (header[6] > 1) {
            zip_int64_t more = read_bytes(a, member, header + 10, 2, why);
            if (more < 0) return false;
            have += (size_t)more;
        }
        size_t length = header[6] > 1 ? load_u32(header + 8) : load_u16(header + 8);
        if (have >= 10 && length <= NPY_HEADER_LIMIT) {
            zip_int64_t more = read_bytes(a, member, header + have, length, why);
            if (more < 0) return false;
            have += (size_t)more;
        }
    }
    if (!npy_parse_header(a, header, have, x, &offset, why)) return false;
    uint64_t need = (uint64_t)x->count * (uint64_t)npy_type_bytes(x->type);
    if (size < offset || size - offset != need) {
        *why = arena_printf(a, "damaged: its shape asks for %llu bytes of numbers, the archive has %llu",
                            (unsigned long long)need, (unsigned long long)(size < offset ? 0 : size - offset));
        return false;
    }
    return true;
}

bool npz_describe(arena *a, stored *t, const char **why) {
    uint64_t size;
    zip_file_t *member = open_member(a, t, &size, why);
    if (!member) return false;
    npy_array x;
    bool good = read_npy_header(a, member, size, t->file->buffer, &x, why);
    zip_fclose(member);
    if (!good) return false;
    t->type_name = npy_type_name(x.type);
    t->format = format_of(x.type);
    t->rank = x.rank;
    memcpy(t->dims, x.dims, sizeof t->dims);
    t->count = x.count;
    t->fortran_order = x.fortran_order && x.rank > 1;
    t->described = true;
    return true;
}

static bool stream_numbers(arena *a, zip_file_t *member, const stored *t, take_elements take, void *data,
                           const char **why) {
    unsigned char *chunk = t->file->buffer;
    int bytes = format_bytes(t->format);
    int64_t left = t->count;
    while (left > 0) {
        int64_t count = left < CHUNK / bytes ? left : CHUNK / bytes;
        zip_int64_t n = read_bytes(a, member, chunk, (size_t)(count * bytes), why);
        if (n < 0) return false;
        if (n != count * bytes) {
            *why = "damaged: it ends early";
            return false;
        }
        take(data, chunk, count);
        left -= count;
    }
    /* libzip compares the checksum when it reaches the end of the member. */
    zip_int64_t n = read_bytes(a, member, chunk, 1, why);
    if (n > 0) *why = "damaged: it has bytes behind its numbers";
    return n == 0;
}

bool npz_read(arena *a, const stored *t, take_elements take, void *data, const char **why) {
    uint64_t size;
    zip_file_t *member = open_member(a, t, &size, why);
    if (!member) return false;
    npy_array x;
    bool good = read_npy_header(a, member, size, t->file->buffer, &x, why) &&
                stream_numbers(a, member, t, take, data, why);
    zip_fclose(member);
    return good;
}
