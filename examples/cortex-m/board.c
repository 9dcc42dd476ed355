/* board.c: semihosting, SysTick and the painted stack. */
#include "board.h"

#include <string.h>

/* Operations of Arm's semihosting, version 2.0. */
enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20,
    APPLICATION_EXIT = 0x20026
};

/* One operation; `argument` is the address of its block of words. */
static intptr_t semihost(intptr_t operation, const void *argument) {
    register intptr_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

int board_open(const char *path, int mode) {
    const uintptr_t block[] = {(uintptr_t)path, (uintptr_t)mode, strlen(path)};
    return (int)semihost(SYS_OPEN, block);
}

void board_close(int file) {
    const uintptr_t block[] = {(uintptr_t)file};
    semihost(SYS_CLOSE, block);
}

/* SYS_READ and SYS_WRITE return how many bytes were not moved. */
size_t board_read(int file, void *to, size_t bytes) {
    const uintptr_t block[] = {(uintptr_t)file, (uintptr_t)to, bytes};
    return bytes - (size_t)semihost(SYS_READ, block);
}

size_t board_write(int file, const void *from, size_t bytes) {
    const uintptr_t block[] = {(uintptr_t)file, (uintptr_t)from, bytes};
    return bytes - (size_t)semihost(SYS_WRITE, block);
}

static void print(const char *text, size_t bytes) {
    static int console = -1;
    if (console < 0) console = board_open(":tt", 4); /* the host's standard output, opened by "w" */
    board_write(console, text, bytes);
}

void board_print(const char *text) { print(text, strlen(text)); }

void board_print_number(uint64_t number, int width) {
    char digits[24];
    const int most = (int)sizeof digits;
    int at = most;
    do {
        digits[--at] = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number != 0);
    while (at > 0 && most - at < width) digits[--at] = ' ';
    print(digits + at, (size_t)(most - at));
}

void board_print_hex(const void *bytes, size_t count) {
    const unsigned char *from = bytes;
    char digits[64];
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        digits[at++] = "0123456789abcdef"[from[i] >> 4];
        digits[at++] = "0123456789abcdef"[from[i] & 15];
        if (at == sizeof digits || i + 1 == count) {
            print(digits, at);
            at = 0;
        }
    }
}

int board_command_line(char *to, size_t bytes) {
    const uintptr_t block[] = {(uintptr_t)to, bytes};
    return semihost(SYS_GET_CMDLINE, block) == 0;
}

void board_exit(int status) {
    const uintptr_t block[] = {APPLICATION_EXIT, (uintptr_t)status};
    for (;;) semihost(SYS_EXIT_EXTENDED, block);
}

/* ---- time ---- */

#define SYST_CVR (*(volatile uint32_t *)0xe000e018)
#define ICSR     (*(volatile uint32_t *)0xe000ed04)
enum { TICKS = 1 << 24 };
static const uint32_t pending = 1u << 26; /* of ICSR: SysTick's interrupt waits to be served */

static volatile uint32_t rounds; /* how often SysTick counted down to 0 */

/* In the vector table: SysTick's interrupt, once every 2^24 ticks. */
void board_systick(void);
void board_systick(void) { rounds++; }

uint64_t board_ticks(void) {
    __asm__ volatile("cpsid i" ::: "memory");
    uint32_t left = SYST_CVR;
    uint32_t full = rounds;
    if (ICSR &
        pending) { /* it came round before or after the counter was read; after this reading it has for sure */
        left = SYST_CVR;
        full++;
    }
    __asm__ volatile("cpsie i" ::: "memory");
    return (uint64_t)full * TICKS + (TICKS - 1 - left);
}

extern const char board_hertz[]; /* its address is the frequency of the clock; the linker script has it */

uint64_t board_instructions(uint64_t ticks) { return ticks * 1000000u / ((uintptr_t)board_hertz / 1000u); }

/* ---- the stack ---- */

extern uint32_t board_stack_end[]; /* its lowest address */
static const uint32_t paint = 0x5ac35ac3;

BoardCost board_measure(void (*call)(void *data), void *data) {
    uint32_t *top;
    __asm__ volatile("mov %0, sp" : "=r"(top));
    for (volatile uint32_t *word = board_stack_end; word < top; word++) *word = paint;
    const uint64_t begin = board_ticks();
    call(data);
    const uint64_t end = board_ticks();
    const volatile uint32_t *word = board_stack_end;
    if (*word != paint) {
        board_print("the stack is full\n");
        board_exit(103);
    }
    while (word < top && *word == paint) word++;
    const BoardCost cost = {end - begin, (size_t)((const volatile char *)top - (const volatile char *)word)};
    return cost;
}
