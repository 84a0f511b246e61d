#pragma once
// A family is an abstract class, such as Loss, its members, and one table that names them:
//
//   class Loss {
//    public:
//     using Family = Loss;
//     static const ClassTable<Loss>& table();  // one row per class
//     virtual Config get_config() const;
//     ...
//   };
//
// Members derive from Configured<Loss, TheirOptions>, which keeps their options as they were given.
// Everything else follows from the table and the lists of fields (fields.hpp): making a member by
// its name or from a Config, class names, and descriptions.

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "keratin/check.hpp"
#include "keratin/config.hpp"
#include "keratin/fields.hpp"

namespace KERATIN_API keratin {

/// One class of a family.
template <class Family>
struct Row {
  const char* class_name;
  std::array<const char*, 3> aliases;  // other names that Keras's strings may use, "" for none
  const std::type_info* type;
  std::shared_ptr<Family> (*make)(std::string_view class_name, const Config& options);
  Config (*default_options)();   // all fields, in order; those that are required have no use yet
  const char* module = nullptr;  // Keras's, where it is not that of the family's other classes
};

/// The classes of a family, by name.
template <class Family>
struct ClassTable {
  const char* family;  // "loss", for error messages
  const char* module;  // "keras.losses", for descriptions
  std::span<const Row<Family>> rows;
  bool any_case = false;  // names are known in whatever case, as those of Keras's optimizers
};

/// A row of a family's table. T has a constructor from its `Options`, which have a list of fields.
template <class T>
constexpr Row<typename T::Family> row(const char* class_name, std::array<const char*, 3> aliases) {
  return {class_name, aliases, &typeid(T),
          [](std::string_view name, const Config& options) -> std::shared_ptr<typename T::Family> {
            return std::make_shared<T>(read_fields<typename T::Options>(name, options));
          },
          [] { return write_fields(typename T::Options{}); }};
}
template <class T>
constexpr Row<typename T::Family> row(const char* class_name, const char* alias = "",
                                      const char* second = "", const char* third = "") {
  return row<T>(class_name, std::array<const char*, 3>{alias, second, third});
}

/// A class of the program's own, for CustomObjectScope: custom_object<Scale>("Scale").
struct CustomObject {
  std::string class_name;
  const std::type_info *family, *type;
  std::shared_ptr<void> (*make)(std::string_view class_name, const Config& options);
};
template <class T>
CustomObject custom_object(std::string class_name) {
  using Family = typename T::Family;
  return {std::move(class_name), &typeid(Family), &typeid(T),
          [](std::string_view name, const Config& options) -> std::shared_ptr<void> {
            return std::shared_ptr<Family>(
                std::make_shared<T>(read_fields<typename T::Options>(name, options)));
          }};
}

/// While it lives, this thread knows these classes by name, as it knows the built-in ones.
class CustomObjectScope {
 public:
  explicit CustomObjectScope(std::vector<CustomObject> objects);
  ~CustomObjectScope();
  CustomObjectScope(const CustomObjectScope&) = delete;
  CustomObjectScope& operator=(const CustomObjectScope&) = delete;

 private:
  std::size_t before_;  // how many objects the enclosing scopes have
};

namespace detail {

const CustomObject* find_custom(const std::type_info& family, std::string_view class_name);
const CustomObject* find_custom(const std::type_info& family, const std::type_info& type);

/// The name of a class as its author wrote it, without namespaces and template arguments.
std::string class_name_of_type(const std::type_info& type);

/// A family with a class that makes a member of such a function.
template <class Family, class F>
concept Wraps = requires {
  typename Family::FromFunction;
}
&&std::constructible_from<typename Family::FromFunction, F>;

}  // namespace detail

/// Whether two names are the same, in any case where `any_case` says so.
bool same_name(std::string_view a, std::string_view b, bool any_case = false);

/// A row of a table of other things that have names, such as functions and enumerators.
template <class Value>
struct NamedValue {
  const char* class_name;
  Value value;
  std::array<const char*, 1> aliases = {""};  // another name, "" for none
};

/// The row of that class name or alias, or nullptr. Rows of any table have these two.
template <class Row>
const Row* find_row(std::span<const Row> rows, std::string_view name, bool any_case = false) {
  for (const Row& row : rows) {
    if (same_name(name, row.class_name, any_case)) return &row;
    for (const char* alias : row.aliases)
      if (!name.empty() && same_name(name, alias, any_case)) return &row;
  }
  return nullptr;
}

/// The name by which errors list a row: the first alias, which is the usual string, if there is
/// one.
template <class Row>
std::string listed_name(const Row& row) {
  return *row.aliases[0] ? row.aliases[0] : row.class_name;
}
template <class Value>
std::string listed_name(const NamedValue<Value>& row) {
  return row.class_name;
}

/// Throws std::invalid_argument with the names that there are.
template <class Row>
[[noreturn]] void fail_unknown(std::string_view family, std::span<const Row> rows,
                               std::string_view name) {
  const auto shown = [](const Row& row) { return listed_name(row); };
  fail(family, "there is no ", family, " '", name, "' among: ", joined(rows, shown));
}

/// A new member by its class name or alias, with the options that `options` describes. Throws
/// std::invalid_argument for an unknown name, listing those there are, and for wrong options.
/// Families with `named_by_alias` name a member that was made by an alias by it, as Keras does with
/// losses and metrics: "mse" is logged as mse.
template <class Family>
std::shared_ptr<Family> make_member(std::string_view name,
                                    const Config& options = Config::Object{}) {
  if (const CustomObject* custom = detail::find_custom(typeid(Family), name))
    return std::static_pointer_cast<Family>(custom->make(name, options));
  const ClassTable<Family>& table = Family::table();
  const Row<Family>* row = find_row(table.rows, name, table.any_case);
  if (!row) fail_unknown(table.family, table.rows, name);
  std::shared_ptr<Family> member = row->make(row->class_name, options);
  if constexpr (requires { Family::named_by_alias; })
    if (name != row->class_name && !options.find("name")) member->name = name;
  return member;
}

/// The name of a member's class: from the table, or for a class of the program's own as its author
/// wrote it.
template <class Family>
std::string class_name_of(const Family& member) {
  for (const Row<Family>& row : Family::table().rows)
    if (*row.type == typeid(member)) return row.class_name;
  if (const CustomObject* custom = detail::find_custom(typeid(Family), typeid(member)))
    return custom->class_name;
  return detail::class_name_of_type(typeid(member));
}

/// As keras.saving.serialize_keras_object() describes an object: {"module": "keras.losses",
/// "class_name": ..., "config": ..., "registered_name": None}. member_from_config() makes an equal
/// member of it. A class of the program's own has no module, and its name twice.
template <class Family>
Config describe(const Family& member) {
  const std::string class_name = class_name_of<Family>(member);
  const Row<Family>* row = find_row(Family::table().rows, class_name);
  const bool built_in = row && *row->type == typeid(member);
  const char* module = built_in && row->module ? row->module : Family::table().module;
  return Config::Object{{"module", built_in ? Config(module) : Config()},
                        {"class_name", class_name},
                        {"config", member.get_config()},
                        {"registered_name", built_in ? Config() : Config(class_name)}};
}

/// A member from its class name alone or from what describe() gives.
template <class Family>
std::shared_ptr<Family> member_from_config(const Config& config) {
  if (const std::string* name = config.get_if<std::string>()) return make_member<Family>(*name);
  const Config* class_name = config.find("class_name");
  const Config* options = config.find("config");
  check(class_name && class_name->get_if<std::string>() && options, Family::table().family,
        "is described by ", config, ", wanted its class_name and config");
  return make_member<Family>(*class_name->get_if<std::string>(), *options);
}

namespace detail {

// An abstract class does not count as constructible: one that is constructed from its members'
// options says so with `static constexpr bool takes_options = true`.
template <class Base, class Options>
concept TakesOptions = std::constructible_from<Base, const Options&> || requires {
  Base::takes_options;
};

}  // namespace detail

/// What members of families derive from: keeps the options that they were constructed with.
template <class Base, class OptionsType>
class Configured : public Base {
 public:
  using Options = OptionsType;

  explicit Configured(Options options = {}) requires detail::TakesOptions<Base, Options>
      : Base(options), options_(std::move(options)) {}
  explicit Configured(Options options = {}) requires(!detail::TakesOptions<Base, Options>)
      : options_(std::move(options)) {}

  const Options& options() const& { return options_; }
  Options options() && { return std::move(options_); }

  /// The fields of the options; `name`, `trainable` and what the base class's update_config()
  /// writes as they are now.
  Config get_config() const override {
    Config config = write_fields(options_);
    if constexpr (requires(const Base& base) { base.name; })
      if (config.find("name")) config.set("name", this->name);
    if constexpr (requires(const Base& base) { base.trainable; })
      if (config.find("trainable")) config.set("trainable", bool(this->trainable));
    if constexpr (requires(const Base& base, Config& written) { base.update_config(written); })
      this->update_config(config);
    return config;
  }

 protected:
  /// For a base class that is constructed from something else than the options.
  template <class First, class... Rest>
  Configured(Options options, First&& first, Rest&&... rest)
      : Base(std::forward<First>(first), std::forward<Rest>(rest)...),
        options_(std::move(options)) {}

 private:
  Options options_;
};

/// The options with that name unless they have one: Keras's default for the class.
template <class Options>
Options with_default_name(Options options, const char* name) {
  if (options.name.empty()) options.name = name;
  return options;
}

/// A member held by value: what options take. It is given by name, as an object, or as a
/// shared_ptr; the default is none. Copies share the member.
template <class FamilyType>
class Handle {
 public:
  Handle() = default;
  Handle(std::nullptr_t) = delete;
  Handle(const char* name) : Handle(std::string(name)) {}
  Handle(const std::string& name) : member_(make_member<FamilyType>(name)), name_(name) {}
  template <class T>
  requires std::derived_from<std::remove_cvref_t<T>, FamilyType> Handle(T&& member)
      : member_(std::make_shared<std::remove_cvref_t<T>>(std::forward<T>(member))) {
    using Member = std::remove_cvref_t<T>;
    if constexpr (std::copy_constructible<Member>)
      copy_ = [](const FamilyType& original) -> std::shared_ptr<FamilyType> {
        return std::make_shared<Member>(static_cast<const Member&>(original));
      };
  }
  template <class T>
  requires std::derived_from<T, FamilyType> Handle(std::shared_ptr<T> member)
      : member_(std::move(member)) {
    check(member_ != nullptr, FamilyType::table().family, "got a null pointer");
  }
  /// A function, where the family has a class that makes a member of one.
  template <class F>
  requires(!std::derived_from<std::remove_cvref_t<F>, Handle> &&
           !std::derived_from<std::remove_cvref_t<F>, FamilyType> && detail::Wraps<FamilyType, F>)
      Handle(F function)
      : Handle(typename FamilyType::FromFunction(std::move(function))) {}

  explicit operator bool() const { return member_ != nullptr; }
  FamilyType& operator*() const { return *member_; }
  FamilyType* operator->() const { return member_.get(); }
  const std::shared_ptr<FamilyType>& member() const { return member_; }
  /// A member of its own: a new one where it was given by name, a copy of an object. One that was
  /// given as a shared_ptr stays shared.
  std::shared_ptr<FamilyType> copy() const {
    if (!name_.empty()) return make_member<FamilyType>(name_);
    return copy_ ? copy_(*member_) : member_;
  }

  /// What describe() gives; null for none. As in Keras, a loss or metric that was given by name is
  /// described by that.
  Config config() const {
    if (!member_) return {};
    if constexpr (requires { FamilyType::named_by_alias; })
      if (!name_.empty()) return name_;
    return describe<FamilyType>(*member_);
  }
  static Handle from_config(const Config& config) {
    if (config.is_null()) return {};
    if (const std::string* name = config.get_if<std::string>()) return *name;
    return member_from_config<FamilyType>(config);
  }

 protected:
  std::shared_ptr<FamilyType> member_;
  std::string name_;  // "" unless the member was given by name
  std::shared_ptr<FamilyType> (*copy_)(const FamilyType&) = nullptr;
};

}  // namespace keratin
