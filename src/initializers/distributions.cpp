#include "keratin/initializers/distributions.hpp"

namespace keratin::initializers {

void RandomNormal::fill(Tensor& weights, random::Generator& generator) const {
  for (float& weight : weights.values())
    weight = generator.normal(options().mean, options().stddev);
}

void TruncatedNormal::fill(Tensor& weights, random::Generator& generator) const {
  for (float& weight : weights.values())
    weight = generator.truncated_normal(options().mean, options().stddev);
}

void RandomUniform::fill(Tensor& weights, random::Generator& generator) const {
  for (float& weight : weights.values())
    weight = generator.uniform(options().minval, options().maxval);
}

}  // namespace keratin::initializers
