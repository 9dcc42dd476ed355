/* accuracy.c: how many of Fashion-MNIST's 10,000 test images the emitted code of a network gets right.
 *
 *     accuracy FOLDER
 *
 * It is compiled against model.h, made by `lcc --name model`, of any network with one input `image`, uint8
 * [28, 28, c] or larger, and one output; -DRESULT=float or int8_t is the output's type. The picture lies in the
 * middle of a larger input, amid zeros, and in each channel. The number of right answers is printed. Exit 1:
 * the files are damaged. 77: there are none. */
#include "model.h"

#include "idx.h"

enum { CLASSES = 10, MISSING = 77, EDGE = (MODEL_IMAGE_H - FASHION_SIDE) / 2 };

static int classify(const unsigned char *pixels) {
    uint8_t image[MODEL_IMAGE_SIZE] = {0};
    RESULT scores[CLASSES];
    for (int i = 0; i < FASHION_SIDE * FASHION_SIDE; i++) {
        int y = EDGE + i / FASHION_SIDE, x = EDGE + i % FASHION_SIDE;
        for (int c = 0; c < MODEL_IMAGE_C; c++) image[(y * MODEL_IMAGE_W + x) * MODEL_IMAGE_C + c] = pixels[i];
    }
    model_run(image, scores);
    int best = 0;
    for (int i = 1; i < CLASSES; i++) {
        if (scores[i] > scores[best]) best = i;
    }
    return best;
}

int main(int argc, char **argv) {
    int right = argc == 2 ? count_right(argv[1], classify) : -1;
    if (right < 0) return right == -MISSING ? MISSING : 1;
    printf("%d\n", right);
    return 0;
}
