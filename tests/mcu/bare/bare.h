/* bare.h: what main.c asks of a machine without an operating system: m0.c, rv32.c and avr.c have it, each for one of them. */
#ifndef BARE_H
#define BARE_H

/* Prints one character where the test reads it. */
void bare_put(char c);

/* Ends the program, and the simulator. */
void bare_exit(void);

#endif
