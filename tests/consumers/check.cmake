# cmake -DBUILD=<keratin's build> -DPAGE=<README.md> -DEXPECT=<regex> -DWORK=<empty folder>
#       -DCOMPILER=<c++> [-DSOURCE=<keratin's source>] [-DOPTIONS=-DNAME=value;...] -P check.cmake
# Installs keratin into WORK and builds a project of its own with it: the page's program and, with
# -DPLUGIN=ON among the OPTIONS, a plugin. Runs both, and looks for EXPECT in what the page's program
# prints. With SOURCE the project takes keratin as a subdirectory instead.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

include(${CMAKE_CURRENT_LIST_DIR}/../page_program.cmake)
page_program(${PAGE} program)
file(WRITE ${WORK}/program.cpp "${program}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(code)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

if(SOURCE)
  set(keratin -DKERATIN_SOURCE=${SOURCE})
else()
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
  file(GLOB_RECURSE strangers ${WORK}/prefix/include/*)
  foreach(header ${strangers})
    file(STRINGS ${header} includes REGEX "#include +[<\"](xtensor|xsimd|xflens|cblas|hdf5|zip|nlohmann|kernels/|xt\\.hpp)")
    if(includes)
      message(FATAL_ERROR "${header} shows a user what is private: ${includes}")
    endif()
  endforeach()
  set(keratin -DCMAKE_PREFIX_PATH=${WORK}/prefix)
endif()
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK}/build -DPROGRAM=${WORK}/program.cpp ${keratin}
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=${COMPILER} ${OPTIONS})
run(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
run(${CMAKE_COMMAND} -E env --unset=KERATIN_DATA ${WORK}/build/app)
message("${output}")
if(NOT output MATCHES "${EXPECT}")
  message(FATAL_ERROR "the program printed nothing like ${EXPECT}")
endif()
if(EXISTS ${WORK}/build/host)
  run(${WORK}/build/host ${WORK}/build/libplugin.so)
endif()

# A shared library exports what is keratin's, and no template of another library.
file(GLOB_RECURSE libraries ${WORK}/libkeratin.so)
foreach(library IN LISTS libraries)
  run(nm --dynamic --defined-only --format=posix ${library})
  string(REGEX MATCHALL "(^|\n)[^ \n]+" symbols "${output}")
  list(TRANSFORM symbols STRIP)
  list(FILTER symbols EXCLUDE REGEX "^_Z(TV|TT|TI|TS|T[hvc].*_|TW|TH|GV)?Z?N[KRO]*7keratin")
  if(symbols)
    message(FATAL_ERROR "${library} exports what is not keratin's:\n${symbols}")
  endif()
endforeach()
