/* safetensors.c: Hugging Face's safetensors (https://github.com/huggingface/safetensors, "Format").
 *
 *   file   = length header data               length: of the header, 8 bytes, little-endian
 *   header = { NAME: {"dtype": .., "shape": [..], "data_offsets": [BEGIN, END]}, .., "__metadata__": {..} }
 *
 * Offsets count from the end of the header. By the format, the tensors cover the data without overlaps or gaps.
 * A file in which they do not is refused, because it is damaged or forged. The data are not copied; they are
 * read from the mapped file. */
#include "weights/checkpoint.h"
#include "weights/layout.h"
#include "weights/load.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* jansson takes up to about 250 bytes of memory for an array or object that has 2 bytes of text. These limits
 * keep the memory for the worst header below half a gigabyte. The header of the largest network that the graph
 * accepts has 8 MB. */
enum { MAX_HEADER = 16 << 20, MAX_BRACKETS = 3 * STORED_MAX_TENSORS + 3 };

typedef struct dtype {
    const char *name;
    int bytes; /* of an element */
    number_format format;
} dtype;

static const dtype dtypes[] = {
    {"F32", 4, FORMAT_F32},       {"F16", 2, FORMAT_F16},    {"BF16", 2, FORMAT_BF16},
    {"F64", 8, FORMAT_F64},       {"I64", 8, FORMAT_OTHER},  {"U64", 8, FORMAT_OTHER},
    {"I32", 4, FORMAT_I32},       {"U32", 4, FORMAT_OTHER},  {"I16", 2, FORMAT_OTHER},
    {"U16", 2, FORMAT_OTHER},     {"I8", 1, FORMAT_I8},      {"U8", 1, FORMAT_OTHER},
    {"C64", 8, FORMAT_OTHER},     {"BOOL", 1, FORMAT_OTHER}, {"F8_E4M3", 1, FORMAT_OTHER},
    {"F8_E5M2", 1, FORMAT_OTHER},
};

/* The range of the data that a tensor takes. */
typedef struct stretch {
    uint64_t begin, end;
    const char *name;
} stretch;

static bool too_many_brackets(const unsigned char *header, size_t length) {
    size_t brackets = 0;
    for (size_t i = 0; i < length; i++) brackets += header[i] == '[' || header[i] == '{';
    return brackets > MAX_BRACKETS;
}

/* Takes a whole number from 0 on; false if it is anything else. */
static bool get_size(const json_t *value, uint64_t *out) {
    if (!json_is_integer(value) || json_integer_value(value) < 0) return false;
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bool read_shape(arena *a, const json_t *list, stored *t, const char **why) {
    if (!json_is_array(list)) {
        *why = arena_printf(a, "tensor \"%s\" has no \"shape\"", t->name);
        return false;
    }
    if (json_array_size(list) > STORED_MAX_RANK) {
        *why = arena_printf(a, "tensor \"%s\" has more than %d dimensions", t->name, STORED_MAX_RANK);
        return false;
    }
    t->rank = (int)json_array_size(list);
    bool empty = false, large = false;
    t->count = 1;
    for (int i = 0; i < t->rank; i++) {
        uint64_t length;
        if (!get_size(json_array_get(list, (size_t)i), &length)) {
            *why = arena_printf(a, "tensor \"%s\" has a shape that is not of whole numbers", t->name);
            return false;
        }
        t->dims[i] = (int64_t)length;
        empty = empty || length == 0;
        if (length && !large) {
            large = t->count > INT64_MAX / 16 / t->dims[i];
            if (!large) t->count *= t->dims[i];
        }
    }
    if (empty) t->count = 0;
    if (large && !empty) {
        *why = arena_printf(a, "tensor \"%s\" has a shape that is too large: %lld x ..", t->name,
                            (long long)t->dims[0]);
        return false;
    }
    return true;
}

static bool read_entry(arena *a, const json_t *entry, uint64_t data_size, stored *t, stretch *s,
                       const char **why) {
    if (!json_is_object(entry)) {
        *why = arena_printf(a, "the entry of tensor \"%s\" is not an object", t->name);
        return false;
    }
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    if (!type || !check_tensor_name(a, type, why)) {
        *why = arena_printf(a, "tensor \"%s\" has no \"dtype\"", t->name);
        return false;
    }
    t->type_name = arena_strndup(a, type, strnlen(type, 20));
    t->format = FORMAT_OTHER;
    if (!read_shape(a, json_object_get(entry, "shape"), t, why)) return false;
    const json_t *offsets = json_object_get(entry, "data_offsets");
    if (json_array_size(offsets) != 2 || !get_size(json_array_get(offsets, 0), &s->begin) ||
        !get_size(json_array_get(offsets, 1), &s->end)) {
        *why = arena_printf(a, "tensor \"%s\" has no \"data_offsets\" [begin, end]", t->name);
        return false;
    }
    if (s->begin > s->end || s->end > data_size) {
        *why = arena_printf(a, "tensor \"%s\" has the offsets [%llu, %llu], outside the %llu bytes of data",
                            t->name, (unsigned long long)s->begin, (unsigned long long)s->end,
                            (unsigned long long)data_size);
        return false;
    }
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        if (strcmp(type, dtypes[i].name) != 0) continue;
        t->format = dtypes[i].format;
        if ((uint64_t)t->count * (uint64_t)dtypes[i].bytes != s->end - s->begin) {
            *why = arena_printf(a, "tensor \"%s\" is %s %s, which takes %lld bytes, but its offsets hold %llu",
                                t->name, t->type_name, shape_show(a, t->dims, t->rank),
                                (long long)t->count * dtypes[i].bytes, (unsigned long long)(s->end - s->begin));
            return false;
        }
    }
    s->name = t->name;
    t->described = true;
    return true;
}

static int compare_stretches(const void *x, const void *y) {
    const stretch *p = x, *q = y;
    if (p->begin != q->begin) return p->begin < q->begin ? -1 : 1;
    if (p->end != q->end) return p->end < q->end ? -1 : 1;
    return strcmp(p->name, q->name);
}

/* Checks that the ranges follow each other from 0 to the end of the data. */
static bool check_cover(arena *a, stretch *s, size_t count, uint64_t data_size, const char **why) {
    qsort(s, count, sizeof *s, compare_stretches);
    uint64_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (s[i].begin < end) {
            *why = arena_printf(a, "tensors \"%s\" and \"%s\" overlap", s[i - 1].name, s[i].name);
            return false;
        }
        if (s[i].begin > end) {
            *why = arena_printf(a, "bytes %llu to %llu of the data, before tensor \"%s\", belong to no tensor",
                                (unsigned long long)end, (unsigned long long)s[i].begin, s[i].name);
            return false;
        }
        end = s[i].end;
    }
    if (end == data_size) return true;
    *why = arena_printf(a, "the tensors take %llu bytes of data, the file has %llu", (unsigned long long)end,
                        (unsigned long long)data_size);
    return false;
}

static bool read_header(arena *a, checkpoint *c, json_t *root, uint64_t data_begin, const char **why) {
    size_t room = json_object_size(root), count = 0;
    uint64_t data_size = c->size - data_begin;
    c->tensors = ARENA_ARRAY(a, stored, room);
    stretch *stretches = ARENA_ARRAY(a, stretch, room);
    const char *name;
    json_t *entry;
    json_object_foreach(root, name, entry) {
        if (strcmp(name, "__metadata__") == 0) {
            if (json_is_object(entry)) continue;
            *why = "its \"__metadata__\" is not an object";
            return false;
        }
        if (!check_tensor_name(a, name, why)) return false;
        stored *t = &c->tensors[count];
        t->name = arena_strdup(a, name);
        if (!read_entry(a, entry, data_size, t, &stretches[count], why)) return false;
        t->place = data_begin + stretches[count].begin;
        count++;
    }
    c->n_tensors = (int)count;
    return check_cover(a, stretches, count, data_size, why);
}

bool safetensors_open(arena *a, checkpoint *c, const char **why) {
    uint64_t length = load_u64(c->bytes), behind = c->size - 8;
    if (length > behind) {
        *why = arena_printf(a, "truncated: its header has %llu bytes, the file %zu", (unsigned long long)length,
                            c->size);
        return false;
    }
    if (length > MAX_HEADER) {
        *why = arena_printf(a, "its header has %llu bytes; at most %d are read", (unsigned long long)length,
                            MAX_HEADER);
        return false;
    }
    const unsigned char *header = c->bytes + 8;
    if (too_many_brackets(header, (size_t)length)) {
        *why = arena_printf(a, "its header describes more than %d tensors", STORED_MAX_TENSORS);
        return false;
    }
    json_error_t error;
    json_t *root = json_loadb((const char *)header, (size_t)length, JSON_REJECT_DUPLICATES, &error);
    bool good = false;
    if (!root) {
        *why =
            arena_printf(a, "its header is not JSON: %s (byte %d of the header)", error.text, error.position);
    } else if (!json_is_object(root)) {
        *why = "its header is not a JSON object";
    } else if (json_object_size(root) > STORED_MAX_TENSORS) {
        *why = arena_printf(a, "its header describes more than %d tensors", STORED_MAX_TENSORS);
    } else {
        good = read_header(a, c, root, 8 + length, why);
    }
    json_decref(root);
    return good;
}
