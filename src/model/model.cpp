#include "keratin/model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "model/array_data.hpp"
#include "model/feed.hpp"
#include "model/state.hpp"

namespace keratin {

Model::Model(std::string model_name)
    : Layer(std::move(model_name)), state_(std::make_unique<State>()) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

void Model::compile(CompileOptions options) {
  check(bool(options.optimizer), "compile", "got no optimizer");
  state_->optimizer = options.optimizer.copy();
  state_->train_metrics = MetricSet();
  state_->test_metrics = MetricSet();
  state_->compiled = std::move(options);
}

bool Model::compiled() const { return state_->compiled.has_value(); }

Optimizer& Model::optimizer() {
  check(compiled(), "optimizer", "the model is not compiled: call compile() first");
  return *state_->optimizer;
}

const Optimizer& Model::optimizer() const {
  check(compiled(), "optimizer", "the model is not compiled: call compile() first");
  return *state_->optimizer;
}

CompileOptions Model::compile_options() const {
  check(compiled(), "compile_options", "the model is not compiled: call compile() first");
  CompileOptions options = *state_->compiled;
  options.optimizer = state_->optimizer;
  return options;
}

Direction Model::metric_direction(std::string_view metric_name) const {
  return state_->train_metrics.direction_of(metric_name);
}

namespace {

bool all_finite(const Tensor& values) {
  return std::ranges::all_of(values.values(), [](float value) { return std::isfinite(value); });
}

// An input of the node that is not finite. Those without inputs of their own that a layer uses are
// weights, which may have become so only in the update after the pass.
std::optional<Node> input_not_finite(const Node& node) {
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const Node input = node.input(i);
    const bool weight = input.input_count() == 0 && !input.layer_path().empty();
    if (!weight && !all_finite(input.value())) return input;
  }
  return std::nullopt;
}

}  // namespace

std::string Model::first_not_finite() const {
  if (!state_->output || all_finite(state_->output->value())) return "the loss";
  Node first = *state_->output;
  while (const std::optional<Node> before = input_not_finite(first)) first = *before;
  const std::string path = first.layer_path();
  return path.empty() ? "the inputs" : "layer " + path;
}

GradientTape& Model::tape() { return state_->work.tape; }

Logs Model::train_step(const Batch& batch) {
  tape().begin();
  const Node y_pred = call(tape().constant(batch.x), /*training=*/true);
  const Node loss = compute_loss(batch, y_pred);
  const std::vector<Variable*> variables = trainable_variables();
  if (!variables.empty()) {
    tape().backward(optimizer().scale_loss(loss));
    optimizer().apply(variables);
  } else if (!std::exchange(state_->warned_of_no_weights, true)) {
    warn(name, "has no trainable weights: training changes nothing");
  }
  return compute_metrics(batch, y_pred, loss);
}

Logs Model::test_step(const Batch& batch) {
  tape().begin(/*recording=*/false);
  const Node y_pred = call(tape().constant(batch.x), /*training=*/false);
  return compute_metrics(batch, y_pred, compute_loss(batch, y_pred));
}

Node Model::compute_loss(const Batch& batch, Node y_pred) {
  GradientTape& tape = y_pred.tape();
  const LossHandle& loss = state_->compiled->loss;
  check(bool(loss), "compute_loss", "the model has no loss: compile it with one");
  const Node y_true = tape.constant(batch.y);
  Node total = batch.sample_weight.defined()
                   ? loss(y_true, y_pred, tape.constant(batch.sample_weight))
                   : loss(y_true, y_pred);
  add_weight_penalties(tape);
  for (const Node& penalty : tape.added_losses()) total = total + penalty;
  return total;
}

Logs Model::compute_metrics(const Batch& batch, Node y_pred, Node loss) {
  const bool trains = &y_pred.tape() == &tape() && tape().recording();
  state_->output = trains ? std::optional(y_pred) : std::nullopt;
  const auto value = static_cast<double>(loss.value().item());
  return state_->metrics->update(*state_->compiled, batch, y_pred, value);
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
  return Layer::count_params();
}

void Model::check_trainable(const char* where) const {
  check(compiled(), where, "the model is not compiled: call compile() first");
}

// Several threads may predict with a model that is not built yet.
void Model::build_for(const char* where, const Shape& sample) {
  const std::lock_guard guard(state_->lock);
  if (has_input_shape()) check_sample(where, name, sample, input_shape());
  if (!built()) build(has_input_shape() ? input_shape() : sample);
}

void Model::check_labels(const ArrayView& y, std::size_t rows) const {
  const LossHandle& loss = state_->compiled->loss;  // none: what y is, train_step knows
  if (loss) loss->check_labels(y, output_shape().with_batch(rows));
}

ArrayData Model::prepared(const char* where, ArrayData data) {
  data.check_rows(where);
  build_for(where, data.x.shape().without_batch());
  data.x = data.x.with_row_shape(input_shape());
  if (data.y.given()) check_labels(data.y, data.x.rows());
  return data;
}

DatasetFeed Model::feed_of(const char* where, const Dataset& data, bool with_labels) {
  check(data.batched(), where, "got a Dataset of single samples: call batch() on it");
  DatasetFeed first(data);
  const Batch& batch = first.peek();
  check(!batch.x.shape().empty(), where, "the batches of the Dataset have no batch axis");
  build_for(where, batch.x.shape().without_batch());
  if (with_labels && state_->compiled->loss) {
    check(batch.y.defined(), where, "the Dataset has no targets");
    check_labels(batch.y, batch.x.shape().front());
  }
  first.adapt_to(input_shape());
  return first;
}

}  // namespace keratin
