/* along.c: axes of length 1 say nothing, and neighbours that are both in the set, or both not, are one axis. So
 * there are at most three axes, which alternate: kept, gone, kept, or gone, kept, gone. */
#include "graph/along.h"

/* An axis, and whether it is in the set. */
typedef struct part {
    int64_t size;
    bool gone;
} part;

along walk_along(shape s, int axes) {
    const int64_t sizes[3] = {s.h, s.w, s.c};
    part parts[3];
    int n = 0;
    for (int i = 0; i < 3; i++) {
        bool gone = axes >> i & 1;
        if (sizes[i] == 1) continue;
        if (n && parts[n - 1].gone == gone) {
            parts[n - 1].size *= sizes[i];
        } else {
            parts[n++] = (part){sizes[i], gone};
        }
    }
    along k = {.places = 1, .steps = 1, .length = 1, .channels = 1};
    if (n == 0) return k;
    part last = parts[n - 1], middle = n > 1 ? parts[n - 2] : (part){1, false},
         first = n > 2 ? parts[n - 3] : (part){1, false};
    k.across = last.gone;
    if (k.across) {
        k.length = last.size;
        k.places = middle.size;
        k.place_step = last.size;
        k.steps = first.size;
        k.step = middle.size * last.size;
    } else {
        k.channels = last.size;
        k.steps = middle.size;
        k.step = last.size;
        k.places = first.size;
        k.place_step = middle.size * last.size;
    }
    return k;
}
