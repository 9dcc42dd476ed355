/* m0.c: a Cortex-M0: the vector table, and text and exit by semihosting. A fault ends the program without an answer. */
#include "bare.h"

#include <stdint.h>
#include <string.h>

enum { SYS_WRITEC = 0x03, SYS_EXIT = 0x18, APPLICATION_EXIT = 0x20026, RUN_TIME_ERROR = 0x20023 };

/* Addresses that m0.ld sets. */
extern char stack_top[], data_load[], data_begin[], data_end[], bss_begin[], bss_end[];

int main(void);
void reset(void);

static void semihost(int operation, uintptr_t argument) {
    register int r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void bare_put(char c) { semihost(SYS_WRITEC, (uintptr_t)&c); }

void bare_exit(void) { semihost(SYS_EXIT, APPLICATION_EXIT); }

static void fault(void) { semihost(SYS_EXIT, RUN_TIME_ERROR); }

void reset(void) {
    memcpy(data_begin, data_load, (size_t)(data_end - data_begin));
    memset(bss_begin, 0, (size_t)(bss_end - bss_begin));
    main();
}

__attribute__((section(".vectors"), used)) static const struct {
    void *stack;
    void (*reset)(void), (*nmi)(void), (*fault)(void);
} vectors = {stack_top, reset, fault, fault};
