/* messages.h: what was reported, as tests compare it. */
#ifndef LCC_MESSAGES_H
#define LCC_MESSAGES_H

#include "base/diag.h"
#include "base/text.h"

/* All messages so far, in the arena; "" where there are none. */
static inline const char *read_messages(arena *a, diag *d) {
    text said = {0};
    diag_print(d, &said);
    const char *copy = arena_strdup(a, said.data ? said.data : "");
    text_free(&said);
    return copy;
}

#endif
