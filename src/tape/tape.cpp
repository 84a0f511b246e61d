#include "keratin/tape.hpp"

#include "keratin/check.hpp"

namespace keratin {

const Tensor& Node::value() const { return *tape_->slot(*this).value; }

const Tensor& Node::grad() const {
  auto& slot = tape_->slot(*this);
  check(slot.wants_grad, "node", "has no gradient: it was not watched, nor computed from what is");
  if (!slot.has_grad) {
    slot.grad->resize(slot.value->shape());
    slot.grad->fill(0);
  }
  return *slot.grad;
}

void GradientTape::begin(bool recording) {
  ++pass_;
  next_ = 0;
  used_.clear();
  recording_ = recording;
}

GradientTape::Slot& GradientTape::push() {
  if (next_ == slots_.size()) slots_.emplace_back();
  Slot& slot = slots_[next_++];
  slot.backward.reset();
  slot.grad = &slot.own_grad;
  slot.wants_grad = slot.has_grad = false;
  slot.squash = Squash::none;
  slot.squashed = 0;
  return slot;
}

Node GradientTape::constant(const Tensor& value) {
  push().value = &value;
  return {*this, next_ - 1, pass_};
}

Node GradientTape::watch(const Tensor& value) {
  Slot& slot = push();
  slot.value = &value;
  slot.wants_grad = recording_;
  return {*this, next_ - 1, pass_};
}

Node GradientTape::hold(Tensor&& value) {
  Slot& slot = push();
  slot.own = std::move(value);
  slot.value = &slot.own;
  return {*this, next_ - 1, pass_};
}

Node GradientTape::use(Variable& variable) {
  for (const auto& [used, slot] : used_)
    if (used == &variable) return {*this, slot, pass_};
  Slot& slot = push();
  slot.value = &variable.value;
  slot.grad = &variable.grad;
  slot.wants_grad = recording_ && variable.trainable;
  used_.emplace_back(&variable, next_ - 1);
  return {*this, next_ - 1, pass_};
}

Node GradientTape::emit(const Shape& shape, bool wants_grad) {
  Slot& slot = push();
  slot.own.resize(shape);
  slot.value = &slot.own;
  slot.wants_grad = wants_grad;
  return {*this, next_ - 1, pass_};
}

Node GradientTape::emit_reshaped(Node x, const Shape& shape) {
  const Slot& from = slot(x);
  Slot& to = push();
  to.own.borrow(*from.value, shape);
  to.value = &to.own;
  to.wants_grad = from.wants_grad;
  return {*this, next_ - 1, pass_};
}

GradientTape::Slot& GradientTape::slot(Node node) {
  check(node.tape_ == this, "tape", "the node belongs to another tape");
  check(node.pass_ == pass_, "tape",
        "the node belongs to an earlier pass: begin() was called since it was made");
  return slots_[node.slot_];
}

Tensor& GradientTape::scratch(std::size_t index, const Shape& shape) {
  while (scratch_.size() <= index) scratch_.emplace_back();
  scratch_[index].resize(shape);
  return scratch_[index];
}

void GradientTape::remember_logits(Node probabilities, Node logits, Squash squash) {
  Slot& slot = this->slot(probabilities);
  slot.squash = squash;
  slot.logits = logits.slot_;
  this->slot(logits).squashed = probabilities.slot_;
}

std::optional<Node> GradientTape::logits_of(Node node, Squash squash) {
  const Slot& slot = this->slot(node);
  if (slot.squash != squash) return std::nullopt;
  return Node(*this, slot.logits, pass_);
}

std::optional<Node> GradientTape::squashed_from(Node logits, Squash squash) {
  const std::uint32_t found = slot(logits).squashed;
  if (found == 0 || slots_[found].squash != squash) return std::nullopt;
  return Node(*this, found, pass_);
}

void GradientTape::backward(Node loss) {
  Slot& last = slot(loss);
  check(recording_, "backward", "this pass does not record: begin(true) first");
  check(last.wants_grad, "backward",
        "the loss depends on no trainable variable and no watched value");
  for (std::uint32_t i = 0; i < next_; ++i)
    slots_[i].has_grad = false;  // an earlier backward() of this pass set it
  for (const auto& [variable, index] : used_)
    variable->grad.resize({0});  // no gradient unless one arrives
  last.grad->resize(last.value->shape());
  last.grad->fill(1);
  last.has_grad = true;
  for (std::uint32_t i = loss.slot_ + 1; i-- > 0;) {
    Slot& slot = slots_[i];
    if (slot.has_grad && slot.backward) slot.backward(*slot.value, *slot.grad);
  }
}

}  // namespace keratin
