/* picture.c: decoding by libjpeg-turbo and libpng; PGM and PPM are simple enough to be read here.
 *
 * Files that end too soon or are damaged are refused where the format shows it. Sizes are checked before memory
 * is asked for: a file of a hundred bytes may claim to be as large as it likes. */
#include "picture.h"

#include <ctype.h>
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { CHANNELS = 3, LONGEST_SIDE = 32768, LARGEST_VALUE = 255 };
static const size_t most_bytes = 256u << 20;

typedef struct bytes {
    const unsigned char *data;
    size_t size, most_pixels; /* that it may claim to hold */
} bytes;

static bool fail(picture *p, const char *why) {
    snprintf(p->wrong, sizeof p->wrong, "%s", why);
    return false;
}

/* All of a file, which need not be a regular one; *data is to be freed in either case. */
static bool read_file(picture *p, FILE *f, unsigned char **data, size_t *size) {
    for (size_t room = 0;;) {
        if (*size == room) {
            if (room >= most_bytes) return fail(p, "more than 256 MB");
            room = room ? 2 * room : 1u << 16;
            unsigned char *more = realloc(*data, room);
            if (!more) return fail(p, "no memory");
            *data = more;
        }
        size_t got = fread(*data + *size, 1, room - *size, f);
        *size += got;
        if (ferror(f)) return fail(p, strerror(errno));
        if (!got) return true;
    }
}

static bool make_room(picture *p, const bytes *b, size_t width, size_t height) {
    if (width == 0 || height == 0) return fail(p, "has no pixels");
    if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > b->most_pixels) {
        snprintf(p->wrong, sizeof p->wrong, "%zu x %zu pixels: at most %d a side, and %zu million, are taken",
                 width, height, LONGEST_SIDE, b->most_pixels / 1000000);
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
    if (!make_room(p, b, (size_t)width, (size_t)height)) return false;
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
    } else if (make_room(p, b, image.width, image.height)) {
        good = png_image_finish_read(&image, &white, p->pixels, 0, NULL) || fail(p, image.message);
    } else {
        good = false;
    }
    png_image_free(&image);
    return good;
}

/* The next number of the header, or -1. Comments run from # to the end of the line. */
static long pnm_number(const bytes *b, size_t *at) {
    while (*at < b->size && (isspace(b->data[*at]) || b->data[*at] == '#')) {
        if (b->data[*at] == '#') {
            while (*at < b->size && b->data[*at] != '\n') ++*at;
        } else {
            ++*at;
        }
    }
    if (*at == b->size || !isdigit(b->data[*at])) return -1;
    long n = 0;
    for (; *at < b->size && isdigit(b->data[*at]); ++*at) {
        if (n <= LONGEST_SIDE) n = 10 * n + (b->data[*at] - '0'); /* larger ones are refused, however large */
    }
    return n;
}

/* "P5" (grey) or "P6", width, height and the largest value, one white space, the pixels. */
static bool read_pnm(picture *p, const bytes *b) {
    size_t channels = b->data[1] == '5' ? 1 : CHANNELS, at = 2;
    p->format = channels == 1 ? "PGM" : "PPM";
    long width = pnm_number(b, &at), height = pnm_number(b, &at), largest = pnm_number(b, &at);
    if (width < 0 || height < 0 || largest < 0 || at == b->size || !isspace(b->data[at]))
        return fail(p, "its header is broken");
    at++;
    if (largest != LARGEST_VALUE) return fail(p, "has other values than 0 to 255");
    if (!make_room(p, b, (size_t)width, (size_t)height)) return false;
    size_t pixels = (size_t)width * (size_t)height;
    if (b->size - at < pixels * channels) return fail(p, "ends too soon");
    for (size_t i = 0; i < pixels; i++) {
        for (size_t c = 0; c < CHANNELS; c++) {
            p->pixels[i * CHANNELS + c] = b->data[at + i * channels + (channels == 1 ? 0 : c)];
        }
    }
    return true;
}

bool picture_decode(picture *p, const void *file, size_t size, size_t most_pixels) {
    static const unsigned char jpeg[] = {0xff, 0xd8, 0xff},
                               png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const bytes b = {file, size, most_pixels};
    memset(p, 0, sizeof *p);
    if (size >= sizeof jpeg && !memcmp(file, jpeg, sizeof jpeg)) return read_jpeg(p, &b);
    if (size >= sizeof png && !memcmp(file, png, sizeof png)) return read_png(p, &b);
    if (size > 2 && b.data[0] == 'P' && (b.data[1] == '5' || b.data[1] == '6') && isspace(b.data[2]))
        return read_pnm(p, &b);
    return fail(p, "no JPEG, PNG, PGM or PPM file");
}

bool picture_read(picture *p, const char *path) {
    memset(p, 0, sizeof *p);
    FILE *f = fopen(path, "rb");
    if (!f) return fail(p, strerror(errno));
    unsigned char *data = NULL;
    size_t size = 0;
    bool good = read_file(p, f, &data, &size);
    fclose(f);
    if (good) good = picture_decode(p, data, size, PICTURE_MOST_PIXELS);
    free(data);
    return good;
}

void picture_free(picture *p) {
    free(p->pixels);
    p->pixels = NULL;
}
