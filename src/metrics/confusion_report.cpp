#include <algorithm>

#include "core/numbers.hpp"
#include "core/text.hpp"
#include "keratin/check.hpp"
#include "keratin/metrics/confusion_matrix.hpp"
#include "metrics/values.hpp"

namespace keratin::metrics {

namespace {

/// A count as Python prints it: 12 unweighted, 12.0 or 12.5 weighted.
std::string support(double count, bool weighted) {
  return weighted ? python_repr(count) : fixed(count, 0);
}

struct Score {
  double precision = 0, recall = 0, f1 = 0;
  void add(const Score& other, double weight) {
    precision += weight * other.precision;
    recall += weight * other.recall;
    f1 += weight * other.f1;
  }
};

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
  for (const std::string& class_name : class_names)
    width = std::max(width, utf8_length(class_name));
  const auto line = [&](const std::string& head, const Score& score, double count) {
    std::string text = right_aligned(head, width) + ' ';
    for (double value : {score.precision, score.recall, score.f1})
      text += ' ' + right_aligned(fixed(value, 2), 9);
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
          right_aligned(fixed(result(), 2), 9) + ' ' + right_aligned(support(all(), weighted_), 9) +
          '\n';
  return text + line("macro avg", macro, all()) + line("weighted avg", weighted, all());
}

}  // namespace keratin::metrics
