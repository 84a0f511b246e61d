# cmake -DSOURCE=<keratin's source> -DWORK=<empty folder> -DCOMPILER=<c++> -P check.cmake
# Configures keratin as on machines that lack packages: optional ones are left out, and said so;
# required ones, and those asked for, are errors that name the package to install.
file(REMOVE_RECURSE ${WORK})

# expect(<succeeds or fails> <what CMake must print> <argument of cmake>...)
function(expect outcome text)
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} -DCMAKE_CXX_COMPILER=${COMPILER} ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
  if(result EQUAL 0)
    set(got succeeds)
  else()
    set(got fails)
  endif()
  if(NOT got STREQUAL outcome)
    message(SEND_ERROR "cmake ${ARGN} ${got}:\n${printed}")
  endif()
  string(REGEX REPLACE "[ \n]+" " " line "${printed}")
  string(FIND "${line}" "${text}" at)
  if(at EQUAL -1)
    message(SEND_ERROR "cmake ${ARGN} does not print '${text}', but\n${printed}")
  endif()
endfunction()

# without(<out> <package>...): how CMake is told that a package is not there
function(without out)
  list(TRANSFORM ARGN REPLACE "(.+)" "-DCMAKE_DISABLE_FIND_PACKAGE_\\1=ON")
  set(${out} ${ARGN} PARENT_SCOPE)
endfunction()

without(no_extras Catch2 CLI11 benchmark PNG JPEG LibHDF5 LibZip nlohmann_json Protobuf Protoc MPI)
set(left_out "-- keratin: leaving out")
expect(succeeds "${left_out} the programs of apps/: CLI11 is not found (Debian package libcli11-dev)" ${no_extras})
expect(succeeds "${left_out} the tests: Catch2 is not found (Debian package catch2)" ${no_extras})
expect(succeeds "${left_out} the reading of PNG files: PNG is not found (Debian package libpng-dev)" ${no_extras})
expect(succeeds "${left_out} the reading of JPEG files: JPEG is not found (Debian package libjpeg-dev)" ${no_extras})
set(keras_files "the reading and writing of Keras's files")
expect(succeeds "${left_out} ${keras_files}: LibHDF5 is not found (Debian package libhdf5-dev)" ${no_extras})
expect(succeeds "${left_out} ${keras_files}: LibZip is not found (Debian package libzip-dev)" ${no_extras})
expect(succeeds "${left_out} ${keras_files}: nlohmann_json is not found (Debian package nlohmann-json3-dev)" ${no_extras})
set(onnx_files "the reading and writing of ONNX files")
expect(succeeds "${left_out} ${onnx_files}: Protobuf is not found (Debian package libprotobuf-dev)" ${no_extras})
expect(succeeds "${left_out} ${onnx_files}: Protoc is not found (Debian package protobuf-compiler)" ${no_extras})
expect(succeeds "${left_out} the benchmarks: benchmark is not found (Debian package libbenchmark-dev)"
  ${no_extras} -DKERATIN_BUILD_BENCHMARKS=AUTO)
expect(fails "KERATIN_BUILD_BENCHMARKS=ON asks for the benchmarks, but benchmark is not found (Debian package libbenchmark-dev)."
  ${no_extras} -DKERATIN_BUILD_BENCHMARKS=ON)
expect(fails "KERATIN_MPI=ON asks for training with several processes, but MPI is not found (Debian packages libopenmpi-dev and openmpi-bin)."
  ${no_extras} -DKERATIN_MPI=ON)
file(REMOVE_RECURSE ${WORK})
expect(fails "KERATIN_KERAS_FILES=ON asks for ${keras_files}, but LibHDF5 is not found (Debian package libhdf5-dev)."
  ${no_extras} -DKERATIN_KERAS_FILES=ON)
file(REMOVE_RECURSE ${WORK})
# As apps/mnist.sh does, and as the presets do, with which tests/run.sh works.
expect(fails "KERATIN_BUILD_APPS=ON asks for the programs of apps/, but CLI11 is not found (Debian package libcli11-dev)."
  ${no_extras} -DKERATIN_BUILD_APPS=ON -DKERATIN_BUILD_TESTS=OFF)
file(REMOVE_RECURSE ${WORK})
without(no_catch Catch2)
expect(fails "KERATIN_BUILD_TESTS=ON asks for the tests, but Catch2 is not found (Debian package catch2). Install it with sudo apt-get install catch2 or"
  --preset release ${no_catch})

file(REMOVE_RECURSE ${WORK})
without(no_headers xtensor xsimd ZLIB)
expect(fails "keratin needs packages that CMake did not find: xtensor (Debian package libxtensor-dev) xsimd (Debian package libxsimd-dev) zlib (Debian package zlib1g-dev) On Debian they are installed by sudo apt-get install libxtensor-dev libxsimd-dev zlib1g-dev"
  ${no_headers})
file(REMOVE_RECURSE ${WORK})
expect(fails "keratin needs packages that CMake did not find: BLAS with BLA_VENDOR=Arm (Debian package libopenblas-dev) On Debian"
  -DBLA_VENDOR=Arm)
file(REMOVE_RECURSE ${WORK})

# The version is told in one place; what cannot read it there has to agree.
file(STRINGS ${SOURCE}/include/keratin/version.hpp lines REGEX "define KERATIN_VERSION_(MAJOR|MINOR|PATCH)")
string(REGEX MATCHALL "[0-9]+" version "${lines}")
list(JOIN version . version)
file(READ ${SOURCE}/cmake/packaging/vcpkg/keratin/vcpkg.json port)
string(JSON port GET "${port}" version)
file(STRINGS ${SOURCE}/docs/changelog.md releases REGEX "^## ")
list(GET releases 0 release)
file(STRINGS ${SOURCE}/include/keratin/version.hpp line REGEX "define KERATIN_VERSION \"${version}\"")
if(NOT line)
  message(SEND_ERROR "version.hpp: the parts of KERATIN_VERSION are ${version}")
elseif(NOT port STREQUAL version)
  message(SEND_ERROR "cmake/packaging/vcpkg/keratin/vcpkg.json has version ${port}, version.hpp ${version}")
elseif(NOT release MATCHES "^## ${version} [(]20[0-9-]+[)]$")
  message(SEND_ERROR "docs/changelog.md begins with '${release}', version.hpp has ${version}")
endif()

# Whoever builds all parts of the library installs what they need, as keratinConfig.cmake names it; the packagers have their options.
file(STRINGS ${SOURCE}/cmake/keratinConfig.cmake.in lines REGEX "^set\\(keratin_packages_of_")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^set\\(keratin_packages_of_([a-z_]+) (.*)\\)$" whole "${line}")
  set(component ${CMAKE_MATCH_1})
  string(REPLACE " " ";" packages "${CMAKE_MATCH_2}")
  if(component MATCHES "^(plot|distribution)$")   # gnuplot is looked for at run time; MPI's part is of use to few
    continue()
  endif()
  string(TOUPPER KERATIN_${component} option)
  foreach(page README.md docs/building.md tests/run.sh Dockerfile cmake/packaging/conan/conanfile.py cmake/packaging/vcpkg/keratin/portfile.cmake)
    file(READ ${SOURCE}/${page} text)
    set(wanted ${packages})
    if(page MATCHES "conanfile")
      list(APPEND wanted "\"${component}\":")
    elseif(page MATCHES "vcpkg")
      set(wanted ${option})
    elseif(page STREQUAL "Dockerfile")
      list(APPEND wanted ${option}=ON)
    endif()
    foreach(word IN LISTS wanted)
      string(FIND "${text}" "${word}" at)
      if(at EQUAL -1)
        message(SEND_ERROR "${page} does not name ${word}, which the component ${component} needs")
      endif()
    endforeach()
  endforeach()
endforeach()
