# For a project that is built for another machine and takes lcc in by FetchContent. lcc must run on the build machine, so it
# is built in a tree of its own with the build machine's compiler, without the settings of the toolchain file. With
# LCC_EXECUTABLE, that program is used instead.
include(ExternalProject)
include(${CMAKE_CURRENT_LIST_DIR}/lcc_add_model.cmake)
if(LCC_EXECUTABLE)
  return()
endif()

set(tree ${PROJECT_BINARY_DIR}/build-machine)
set(plain ${CMAKE_COMMAND} -E env)
foreach(variable CC CFLAGS CPPFLAGS LDFLAGS CMAKE_TOOLCHAIN_FILE PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR)
  list(APPEND plain --unset=${variable})
endforeach()
ExternalProject_Add(lcc_build_machine SOURCE_DIR ${PROJECT_SOURCE_DIR} BINARY_DIR ${tree}
  CONFIGURE_COMMAND ${plain} ${CMAKE_COMMAND} -S <SOURCE_DIR> -B <BINARY_DIR> -G ${CMAKE_GENERATOR}
    -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF
  BUILD_COMMAND ${plain} ${CMAKE_COMMAND} --build <BINARY_DIR> --target lcc
  INSTALL_COMMAND "" BUILD_ALWAYS ON BUILD_BYPRODUCTS ${tree}/compiler/lcc)
set_property(GLOBAL PROPERTY LCC_OF_THE_BUILD_MACHINE ${tree}/compiler/lcc)
