/* rv32.c: a RISC-V of 32 bits on QEMU's board `virt`: its UART, and the device that ends QEMU. */
#include "bare.h"

#include <stdint.h>

void bare_put(char c) { *(volatile uint8_t *)0x10000000 = (uint8_t)c; }

void bare_exit(void) { *(volatile uint32_t *)0x100000 = 0x5555; }

/* A trap ends QEMU with status 1. The loader has cleared the variables, and memory holds those that are set. */
__asm__(".section .text.start\n"
        ".globl start\n"
        ".option arch, +zicsr\n"
        "start: la t0, trap\n"
        "csrw mtvec, t0\n"
        "la sp, stack_top\n"
        "call main\n"
        ".balign 4\n"
        "trap: li t0, 0x100000\n"
        "li t1, 0x13333\n"
        "sw t1, 0(t0)\n"
        "1: j 1b\n"
        ".text\n");
