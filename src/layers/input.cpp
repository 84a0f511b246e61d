#include "keratin/layers/input.hpp"

#include "keratin/check.hpp"

namespace keratin::layers {

Config BatchShape::config() const {
  Config::List sizes{Config()};
  for (const std::size_t size : sample) sizes.push_back(size);
  return sizes;
}

BatchShape BatchShape::from_config(const Config& config) {
  const auto* sizes = config.get_if<Config::List>();
  check(sizes && !sizes->empty(), "input", "batch_shape is ", config,
        ", wanted a list of sizes with the batch's first");
  const Config::List sample(sizes->begin() + 1, sizes->end());
  return {value_of<Shape>(sample, "input", "batch_shape without the batch's size")};
}

}  // namespace keratin::layers
