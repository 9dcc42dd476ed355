/* fuzz_npz.c: no bytes that begin like a zip archive may crash, hang or eat memory. */
#include "small_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bind_small_net(data, size);
    return 0;
}
