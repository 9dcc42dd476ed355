/* networks.c: runs networks on a board; board.py makes networks.h, the table of them, for each program.
 *
 * Reads the file `inputs` of the current folder: for each network the inputs of each of its runs, one after the
 * other. Writes `outputs` in the same way, and prints a line for each run: the network's number, its
 * instructions, the depth of its stack. The arena is full of changing bytes before each run, lies at an address
 * that is a multiple of what the header asks for and of no more, and has guards around it, as each port has. */
#include "board.h"

#include <string.h>

#include "networks.h" /* struct Network, networks[], ARENA_ROOM, PORTS_ROOM, MOST_PORTS */

enum { GUARD = 64, STEP = 128 };

static char arena_room[ARENA_ROOM + 2 * GUARD + 2 * STEP] __attribute__((aligned(128), section(".bss.arena")));
static char ports_room[PORTS_ROOM + MOST_PORTS * (2 * GUARD + STEP) + STEP] __attribute__((aligned(128)));

_Noreturn static void fail(const char *network, const char *what) {
    board_print(network);
    board_print(": ");
    board_print(what);
    board_print("\n");
    board_exit(1);
}

/* The lowest address from `at` on that is `align` bytes past a multiple of STEP, so a multiple of `align` and
 * of no more. */
static char *place(char *at, size_t align) {
    const uintptr_t from = (uintptr_t)at;
    return at + ((align - from) & (STEP - 1));
}

typedef struct {
    const struct Network *network;
    char *arena;
    char *ports[MOST_PORTS + 1];
} Call;

static void run(void *data) {
    const Call *call = data;
    call->network->run(call->arena, call->ports);
}

static void guard(char *at, size_t bytes) {
    memset(at - GUARD, 0x6b, GUARD);
    memset(at + bytes, 0x6b, GUARD);
}

static int guarded(const char *at, size_t bytes) {
    for (int i = 0; i < GUARD; i++)
        if (at[i - GUARD] != 0x6b || at[bytes + (size_t)i] != 0x6b) return 0;
    return 1;
}

static void run_once(int number, int inputs, int outputs, uint32_t turn) {
    const struct Network *n = &networks[number];
    Call call = {.network = n, .arena = place(arena_room + GUARD, n->arena_align)};
    memset(call.arena, turn & 1 ? 0xab : 0x55, n->arena_bytes);
    guard(call.arena, n->arena_bytes);

    char *at = ports_room;
    for (int i = 0; i < n->inputs + n->outputs; i++) {
        call.ports[i] = at = place(at + GUARD, n->ports[i].align);
        memset(at, 0xff, n->ports[i].bytes);
        if (i < n->inputs && board_read(inputs, at, n->ports[i].bytes) != n->ports[i].bytes)
            fail(n->name, "no input");
        guard(at, n->ports[i].bytes);
        at += n->ports[i].bytes + GUARD;
    }

    for (int i = 0; i < n->inputs; i++)
        if (n->ports[i].arena_offset >= 0)
            memcpy(call.arena + n->ports[i].arena_offset, call.ports[i], n->ports[i].bytes);

    const BoardCost cost = board_measure(run, &call);

    if (!guarded(call.arena, n->arena_bytes)) fail(n->name, "wrote beside its arena");
    for (int i = 0; i < n->inputs + n->outputs; i++)
        if (!guarded(call.ports[i], n->ports[i].bytes)) fail(n->name, "wrote beside a port");
    for (int i = n->inputs; i < n->inputs + n->outputs; i++)
        if (board_write(outputs, call.ports[i], n->ports[i].bytes) != n->ports[i].bytes)
            fail(n->name, "no room for outputs");
    board_print_number((uint64_t)number, 0);
    board_print_number(board_instructions(cost.ticks), 20);
    board_print_number(cost.stack, 8);
    board_print("\n");
}

int main(void) {
    const int inputs = board_open("inputs", BOARD_READ), outputs = board_open("outputs", BOARD_WRITE);
    if (inputs < 0 || outputs < 0) fail("networks.c", "no files");
    for (int number = 0; number < (int)(sizeof networks / sizeof networks[0]); number++) {
        uint32_t runs;
        if (board_read(inputs, &runs, sizeof runs) != sizeof runs)
            fail(networks[number].name, "no number of runs");
        for (uint32_t turn = 0; turn < runs; turn++) run_once(number, inputs, outputs, turn);
    }
    board_close(outputs);
    return 0;
}
