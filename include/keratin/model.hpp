#pragma once
// Model: compile, fit, evaluate, predict.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "keratin/batch.hpp"
#include "keratin/compile.hpp"
#include "keratin/fit.hpp"
#include "keratin/layer.hpp"
#include "keratin/logs.hpp"
#include "keratin/tape.hpp"

namespace keratin {

/// One thread trains a model; several may predict with it as long as none does.
class Model {
 public:
  explicit Model(std::string name);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  virtual ~Model();

  std::string name;
  bool stop_training = false;  // a callback sets it: fit ends after the current batch

  /// Takes copies of what it is given. Compiling again replaces the optimizer and its state and
  /// keeps the weights.
  void compile(CompileOptions options);
  bool compiled() const;
  Optimizer& optimizer();  // throws before compile

  /// Trains on rows of x and y (equally many) and returns what it logged. An exception leaves the
  /// weights as they are.
  History fit(ArrayView x, ArrayView y, FitOptions options = {});
  /// Loss and metrics over all rows, without training.
  Logs evaluate(ArrayView x, ArrayView y, EvaluateOptions options = {});
  /// The outputs for all rows, in their order: (rows, ...). Needs no compile.
  Tensor predict(ArrayView x, PredictOptions options = {});

  /// One step on these rows; returns the loss and metrics of this batch alone.
  Logs train_on_batch(ArrayView x, ArrayView y, TrainOnBatchOptions options = {});
  Logs test_on_batch(ArrayView x, ArrayView y, TestOnBatchOptions options = {});
  Tensor predict_on_batch(ArrayView x);

  /// What a step does: override to change it. Returns the logs so far.
  virtual Logs train_step(const Batch& batch);
  virtual Logs test_step(const Batch& batch);

  /// The forward pass on x's tape.
  virtual Node call(Node x, bool training) = 0;
  /// Makes the weights for samples of that shape (batch axis left out), if that is not done yet.
  virtual void build(const Shape& input) = 0;
  virtual bool built() const = 0;
  /// Whether samples have a shape to meet already: built, or made with an Input.
  virtual bool has_input_shape() const = 0;
  /// Shape of a sample's input and output. Throw while there is none.
  virtual const Shape& input_shape() const = 0;
  virtual const Shape& output_shape() const = 0;
  virtual std::vector<Variable*> variables() const = 0;  // layer by layer
  virtual std::vector<Variable*> trainable_variables() const = 0;

  std::vector<Tensor> get_weights() const;
  void set_weights(const std::vector<Tensor>&
                       weights);     // throws when a count or shape differs, with nothing changed
  std::size_t count_params() const;  // throws before build

 protected:
  /// For a train_step of one's own.
  GradientTape& tape();
  Node compute_loss(const Batch& batch, Node y_pred);  // on y_pred's tape
  Logs compute_metrics(const Batch& batch, Node y_pred, Node loss);

 private:
  friend class Training;  // src/model: the loops of fit, evaluate and predict
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keratin
