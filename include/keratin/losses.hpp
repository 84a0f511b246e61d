#pragma once
// Losses, as classes, functions and Keras strings. Formulas: Keras 3; where TF-Keras 2.9 differs, Keras 3 counts.

#include <functional>
#include <optional>
#include <string>

#include "keratin/array_view.hpp"
#include "keratin/tape.hpp"

namespace keratin {

/// How per-sample values become one: a Keras string, "auto" being "sum_over_batch_size".
class Reduction {
 public:
  enum Kind : unsigned char { sum_over_batch_size, sum, mean, mean_with_sample_weight, none };
  Reduction(Kind kind = sum_over_batch_size) : kind_(kind) {}
  Reduction(const char* name);                   // throws for an unknown name, listing those there are
  operator Kind() const { return kind_; }

 private:
  Kind kind_;
};

struct LossOptions {
  Reduction reduction = {};
  std::string name = "";
};

/// A loss: a function of (y_true, y_pred) that gives one value a sample, and how to reduce them. A value: copy it freely.
class Loss {
 public:
  using Function = std::function<Node(Node y_true, Node y_pred)>;

  Loss() = default;                              // no loss
  Loss(const char* name);                        // by its Keras name; throws for an unknown one, listing those there are
  /// A user's own function on nodes.
  template <class F>
    requires std::is_invocable_r_v<Node, F, Node, Node> && (!std::is_base_of_v<Loss, std::remove_cvref_t<F>>)
  Loss(F function, LossOptions options = {}) : Loss(Function(std::move(function)), std::move(options)) {}

  explicit operator bool() const { return bool(function_); }

  // ... calls on nodes and tensors
  Node operator()(Node y_true, Node y_pred) const;
  Node operator()(Node y_true, Node y_pred, Node sample_weight) const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;

  const std::string& name() const;
};

}  // namespace keratin
