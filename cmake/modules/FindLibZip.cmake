# libzip, as the target LibZip::LibZip. The configuration file in Debian's libzip-dev fails unless packages of programs are there too.
find_path(LibZip_INCLUDE_DIR zip.h)
find_library(LibZip_LIBRARY zip)
mark_as_advanced(LibZip_INCLUDE_DIR LibZip_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibZip REQUIRED_VARS LibZip_LIBRARY LibZip_INCLUDE_DIR)
if(LibZip_FOUND AND NOT TARGET LibZip::LibZip)
  add_library(LibZip::LibZip INTERFACE IMPORTED)
  target_include_directories(LibZip::LibZip INTERFACE ${LibZip_INCLUDE_DIR})
  if(LibZip_LIBRARY MATCHES "[.]a$")   # its own configuration file knows what a static one is linked with
    find_package(libzip CONFIG QUIET)
  endif()
  if(TARGET libzip::zip)
    target_link_libraries(LibZip::LibZip INTERFACE libzip::zip)
  else()
    target_link_libraries(LibZip::LibZip INTERFACE ${LibZip_LIBRARY})
  endif()
endif()
