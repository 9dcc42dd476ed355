/* i8_helium_window.h: kernels for depthwise layers of integers by the vectors of Armv8.1-M.
 *
 * An output is the dot product of what a channel's window sees and of its weights, at most 32 of each. For
 * this, a stretch of inputs is turned round: what the windows of eight channels see stands side by side for
 * each channel, column by column. A window is then one vector or two of neighbouring bytes. What i8_helium.h
 * says of assembly and predicates holds here, too. */
#include "i8_helium.h"

/* Of a stretch: the channels, the bytes of each, and the rows that are turned round at once. */
enum { I8_EIGHT = 8, I8_CHANNEL_ROOM = 50, I8_ROWS_AT_ONCE = 5 };

/* What turns rows round. */
typedef struct i8_spread {
    const int8_t *rows[I8_ROWS_AT_ONCE];
    int32_t x_step; /* from a column to the next */
    int8_t *to;
    int32_t count;   /* of rows, at least 1 */
    int32_t to_step; /* from a column to the next: rows of the window */
    int32_t columns; /* at least 1 */
    int32_t offset;  /* in the rows, of the first of eight channels */
    int32_t place;   /* of that channel in the stretch; those that would lie behind the eighth come first */
} i8_spread;

/* Some functions leave other values in q4 to q7 than they find there, and do not say so: to keep them for each
 * call would take 64 bytes of stack. This stands behind each call of them, and says so. */
#define I8_HAS_LOST_Q4_TO_Q7 __asm__ volatile("" : : : "q4", "q5", "q6", "q7")

/* Turns the rows of eight channels round, and leaves other values in q4 to q6. The jump leaves out the rows
 * that lack. */
static inline void i8_spread_rows(const i8_spread *k) {
    register const void *r0 __asm__("r0") = k;
    __asm__ volatile(
        "push {r4-r11, lr}\n\tldm r0!, {r1-r5}\n\tldm r0, {r6-r12}\n\tadd r1, r11\n\t"
        "add r2, r11\n\tadd r3, r11\n\tadd r4, r11\n\tadd r5, r11\n\tmov r11, #8\n\t"
        "viwdup.u16 q2, r12, r11, #1\n\tmov r11, #50\n\tvmul.i16 q2, q2, r11\n\tmov r11, #1\n\t"
        "vadd.i16 q3, q2, r11\n\tvadd.i16 q4, q3, r11\n\tvadd.i16 q5, q4, r11\n\t"
        "vadd.i16 q6, q5, r11\n\t.p2align 2\n\tadr r11, 2f\n\tadd r8, r8, r8, lsl #1\n\t"
        "sub r11, r11, r8, lsl #2\n\torr r11, #1\n\tdls lr, r10\n"
        "1:\n\tbx r11\n\tvldrb.u16 q0, [r5]\n\tadd.w r5, r5, r6\n\tvstrb.16 q0, [r7, q6]\n\t"
        "vldrb.u16 q0, [r4]\n\tadd.w r4, r4, r6\n\tvstrb.16 q0, [r7, q5]\n\tvldrb.u16 q0, [r3]\n\t"
        "add.w r3, r3, r6\n\tvstrb.16 q0, [r7, q4]\n\tvldrb.u16 q0, [r2]\n\tadd.w r2, r2, r6\n\t"
        "vstrb.16 q0, [r7, q3]\n\tvldrb.u16 q0, [r1]\n\tadd.w r1, r1, r6\n\tvstrb.16 q0, [r7, q2]\n"
        "2:\n\tadd r7, r9\n\tle lr, 1b\n\tpop {r4-r11, lr}\n\t"
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", "q0", "q2", "q3", "cc", "memory");
}

/* The same of less than eight channels, where the map has no more. */
static inline void i8_spread_few(const i8_spread *k, int32_t channels) {
    const uint16x8_t at = vmulq_n_u16(vidupq_n_u16(0, 1), I8_CHANNEL_ROOM);
    for (int i = 0; i < k->count; i++) {
        const int8_t *x = k->rows[i] + k->offset;
        int8_t *to = k->to + i;
        int32_t left = k->columns;
        __asm__ volatile("vctp.16 %[n]\n"
                         "1:\n\tvpstt\n\tvldrbt.u16 q0, [%[x]]\n\tvstrbt.16 q0, [%[to], %q[at]]\n\t"
                         "add %[x], %[x], %[step]\n\tadd %[to], %[to], %[to_step]\n\t"
                         "subs %[left], %[left], #1\n\tbne 1b"
                         : [x] "+&l"(x), [to] "+&r"(to), [left] "+&r"(left)
                         : [n] "r"(channels), [step] "r"(k->x_step), [to_step] "r"(k->to_step), [at] "w"(at)
                         : "q0", "cc", "memory" I8_PREDICATE);
    }
}

enum { I8_PLAIN, I8_TABLE, I8_BOUNDED };

/* What makes the codes of some blocks of four channels, of some pixels whose windows stand in a stretch. */
typedef struct i8_block {
    int32_t way;    /* 0: I8_ONCE; 1: I8_TFLITE, and I8_POSITIVE; 2: I8_TFLITE; 3: I8_ONCE, and I8_BOTH */
    int32_t finish; /* I8_PLAIN: codes are -128 to 127; I8_TABLE: they are, and have a table;
                       I8_BOUNDED: everything else */
    int32_t x_next, y_next; /* from two pixels to the next two; x: from behind the last channel */
    int32_t zero;
    const int8_t *x;    /* the first window of the first channel; the function sets it, head, y and `blocks` */
    const int8_t *head; /* of the first block */
    int8_t *y;
    int32_t block_bytes;
    int32_t blocks;
    int32_t pixels; /* an even number, at least 2 */
    int32_t step;   /* from the first window to the second one */
    int32_t odd;    /* there is another pixel: bytes of the stretch from a window to the next; or 0 */
    int32_t y_step;
    int32_t least, most;       /* where there is a table, these and `zero` are 128 more */
    const int8_t *table;       /* or NULL */
    int32_t lanes;             /* twice the channels of the last block, where it has less than four; else 8 */
    int32_t to_w, to_numbers;  /* in a block: where weights begin, and numbers of tables; or 0 */
    int32_t first, more, taps; /* taps of the first vector and of the second one; of both */
    int32_t unused;
    uint16_t places[8]; /* in y, of two pixels by four channels */
    uint16_t numbers[8];
} i8_block;

/* How such functions begin and end. Sums of four channels stand in r0, r2, r4 and r6, and those of the next
 * pixel in r8, r10, r12 and lr. Windows are at r1 and r5, and the head at r3, or weights where they do not stay
 * in q4 to q7. The multipliers are in q2, the shifts in q3. Predicated loads take nine bytes. */
#define I8_BLOCK_BEGIN                                                                                         \
    "push {r4-r11, lr}\n\tmov r11, r0\n\tmov r0, #9\n\tvctp.8 r0\n"                                            \
    "0:\n\tadd r0, r11, #20\n\tldm r0, {r1, r3, r7}\n\tldrd r0, r2, [r11, #72]\n\t"                            \
    "vldrw.32 q2, [r3, #16]\n\tvldrb.s32 q3, [r3, #32]\n\tadds r5, r3, r0\n\tcbz r2, 1f\n\t"                   \
    "adds r2, r3\n\tvldrb.s32 q0, [r2]\n\tvshl.i32 q0, q0, #8\n\tvsli.32 q0, q0, #16\n\t"                      \
    "vstrw.32 q0, [r11, #112]\n"                                                                               \
    "1:\n\t"

#define I8_BLOCK_CODES                                                                                         \
    "ldm r11, {r0, r2, r4, r6, r8}\n\tcbnz r0, 6f\n"                                                           \
    "2:\n\tvqdmulh.s32 q0, q0, q2\n\tvqdmulh.s32 q1, q1, q2\n"                                                 \
    "3:\n\tvrshl.s32 q0, q0, q3\n\tvrshl.s32 q1, q1, q3\n\tvqmovnb.s32 q0, q0\n\tvqmovnt.s32 q0, q1\n\t"       \
    "vqadd.s16 q0, q0, r8\n\tcbnz r2, 8f\n\tvqmovnb.s16 q1, q0\n"                                              \
    "4:\n\tvldrw.32 q0, [r11, #96]\n\tvstrb.16 q1, [r7, q0]\n"                                                 \
    "5:\n\tadd r7, r6\n\tadd r1, r4\n\tadd r5, r4\n\tsubs r9, #2\n\tbhi 1b\n\tbne 7f\n\t"                      \
    "ldr r0, [r11, #48]\n\tcmp r0, #0\n\tbeq 7f\n\tldr r2, [r11, #52]\n\tsubs r1, r0\n\tsubs r5, r0\n\t"       \
    "subs r7, r2\n\tmov r9, #1\n\tb 1b\n"                                                                      \
    "6:\n\tcmp r0, #2\n\tbhi 6f\n\tvqrdmulh.s32 q0, q0, q2\n\tvqrdmulh.s32 q1, q1, q2\n\tblo 3b\n\t"           \
    "mov r0, #-1\n\tvpt.s32 lt, q0, zr\n\tvaddt.i32 q0, q0, r0\n\tvpt.s32 lt, q1, zr\n\t"                      \
    "vaddt.i32 q1, q1, r0\n\tmov r0, #9\n\tvctp.8 r0\n\tb 3b\n"                                                \
    "6:\n\tldr r0, [r11, #24]\n\tvldrb.s32 q3, [r0, #36]\n\tvqshl.s32 q0, q0, q3\n\t"                          \
    "vqshl.s32 q1, q1, q3\n\tvldrb.s32 q3, [r0, #32]\n\tb 2b\n"                                                \
    "8:\n\tcmp r2, #1\n\tbne 6f\n\tvqmovunb.s16 q0, q0\n\tvmovlb.u8 q0, q0\n\tldr r0, [r11, #64]\n\t"          \
    "vldrw.32 q1, [r11, #112]\n\tvadd.i16 q0, q0, q1\n\tvldrb.u16 q1, [r0, q0]\n\tb 4b\n"                      \
    "6:\n\tldrd r0, r2, [r11, #56]\n\tvdup.16 q1, r0\n\tvmax.s16 q0, q0, q1\n\tvdup.16 q1, r2\n\t"             \
    "vmin.s16 q1, q0, q1\n\tldrd r0, r2, [r11, #64]\n\tcbz r0, 6f\n\tvldrw.32 q0, [r11, #112]\n\t"             \
    "vadd.i16 q0, q0, q1\n\tvldrb.u16 q1, [r0, q0]\n"                                                          \
    "6:\n\tvldrw.32 q0, [r11, #96]\n\tvctp.16 r2\n\tvpst\n\tvstrbt.16 q1, [r7, q0]\n\tmov r0, #9\n\t"          \
    "vctp.8 r0\n\tb 5b\n"                                                                                      \
    "7:\n\tadd r10, r11, #20\n\tldm r10, {r0, r2, r4, r6, r8}\n\tadds r0, #200\n\tadds r2, r6\n\t"             \
    "adds r4, #4\n\tsubs r8, #1\n\tstm r10, {r0, r2, r4, r6, r8}\n\tbne 0b\n\tpop {r4-r11, lr}\n\t"

/* Windows of nine taps, whose weights stay in registers. */
static inline void i8_make_9(i8_block *k) {
    register void *r0 __asm__("r0") = k;
    __asm__ volatile(I8_BLOCK_BEGIN
                     "vpstttt\n\tvldrbt.8 q4, [r5], #9\n\tvldrbt.8 q5, [r5], #9\n\tvldrbt.8 q6, [r5], #9\n\t"
                     "vldrbt.8 q7, [r5], #9\n\tldrd r9, r0, [r11, #40]\n\tadds r5, r1, r0\n"
                     "1:\n\tldm r3, {r0, r2, r4, r6}\n\tldm r3, {r8, r10, r12, lr}\n\tvldrb.8 q0, [r1], #50\n\t"
                     "vldrb.8 q1, [r5], #50\n\tvmladava.s8 r0, q0, q4\n\tvmladava.s8 r8, q1, q4\n\t"
                     "vldrb.8 q0, [r1], #50\n\tvldrb.8 q1, [r5], #50\n\tvmladava.s8 r2, q0, q5\n\t"
                     "vmladava.s8 r10, q1, q5\n\tvldrb.8 q0, [r1], #50\n\tvldrb.8 q1, [r5], #50\n\t"
                     "vmladava.s8 r4, q0, q6\n\tvmladava.s8 r12, q1, q6\n\tvldrb.8 q0, [r1], #50\n\t"
                     "vldrb.8 q1, [r5], #50\n\tvmladava.s8 r6, q0, q7\n\tvmladava.s8 lr, q1, q7\n\t"
                     "vmov q0[2], q0[0], r0, r4\n\tvmov q0[3], q0[1], r2, r6\n\tvmov q1[2], q1[0], r8, r12\n\t"
                     "vmov q1[3], q1[1], r10, lr\n\t" I8_BLOCK_CODES
                     : "+r"(r0)
                     :
                     : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "cc", "memory" I8_PREDICATE);
}

/* Windows of 25 taps. */
static inline void i8_make_25(i8_block *k) {
    register void *r0 __asm__("r0") = k;
    __asm__ volatile(I8_BLOCK_BEGIN
                     "mov r3, r5\n\tldrd r9, r0, [r11, #40]\n\tadds r5, r1, r0\n"
                     "1:\n\tvpstt\n\tvldrbt.8 q5, [r3, #16]\n\tvldrbt.8 q7, [r3, #41]\n\t"
                     "vldrb.8 q4, [r3], #25\n\tvldrb.8 q6, [r3], #25\n\tvldrb.8 q1, [r1, #16]\n\t"
                     "vldrb.8 q0, [r1], #50\n\tvmladav.s8 r0, q0, q4\n\tvmladava.s8 r0, q1, q5\n\t"
                     "vldrb.8 q1, [r5, #16]\n\tvldrb.8 q0, [r5], #50\n\tvmladav.s8 r8, q0, q4\n\t"
                     "vmladava.s8 r8, q1, q5\n\tvldrb.8 q1, [r1, #16]\n\tvldrb.8 q0, [r1], #50\n\t"
                     "vmladav.s8 r2, q0, q6\n\tvmladava.s8 r2, q1, q7\n\tvldrb.8 q1, [r5, #16]\n\t"
                     "vldrb.8 q0, [r5], #50\n\tvmladav.s8 r10, q0, q6\n\tvmladava.s8 r10, q1, q7\n\tvpstt\n\t"
                     "vldrbt.8 q5, [r3, #16]\n\tvldrbt.8 q7, [r3, #41]\n\tvldrb.8 q4, [r3], #25\n\t"
                     "vldrb.8 q6, [r3], #25\n\tvldrb.8 q1, [r1, #16]\n\tvldrb.8 q0, [r1], #50\n\t"
                     "vmladav.s8 r4, q0, q4\n\tvmladava.s8 r4, q1, q5\n\tvldrb.8 q1, [r5, #16]\n\t"
                     "vldrb.8 q0, [r5], #50\n\tvmladav.s8 r12, q0, q4\n\tvmladava.s8 r12, q1, q5\n\t"
                     "vldrb.8 q1, [r1, #16]\n\tvldrb.8 q0, [r1], #50\n\tvmladav.s8 r6, q0, q6\n\t"
                     "vmladava.s8 r6, q1, q7\n\tvldrb.8 q1, [r5, #16]\n\tvldrb.8 q0, [r5], #50\n\t"
                     "vmladav.s8 lr, q0, q6\n\tvmladava.s8 lr, q1, q7\n\tsubs r3, #100\n\t"
                     "vmov q0[2], q0[0], r0, r4\n\tvmov q0[3], q0[1], r2, r6\n\tvmov q1[2], q1[0], r8, r12\n\t"
                     "vmov q1[3], q1[1], r10, lr\n\tldr r0, [r11, #24]\n\tvldrw.32 q4, [r0]\n\t"
                     "vadd.i32 q0, q0, q4\n\tvadd.i32 q1, q1, q4\n\t" I8_BLOCK_CODES
                     : "+r"(r0)
                     :
                     : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "cc", "memory" I8_PREDICATE);
}

/* Windows of any taps, up to 32. */
static inline void i8_make_any(i8_block *k) {
    register void *r0 __asm__("r0") = k;
    __asm__ volatile(
        I8_BLOCK_BEGIN
        "mov r3, r5\n\tldrd r9, r0, [r11, #40]\n\tadds r5, r1, r0\n"
        "1:\n\tpush {r7, r9, r11}\n\tldrd r7, r9, [r11, #80]\n\tldr r11, [r11, #88]\n\t"
        "vctp.8 r7\n\tvpst\n\tvldrbt.8 q4, [r3]\n\tvctp.8 r9\n\tvpst\n\tvldrbt.8 q5, [r3, #16]\n\t"
        "add r3, r11\n\tvldrb.8 q1, [r1, #16]\n\tvldrb.8 q0, [r1], #50\n\tvmladav.s8 r0, q0, q4\n\t"
        "vmladava.s8 r0, q1, q5\n\tvldrb.8 q1, [r5, #16]\n\tvldrb.8 q0, [r5], #50\n\t"
        "vmladav.s8 r8, q0, q4\n\tvmladava.s8 r8, q1, q5\n\tvctp.8 r7\n\tvpst\n\t"
        "vldrbt.8 q4, [r3]\n\tvctp.8 r9\n\tvpst\n\tvldrbt.8 q5, [r3, #16]\n\tadd r3, r11\n\t"
        "vldrb.8 q1, [r1, #16]\n\tvldrb.8 q0, [r1], #50\n\tvmladav.s8 r2, q0, q4\n\t"
        "vmladava.s8 r2, q1, q5\n\tvldrb.8 q1, [r5, #16]\n\tvldrb.8 q0, [r5], #50\n\t"
        "vmladav.s8 r10, q0, q4\n\tvmladava.s8 r10, q1, q5\n\tvctp.8 r7\n\tvpst\n\t"
        "vldrbt.8 q4, [r3]\n\tvctp.8 r9\n\tvpst\n\tvldrbt.8 q5, [r3, #16]\n\tadd r3, r11\n\t"
        "vldrb.8 q1, [r1, #16]\n\tvldrb.8 q0, [r1], #50\n\tvmladav.s8 r4, q0, q4\n\t"
        "vmladava.s8 r4, q1, q5\n\tvldrb.8 q1, [r5, #16]\n\tvldrb.8 q0, [r5], #50\n\t"
        "vmladav.s8 r12, q0, q4\n\tvmladava.s8 r12, q1, q5\n\tvctp.8 r7\n\tvpst\n\t"
        "vldrbt.8 q4, [r3]\n\tvctp.8 r9\n\tvpst\n\tvldrbt.8 q5, [r3, #16]\n\tadd r3, r11\n\t"
        "vldrb.8 q1, [r1, #16]\n\tvldrb.8 q0, [r1], #50\n\tvmladav.s8 r6, q0, q4\n\t"
        "vmladava.s8 r6, q1, q5\n\tvldrb.8 q1, [r5, #16]\n\tvldrb.8 q0, [r5], #50\n\t"
        "vmladav.s8 lr, q0, q4\n\tvmladava.s8 lr, q1, q5\n\tsub r3, r3, r11, lsl #2\n\t"
        "pop {r7, r9, r11}\n\tvmov q0[2], q0[0], r0, r4\n\tvmov q0[3], q0[1], r2, r6\n\t"
        "vmov q1[2], q1[0], r8, r12\n\tvmov q1[3], q1[1], r10, lr\n\tldr r0, [r11, #24]\n\t"
        "vldrw.32 q4, [r0]\n\tvadd.i32 q0, q0, q4\n\tvadd.i32 q1, q1, q4\n\t" I8_BLOCK_CODES
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", "q0", "q1", "q2", "q3", "cc", "memory" I8_PREDICATE);
}

/* These functions leave other values in q4 to q7. */
typedef void (*i8_maker)(i8_block *);

/* Some outputs of a row whose windows are read from one stretch. */
typedef struct i8_part_of_row {
    int pixels, x_step; /* x_step: columns of the stretch from an output to the next */
    int columns;        /* of the stretch, which lie k->dilation columns of the map apart */
    int left;           /* column of the map where it begins */
    int begin, end;     /* of its columns, those inside of the map */
    int top, count;     /* the rows of the window that lie inside of the map */
} i8_part_of_row;

/* Sets the columns of a part that begins with column ox of the output. */
static inline void i8_set_columns(i8_part_of_row *p, int ox, const i8_window *k) {
    p->columns = (p->pixels - 1) * p->x_step + k->kernel_w;
    p->left = ox * k->stride - k->pad;
    p->begin = 0;
    while (p->begin < p->columns && p->left + p->begin * k->dilation < 0) p->begin++;
    p->end = p->columns;
    while (p->end > p->begin && p->left + (p->end - 1) * k->dilation >= k->in_w) p->end--;
}

/* Puts the padding's code wherever a stretch may lie outside of the map. */
static inline void i8_pad_stretch(int8_t *stretch, const i8_part_of_row *p, const i8_window *k) {
    if (p->begin == 0 && p->end == p->columns && p->count == k->kernel_h) return;
    const int8x16_t v = vdupq_n_s8((int8_t)k->zero);
    for (int i = 0; i < I8_EIGHT * I8_CHANNEL_ROOM; i += I8_SIXTEEN) vstrbq_s8(stretch + i, v);
}

/* Turns the rows of a part round, of eight channels. `few`: of so many, where the map has less; else 0. */
static inline void i8_fill_stretch(i8_spread *s, int8_t *stretch, const i8_part_of_row *p,
                                   const int8_t *const *rows, int32_t few, const i8_window *k) {
    s->to = stretch + p->begin * k->kernel_h + p->top;
    for (int i = 0; i < p->count; i += I8_ROWS_AT_ONCE, s->to += I8_ROWS_AT_ONCE) {
        s->count = p->count - i < I8_ROWS_AT_ONCE ? p->count - i : I8_ROWS_AT_ONCE;
        for (int j = 0; j < s->count; j++) s->rows[j] = rows[p->top + i + j];
        if (few)
            i8_spread_few(s, few);
        else
            i8_spread_rows(s);
        I8_HAS_LOST_Q4_TO_Q7;
    }
}

/* Tells a function of the pixels of a part. One alone is made twice. */
static inline void i8_set_pixels(i8_block *b, const i8_part_of_row *p, const i8_window *k) {
    const int32_t step = p->x_step * k->kernel_h, alone = p->pixels == 1;
    b->pixels = alone ? 2 : p->pixels / 2 * 2;
    b->odd = !alone && p->pixels % 2 ? step : 0;
    b->step = alone ? 0 : step;
    b->x_next = 2 * step - I8_FOUR * I8_CHANNEL_ROOM;
    b->y_next = 2 * b->y_step;
    for (int i = 0; i < I8_FOUR; i++) {
        b->places[2 * i] = (uint16_t)i;
        b->places[2 * i + 1] = (uint16_t)(i + (alone ? 0 : b->y_step));
    }
}

/* Makes the last channels, where less than four are left. */
static inline void i8_make_rest(i8_maker make, i8_block *b, int32_t channels) {
    const int32_t finish = b->finish;
    b->blocks = 1;
    b->finish = I8_BOUNDED;
    b->lanes = 2 * channels;
    make(b);
    I8_HAS_LOST_Q4_TO_Q7;
    b->finish = finish;
    b->lanes = I8_EIGHT;
}

/* Makes all channels of a part of a row, the first `whole` of them eight at a time where there is no residual.
 * Then the codes go by way of a copy, since they may go over the residual, which is that of one pixel. */
static inline void i8_make_part_of_row(i8_maker make, i8_block *b, int8_t *stretch, const i8_part_of_row *p,
                                       const int8_t *const *rows, int8_t *y, const int8_t *r,
                                       const i8_window *k) {
    const int32_t channels = k->channels, few = channels < I8_EIGHT ? channels : 0;
    i8_spread s; /* no initializer: it would be a call of memset */
    s.x_step = k->dilation * k->x_pixel;
    s.to_step = k->kernel_h;
    s.columns = p->end - p->begin;
    s.offset = (p->left + p->begin * k->dilation) * k->x_pixel;
    s.place = 0;
    const int seen = s.columns > 0 && p->count;
    int32_t left = channels;
    i8_set_pixels(b, p, k);
    i8_pad_stretch(stretch, p, k);
    b->y = y;
    if (seen && p->count <= I8_ROWS_AT_ONCE && !r && !few) {
        s.count = p->count;
        s.to = stretch + p->begin * k->kernel_h + p->top;
        for (int i = 0; i < p->count; i++) s.rows[i] = rows[p->top + i];
        for (; left >= I8_EIGHT; left -= I8_EIGHT) {
            i8_spread_rows(&s);
            I8_HAS_LOST_Q4_TO_Q7;
            s.offset += I8_EIGHT;
            b->x = stretch;
            b->blocks = 2;
            make(b);
            I8_HAS_LOST_Q4_TO_Q7;
        }
    }
    for (; left > 0; left -= I8_EIGHT, s.offset += I8_EIGHT) {
        const int32_t n = left < I8_EIGHT ? left : I8_EIGHT;
        int8_t codes[I8_EIGHT];
        if (n < I8_EIGHT && !few) { /* the last eight are read */
            s.offset -= I8_EIGHT - n;
            s.place = n;
        }
        if (seen) i8_fill_stretch(&s, stretch, p, rows, few, k);
        int8_t *const to = y + channels - left;
        b->y = r ? codes : to;
        b->x = stretch;
        b->blocks = n / I8_FOUR;
        if (b->blocks) make(b);
        I8_HAS_LOST_Q4_TO_Q7;
        if (n % I8_FOUR) i8_make_rest(make, b, n % I8_FOUR);
        if (!r) continue;
        const int8x16_t z = i8_load_part(r + channels - left, n);
        i8_store_part(to, i8_add_codes(i8_load_part(codes, n), z, k->end.sum, k->end.how & I8_TFLITE), n);
    }
}

/* Makes one row of a depthwise layer of at most 32 taps by a function of blocks: i8_make_9, i8_make_25 or
 * i8_make_any. rows: of the window, of which those from ky0 on, before ky1, lie in the map. Blocks of weights
 * have four channels, and the weights of each stand side by side, column by column. */
__attribute__((noinline)) static void i8_depthwise_by(i8_maker make, const int8_t *const *rows, int ky0,
                                                      int ky1, const int8_t *w, int8_t *y, const int8_t *r,
                                                      const i8_window *k) {
    enum { MOST_PLACE = 65535 };
    int8_t stretch[I8_EIGHT * I8_CHANNEL_ROOM + I8_SIXTEEN];
    int apart = 1; /* outputs so far apart have windows in one stretch */
    while (k->dilation > 1 && apart * k->stride % k->dilation) apart++;
    i8_part_of_row p;
    p.x_step = apart * k->stride / k->dilation;
    p.top = ky0;
    p.count = ky1 > ky0 ? ky1 - ky0 : 0;
    const int32_t head = 2 * I8_SIXTEEN + I8_FOUR * i8_byte_rows(&k->end), taps = k->kernel_h * k->kernel_w;
    const int8_t *const table = k->end.table;
    const int32_t raised = table ? 128 : 0, way = i8_way(&k->end);
    i8_block b;
    b.block_bytes = head + I8_FOUR * taps;
    b.way = way < 2 ? way + 1 : way % 2 * 3;
    b.finish = k->end.least > -128 || k->end.most < 127 ? I8_BOUNDED : table ? I8_TABLE : I8_PLAIN;
    b.zero = k->end.zero + raised;
    b.y_step = apart * k->y_pixel;
    b.least = k->end.least + raised;
    b.most = k->end.most + raised;
    b.table = table;
    b.lanes = I8_EIGHT;
    b.to_w = head;
    b.to_numbers = k->end.how & I8_SEVERAL ? head - I8_FOUR : 0;
    b.first = taps < I8_SIXTEEN ? taps : I8_SIXTEEN;
    b.more = taps - b.first;
    b.taps = taps;
    vstrwq_s32((int32_t *)(void *)b.numbers, vdupq_n_s32(0));
    int most = (I8_CHANNEL_ROOM / k->kernel_h - k->kernel_w) / p.x_step + 1;
    if (r || b.y_step > MOST_PLACE - I8_FOUR) most = 1;
    for (int phase = 0; phase < apart; phase++) {
        const int all = (k->out_w - phase + apart - 1) / apart, parts = (all + most - 1) / most;
        for (int i = 0, done = 0; i < parts; i++, done += p.pixels) {
            const int ox = phase + done * apart;
            p.pixels = (all - done) / (parts - i);
            i8_set_columns(&p, ox, k);
            b.head = w;
            i8_make_part_of_row(make, &b, stretch, &p, rows, y + ox * k->y_pixel,
                                r ? r + ox * k->r_pixel : NULL, k);
        }
    }
}
