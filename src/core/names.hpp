#pragma once
// PRIVATE: Keras's automatic names.

#include <string>
#include <string_view>

namespace keratin {

/// Keras's snake rule: MaxPooling2D is max_pooling2d, ReLU is re_lu.
std::string snake_case(std::string_view class_name);
/// dense, then dense_1, dense_2, ...: counted per word in this process.
std::string unique_name(const std::string& prefix);

}  // namespace keratin
