# ONNX files: src/saving/onnx, and the classes that protoc makes of the messages listed there. Without Protocol Buffers
# src/saving/onnx.cpp says what is missing.
set(KERATIN_HAS_ONNX OFF)
if(NOT KERATIN_ONNX OR NOT Protobuf_FOUND OR NOT Protoc_FOUND)
  return()
endif()
set(KERATIN_HAS_ONNX ON)

set(folder ${PROJECT_SOURCE_DIR}/src/saving/onnx)
set(generated ${PROJECT_BINARY_DIR}/generated/onnx)
file(MAKE_DIRECTORY ${generated})
add_custom_command(OUTPUT ${generated}/onnx.pb.cc ${generated}/onnx.pb.h
  COMMAND ${Protoc_EXECUTABLE} --cpp_out=${generated} --proto_path=${folder} ${folder}/onnx.proto
  DEPENDS ${folder}/onnx.proto VERBATIM)
set_source_files_properties(${generated}/onnx.pb.cc PROPERTIES COMPILE_OPTIONS -w)   # not our code

file(GLOB onnx_sources CONFIGURE_DEPENDS ${folder}/*.cpp)
target_sources(keratin PRIVATE ${onnx_sources} ${generated}/onnx.pb.cc)
keratin_unity_groups(keratin ${onnx_sources})
target_include_directories(keratin SYSTEM PRIVATE ${generated})
keratin_link(Protobuf libprotobuf-dev protobuf::libprotobuf-lite)
list(APPEND keratin_components onnx)
set_property(SOURCE ${PROJECT_SOURCE_DIR}/src/saving/onnx.cpp APPEND PROPERTY COMPILE_DEFINITIONS KERATIN_HAS_ONNX)
