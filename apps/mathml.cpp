#include "mathml.hpp"

#include <cctype>
#include <stdexcept>

std::string html(std::string_view text) {
  std::string out;
  for (char c : text)
    out += c == '&'   ? "&amp;"
           : c == '<' ? "&lt;"
           : c == '>' ? "&gt;"
           : c == '"' ? "&quot;"
                      : std::string(1, c);
  return out;
}

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  /// Up to the end, or the brace that closes a group.
  std::string row() {
    std::string out;
    while (skip_spaces(), !rest_.empty() && rest_[0] != '}') out += scripted();
    return "<mrow>" + out + "</mrow>";
  }
  bool at_end() const { return rest_.empty(); }

 private:
  void skip_spaces() {
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
  }
  std::string take(std::size_t length) {
    const std::string taken(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return taken;
  }
  bool accept(std::string_view token) {
    skip_spaces();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  /// An item with what hangs below and above it.
  std::string scripted() {
    const bool is_sum = rest_.starts_with("∑");
    const std::string item = atom();
    const std::string below = accept("_") ? atom() : "", above = accept("^") ? atom() : "";
    if (!below.empty() && !above.empty()) return "<msubsup>" + item + below + above + "</msubsup>";
    if (!below.empty())
      return is_sum ? "<munder>" + item + below + "</munder>" : "<msub>" + item + below + "</msub>";
    return above.empty() ? item : "<msup>" + item + above + "</msup>";
  }

  std::string atom() {
    skip_spaces();
    if (rest_.empty()) throw std::invalid_argument("a formula ends too early");
    if (accept("{")) {
      const std::string inside = row();
      if (!accept("}")) throw std::invalid_argument("a formula lacks a closing brace");
      return inside;
    }
    if (accept("\\frac")) {
      const std::string above = atom();
      return "<mfrac>" + above + atom() + "</mfrac>";
    }
    if (accept("\\sqrt")) return "<msqrt>" + atom() + "</msqrt>";
    if (accept("\"")) {
      const std::size_t end = rest_.find('"');
      if (end == std::string_view::npos)
        throw std::invalid_argument("a formula lacks a closing quote");
      const std::string text = "<mtext>&nbsp;" + html(take(end)) + "&nbsp;</mtext>";
      rest_.remove_prefix(1);
      return text;
    }
    if (is(std::isdigit))
      return "<mn>" + take(length([](char c) {
               return std::isdigit(static_cast<unsigned char>(c)) || c == '.';
             })) +
             "</mn>";
    if (is(std::isalpha)) {
      const std::string word =
          take(length([](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }));
      skip_spaces();
      const bool applied =
          word.size() > 1 && !rest_.starts_with('(') && !rest_.starts_with('_');  // ln x, not ln(x)
      return (word.size() > 1 ? "<mi class=\"word\">" : "<mi>") + word + "</mi>" +
             (applied ? "<mspace width=\"0.17em\"></mspace>" : "");
    }
    for (const char* letter : {"ŷ", "ε", "δ", "γ", "α", "β"})
      if (accept(letter)) return std::string("<mi>") + letter + "</mi>";
    std::size_t size = 1;  // any other sign, of one byte or more
    while (size < rest_.size() && (rest_[size] & 0xC0) == 0x80) ++size;
    const std::string sign = take(size);
    return (sign == "∑"   ? "<mo class=\"sum\">"
            : sign == "|" ? "<mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">"
                          : "<mo stretchy=\"false\">") +
           html(sign) + "</mo>";
  }

  bool is(int (*kind)(int)) const { return kind(static_cast<unsigned char>(rest_[0])) != 0; }
  std::size_t length(const auto& belongs) const {
    std::size_t size = 0;
    while (size < rest_.size() && belongs(rest_[size])) ++size;
    return size;
  }

  std::string_view rest_;
};

}  // namespace

std::string mathml(std::string_view formula) {
  Reader reader(formula);
  const std::string row = reader.row();
  if (!reader.at_end()) throw std::invalid_argument("a formula has a brace too many");
  return "<math displaystyle=\"true\">" + row + "</math>";
}
