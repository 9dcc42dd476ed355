# The files of `cmake --install`: bin/lcc, share/lcc/*.net, the manual page, the licence, and lcc_add_model for
# find_package(lcc). Every path in them is relative to the installed tree, so that the tree may be moved as a whole.
include(CMakePackageConfigHelpers)
include(${CMAKE_CURRENT_LIST_DIR}/lcc_add_model.cmake) # for projects that take lcc in by FetchContent

if(CMAKE_CROSSCOMPILING)
  set(man_page "") # the program that prints it does not run here
else()
  set(man_page ${PROJECT_BINARY_DIR}/lcc.1)
  add_custom_command(OUTPUT ${man_page} COMMAND lcc --help-man > ${man_page} DEPENDS lcc VERBATIM)
  add_custom_target(lcc_man ALL DEPENDS ${man_page})
endif()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/lcc-config.cmake.in ${PROJECT_BINARY_DIR}/lcc-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lcc PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lcc-config-version.cmake COMPATIBILITY SameMinorVersion
  ARCH_INDEPENDENT)
# lcc.pc names no library, so it is the same for every machine. It goes to share, where pkg-config for other machines looks
# too.
file(RELATIVE_PATH LCC_PREFIX_FROM_PC /${CMAKE_INSTALL_DATADIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/lcc.pc.in ${PROJECT_BINARY_DIR}/lcc.pc @ONLY)

install(TARGETS lcc RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/dsl/ DESTINATION ${CMAKE_INSTALL_DATADIR}/lcc FILES_MATCHING PATTERN "*.net"
        PATTERN editors EXCLUDE)
if(man_page)
  install(FILES ${man_page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
install(FILES ${PROJECT_BINARY_DIR}/lcc-config.cmake ${PROJECT_BINARY_DIR}/lcc-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/lcc_add_model.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lcc)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES ${PROJECT_BINARY_DIR}/lcc.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
