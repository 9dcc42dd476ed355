/* fuzz_safetensors.c: no bytes that begin like safetensors may crash, hang or eat memory.
 *
 * A header that has grown or shrunk fails at once if its length is not set anew, so half of the mutations set
 * it. */
#include "small_net.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bind_small_net(data, size);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, room);
    if (seed % 2 || size < 9) return size;
    size_t end = size;
    while (end > 9 && memcmp(data + end - 2, "}}", 2) != 0) end--;
    for (int i = 0; i < 8; i++) data[i] = (uint8_t)((uint64_t)(end - 8) >> 8 * i & 255);
    return size;
}
