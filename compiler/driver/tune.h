/* tune.h: the file of --tune. tune.c measures its tiles, and tune_file.c reads and writes it. */
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
 * read_tiles reads the file of --tune into j->tuning. False after errors: it is not such a file, or it is that
 * of another target. */
bool read_tiles(job *j);
/* Writes j->tuning to the file of --tune, whole or not at all. False after errors. */
bool write_tiles(job *j);

#endif
