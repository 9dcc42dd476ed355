# cpack runs this before it packs. Debian's policy requires a compressed manual page, a changelog, and folders that all users can
# read, whatever the umask is.
if(NOT CPACK_GENERATOR STREQUAL DEB)
  return()
endif()
find_program(GZIP gzip REQUIRED)
set(tree ${CPACK_TEMPORARY_DIRECTORY})
set(readable OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)

file(GLOB_RECURSE page ${tree}/lcc.1)
file(GLOB_RECURSE copyright ${tree}/copyright)
get_filename_component(docs ${copyright} DIRECTORY)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC) # $SOURCE_DATE_EPOCH, if that is set
file(WRITE ${docs}/changelog "lcc (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(CHMOD ${docs}/changelog PERMISSIONS ${readable})
execute_process(COMMAND ${GZIP} -9nf ${page} ${docs}/changelog COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE entries LIST_DIRECTORIES TRUE ${tree}/*)
foreach(entry IN LISTS entries)
  if(IS_DIRECTORY ${entry})
    file(CHMOD ${entry} PERMISSIONS ${readable} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
  endif()
endforeach()
