#pragma once
// What the tests of Dataset look at.

#include <keratin/dataset.hpp>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace keratin::test {

/// 0, 1, ... size - 1: tf.data's range(size), as an array.
inline std::vector<float> range(std::size_t size) {
  std::vector<float> numbers(size);
  std::iota(numbers.begin(), numbers.end(), 0.0f);
  return numbers;
}

using Elements = std::vector<std::vector<float>>;

/// The values of x in each element still to come, at most `most` of them.
inline Elements read(Dataset::Iterator& iterator, std::size_t most = SIZE_MAX) {
  Elements elements;
  Batch batch;
  while (elements.size() < most && iterator.next(batch))
    elements.emplace_back(batch.x.values().begin(), batch.x.values().end());
  return elements;
}

inline Elements read(const Dataset& dataset, std::size_t most = SIZE_MAX) {
  Dataset::Iterator iterator = dataset.iterator();
  return read(iterator, most);
}

/// The same in one row.
inline std::vector<float> joined(const Elements& elements) {
  std::vector<float> all;
  for (const std::vector<float>& element : elements)
    all.insert(all.end(), element.begin(), element.end());
  return all;
}

inline std::vector<float> numbers(const Dataset& dataset, std::size_t most = SIZE_MAX) {
  return joined(read(dataset, most));
}

/// A generator of 0, 1, ... size - 1 that starts afresh in each pass.
inline auto counting(std::size_t size) {
  return [size, next = std::size_t{0}](Batch& sample) mutable {
    if (next == size) return false;
    sample.x = Tensor(static_cast<float>(next++));
    return true;
  };
}

/// The text of the std::invalid_argument that `work` throws.
template <class Work>
std::string refusal(const Work& work) {
  try {
    work();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace keratin::test
