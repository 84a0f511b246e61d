#include "keratin/optimizers.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "keratin/check.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin {

namespace {

constexpr std::size_t grain = 1 << 14;  // weights a thread updates at a time

bool wants(const std::optional<double>& clip) { return clip && *clip > 0; }

// Sum of squares. Eight sums side by side, so that the compiler can use the machine's vectors.
double squares(const Tensor& values) {
  double sums[8] = {};
  const std::size_t n = values.size(), even = n - n % 8;
  for (std::size_t i = 0; i < even; i += 8)
    for (std::size_t lane = 0; lane < 8; ++lane)
      sums[lane] += double{values.data()[i + lane]} * values.data()[i + lane];
  for (std::size_t i = even; i < n; ++i)
    sums[i - even] += double{values.data()[i]} * values.data()[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

void decay(Tensor& weights, float weight_decay, float learning_rate) {
  for (float& w : weights.values()) w -= w * weight_decay * learning_rate;
}

bool takes_part(const Variable& variable) { return variable.trainable && !variable.grad.empty(); }

}  // namespace

Optimizer::Optimizer(OptimizerOptions options, std::size_t slots)
    : options_(std::move(options)), slot_count_(slots) {
  set_learning_rate(options_.learning_rate);
  check(options_.clipnorm.has_value() + options_.clipvalue.has_value() +
                options_.global_clipnorm.has_value() <=
            1,
        name(), "got more than one of clipnorm, clipvalue and global_clipnorm");
}

void Optimizer::set_learning_rate(double learning_rate) {
  check(learning_rate >= 0, name(), "learning_rate is ", learning_rate, ", wanted 0 or more");
  options_.learning_rate = learning_rate;
}

Optimizer::Known& Optimizer::known(const Variable& variable) {
  std::size_t i = expected_;
  if (i >= known_.size() || known_[i].variable != &variable)
    i = static_cast<std::size_t>(
        std::find_if(known_.begin(), known_.end(),
                     [&](const Known& k) { return k.variable == &variable; }) -
        known_.begin());
  if (i == known_.size()) known_.push_back({&variable, {}});
  expected_ = i + 1;
  Known& found = known_[i];
  // New, or another variable of another shape at an old one's address.
  if (found.slots.size() != slot_count_ ||
      (slot_count_ > 0 && !(found.slots[0].shape() == variable.value.shape())))
    found.slots.assign(slot_count_, Tensor::zeros(variable.value.shape()));
  return found;
}

const Tensor& Optimizer::clipped(const Tensor& gradient, float global_norm) {
  if (!wants(options_.clipnorm) && !wants(options_.clipvalue) && !wants(options_.global_clipnorm))
    return gradient;
  clipped_.resize(gradient.shape());
  const auto write = [&](auto clip) {
    std::transform(gradient.values().begin(), gradient.values().end(), clipped_.values().begin(),
                   clip);
  };
  if (wants(options_.clipnorm)) {
    const auto limit = static_cast<float>(*options_.clipnorm),
               longest = std::max(static_cast<float>(std::sqrt(squares(gradient))), limit);
    write([=](float g) { return g * limit / longest; });
  } else if (wants(options_.global_clipnorm)) {
    const auto limit = static_cast<float>(*options_.global_clipnorm);
    const float scale = limit * std::min(1 / global_norm, 1 / limit) +
                        (global_norm - global_norm);  // NaN when the norm is not finite
    write([=](float g) { return g * scale; });
  } else {
    const auto limit = static_cast<float>(*options_.clipvalue);
    write([=](float g) { return g < -limit ? -limit : g > limit ? limit : g; });
  }
  return clipped_;
}

void Optimizer::apply(std::span<Variable* const> variables) {
  if (variables.empty()) return;
  bool any = false;
  double sum = 0;
  for (const Variable* variable : variables) {
    if (!takes_part(*variable)) continue;
    any = true;
    check(variable->grad.shape() == variable->value.shape(), name(), "the gradient of '",
          variable->name, "' has shape ", variable->grad.shape(), ", its value has shape ",
          variable->value.shape());
    if (wants(options_.global_clipnorm)) sum += squares(variable->grad);
  }
  check(any, name(), "no variable has a gradient: call the tape's backward() first");

  expected_ = 0;
  for (Variable* variable : variables) {
    if (!takes_part(*variable)) continue;
    const Tensor& gradient = clipped(variable->grad, static_cast<float>(std::sqrt(sum)));
    if (options_.weight_decay)
      decay(variable->value, static_cast<float>(*options_.weight_decay),
            static_cast<float>(options_.learning_rate));
    update(variable->value, gradient, known(*variable).slots, iterations_ + 1);
  }
  ++iterations_;
}

namespace optimizers {

namespace {

template <class Options>
OptimizerOptions common(const Options& options, const char* name) {
  return {options.learning_rate,   options.weight_decay,
          options.clipnorm,        options.clipvalue,
          options.global_clipnorm, options.name.empty() ? name : options.name};
}

struct RMSpropStep {
  float learning_rate, rho, rate, momentum, epsilon;  // rate: 1 - rho
};

// velocity and average may be null: no momentum, not centered.
void rmsprop(float* w, float* square, float* velocity, float* average, const float* g,
             std::size_t n, RMSpropStep step) {
  for (std::size_t i = 0; i < n; ++i) {
    square[i] = step.rho * square[i] + step.rate * (g[i] * g[i]);
    float variance = square[i];
    if (average) {
      average[i] = step.rho * average[i] + step.rate * g[i];
      variance -= average[i] * average[i];
    }
    float change = step.learning_rate * g[i] / std::sqrt(variance + step.epsilon);
    if (velocity) change = velocity[i] = step.momentum * velocity[i] + change;
    w[i] -= change;
  }
}

void adam_amsgrad(float* w, float* m, float* v, float* largest, const float* g, std::size_t n,
                  kernels::AdamStep step) {
  for (std::size_t i = 0; i < n; ++i) {
    m[i] += (g[i] - m[i]) * step.rate_1;
    v[i] += (g[i] * g[i] - v[i]) * step.rate_2;
    largest[i] = v[i] > largest[i] ? v[i] : largest[i];
    w[i] -= m[i] * step.learning_rate / (std::sqrt(largest[i]) + step.epsilon);
  }
}

// 1 - beta^step as Keras rounds it: beta and its power are float32. 0.999 is 1.3e-5 nearer to 1
// there, and early steps show it.
float bias_correction(double beta, long step) {
  return 1 -
         static_cast<float>(std::pow(double{static_cast<float>(beta)}, static_cast<double>(step)));
}

}  // namespace

SGD::SGD(SGDOptions options)
    : Optimizer(common(options, "sgd"), options.momentum != 0),
      momentum_(static_cast<float>(options.momentum)),
      nesterov_(options.nesterov) {
  check(options.momentum >= 0 && options.momentum <= 1, name(), "momentum is ", options.momentum,
        ", wanted 0 to 1");
}

void SGD::update(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots, long) {
  const auto rate = static_cast<float>(learning_rate());
  float* velocity = slots.empty() ? nullptr : slots[0].data();
  kernels::parallel_slices(weights.size(), grain, [&](std::size_t i, std::size_t n) {
    kernels::simd().sgd(weights.data() + i, velocity ? velocity + i : nullptr, gradient.data() + i,
                        n, rate, momentum_, nesterov_);
  });
}

RMSprop::RMSprop(RMSpropOptions options)
    : Optimizer(common(options, "rm_sprop"),
                std::size_t{1} + (options.momentum > 0) + options.centered),
      rho_(options.rho),
      momentum_(static_cast<float>(options.momentum)),
      epsilon_(static_cast<float>(options.epsilon)),
      centered_(options.centered) {
  check(options.rho >= 0 && options.rho <= 1, name(), "rho is ", options.rho, ", wanted 0 to 1");
  check(options.momentum >= 0, name(), "momentum is ", options.momentum, ", wanted 0 or more");
}

void RMSprop::update(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots, long) {
  const RMSpropStep step{static_cast<float>(learning_rate()), static_cast<float>(rho_),
                         static_cast<float>(1 - rho_), momentum_, epsilon_};
  float* square = slots[0].data();
  float* velocity = momentum_ > 0 ? slots[1].data() : nullptr;
  float* average = centered_ ? slots.back().data() : nullptr;
  kernels::parallel_slices(weights.size(), grain, [&](std::size_t i, std::size_t n) {
    rmsprop(weights.data() + i, square + i, velocity ? velocity + i : nullptr,
            average ? average + i : nullptr, gradient.data() + i, n, step);
  });
}

Adam::Adam(AdamOptions options)
    : Optimizer(common(options, "adam"), options.amsgrad ? 3 : 2),
      beta_1_(options.beta_1),
      beta_2_(options.beta_2),
      epsilon_(static_cast<float>(options.epsilon)),
      amsgrad_(options.amsgrad) {
  for (const auto& [what, beta] : {std::pair("beta_1", beta_1_), std::pair("beta_2", beta_2_)})
    check(beta >= 0 && beta < 1, name(), what, " is ", beta, ", wanted 0 to below 1");
}

void Adam::update(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots, long step) {
  const float rate = static_cast<float>(learning_rate()) *
                     std::sqrt(bias_correction(beta_2_, step)) / bias_correction(beta_1_, step);
  const kernels::AdamStep adam{rate, static_cast<float>(1 - beta_1_),
                               static_cast<float>(1 - beta_2_), epsilon_};
  float *w = weights.data(), *m = slots[0].data(), *v = slots[1].data(),
        *largest = amsgrad_ ? slots[2].data() : nullptr;
  const float* g = gradient.data();
  kernels::parallel_slices(weights.size(), grain, [&](std::size_t i, std::size_t n) {
    if (largest)
      adam_amsgrad(w + i, m + i, v + i, largest + i, g + i, n, adam);
    else
      kernels::simd().adam(w + i, m + i, v + i, g + i, n, adam);
  });
}

namespace {

struct Entry {
  const char* name;
  std::shared_ptr<Optimizer> (*make)();
};

template <class T>
std::shared_ptr<Optimizer> make() {
  return std::make_shared<T>();
}

constexpr Entry table[] = {{"sgd", make<SGD>}, {"rmsprop", make<RMSprop>}, {"adam", make<Adam>}};

}  // namespace

std::shared_ptr<Optimizer> get(const std::string& name) {
  std::string lower = name, names;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Entry& entry : table) {
    if (lower == entry.name) return entry.make();
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  fail("optimizer", "there is no optimizer '", name, "' among: ", names);
}

}  // namespace optimizers
}  // namespace keratin
