# Unity builds (CMAKE_UNITY_BUILD): sources of one folder are compiled together, a few at a time. So a name in an unnamed
# namespace is used once in a folder; two that are equal do not compile.
function(keratin_unity_groups target)
  set(most_together 10)
  set(folder "")
  foreach(source ${ARGN})
    cmake_path(GET source PARENT_PATH parent)
    if(NOT parent STREQUAL folder)
      set(folder ${parent})
      set(count 0)
    endif()
    math(EXPR part "${count} / ${most_together}")
    math(EXPR count "${count} + 1")
    cmake_path(GET folder FILENAME name)
    set_property(SOURCE ${source} PROPERTY UNITY_GROUP ${name}_${part})
  endforeach()
  # simulate_cores puts itself in the place of the pool's parallel_for, which the linker can only do between files.
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/src/kernels/pool.cpp PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  # A local name may be that of another file's constant.
  target_compile_options(${target} PRIVATE $<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-shadow>)
endfunction()
