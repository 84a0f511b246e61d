# src/kernels/simd.cpp, once per instruction set. The library picks the machine's best at run time, so one build serves all;
# -DKERATIN_NATIVE=ON compiles everything for one machine instead.
function(keratin_simd table arch)
  add_library(keratin_simd_${table} OBJECT ${PROJECT_SOURCE_DIR}/src/kernels/simd.cpp)
  target_compile_features(keratin_simd_${table} PRIVATE cxx_std_20)
  target_include_directories(keratin_simd_${table} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(keratin_simd_${table} PRIVATE keratin_private_headers)
  set_target_properties(keratin_simd_${table} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  keratin_compile_options(keratin_simd_${table})
  target_compile_definitions(keratin_simd_${table} PRIVATE KERATIN_ARCH=${arch} KERATIN_TABLE=${table}_table
    KERATIN_TABLE_NAME="${table}" ${definitions})
  # Never -O0: g++ does not compile xsimd 8's AVX-512 with it, and what is inlined cannot be linked in the place of another table's.
  target_compile_options(keratin_simd_${table} PRIVATE ${ARGN} $<$<NOT:$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:-O2>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 in its own avx512fintrin.h (its bug 105593)
    target_compile_options(keratin_simd_${table} PRIVATE -Wno-uninitialized -Wno-maybe-uninitialized)
  endif()
  target_sources(keratin PRIVATE $<TARGET_OBJECTS:keratin_simd_${table}>)
endfunction()

set(definitions "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND NOT KERATIN_NATIVE)
  set(definitions KERATIN_HAS_X86_TABLES)
  target_compile_definitions(keratin PRIVATE ${definitions})
  keratin_simd(avx2 xsimd::fma3<xsimd::avx2> -mavx2 -mfma)
  keratin_simd(avx512 xsimd::avx512bw -mavx512f -mavx512cd -mavx512dq -mavx512bw -mavx512vl -mfma)
endif()
keratin_simd(baseline xsimd::default_arch)
