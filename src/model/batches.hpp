#pragma once
// PRIVATE: which rows come in which batch.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace keratin {

/// Rows 0 .. rows - 1 in batches, the last one maybe shorter, shuffled anew at each restart when
/// asked.
class Batches {
 public:
  Batches() = default;
  Batches(std::size_t rows, std::size_t batch_size, bool shuffle);

  std::size_t count() const;  // batches in a pass over the data
  bool at_end() const { return next_ >= order_.size(); }
  std::span<const std::uint32_t> take();  // the next batch's rows; empty at the end
  void restart();

 private:
  std::vector<std::uint32_t> order_;
  std::size_t batch_size_ = 1, next_ = 0;
  bool shuffle_ = false;
};

}  // namespace keratin
