#include "keratin/optimizers/muon.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <regex>

#include "keratin/check.hpp"
#include "kernels/gemm.hpp"
#include "kernels/simd.hpp"
#include "optimizers/betas.hpp"
#include "optimizers/elements.hpp"

namespace keratin::optimizers {

namespace {

bool is_found(const std::string& expression, const std::string& text) {
  return std::regex_search(text, std::regex(expression));
}

}  // namespace

Muon::Muon(MuonOptions options) : Configured(with_default_name(std::move(options), "muon")) {
  const MuonOptions& given = this->options();
  check_beta(name(), "adam_beta_1", given.adam_beta_1);
  check_beta(name(), "adam_beta_2", given.adam_beta_2);
  check(given.ns_steps >= 0, name(), "ns_steps is ", given.ns_steps, ", wanted 0 or more");
  try {
    for (const std::string& expression : given.exclude_layers) is_found(expression, "");
  } catch (const std::regex_error& error) {
    fail(name(), "exclude_layers has what is no regular expression: ", error.what());
  }
}

bool Muon::uses_adam(const Variable& variable) const {
  if (variable.value.shape().size() != 2) return true;
  const std::string& path = variable.path.empty() ? variable.name : variable.path;
  std::string lower = path;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (options().exclude_embeddings && lower.find("embedding") != std::string::npos) return true;
  const std::vector<std::string>& excluded = options().exclude_layers;
  return std::any_of(excluded.begin(), excluded.end(),
                     [&](const std::string& expression) { return is_found(expression, path); });
}

std::vector<Optimizer::Slot> Muon::slots() const { return {{"momentum"}, {"velocity"}}; }

std::vector<Optimizer::Slot> Muon::slots_of(const Variable& variable) const {
  if (uses_adam(variable)) return slots();
  return {{"momentum"}};
}

std::optional<double> Muon::weight_decay_of(const Variable& variable) const {
  return uses_adam(variable) ? options().adam_weight_decay : options().weight_decay;
}

void Muon::update(const Slice& slice, const Step& step) const {
  const MuonOptions& given = options();
  const float rate = step.learning_rate * static_cast<float>(given.adam_lr_ratio) *
                     std::sqrt(bias_correction(given.adam_beta_2, step.number)) /
                     bias_correction(given.adam_beta_1, step.number);
  kernels::simd().adam(
      slice.weights, slice.slots[0], slice.slots[1], slice.gradient, slice.size,
      {rate, static_cast<float>(1 - given.adam_beta_1), static_cast<float>(1 - given.adam_beta_2),
       static_cast<float>(given.epsilon)});
}

void Muon::update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                           const Step& step) {
  if (slots.size() == 2) return Optimizer::update_variable(weights, gradient, slots, step);
  move_momentum(slots[0], gradient);
  orthogonalize();
  const Shape& shape = weights.shape();
  const auto longer = static_cast<float>(std::max(shape[0], shape[1]));
  const std::optional<double> rms_rate = options().rms_rate;
  const float factor = rms_rate ? std::sqrt(longer) * static_cast<float>(*rms_rate) : 1;
  add_scaled(1, weights, -step.learning_rate * factor, direction_);
}

// Leaves in direction_ what is to be made orthogonal.
void Muon::move_momentum(Tensor& momentum, const Tensor& gradient) {
  direction_.resize(gradient.shape());
  const auto share = static_cast<float>(options().momentum);
  const float look_ahead = options().nesterov ? share : 1;
  const float own = options().nesterov ? 1 : 0;
  for_each_element(gradient.size(), [=, m = momentum.data(), g = gradient.data(),
                                     x = direction_.data()](std::size_t i) {
    m[i] += g[i] + m[i] * (share - 1);
    x[i] = own * g[i] + look_ahead * m[i];
  });
}

void Muon::orthogonalize() {
  const Shape shape = direction_.shape();
  const std::size_t rows = shape[0], columns = shape[1], side = std::min(rows, columns);
  const bool tall = rows > columns;
  const float length = norm_of(sum_of_squares(direction_)) + 1e-7f;
  for_each_element(direction_.size(),
                   [x = direction_.data(), length](std::size_t i) { x[i] /= length; });
  square_.resize({side, side});
  polynomial_.resize({side, side});
  product_.resize(shape);
  const auto a = static_cast<float>(options().muon_a), b = static_cast<float>(options().muon_b),
             c = static_cast<float>(options().muon_c);
  for (int i = 0; i < options().ns_steps; ++i) {
    const float* x = direction_.data();
    float *s = square_.data(), *p = polynomial_.data();
    kernels::gemm(x, x, s, side, side, std::max(rows, columns),
                  {.transpose_a = tall, .transpose_b = !tall});
    kernels::gemm(s, s, p, side, side, side);
    add_scaled(c, polynomial_, b, square_);
    if (tall)
      kernels::gemm(x, p, product_.data(), rows, columns, side);
    else
      kernels::gemm(p, x, product_.data(), rows, columns, side);
    add_scaled(1, product_, a, direction_);
    std::swap(direction_, product_);
  }
}

}  // namespace keratin::optimizers
