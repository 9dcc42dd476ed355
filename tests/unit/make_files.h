/* make_files.h: builds the bytes of weight files for tests, well-formed or broken on purpose.
 *
 * Written from the formats' descriptions and not with the libraries that the compiler reads them with, so that
 * a mistake on one side is not made again on the other. */
#ifndef LCC_MAKE_FILES_H
#define LCC_MAKE_FILES_H

#include "base/text.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

static inline void put_le(text *out, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) text_char(out, (char)(value >> 8 * i & 255));
}

/* A safetensors file in the making. */
typedef struct safetensors_maker {
    text header, data;
} safetensors_maker;

static inline void safetensors_add(safetensors_maker *m, const char *name, const char *dtype, const char *shape,
                                   const void *data, size_t bytes) {
    text_printf(&m->header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}",
                m->header.size ? "," : "", name, dtype, shape, m->data.size, m->data.size + bytes);
    text_bytes(&m->data, data, bytes);
}

/* A whole file of the header's text and the data. */
static inline text safetensors_of(const char *header, const void *data, size_t bytes) {
    text file = {0};
    put_le(&file, strlen(header), 8);
    text_string(&file, header);
    text_bytes(&file, data, bytes);
    return file;
}

static inline text safetensors_finish(safetensors_maker *m) {
    text header = {0};
    text_printf(&header, "{%s}", m->header.size ? m->header.data : "");
    text file = safetensors_of(header.data, m->data.data, m->data.size);
    text_free(&header);
    text_free(&m->header);
    text_free(&m->data);
    return file;
}

/* An array in .npy format, version 1 (header padded to 64) or 2; `shape` is the tuple's text. */
static inline text npy_of(int version, const char *descr, const char *fortran, const char *shape,
                          const void *data, size_t bytes) {
    text header = {0}, file = {0};
    text_printf(&header, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, fortran, shape);
    while ((10 + header.size + 1) % 64) text_char(&header, ' ');
    text_char(&header, '\n');
    text_bytes(&file, "\x93NUMPY", 6);
    put_le(&file, (uint64_t)version, 1);
    put_le(&file, 0, 1);
    put_le(&file, header.size, version == 1 ? 2 : 4);
    text_bytes(&file, header.data, header.size);
    text_bytes(&file, data, bytes);
    text_free(&header);
    return file;
}

/* A zip archive in the making. */
typedef struct zip_maker {
    text body, directory;
    int members;
} zip_maker;

typedef struct zip_lie {
    uint32_t size_added; /* to the size that the archive claims for the member */
    uint32_t crc_added;
    uint16_t method; /* instead of the true one, if not 0 */
    uint16_t flags;
} zip_lie;

static inline text deflate_raw(const void *data, size_t size) {
    text out = {0};
    z_stream z = {.next_in = (Bytef *)(size_t)data, .avail_in = (uInt)size};
    deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
    size_t room = deflateBound(&z, (uLong)size);
    text_reserve(&out, room);
    z.next_out = (Bytef *)out.data;
    z.avail_out = (uInt)room;
    deflate(&z, Z_FINISH);
    out.size = room - z.avail_out;
    deflateEnd(&z);
    return out;
}

static inline void zip_add(zip_maker *m, const char *name, text content, bool deflated, zip_lie lie) {
    text packed = deflated ? deflate_raw(content.data, content.size) : (text){0};
    const text *stored_bytes = deflated ? &packed : &content;
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)content.data, (uInt)content.size) + lie.crc_added;
    uint16_t method = lie.method ? lie.method : deflated ? 8 : 0;
    size_t offset = m->body.size;
    for (int central = 0; central < 2; central++) {
        text *out = central ? &m->directory : &m->body;
        text_string(out, central ? "PK\1\2" : "PK\3\4");
        if (central) put_le(out, 20, 2);
        put_le(out, 20, 2);
        put_le(out, lie.flags, 2);
        put_le(out, method, 2);
        put_le(out, 0, 4); /* time and date */
        put_le(out, crc, 4);
        put_le(out, stored_bytes->size, 4);
        put_le(out, content.size + lie.size_added, 4);
        put_le(out, strlen(name), 2);
        put_le(out, 0, 2); /* extra field */
        if (central) {
            put_le(out, 0, 6), put_le(out, 0, 4); /* comment, disk, attributes */
            put_le(out, offset, 4);
        }
        text_string(out, name);
    }
    text_bytes(&m->body, stored_bytes->data, stored_bytes->size);
    text_free(&packed);
    m->members++;
}

static inline text zip_finish(zip_maker *m) {
    text file = {0};
    text_bytes(&file, m->body.data, m->body.size);
    text_bytes(&file, m->directory.data, m->directory.size);
    text_string(&file, "PK\5\6");
    put_le(&file, 0, 4);
    put_le(&file, (uint64_t)m->members, 2);
    put_le(&file, (uint64_t)m->members, 2);
    put_le(&file, m->directory.size, 4);
    put_le(&file, m->body.size, 4);
    put_le(&file, 0, 2);
    text_free(&m->body);
    text_free(&m->directory);
    return file;
}

#endif
