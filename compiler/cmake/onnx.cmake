# Adds the room that reads ONNX files to LCC_SOURCES: onnx/*.c and the code that protobuf-c makes of the schema. If protobuf-c
# or the schema is missing, or LCC_ONNX is off, adds only sniff.c and unbuilt.c.
pkg_check_modules(PROTOBUF_C QUIET IMPORTED_TARGET libprotobuf-c)
find_program(PROTOC_C protoc-c)
find_path(ONNX_SCHEMA onnx/onnx.proto PATHS /usr/lib/python3/dist-packages)

if(PROTOBUF_C_FOUND AND PROTOC_C AND ONNX_SCHEMA)
  set(found ON)
else()
  set(found OFF)
endif()
option(LCC_ONNX "Read ONNX files (needs Debian's libprotobuf-c-dev, protobuf-c-compiler and libonnx-dev)" ${found})

set(unbuilt ${CMAKE_CURRENT_SOURCE_DIR}/onnx/unbuilt.c)
if(LCC_ONNX AND NOT found)
  message(FATAL_ERROR "LCC_ONNX needs protobuf-c, protoc-c and onnx/onnx.proto "
    "(Debian: libprotobuf-c-dev, protobuf-c-compiler, libonnx-dev)")
elseif(LCC_ONNX)
  file(GLOB ONNX_SOURCES CONFIGURE_DEPENDS onnx/*.c)
  list(REMOVE_ITEM ONNX_SOURCES ${unbuilt})
  set(made ${CMAKE_CURRENT_BINARY_DIR}/onnx)
  file(MAKE_DIRECTORY ${made})
  add_custom_command(OUTPUT ${made}/onnx.pb-c.c ${made}/onnx.pb-c.h
    COMMAND ${PROTOC_C} --proto_path=${ONNX_SCHEMA}/onnx --c_out=${made} onnx.proto
    DEPENDS ${ONNX_SCHEMA}/onnx/onnx.proto VERBATIM)
  # The sources include it as "onnx/onnx.pb-c.h", and onnx.pb-c.c beside it as "onnx.pb-c.h".
  set_source_files_properties(${made}/onnx.pb-c.c PROPERTIES COMPILE_OPTIONS "-w;-I${made}")
  list(APPEND LCC_SOURCES ${ONNX_SOURCES} ${made}/onnx.pb-c.c ${made}/onnx.pb-c.h)
  set(LCC_ONNX_LIBRARY PkgConfig::PROTOBUF_C)
else()
  message(STATUS "lcc is built without ONNX")
  list(APPEND LCC_SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/onnx/sniff.c ${unbuilt})
  set(LCC_ONNX_LIBRARY "")
endif()
