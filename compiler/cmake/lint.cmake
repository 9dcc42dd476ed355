# The target `lint`: the sources as .clang-format wants them, and clang-tidy with .clang-tidy. `format` rewrites them.
find_program(CLANG_FORMAT NAMES clang-format-14 clang-format)
find_program(CLANG_TIDY NAMES clang-tidy-14 clang-tidy)
if(NOT PROJECT_IS_TOP_LEVEL OR NOT CLANG_FORMAT OR NOT CLANG_TIDY)
  return()
endif()

set(root ${PROJECT_SOURCE_DIR})
file(GLOB lint_format CONFIGURE_DEPENDS ${root}/compiler/*.[ch] ${root}/compiler/*/*.[ch] ${root}/runtime/*.h
  ${root}/tests/*/*.[ch] ${root}/examples/*/*.[ch])
file(GLOB lint_tidy CONFIGURE_DEPENDS ${root}/compiler/*.c ${root}/compiler/*/*.c)
add_custom_target(lint
  COMMAND ${CLANG_FORMAT} --dry-run -Werror ${lint_format}
  COMMAND ${CLANG_TIDY} -p ${PROJECT_BINARY_DIR} --quiet --warnings-as-errors=* ${lint_tidy}
  WORKING_DIRECTORY ${root} COMMENT "clang-format and clang-tidy" VERBATIM)
add_custom_target(format
  COMMAND ${CLANG_FORMAT} -i ${lint_format}
  WORKING_DIRECTORY ${root} COMMENT "Bringing the sources into the form of .clang-format" VERBATIM)
