#pragma once
// PRIVATE: NumPy's .npy format (numpy.lib.format, versions 1 to 3).

#include <string>

#include "data/stored_array.hpp"

namespace keratin {

/// Reads the header and leaves the source at the first value. Throws std::runtime_error for
/// anything else than an array of numbers.
StoredArray read_npy_header(const char* where, Bytes& source);

/// The bytes of such a file, version 1, as numpy.save writes them.
std::string write_npy(const ArrayView& array);

}  // namespace keratin
