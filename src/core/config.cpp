#include "keratin/config.hpp"

#include "core/numbers.hpp"
#include "keratin/check.hpp"

namespace keratin {

Config::Config(const char* text) : value_(std::string(text)) {}
Config::Config(std::string text) : value_(std::move(text)) {}
Config::Config(List list) : value_(std::move(list)) {}
Config::Config(Object object) : value_(std::move(object)) {}

const Config* Config::find(std::string_view key) const {
  if (const Object* object = get_if<Object>())
    for (const Entry& entry : *object)
      if (entry.key == key) return &entry.value;
  return nullptr;
}

void Config::set(std::string_view key, Config value) {
  Object* object = std::get_if<Object>(&value_);
  check(object != nullptr, "config", "cannot set '", key, "' of ", *this, ", which is no object");
  for (Entry& entry : *object)
    if (entry.key == key) {
      entry.value = std::move(value);
      return;
    }
  object->push_back({std::string(key), std::move(value)});
}

namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

struct ConfigPrinter {
  std::string operator()(std::monostate) const { return "None"; }
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return python_repr(value); }
  std::string operator()(const std::string& value) const { return quoted(value); }
  std::string operator()(const Config::List& list) const {
    return '[' + joined(list, [](const Config& item) { return to_string(item); }) + ']';
  }
  std::string operator()(const Config::Object& object) const {
    const auto entry = [](const Config::Entry& e) {
      return quoted(e.key) + ": " + to_string(e.value);
    };
    return '{' + joined(object, entry) + '}';
  }
};

}  // namespace

bool Config::equals(const Config& other) const { return value_ == other.value_; }

std::string Config::text() const { return std::visit(ConfigPrinter(), value_); }

}  // namespace keratin
