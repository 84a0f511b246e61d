#pragma once
// PRIVATE: arrays on their way into a Dataset.

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "keratin/array_view.hpp"
#include "keratin/batch.hpp"
#include "model/feed.hpp"

namespace keratin {

/// Rows of inputs, targets and weights; y and sample_weight may be missing.
struct ArrayData {
  ArrayView x = {}, y = {}, sample_weight = {};

  /// Throws std::invalid_argument unless there are samples, and as many targets, and weights where
  /// there are any.
  void check_rows(const char* where) const;
  ArrayData slice(std::size_t first, std::size_t count) const;
  /// Batches in order, or shuffled anew in each pass. The arrays are borrowed.
  std::unique_ptr<Feed> batches(std::size_t batch_size, bool shuffle) const;
  /// Copies the rows, as float32, to `batch`.
  void gather(std::size_t first, std::size_t count, Batch& batch) const;
  /// The same for this process's part of them, where several have the same data.
  void gather_part(std::size_t first, std::size_t count, Batch& batch) const;
};

/// Keras's rule: `batch_size` if it is given, else what makes `steps` batches of all rows, else 32.
std::size_t batch_size_for(std::size_t rows, std::optional<int> batch_size,
                           std::optional<int> steps);
/// Of the batches that this process makes: the same, unless several processes have data of their
/// own, and each a part of the batch size. Throws std::invalid_argument where that is 0.
std::size_t own_batch_size(const char* where, std::size_t rows, std::optional<int> batch_size,
                           std::optional<int> steps);

/// How many of the rows Keras keeps for training: floor(rows * (1 - validation_split)).
std::size_t training_rows(double validation_split, std::size_t rows);

/// Warns if the rows of y from number `first` on, which are to validate, all have the same target,
/// and others have another one.
void warn_of_one_class(const ArrayView& y, std::size_t first);

/// A weight for each label: those of class ids, or of one-hot rows.
std::vector<float> weights_by_class(const ArrayView& y, const std::map<int, double>& class_weight);

}  // namespace keratin
