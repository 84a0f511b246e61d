# With KERATIN_WARNINGS: what the library's sources are compiled under, besides what follows.
function(keratin_strict_warnings target)
  if(KERATIN_WARNINGS)
    target_compile_options(${target} PRIVATE -Wconversion
      $<$<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wshadow>)   # see unity.cmake
  endif()
endfunction()

# How this project's own code is compiled.
function(keratin_compile_options target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # xtensor 0.24 takes a guard for C++17 at its word: without this its immediate reducers crash under -std=c++20.
    target_compile_options(${target} PRIVATE -fno-new-ttp-matching)
    # Position-independent code is to be as fast: calls between our own functions are inlined as usual.
    target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  endif()
  # sqrt in a loop need not set errno, so it can be a vector's.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O3> -fno-math-errno)
  if(KERATIN_NATIVE)
    target_compile_options(${target} PRIVATE -march=native)
  endif()
  if(KERATIN_WARNINGS)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Werror)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      target_compile_options(${target} PRIVATE -Werror=reorder-init-list)
    else()
      target_compile_options(${target} PRIVATE -Wno-restrict)   # g++ 12 takes std::string's + for an overlap (its bug 105651)
    endif()
  endif()
  if(KERATIN_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${KERATIN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)   # under a sanitizer g++ 12 sees it in std::regex (its bug 105562)
    endif()
    target_link_options(${target} PUBLIC -fsanitize=${KERATIN_SANITIZE})
  endif()
endfunction()
