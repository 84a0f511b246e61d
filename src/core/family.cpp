#include "keratin/family.hpp"

#include <algorithm>
#include <cctype>

#include "core/names.hpp"

namespace keratin {

namespace {

std::vector<CustomObject>& custom_objects() {
  thread_local std::vector<CustomObject> objects;
  return objects;
}

// The innermost scope wins: the last object that fits.
template <class Fits>
const CustomObject* find_last(const Fits& fits) {
  const std::vector<CustomObject>& objects = custom_objects();
  for (std::size_t i = objects.size(); i-- > 0;)
    if (fits(objects[i])) return &objects[i];
  return nullptr;
}

}  // namespace

CustomObjectScope::CustomObjectScope(std::vector<CustomObject> objects)
    : before_(custom_objects().size()) {
  for (CustomObject& object : objects) custom_objects().push_back(std::move(object));
}

CustomObjectScope::~CustomObjectScope() { custom_objects().resize(before_); }

bool same_name(std::string_view a, std::string_view b, bool any_case) {
  if (!any_case) return a == b;
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

namespace detail {

const CustomObject* find_custom(const std::type_info& family, std::string_view class_name) {
  return find_last([&](const CustomObject& object) {
    return *object.family == family && object.class_name == class_name;
  });
}

const CustomObject* find_custom(const std::type_info& family, const std::type_info& type) {
  return find_last(
      [&](const CustomObject& object) { return *object.family == family && *object.type == type; });
}

std::string class_name_of_type(const std::type_info& type) { return readable_type_name(type); }

}  // namespace detail

}  // namespace keratin
