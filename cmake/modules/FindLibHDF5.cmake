# HDF5's C library, as the target LibHDF5::LibHDF5. CMake's own FindHDF5 needs a C compiler.
find_path(LibHDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(LibHDF5_LIBRARY NAMES hdf5_serial hdf5 NAMES_PER_DIR)
mark_as_advanced(LibHDF5_INCLUDE_DIR LibHDF5_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibHDF5 REQUIRED_VARS LibHDF5_LIBRARY LibHDF5_INCLUDE_DIR)
if(LibHDF5_FOUND AND NOT TARGET LibHDF5::LibHDF5)
  add_library(LibHDF5::LibHDF5 INTERFACE IMPORTED)
  target_include_directories(LibHDF5::LibHDF5 INTERFACE ${LibHDF5_INCLUDE_DIR})
  if(LibHDF5_LIBRARY MATCHES "[.]a$")   # its own configuration file knows what a static one is linked with
    find_package(hdf5 CONFIG QUIET)
  endif()
  if(TARGET hdf5::hdf5-static)
    target_link_libraries(LibHDF5::LibHDF5 INTERFACE hdf5::hdf5-static)
  else()
    target_link_libraries(LibHDF5::LibHDF5 INTERFACE ${LibHDF5_LIBRARY})
  endif()
endif()
