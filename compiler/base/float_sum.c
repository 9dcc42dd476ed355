/* float_sum.c: see float_sum.h. */
#include "base/float_sum.h"

#include <math.h>

enum { MOST_STEPS = 9 /* of each of the three numbers: 0, 1, -1, 2, .. */ };

/* Two codes, from 0 on. */
typedef struct pair {
    int x, z;
} pair;

static float multiply_add(bool fused, float a, float b, float c) {
    if (fused) return fmaf(a, b, c);
    volatile float product = a * b; /* is rounded before it is added */
    return product + c;
}

static bool is_right(const code_sums *k, bool fused, const float_sum *by, pair at) {
    const float x = (float)(at.x - ALL_CODES / 2 - k->x_zero), z = (float)(at.z - ALL_CODES / 2 - k->z_zero);
    const float v = multiply_add(fused, x, by->x_by, multiply_add(fused, z, by->z_by, by->offset));
    const float code = nearbyintf(v);
    const int within = code < (float)k->least ? k->least : code > (float)k->most ? k->most : (int)code;
    return within == k->code[at.x][at.z];
}

/* Whether all pairs are right. *wrong, which was wrong with other floats, is looked at first, and becomes the
 * first one that is. */
static bool are_right(const code_sums *k, bool fused, const float_sum *by, pair *wrong) {
    if (!is_right(k, fused, by, *wrong)) return false;
    for (int x = 0; x < ALL_CODES; x++) {
        for (int z = 0; z < ALL_CODES; z++) {
            if (is_right(k, fused, by, (pair){x, z})) continue;
            *wrong = (pair){x, z};
            return false;
        }
    }
    return true;
}

/* Number i of the numbers 0, 1, -1, 2, .. times a step. */
static float moved(double from, double step, int i) {
    return (float)(from + (i % 2 ? i / 2 + 1 : -(i / 2)) * step);
}

bool find_float_sum(const code_sums *k, bool fused, float_sum *found) {
    const double ulp = 0x1p-24, offset_step = 0x1p-18;
    pair wrong = {0, 0};
    for (int i = 0; i < MOST_STEPS * MOST_STEPS * MOST_STEPS; i++) {
        const int offset = i / (MOST_STEPS * MOST_STEPS), x = i / MOST_STEPS % MOST_STEPS, z = i % MOST_STEPS;
        *found = (float_sum){moved(k->x_by, k->x_by * ulp, x), moved(k->z_by, k->z_by * ulp, z),
                             moved(k->y_zero, offset_step, offset)};
        if (are_right(k, fused, found, &wrong)) return true;
    }
    return false;
}
