#pragma once
// Loss: a function of nodes that gives one value a sample, and how these values become one.

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "keratin/array_view.hpp"
#include "keratin/tape.hpp"

namespace keratin {

/// How per-sample values become one. Keras's strings: "sum_over_batch_size" (also "mean", and
/// 2022's "auto"): their mean, of weighted values too; "sum"; "mean_with_sample_weight": the
/// weighted sum over the sum of the weights; "none": left as they are.
class Reduction {
 public:
  enum Kind : unsigned char { sum_over_batch_size, sum, mean_with_sample_weight, none };
  Reduction(Kind kind = sum_over_batch_size) : kind_(kind) {}
  Reduction(const char* name);  // throws for an unknown name, listing those there are
  Reduction(const std::string& name) : Reduction(name.c_str()) {}
  operator Kind() const { return kind_; }

 private:
  Kind kind_;
};

/// Of losses that take nothing else.
struct LossOptions {
  Reduction reduction = {};
  std::string name = "";  // "": the loss's own
};

/// A loss, built in or a user's own function on nodes. A value: copy it freely. The built-in
/// classes only add constructors.
///
/// Labels and predictions of ranks that differ by one, the longer with a last axis of 1, are
/// brought to one rank as in Keras; beside that nothing is broadcast. Weights are of shape (N), (N,
/// 1), or whatever broadcasts to the per-sample values, one for all being a scalar.
class Loss {
 public:
  using Function = std::function<Node(Node y_true, Node y_pred)>;

  Loss() = default;        // no loss
  Loss(const char* name);  // by its Keras name; throws for an unknown one, listing those there are
  Loss(const std::string& name) : Loss(name.c_str()) {}
  Loss(Function function, LossOptions options = {});
  template <class F>
  requires(std::is_invocable_r_v<Node, F, Node, Node> &&
           !std::is_base_of_v<Loss, std::remove_cvref_t<F>> &&
           !std::is_same_v<Function, std::remove_cvref_t<F>>)
      Loss(F function, LossOptions options = {})
      : Loss(Function(std::move(function)), std::move(options)) {}
  // A name of several functions, as the library's own losses are: `.loss =
  // losses::mean_squared_error`.
  Loss(Node (*function)(Node, Node)) : Loss(Function(function)) {}
  template <class Options>
  Loss(Node (*function)(Node, Node, Options))
      : Loss([function](Node y_true, Node y_pred) {
          return function(y_true, y_pred, std::remove_cvref_t<Options>{});
        }) {}

  explicit operator bool() const { return bool(function_); }
  const std::string& name() const { return name_; }
  Reduction reduction() const { return reduction_; }

  /// On the nodes' tape. A rank 0 node, but with reduction "none".
  Node operator()(Node y_true, Node y_pred) const;
  Node operator()(Node y_true, Node y_pred, Node sample_weight) const;
  /// On a tape of its own. An empty sample_weight means none.
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) const;

  /// Before training: throws std::invalid_argument if labels y_true do not suit predictions of
  /// shape `y_pred` (both with the batch axis): another shape, or the first class id that is none.
  /// A user's function takes everything.
  void inspect(const ArrayView& y_true, const Shape& y_pred) const;

 protected:
  using Inspect = std::function<void(const ArrayView& y_true, const Shape& y_pred)>;
  using Mask = std::function<Node(
      Node y_true, Node values)>;  // of values' shape: 0 where a value does not count, else 1
  /// A built-in loss, whose function matches shapes itself; `name` stands for an empty one in the
  /// options.
  Loss(const char* name, Function function, LossOptions options, Inspect inspect, Mask mask = {});

 private:
  Node values(Node y_true, Node y_pred) const;
  Node reduce(Node values, std::optional<Node> weight, std::optional<Node> mask) const;

  Function function_;
  Reduction reduction_;
  std::string name_;
  Inspect inspect_;
  Mask mask_;
};

}  // namespace keratin
