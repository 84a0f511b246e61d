#pragma once
// Penalties on weights and outputs that are added to the loss. Formulas, defaults and names are
// those of Keras 3.
//
//   Dense(64, {.kernel_regularizer = regularizers::L2(1e-5), .bias_regularizer = "l1"})

#include <functional>
#include <string>
#include <utility>

#include "keratin/family.hpp"
#include "keratin/tape.hpp"

namespace KERATIN_API keratin {

/// A penalty on a weight or on the output of a layer, which is added to the loss. Derive from
/// Configured<Regularizer, Options> for one of your own, or use a function.
class Regularizer {
 public:
  using Family = Regularizer;
  class FromFunction;

  static const ClassTable<Regularizer>& table();

  virtual ~Regularizer() = default;

  /// The penalty on x: a scalar on x's tape.
  virtual Node operator()(Node x) const = 0;

  /// The options by name. Throws std::invalid_argument for a class that does not list them, that
  /// is, one that does not derive from Configured.
  virtual Config get_config() const;
};

/// A function of the program's own. It cannot be described by a Config.
class Regularizer::FromFunction : public Regularizer {
 public:
  using Function = std::function<Node(Node x)>;

  explicit FromFunction(Function function);

  Node operator()(Node x) const override { return function_(x); }

 private:
  Function function_;
};

/// A regularizer as options hold it: given by name ("l2", "L2"), as an object, a shared_ptr or a
/// function `Node(Node)`. The default is none.
class RegularizerHandle : public Handle<Regularizer> {
 public:
  using Handle::Handle;
  RegularizerHandle() = default;
  RegularizerHandle(Handle<Regularizer> handle) : Handle(std::move(handle)) {}

  /// The penalty on x. Throws std::invalid_argument where there is no regularizer, and where it
  /// returns anything but a scalar.
  Node operator()(Node x) const;

  static RegularizerHandle from_config(const Config& config) { return Handle::from_config(config); }
};

namespace regularizers {

// All factors are finite and not negative; the constructors throw std::invalid_argument for others.

struct L1Options {
  double l1 = 0.01;
};
template <class V>
void fields(V& v, L1Options& o) {
  v("l1", o.l1);
}

/// l1 * sum(|x|).
class L1 : public Configured<Regularizer, L1Options> {
 public:
  explicit L1(L1Options options = {});
  explicit L1(double l1) : L1(L1Options{l1}) {}
  Node operator()(Node x) const override;
};

struct L2Options {
  double l2 = 0.01;
};
template <class V>
void fields(V& v, L2Options& o) {
  v("l2", o.l2);
}

/// l2 * sum(x^2), without a factor of 1/2.
class L2 : public Configured<Regularizer, L2Options> {
 public:
  explicit L2(L2Options options = {});
  explicit L2(double l2) : L2(L2Options{l2}) {}
  Node operator()(Node x) const override;
};

struct L1L2Options {
  double l1 = 0.0;
  double l2 = 0.0;
};
template <class V>
void fields(V& v, L1L2Options& o) {
  v("l1", o.l1);
  v("l2", o.l2);
}

/// l1 * sum(|x|) + l2 * sum(x^2). With both factors 0 it is a constant that does not depend on x.
class L1L2 : public Configured<Regularizer, L1L2Options> {
 public:
  explicit L1L2(L1L2Options options = {});
  Node operator()(Node x) const override;
};

struct OrthogonalRegularizerOptions {
  double factor = 0.01;
  std::string mode = "rows";  // "rows" or "columns": which of them are to become orthogonal
};
template <class V>
void fields(V& v, OrthogonalRegularizerOptions& o) {
  v("factor", o.factor);
  v("mode", o.mode);
}

/// factor times the mean over all pairs of different rows (or columns) of |cos(their angle)|. 0 for
/// a single row, which has no pair (Keras returns NaN). x has two axes, others throw.
class OrthogonalRegularizer : public Configured<Regularizer, OrthogonalRegularizerOptions> {
 public:
  explicit OrthogonalRegularizer(OrthogonalRegularizerOptions options = {});
  Node operator()(Node x) const override;
};

/// By Keras's class name or string. Throws std::invalid_argument for an unknown name, listing those
/// that there are.
RegularizerHandle get(const std::string& name);

}  // namespace regularizers
}  // namespace keratin
