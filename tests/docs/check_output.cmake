# cmake -DPROGRAM=<program> -DPAGE=<page.md> -DWORK=<folder> -P check_output.cmake
# Runs the program of a page in an empty folder, and compares what it prints with the page's blocks of text, which together have to
# be all of it: see compare.cmake.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/compare.cmake)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${PROGRAM} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE code OUTPUT_FILE ${WORK}/output.txt
  ERROR_VARIABLE errors)
file(READ ${WORK}/output.txt output)
if(code)
  message("${output}${errors}")
  message(FATAL_ERROR "The program ended with ${code}")
endif()

text_lines(${WORK}/output.txt printed)
page_blocks(${PAGE} text expected)
compare("${expected}" "${printed}" fault)
if(NOT fault STREQUAL "")
  message("${output}${errors}${PAGE}, ${fault}")
  message(FATAL_ERROR "The program does not print what the page shows")
endif()
