# cmake --install, and find_package(keratin) from what it leaves.
include(CMakePackageConfigHelpers)

install(TARGETS keratin EXPORT keratinTargets)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/keratin TYPE INCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/mnist DESTINATION ${CMAKE_INSTALL_DATADIR}/keratin)
install(EXPORT keratinTargets NAMESPACE keratin:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/keratin)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/keratinConfig.cmake.in ${PROJECT_BINARY_DIR}/keratinConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/keratin)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/keratinConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/keratinConfig.cmake ${PROJECT_BINARY_DIR}/keratinConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/keratin)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/cmake/modules DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/keratin)
