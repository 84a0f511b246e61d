#pragma once
// PRIVATE: labels as class ids.

#include <vector>

#include "keratin/array_view.hpp"

namespace keratin {

/// The class of each row: its value, or the position of the largest one in one-hot rows. Throws
/// std::invalid_argument for values that are no whole numbers.
std::vector<long> class_ids(const char* where, const ArrayView& labels);

}  // namespace keratin
