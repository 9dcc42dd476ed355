/* foreign.c: calls a network on a machine that is not this one, for foreign.py, which writes ports.h and
 * compiles net.c. As a program it makes as many calls as its argument says. foreign.js calls its functions
 * instead. */
#include "net.h"
#include "ports.h"

#include <stdlib.h>

void prepare(void);
void call(void);

void prepare(void) { fill_inputs(); }

void call(void) { run_network(); }

int main(int argc, char **argv) {
    prepare();
    for (int left = argc > 1 ? atoi(argv[1]) : 0; left > 0; left--) call();
    return 0;
}
