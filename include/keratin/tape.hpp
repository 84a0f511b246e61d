#pragma once
// Reverse-mode autodiff: a GradientTape records what is computed on its Nodes and plays it
// backwards.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "keratin/backward_function.hpp"
#include "keratin/tensor.hpp"

namespace keratin {

class GradientTape;

/// A weight: its value and, after backward(), its gradient (empty when no gradient reached it).
struct Variable {
  std::string name = "";
  Tensor value = {};
  Tensor grad = {};
  bool trainable = true;
};

/// A value on a tape: two words, copied freely. Using one that outlived its pass throws
/// std::invalid_argument.
class Node {
 public:
  const Tensor& value() const;
  /// d loss / d value after backward(); zeros when no gradient reached it.
  /// Only nodes from watch(), use() and what was computed from them have one.
  const Tensor& grad() const;
  const Shape& shape() const { return value().shape(); }
  GradientTape& tape() const { return *tape_; }

 private:
  friend class GradientTape;
  Node(GradientTape& tape, std::uint32_t slot, std::uint32_t pass)
      : tape_(&tape), slot_(slot), pass_(pass) {}
  GradientTape* tape_;
  std::uint32_t slot_, pass_;
};

/// Which activation turned logits into probabilities; losses that know it compute from the logits.
enum class Squash : unsigned char { none, softmax, sigmoid };

/// The same network emits the same slots in the same order, so slot i already owns buffers of the
/// right size: after the first pass a pass allocates nothing. One thread at a time uses a tape.
class GradientTape {
 public:
  GradientTape() = default;
  GradientTape(const GradientTape&) = delete;
  GradientTape& operator=(const GradientTape&) = delete;

  /// Starts a pass: earlier nodes die, their buffers are used again. Without recording, backward()
  /// is refused and nothing is kept for it.
  void begin(bool recording = true);
  bool recording() const { return recording_; }

  Node constant(const Tensor& value);  // borrowed until the next begin()
  Node constant(Tensor&&) = delete;
  Node watch(const Tensor& value);  // borrowed, and its gradient is wanted
  Node watch(Tensor&&) = delete;
  Node use(
      Variable& variable);  // borrowed; the same variable is the same node, so its gradients add up
  Node hold(Tensor&& value);  // a constant that the tape owns

  /// Gradients of the sum of `loss` land in variable.grad and node.grad().
  void backward(Node loss);

  // What ops are written with (see op.hpp).
  struct Slot {
    const Tensor* value = nullptr;  // own, or borrowed
    Tensor* grad = nullptr;         // own_grad, or a variable's
    bool wants_grad = false, has_grad = false;
    Squash squash = Squash::none;
    std::uint32_t logits = 0;    // the slot that `squash` was applied to
    std::uint32_t squashed = 0;  // the slot that came of one, as a logit; slot 0 cannot
    BackwardFunction backward;
    Tensor own, own_grad;
  };
  Node emit(const Shape& shape, bool wants_grad);  // a new slot that owns a value of that shape
  Node emit_reshaped(
      Node x,
      const Shape& shape);  // a new slot that sees x's values, not copied, under another shape
  Slot& slot(Node node);    // throws for a node of another tape or an earlier pass
  /// A buffer of the tape's, valid until the same index is asked for again: for intermediates
  /// inside one op.
  Tensor& scratch(std::size_t index, const Shape& shape);
  /// Remembers that `probabilities` is `squash` of `logits`, so that a loss may start from the
  /// logits.
  void remember_logits(Node probabilities, Node logits, Squash squash);
  /// The logits, when `node` is that activation's own output.
  std::optional<Node> logits_of(Node node, Squash squash);
  /// The other way: the activation's output, when it was computed from `logits`.
  std::optional<Node> squashed_from(Node logits, Squash squash);

 private:
  Slot& push();
  std::deque<Slot> slots_;
  std::vector<std::pair<Variable*, std::uint32_t>> used_;
  std::deque<Tensor> scratch_;
  std::uint32_t next_ = 0, pass_ = 0;
  bool recording_ = true;
};

}  // namespace keratin
