# keratin::distribution, training with several processes: src/distribution, a library of its own, so that only programs that use
# it need MPI.
option(KERATIN_MPI "Build keratin::distribution, which needs an MPI library (Open MPI or MPICH)" OFF)
if(NOT KERATIN_MPI)
  return()
endif()
set(MPI_CXX_SKIP_MPICXX ON)   # the C++ bindings that MPI no longer has
find_package(MPI COMPONENTS CXX)
if(NOT MPI_CXX_FOUND)
  message(FATAL_ERROR "KERATIN_MPI=ON asks for training with several processes, but MPI is not found (Debian packages "
    "libopenmpi-dev and openmpi-bin). Install it with\n  sudo apt-get install libopenmpi-dev openmpi-bin\n"
    "or configure with -DKERATIN_MPI=OFF.")
endif()

file(GLOB distribution_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/distribution/*.cpp)
add_library(keratin_distribution ${distribution_sources})
add_library(keratin::distribution ALIAS keratin_distribution)
set_target_properties(keratin_distribution PROPERTIES EXPORT_NAME distribution
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_include_directories(keratin_distribution PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(keratin_distribution PUBLIC keratin PRIVATE MPI::MPI_CXX)
keratin_compile_options(keratin_distribution)

# Installed with a file of its own: keratinConfig.cmake looks for MPI only where a program asks for this component.
list(APPEND keratin_components distribution)
if(KERATIN_INSTALL)
  set(distribution_folder ${CMAKE_INSTALL_LIBDIR}/cmake/keratin)
  install(TARGETS keratin_distribution EXPORT keratinDistributionTargets OPTIONAL
    RUNTIME COMPONENT distribution
    LIBRARY COMPONENT distribution NAMELINK_COMPONENT distribution_dev
    ARCHIVE COMPONENT distribution_dev)
  install(EXPORT keratinDistributionTargets NAMESPACE keratin:: DESTINATION ${distribution_folder} COMPONENT distribution_dev)
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/keratinDistribution.cmake DESTINATION ${distribution_folder} COMPONENT distribution_dev)
endif()
