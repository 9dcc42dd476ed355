# network.cmake: what the examples `web`, `server` and `mpi` share. Which network they are built with: as they come, that of
# `fashion`. Any other will do whose input is called `image` and has one or three channels of bytes, and whose output is
# called `probs`. Makes the library `model` of it, for lcc's target `machine`, if that is set.
set(fashion ${CMAKE_CURRENT_LIST_DIR}/fashion)
set(MODEL ${fashion}/fashion.net CACHE FILEPATH "The network: a .net or .onnx file, or the name of one that comes with lcc")
set(WEIGHTS ${fashion}/fashion.safetensors CACHE FILEPATH "Its weights; nothing, if they are in the network's file")
set(LABELS ${fashion}/labels.txt CACHE FILEPATH "The names of its classes, one a line")
set(OPTIONS "" CACHE STRING "Options for lcc, with semicolons between them: -D;width=0.25")

if(EXISTS ${MODEL})
  set(model_file ${MODEL})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${MODEL})
else()
  get_filename_component(model_file ${MODEL} NAME) # one that comes with lcc
endif()
set(more "")
if(WEIGHTS)
  list(APPEND more WEIGHTS ${WEIGHTS})
endif()
if(machine)
  list(APPEND more TARGET ${machine})
endif()
lcc_add_model(model ${model_file} ${more} OPTIONS ${OPTIONS})

execute_process(COMMAND ${LCC_EXECUTABLE} ${model_file} ${OPTIONS} --emit json
  OUTPUT_VARIABLE json ERROR_VARIABLE wrong RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "lcc does not take the network:\n${wrong}")
endif()
string(JSON inputs LENGTH "${json}" inputs)
string(JSON outputs LENGTH "${json}" outputs)
string(JSON input GET "${json}" inputs 0 name)
string(JSON output GET "${json}" outputs 0 name)
string(JSON type GET "${json}" inputs 0 type)
string(JSON channels GET "${json}" inputs 0 shape 2)
if(NOT "${inputs} ${outputs} ${input} ${output}" STREQUAL "1 1 image probs" OR NOT type STREQUAL uint8
   OR NOT channels MATCHES "^[13]$")
  message(FATAL_ERROR "This program is for networks that take uint8 `image` with 1 or 3 channels and give `probs`, and nothing "
    "besides; this one takes ${type} `${input}` with ${channels} channels and gives `${output}`.")
endif()
