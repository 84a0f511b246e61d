# cmake -DINCLUDE=<folder of the public headers> -DCOMPILER=<c++> -DALONE=<ON or OFF> -DWORK=<empty folder> -P headers.cmake
# Compiles the public headers under the warnings of strict projects, all of them errors: all of them
# together as C++20 and as C++23 or, with ALONE, each by itself, so that it includes what it needs.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(warnings -Wall -Wextra -Wshadow -Wpedantic -Wconversion -Wsign-conversion -Werror)

function(compile standard source)
  execute_process(COMMAND ${COMPILER} -std=${standard} ${warnings} -fsyntax-only -I ${INCLUDE} ${source}
    RESULT_VARIABLE code ERROR_VARIABLE errors)
  if(code)
    message(SEND_ERROR "${source} as ${standard}:\n${errors}")
  endif()
endfunction()

file(GLOB_RECURSE headers RELATIVE ${INCLUDE} ${INCLUDE}/*.hpp)
if(NOT headers)
  message(FATAL_ERROR "there are no headers in ${INCLUDE}")
endif()
foreach(header IN LISTS headers)
  file(APPEND ${WORK}/all.cpp "#include \"${header}\"\n")
  if(ALONE)
    string(REPLACE / _ name ${header})
    file(WRITE ${WORK}/${name}.cpp "#include \"${header}\"\n")
    compile(c++20 ${WORK}/${name}.cpp)
  endif()
endforeach()
if(NOT ALONE)
  compile(c++20 ${WORK}/all.cpp)
  compile(c++2b ${WORK}/all.cpp)
endif()
