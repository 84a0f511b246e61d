#pragma once
// PRIVATE: names of objects and classes.

#include <string>
#include <string_view>
#include <typeinfo>

namespace keratin {

/// Keras's rule: MaxPooling2D is max_pooling2d, ReLU is re_lu. Only ASCII letters change their
/// case.
std::string snake_case(std::string_view class_name);

/// dense, then dense_1, dense_2, ...: counted per prefix in this process.
std::string unique_name(const std::string& prefix);

/// The name of a class as its declaration spells it, without namespaces, enclosing classes and
/// functions, and template arguments: my::Scale<std::vector<int>> is "Scale". A lambda is "lambda",
/// another class without a name "unnamed".
std::string readable_type_name(const std::type_info& type);

}  // namespace keratin
