#include "model/batches.hpp"

#include <algorithm>
#include <numeric>

#include "keratin/random.hpp"

namespace keratin {

Batches::Batches(std::size_t rows, std::size_t batch_size, bool shuffle)
    : order_(rows), batch_size_(batch_size), shuffle_(shuffle) {
  std::iota(order_.begin(), order_.end(), std::uint32_t{0});
  restart();
}

std::size_t Batches::count() const { return (order_.size() + batch_size_ - 1) / batch_size_; }

std::span<const std::uint32_t> Batches::take() {
  const std::size_t count = std::min(batch_size_, order_.size() - next_);
  next_ += count;
  return std::span(order_).subspan(next_ - count, count);
}

void Batches::restart() {
  next_ = 0;
  if (shuffle_) random::Generator(random::next_stream()).permutation(order_);
}

}  // namespace keratin
