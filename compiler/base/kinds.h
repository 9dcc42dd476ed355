/* kinds.h: kinds of files, told by their first bytes: those that people have in place of the file that they
 * meant, and formats that lcc does not read but should call by their names. */
#ifndef LCC_KINDS_H
#define LCC_KINDS_H

#include <stdbool.h>
#include <stddef.h>

enum { KIND_HEAD = 512 }; /* as many bytes of a file tell its kind */

/* Whether a file that begins with these bytes is of the kind. */
bool is_lfs_pointer(const unsigned char *head, size_t size);
bool is_html(const unsigned char *head, size_t size); /* or XML */
bool is_gzip(const unsigned char *head, size_t size);
bool is_zip(const unsigned char *head, size_t size);
bool is_pytorch(const unsigned char *head, size_t size); /* a pickle, or a zip archive that PyTorch wrote */
bool is_pickle(const unsigned char *head, size_t size);
bool is_npz(const unsigned char *head, size_t size);
bool is_npy(const unsigned char *head, size_t size);
bool is_hdf5(const unsigned char *head, size_t size);
bool is_tflite(const unsigned char *head, size_t size);
bool is_safetensors(const unsigned char *head, size_t size);

/* What the first three are, and what to do about them, wherever they stand for a file. */
#define LFS_POINTER_TEXT "a Git LFS pointer, not the file itself. In its repository: git lfs pull"
#define HTML_TEXT                                                                                              \
    "a page of HTML or XML, as a server sends it in place of a file: download the file itself (at GitHub by "  \
    "its link \"raw\")"
#define GZIP_TEXT "a gzip archive: unpack it first, with gunzip or tar -xzf"

/* One of these three texts; NULL where the file is none of them. */
const char *explain_download(const unsigned char *head, size_t size);

#endif
