#include "support/check_layer.hpp"

#include <algorithm>
#include <cmath>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"
#include "support/threads.hpp"

namespace keratin::test {

namespace {

struct Step {
  Tensor y, gradient_x;
  std::vector<Tensor> gradients, weights;  // of all weights; and what they are after the step
};

// One layer under test, and others like it: each use makes a new one, whose random numbers start
// again.
class Subject {
 public:
  Subject(const Layer& layer, const LayerCheck& options)
      : description_(describe<Layer>(layer)), options_(options) {
    const auto built = make();
    for (const Variable* variable : built->variables()) {
      const bool positive = variable->name == "moving_variance" || variable->name == "variance";
      const int seed = static_cast<int>(weights_.size()) + 2;
      weights_.push_back(off_kinks(variable->value.shape(), positive ? 0.5f : -1.0f,
                                   positive ? 1.5f : 1.0f, seed));
    }
  }

  std::shared_ptr<Layer> make() const {
    const auto layer = member_from_config<Layer>(description_);
    layer->connect(options_.input);
    const auto variables = layer->variables();
    for (std::size_t i = 0; i < weights_.size(); ++i) variables[i]->value = weights_[i];
    return layer;
  }

  double value(const Tensor& x, bool training) const {
    GradientTape tape;
    tape.begin(/*recording=*/false);
    return weighed((*make())(tape.constant(x), training).value());
  }

  // A step as a model makes it, of a layer that is connected.
  void run(GradientTape& tape, Layer& layer, const Shape& output, const Tensor& x,
           bool training) const {
    tape.begin();
    const Node in = options_.differentiable ? tape.watch(x) : tape.constant(x);
    const Node y = layer.call_connected(in, training, output, 0);
    if (tape.slot(y).wants_grad) tape.backward(weigh(y));
    tape.commit();
  }

  Step step(const Tensor& x, bool training, bool trainable = true) const {
    const auto layer = make();
    layer->trainable = trainable;
    GradientTape tape;
    tape.begin();
    const Node in = options_.differentiable ? tape.watch(x) : tape.constant(x);
    const Node y = (*layer)(in, training);
    Step result;
    result.y = y.value();
    if (options_.differentiable || !layer->trainable_variables().empty()) tape.backward(weigh(y));
    if (options_.differentiable) result.gradient_x = in.grad();
    for (const Variable* variable : layer->variables()) result.gradients.push_back(variable->grad);
    tape.commit();
    for (const Variable* variable : layer->variables()) result.weights.push_back(variable->value);
    return result;
  }

  // d weighed(y) / d at, of the fourth order.
  Tensor differences(Tensor& at, const Tensor& x, bool training) const {
    Tensor slope = Tensor::zeros(at.shape());
    for (std::size_t i = 0; i < at.size(); ++i) {
      float& moved = at.values()[i];
      const float middle = moved;
      const auto value_at = [&](double steps) {
        moved = static_cast<float>(middle + steps * options_.step);
        return value(x, training);
      };
      slope.values()[i] = static_cast<float>(
          (8 * (value_at(1) - value_at(-1)) - (value_at(2) - value_at(-2))) / (12 * options_.step));
      moved = middle;
    }
    return slope;
  }

  std::vector<Tensor>& weights() { return weights_; }

 private:
  Config description_;
  const LayerCheck& options_;
  std::vector<Tensor> weights_;
};

void check_gradient(const std::string& what, const Tensor& got, const Tensor& wanted,
                    double tolerance) {
  INFO(what);
  REQUIRE(got.shape() == wanted.shape());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double g = got.values()[i], w = wanted.values()[i];
    INFO("element " << i << ": got " << g << ", wanted " << w);
    CHECK(std::abs(g - w) <= tolerance * (1 + std::abs(w)));
  }
}

void check_gradients(Subject& subject, const LayerCheck& options, Tensor x, bool training) {
  INFO((training ? "training" : "inference"));
  const Step step = subject.step(x, training);
  if (options.differentiable)
    check_gradient("gradient of x", step.gradient_x, subject.differences(x, x, training),
                   options.tolerance);
  const auto layer = subject.make();
  const auto variables = layer->variables();
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (!variables[i]->trainable) {
      CHECK_FALSE(step.gradients[i].defined());
      continue;
    }
    check_gradient("gradient of " + variables[i]->name, step.gradients[i],
                   subject.differences(subject.weights()[i], x, training), options.tolerance);
  }
  for (const Tensor& gradient : subject.step(x, training, /*trainable=*/false).gradients)
    CHECK_FALSE(gradient.defined());
}

void check_description(const Layer& layer, const Subject& subject) {
  const Config description = describe<Layer>(layer);
  CHECK(describe<Layer>(*member_from_config<Layer>(description)) == description);
  CHECK(describe<Layer>(*subject.make()) == description);  // building changes nothing
}

void check_threads(const Subject& subject, const Tensor& x) {
  const ThreadsRestored restored;
  for (const bool training : {false, true}) {
    INFO((training ? "training" : "inference"));
    utils::set_num_threads(1);
    const Step one = subject.step(x, training);
    utils::set_num_threads(3);
    const Step three = subject.step(x, training);
    CHECK(one.y == three.y);
    CHECK(one.gradient_x == three.gradient_x);
    CHECK(one.gradients == three.gradients);
    CHECK(one.weights == three.weights);
  }
}

void check_allocations(const Subject& subject, const Shape& output, const Tensor& x) {
  for (const bool training : {false, true}) {
    INFO((training ? "training" : "inference"));
    const auto layer = subject.make();
    GradientTape tape;
    const auto step = [&] { subject.run(tape, *layer, output, x, training); };
    step();
    step();
    CHECK(allocations_of(step).count == 0);
  }
}

void check_training(const Layer& layer, const Tensor& x) {
  utils::set_random_seed(5);
  const auto copy = member_from_config<Layer>(describe<Layer>(layer));
  Sequential model(
      {layers::Input(x.shape().without_batch()), copy, layers::Flatten(), layers::Dense(1)});
  model.compile({.optimizer = optimizers::Adam({.learning_rate = 0.01}), .loss = "mse"});
  const Tensor y = off_kinks({x.shape()[0], 1}, -2, 2, 9);
  const double before = model.evaluate(x, y, {.verbose = 0})["loss"];
  model.fit(x, y, {.batch_size = 8, .epochs = 10, .verbose = 0});
  CHECK(model.evaluate(x, y, {.verbose = 0})["loss"] < before);
}

// The rows of x again and again.
Tensor repeated(const Tensor& x, std::size_t rows) {
  Tensor y = Tensor::uninitialized(x.shape().without_batch().with_batch(rows));
  for (std::size_t i = 0; i < y.size(); ++i) y.values()[i] = x.values()[i % x.size()];
  return y;
}

}  // namespace

void check_layer(const Layer& layer, const LayerCheck& options) {
  INFO(class_name_of<Layer>(layer));
  Subject subject(layer, options);
  constexpr std::size_t rows = 5;
  const Tensor x = options.x.defined() ? options.x : off_kinks(options.input.with_batch(rows));
  const Shape output = options.output.empty() ? options.input : options.output;
  CHECK(subject.make()->compute_output_shape(options.input) == output);
  CHECK(subject.step(x, false).y.shape() == output.with_batch(x.shape()[0]));
  check_description(layer, subject);
  check_gradients(subject, options, x, false);
  check_gradients(subject, options, x, true);
  const std::size_t many = std::max(rows, options.elements / options.input.elements());
  check_threads(
      subject, options.x.defined() ? repeated(x, many) : off_kinks(options.input.with_batch(many)));
  check_allocations(subject, output, x);
  if (options.learns) check_training(layer, repeated(x, 32));
}

}  // namespace keratin::test
