# protoc, the compiler of Protocol Buffers, as the variable Protoc_EXECUTABLE.
find_program(Protoc_EXECUTABLE protoc)
mark_as_advanced(Protoc_EXECUTABLE)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Protoc REQUIRED_VARS Protoc_EXECUTABLE)
