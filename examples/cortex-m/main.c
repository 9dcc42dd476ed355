/* main.c: what a network sees on pictures, and how many instructions each of its steps takes.
 *
 * The pictures are files of the host, PGM or PPM of the network's size, which the command line names. The
 * network is model.c and model.h, which lcc wrote: it takes pictures of eight bits and gives int8. */
#include "board.h"
#include "labels.h" /* labels[], a name for each class, and BOARD_NAME */
#include "model.h"

#include <ctype.h>
#include <string.h>

_Static_assert(sizeof labels / sizeof labels[0] == MODEL_PROBS_SIZE, "a name for each class");
_Static_assert(MODEL_IMAGE_ZERO == 0 || MODEL_IMAGE_ZERO == -128, "a pixel is a number less MODEL_IMAGE_ZERO");

static int8_t probs[MODEL_PROBS_SIZE];
static struct {
    const char *name;
    uint64_t begin, ticks;
} steps[MODEL_STEPS];

/* The network calls this before and after each step, as it is compiled with -DMODEL_PROFILE. Steps count
 * from 1. */
void model_profile_hook(int step, const char *name, int begin) {
    const uint64_t now = board_ticks();
    steps[step - 1].name = name;
    if (begin)
        steps[step - 1].begin = now;
    else
        steps[step - 1].ticks = now - steps[step - 1].begin;
}

/* The next byte of a file, or -1. */
static int next(int file) {
    unsigned char c;
    return board_read(file, &c, 1) == 1 ? c : -1;
}

/* The next number of a picture's head, or -1. The white space behind it is gone. Comments run from # to the end
 * of the line. */
static int read_number(int file) {
    int number = 0, c = next(file);
    for (; isspace(c) || c == '#'; c = next(file))
        if (c == '#')
            while (c != '\n' && c != -1) c = next(file);
    if (!isdigit(c)) return -1;
    for (; isdigit(c) && number < 10000; c = next(file)) number = 10 * number + (c - '0');
    return number;
}

/* Reads a picture into the network's arena, as the numbers that the network takes. Returns what is wrong, or
 * NULL. */
static const char *read_picture(const char *path) {
    uint8_t *image =
        (void *)MODEL_IMAGE_IN(model_arena()); /* bytes, whether the network takes them as int8 or as uint8 */
    const int file = board_open(path, BOARD_READ);
    if (file < 0) return "cannot be opened";
    const char *wrong = NULL;
    if (next(file) != 'P' || next(file) != (MODEL_IMAGE_C == 1 ? '5' : '6'))
        wrong = MODEL_IMAGE_C == 1 ? "is no PGM picture" : "is no PPM picture";
    else if (read_number(file) != MODEL_IMAGE_W || read_number(file) != MODEL_IMAGE_H ||
             read_number(file) != 255)
        wrong = "has another size than the network's pictures";
    else if (board_read(file, image, MODEL_IMAGE_SIZE) != MODEL_IMAGE_SIZE)
        wrong = "ends too soon";
    board_close(file);
    for (size_t i = 0; i < MODEL_IMAGE_SIZE; i++) image[i] = (uint8_t)(image[i] + MODEL_IMAGE_ZERO);
    return wrong;
}

static void run(void *data) {
    (void)data;
    model_run(probs);
}

static void print_answer(const char *path) {
    int best = 0;
    for (int i = 1; i < MODEL_PROBS_SIZE; i++)
        if (probs[i] > probs[best]) best = i;
    const char *name = strrchr(path, '/');
    const int tenths = (int)((float)(probs[best] - MODEL_PROBS_ZERO) * (MODEL_PROBS_SCALE * 1000.0f) + 0.5f);
    board_print(name ? name + 1 : path);
    board_print(": ");
    board_print(labels[best]);
    board_print(", ");
    board_print_number((unsigned)tenths / 10, 0);
    board_print(".");
    board_print_number((unsigned)tenths % 10, 0);
    board_print(" %\n");
}

static void print_steps(const BoardCost *cost) {
    board_print("\nstep  instructions  ends with\n");
    for (int i = 0; i < MODEL_STEPS; i++) {
        board_print_number((unsigned)i + 1, 4);
        board_print_number(board_instructions(steps[i].ticks), 14);
        board_print("  ");
        board_print(steps[i].name);
        board_print("\n");
    }
    board_print(" all");
    board_print_number(board_instructions(cost->ticks), 14);
    board_print("\n\n" BOARD_NAME ": ");
    board_print_number(MODEL_ARENA_BYTES, 0);
    board_print(" bytes of arena, picture included, ");
    board_print_number(cost->stack, 0);
    board_print(" of stack\n");
}

int main(void) {
    static char line[4096];
    BoardCost cost = {0, 0};
    int failures = 0;
    if (!board_command_line(line, sizeof line)) board_print("the command line is too long\n");
    strtok(line, " "); /* the program */
    for (const char *path; (path = strtok(NULL, " ")) != NULL;) {
        const char *wrong = read_picture(path);
        if (wrong) {
            board_print(path);
            board_print(" ");
            board_print(wrong);
            board_print("\n");
            failures++;
            continue;
        }
        cost = board_measure(run, NULL);
        print_answer(path);
    }
    if (cost.ticks == 0) return 2; /* no picture */
    print_steps(&cost);
    return failures ? 1 : 0;
}
