# cmake --install, and what find_package(keratin) and pkg-config find afterwards. The four COMPONENTs
# are the packages that cpack makes.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/keratin)

install(TARGETS keratin EXPORT keratinTargets
  RUNTIME COMPONENT library
  LIBRARY COMPONENT library NAMELINK_COMPONENT dev
  ARCHIVE COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/keratin TYPE INCLUDE COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/mnist DESTINATION ${CMAKE_INSTALL_DATADIR}/keratin COMPONENT data)
install(EXPORT keratinTargets NAMESPACE keratin:: DESTINATION ${package_folder} COMPONENT dev)

set(keratin_data_dir ${CMAKE_INSTALL_FULL_DATADIR}/keratin)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/keratinConfig.cmake.in ${PROJECT_BINARY_DIR}/keratinConfig.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS keratin_data_dir NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/keratinConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/keratinConfig.cmake ${PROJECT_BINARY_DIR}/keratinConfigVersion.cmake
  DESTINATION ${package_folder} COMPONENT dev)
if(NOT BUILD_SHARED_LIBS)
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/package_data.cpp.in DESTINATION ${package_folder} COMPONENT dev)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/cmake/modules DESTINATION ${package_folder} COMPONENT dev)
endif()
include(cmake/pkgconfig.cmake)
