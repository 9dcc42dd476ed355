/* avr.c: an AVR under simavr, which prints what the first UART sends and ends where the processor sleeps for good. */
#include "bare.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

void bare_put(char c) {
    UCSR0B = 1 << TXEN0;
    while (!(UCSR0A & (1 << UDRE0)))
        continue;
    UDR0 = (unsigned char)c;
}

void bare_exit(void) {
    cli();
    sleep_mode();
}
