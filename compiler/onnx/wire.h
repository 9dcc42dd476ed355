/* wire.h: checks bytes before they are handed to protobuf-c. */
#ifndef LCC_ONNX_WIRE_H
#define LCC_ONNX_WIRE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

/* Walks the message of that type in the bytes without building anything. False where it is malformed, nests
 * deeper than any network, or holds more fields; *why then says so. protobuf-c does not limit these: it
 * recurses once for each level, and a field of two bytes may take hundreds of bytes of memory. */
bool check_wire(const unsigned char *bytes, size_t size, const ProtobufCMessageDescriptor *type,
                const char **why);

#endif
