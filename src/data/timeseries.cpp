// utils::timeseries_dataset_from_array: windows over an array, copied when a batch is made.

#include <algorithm>

#include "data/dataset_stage.hpp"
#include "keratin/check.hpp"
#include "keratin/preparation.hpp"

namespace keratin::utils {

namespace {

constexpr const char* where_timeseries = "timeseries_dataset_from_array";

using detail::Row;

class Windows : public detail::Rows {
 public:
  Windows(ArrayView data, ArrayView targets, std::size_t count, std::size_t stride,
          std::size_t length, std::size_t rate)
      : data_(std::move(data)),
        targets_(std::move(targets)),
        count_(count),
        stride_(stride),
        length_(length),
        rate_(rate) {}

  std::size_t size() const override { return count_; }
  bool in_memory() const override { return true; }
  void gather(std::span<const Row> windows, Batch& out) const override {
    std::vector<Row> steps, firsts;
    steps.reserve(windows.size() * length_);
    for (Row window : windows) {
      firsts.push_back(static_cast<Row>(window * stride_));
      for (std::size_t i = 0; i < length_; ++i)
        steps.push_back(static_cast<Row>(firsts.back() + i * rate_));
    }
    data_.gather(steps, out.x);  // (windows * length, ...)
    out.x.resize(data_.shape().without_batch().with_batch(length_).with_batch(windows.size()));
    if (targets_.given())
      targets_.gather(firsts, out.y);
    else
      out.y.clear();
    out.sample_weight.clear();
  }

 private:
  ArrayView data_, targets_;  // targets may not be given
  std::size_t count_, stride_, length_, rate_;
};

std::size_t checked(const char* name, long value, std::size_t steps) {
  check(value > 0 && static_cast<std::size_t>(value) < steps, where_timeseries, name, " is ", value,
        ", wanted 1 or more and less than the ", steps, " steps of data");
  return static_cast<std::size_t>(value);
}

}  // namespace

Dataset timeseries_dataset_from_array(ArrayView data, ArrayView targets, long sequence_length,
                                      const TimeseriesOptions& options) {
  const std::size_t steps = data.rows();
  check(data.given() && steps > 0, where_timeseries, "data holds no steps");
  check(steps <= UINT32_MAX, where_timeseries, "data has ", steps, " steps, wanted at most ",
        UINT32_MAX);
  check(sequence_length > 0, where_timeseries, "sequence_length is ", sequence_length,
        ", wanted 1 or more");
  const std::size_t stride = checked("sequence_stride", options.sequence_stride, steps);
  const std::size_t rate = checked("sampling_rate", options.sampling_rate, steps);
  const auto length = static_cast<std::size_t>(sequence_length);
  std::size_t end = steps, start = 0;
  if (options.end_index) end = checked("end_index", *options.end_index, steps);
  if (options.start_index.value_or(0) != 0)
    start = checked("start_index", *options.start_index, steps);
  check(start < end, where_timeseries, "start_index is ", start,
        ", wanted less than end_index, which is ", end);
  // Starts of windows: the last one has (length - 1) * rate steps behind its first one.
  const std::size_t used = end - start;
  check((used - 1) / rate >= length - 1, where_timeseries, "a window of ", length, " values ", rate,
        " steps apart is longer than the ", used, " steps there are");
  std::size_t starts = used - (length - 1) * rate;
  data = data.slice(start, used);
  if (targets.given()) {
    check(targets.rows() > start, where_timeseries, "targets has ", targets.rows(),
          " rows, none of them from start_index = ", start, " on");
    targets = targets.slice(start, std::min(used, targets.rows() - start));
    starts = std::min(starts, targets.rows());
  }
  const std::size_t count = (starts + stride - 1) / stride;
  Dataset windows = detail::make_dataset(
      detail::make_rows(std::make_unique<Windows>(data, targets, count, stride, length, rate)));
  if (options.shuffle) windows = windows.shuffle({.buffer_size = count, .seed = options.seed});
  return options.batch_size ? windows.batch(*options.batch_size) : windows;
}

}  // namespace keratin::utils
