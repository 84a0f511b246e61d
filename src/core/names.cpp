#include "core/names.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

#include "keratin/utils.hpp"

namespace keratin {

namespace {

// How often each prefix was taken. Never destroyed: layers may be made while the program exits.
struct Counters {
  std::mutex lock;
  std::map<std::string, int> counts;
};

Counters& counters() {
  static Counters& counters = *new Counters;
  return counters;
}

// Unlike <cctype>, these do not depend on the locale, under which I may become a dotless i.
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_identifier(char c) { return is_upper(c) || is_lower(c) || is_digit(c) || c == '_'; }

std::string demangled(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return text ? text.get() : type.name();
}

// Where the token at `at` ends: one character, or an arrow or "operator" with its symbols, whose <
// and > are no brackets.
std::size_t token_end(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with("->")) return at + 2;
  constexpr std::string_view keyword = "operator";
  const bool starts_word = at == 0 || !is_identifier(text[at - 1]);
  if (!starts_word || !text.substr(at).starts_with(keyword)) return at + 1;
  std::size_t end = at + keyword.size();
  if (end < text.size() && is_identifier(text[end])) return at + 1;
  for (std::string_view pair : {"()", "[]"})
    if (text.substr(end).starts_with(pair)) return end + pair.size();
  while (end < text.size() && std::string_view("<>=-+*/%^&|~!,").find(text[end]) != text.npos)
    ++end;
  return end;
}

// What follows the last :: that is in no brackets: foo<a::b>(c::d)::Local is Local.
std::string_view without_scopes(std::string_view text) {
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); at = token_end(text, at)) {
    if (std::string_view("(<[{").find(text[at]) != text.npos) ++depth;
    if (std::string_view(")>]}").find(text[at]) != text.npos) --depth;
    if (depth == 0 && text.substr(at).starts_with("::")) start = at + 2;
  }
  return text.substr(start);
}

}  // namespace

std::string snake_case(std::string_view name) {
  // A word starts at a capital letter with a small one after or before it.
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts_word =
        i > 0 && is_upper(name[i]) &&
        ((i + 1 < name.size() && is_lower(name[i + 1])) || is_lower(name[i - 1]));
    if (starts_word) text += '_';
    text += to_lower(name[i]);
  }
  return text;
}

std::string unique_name(const std::string& prefix) {
  const std::lock_guard lock(counters().lock);
  const int count = counters().counts[prefix]++;
  return count == 0 ? prefix : prefix + "_" + std::to_string(count);
}

std::string readable_type_name(const std::type_info& type) {
  const std::string text = demangled(type);
  const std::string_view last = without_scopes(text);
  // GCC writes {lambda(int)#1} and {unnamed type#1}, LLVM 'lambda'(int), and clang names both $_0.
  if (last.starts_with("{lambda") || last.starts_with("'lambda")) return "lambda";
  std::size_t length = 0;
  while (length < last.size() && (is_identifier(last[length]) || (last[length] & 0x80) != 0))
    ++length;
  return length > 0 ? std::string(last.substr(0, length)) : "unnamed";
}

void utils::clear_session() {
  const std::lock_guard lock(counters().lock);
  counters().counts.clear();
}

}  // namespace keratin
