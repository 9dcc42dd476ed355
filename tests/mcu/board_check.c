/* board_check.c: what test_board.py does on a board; its first argument says what. */
#include "board.h"

#include <string.h>

/* One iteration is two instructions. */
static void spin(void *data) {
    uint32_t n = *(const uint32_t *)data;
    __asm__ volatile("1: subs %0, #1\n\tbne 1b" : "+r"(n)::"cc");
}

/* Writes so many bytes below the stack's pointer. */
static void deepen(void *data) {
    const uint32_t bytes = *(const uint32_t *)data;
    volatile unsigned char *top;
    __asm__ volatile("mov %0, sp" : "=r"(top));
    for (uint32_t i = 1; i <= bytes; i++) top[-(ptrdiff_t)i] = 1;
}

static void measure(const char *what, void (*call)(void *), uint32_t amount) {
    const BoardCost cost = board_measure(call, &amount);
    board_print(what);
    board_print_number(amount, 12);
    board_print_number(board_instructions(cost.ticks), 14);
    board_print_number(cost.stack, 8);
    board_print("\n");
}

/* Copies the file `in` to `out`, in pieces of which the last is not full. */
static int copy_file(void) {
    char piece[100];
    const int in = board_open("in", BOARD_READ), out = board_open("out", BOARD_WRITE);
    if (in < 0 || out < 0 || board_open("none", BOARD_READ) >= 0) return 1;
    for (size_t got; (got = board_read(in, piece, sizeof piece)) > 0;)
        if (board_write(out, piece, got) != got) return 1;
    board_close(in);
    board_close(out);
    return 0;
}

static uint32_t sum_below(uint32_t n) {
    volatile uint32_t here[16];
    here[n & 15] = n;
    return n == 0 ? 0 : here[n & 15] + sum_below(n - 1) + here[(n + 1) & 15];
}

static volatile float half = 0.5f;
static volatile uint32_t first_value = 0x12345678, cleared;

int main(void) {
    char line[100];
    if (!board_command_line(line, sizeof line)) return 1;
    if (strstr(line, "spin")) {
        static const uint32_t amounts[] = {10, 1000, 1000000, 400000000};
        for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) measure("spin", spin, amounts[i]);
    } else if (strstr(line, "deepen")) {
        measure("deepen", deepen, 0);
        measure("deepen", deepen, 1000);
        measure("deepen", deepen, 10000);
    } else if (strstr(line, "lost")) {
        measure("deepen", deepen, 40000);
    } else if (strstr(line, "files")) {
        return copy_file();
    } else if (strstr(line, "start")) {
        half = half * 3; /* by the FPU, which is off after a reset */
        return half == 1.5f && first_value == 0x12345678 && cleared == 0 ? 42 : 1;
    } else if (strstr(line, "wild")) {
        *(volatile uint32_t *)0xf0000000 = 1;
    } else if (strstr(line, "deep stack")) {
        return (int)sum_below(1000000);
    }
    return 0;
}
