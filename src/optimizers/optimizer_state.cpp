// What an optimizer is made with and what it remembers.
#include <algorithm>
#include <regex>

#include "keratin/check.hpp"
#include "keratin/optimizers/optimizer.hpp"

namespace keratin {

Optimizer::Optimizer(OptimizerOptions options) : common_(std::move(options)) {
  const OptimizerOptions& o = common_;
  if (!has_schedule()) set_learning_rate(o.learning_rate);
  const int clips =
      o.clipnorm.has_value() + o.clipvalue.has_value() + o.global_clipnorm.has_value();
  check(clips <= 1, name(), "got more than one of clipnorm, clipvalue and global_clipnorm");
  check(!accumulates() || *o.gradient_accumulation_steps >= 2, name(),
        "gradient_accumulation_steps is ", accumulation_steps(), ", wanted 2 or more");
  check(!o.loss_scale_factor || *o.loss_scale_factor > 0, name(), "loss_scale_factor is ",
        o.loss_scale_factor.value_or(1), ", wanted more than 0");
  if (!use_ema()) return;
  check(o.ema_momentum >= 0 && o.ema_momentum <= 1, name(), "ema_momentum is ", o.ema_momentum,
        ", wanted 0 to 1");
  check(o.ema_overwrite_frequency.value_or(1) >= 1, name(), "ema_overwrite_frequency is ",
        o.ema_overwrite_frequency.value_or(1), ", wanted 1 or more");
}

Config Optimizer::get_config() const {
  fail(name(), "this class has no list of its fields: derive it from Configured");
}

void Optimizer::update_config(Config& config) const {
  if (config.find("learning_rate")) config.set("learning_rate", common_.learning_rate.config());
}

void Optimizer::set_learning_rate(LearningRate learning_rate) {
  if (!learning_rate.is_schedule()) {
    check(!has_schedule(), name(),
          "its learning rate follows a schedule and cannot be set to a number: construct it with "
          "a number");
    const double number = learning_rate.at(0);
    check(number >= 0, name(), "learning_rate is ", number, ", wanted 0 or more");
  }
  common_.learning_rate = std::move(learning_rate);
}

void Optimizer::set_iterations(long iterations) {
  check(iterations >= 0, name(), "iterations is ", iterations, ", wanted 0 or more");
  calls_ = iterations * accumulation_steps();
}

void Optimizer::set_calls(long calls) {
  check(calls >= 0, name(), "calls is ", calls, ", wanted 0 or more");
  calls_ = calls;
}

void Optimizer::exclude_from_weight_decay(std::span<Variable* const> variables,
                                          const std::vector<std::string>& names) {
  check(states_.empty(), name(), "exclude_from_weight_decay() was called after the first step");
  std::string any_name;
  for (const std::string& expression : names)
    any_name += (any_name.empty() ? "" : "|") + expression;
  try {
    std::regex{any_name};
  } catch (const std::regex_error& error) {
    fail(name(), "'", any_name, "' is no regular expression: ", error.what());
  }
  excluded_names_ = any_name;
  excluded_.clear();
  for (const Variable* variable : variables) excluded_.push_back(variable->id.number());
}

bool Optimizer::excluded(const Variable& variable) const {
  if (std::find(excluded_.begin(), excluded_.end(), variable.id.number()) != excluded_.end())
    return true;
  return !excluded_names_.empty() && std::regex_search(variable.name, std::regex(excluded_names_));
}

std::vector<Optimizer::Slot> Optimizer::all_slots_of(const Variable& variable) const {
  std::vector<Slot> all;
  if (use_ema()) all.push_back({.name = "average", .pass = -2});
  if (accumulates()) all.push_back({.name = "gradient_accumulator", .pass = -1});
  for (const Slot& slot : slots_of(variable)) all.push_back(slot);
  return all;
}

// The place of its state; that behind the last if it has none.
std::size_t Optimizer::find_state(const Variable& variable) const {
  const std::uint64_t wanted = variable.id.number();
  if (expected_ < states_.size() && states_[expected_].variable == wanted) return expected_;
  std::size_t place = 0;
  while (place < states_.size() && states_[place].variable != wanted) ++place;
  return place;
}

Optimizer::VariableState Optimizer::new_state(const Variable& variable) const {
  const Shape& shape = variable.value.shape();
  VariableState state{variable.id.number(), shape, !excluded(variable), {}};
  for (const Slot& slot : all_slots_of(variable))
    state.slots.push_back(
        Tensor::full(slot.shape.value_or(shape), static_cast<float>(slot.initial_value)));
  if (use_ema()) average_of(state) = variable.value;
  return state;
}

Optimizer::VariableState& Optimizer::state_of(const Variable& variable) {
  const std::size_t place = find_state(variable);
  if (place == states_.size()) states_.push_back(new_state(variable));
  VariableState& state = states_[place];
  expected_ = place + 1;
  check(state.shape == variable.value.shape(), name(), "variable '", variable.name, "' has shape ",
        variable.value.shape(), ", it had ", state.shape, " in earlier steps");
  return state;
}

std::size_t Optimizer::slot_index(const Variable& variable, std::string_view slot_name) const {
  const std::vector<Slot> all = all_slots_of(variable);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (slot_name == all[i].name) return i;
  fail(name(), "there is no slot '", slot_name,
       "' among: ", joined(all, [](const Slot& slot) { return slot.name; }));
}

Tensor Optimizer::slot(const Variable& variable, std::string_view slot_name) const {
  const std::size_t index = slot_index(variable, slot_name), place = find_state(variable);
  return place < states_.size() ? states_[place].slots[index] : new_state(variable).slots[index];
}

void Optimizer::set_slot(const Variable& variable, std::string_view slot_name, Tensor value) {
  const std::size_t index = slot_index(variable, slot_name);
  Tensor& slot = state_of(variable).slots[index];
  check(value.shape() == slot.shape(), name(), "slot '", slot_name, "' of variable '",
        variable.name, "' got shape ", value.shape(), ", wanted ", slot.shape());
  slot = std::move(value);
}

}  // namespace keratin
