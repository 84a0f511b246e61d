#pragma once
// Reverse-mode autodiff: a GradientTape records what is computed on its Nodes and plays it
// backwards.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "keratin/backward_function.hpp"
#include "keratin/batch_rows.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {

class Constraint;
class GradientTape;
class Replicas;  // src/core/replicas.hpp: the processes that train a model together

/// Which variable it is, whatever its address: a new variable never has the number of an earlier
/// one, a copy is a new variable, and one that is moved keeps its number.
class VariableId {
 public:
  VariableId() : number_(next()) {}
  VariableId(const VariableId&) : VariableId() {}
  VariableId(VariableId&& other) noexcept : number_(std::exchange(other.number_, next())) {}
  VariableId& operator=(const VariableId&) { return *this; }
  VariableId& operator=(VariableId&& other) noexcept {
    if (this != &other) number_ = std::exchange(other.number_, next());
    return *this;
  }
  ~VariableId() = default;

  std::uint64_t number() const { return number_; }
  friend bool operator==(const VariableId& a, const VariableId& b) {
    return a.number_ == b.number_;
  }

 private:
  static std::uint64_t next();
  std::uint64_t number_;
};

/// A weight: its value and, after backward(), its gradient (empty when no gradient reached it).
struct Variable {
  std::string name = "";
  Tensor value = {};
  Tensor grad = {};
  bool trainable = true;
  VariableId id = {};
  std::shared_ptr<const Constraint> constraint = {};  // what optimizers restore after each step
  std::string path = "";  // "sequential/dense/kernel": the layers that were built, and the name
};

/// What kind of op made a node. Every op has one such constant; its address tells it from others.
struct Op {
  const char* name;
  /// Whether its backward function asks GradientTape::deferred() for a gradient.
  bool takes_deferred = false;
};

/// A value on a tape: two words, copied freely. Using one that outlived its pass throws
/// std::invalid_argument.
class Node {
 public:
  const Tensor& value() const;
  /// d loss / d value after backward(); zeros when no gradient reached it.
  /// Only nodes from watch(), use() and what was computed from them have one.
  const Tensor& grad() const;
  const Shape& shape() const;
  GradientTape& tape() const { return *tape_; }

  /// The op that computed it, or nullptr for constants, variables and ops recorded without a name.
  const Op* op() const;
  /// What it was computed from.
  std::size_t input_count() const;
  Node input(std::size_t index) const;
  /// The layers inside which it was computed, outermost first: "base/dense"; "" outside of all.
  std::string layer_path() const;

  /// Where a batch is divided among processes: whether this process has other rows of the value
  /// than the others, along the first axis.
  bool is_divided() const;
  /// Which rows of the whole value this process has: all of them unless it is divided.
  BatchRows rows() const;

 private:
  friend class GradientTape;
  Node(GradientTape& tape, std::uint32_t slot, std::uint32_t pass)
      : tape_(&tape), slot_(slot), pass_(pass) {}
  GradientTape* tape_;
  std::uint32_t slot_, pass_;
};

/// Records a pass. The same network emits the same slots in the same order, so slot i already owns
/// buffers of the right size: after the first pass a pass allocates nothing. One thread at a time
/// uses a tape.
class GradientTape {
 public:
  GradientTape() = default;
  GradientTape(const GradientTape&) = delete;
  GradientTape& operator=(const GradientTape&) = delete;

  /// Starts a pass: earlier nodes die and their buffers are used again. Without recording,
  /// backward() is refused and nothing is kept for it.
  void begin(bool recording = true);
  bool recording() const { return recording_; }

  Node constant(const Tensor& value);  // borrowed until the next begin()
  Node constant(Tensor&&) = delete;
  Node watch(const Tensor& value);  // borrowed, and its gradient is wanted
  Node watch(Tensor&&) = delete;
  Node use(Variable& variable);  // borrowed; each use is the same node, so its gradients add up
  Node hold(Tensor&& value);     // a constant that the tape owns
  /// A constant that `fill(Tensor&)` writes into memory that the tape keeps from pass to pass: for
  /// masks and the like, which so cost no allocation.
  template <class Fill>
  Node make(const Shape& shape, const Fill& fill) {
    const Node node = emit(nullptr, {}, shape, false);
    fill(slot(node).own);
    return node;
  }
  /// The same for a value for each of x's rows, which is divided among processes as x is.
  template <class Fill>
  Node make_for_rows_of(Node x, const Shape& shape, const Fill& fill) {
    const Node node = make(shape, fill);
    slot(node).spread = slot(x).spread;
    return node;
  }

  /// Gradients of the sum of `loss` land in variable.grad and node.grad(). Where a batch is divided
  /// among processes, variable.grad is that of the whole batch, and node.grad() of a value that is
  /// not divided is the part of it that comes from this process's rows.
  void backward(Node loss);

  /// Lets the passes from now on be those of one of several processes, null: of the only one, with
  /// these rows of the batch, of which `batch` are the tensors: constants made of them are divided.
  void divide(Replicas* replicas, const BatchRows& rows,
              std::initializer_list<const Tensor*> batch);
  /// The processes, or null.
  Replicas* replicas() const { return replicas_; }

  /// Gives `variable` that value once the step is known to succeed, at commit(): for state that a
  /// step changes, such as moving averages. An exception before leaves the variable as it was.
  /// Throws std::invalid_argument for another shape than the variable has.
  void assign(Variable& variable, Node value);
  /// Carries out what assign() noted in this pass.
  void commit();

  /// Adds a scalar to what is minimized besides the loss, as regularizers do.
  void add_loss(Node penalty);
  std::span<const Node> added_losses() const { return added_losses_; }

  /// While it lives, nodes are recorded as made inside that layer, and where it is not trainable no
  /// gradient is wanted for the variables used. Layers nest.
  class LayerScope {
   public:
    LayerScope(GradientTape& tape, const std::string& name, bool trainable);
    ~LayerScope();
    LayerScope(const LayerScope&) = delete;
    LayerScope& operator=(const LayerScope&) = delete;

   private:
    GradientTape& tape_;
    std::uint32_t outer_;
    bool outer_frozen_;
  };
  /// Whether a layer that is not trainable is being called, or lies around the one that is.
  bool frozen() const { return frozen_; }

  // What ops are written with (see op.hpp).

  /// How a value is spread over the processes among which a batch is divided.
  ///
  /// | state   | each process has                                                              |
  /// |---------|-------------------------------------------------------------------------------|
  /// | same    | the whole value: weights, the loss, all values where there is one process     |
  /// | divided | its rows: the batch, and what is computed of it row by row                    |
  /// | partial | what is computed across its rows: the value is their sum over the processes,  |
  /// |         | which ops::sum_over_processes() gives, and any other op refuses it            |
  enum class Spread : unsigned char { same, divided, partial };
  /// One value of a pass, and what is needed for its gradient.
  struct Slot {
    const Tensor* value = nullptr;  // own, or borrowed
    Tensor* grad = nullptr;         // own_grad, or a variable's
    bool wants_grad = false, has_grad = false;
    Spread spread = Spread::same;
    const Op* op = nullptr;
    std::uint32_t first_input = 0, input_count = 0;  // among inputs_
    std::uint32_t layer = 0;                         // among layers_, counted from 1
    StoredFunction<Tensor&> forward;  // computes `own` when somebody asks for it, if it is set
    BackwardFunction backward;
    SamplesFunction deferred;  // writes the gradient, which then has no values yet: see op.hpp
    Tensor own, own_grad;

    /// Writes a deferred gradient after all.
    void write_deferred();
  };
  /// The gradient of the node whose backward function is running, if it is deferred, or nullptr.
  SamplesFunction* deferred() {
    return running_ && running_->deferred ? &running_->deferred : nullptr;
  }
  /// A new slot that owns a value of that shape.
  Node emit(const Op* op, std::span<const Node> inputs, const Shape& shape, bool wants_grad);
  /// A new slot that sees x's values, not copied, under another shape.
  Node emit_reshaped(const Op* op, Node x, const Shape& shape);
  Slot& slot(Node node);  // throws for a node of another tape or an earlier pass
  /// A buffer of the tape's, valid until the same index is asked for again: for intermediate values
  /// inside one op.
  Tensor& scratch(std::size_t index, const Shape& shape);

 private:
  friend class Node;
  struct UsedVariable {
    const Variable* variable;
    bool frozen;
    std::uint32_t slot;
  };
  struct Layer {
    const std::string* name;
    std::uint32_t outer;  // 0: none
  };
  struct Assignment {
    Variable* variable;
    std::uint32_t slot;
  };
  Slot& push();
  Spread spread_of(const Op* op, std::span<const Node> inputs, const Shape& shape);
  Node last() { return {*this, next_ - 1, pass_}; }

  std::deque<Slot> slots_;
  std::vector<std::uint32_t> inputs_;
  std::vector<UsedVariable> used_;
  std::vector<Layer> layers_;
  std::vector<Assignment> assignments_;
  std::vector<Node> added_losses_;
  std::deque<Tensor> scratch_;
  Slot* running_ = nullptr;  // in backward()
  Replicas* replicas_ = nullptr;
  BatchRows rows_;
  std::array<const Tensor*, 3> batch_{};
  std::uint32_t next_ = 0, pass_ = 0, layer_ = 0;
  bool recording_ = true, frozen_ = false;
};

}  // namespace keratin
