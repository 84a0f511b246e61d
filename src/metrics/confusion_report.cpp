#include <algorithm>
#include <charconv>
#include <cmath>

#include "keratin/check.hpp"
#include "keratin/metrics/confusion_matrix.hpp"

namespace keratin::metrics {

namespace {

std::size_t width_of(const std::string& utf8) {
  const auto starts_character = [](char c) { return (c & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), starts_character));
}

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}

template <class... Format>
std::string formatted(double value, Format... format) {
  char text[400];  // room for the largest double with its 309 digits
  return std::string(text, std::to_chars(text, text + sizeof text, value, format...).ptr);
}

std::string two_digits(double value) { return formatted(value, std::chars_format::fixed, 2); }

/// A count as Python prints it: 12 unweighted; 12.0, 12.5 or 1e-05 weighted.
std::string support(double count, bool weighted) {
  if (!weighted) return formatted(count, std::chars_format::fixed, 0);
  const bool plain = count == 0 || (std::abs(count) >= 1e-4 && std::abs(count) < 1e16);
  if (!plain) return formatted(count, std::chars_format::scientific);
  const std::string text = formatted(count, std::chars_format::fixed);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

struct Score {
  double precision = 0, recall = 0, f1 = 0;
  void add(const Score& other, double weight) {
    precision += weight * other.precision;
    recall += weight * other.recall;
    f1 += weight * other.f1;
  }
};

double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

}  // namespace

std::string ConfusionMatrix::report() const {
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < classes_; ++i) numbers.push_back(concat(i));
  return report(numbers);
}

std::string ConfusionMatrix::report(const std::vector<std::string>& class_names) const {
  check(class_names.size() == classes_, name, "report got ", class_names.size(),
        " class names for ", classes_, " classes");
  std::size_t width = std::string("weighted avg").size();
  for (const std::string& class_name : class_names) width = std::max(width, width_of(class_name));
  const auto line = [&](const std::string& head, const Score& score, double count) {
    std::string text = right_aligned(head, width) + ' ';
    for (double value : {score.precision, score.recall, score.f1})
      text += ' ' + right_aligned(two_digits(value), 9);
    return text + ' ' + right_aligned(support(count, weighted_), 9) + '\n';
  };

  std::string text = std::string(width, ' ') + ' ';
  for (const char* head : {"precision", "recall", "f1-score", "support"})
    text += ' ' + right_aligned(head, 9);
  text += "\n\n";
  Score macro;
  Score weighted;
  for (std::size_t i = 0; i < classes_; ++i) {
    const double found = cell(i, i);
    const double called = column(i);
    const double there = row(i);
    const Score score{ratio(found, called), ratio(found, there), ratio(2 * found, called + there)};
    macro.add(score, 1 / static_cast<double>(classes_));
    weighted.add(score, ratio(there, all()));
    text += line(class_names[i], score, there);
  }
  const std::string no_values(20, ' ');  // in the columns of precision and recall
  text += '\n' + right_aligned("accuracy", width) + ' ' + no_values + ' ' +
          right_aligned(two_digits(result()), 9) + ' ' +
          right_aligned(support(all(), weighted_), 9) + '\n';
  return text + line("macro avg", macro, all()) + line("weighted avg", weighted, all());
}

}  // namespace keratin::metrics
