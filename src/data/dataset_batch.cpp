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
             bool drop_remainder, Wanted wanted)
      : rows_(rows),
        order_(std::move(order)),
        smallest_(drop_remainder ? batch_size : 1),
        batch_size_(batch_size),
        wanted_(wanted),
        numbers_(std::min(batch_size, most_rows)) {}

  std::size_t read(std::span<Batch> out) override {
    std::size_t done = 0;
    for (; done < out.size(); ++done) {
      const std::size_t count = order_->read(numbers_);
      if (count < smallest_) break;
      const BatchRows part = out[done].rows = wanted_.of(count);
      const bool whole = part.total == 0;
      rows_.gather(std::span(numbers_).subspan(part.first, whole ? count : part.count), out[done]);
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
  Wanted wanted_;
  std::vector<Row> numbers_;  // of the rows in the current batch
};

struct Part {
  const char* name;
  Tensor Batch::*tensor;
};
constexpr Part batch_parts[] = {
    {"x", &Batch::x}, {"y", &Batch::y}, {"sample_weight", &Batch::sample_weight}};

/// Stacks one part of the samples, those of `rows`. `position` is the first sample's in the pass.
void stack(std::span<const Batch> samples, const BatchRows& rows, const Part& part,
           std::size_t position, Tensor& out) {
  const Tensor& first = samples.front().*part.tensor;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const Tensor& other = samples[i].*part.tensor;
    const Shape& shape = other.shape();
    check(shape == first.shape() && other.defined() == first.defined(), "dataset, batch", part.name,
          " of element ", position + i, " has shape ", shape, ", that of element ", position,
          " in the same batch ", first.shape());
  }
  if (!first.defined()) return out.clear();
  if (rows.total > 0) samples = samples.subspan(rows.first, rows.count);
  out.resize(first.shape().with_batch(samples.size()));
  for (std::size_t i = 0; i < samples.size(); ++i)
    std::copy_n((samples[i].*part.tensor).data(), first.size(), out.data() + i * first.size());
}

/// Batches of elements of any origin.
class StackedBatches : public Pass<Batch> {
 public:
  StackedBatches(PassPtr<Batch> input, std::size_t batch_size, bool drop_remainder, Wanted wanted)
      : input_(std::move(input)),
        smallest_(drop_remainder ? batch_size : 1),
        batch_size_(batch_size),
        wanted_(wanted) {}

  std::size_t read(std::span<Batch> out) override {
    std::size_t done = 0;
    for (; done < out.size(); ++done) {
      const std::size_t position = position_;
      const std::span<const Batch> samples = read_samples();
      if (samples.size() < smallest_) break;
      out[done].rows = wanted_.of(samples.size());
      for (const Part& part : batch_parts)
        stack(samples, out[done].rows, part, position, out[done].*part.tensor);
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
  Wanted wanted_;
  std::vector<Batch> samples_;  // of the current batch, and memory to reuse
  std::size_t position_ = 0;    // number of elements read
};

class BatchStage : public Transformation {
 public:
  BatchStage(StagePtr input, std::size_t batch_size, bool drop_remainder, Wanted wanted)
      : Transformation(std::move(input)),
        batch_size_(batch_size),
        drop_remainder_(drop_remainder),
        wanted_(wanted) {}

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
                                          drop_remainder_, wanted_);
    return std::make_unique<StackedBatches>(input().open(states), batch_size_, drop_remainder_,
                                            wanted_);
  }
  StagePtr divided(std::size_t index, std::size_t count) const override {
    return std::make_shared<BatchStage>(shared_input(), batch_size_, drop_remainder_,
                                        Wanted{index, count});
  }

 private:
  std::size_t batch_size_;
  bool drop_remainder_;
  Wanted wanted_;
};

/// Parts of batches that have to be made as a whole.
class DividePass : public Pass<Batch> {
 public:
  DividePass(PassPtr<Batch> input, Wanted wanted) : input_(std::move(input)), wanted_(wanted) {}

  std::size_t read(std::span<Batch> out) override {
    std::size_t done = 0;
    for (; done < out.size() && input_->read({&whole_, 1}) == 1; ++done) {
      const Shape& shape = whole_.x.shape();
      check(!shape.empty(), "dataset", "the batches have no batch axis");
      out[done].rows = wanted_.of(shape.front());
      for (const Part& part : batch_parts)
        copy_rows(whole_.*part.tensor, out[done].rows, part.name, out[done].*part.tensor);
    }
    return done;
  }
  std::size_t skip(std::size_t count) override { return input_->skip(count); }

 private:
  static void copy_rows(const Tensor& from, const BatchRows& rows, const char* name, Tensor& to) {
    if (!from.defined()) return to.clear();
    const Shape& shape = from.shape();
    check(!shape.empty() && shape.front() == rows.total, "dataset", name, " of a batch has shape ",
          shape, ", x has ", rows.total, " rows");
    const std::size_t size = shape.without_batch().elements();
    to.resize(shape.without_batch().with_batch(rows.count));
    std::copy_n(from.data() + rows.first * size, rows.count * size, to.data());
  }

  PassPtr<Batch> input_;
  Wanted wanted_;
  Batch whole_;
};

class DivideStage : public Transformation {
 public:
  DivideStage(StagePtr input, Wanted wanted) : Transformation(std::move(input)), wanted_(wanted) {}

  PassPtr<Batch> open(ShuffleStates states) const override {
    return std::make_unique<DividePass>(input().open(states), wanted_);
  }

 private:
  Wanted wanted_;
};

}  // namespace

StagePtr make_divide(StagePtr input, std::size_t index, std::size_t parts) {
  if (StagePtr divided = input->divided(index, parts)) return divided;
  return std::make_shared<DivideStage>(std::move(input), Wanted{index, parts});
}

StagePtr make_batch(StagePtr input, std::size_t batch_size, bool drop_remainder) {
  return std::make_shared<BatchStage>(std::move(input), batch_size, drop_remainder, Wanted());
}

}  // namespace keratin::detail
