/* byte_map.h: layers of codes without weights, by functions of the target's widest vectors that go with
 * byte_tiles. */
#ifndef LCC_EMIT_BYTE_MAP_H
#define LCC_EMIT_BYTE_MAP_H

#include "emit/dots.h"

/* Whether the step multiplies a map by a code of each channel, in a way that the functions do. */
bool scales_by_bytes(const emitter *e, const plan_step *s);

/* Writes the lines that do it for a run. */
void emit_byte_scaling(emitter *e, const plan_step *s, writer *w, dots_map m);

#endif
