#include "keratin/initializers/initializer.hpp"

#include "keratin/check.hpp"

namespace keratin {

Tensor Initializer::operator()(const Shape& shape) const {
  const std::optional<std::uint64_t> fixed = seed();
  random::Generator generator =
      fixed ? random::Generator(*fixed) : random::Generator(random::next_stream());
  Tensor weights = Tensor::zeros(shape);
  fill(weights, generator);
  check(weights.shape() == shape, "initializer", "made values of shape ", weights.shape(),
        ", the weight has shape ", shape);
  return weights;
}

Config Initializer::get_config() const {
  fail("initializer", class_name_of<Initializer>(*this),
       " has no list of fields, so that a Config cannot describe it");
}

Initializer::FromFunction::FromFunction(Fill fill, std::optional<std::uint64_t> seed)
    : fill_(std::move(fill)), seed_(seed) {
  check(fill_ != nullptr, "initializer", "got an empty function");
}

void Initializer::FromFunction::fill(Tensor& weights, random::Generator& generator) const {
  fill_(weights, generator);
}

void Initializer::FromValues::fill(Tensor& weights, random::Generator&) const {
  check(weights.shape() == values_.shape(), "initializer", "has values of shape ", values_.shape(),
        ", the weight has shape ", weights.shape());
  weights = values_;
}

Tensor InitializerHandle::operator()(const Shape& shape) const {
  check(member_ != nullptr, "initializer", "there is none to make values of shape ", shape);
  return (*member_)(shape);
}

InitializerHandle initializers::get(const std::string& name) { return name; }

}  // namespace keratin
