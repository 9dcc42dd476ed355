# `cpack -G DEB` in the build folder makes a package for Debian and similar systems. It has the files of `cmake --install`, under
# /usr. dpkg-shlibdeps (Debian: dpkg-dev and file) finds the libraries that the program needs, and debian.cmake adds what else
# Debian's policy requires. lintian finds no errors in the package.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
set(LCC_MAINTAINER "The lcc authors <lcc@example.invalid>" CACHE STRING "Who stands for the packages")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "The lcc authors")
set(CPACK_PACKAGE_CONTACT ${LCC_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiler from convolutional networks to C")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Reads the description of a light convolutional
network, or an ONNX file, and its trained weights, and writes one
C file and its header, which need no library.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gcc | c-compiler")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, pkg-config")
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
include(CPack)
