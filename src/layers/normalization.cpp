#include "keratin/layers/normalization.hpp"

#include <algorithm>

#include "keratin/check.hpp"

namespace keratin::layers {

namespace {

constexpr float least_deviation = 1e-7f;  // keras.backend.epsilon()

// The position along the kept axes of value i of a sample: `broadcast` has size 1 for the others.
std::size_t kept_position(std::size_t i, const Shape& sample, const Shape& broadcast) {
  std::size_t position = 0, stride = 1;
  for (std::size_t axis = sample.size(); axis-- > 0;) {
    const std::size_t index = i % sample[axis];
    i /= sample[axis];
    if (broadcast[axis + 1] == 1) continue;
    position += index * stride;
    stride *= sample[axis];
  }
  return position;
}

Tensor repeated(const std::vector<double>& values, std::size_t size, const char* what) {
  check(values.size() == 1 || (size % values.size() == 0), "normalization", what, " has ",
        values.size(), " values, wanted 1 or ", size);
  Tensor all = Tensor::zeros({size});
  for (std::size_t i = 0; i < size; ++i)
    all.values()[i] = static_cast<float>(values[i % values.size()]);
  return all;
}

}  // namespace

Normalization::Normalization(NormalizationOptions options) : Configured(std::move(options)) {
  const NormalizationOptions& given = this->options();
  check(given.mean.size() == given.variance.size(), "normalization", "mean has ", given.mean.size(),
        " values and variance ", given.variance.size(), ", wanted as many of one as of the other");
}

Shape Normalization::build(const Shape& input) {
  const Shape whole = input.with_batch(1);
  const bool none = options().axis.config().is_null();
  const std::uint32_t kept = none ? 0 : options().axis.bits(whole, "normalization");
  check(!(kept & 1), "normalization", "axis 0 is the batch's: there is no mean for each sample");
  broadcast_ = {};
  Shape sizes;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const bool is_kept = kept >> i & 1;
    broadcast_.push_back(is_kept ? whole[i] : 1);
    if (is_kept) sizes.push_back(whole[i]);
  }
  if (!options().mean.empty()) {
    given_mean_ = repeated(options().mean, sizes.elements(), "mean").reshaped(broadcast_);
    given_variance_ =
        repeated(options().variance, sizes.elements(), "variance").reshaped(broadcast_);
    return input;
  }
  const auto add = [&](const char* weight, const Shape& shape, const char* initializer) {
    return &add_weight(
        {.name = weight, .shape = shape, .initializer = initializer, .trainable = false});
  };
  mean_ = add("mean", sizes, "zeros");
  variance_ = add("variance", sizes, "ones");
  add("count", {}, "zeros");  // which Keras keeps for older files
  return input;
}

Normalization::Moments Normalization::moments_of(const ArrayView& x) {
  check(options().mean.empty(), "normalization", "adapt() was called, but mean and variance were ",
        "given");
  check(x.rows() > 0, "normalization", "adapt() got no samples");
  const Shape sample = x.shape().without_batch();
  connect(sample);
  const std::size_t size = sample.elements(), positions = mean_->value.size();
  std::vector<std::size_t> position(size);
  for (std::size_t i = 0; i < size; ++i) position[i] = kept_position(i, sample, broadcast_);
  Moments moments{static_cast<double>(x.rows()) * static_cast<double>(size / positions)};
  const auto average = [&](const auto& term) {
    std::vector<double> totals(positions);
    for (std::size_t row = 0; row < x.rows(); ++row)
      for (std::size_t i = 0; i < size; ++i) totals[position[i]] += term(x.at(row, i), position[i]);
    for (double& total : totals) total /= moments.count;
    return totals;
  };
  moments.mean = average([](double value, std::size_t) { return value; });
  moments.variance = average([&](double value, std::size_t at) {
    return (value - moments.mean[at]) * (value - moments.mean[at]);
  });
  return moments;
}

// Chan, Golub and LeVeque 1979.
void Normalization::Moments::add(const Moments& others) {
  if (count == 0) {
    *this = others;
    return;
  }
  const double share = others.count / (count + others.count);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const double difference = others.mean[i] - mean[i];
    mean[i] += share * difference;
    variance[i] +=
        share * (others.variance[i] - variance[i]) + share * (1 - share) * difference * difference;
  }
  count += others.count;
}

void Normalization::set(const Moments& moments) {
  for (std::size_t i = 0; i < moments.mean.size(); ++i) {
    mean_->value.values()[i] = static_cast<float>(moments.mean[i]);
    variance_->value.values()[i] = static_cast<float>(moments.variance[i]);
  }
}

void Normalization::adapt(const ArrayView& x) { set(moments_of(x)); }

Node Normalization::call(Node x, bool) {
  GradientTape& tape = x.tape();
  const Node mean = mean_ ? ops::reshape(tape.use(*mean_), broadcast_) : tape.constant(given_mean_);
  const Node variance =
      variance_ ? ops::reshape(tape.use(*variance_), broadcast_) : tape.constant(given_variance_);
  const Node deviation = ops::maximum(ops::sqrt(variance), least_deviation);
  return options().invert ? mean + x * deviation : (x - mean) / deviation;
}

}  // namespace keratin::layers
