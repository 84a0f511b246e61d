// Dataset::batch.

#include <algorithm>

#include "data/dataset_stage.hpp"
#include "keratin/check.hpp"

namespace keratin::detail {

namespace {

/// Batches of the source's rows.
class RowBatches : public Pass<Batch> {
 public:
  /// There are at most `most_rows` rows.
  RowBatches(const Rows& rows, PassPtr<Row> order, std::size_t most_rows, std::size_t batch_size,
             bool drop_remainder)
      : rows_(rows),
        order_(std::move(order)),
        smallest_(drop_remainder ? batch_size : 1),
        batch_size_(batch_size),
        numbers_(std::min(batch_size, most_rows)) {}

  std::size_t read(std::span<Batch> out) override {
    std::size_t done = 0;
    for (; done < out.size(); ++done) {
      const std::size_t count = order_->read(numbers_);
      if (count < smallest_) break;
      rows_.gather(std::span(numbers_).first(count), out[done]);
    }
    return done;
  }
  std::size_t skip(std::size_t count) override {
    std::size_t done = 0;
    while (done < count && order_->skip(batch_size_) >= smallest_) ++done;
    return done;
  }

 private:
  const Rows& rows_;
  PassPtr<Row> order_;
  std::size_t smallest_;  // batches with fewer rows are dropped
  std::size_t batch_size_;
  std::vector<Row> numbers_;  // of the rows in the current batch
};

struct Part {
  const char* name;
  Tensor Batch::*tensor;
};
constexpr Part parts[] = {
    {"x", &Batch::x}, {"y", &Batch::y}, {"sample_weight", &Batch::sample_weight}};

/// Stacks one part of the samples. `position` is the first sample's in the pass.
void stack(std::span<const Batch> samples, const Part& part, std::size_t position, Tensor& out) {
  const Tensor& first = samples.front().*part.tensor;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const Tensor& other = samples[i].*part.tensor;
    const Shape& shape = other.shape();
    check(shape == first.shape() && other.defined() == first.defined(), "dataset, batch", part.name,
          " of element ", position + i, " has shape ", shape, ", that of element ", position,
          " in the same batch ", first.shape());
  }
  if (!first.defined()) return out.clear();
  out.resize(first.shape().with_batch(samples.size()));
  for (std::size_t i = 0; i < samples.size(); ++i)
    std::copy_n((samples[i].*part.tensor).data(), first.size(), out.data() + i * first.size());
}

/// Batches of elements of any origin.
class StackedBatches : public Pass<Batch> {
 public:
  StackedBatches(PassPtr<Batch> input, std::size_t batch_size, bool drop_remainder)
      : input_(std::move(input)),
        smallest_(drop_remainder ? batch_size : 1),
        batch_size_(batch_size) {}

  std::size_t read(std::span<Batch> out) override {
    std::size_t done = 0;
    for (; done < out.size(); ++done) {
      const std::size_t position = position_;
      const std::span<const Batch> samples = read_samples();
      if (samples.size() < smallest_) break;
      for (const Part& part : parts) stack(samples, part, position, out[done].*part.tensor);
    }
    return done;
  }
  std::size_t skip(std::size_t count) override {
    std::size_t done = 0;
    for (; done < count; ++done) {
      const std::size_t elements = input_->skip(batch_size_);
      position_ += elements;
      if (elements < smallest_) break;
    }
    return done;
  }

 private:
  std::span<const Batch> read_samples() {
    std::size_t count = 0;
    for (; count < batch_size_; ++count) {
      if (count == samples_.size()) samples_.emplace_back();
      if (input_->read({&samples_[count], 1}) == 0) break;
    }
    position_ += count;
    return {samples_.data(), count};
  }

  PassPtr<Batch> input_;
  std::size_t smallest_;  // batches with fewer samples are dropped
  std::size_t batch_size_;
  std::vector<Batch> samples_;  // of the current batch, and memory to reuse
  std::size_t position_ = 0;    // number of elements read
};

class BatchStage : public Transformation {
 public:
  BatchStage(StagePtr input, std::size_t batch_size, bool drop_remainder)
      : Transformation(std::move(input)),
        batch_size_(batch_size),
        drop_remainder_(drop_remainder) {}

  bool batched() const override { return true; }
  std::optional<std::size_t> size() const override {
    const std::optional<std::size_t> size = input().size();
    if (!size || size == infinite) return size;
    const bool remainder = *size % batch_size_ > 0;
    return *size / batch_size_ + (remainder && !drop_remainder_ ? 1 : 0);
  }
  PassPtr<Batch> open(ShuffleStates states) const override {
    if (const Rows* rows = input().rows())
      return std::make_unique<RowBatches>(*rows, input().open_rows(states),
                                          input().size().value_or(infinite), batch_size_,
                                          drop_remainder_);
    return std::make_unique<StackedBatches>(input().open(states), batch_size_, drop_remainder_);
  }

 private:
  std::size_t batch_size_;
  bool drop_remainder_;
};

}  // namespace

StagePtr make_batch(StagePtr input, std::size_t batch_size, bool drop_remainder) {
  return std::make_shared<BatchStage>(std::move(input), batch_size, drop_remainder);
}

}  // namespace keratin::detail
