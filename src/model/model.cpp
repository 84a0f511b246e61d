#include "keratin/model.hpp"

#include "keratin/check.hpp"
#include "model/state.hpp"

namespace keratin {

Model::Model(std::string name) : name(std::move(name)), state_(std::make_unique<State>()) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

std::unique_ptr<Workspace> Model::State::borrow() {
  std::lock_guard guard(lock);
  if (idle.empty()) return std::make_unique<Workspace>();
  std::unique_ptr<Workspace> workspace = std::move(idle.back());
  idle.pop_back();
  return workspace;
}

void Model::State::give_back(std::unique_ptr<Workspace> workspace) {
  std::lock_guard guard(lock);
  idle.push_back(std::move(workspace));
}

void Model::compile(CompileOptions options) {
  state_->optimizer = options.optimizer.make();
  state_->metrics.clear();
  state_->compiled = std::move(options);
}

bool Model::compiled() const { return state_->compiled.has_value(); }

Optimizer& Model::optimizer() {
  check(compiled(), "optimizer", "the model is not compiled: call compile() first");
  return *state_->optimizer;
}

GradientTape& Model::tape() { return state_->work.tape; }

Logs Model::train_step(const Batch& batch) {
  tape().begin();
  const Node y_pred = call(tape().constant(batch.x), /*training=*/true);
  const Node loss = compute_loss(batch, y_pred);
  tape().backward(loss);
  optimizer().apply(trainable_variables());
  return compute_metrics(batch, y_pred, loss);
}

Logs Model::test_step(const Batch& batch) {
  tape().begin(/*recording=*/false);
  const Node y_pred = call(tape().constant(batch.x), /*training=*/false);
  return compute_metrics(batch, y_pred, compute_loss(batch, y_pred));
}

Node Model::compute_loss(const Batch& batch, Node y_pred) {
  GradientTape& tape = y_pred.tape();
  const Loss& loss = state_->compiled->loss;
  const Node y_true = tape.constant(batch.y);
  return batch.sample_weight.defined() ? loss(y_true, y_pred, tape.constant(batch.sample_weight))
                                       : loss(y_true, y_pred);
}

Logs Model::compute_metrics(const Batch& batch, Node y_pred, Node loss) {
  const auto rows = static_cast<double>(batch.x.shape().front());
  state_->loss_total += rows * static_cast<double>(loss.value().item());
  state_->loss_count += rows;
  state_->make_metrics(batch.y.shape(), y_pred.shape());
  Logs logs;
  logs["loss"] = state_->loss_total / state_->loss_count;
  static const Tensor unweighted;
  const Node y_true = y_pred.tape().constant(batch.y);
  for (const auto& [metric, weighted] : state_->metrics) {
    metric->update_on_tape(y_true, y_pred, weighted ? batch.sample_weight : unweighted);
    logs[metric->name] = metric->result();
  }
  return logs;
}

std::vector<Tensor> Model::get_weights() const {
  std::vector<Tensor> weights;
  for (const Variable* variable : variables()) weights.push_back(variable->value);
  return weights;
}

void Model::set_weights(const std::vector<Tensor>& weights) {
  const std::vector<Variable*> all = variables();
  check(weights.size() == all.size(), "set_weights", "got ", weights.size(), " weights, wanted ",
        all.size(), built() ? "" : ": the model is not built yet");
  for (std::size_t i = 0; i < all.size(); ++i)
    check(weights[i].shape() == all[i]->value.shape(), "set_weights", "weight ", i, " (",
          all[i]->name, ") got shape ", weights[i].shape(), ", wanted ", all[i]->value.shape());
  for (std::size_t i = 0; i < all.size(); ++i) all[i]->value = weights[i];
}

std::size_t Model::count_params() const {
  check(built(), "count_params",
        "the model is not built: give it an Input, call build(), or fit it");
  std::size_t count = 0;
  for (const Variable* variable : variables()) count += variable->value.size();
  return count;
}

}  // namespace keratin
