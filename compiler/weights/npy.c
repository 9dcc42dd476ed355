/* npy.c: NumPy's .npy format, versions 1.0 to 3.0 (NumPy Enhancement Proposal 1; numpy/lib/format.py).
 *
 *   file   = "\x93NUMPY" major minor length header data
 *   header = "{" { key ":" value "," } "}" spaces "\n"
 *
 * The length is little-endian, and has 2 bytes in version 1, else 4. The header is a literal of Python.
 * It has three keys, in any order: 'descr', 'fortran_order' and 'shape'. The parser here reads only
 * what they need: strings in either quote, True and False, and tuples of whole numbers. */
#include "weights/npy.h"
#include "weights/load.h"

#include <stdio.h>
#include <string.h>

typedef struct npy_type_info {
    const char *name; /* as in 'descr', without the byte order */
    int bytes;
} npy_type_info;

static const npy_type_info types[NPY_TYPE_COUNT] = {
    [NPY_U8] = {"u1", 1},  [NPY_I8] = {"i1", 1},  [NPY_F16] = {"f2", 2}, [NPY_F32] = {"f4", 4},
    [NPY_F64] = {"f8", 8}, [NPY_I32] = {"i4", 4}, [NPY_I64] = {"i8", 8},
};

static const char magic[] = "\x93NUMPY";
enum { MAGIC_BYTES = 6, MAX_RANK = 8 };

int npy_type_bytes(npy_type type) { return types[type].bytes; }

const char *npy_type_name(npy_type type) { return types[type].name; }

/* The parser's place in the header's text. */
typedef struct cursor {
    arena *mem;
    const char *p, *end;
    const char *why; /* the first error, or NULL */
} cursor;

static bool fail(cursor *c, const char *why) {
    if (!c->why) c->why = why;
    return false;
}

static void skip_spaces(cursor *c) {
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r')) c->p++;
}

static bool accept_char(cursor *c, char what) {
    skip_spaces(c);
    if (c->p == c->end || *c->p != what) return false;
    c->p++;
    return true;
}

static bool expect_char(cursor *c, char what) {
    return accept_char(c, what) || fail(c, arena_printf(c->mem, "its header lacks a '%c'", what));
}

static bool accept_word(cursor *c, const char *word) {
    size_t length = strlen(word);
    skip_spaces(c);
    if ((size_t)(c->end - c->p) < length || memcmp(c->p, word, length) != 0) return false;
    c->p += length;
    return true;
}

/* Parses a quoted string of printable ASCII without escapes. 'descr' and the keys need no more. */
static bool parse_string(cursor *c, const char **out) {
    skip_spaces(c);
    if (c->p == c->end || (*c->p != '\'' && *c->p != '"')) return fail(c, "its header lacks a string");
    char quote = *c->p++;
    const char *begin = c->p;
    while (c->p < c->end && *c->p != quote && *c->p >= ' ' && *c->p <= '~' && *c->p != '\\') c->p++;
    if (c->p == c->end || *c->p != quote) return fail(c, "a string in its header does not end");
    *out = arena_strndup(c->mem, begin, (size_t)(c->p++ - begin));
    return true;
}

static bool parse_number(cursor *c, int64_t *out) {
    skip_spaces(c);
    const char *begin = c->p;
    int64_t value = 0;
    for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
        if (value > (INT64_MAX - 9) / 10) return fail(c, "a number in its shape is too large");
        value = value * 10 + (*c->p - '0');
    }
    if (c->p == begin) return fail(c, "its shape has something that is not a whole number");
    *out = value;
    return true;
}

/* shape = "(" [ number { "," number } [ "," ] ] ")" */
static bool parse_shape(cursor *c, npy_array *out) {
    if (!expect_char(c, '(')) return false;
    out->rank = 0;
    while (!accept_char(c, ')')) {
        if (out->rank == MAX_RANK) return fail(c, "it has more than 8 dimensions");
        if (!parse_number(c, &out->dims[out->rank++])) return false;
        if (!accept_char(c, ',')) return expect_char(c, ')');
    }
    return true;
}

/* Finds the type of a 'descr': "<f4" is little-endian; "|u1" is one byte, which has no byte order. */
static bool find_type(cursor *c, const char *descr, npy_type *out) {
    if (descr[0] == '>') return fail(c, arena_printf(c->mem, "its numbers are big-endian (%s)", descr));
    for (int t = 0; t < NPY_TYPE_COUNT; t++) {
        bool ordered = descr[0] == '<' || (descr[0] == '|' && types[t].bytes == 1);
        if (ordered && strcmp(descr + 1, types[t].name) == 0) {
            *out = (npy_type)t;
            return true;
        }
    }
    return fail(c,
                arena_printf(c->mem,
                             "its type \"%.40s\" is not read; uint8, int8, int32, int64, float16, float32 and "
                             "float64 are",
                             descr));
}

static bool parse_entry(cursor *c, npy_array *out, bool seen[3]) {
    static const char *const keys[3] = {"descr", "fortran_order", "shape"};
    const char *key, *descr;
    if (!parse_string(c, &key) || !expect_char(c, ':')) return false;
    int k = 0;
    while (k < 3 && strcmp(key, keys[k]) != 0) k++;
    if (k == 3) return fail(c, arena_printf(c->mem, "its header has an unknown key '%.40s'", key));
    if (seen[k]) return fail(c, arena_printf(c->mem, "its header has the key '%s' twice", key));
    seen[k] = true;
    if (k == 0) {
        skip_spaces(c);
        if (c->p < c->end && *c->p == '[') return fail(c, "it holds records, not numbers");
        return parse_string(c, &descr) && find_type(c, descr, &out->type);
    }
    if (k == 2) return parse_shape(c, out);
    out->fortran_order = accept_word(c, "True");
    return out->fortran_order || accept_word(c, "False") ||
           fail(c, "its 'fortran_order' is neither True nor False");
}

static bool parse_dictionary(cursor *c, npy_array *out) {
    bool seen[3] = {false, false, false};
    if (!expect_char(c, '{')) return false;
    while (!accept_char(c, '}')) {
        if (!parse_entry(c, out, seen)) return false;
        if (accept_char(c, ',')) continue;
        if (!expect_char(c, '}')) return false;
        break;
    }
    skip_spaces(c);
    if (c->p != c->end) return fail(c, "its header has text behind its dictionary");
    if (!seen[0] || !seen[1] || !seen[2])
        return fail(c, "its header lacks one of 'descr', 'fortran_order' and 'shape'");
    return true;
}

/* Sets out->count to the product of the dimensions. The number of bytes must fit 64 bits too. */
static bool count_elements(cursor *c, npy_array *out) {
    out->count = 1;
    bool empty = false;
    for (int i = 0; i < out->rank; i++) empty = empty || out->dims[i] == 0;
    for (int i = 0; i < out->rank && !empty; i++) {
        if (out->count > INT64_MAX / 16 / out->dims[i]) return fail(c, "its shape is too large");
        out->count *= out->dims[i];
    }
    if (empty) out->count = 0;
    return true;
}

bool npy_parse_header(arena *a, const unsigned char *bytes, size_t size, npy_array *out, size_t *data_offset,
                      const char **why) {
    *out = (npy_array){0};
    if (size < MAGIC_BYTES || memcmp(bytes, magic, MAGIC_BYTES) != 0) {
        *why = "not a NumPy array: it does not begin with \\x93NUMPY";
        return false;
    }
    if (size < MAGIC_BYTES + 4) {
        *why = "truncated: it ends within its header";
        return false;
    }
    int major = bytes[MAGIC_BYTES];
    if (major < 1 || major > 3) {
        *why = arena_printf(a, "version %d of the .npy format is not read; 1 to 3 are", major);
        return false;
    }
    size_t begin = MAGIC_BYTES + (major == 1 ? 4 : 6);
    if (size < begin) {
        *why = "truncated: it ends within its header";
        return false;
    }
    size_t length = major == 1 ? load_u16(bytes + MAGIC_BYTES + 2) : load_u32(bytes + MAGIC_BYTES + 2);
    if (length > NPY_HEADER_LIMIT - begin) {
        *why = arena_printf(a, "its header claims %zu bytes, at most %d are read", length, NPY_HEADER_LIMIT);
        return false;
    }
    if (length > size - begin) {
        *why = "truncated: it ends within its header";
        return false;
    }
    cursor c = {.mem = a, .p = (const char *)bytes + begin, .end = (const char *)bytes + begin + length};
    *data_offset = begin + length;
    if (parse_dictionary(&c, out) && count_elements(&c, out)) return true;
    *why = c.why;
    return false;
}

bool npy_parse(arena *a, const unsigned char *bytes, size_t size, npy_array *out, const char **why) {
    size_t offset;
    if (!npy_parse_header(a, bytes, size, out, &offset, why)) return false;
    uint64_t need = (uint64_t)out->count * (uint64_t)types[out->type].bytes, have = size - offset;
    if (have != need) {
        *why = arena_printf(a, "%s: its shape asks for %llu bytes of numbers, there are %llu",
                            have < need ? "truncated" : "too long", (unsigned long long)need,
                            (unsigned long long)have);
        return false;
    }
    out->data = bytes + offset;
    return true;
}

/* The index in an array in Fortran order (the first index runs fastest) of element i in C order. */
static int64_t fortran_index(const npy_array *x, int64_t i) {
    int64_t index = 0, rest = i;
    for (int axis = x->rank - 1; axis >= 0; axis--) {
        int64_t stride = 1;
        for (int j = 0; j < axis; j++) stride *= x->dims[j];
        index += rest % x->dims[axis] * stride;
        rest /= x->dims[axis];
    }
    return index;
}

double npy_value(const npy_array *x, int64_t i) {
    if (x->fortran_order) i = fortran_index(x, i);
    const unsigned char *p = x->data + i * types[x->type].bytes;
    switch (x->type) {
    case NPY_U8: return p[0];
    case NPY_I8: return (int8_t)p[0];
    case NPY_F16: return (double)load_f16(p);
    case NPY_F32: return (double)load_f32(p);
    case NPY_F64: return load_f64(p);
    case NPY_I32: return (int32_t)load_u32(p);
    case NPY_I64: return (double)(int64_t)load_u64(p);
    case NPY_TYPE_COUNT: break;
    }
    return 0;
}

/* Writes a header of version 1.0, padded with spaces so that the elements begin at a multiple of 64 bytes. */
static void write_header(text *out, const char *descr, const int64_t *dims, int rank) {
    text header = {0};
    text_printf(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int i = 0; i < rank; i++) text_printf(&header, i ? " %lld," : "%lld,", (long long)dims[i]);
    text_string(&header, "), }");
    while ((MAGIC_BYTES + 4 + header.size + 1) % 64) text_char(&header, ' ');
    text_char(&header, '\n');
    text_bytes(out, magic, MAGIC_BYTES);
    const unsigned char lead[4] = {1, 0, (unsigned char)(header.size & 255), (unsigned char)(header.size >> 8)};
    text_bytes(out, lead, sizeof lead);
    text_bytes(out, header.data, header.size);
    text_free(&header);
}

static int64_t product(const int64_t *dims, int rank) {
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= dims[i];
    return count;
}

static void write_little_endian(text *out, uint64_t bits, int bytes) {
    unsigned char raw[8];
    for (int i = 0; i < bytes; i++) raw[i] = (unsigned char)(bits >> 8 * i & 255);
    text_bytes(out, raw, (size_t)bytes);
}

void npy_write_f32(text *out, const int64_t *dims, int rank, const float *data) {
    write_header(out, "<f4", dims, rank);
    int64_t count = product(dims, rank);
    text_reserve(out, (size_t)count * sizeof(float));
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &data[i], sizeof bits);
        write_little_endian(out, bits, 4);
    }
}

void npy_write_i32(text *out, const int64_t *dims, int rank, const double *data) {
    write_header(out, "<i4", dims, rank);
    int64_t count = product(dims, rank);
    text_reserve(out, (size_t)count * sizeof(int32_t));
    for (int64_t i = 0; i < count; i++) write_little_endian(out, (uint32_t)(int32_t)data[i], 4);
}

void npy_write_i8(text *out, const int64_t *dims, int rank, const double *data) {
    write_header(out, "|i1", dims, rank);
    int64_t count = product(dims, rank);
    for (int64_t i = 0; i < count; i++) write_little_endian(out, (uint8_t)(int8_t)data[i], 1);
}

void npy_write_u8(text *out, const int64_t *dims, int rank, const double *data) {
    write_header(out, "|u1", dims, rank);
    int64_t count = product(dims, rank);
    for (int64_t i = 0; i < count; i++) write_little_endian(out, (uint8_t)data[i], 1);
}

void npy_write_f64(text *out, const int64_t *dims, int rank, const double *data) {
    write_header(out, "<f8", dims, rank);
    int64_t count = product(dims, rank);
    text_reserve(out, (size_t)count * sizeof(double));
    for (int64_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &data[i], sizeof bits);
        write_little_endian(out, bits, 8);
    }
}
