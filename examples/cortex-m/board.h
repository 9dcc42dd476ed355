/* board.h: the little that programs here need of a board: files and text of the host by semihosting, a count of
 * instructions, and the depth of the stack.
 *
 * Semihosting is how a program without an operating system asks its debugger, or QEMU, for files and an exit.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

/* The numbers that semihosting has for fopen()'s "rb" and "wb". */
enum { BOARD_READ = 1, BOARD_WRITE = 5 };

/* Opens a file of the host; -1 if it cannot be opened. */
int board_open(const char *path, int mode);

/* Reads or writes; the number of bytes that were moved, fewer than `bytes` at the end of the file. */
size_t board_read(int file, void *to, size_t bytes);
size_t board_write(int file, const void *from, size_t bytes);

void board_close(int file);

/* Prints on the host's standard output: text, a number right-aligned in `width` characters, bytes as
 * hexadecimal digits. */
void board_print(const char *text);
void board_print_number(uint64_t number, int width);
void board_print_hex(const void *bytes, size_t count);

/* The words that the program was called with, as one string; its first word is the program's name. False if
 * they do not fit into `bytes`, the final zero included. */
int board_command_line(char *to, size_t bytes);

/* Ends the program, and QEMU with that exit status. */
_Noreturn void board_exit(int status);

/* Ticks of the processor's clock since the start, by SysTick; they go on beyond its 24 bits. */
uint64_t board_ticks(void);

/* What so many ticks are in instructions: under `qemu-system-arm -icount shift=0` each takes a nanosecond. On a
 * real board it is the time in nanoseconds. */
uint64_t board_instructions(uint64_t ticks);

typedef struct {
    uint64_t ticks;
    size_t stack; /* bytes below the frame of board_measure() */
} BoardCost;

/* Calls call(data): how long it took, and how deep the stack went. Paints the unused stack before, and looks
 * afterwards how far the paint is gone; if it is gone to the end, the program ends. SysTick's interrupt, after
 * each 2^24 ticks, takes 32 bytes of the stack too, or 104 where the FPU is in use. */
BoardCost board_measure(void (*call)(void *data), void *data);

#endif
