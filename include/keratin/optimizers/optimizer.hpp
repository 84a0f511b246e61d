#pragma once
// Optimizer: what every update rule shares. It counts steps, clips gradients, decays weights, keeps
// what the rule remembers of each variable, and cuts the work into slices.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keratin/constraints.hpp"
#include "keratin/family.hpp"
#include "keratin/tape.hpp"

namespace keratin {

/// The options that every optimizer has, besides its learning rate. At most one of the clips may be
/// given; one that is 0 or less does nothing.
struct OptimizerOptions {
  double learning_rate = 0.001;
  std::optional<double> weight_decay = {};     // per step, relative to the learning rate
  std::optional<double> clipnorm = {};         // longest gradient of one variable (L2 norm)
  std::optional<double> clipvalue = {};        // largest element of a gradient
  std::optional<double> global_clipnorm = {};  // longest gradient of all variables together
  std::string name = "";
};
/// These fields in a list of any optimizer's options.
template <class V, class Options>
void optimizer_fields(V& v, Options& o) {
  v("weight_decay", o.weight_decay);
  v("clipnorm", o.clipnorm);
  v("clipvalue", o.clipvalue);
  v("global_clipnorm", o.global_clipnorm);
  v("name", o.name);
}

/// Moves variables along their gradients. An update rule derives from it (see optimizers/sgd.hpp)
/// and names its slots: the tensors, of a variable's shape, that it remembers from step to step.
/// Slots belong to a variable by its identity. Copying an optimizer copies them.
class Optimizer {
 public:
  using Family = Optimizer;
  static const ClassTable<Optimizer>& table();

  static constexpr bool takes_options = true;

  virtual ~Optimizer() = default;

  /// One step: reads each variable's gradient, clips it, decays and updates the value, and applies
  /// the variable's constraint. Variables
  /// that are not trainable or have no gradient are left alone. It counts as one step, however many
  /// variables there are. Throws std::invalid_argument, with nothing changed, when no variable has
  /// a gradient, or one has a gradient of another shape than its value.
  void apply(std::span<Variable* const> variables);

  double learning_rate() const { return common_.learning_rate; }
  void set_learning_rate(double learning_rate);  // throws for a negative one
  /// How many steps have been made; set it to resume from saved state.
  long iterations() const { return iterations_; }
  void set_iterations(long iterations);
  const std::string& name() const { return common_.name; }

  /// A tensor that the rule remembers of each variable.
  struct Slot {
    const char* name;
    double initial_value = 0;  // of every element
  };
  virtual std::vector<Slot> slots() const = 0;
  /// The slot's value, as the variable's first step would find it if there was none. Throws for a
  /// name that is not among slots().
  Tensor slot(const Variable& variable, std::string_view slot_name) const;
  /// Throws for a name that is not among slots() and for another shape than the variable's.
  void set_slot(const Variable& variable, std::string_view slot_name, Tensor value);

  virtual Config get_config() const;

 protected:
  /// Takes learning_rate, weight_decay, the clips and name out of a rule's options.
  template <class Options>
  explicit Optimizer(const Options& options)
      : Optimizer(OptimizerOptions{options.learning_rate, options.weight_decay, options.clipnorm,
                                   options.clipvalue, options.global_clipnorm, options.name}) {}
  explicit Optimizer(OptimizerOptions options);
  Optimizer(const Optimizer&) = default;
  Optimizer& operator=(const Optimizer&) = default;

  /// Equally long runs of a variable's elements, and of its gradient and slots.
  struct Slice {
    float* weights;
    const float* gradient;
    std::span<float* const> slots;  // in the order of slots()
    std::size_t size;
  };
  struct Step {
    long number;  // the first is 1
    float learning_rate;
  };
  /// Called before the updates of a step, for what depends on the step alone.
  virtual void prepare(const Step& /*step*/) {}
  /// The rule itself: changes slice.weights and slots. Called from several threads, each with
  /// another slice.
  virtual void update(const Slice& slice, const Step& step) const = 0;
  /// The same for a whole variable at once: override it instead where the rule needs norms. Calls
  /// update() for its slices.
  virtual void update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                               const Step& step);

 private:
  struct VariableState {
    std::uint64_t variable;  // the number of its id
    std::vector<Tensor> slots;
  };
  VariableState* find_state(const Variable& variable);
  VariableState& state_of(const Variable& variable);
  std::size_t slot_index(std::string_view slot_name) const;
  void constrain(std::span<Variable* const> variables);
  const Tensor& clipped(const Tensor& gradient, float global_norm);

  OptimizerOptions common_;
  long iterations_ = 0;
  std::vector<VariableState> states_;
  std::size_t expected_ = 0;  // where the next variable's state is if they come in the usual order
  Tensor clipped_;            // the gradient of one variable, clipped
  // Constraints are computed on a tape, which is no part of an optimizer's state.
  struct ConstraintTape {
    GradientTape tape = {};
    ConstraintTape() = default;
    ConstraintTape(const ConstraintTape&) {}
    ConstraintTape& operator=(const ConstraintTape&) { return *this; }
  } constraints_;
};

}  // namespace keratin
