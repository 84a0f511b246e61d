// Dataset::from_tensor_slices: rows of arrays in memory.

#include "data/dataset_stage.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr const char* where_slices = "dataset, from_tensor_slices";

void gather_part(const ArrayView& from, std::span<const detail::Row> rows, Tensor& out) {
  if (!from.given())
    out.clear();
  else
    from.gather(rows, out);
}

class ArrayRows : public detail::Rows {
 public:
  ArrayRows(ArrayView x, ArrayView y, ArrayView sample_weight)
      : x_(std::move(x)), y_(std::move(y)), sample_weight_(std::move(sample_weight)) {}

  std::size_t size() const override { return x_.rows(); }
  bool in_memory() const override { return true; }
  void gather(std::span<const detail::Row> rows, Batch& out) const override {
    gather_part(x_, rows, out.x);
    gather_part(y_, rows, out.y);
    gather_part(sample_weight_, rows, out.sample_weight);
  }

 private:
  ArrayView x_, y_, sample_weight_;  // y and sample_weight may not be given
};

void check_rows(const char* name, const ArrayView& array, std::size_t rows) {
  check(!array.given() || array.rows() == rows, where_slices, name, " has ", array.rows(),
        " rows, x has ", rows);
}

}  // namespace

Dataset Dataset::from_tensor_slices(ArrayView x, ArrayView y, ArrayView sample_weight) {
  check(x.given() && x.rows() > 0, where_slices, "x holds no samples");
  check(x.rows() <= UINT32_MAX, where_slices, "x has ", x.rows(), " rows, wanted at most ",
        UINT32_MAX);
  check_rows("y", y, x.rows());
  check_rows("sample_weight", sample_weight, x.rows());
  return Dataset(detail::make_rows(
      std::make_unique<ArrayRows>(std::move(x), std::move(y), std::move(sample_weight))));
}

}  // namespace keratin
