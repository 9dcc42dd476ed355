/* picture.c: decoding by libjpeg-turbo and libpng.
 *
 * Files that end too soon or are damaged are refused where the format shows it. Sizes are checked before memory
 * is asked for: a file of a hundred bytes may claim to be as large as it likes. */
#include "picture.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { CHANNELS = 3, LONGEST_SIDE = 32768 };
static const size_t most_pixels = 100u << 20, most_bytes = 256u << 20;

typedef struct bytes {
    unsigned char *data;
    size_t size;
} bytes;

static bool fail(picture *p, const char *why) {
    snprintf(p->wrong, sizeof p->wrong, "%s", why);
    return false;
}

/* All of a file, which need not be a regular one; data is to be freed in either case. */
static bool read_file(picture *p, FILE *f, bytes *b) {
    for (size_t room = 0;;) {
        if (b->size == room) {
            if (room >= most_bytes) return fail(p, "more than 256 MB");
            room = room ? 2 * room : 1u << 16;
            unsigned char *more = realloc(b->data, room);
            if (!more) return fail(p, "no memory");
            b->data = more;
        }
        size_t got = fread(b->data + b->size, 1, room - b->size, f);
        b->size += got;
        if (ferror(f)) return fail(p, strerror(errno));
        if (!got) return true;
    }
}

static bool make_room(picture *p, size_t width, size_t height) {
    if (width == 0 || height == 0) return fail(p, "has no pixels");
    if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > most_pixels) {
        snprintf(p->wrong, sizeof p->wrong, "%zu x %zu pixels: at most %d a side, and %zu million, are taken",
                 width, height, LONGEST_SIDE, most_pixels >> 20);
        return false;
    }
    p->width = (int)width;
    p->height = (int)height;
    p->pixels = malloc(width * height * CHANNELS);
    return p->pixels || fail(p, "no memory");
}

static bool decode_jpeg(picture *p, tjhandle decoder, const bytes *b) {
    enum { FLAGS = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT };
    int width, height, sampling, colours;
    unsigned long size = (unsigned long)b->size;
    if (tjDecompressHeader3(decoder, b->data, size, &width, &height, &sampling, &colours))
        return fail(p, tjGetErrorStr2(decoder));
    if (!make_room(p, (size_t)width, (size_t)height)) return false;
    if (tjDecompress2(decoder, b->data, size, p->pixels, width, 0, height, TJPF_RGB, FLAGS))
        return fail(p, tjGetErrorStr2(decoder));
    return true;
}

static bool read_jpeg(picture *p, const bytes *b) {
    p->format = "JPEG";
    tjhandle decoder = tjInitDecompress();
    if (!decoder) return fail(p, "no memory");
    bool good = decode_jpeg(p, decoder, b);
    tjDestroy(decoder);
    return good;
}

/* Sixteen bits, palettes and greys become 8 bits RGB; what is transparent is laid on white. */
static bool read_png(picture *p, const bytes *b) {
    p->format = "PNG";
    const png_color white = {255, 255, 255};
    png_image image = {.version = PNG_IMAGE_VERSION};
    bool good = png_image_begin_read_from_memory(&image, b->data, b->size);
    image.format = PNG_FORMAT_RGB;
    if (!good || image.warning_or_error & PNG_IMAGE_ERROR) {
        fail(p, image.message);
        good = false;
    } else if (make_room(p, image.width, image.height)) {
        good = png_image_finish_read(&image, &white, p->pixels, 0, NULL) || fail(p, image.message);
    } else {
        good = false;
    }
    png_image_free(&image);
    return good;
}

bool picture_read(picture *p, const char *path) {
    static const unsigned char jpeg[] = {0xff, 0xd8, 0xff},
                               png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    memset(p, 0, sizeof *p);
    FILE *f = fopen(path, "rb");
    if (!f) return fail(p, strerror(errno));
    bytes b = {0};
    bool good = read_file(p, f, &b);
    fclose(f);
    if (good) {
        if (b.size >= sizeof jpeg && !memcmp(b.data, jpeg, sizeof jpeg)) {
            good = read_jpeg(p, &b);
        } else if (b.size >= sizeof png && !memcmp(b.data, png, sizeof png)) {
            good = read_png(p, &b);
        } else {
            good = fail(p, "neither a JPEG nor a PNG file");
        }
    }
    free(b.data);
    return good;
}

void picture_free(picture *p) {
    free(p->pixels);
    p->pixels = NULL;
}
