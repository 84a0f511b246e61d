#pragma once
// Reads the golden files: numbers recorded from real Keras (tests/golden/README.md describes the
// format).
//
//   for (const auto& golden : test::read_golden("losses")) {
//     INFO(golden.name);
//     const Tensor& y_true = golden.tensor("y_true");
//     const auto options = test::options_of<HuberOptions>(golden, {"loss"});
//   }

#include <algorithm>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "keratin/family.hpp"
#include "keratin/fields.hpp"
#include "keratin/tensor.hpp"

namespace keratin::test {

struct GoldenCase {
  std::string name;
  std::map<std::string, std::string> options;
  std::map<std::string, Tensor> tensors;

  /// Those without a default throw, naming the case, when there is no such option.
  bool has(const std::string& option) const { return options.contains(option); }
  const std::string& text(const std::string& option) const;
  std::string text(const std::string& option, const std::string& otherwise) const;
  double number(const std::string& option) const;
  double number(const std::string& option, double otherwise) const;
  int integer(const std::string& option) const;
  int integer(const std::string& option, int otherwise) const;
  bool flag(const std::string& option, bool otherwise = false) const;
  std::vector<std::string> list(
      const std::string& option) const;  // empty when there is no such option
  std::vector<double> numbers(const std::string& option) const;  // likewise

  bool has_tensor(const std::string& tensor) const { return tensors.contains(tensor); }
  const Tensor& tensor(const std::string& tensor) const;                  // throws when missing
  Tensor tensor_or_none(const std::string& tensor) const;                 // Tensor{} when missing
  std::vector<Tensor> tensors_numbered(const std::string& prefix) const;  // prefix0, prefix1, ...
};

/// The cases of tests/golden/<family>.txt in order. Throws std::runtime_error when the file is
/// missing or malformed.
std::vector<GoldenCase> read_golden(const std::string& family);
std::vector<GoldenCase> read_golden(std::istream& text, const std::string& source);

/// The case of that name; throws when there is none.
const GoldenCase& find_case(const std::vector<GoldenCase>& cases, const std::string& name);

/// "a,b,c" -> {"a", "b", "c"}; "" -> {}.
std::vector<std::string> split(const std::string& text, char separator);

/// "a%20b" -> "a b": text as the recorders write it in options.
std::string unquoted(const std::string& text);

/// What the text of an option looks like: a number ("2", "0.5"), a list of them ("1,2"), null
/// ("none"), else a string.
Config guessed_config(const std::string& text);
/// A flag, which the files write as 1 or 0. `where` names it in errors.
Config flag_config(const std::string& text, const std::string& where);

/// The text of an option as a Config of the type of another, where that is a bool or a string;
/// otherwise as guessed.
Config config_like(const Config& like, const std::string& text, const std::string& where);

/// The text of an option as a Config from which a field of type T can be read.
template <class T>
Config config_of(const std::string& text, const std::string& where) {
  if constexpr (std::is_same_v<T, bool>) {
    return flag_config(text, where);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return text;
  } else if constexpr (keratin::detail::IsOptional<T>::value) {
    return text == "none" ? Config() : config_of<typename T::value_type>(text, where);
  } else if constexpr (keratin::detail::IsVector<T>::value || std::is_same_v<T, Shape>) {
    using Item = std::remove_cvref_t<decltype(*std::declval<T&>().begin())>;
    Config::List list;
    for (const std::string& item : split(text, ',')) list.push_back(config_of<Item>(item, where));
    return list;
  } else {
    return guessed_config(text);
  }
}

namespace detail {

// A visitor of a list of fields: replaces the text of the entries that are fields by values of the
// fields' types.
struct OptionReader {
  const std::string& case_name;
  Config& options;
  template <class T>
  void operator()(const char* name, T&) {
    const Config* text = options.find(name);
    if (!text) return;
    options.set(name, config_of<T>(*text->get_if<std::string>(), case_name + ' ' + name));
  }
};

}  // namespace detail

/// The options of a case as an options struct: fields that the case does not name keep their
/// defaults. Throws std::invalid_argument for an option that is neither a field nor among
/// `other_keys`, which the test reads itself, and for text that does not suit the field's type.
template <HasFields Options>
Options options_of(const GoldenCase& golden, const std::vector<std::string>& other_keys = {}) {
  Config options = Config::Object();
  for (const auto& [key, text] : golden.options)
    if (std::find(other_keys.begin(), other_keys.end(), key) == other_keys.end())
      options.set(key, text);
  Options defaults{};
  detail::OptionReader reader{golden.name, options};
  fields(reader, defaults);
  return read_fields<Options>(golden.name, options);
}

/// The options of a case for a class of which `defaults` are the options' default values, as its
/// family's table has them. Throws as options_of() does.
Config config_for(const Config& defaults, const GoldenCase& golden,
                  const std::vector<std::string>& other_keys = {});

/// The member of a family that a case describes: the option `class_key` names its class, the others
/// but `other_keys` are its fields. Null if the family has no such class.
template <class Family>
std::shared_ptr<Family> member_of(const GoldenCase& golden, const std::string& class_key,
                                  std::vector<std::string> other_keys = {}) {
  const ClassTable<Family>& table = Family::table();
  const std::string& class_name = golden.text(class_key);
  const Row<Family>* row = find_row(table.rows, class_name, table.any_case);
  if (!row) return nullptr;
  other_keys.push_back(class_key);
  return make_member<Family>(class_name, config_for(row->default_options(), golden, other_keys));
}

}  // namespace keratin::test
