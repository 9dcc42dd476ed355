# lcc_add_model(NAME NET [WEIGHTS file..] [VARIANT v] [TARGET t] [OPTIONS option..])
#
# Adds the static library NAME, which is the network NET compiled to C. NAME.h is on the include path of targets that link to
# it, and NAME is the prefix of its symbols. NET is a file of this project, .net or .onnx, or the name of a network that comes
# with lcc. The code is made again when the network, the files that it imports or keeps data in, the weights, or the samples of
# --calibrate and --labels change. Files and folders that the options name are relative to this folder.
function(lcc_add_model name net)
  cmake_parse_arguments(PARSE_ARGV 2 MODEL "" "VARIANT;TARGET" "WEIGHTS;OPTIONS")
  if(MODEL_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "lcc_add_model(${name}): what is ${MODEL_UNPARSED_ARGUMENTS}? "
      "Known are WEIGHTS, VARIANT, TARGET and OPTIONS.")
  endif()

  list(REMOVE_ITEM MODEL_KEYWORDS_MISSING_VALUES OPTIONS)
  if(MODEL_KEYWORDS_MISSING_VALUES) # such as WEIGHTS and an unset variable, which must not lead to random weights
    message(FATAL_ERROR "lcc_add_model(${name}): nothing is said for ${MODEL_KEYWORDS_MISSING_VALUES}.")
  elseif(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    message(FATAL_ERROR "lcc_add_model(${name}): the name begins names of C, so it has letters, digits and _ alone.")
  endif()

  get_property(of_the_build_machine GLOBAL PROPERTY LCC_OF_THE_BUILD_MACHINE)
  if(LCC_EXECUTABLE)
    set(lcc ${LCC_EXECUTABLE})
  elseif(of_the_build_machine)
    set(lcc ${of_the_build_machine})
  else()
    set(lcc $<TARGET_FILE:lcc>) # lcc is part of this build
  endif()

  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}.lcc)
  file(MAKE_DIRECTORY ${folder})
  set(code ${folder}/${name}.c)

  # Paths are absolute, because the depfile has them as lcc was given them, and build tools run in other folders.
  set(inputs "")
  get_filename_component(path ${net} ABSOLUTE)
  if(EXISTS ${path})
    set(net ${path})
    list(APPEND inputs ${path})
  endif()
  set(arguments ${net} -o ${code} --name ${name} --depfile ${code}.d)
  foreach(file IN LISTS MODEL_WEIGHTS)
    get_filename_component(file ${file} ABSOLUTE)
    list(APPEND arguments -w ${file})
    list(APPEND inputs ${file})
  endforeach()
  if(MODEL_VARIANT)
    list(APPEND arguments --variant ${MODEL_VARIANT})
  endif()
  if(MODEL_TARGET)
    list(APPEND arguments --target ${MODEL_TARGET})
  elseif(CMAKE_CROSSCOMPILING)
    list(APPEND arguments --target generic) # native would be the build machine
  endif()
  set(previous "")
  foreach(option IN LISTS MODEL_OPTIONS)
    if(previous MATCHES "^(-I|--calibrate|--labels|--tune)$")
      get_filename_component(option ${option} ABSOLUTE)
    elseif(option MATCHES "^(-I|--calibrate=|--labels=|--tune=)(.+)$")
      set(before ${CMAKE_MATCH_1})
      get_filename_component(option ${CMAKE_MATCH_2} ABSOLUTE)
      set(option ${before}${option})
    endif()
    list(APPEND arguments ${option})
    set(previous ${option})
  endforeach()

  set(outputs ${code} ${folder}/${name}.h)
  set(by_assembler FALSE)
  if("${MODEL_OPTIONS}" MATCHES "--storage[=;](incbin|file)")
    list(APPEND outputs ${folder}/${name}.weights)
    string(COMPARE EQUAL "${CMAKE_MATCH_1}" incbin by_assembler)
  endif()

  add_custom_command(OUTPUT ${outputs}
    COMMAND ${lcc} ${arguments}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    DEPENDS ${inputs} ${lcc} DEPFILE ${code}.d
    COMMENT "Compiling the network ${name}" VERBATIM)
  add_library(${name} STATIC ${outputs})
  if(TARGET lcc_build_machine)
    add_dependencies(${name} lcc_build_machine)
  endif()
  target_include_directories(${name} PUBLIC ${folder})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C POSITION_INDEPENDENT_CODE ON)
  if(by_assembler) # the assembler reads the weights beside the C file, so the object depends on them
    set_source_files_properties(${code} PROPERTIES COMPILE_OPTIONS "-I${folder};-Wa,-I${folder}"
      OBJECT_DEPENDS ${folder}/${name}.weights)
  endif()
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    target_compile_options(${name} PRIVATE -O2) # so that the network is fast without a build type, too
  endif()
endfunction()
