/* score_file.h: the file of --scores, JSON lines:
 *
 *     {"candidate":"8d3f2a61b07c55e9","work":3,"score":0.9123,"seconds":41.5,"command":"python3 score.py"}
 *     {"candidate":"02c9e1f0a4b7d638","failed":"exit status 1: out of memory","seconds":3.1,"command":".."}
 *
 * `candidate` is the hash of the candidate's text and of the files that it imports; `work` is missing where the
 * command takes no amount of work. Each line is written whole, by one call. */
#ifndef LCC_SCORE_FILE_H
#define LCC_SCORE_FILE_H

#include "base/map.h"
#include "search/score.h"

/* What is known of one candidate with one amount of work. */
typedef struct score_entry {
    score result;
    double seconds;
    const char *command; /* that made it */
    bool kept;           /* it was in the file */
    bool used;           /* this search asked for it: it counts for the budget */
} score_entry;

typedef struct score_file {
    arena *mem;
    diag *d;
    const char *path;    /* NULL: nothing is kept */
    const char *command; /* that makes new scores */
    int fd;              /* -1: not open yet */
    map entries;         /* score_entry, by "hash/work" */
} score_file;

/* Reads the file, if there is one, and locks it. False after errors. */
bool score_file_read(score_file *f);

/* Makes the file where there is none, and locks it. False after errors. */
bool score_file_prepare(score_file *f);

/* The entry of a candidate; NULL: there is none. */
score_entry *score_file_find(const score_file *f, uint64_t hash, int64_t work);
score_entry *score_file_add(score_file *f, uint64_t hash, int64_t work);

/* Appends the entry's line. False after an error. */
bool score_file_append(const score_file *f, uint64_t hash, const score_entry *e);

void score_file_close(score_file *f);

#endif
