#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "keratin/check.hpp"
#include "keratin/layer.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

/// (batch, ...) to (batch, target_shape...). One size may be -1: what is left over.
class Reshape : public Layer {
 public:
  explicit Reshape(std::initializer_list<int> target_shape, std::string name = "")
      : Layer(std::move(name)), target_(target_shape) {
    int unknown = 0;
    for (int size : target_) {
      check(size >= -1, "reshape", "a size is ", size,
            ", wanted 0 or more, or -1 for what is left over");
      unknown += size == -1;
    }
    check(unknown <= 1, "reshape", "got ", unknown, " sizes of -1, wanted one at most");
  }

  Shape build(const Shape& input) override {
    output_ = {};
    std::size_t known = 1;
    for (int size : target_) known *= size == -1 ? 1 : static_cast<std::size_t>(size);
    for (int size : target_)
      output_.push_back(size == -1 ? input.elements() / (known ? known : 1)
                                   : static_cast<std::size_t>(size));
    check(output_.elements() == input.elements(), "reshape", "cannot reshape samples of shape ",
          input, " to ", output_);
    return output_;
  }
  Node call(Node x, bool) override {
    return ops::reshape(x, output_.with_batch(x.shape().front()));
  }

 private:
  std::vector<int> target_;
  Shape output_;
};

}  // namespace keratin::layers
