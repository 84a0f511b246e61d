#include "keratin/onnx.hpp"

#include "keratin/check.hpp"

#ifdef KERATIN_HAS_ONNX

#include "core/files.hpp"
#include "saving/onnx/export.hpp"
#include "saving/onnx/import.hpp"

namespace keratin::saving {

void export_onnx(const Sequential& model, const std::string& path, const OnnxOptions& options) {
  write_file("onnx", path, onnx::exported(model, options));
}

Sequential load_onnx(const std::string& path) { return onnx::imported(path); }

}  // namespace keratin::saving

#else

namespace keratin::saving {

namespace {

[[noreturn]] void fail_without_onnx() {
  fail<std::runtime_error>(
      "onnx",
      "this keratin was built without KERATIN_ONNX, which ONNX files need: install Protocol "
      "Buffers (Debian packages libprotobuf-dev and protobuf-compiler) and build keratin again "
      "with -DKERATIN_ONNX=ON");
}

}  // namespace

void export_onnx(const Sequential&, const std::string&, const OnnxOptions&) { fail_without_onnx(); }

Sequential load_onnx(const std::string&) { fail_without_onnx(); }

}  // namespace keratin::saving

#endif
