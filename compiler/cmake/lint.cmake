# The target `lint` runs `lint_format`, which compares the sources with .clang-format, and `lint_tidy`, which runs clang-tidy
# with .clang-tidy. The target `format` rewrites the sources.
find_program(CLANG_FORMAT NAMES clang-format-14 clang-format)
find_program(CLANG_TIDY NAMES clang-tidy-14 clang-tidy)
find_program(RUN_CLANG_TIDY NAMES run-clang-tidy-14 run-clang-tidy) # as many at a time as there are processors
if(NOT PROJECT_IS_TOP_LEVEL OR NOT CLANG_FORMAT OR NOT CLANG_TIDY OR NOT RUN_CLANG_TIDY)
  return()
endif()

set(root ${PROJECT_SOURCE_DIR})
file(GLOB lint_format CONFIGURE_DEPENDS ${root}/compiler/*.[ch] ${root}/compiler/*/*.[ch] ${root}/runtime/*.h
  ${root}/tests/*/*.[ch] ${root}/examples/*/*.[ch] ${root}/examples/*/*.[ch]pp)
add_custom_target(lint_format COMMAND ${CLANG_FORMAT} --dry-run -Werror ${lint_format} WORKING_DIRECTORY ${root} VERBATIM)
# The largest number of states of a function that the analyzer follows. Its default of 225000 takes ten times as long, nearly all
# of it for long paths through a few functions.
set(analyzer -extra-arg=-Xclang -extra-arg=-analyzer-config -extra-arg=-Xclang -extra-arg=max-nodes=30000)
add_custom_target(lint_tidy
  COMMAND ${RUN_CLANG_TIDY} -clang-tidy-binary ${CLANG_TIDY} -p ${PROJECT_BINARY_DIR} -quiet ${analyzer}
    "${root}/compiler/.*\\.c$"
  WORKING_DIRECTORY ${root} VERBATIM)
add_dependencies(lint_tidy liblcc) # for the files that bison and flex write
add_custom_target(lint DEPENDS lint_format lint_tidy)
add_custom_target(format COMMAND ${CLANG_FORMAT} -i ${lint_format} WORKING_DIRECTORY ${root} VERBATIM)
