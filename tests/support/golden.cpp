#include "golden.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "keratin/check.hpp"

namespace keratin::test {
namespace {

using Error = std::runtime_error;

double to_number(const std::string& text, const std::string& where) {
  double value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);  // under every locale
  check<Error>(error == std::errc() && end == last, where, "not a number: '", text, "'");
  return value;
}

std::size_t to_size(const std::string& text, const std::string& where) {
  check<Error>(!text.empty() && text.size() < 10 &&
                   text.find_first_not_of("0123456789") == std::string::npos,
               where, "not a size: '", text, "'");
  return std::strtoul(text.c_str(), nullptr, 10);
}

// case NAME key=value ...
GoldenCase parse_case(std::istringstream& words, const std::string& where) {
  GoldenCase golden;
  check<Error>(bool(words >> golden.name), where, "a case without a name");
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    check<Error>(equals != std::string::npos && equals > 0, where, "not an option: '", word, "'");
    const bool fresh =
        golden.options.emplace(word.substr(0, equals), word.substr(equals + 1)).second;
    check<Error>(fresh, where, "option given twice: '", word, "'");
  }
  return golden;
}

// tensor NAME d0,d1,... : v v v
std::pair<std::string, Tensor> parse_tensor(std::istringstream& words, const std::string& where) {
  std::string name, word;
  check<Error>(bool(words >> name >> word), where, "a tensor without a name or a colon");
  std::vector<std::size_t> sizes;
  if (word != ":") {
    for (const auto& size : split(word, ',')) sizes.push_back(to_size(size, where));
    check<Error>(words >> word && word == ":", where, "no colon after the sizes of ", name);
  }
  std::vector<float> values;
  while (words >> word) values.push_back(static_cast<float>(to_number(word, where)));
  const Shape shape{std::span<const std::size_t>(sizes)};
  check<Error>(shape.elements() == values.size(), where, "tensor ", name, " of shape ", shape,
               " has ", values.size(), " values");
  return {name, Tensor::from(shape, values)};
}

}  // namespace

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  std::size_t first = 0;
  for (auto last = text.find(separator); last != std::string::npos;
       last = text.find(separator, first)) {
    parts.push_back(text.substr(first, last - first));
    first = last + 1;
  }
  parts.push_back(text.substr(first));
  return parts;
}

std::vector<GoldenCase> read_golden(std::istream& text, const std::string& source) {
  std::vector<GoldenCase> cases;
  std::set<std::string> names;
  std::size_t number = 0;
  for (std::string line; std::getline(text, line);) {
    const std::string where = concat(source, ':', ++number);
    std::istringstream words(line);
    std::string kind;
    if (!(words >> kind) || kind[0] == '#') continue;
    if (kind == "case") {
      cases.push_back(parse_case(words, where));
      check<Error>(names.insert(cases.back().name).second, where, "a second case named ",
                   cases.back().name);
    } else {
      check<Error>(kind == "tensor", where, "neither case nor tensor: '", kind, "'");
      check<Error>(!cases.empty(), where, "a tensor before the first case");
      auto [name, tensor] = parse_tensor(words, where);
      const bool fresh = cases.back().tensors.emplace(name, std::move(tensor)).second;
      check<Error>(fresh, where, "a second tensor named ", name);
    }
  }
  check<Error>(!cases.empty(), source, "no cases");
  return cases;
}

std::vector<GoldenCase> read_golden(const std::string& family) {
  const auto path = std::filesystem::path(KERATIN_GOLDEN_DIR) / (family + ".txt");
  std::ifstream file(path);
  check<Error>(file.is_open(), "read_golden", "cannot open ", path.string());
  return read_golden(file, path.filename().string());
}

std::string unquoted(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
    } else {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    }
  }
  return plain;
}

Config guessed_config(const std::string& text) {
  if (text == "none") return {};
  if (text.find(',') != std::string::npos) {
    Config::List list;
    for (const std::string& item : split(text, ',')) list.push_back(guessed_config(item));
    return list;
  }
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size()) return text;
  const bool is_integer = text.find_first_not_of("-0123456789") == std::string::npos;
  return is_integer ? Config(std::strtoll(text.c_str(), nullptr, 10)) : Config(number);
}

Config flag_config(const std::string& text, const std::string& where) {
  check(text == "0" || text == "1", where, "is '", text, "', wanted 1 or 0");
  return text == "1";
}

Config config_like(const Config& like, const std::string& text, const std::string& where) {
  if (like.get_if<bool>()) return flag_config(text, where);
  if (like.get_if<std::string>()) return text;
  if (!like.get_if<Config::List>()) return guessed_config(text);
  Config::List list;
  for (const std::string& item : split(text, ',')) list.push_back(guessed_config(item));
  return list;
}

Config config_for(const Config& defaults, const GoldenCase& golden,
                  const std::vector<std::string>& other_keys) {
  Config options = Config::Object();
  for (const auto& [key, text] : golden.options) {
    if (std::find(other_keys.begin(), other_keys.end(), key) != other_keys.end()) continue;
    const Config* like = defaults.find(key);
    check(like != nullptr, golden.name, "there is no option '", key, "' among: ", defaults);
    options.set(key, config_like(*like, text, golden.name + ' ' + key));
  }
  return options;
}

const GoldenCase& find_case(const std::vector<GoldenCase>& cases, const std::string& name) {
  for (const auto& golden : cases)
    if (golden.name == name) return golden;
  fail<Error>("find_case", "no golden case named ", name);
}

const std::string& GoldenCase::text(const std::string& option) const {
  const auto found = options.find(option);
  check<Error>(found != options.end(), name, "no option ", option);
  return found->second;
}

std::string GoldenCase::text(const std::string& option, const std::string& otherwise) const {
  return has(option) ? text(option) : otherwise;
}

double GoldenCase::number(const std::string& option) const {
  return to_number(text(option), name + ' ' + option);
}

double GoldenCase::number(const std::string& option, double otherwise) const {
  return has(option) ? number(option) : otherwise;
}

int GoldenCase::integer(const std::string& option) const {
  const double value = number(option);
  const int whole = static_cast<int>(value);
  check<Error>(whole == value, name, "option ", option, " is no integer: ", text(option));
  return whole;
}

int GoldenCase::integer(const std::string& option, int otherwise) const {
  return has(option) ? integer(option) : otherwise;
}

bool GoldenCase::flag(const std::string& option, bool otherwise) const {
  if (!has(option)) return otherwise;
  const std::string& value = text(option);
  check<Error>(value == "0" || value == "1", name, "option ", option,
               " is neither 0 nor 1: ", value);
  return value == "1";
}

std::vector<std::string> GoldenCase::list(const std::string& option) const {
  return split(text(option, ""), ',');
}

std::vector<double> GoldenCase::numbers(const std::string& option) const {
  std::vector<double> values;
  for (const auto& item : list(option)) values.push_back(to_number(item, name + ' ' + option));
  return values;
}

const Tensor& GoldenCase::tensor(const std::string& wanted) const {
  const auto found = tensors.find(wanted);
  check<Error>(found != tensors.end(), name, "no tensor ", wanted);
  return found->second;
}

Tensor GoldenCase::tensor_or_none(const std::string& wanted) const {
  return has_tensor(wanted) ? tensor(wanted) : Tensor{};
}

std::vector<Tensor> GoldenCase::tensors_numbered(const std::string& prefix) const {
  std::vector<Tensor> found;
  for (int index = 0; has_tensor(prefix + std::to_string(index)); ++index)
    found.push_back(tensor(prefix + std::to_string(index)));
  return found;
}

}  // namespace keratin::test
