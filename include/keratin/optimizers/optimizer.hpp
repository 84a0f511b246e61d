#pragma once
// Optimizer: what every update rule shares. It counts steps, accumulates and clips gradients,
// decays and averages weights, keeps what the rule remembers of each variable, and cuts the work
// into slices.

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
#include "keratin/schedules.hpp"
#include "keratin/tape.hpp"

namespace KERATIN_API keratin {

/// The options that every optimizer has. At most one of the clips may be given; one that is 0 or
/// less does nothing.
struct OptimizerOptions {
  LearningRate learning_rate = 0.001;
  std::optional<double> weight_decay = {};     // per step, relative to the learning rate
  std::optional<double> clipnorm = {};         // longest gradient of one variable (L2 norm)
  std::optional<double> clipvalue = {};        // largest element of a gradient
  std::optional<double> global_clipnorm = {};  // longest gradient of all variables together
  bool use_ema = false;        // keep moving averages of the weights, which training ends with
  double ema_momentum = 0.99;  // the share of the old average in the new one, 0 to 1
  std::optional<int> ema_overwrite_frequency = {};  // after so many steps weights become averages
  std::optional<double> loss_scale_factor = {};     // what gradients are to be divided by
  std::optional<int> gradient_accumulation_steps = {};  // apply() calls for one update, 2 or more
  std::string name = "";
};

/// The fields behind weight_decay in a list of any optimizer's options. A struct of options may
/// leave out the last five.
template <class V, class Options>
void fields_after_weight_decay(V& v, Options& o) {
  v("clipnorm", o.clipnorm);
  v("clipvalue", o.clipvalue);
  v("global_clipnorm", o.global_clipnorm);
  if constexpr (requires { o.use_ema; }) {
    v("use_ema", o.use_ema);
    v("ema_momentum", o.ema_momentum);
    v("ema_overwrite_frequency", o.ema_overwrite_frequency);
    v("loss_scale_factor", o.loss_scale_factor);
    v("gradient_accumulation_steps", o.gradient_accumulation_steps);
  }
  v("name", o.name);
}
/// The same with weight_decay.
template <class V, class Options>
void optimizer_fields(V& v, Options& o) {
  v("weight_decay", o.weight_decay);
  fields_after_weight_decay(v, o);
}

/// Moves variables along their gradients. An update rule derives from it (see optimizers/sgd.hpp)
/// and names its slots: the tensors that it remembers of each variable from step to step. Slots
/// belong to a variable by its identity. Copying an optimizer copies them.
class Optimizer {
 public:
  using Family = Optimizer;
  static const ClassTable<Optimizer>& table();

  static constexpr bool takes_options = true;

  virtual ~Optimizer() = default;

  /// One step: divides each variable's gradient by loss_scale_factor and clips it, decays and
  /// updates the value, averages it, and applies the variable's constraint. With
  /// gradient_accumulation_steps = n only every n-th call decays and updates, with the mean of the
  /// gradients since the last one. Variables that are not trainable or have no gradient are left
  /// alone. It counts as one step, however many variables there are. Throws std::invalid_argument,
  /// with nothing changed, when no variable has a gradient, or one has a gradient of another shape
  /// than its value.
  void apply(std::span<Variable* const> variables);
  /// loss times loss_scale_factor: what to differentiate.
  Node scale_loss(Node loss) const;
  /// With use_ema gives the variables their averages; `fit` does so at its end.
  void finalize_variable_values(std::span<Variable* const> variables);
  /// Exchanges the variables' values with their averages. Throws std::invalid_argument without
  /// use_ema.
  void swap_averages(std::span<Variable* const> variables);

  /// Of the next step.
  double learning_rate() const { return common_.learning_rate.at(calls_); }
  /// Another number, schedule or function. Throws std::invalid_argument for a negative number, and
  /// for any number where a schedule or function decides.
  void set_learning_rate(LearningRate learning_rate);
  /// Whether the learning rate is a schedule's or a function's, and so cannot be set to a number.
  bool has_schedule() const { return common_.learning_rate.is_schedule(); }
  bool use_ema() const { return common_.use_ema; }

  /// Takes these variables, and those in whose name one of the regular expressions is found, out of
  /// weight decay; what an earlier call said no longer holds. Throws std::invalid_argument once a
  /// step has been made, and for what is no regular expression.
  void exclude_from_weight_decay(std::span<Variable* const> variables,
                                 const std::vector<std::string>& names = {});

  /// How many updates have been made; set it to resume from saved state.
  long iterations() const { return calls_ / accumulation_steps(); }
  void set_iterations(long iterations);
  /// How often apply() was called: iterations() unless gradients are accumulated. It is Keras's
  /// variable "iteration", on which schedules depend.
  long calls() const { return calls_; }
  void set_calls(long calls);
  const std::string& name() const { return common_.name; }

  /// A tensor that is remembered of each variable.
  struct Slot {
    const char* name;
    double initial_value = 0;         // of every element
    std::optional<Shape> shape = {};  // that of the variable unless given
    // Files have the slots of the first pass over all variables, then those of the second, ...
    int pass = 0;
  };
  /// The rule's own.
  virtual std::vector<Slot> slots() const = 0;
  /// Those of one variable, where they depend on it.
  virtual std::vector<Slot> slots_of(const Variable& /*variable*/) const { return slots(); }
  /// All of a variable, in Keras's order: "average" with use_ema, "gradient_accumulator" with
  /// gradient_accumulation_steps, then those of the rule.
  std::vector<Slot> all_slots_of(const Variable& variable) const;
  /// The slot's value, as the variable's first step would find it if there was none. Throws for a
  /// name that is not among all_slots_of(variable).
  Tensor slot(const Variable& variable, std::string_view slot_name) const;
  /// Numbers that Keras's files have behind the slots, although they follow from the number of
  /// updates.
  virtual std::vector<float> constants() const { return {}; }
  /// Throws for a name that is not among all_slots_of(variable) and for another shape than the
  /// slot's.
  void set_slot(const Variable& variable, std::string_view slot_name, Tensor value);

  virtual Config get_config() const;
  /// Writes what has changed since the options were given: the learning rate.
  void update_config(Config& config) const;

 protected:
  /// Takes the common options out of a rule's.
  template <class Options>
  explicit Optimizer(const Options& options) : Optimizer(common_options(options)) {}
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
  /// What an update may depend on besides its slice.
  struct Step {
    long number;  // of the update: the first is 1
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
  /// The weight decay of a variable that is not excluded.
  virtual std::optional<double> weight_decay_of(const Variable& /*variable*/) const {
    return common_.weight_decay;
  }

 private:
  struct VariableState {
    std::uint64_t variable;     // the number of its id
    Shape shape;                // its shape
    bool decays;                // whether it is not excluded from weight decay
    std::vector<Tensor> slots;  // in the order of all_slots_of()
  };
  template <class Options>
  static OptimizerOptions common_options(const Options& o) {
    OptimizerOptions common{o.learning_rate, o.weight_decay, o.clipnorm, o.clipvalue,
                            o.global_clipnorm};
    if constexpr (requires { o.use_ema; }) {
      common.use_ema = o.use_ema;
      common.ema_momentum = o.ema_momentum;
      common.ema_overwrite_frequency = o.ema_overwrite_frequency;
      common.loss_scale_factor = o.loss_scale_factor;
      common.gradient_accumulation_steps = o.gradient_accumulation_steps;
    }
    common.name = o.name;
    return common;
  }
  long accumulation_steps() const { return common_.gradient_accumulation_steps.value_or(1); }
  bool accumulates() const { return common_.gradient_accumulation_steps.has_value(); }
  bool excluded(const Variable& variable) const;
  std::size_t find_state(const Variable& variable) const;
  VariableState new_state(const Variable& variable) const;
  VariableState& state_of(const Variable& variable);
  std::size_t slot_index(const Variable& variable, std::string_view slot_name) const;
  Tensor& average_of(VariableState& state) const { return state.slots[0]; }
  Tensor& accumulator_of(VariableState& state) const { return state.slots[use_ema() ? 1 : 0]; }
  std::span<Tensor> rule_slots_of(VariableState& state) const {
    return std::span(state.slots).subspan(std::size_t{use_ema()} + std::size_t{accumulates()});
  }
  void check_gradients(std::span<Variable* const> variables) const;
  void accumulate(std::span<Variable* const> variables, bool last);
  void update_all(std::span<Variable* const> variables);
  void average(std::span<Variable* const> variables);
  void constrain(std::span<Variable* const> variables);
  float divisor() const;
  float global_norm(std::span<Variable* const> variables);
  const Tensor& gradient_of(const Variable& variable, VariableState& state, float global_norm);

  OptimizerOptions common_;
  long calls_ = 0;
  std::vector<VariableState> states_;
  std::size_t expected_ = 0;  // where the next variable's state is if they come in the usual order
  std::vector<std::uint64_t> excluded_;  // from weight decay: numbers of ids
  std::string excluded_names_;           // and a regular expression, "" for none
  Tensor gradient_;                      // of one variable, divided and clipped
  // Constraints are computed on a tape, which is no part of an optimizer's state.
  struct ConstraintTape {
    GradientTape tape = {};
    ConstraintTape() = default;
    ConstraintTape(const ConstraintTape&) {}
    ConstraintTape& operator=(const ConstraintTape&) { return *this; }
  } constraints_;
};

}  // namespace keratin
