/* wire.h: whether bytes can be handed to protobuf-c. */
#ifndef LCC_ONNX_WIRE_H
#define LCC_ONNX_WIRE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

/* Walks the message `type` in the bytes without building anything. False, and *why, where it is malformed,
 * nests deeper or holds more fields than any network does: protobuf-c recurses once a level, and a field of two
 * bytes may take hundreds. */
bool check_wire(const unsigned char *bytes, size_t size, const ProtobufCMessageDescriptor *type,
                const char **why);

#endif
