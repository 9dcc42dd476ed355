/* kinds.c: tells files by their first bytes. */
#include "base/kinds.h"

#include <string.h>
#include <strings.h>

static bool begins(const unsigned char *head, size_t size, const char *with, size_t length) {
    return size >= length && memcmp(head, with, length) == 0;
}

/* https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: the version is the first line. */
bool is_lfs_pointer(const unsigned char *head, size_t size) {
    static const char line[] = "version https://git-lfs.github.com/spec/";
    return begins(head, size, line, sizeof line - 1);
}

bool is_html(const unsigned char *head, size_t size) {
    static const char *const tags[] = {"<!doctype", "<html", "<head", "<body", "<?xml"};
    size_t at = begins(head, size, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (at < size && strchr(" \t\r\n", head[at]) && head[at]) at++;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        size_t length = strlen(tags[i]);
        if (size - at >= length && strncasecmp((const char *)head + at, tags[i], length) == 0) return true;
    }
    return false;
}

bool is_gzip(const unsigned char *head, size_t size) { return begins(head, size, "\x1f\x8b", 2); }

bool is_zip(const unsigned char *head, size_t size) {
    return begins(head, size, "PK\3\4", 4) || begins(head, size, "PK\5\6", 4);
}

/* The name of a zip archive's first member, which the header of that member holds (APPNOTE.TXT 4.3.7), as far
 * as it is among these bytes. *length is 0 where there is none. */
static const char *first_member(const unsigned char *head, size_t size, size_t *length) {
    enum { HEADER = 30, NAME_LENGTH = 26 };
    *length = 0;
    if (size < HEADER || !begins(head, size, "PK\3\4", 4)) return "";
    *length = head[NAME_LENGTH] | (size_t)head[NAME_LENGTH + 1] << 8;
    if (*length > size - HEADER) *length = size - HEADER;
    return (const char *)head + HEADER;
}

bool is_pickle(const unsigned char *head, size_t size) {
    return size > 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5;
}

/* torch.save and torch.jit.save begin with NAME/data.pkl or NAME/data/0, torch.export.save with
 * NAME/archive_format or, in its first versions, with the file "version". */
bool is_pytorch(const unsigned char *head, size_t size) {
    static const char *const members[] = {"data.pkl",       "data/",     "version",       ".format_version",
                                          "archive_format", "byteorder", "constants.pkl", "code/"};
    size_t length;
    const char *name = first_member(head, size, &length), *slash = memchr(name, '/', length);
    size_t folder = slash ? (size_t)(slash - name) + 1 : 0;
    for (size_t i = 0; i < sizeof members / sizeof *members && length; i++) {
        size_t m = strlen(members[i]);
        bool in_folder = length - folder >= m && memcmp(name + folder, members[i], m) == 0;
        if (in_folder && (folder || strcmp(members[i], "version") == 0)) return true;
    }
    return is_pickle(head, size);
}

bool is_npz(const unsigned char *head, size_t size) {
    size_t length;
    const char *name = first_member(head, size, &length);
    return length >= 4 && memcmp(name + length - 4, ".npy", 4) == 0;
}

bool is_npy(const unsigned char *head, size_t size) { return begins(head, size, "\x93NUMPY", 6); }

bool is_hdf5(const unsigned char *head, size_t size) { return begins(head, size, "\x89HDF\r\n\x1a\n", 8); }

/* The file identifier of a FlatBuffer follows the offset of its root. */
bool is_tflite(const unsigned char *head, size_t size) { return size >= 8 && memcmp(head + 4, "TFL3", 4) == 0; }

/* The 8 bytes of a length below 4 GB, then the "{" of the header. */
bool is_safetensors(const unsigned char *head, size_t size) {
    static const unsigned char zeros[4];
    return size > 8 && head[8] == '{' && memcmp(head + 4, zeros, 4) == 0;
}

const char *explain_download(const unsigned char *head, size_t size) {
    return is_lfs_pointer(head, size) ? LFS_POINTER_TEXT
           : is_html(head, size)      ? HTML_TEXT
           : is_gzip(head, size)      ? GZIP_TEXT
                                      : NULL;
}
