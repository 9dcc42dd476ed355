/* i8_helium.h: what the kernels for integer layers by the vectors of Armv8.1-M (Cortex-M55, M85) share: how
 * products become codes, and residuals are added.
 *
 * Only the integer half of the extension is used. GCC is told that assembly changes the predicate; otherwise it
 * would keep one over a call of a function that it sees. clang cannot be told, but keeps none over calls, and
 * there is none alive in the functions with assembly. */
#include "i8.h"

#ifndef I8_PREDICATE
#if defined(__clang__)
#define I8_PREDICATE
#else
#define I8_PREDICATE , "p0"
#endif
#endif

enum { I8_FOUR = 4, I8_SIXTEEN = 16 };

/* The first `count` codes, or 16; and a store of so many. GCC 12 believes that predicated loads and stores are
 * of all 16 bytes: it would move loads before stores to what lies behind, and drop earlier stores there. */
static inline int8x16_t i8_load_part(const int8_t *p, int32_t count) {
    int8x16_t v;
    __asm__ volatile("vctp.8 %[n]\n\tvpst\n\tvldrbt.8 %q[v], [%[p]]"
                     : [v] "=w"(v)
                     : [n] "r"(count), [p] "r"(p)
                     : "cc", "memory" I8_PREDICATE);
    return v;
}

static inline void i8_store_part(int8_t *p, int8x16_t v, int32_t count) {
    __asm__ volatile("vctp.8 %[n]\n\tvpst\n\tvstrbt.8 %q[v], [%[p]]"
                     :
                     : [n] "r"(count), [v] "w"(v), [p] "r"(p)
                     : "cc", "memory" I8_PREDICATE);
}

/* ---- from sums to codes ---- */

/* How the sums of a layer are rescaled: see i8_tile. Factors shift to the right; see I8_SHORT. */
static inline int32_t i8_way(const i8_end *k) {
    if (k->how & I8_TFLITE) return k->how & I8_POSITIVE ? 0 : 1;
    return k->how & I8_BOTH ? 3 : 2;
}

/* Rows of bytes for each channel behind its factors, of which the last has the numbers of tables, if they have
 * any. */
static inline int32_t i8_byte_rows(const i8_end *k) {
    return 1 + !!(k->how & I8_BOTH) + !!(k->how & I8_SEVERAL);
}

/* Rescales vectors by one factor, of any shift. */
static inline int32x4_t i8_scale(int32x4_t v, int32_t multiplier, int32_t shift, uint8_t how) {
    if (shift > 0) {
        v = how & I8_TFLITE ? vshlq_r_s32(v, shift) : vqshlq_r_s32(v, shift);
        shift = 0;
    }
    if (!(how & I8_TFLITE) && shift < 0) return vrshlq_n_s32(vqdmulhq_n_s32(v, multiplier), shift);
    v = vqrdmulhq_n_s32(v, multiplier);
    if (shift < 0) v = vqaddq_s32(v, vshrq_n_s32(v, 31));
    return vrshlq_n_s32(v, shift);
}

/* Of the codes x and z, their sum in y's scale: see i8_add. It is to be placed yet. */
static inline int32x4_t i8_add_wide(int32x4_t x, int32x4_t z, const i8_sum *k, uint8_t how) {
    x = i8_scale(vshlq_r_s32(vsubq_n_s32(x, k->x_zero), k->left), k->x_by.multiplier, k->x_by.shift, how);
    z = i8_scale(vshlq_r_s32(vsubq_n_s32(z, k->z_zero), k->left), k->z_by.multiplier, k->z_by.shift, how);
    return i8_scale(vaddq_s32(x, z), k->y_by.multiplier, k->y_by.shift, how);
}

/* Bytes 0, 1, 2 and 3 of each word of the result are of a, c, b and d. */
static inline int8x16_t i8_narrow(int16x8_t ac, int16x8_t bd) {
    return vqmovntq_s16(vqmovnbq_s16(vreinterpretq_s8_s16(ac), ac), bd);
}

static inline int16x8_t i8_join(int32x4_t a, int32x4_t b) {
    return vqmovntq_s32(vqmovnbq_s32(vreinterpretq_s16_s32(a), a), b);
}

/* The same where no factor shifts to the left, and that of the sum shifts to the right. x and z are less their
 * zero points. To round once, operands have one bit more and are shifted by one bit more. */
static inline int32x4_t i8_add_short(int32x4_t x, int32x4_t z, const i8_sum *k, uint8_t how) {
    if (!(how & I8_TFLITE)) {
        x = vrshlq_n_s32(vqdmulhq_n_s32(vshlq_r_s32(x, k->left + 1), k->x_by.multiplier), k->x_by.shift - 1);
        z = vrshlq_n_s32(vqdmulhq_n_s32(vshlq_r_s32(z, k->left + 1), k->z_by.multiplier), k->z_by.shift - 1);
        return vrshlq_n_s32(vqdmulhq_n_s32(vaddq_s32(x, z), k->y_by.multiplier), k->y_by.shift);
    }
    x = vqrdmulhq_n_s32(vshlq_r_s32(x, k->left), k->x_by.multiplier);
    x = vrshlq_n_s32(vmlaq_n_s32(x, vshrq_n_s32(x, 31), k->x_by.shift < 0), k->x_by.shift);
    z = vqrdmulhq_n_s32(vshlq_r_s32(z, k->left), k->z_by.multiplier);
    z = vrshlq_n_s32(vmlaq_n_s32(z, vshrq_n_s32(z, 31), k->z_by.shift < 0), k->z_by.shift);
    x = vqrdmulhq_n_s32(vaddq_s32(x, z), k->y_by.multiplier);
    return vrshlq_n_s32(vaddq_s32(x, vshrq_n_s32(x, 31)), k->y_by.shift);
}

/* Eight codes of the sum, before they are bounded; those of x and z. */
static inline int16x8_t i8_add_eight(int16x8_t x, int16x8_t z, int is_short, const i8_sum *k, uint8_t how) {
    if (is_short) {
        x = vsubq_n_s16(x, k->x_zero);
        z = vsubq_n_s16(z, k->z_zero);
        const int32x4_t a = i8_add_short(vmovlbq_s16(x), vmovlbq_s16(z), k, how);
        const int32x4_t b = i8_add_short(vmovltq_s16(x), vmovltq_s16(z), k, how);
        return vqaddq_n_s16(i8_join(a, b), k->y_zero);
    }
    const int32x4_t a = i8_add_wide(vmovlbq_s16(x), vmovlbq_s16(z), k, how);
    const int32x4_t b = i8_add_wide(vmovltq_s16(x), vmovltq_s16(z), k, how);
    return vqaddq_n_s16(i8_join(a, b), k->y_zero);
}

/* Adds a residual's codes to codes. */
__attribute__((noinline)) static int8x16_t i8_add_codes(int8x16_t x, int8x16_t z, const i8_sum *k,
                                                        uint8_t how) {
    const int16x8_t x0 = vmovlbq_s8(x), x1 = vmovltq_s8(x), z0 = vmovlbq_s8(z), z1 = vmovltq_s8(z);
    int8x16_t v;
    if (k->x_by.shift > 0 || k->z_by.shift > 0 || k->y_by.shift >= 0)
        v = i8_narrow(i8_add_eight(x0, z0, 0, k, how), i8_add_eight(x1, z1, 0, k, how));
    else if (how & I8_TFLITE)
        v = i8_narrow(i8_add_eight(x0, z0, 1, k, I8_TFLITE), i8_add_eight(x1, z1, 1, k, I8_TFLITE));
    else
        v = i8_narrow(i8_add_eight(x0, z0, 1, k, I8_ONCE), i8_add_eight(x1, z1, 1, k, I8_ONCE));
    return vminq_s8(vmaxq_s8(v, vdupq_n_s8((int8_t)k->least)), vdupq_n_s8((int8_t)k->most));
}
