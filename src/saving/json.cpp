#include "saving/json.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/numbers.hpp"
#include "core/text.hpp"
#include "keratin/check.hpp"

#ifdef KERATIN_HAS_KERAS_FILES
#include <nlohmann/json.hpp>
#else
#include "saving/without_keras_files.hpp"
#endif

namespace keratin {

#ifdef KERATIN_HAS_KERAS_FILES

namespace {

constexpr std::size_t deepest = 200;          // lists and objects inside one another
constexpr std::size_t most_values = 1 << 18;  // in the whole text

// Builds a Config from what the parser reports. Handlers return false to stop it.
class ConfigBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Config result;
  std::string error;

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (std::in_range<std::int64_t>(value)) return add(value);
    return add(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!std::isfinite(value)) return stop("the number " + text + " is too large");
    return add(value);
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return stop("binary data"); }
  bool start_object(std::size_t) override { return open(Config::Object{}); }
  bool start_array(std::size_t) override { return open(Config::List{}); }
  bool key(string_t& name) override {
    open_.back().key = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& what) override {
    return stop(what.what());
  }

 private:
  struct Open {
    std::variant<Config::List, Config::Object> values;
    std::string key = {};  // of the object's next value
  };

  static const std::string* repeated_key(const Config::Object& object) {
    std::vector<const std::string*> keys;
    for (const Config::Entry& entry : object) keys.push_back(&entry.key);
    const auto key = [](const std::string* text) -> const std::string& { return *text; };
    std::ranges::sort(keys, {}, key);
    const auto found = std::ranges::adjacent_find(keys, {}, key);
    return found == keys.end() ? nullptr : *found;
  }

  bool stop(std::string what) {
    error = std::move(what);
    return false;
  }
  bool open(std::variant<Config::List, Config::Object> values) {
    if (open_.size() == deepest) return stop(concat("more than ", deepest, " levels"));
    open_.push_back({std::move(values)});
    return true;
  }
  bool close() {
    Open last = std::move(open_.back());
    open_.pop_back();
    if (const auto* object = std::get_if<Config::Object>(&last.values))
      if (const std::string* key = repeated_key(*object))
        return stop("an object has two values of '" + *key + "'");
    return std::visit([&](auto& values) { return add(Config(std::move(values))); }, last.values);
  }
  bool add(Config value) {
    if (++values_ > most_values) return stop(concat("more than ", most_values, " values"));
    if (open_.empty()) {
      result = std::move(value);
    } else if (auto* list = std::get_if<Config::List>(&open_.back().values)) {
      list->push_back(std::move(value));
    } else {
      auto& object = std::get<Config::Object>(open_.back().values);
      object.push_back({std::move(open_.back().key), std::move(value)});
    }
    return true;
  }

  std::vector<Open> open_;
  std::size_t values_ = 0;
};

}  // namespace

Config parse_json(std::string_view where, std::string_view text, std::string_view what) {
  ConfigBuilder builder;
  if (!nlohmann::json::sax_parse(text, &builder))
    fail<std::runtime_error>(where, what, "is no JSON: ", builder.error);
  return std::move(builder.result);
}

#else

Config parse_json(std::string_view where, std::string_view, std::string_view) {
  fail_without_keras_files(where);
}

#endif

namespace {

template <class Values, class Text>
std::string between(char first, const Values& values, const Text& text, char last) {
  return first + joined(values, text) + last;
}

}  // namespace

std::string write_json(const Config& config) {
  if (config.is_null()) return "null";
  if (const bool* value = config.get_if<bool>()) return *value ? "true" : "false";
  if (const auto* value = config.get_if<std::int64_t>()) return std::to_string(*value);
  if (const auto* value = config.get_if<double>()) {
    check(std::isfinite(*value), "json", "cannot write the number ", *value);
    return python_repr(*value);
  }
  if (const auto* value = config.get_if<std::string>()) return json_string(*value);
  if (const auto* list = config.get_if<Config::List>())
    return between(
        '[', *list, [](const Config& item) { return write_json(item); }, ']');
  const auto entry = [](const Config::Entry& e) {
    return json_string(e.key) + ": " + write_json(e.value);
  };
  return between('{', *config.get_if<Config::Object>(), entry, '}');
}

}  // namespace keratin
