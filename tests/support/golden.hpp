#pragma once
// Reads the golden files: numbers recorded from real Keras (tests/golden/README.md describes the
// format).
//
//   for (const auto& golden : test::read_golden("losses")) {
//     INFO(golden.name);
//     const Tensor& y_true = golden.tensor("y_true");
//     double delta = golden.number("delta", 1.0);
//   }

#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

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

}  // namespace keratin::test
