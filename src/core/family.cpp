#include "keratin/family.hpp"

#include <cxxabi.h>

#include <cstdlib>

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

std::string readable_type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  const std::string full = readable ? readable.get() : type.name();
  const std::size_t colon = full.rfind("::");
  return colon == std::string::npos ? full : full.substr(colon + 2);
}

}  // namespace detail

}  // namespace keratin
