/* tune.h: the file of --tune, which tune_file.c reads and writes and tune.c fills. */
#ifndef LCC_TUNE_H
#define LCC_TUNE_H

#include "driver/driver.h"

/* The file of tiles, as JSON:
 *
 *     {
 *       "format": 1, "lcc": "1.0.0", "target": "x86-64-v4",
 *       "tiles": {
 *         "stem": {"pixels": 6, "vectors": 2},
 *         ..
 *
 * Reads that of --tune into j->tuning; false after errors: it is no such file, or another target's. */
bool read_tiles(job *j);
/* Writes j->tuning, whole or not at all. */
bool write_tiles(job *j);

#endif
