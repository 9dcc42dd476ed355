# GCC for a Cortex-M without an operating system. BOARD, one of QEMU's, says which processor and which linker script.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(BOARD mps2-an386 CACHE STRING "mps2-an386 (Cortex-M4F) or mps3-an547 (Cortex-M55)")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES BOARD)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

if(BOARD STREQUAL mps2-an386)
  set(processor "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard")
  set(BOARD_TARGET cortex-m4) # lcc's
elseif(BOARD STREQUAL mps3-an547)
  set(processor "-mcpu=cortex-m55 -mfloat-abi=hard")
  set(BOARD_TARGET cortex-m55)
else()
  message(FATAL_ERROR "BOARD is mps2-an386 or mps3-an547, not ${BOARD}.")
endif()

set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_C_FLAGS_INIT "${processor} -ffunction-sections -fdata-sections")
set(CMAKE_C_FLAGS_RELEASE "-O2" CACHE STRING "As lcc's pages have it; CMake would take -O3")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-nostartfiles -Wl,--gc-sections")
