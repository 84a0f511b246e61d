#pragma once
// PRIVATE: the header of an IDX file.

#include "data/stored_array.hpp"

namespace keratin {

/// Reads the header and leaves the source at the first value. Throws std::runtime_error for
/// anything else than IDX.
StoredArray read_idx_header(const char* where, Bytes& source);

}  // namespace keratin
