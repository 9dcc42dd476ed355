/* startup.c: from reset to main(): the vector table, the variables, the FPU or Helium, and SysTick. Faults are
 * told and end the program. For a real board take the vendor's file instead. */
#include "board.h"

#include <string.h>

/* Addresses that the linker script sets. */
extern char board_stack_top[], board_stack_end[];
extern char board_data_load[], board_data_begin[], board_data_end[], board_bss_begin[], board_bss_end[];

int main(void);
void board_systick(void);
void board_reset(void);

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYST_CSR          REGISTER(0xe000e010)
#define SYST_RVR          REGISTER(0xe000e014)
#define SYST_CVR          REGISTER(0xe000e018)
#define CPACR             REGISTER(0xe000ed88)
#define CFSR              REGISTER(0xe000ed28)
#define CCR               REGISTER(0xe000ed14)

/* Tells of a fault: where it happened, and the processor's reasons (the register CFSR). `frame` is what the
 * processor put on the stack: r0 to r3, r12, lr, pc, psr. */
__attribute__((used)) static void tell_fault(const uint32_t *frame) {
    const int in_stack = (const char *)frame > board_stack_end && (const char *)frame < board_stack_top;
    const uint32_t numbers[] = {in_stack ? __builtin_bswap32(frame[6]) : 0, __builtin_bswap32(CFSR)};
    board_print("fault at ");
    board_print_hex(&numbers[0], 4);
    board_print(", CFSR ");
    board_print_hex(&numbers[1], 4);
    board_print(in_stack ? "\n" : ", the stack is full\n");
    board_exit(101);
}

/* Where the stack is full, or nearly so, the functions that tell begin at its top again. */
__attribute__((naked)) static void fault(void) {
    __asm__ volatile("mrs r0, msp\n"
                     "ldr r1, =board_stack_top\n"
#if __ARM_ARCH >= 8
                     "movs r2, #0\n"
                     "msr msplim, r2\n"
#endif
                     "ldr r3, =board_stack_end + 1024\n"
                     "cmp r0, r3\n"
                     "bhs 1f\n"
                     "mov sp, r1\n"
                     "1: bl tell_fault\n");
}

static void unexpected(void) {
    board_print("an interrupt that nobody serves\n");
    board_exit(102);
}

/* The processor's own vectors; there is no interrupt of a device. */
typedef void Handler(void);
__attribute__((section(".vectors"), used)) static const struct {
    void *stack;
    Handler *reset, *nmi, *faults[5], *others[7], *systick;
} vectors = {
    board_stack_top,
    board_reset,
    unexpected,
    {fault, fault, fault, fault, fault},
    {unexpected, unexpected, unexpected, unexpected, unexpected, unexpected, unexpected},
    board_systick,
};

void board_reset(void) {
#if __ARM_ARCH >= 8
    __asm__ volatile("msr msplim, %0" ::"r"(board_stack_end));
#endif
#ifdef __ARM_FP
    CPACR |= 0xfu << 20; /* coprocessors 10 and 11: the FPU, and Helium */
#endif
#if __ARM_ARCH >= 8
    CCR |= 1u << 19; /* LOB: loops without overhead remember where they begin */
#endif
    __asm__ volatile("dsb\n\tisb" ::: "memory");
    memcpy(board_data_begin, board_data_load, (size_t)(board_data_end - board_data_begin));
    memset(board_bss_begin, 0, (size_t)(board_bss_end - board_bss_begin));
    SYST_RVR = 0xffffff;
    SYST_CVR = 0;
    SYST_CSR = 7; /* the processor's clock, interrupts, on */
    board_exit(main());
}
