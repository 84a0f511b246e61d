#pragma once
// What weights must satisfy, restored after every step of the optimizer. Formulas, defaults and
// names are those of Keras 3.
//
//   Dense(64, {.kernel_constraint = constraints::MaxNorm(3), .bias_constraint = "non_neg"})

#include <functional>
#include <string>
#include <utility>

#include "keratin/family.hpp"
#include "keratin/ops.hpp"
#include "keratin/tape.hpp"

namespace KERATIN_API keratin {

/// What a weight has to satisfy: optimizers restore it after each step. Derive from
/// Configured<Constraint, Options> for one of your own, or use a function.
class Constraint {
 public:
  using Family = Constraint;
  class FromFunction;

  static const ClassTable<Constraint>& table();

  virtual ~Constraint() = default;

  /// The weights that w becomes, of w's shape, on w's tape. It is not differentiated.
  virtual Node operator()(Node w) const = 0;

  /// The value of (*this)(w) on that tape, valid until the tape's next pass. Throws
  /// std::invalid_argument unless it has w's shape.
  const Tensor& applied(GradientTape& tape, const Tensor& w) const;

  /// The options by name. Throws std::invalid_argument for a class that does not list them, that
  /// is, one that does not derive from Configured.
  virtual Config get_config() const;
};

/// A function of the program's own. It cannot be described by a Config.
class Constraint::FromFunction : public Constraint {
 public:
  using Function = std::function<Node(Node w)>;

  explicit FromFunction(Function function);

  Node operator()(Node w) const override { return function_(w); }

 private:
  Function function_;
};

/// A constraint as options hold it: given by name ("non_neg", "NonNeg"), as an object, a shared_ptr
/// or a function `Node(Node)`. The default is none.
class ConstraintHandle : public Handle<Constraint> {
 public:
  using Handle::Handle;
  ConstraintHandle() = default;
  ConstraintHandle(Handle<Constraint> handle) : Handle(std::move(handle)) {}

  static ConstraintHandle from_config(const Config& config) { return Handle::from_config(config); }
};

namespace constraints {

// `axis` is the axis, or the list of axes, along which norms are taken: 0 for the weights that lead
// to one unit of a Dense, {0, 1, 2} for one filter of a Conv2D. A weight without that axis throws
// std::invalid_argument when the constraint is applied.

struct NoOptions {};
template <class V>
void fields(V&, NoOptions&) {}

/// max(w, 0).
class NonNeg : public Configured<Constraint, NoOptions> {
 public:
  using Configured::Configured;
  Node operator()(Node w) const override;
};

struct UnitNormOptions {
  Axes axis = 0;
};
template <class V>
void fields(V& v, UnitNormOptions& o) {
  v("axis", o.axis);
}

/// w / (1e-7 + norm of w).
class UnitNorm : public Configured<Constraint, UnitNormOptions> {
 public:
  using Configured::Configured;
  Node operator()(Node w) const override;
};

struct MaxNormOptions {
  double max_value = 2;
  Axes axis = 0;
};
template <class V>
void fields(V& v, MaxNormOptions& o) {
  v("max_value", o.max_value);
  v("axis", o.axis);
}

/// Shortens what is longer: w min(norm, max_value) / (1e-7 + norm). Throws std::invalid_argument
/// for a negative max_value.
class MaxNorm : public Configured<Constraint, MaxNormOptions> {
 public:
  explicit MaxNorm(MaxNormOptions options = {});
  explicit MaxNorm(double max_value) : MaxNorm(MaxNormOptions{max_value}) {}
  Node operator()(Node w) const override;
};

struct MinMaxNormOptions {
  double min_value = 0.0;
  double max_value = 1.0;
  double rate = 1.0;
  Axes axis = 0;
};
template <class V>
void fields(V& v, MinMaxNormOptions& o) {
  v("min_value", o.min_value);
  v("max_value", o.max_value);
  v("rate", o.rate);
  v("axis", o.axis);
}

/// Brings norms between min_value and max_value, or with a rate below 1 only part of the way at
/// each step: w (rate clip(norm, min_value, max_value) + (1 - rate) norm) / (1e-7 + norm). Throws
/// std::invalid_argument unless 0 <= min_value <= max_value.
class MinMaxNorm : public Configured<Constraint, MinMaxNormOptions> {
 public:
  explicit MinMaxNorm(MinMaxNormOptions options = {});
  Node operator()(Node w) const override;
};

/// By Keras's class name or string. Throws std::invalid_argument for an unknown name, listing those
/// that there are.
ConstraintHandle get(const std::string& name);

}  // namespace constraints
}  // namespace keratin
