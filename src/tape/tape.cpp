#include "keratin/tape.hpp"

#include <algorithm>
#include <atomic>

#include "core/replicas.hpp"
#include "keratin/check.hpp"
#include "keratin/flush_denormals.hpp"

namespace keratin {

std::uint64_t VariableId::next() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

const Tensor& Node::value() const {
  auto& slot = tape_->slot(*this);
  if (slot.forward) [[unlikely]] {
    const FlushDenormals flush;
    slot.forward(slot.own);
    slot.forward.reset();
  }
  return *slot.value;
}

const Shape& Node::shape() const { return tape_->slot(*this).value->shape(); }

const Tensor& Node::grad() const {
  auto& slot = tape_->slot(*this);
  check(slot.wants_grad, "node", "has no gradient: it was not watched, nor computed from what was");
  if (!slot.has_grad) {
    slot.grad->resize(slot.value->shape());
    slot.grad->fill(0);
  }
  if (slot.deferred) slot.write_deferred();
  return *slot.grad;
}

const Op* Node::op() const { return tape_->slot(*this).op; }

std::size_t Node::input_count() const { return tape_->slot(*this).input_count; }

Node Node::input(std::size_t index) const {
  const auto& slot = tape_->slot(*this);
  check(index < slot.input_count, "node", "there is no input ", index, ", it has ",
        slot.input_count);
  return {*tape_, tape_->inputs_[slot.first_input + index], pass_};
}

std::string Node::layer_path() const {
  std::string path;
  for (std::uint32_t at = tape_->slot(*this).layer; at != 0; at = tape_->layers_[at - 1].outer) {
    const std::string& name = *tape_->layers_[at - 1].name;
    path = path.empty() ? name : name + "/" + path;
  }
  return path;
}

bool Node::is_divided() const { return tape_->slot(*this).spread == GradientTape::Spread::divided; }

BatchRows Node::rows() const {
  if (is_divided()) return tape_->rows_;
  const std::size_t rows = shape().empty() ? 1 : shape().front();
  return {0, rows, rows};
}

void GradientTape::divide(Replicas* replicas, const BatchRows& rows,
                          std::initializer_list<const Tensor*> batch) {
  replicas_ = replicas;
  rows_ = rows;
  batch_ = {};
  std::copy_n(batch.begin(), std::min(batch.size(), batch_.size()), batch_.begin());
}

void GradientTape::begin(bool recording) {
  ++pass_;
  next_ = 0;
  layer_ = 0;
  frozen_ = false;
  inputs_.clear();
  used_.clear();
  layers_.clear();
  assignments_.clear();
  added_losses_.clear();
  recording_ = recording;
}

GradientTape::Slot& GradientTape::push() {
  if (next_ == slots_.size()) slots_.emplace_back();
  Slot& slot = slots_[next_++];
  slot.forward.reset();
  slot.backward.reset();
  slot.deferred.reset();
  slot.grad = &slot.own_grad;
  slot.wants_grad = slot.has_grad = false;
  slot.spread = Spread::same;
  slot.op = nullptr;
  slot.input_count = 0;
  slot.layer = layer_;
  return slot;
}

Node GradientTape::constant(const Tensor& value) {
  Slot& slot = push();
  slot.value = &value;
  if (replicas_ && std::ranges::find(batch_, &value) != batch_.end()) slot.spread = Spread::divided;
  return last();
}

Node GradientTape::watch(const Tensor& value) {
  const Node node = constant(value);
  slots_[node.slot_].wants_grad = recording_;
  return node;
}

Node GradientTape::hold(Tensor&& value) {
  Slot& slot = push();
  slot.own = std::move(value);
  slot.value = &slot.own;
  return last();
}

Node GradientTape::use(Variable& variable) {
  for (const UsedVariable& used : used_)
    if (used.variable == &variable && used.frozen == frozen_) return {*this, used.slot, pass_};
  Slot& slot = push();
  slot.value = &variable.value;
  slot.grad = &variable.grad;
  slot.wants_grad = recording_ && variable.trainable && !frozen_;
  used_.push_back({&variable, frozen_, next_ - 1});
  return last();
}

Node GradientTape::emit(const Op* op, std::span<const Node> inputs, const Shape& shape,
                        bool wants_grad) {
  Slot& slot = push();
  slot.own.resize(shape);
  slot.value = &slot.own;
  slot.wants_grad = wants_grad;
  slot.op = op;
  slot.first_input = static_cast<std::uint32_t>(inputs_.size());
  slot.input_count = static_cast<std::uint32_t>(inputs.size());
  for (const Node& input : inputs) inputs_.push_back(input.slot_);
  if (replicas_) slot.spread = spread_of(op, inputs, shape);
  return last();
}

// Of what an op computes. One that knows better, as ops::sum, corrects it.
GradientTape::Spread GradientTape::spread_of(const Op* op, std::span<const Node> inputs,
                                             const Shape& shape) {
  Spread spread = Spread::same;
  for (const Node& input : inputs) {
    const Slot& from = slot(input);
    check(from.spread != Spread::partial, op ? op->name : "an op",
          "got what another op computed across the rows of a batch, which is divided among "
          "processes: only ops::sum, ops::mean and batch normalization can do that");
    if (from.spread != Spread::divided) continue;
    const Shape& in = from.value->shape();
    const bool keeps_rows = !shape.empty() && shape.front() == in.front();
    if (!keeps_rows) return Spread::partial;
    spread = Spread::divided;
  }
  return spread;
}

Node GradientTape::emit_reshaped(const Op* op, Node x, const Shape& shape) {
  const Tensor& value = x.value();
  const Slot& from = slot(x);
  Slot& to = push();
  to.own.borrow(value, shape);
  to.value = &to.own;
  to.wants_grad = from.wants_grad;
  to.op = op;
  to.first_input = static_cast<std::uint32_t>(inputs_.size());
  to.input_count = 1;
  to.spread = from.spread;
  inputs_.push_back(x.slot_);
  return last();
}

GradientTape::Slot& GradientTape::slot(Node node) {
  check(node.tape_ == this, "tape", "the node belongs to another tape");
  check(node.pass_ == pass_, "tape",
        "the node belongs to an earlier pass: begin() was called since it was made");
  return slots_[node.slot_];
}

void GradientTape::Slot::write_deferred() {
  grad->resize(value->shape());
  deferred(0, value->shape().front(), grad->data());
  deferred.reset();
}

Tensor& GradientTape::scratch(std::size_t index, const Shape& shape) {
  while (scratch_.size() <= index) scratch_.emplace_back();
  scratch_[index].resize(shape);
  return scratch_[index];
}

void GradientTape::assign(Variable& variable, Node value) {
  check(value.value().shape() == variable.value.shape(), "assign", "variable '", variable.name,
        "' has shape ", variable.value.shape(), ", got a value of shape ", value.shape());
  assignments_.push_back({&variable, value.slot_});
}

void GradientTape::commit() {
  for (const Assignment& assignment : assignments_)
    assignment.variable->value = *slots_[assignment.slot].value;
  assignments_.clear();
}

void GradientTape::add_loss(Node penalty) {
  check(penalty.shape().empty(), "add_loss", "got shape ", penalty.shape(), ", wanted a scalar");
  added_losses_.push_back(penalty);
}

GradientTape::LayerScope::LayerScope(GradientTape& tape, const std::string& name, bool trainable)
    : tape_(tape), outer_(tape.layer_), outer_frozen_(tape.frozen_) {
  tape.layers_.push_back({&name, outer_});
  tape.layer_ = static_cast<std::uint32_t>(tape.layers_.size());
  tape.frozen_ = tape.frozen_ || !trainable;
}

GradientTape::LayerScope::~LayerScope() {
  tape_.layer_ = outer_;
  tape_.frozen_ = outer_frozen_;
}

namespace {

// Begins to sum the gradient of a variable over the processes.
void sum_over(Replicas& processes, GradientTape::Slot& slot) {
  Tensor& gradient = *slot.grad;
  if (processes.has_row_sums(gradient)) {
    if (slot.has_grad) {  // from ops that add in float
      double* const sums = processes.row_sums(gradient, gradient.size()).values.data();
      for (std::size_t i = 0; i < gradient.size(); ++i)
        sums[i] += static_cast<double>(gradient.data()[i]);
    }
    gradient.resize(slot.value->shape());
    slot.has_grad = true;
  }
  if (slot.has_grad) processes.sum_later(gradient);
}

}  // namespace

void GradientTape::backward(Node loss) {
  Slot& last = slot(loss);
  check(recording_, "backward", "this pass does not record: begin(true) first");
  check(last.wants_grad, "backward",
        "the loss depends on no trainable variable and no watched value");
  const FlushDenormals flush;
  // An earlier backward() of this pass may have left gradients.
  for (std::uint32_t i = 0; i < next_; ++i) {
    slots_[i].has_grad = false;
    slots_[i].deferred.reset();
  }
  for (const UsedVariable& used : used_) slots_[used.slot].grad->clear();
  last.grad->resize(last.value->shape());
  // What all processes have the same of counts once: gradients on a process are its part of a sum.
  const bool counts = !replicas_ || replicas_->is_first() || last.spread == Spread::divided;
  last.grad->fill(counts ? 1 : 0);
  last.has_grad = true;
  for (std::uint32_t i = loss.slot_ + 1; i-- > 0;) {
    Slot& slot = slots_[i];
    running_ = &slot;
    if (slot.has_grad && slot.backward) slot.backward(*slot.value, *slot.grad);
    // What used a variable stands behind it: its gradient is complete.
    const bool is_variable = slot.grad != &slot.own_grad;
    if (replicas_ && is_variable) sum_over(*replicas_, slot);
  }
  running_ = nullptr;
  if (replicas_) replicas_->finish_sums();
}

}  // namespace keratin
