#include "keratin/layer.hpp"

#include <algorithm>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "layers/build_scope.hpp"
#include "layers/weight_limit.hpp"

namespace keratin {

Trainable& Trainable::operator=(bool value) {
  value_ = value;
  for (const auto& child : owner_.children()) child->trainable = value;
  return *this;
}

Layer::Layer(Layer&& other) noexcept
    : name(std::move(other.name)),
      trainable(*this, other.trainable),
      state_(std::move(other.state_)) {}

Layer& Layer::operator=(Layer&& other) noexcept {
  name = std::move(other.name);
  trainable.value_ = other.trainable;  // the layers inside come with theirs
  state_ = std::move(other.state_);
  return *this;
}

Layer::~Layer() = default;

Config Layer::get_config() const {
  fail(name.empty() ? class_name() : name,
       "this class has no list of its fields: derive it from Configured");
}

std::string Layer::class_name() const { return class_name_of<Layer>(*this); }

Shape Layer::compute_output_shape(const Shape& input) const {
  if (state_.connected && input == state_.built_for) return state_.built_output;
  check(!state_.connected || state_.weights.empty(), name, "was built for inputs of shape ",
        state_.built_for, ", got ", input);
  return input;
}

Shape Layer::build(const Shape& input) { return compute_output_shape(input); }

Shape Layer::connect(const Shape& input) {
  const BuildScope scope(*this);
  const Shape output = has_state() ? compute_output_shape(input) : build(input);
  if (!state_.connected || !has_state()) {
    state_.built_for = input;
    state_.built_output = output;
  }
  state_.connected = true;
  return output;
}

Node Layer::operator()(Node x, bool training) {
  return checked_call(x, training, connect(x.shape().without_batch()));
}

namespace {

bool is_batch_of(const Shape& sample, const Shape& batch, std::size_t rows) {
  return batch.size() == sample.size() + 1 && batch.front() == rows &&
         std::equal(sample.begin(), sample.end(), batch.begin() + 1);
}

}  // namespace

Node Layer::checked_call(Node x, bool training, const Shape& promised) {
  const GradientTape::LayerScope scope(x.tape(), name, trainable);
  const std::size_t rows = x.shape().front();
  const Node y = call(x, training);
  if (!is_batch_of(promised, y.shape(), rows)) [[unlikely]]
    fail(class_name(), "call() returned shape ", y.shape(), " for inputs of shape ", x.shape(),
         ", build() promised ", promised.with_batch(rows));
  if (state_.activity_regularizer)
    x.tape().add_loss((*state_.activity_regularizer)(y) / static_cast<float>(x.rows().total));
  return y;
}

Node Layer::call_connected(Node x, bool training, const Shape& promised, std::size_t position) {
  try {
    return checked_call(x, training, promised);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(concat("layer ", position, ", ", name, ": ", error.what()));
  }
}

void Layer::collect(std::vector<Variable*>& all, bool trainable_only) const {
  if (trainable_only && !trainable) return;
  for (const auto& weight : state_.weights) {
    Variable* variable = &weight->variable;
    if (trainable_only && !variable->trainable) continue;
    if (std::find(all.begin(), all.end(), variable) == all.end()) all.push_back(variable);
  }
  for (const auto& child : children()) child->collect(all, trainable_only);
}

std::vector<Variable*> Layer::variables() const {
  std::vector<Variable*> all;
  collect(all, /*trainable_only=*/false);
  return all;
}

std::vector<Variable*> Layer::own_variables() const {
  std::vector<Variable*> own;
  for (const auto& weight : state_.weights) own.push_back(&weight->variable);
  return own;
}

std::vector<Variable*> Layer::trainable_variables() const {
  std::vector<Variable*> all;
  collect(all, /*trainable_only=*/true);
  return all;
}

std::vector<random::SeedGenerator*> Layer::seed_generators() const {
  std::vector<random::SeedGenerator*> all;
  for (const auto& own : state_.seed_generators) all.push_back(own.get());
  for (const auto& child : children())
    for (random::SeedGenerator* inside : child->seed_generators())
      if (std::find(all.begin(), all.end(), inside) == all.end()) all.push_back(inside);
  return all;
}

bool Layer::contains(const Layer& other) const {
  if (this == &other) return true;
  const auto inside = children();
  return std::any_of(inside.begin(), inside.end(),
                     [&](const auto& child) { return child->contains(other); });
}

std::size_t Layer::count_params() const {
  std::size_t count = 0;
  for (const Variable* variable : variables()) count += variable->value.size();
  return count;
}

void Layer::add_weight_penalties(GradientTape& tape) const {
  if (!trainable) return;
  for (const auto& weight : state_.weights)
    if (weight->regularizer && weight->variable.trainable)
      tape.add_loss((*weight->regularizer)(tape.use(weight->variable)));
  for (const auto& child : children()) child->add_weight_penalties(tape);
}

Variable& Layer::add_weight(const WeightOptions& options) {
  WeightLimit::take(options.shape);
  auto weight = std::make_unique<Weight>();
  weight->variable.name = options.name;
  weight->variable.path = BuildScope(*this).path() + options.name;
  weight->variable.trainable = options.trainable;
  weight->variable.value = options.initializer(options.shape);
  weight->regularizer = options.regularizer;
  weight->variable.constraint = options.constraint.member();
  if (options.constraint) {  // what it cannot constrain fails here rather than in the first step
    GradientTape tape;
    tape.begin(/*recording=*/false);
    options.constraint->applied(tape, weight->variable.value);
  }
  return state_.weights.emplace_back(std::move(weight))->variable;
}

random::SeedGenerator& Layer::add_seed_generator(std::optional<std::uint64_t> seed) {
  return *state_.seed_generators.emplace_back(std::make_unique<random::SeedGenerator>(seed));
}

}  // namespace keratin
