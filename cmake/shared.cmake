# With -DBUILD_SHARED_LIBS=ON: the library's version and what it exports.
if(NOT BUILD_SHARED_LIBS)
  return()
endif()
# Before 1.0 a minor version may change the interface, so it is part of the soname.
set_target_properties(keratin PROPERTIES VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

include(CheckLinkerFlag)
set(exports ${PROJECT_SOURCE_DIR}/cmake/keratin.map)
check_linker_flag(CXX -Wl,--version-script=${exports} KERATIN_LINKER_HAS_VERSION_SCRIPTS)
if(KERATIN_LINKER_HAS_VERSION_SCRIPTS)
  target_link_options(keratin PRIVATE -Wl,--version-script=${exports})
  set_property(TARGET keratin APPEND PROPERTY LINK_DEPENDS ${exports})
endif()
