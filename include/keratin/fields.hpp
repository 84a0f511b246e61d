#pragma once
// One list of fields describes an options struct:
//
//   struct DropoutOptions {
//     double rate = 0.5;
//     std::optional<std::uint64_t> seed = {};
//   };
//   template <class V>
//   void fields(V& v, DropoutOptions& o) {
//     v("rate", o.rate);
//     v("seed", o.seed);
//   }
//
// Whatever needs the fields is a visitor of this list: written to a Config, read from one, printed,
// compared. A field is a number, a bool, a string, a Shape, another options struct, an optional or
// a vector of these, or a type with `Config config() const` and `static T from_config(const
// Config&)`.

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "keratin/check.hpp"
#include "keratin/config.hpp"
#include "keratin/shape.hpp"

namespace KERATIN_API keratin {

/// A list that is not given when it is empty: a Config has null instead of it.
template <class T>
struct OptionalList : std::vector<T> {
  static constexpr bool null_if_empty = true;
  using std::vector<T>::vector;
  OptionalList(std::vector<T> values) : std::vector<T>(std::move(values)) {}
};

namespace detail {

struct AnyVisitor {
  template <class T>
  void operator()(const char*, T&) {}
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsVector<OptionalList<T>> : std::true_type {};

}  // namespace detail

/// A struct with a list of its fields.
template <class T>
concept HasFields = requires(detail::AnyVisitor v, T& options) {
  fields(v, options);
};

template <HasFields Options>
Config write_fields(Options options);
template <HasFields Options>
Options read_fields(std::string_view class_name, const Config& config);

/// One field's value as a Config.
template <class T>
Config to_config(const T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (detail::IsOptional<T>::value) {
    return value ? to_config(*value) : Config();
  } else if constexpr (detail::IsVector<T>::value || std::is_same_v<T, Shape>) {
    if constexpr (requires { T::null_if_empty; })
      if (value.empty()) return {};
    Config::List list;
    for (const auto& item : value) list.push_back(to_config(item));
    return list;
  } else if constexpr (HasFields<T>) {
    return write_fields(value);
  } else {
    return value.config();
  }
}

/// The value of one field, out of a Config. `where` and `field` name it in errors.
template <class T>
T value_of(const Config& config, std::string_view where, std::string_view field) {
  const auto want = [&](bool ok, const char* wanted) {
    check(ok, where, field, " is ", config, ", wanted ", wanted);
  };
  if constexpr (std::is_same_v<T, bool>) {
    want(config.get_if<bool>() != nullptr, "True or False");
    return *config.get_if<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    const std::int64_t* number = config.get_if<std::int64_t>();
    want(number != nullptr, "an integer");
    if constexpr (sizeof(T) < sizeof *number)
      want(*number >= std::numeric_limits<T>::min() && *number <= std::numeric_limits<T>::max(),
           "a smaller one");
    return static_cast<T>(*number);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (const std::int64_t* integer = config.get_if<std::int64_t>())
      return static_cast<T>(*integer);
    want(config.get_if<double>() != nullptr, "a number");
    return static_cast<T>(*config.get_if<double>());
  } else if constexpr (std::is_same_v<T, std::string>) {
    want(config.get_if<std::string>() != nullptr, "a string");
    return *config.get_if<std::string>();
  } else if constexpr (detail::IsOptional<T>::value) {
    if (config.is_null()) return {};
    return value_of<typename T::value_type>(config, where, field);
  } else if constexpr (std::is_same_v<T, Shape>) {
    Shape shape;
    for (const std::int64_t size : value_of<std::vector<std::int64_t>>(config, where, field)) {
      want(size >= 0, "sizes of 0 or more");
      shape.push_back(static_cast<std::size_t>(size));
    }
    return shape;
  } else if constexpr (detail::IsVector<T>::value) {
    if constexpr (requires { T::null_if_empty; })
      if (config.is_null()) return {};
    using Item = typename T::value_type;
    const Config::List* list = config.get_if<Config::List>();
    want(list != nullptr, "a list");
    T values{};
    for (const Config& item : *list) values.push_back(value_of<Item>(item, where, field));
    return values;
  } else if constexpr (HasFields<T>) {
    return read_fields<T>(where, config);
  } else {
    return T::from_config(config);
  }
}

namespace detail {

struct FieldWriter {
  Config::Object object = {};
  template <class T>
  void operator()(const char* name, T& member) {
    object.push_back({name, to_config(std::as_const(member))});
  }
};

struct FieldReader {
  std::string_view class_name;
  const Config& config;
  std::vector<std::string> names = {};
  template <class T>
  void operator()(const char* name, T& member) {
    names.push_back(name);
    if (const Config* value = config.find(name)) member = value_of<T>(*value, class_name, name);
  }
};

struct FieldNames {
  std::vector<std::string> names = {};
  template <class T>
  void operator()(const char* name, T&) {
    names.push_back(name);
  }
};

}  // namespace detail

/// The fields as an object, in the order of the list.
template <HasFields Options>
Config write_fields(Options options) {  // a copy: fields() takes what readers may change
  detail::FieldWriter writer;
  fields(writer, options);
  return std::move(writer.object);
}

/// The options that `config`, an object, describes: a field that it does not name keeps its
/// default. Throws std::invalid_argument for a key that is no field, unless its value is null, and
/// for a value of the wrong type.
template <HasFields Options>
Options read_fields(std::string_view class_name, const Config& config) {
  const auto* object = config.get_if<Config::Object>();
  check(object != nullptr, class_name, "is described by ", config, ", wanted an object of fields");
  Options options{};
  detail::FieldReader reader{class_name, config};
  fields(reader, options);
  for (const Config::Entry& entry : *object) {
    bool known = entry.value.is_null();  // asks for nothing
    for (const std::string& name : reader.names) known = known || name == entry.key;
    check(known, class_name, "there is no field '", entry.key,
          "' among: ", joined(reader.names, [](const std::string& name) { return name; }));
  }
  return options;
}

/// The names of the fields, in the order of the list.
template <HasFields Options>
std::vector<std::string> field_names() {
  Options options{};
  detail::FieldNames visitor;
  fields(visitor, options);
  return std::move(visitor.names);
}

}  // namespace keratin
