/* bf16_tile.h: how tiles of floats that multiply in bfloat16 gather their inputs. */
#ifndef LCC_EMIT_BF16_TILE_H
#define LCC_EMIT_BF16_TILE_H

#include "emit/byte_tile.h"

/* Writes the lines that round the inputs of each pixel to bfloat16 and put them side by side into `tile`, by
 * pairs. Where the step scales its inputs, each is multiplied by its factor in `scale` first. */
void emit_bf16_gathering(emitter *e, writer *w, const gathering *k);

#endif
