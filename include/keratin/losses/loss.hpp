#pragma once
// Loss, the base class of losses, and LossHandle, which is what options such as compile's take.

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "keratin/array_view.hpp"
#include "keratin/family.hpp"
#include "keratin/losses/loss_function.hpp"
#include "keratin/tape.hpp"

namespace KERATIN_API keratin {

class LossHandle;
class LossFunctionWrapper;

/// How the per-sample values of a batch become the loss. Keras's strings:
/// - "sum_over_batch_size", the default, also "mean" and TF-Keras 2's "auto": the sum of the
///   weighted values over their number, whatever the weights.
/// - "sum": the sum of the weighted values.
/// - "mean_with_sample_weight": the sum of the weighted values over the sum of the weights.
/// - "none": the weighted values themselves.
class Reduction {
 public:
  enum Kind : unsigned char { sum_over_batch_size, sum, mean_with_sample_weight, none };

  Reduction(Kind kind = sum_over_batch_size);
  /// Throws std::invalid_argument for an unknown name, listing those there are.
  Reduction(const char* name) : Reduction(std::string(name)) {}
  Reduction(const std::string& name);

  operator Kind() const { return kind_; }
  /// The name by which it was given: "auto" stays "auto".
  const char* name() const { return name_; }

  Config config() const { return name_; }
  static Reduction from_config(const Config& config);

 private:
  Kind kind_;
  const char* name_;  // of the table's, which lives as long as the program
};

/// Options of losses that have no parameters of their own.
struct LossOptions {
  Reduction reduction = {};
  std::string name = "";  // "": the class's default
};
template <class V>
void fields(V& v, LossOptions& o) {
  v("reduction", o.reduction);
  v("name", o.name);
}

/// Compares labels with predictions. A loss of one's own gives the per-sample values in call():
///
///   class Quantile : public Configured<Loss, QuantileOptions> {
///    public:
///     using Configured::Configured;
///     Node call(Node y_true, Node y_pred) const override { ... }
///   };
///
/// where QuantileOptions are a struct with `reduction`, `name` and a list of its fields.
///
/// A sample_weight has one weight for each sample, (N) or (N, 1), or the shape of the per-sample
/// values, or one that broadcasts to them as in NumPy. What fits never depends on how long an axis
/// happens to be: a list of one weight stands for one sample, and where the values have more axes
/// than (N), weights (N) are refused and (N, 1) is the shape for one weight per sample.
class Loss {
 public:
  using Family = Loss;
  using FromFunction = LossFunctionWrapper;
  static constexpr bool takes_options = true;
  static constexpr bool named_by_alias = true;
  static const ClassTable<Loss>& table();

  Loss() = default;
  /// From the options of any loss, which have a reduction and a name.
  template <class Options>
  requires(!std::derived_from<Options, Loss> &&
           requires(const Options& o) {
             Reduction(o.reduction);
             std::string(o.name);
           }) explicit Loss(const Options& options)
      : reduction(options.reduction) {
    if (!options.name.empty()) name = options.name;
  }
  virtual ~Loss() = default;

  /// The per-sample values, (N) or (N, ...) for predictions (N, ...), or a single value for the
  /// batch.
  virtual Node call(Node y_true, Node y_pred) const = 0;

  /// The reduced loss, on the nodes' tape: a node of rank 0, except with reduction "none".
  /// Throws std::invalid_argument for labels, weights or values whose shapes do not fit.
  Node operator()(Node y_true, Node y_pred) const;
  Node operator()(Node y_true, Node y_pred, Node sample_weight) const;
  /// The same on tensors. An undefined sample_weight stands for none.
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) const;

  /// Called before training: throws std::invalid_argument if the labels do not suit predictions of
  /// shape `y_pred`, batch axis included. The default accepts all.
  virtual void check_labels(const ArrayView& y_true, const Shape& y_pred) const;

  /// The options. Throws std::invalid_argument for a class that does not derive from Configured.
  virtual Config get_config() const;

  std::string name = "loss";
  Reduction reduction = {};

 protected:
  Loss(const Loss&) = default;
  Loss& operator=(const Loss&) = default;

  /// For losses that leave out some of the values: a node of their shape, 1 where a value counts
  /// and 0 where it, being 0, does not. The default leaves out none.
  virtual std::optional<Node> mask(Node y_true, Node values) const;
  /// Checks the shape of what call() gave for predictions of shape `y_pred`. The default throws
  /// std::invalid_argument unless it is a single value or has the batch axis first; a loss that
  /// sums over the batch axis overrides it.
  virtual void check_values(const Shape& values, const Shape& y_pred) const;

 private:
  Node checked_values(Node y_true, Node y_pred) const;
  Node reduced(Node values, std::optional<Node> weight, std::optional<Node> mask) const;
};

/// A user's function on nodes as a loss. It gets labels and predictions in one rank: (N) and (N, 1)
/// become (N, 1), and of two ranks that differ by one the higher loses a last axis of 1.
class LossFunctionWrapper : public Loss {
 public:
  using Function = std::function<Node(Node y_true, Node y_pred)>;

  /// Throws std::invalid_argument if the function is empty.
  LossFunctionWrapper(Function function, const LossOptions& options = {});

  Node call(Node y_true, Node y_pred) const override;
  Config get_config() const override;  // throws: a function has no description

 private:
  Function function_;
};

/// A loss as options take it: by Keras string, as an object, as a shared_ptr, or as a function on
/// nodes, the library's own or another. The default is none. Copies share the loss.
class LossHandle : public Handle<Loss> {
 public:
  using Handle::Handle;
  LossHandle() = default;
  LossHandle(Handle<Loss> handle) : Handle(std::move(handle)) {}
  /// One of the library's functions: the loss that its name makes.
  template <class Arguments>
  LossHandle(const LossFunction<Arguments>& function) : Handle(function.name()) {}

  /// The loss's call operators. Throw std::invalid_argument if there is no loss.
  Node operator()(Node y_true, Node y_pred) const;
  Node operator()(Node y_true, Node y_pred, Node sample_weight) const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) const;

 private:
  const Loss& loss() const;
};

}  // namespace keratin
