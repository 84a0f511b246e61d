#pragma once
// PRIVATE: the error of everything that needs KERATIN_KERAS_FILES in a build without it.

#include <stdexcept>
#include <string_view>

#include "keratin/check.hpp"

namespace keratin {

/// Throws std::runtime_error "[where] this keratin was built without KERATIN_KERAS_FILES ...".
[[noreturn]] inline void fail_without_keras_files(std::string_view where) {
  fail<std::runtime_error>(
      where,
      "this keratin was built without KERATIN_KERAS_FILES, which Keras's files need: install HDF5, "
      "libzip and nlohmann-json (Debian packages libhdf5-dev, libzip-dev and nlohmann-json3-dev) "
      "and build keratin again with -DKERATIN_KERAS_FILES=ON");
}

}  // namespace keratin
