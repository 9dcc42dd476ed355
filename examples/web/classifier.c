/* classifier.c: what the page calls. It writes a picture to model_image(), calls model_classify(), and reads
 * the probabilities where that says; the sizes are asked for, so that the page fits any network whose input is
 * called image and whose output probs. */
#include "model.h"

static uint8_t image[MODEL_IMAGE_SIZE];
static float probs[MODEL_PROBS_SIZE];

/* Declared here, as only the page calls them. */
int model_width(void);
int model_height(void);
int model_channels(void);
int model_classes(void);
uint8_t *model_image(void);
float *model_classify(void);

int model_width(void) { return MODEL_IMAGE_W; }
int model_height(void) { return MODEL_IMAGE_H; }
int model_channels(void) { return MODEL_IMAGE_C; }
int model_classes(void) { return MODEL_PROBS_SIZE; }
uint8_t *model_image(void) { return image; }

float *model_classify(void) {
    model_run(image, probs);
    return probs;
}
