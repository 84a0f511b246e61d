# What the library is built from. All of it is private: a program that uses keratin sees none of
# these headers. All that is missing is reported at once, with the Debian packages that bring it.
list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/modules)
find_package(Threads REQUIRED)
if(NOT DEFINED BLA_VENDOR)
  set(BLA_VENDOR OpenBLAS)
endif()

find_package(BLAS QUIET)
find_package(ZLIB QUIET)
find_package(xtensor QUIET)
find_package(xsimd QUIET)
if(BLAS_FOUND)
  find_package(LAPACK QUIET)   # OpenBLAS contains it; others come without
  find_package(xtensor-blas QUIET)
else()
  # Its configuration file ends CMake where there is no BLAS: look for its headers instead.
  find_path(xtensor-blas_FOUND xtensor-blas/xblas.hpp NO_CACHE)
endif()

set(missing "")
set(missing_debian "")
# Notes `name` as missing unless its package was found. A macro, so that it can extend both lists.
macro(keratin_require package name debian)
  if(NOT ${package}_FOUND)
    string(APPEND missing "  ${name} (Debian package ${debian})\n")
    string(APPEND missing_debian " ${debian}")
  endif()
endmacro()
keratin_require(xtensor xtensor libxtensor-dev)
keratin_require(xtensor-blas xtensor-blas libxtensor-blas-dev)
keratin_require(xsimd xsimd libxsimd-dev)
keratin_require(BLAS "BLAS with BLA_VENDOR=${BLA_VENDOR}" libopenblas-dev)
if(BLAS_FOUND)
  keratin_require(LAPACK "LAPACK with BLA_VENDOR=${BLA_VENDOR}" liblapack-dev)
endif()
keratin_require(ZLIB zlib zlib1g-dev)
if(missing)
  message(FATAL_ERROR "keratin needs packages that CMake did not find:\n${missing}"
    "On Debian they are installed by\n  sudo apt-get install${missing_debian}\n"
    "Elsewhere -DCMAKE_PREFIX_PATH tells CMake the folders they are in.")
endif()

# keratin_want(<option> <package> <Debian package> <what is built with it>) looks for what only a
# part of the project needs. `option` is ON (the part must be built: a missing package is an error)
# or AUTO (a missing package leaves the part out). <package>_FOUND tells whether to build it.
macro(keratin_want option package debian part)
  find_package(${package} QUIET)
  if(NOT ${package}_FOUND)
    set(advice "${package} is not found (Debian package ${debian})")
    if(${option} STREQUAL "AUTO")
      message(STATUS "keratin: leaving out ${part}: ${advice}")
    else()
      message(FATAL_ERROR "${option}=${${option}} asks for ${part}, but ${advice}. "
        "Install it with\n  sudo apt-get install ${debian}\n"
        "or configure with -D${option}=OFF or -D${option}=AUTO.")
    endif()
  endif()
endmacro()

if(KERATIN_IMAGES)
  keratin_want(KERATIN_IMAGES PNG libpng-dev "the reading of PNG files")
  keratin_want(KERATIN_IMAGES JPEG libjpeg-dev "the reading of JPEG files")
endif()
if(KERATIN_KERAS_FILES)
  set(part "the reading and writing of Keras's files")
  keratin_want(KERATIN_KERAS_FILES LibHDF5 libhdf5-dev "${part}")
  keratin_want(KERATIN_KERAS_FILES LibZip libzip-dev "${part}")
  keratin_want(KERATIN_KERAS_FILES nlohmann_json nlohmann-json3-dev "${part}")
endif()
if(KERATIN_ONNX)
  set(part "the reading and writing of ONNX files")
  keratin_want(KERATIN_ONNX Protobuf libprotobuf-dev "${part}")
  keratin_want(KERATIN_ONNX Protoc protobuf-compiler "${part}")
endif()

# Headers only, and as system headers: their warnings are not ours. Not exported: an installed
# keratin needs none of them.
add_library(keratin_private_headers INTERFACE)
foreach(package xtensor xtensor-blas xsimd)
  get_target_property(folders ${package} INTERFACE_INCLUDE_DIRECTORIES)
  if(folders)
    target_include_directories(keratin_private_headers SYSTEM INTERFACE ${folders})
  endif()
endforeach()
target_compile_definitions(keratin_private_headers INTERFACE HAVE_CBLAS=1)
