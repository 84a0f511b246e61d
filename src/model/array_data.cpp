#include "model/array_data.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/replicas.hpp"
#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "keratin/fields.hpp"

namespace keratin {

void ArrayData::check_rows(const char* where) const {
  check(x.given() && x.rows() > 0, where, "x holds no samples");
  if (y.given()) check(x.rows() == y.rows(), where, "x has ", x.rows(), " rows, y has ", y.rows());
  if (sample_weight.given())
    check(sample_weight.rows() == x.rows(), where, "sample_weight has ", sample_weight.rows(),
          " rows, x has ", x.rows());
}

ArrayData ArrayData::slice(std::size_t first, std::size_t count) const {
  const auto part = [&](const ArrayView& all) {
    return all.given() ? all.slice(first, count) : all;
  };
  return {part(x), part(y), part(sample_weight)};
}

void ArrayData::gather(std::size_t first, std::size_t count, Batch& batch) const {
  const auto copy = [&](const ArrayView& from, Tensor& to) {
    if (from.given())
      from.gather(first, count, to);
    else
      to.clear();
  };
  copy(x, batch.x);
  copy(y, batch.y);
  copy(sample_weight, batch.sample_weight);
}

void ArrayData::gather_part(std::size_t first, std::size_t count, Batch& batch) const {
  const Replicas* const processes = replicas();
  batch.rows = {};
  if (processes && processes->divides_data())
    batch.rows = BatchRows::part(count, processes->rank(), processes->size());
  const bool whole = batch.rows.total == 0;
  gather(first + batch.rows.first, whole ? count : batch.rows.count, batch);
}

namespace {

class RowsInOrder : public Feed {
 public:
  RowsInOrder(ArrayData data, std::size_t batch_size)
      : data_(std::move(data)), batch_size_(batch_size) {}

  bool has_next() override { return next_row_ < data_.x.rows(); }
  void next(Batch& batch) override {
    const std::size_t count = std::min(batch_size_, data_.x.rows() - next_row_);
    data_.gather_part(next_row_, count, batch);
    next_row_ += count;
  }
  void end_pass() override { next_row_ = 0; }
  std::optional<std::size_t> size() const override {
    return (data_.x.rows() + batch_size_ - 1) / batch_size_;
  }
  Config position() const override { return next_row_; }
  void restore(const Config& position) override {
    next_row_ = std::min(value_of<std::size_t>(position, "rows", "position"), data_.x.rows());
  }

 private:
  ArrayData data_;
  std::size_t batch_size_, next_row_ = 0;
};

}  // namespace

std::unique_ptr<Feed> ArrayData::batches(std::size_t batch_size, bool shuffle) const {
  if (!shuffle) return std::make_unique<RowsInOrder>(*this, batch_size);
  return std::make_unique<DatasetFeed>(Dataset::from_tensor_slices(x, y, sample_weight)
                                           .shuffle({.buffer_size = x.rows()})
                                           .batch(static_cast<long>(batch_size)));
}

std::size_t batch_size_for(std::size_t rows, std::optional<int> batch_size,
                           std::optional<int> steps) {
  constexpr std::size_t default_batch_size = 32;
  if (batch_size) return static_cast<std::size_t>(*batch_size);
  if (!steps) return default_batch_size;
  const auto parts = static_cast<std::size_t>(*steps);
  return (rows + parts - 1) / parts;
}

std::size_t own_batch_size(const char* where, std::size_t rows, std::optional<int> batch_size,
                           std::optional<int> steps) {
  const std::size_t whole = batch_size_for(rows, batch_size, steps);
  const Replicas* const processes = replicas();
  if (!processes || processes->divides_data() || (steps && !batch_size)) return whole;
  check(whole >= processes->size(), where, "batch_size is ", whole, ", wanted a row or more for ",
        "each of ", processes->size(), " processes");
  return BatchRows::part(whole, processes->rank(), processes->size()).count;
}

std::size_t training_rows(double validation_split, std::size_t rows) {
  check(validation_split >= 0 && validation_split < 1, "fit", "validation_split is ",
        validation_split, ", wanted 0 or more and below 1");
  const double kept = std::floor(static_cast<double>(rows) * (1.0 - validation_split));
  const auto count = static_cast<std::size_t>(kept);
  check(validation_split == 0 || (count > 0 && count < rows), "fit", "validation_split ",
        validation_split, " of ", rows, " rows leaves ", count, " to train on and ", rows - count,
        " to validate on");
  return count;
}

namespace {

// Whether all rows from `first` to before `last` are equal to row `like`.
bool rows_equal(const ArrayView& y, std::size_t first, std::size_t last, std::size_t like) {
  for (std::size_t row = first; row < last; ++row)
    for (std::size_t i = 0; i < y.row_size(); ++i)
      if (y.at(row, i) != y.at(like, i)) return false;
  return true;
}

}  // namespace

void warn_of_one_class(const ArrayView& y, std::size_t first) {
  const std::size_t rows = y.rows(), count = rows - first;
  if (count < 2 || y.row_size() == 0) return;
  if (!rows_equal(y, first + 1, rows, first) || rows_equal(y, 0, first, first)) return;
  const std::string target = y.row_size() == 1 ? concat(" ", y.at(first, 0)) : "";
  warn("fit", "validation_split takes the last ", count, " of ", rows,
       " rows as they are, and all of them have the same target", target,
       ": shuffle the rows first, or use utils::train_test_split");
}

std::vector<float> weights_by_class(const ArrayView& y, const std::map<int, double>& class_weight) {
  check(y.given(), "fit", "class_weight wants one label per sample, y is not given");
  check(y.shape().size() <= 2, "fit", "class_weight wants one label per sample, y has shape ",
        y.shape());
  std::vector<float> weights;
  weights.reserve(y.rows());
  for (std::size_t row = 0; row < y.rows(); ++row) {
    std::size_t largest = 0;
    for (std::size_t i = 1; i < y.row_size(); ++i)
      if (y.at(row, i) > y.at(row, largest)) largest = i;
    const double label = y.row_size() > 1 ? static_cast<double>(largest) : std::round(y.at(row, 0));
    const auto entry = class_weight.find(static_cast<int>(label));
    weights.push_back(entry == class_weight.end() ? 1.0f : static_cast<float>(entry->second));
  }
  return weights;
}

}  // namespace keratin
