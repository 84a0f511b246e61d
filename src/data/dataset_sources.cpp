// The sources of a Dataset: rows and generators.

#include <algorithm>
#include <functional>
#include <numeric>

#include "data/dataset_stage.hpp"
#include "keratin/check.hpp"

namespace keratin::detail {

namespace {

class AllRows : public Pass<Row> {
 public:
  explicit AllRows(std::size_t rows) : rows_(rows) {}

  std::size_t read(std::span<Row> out) override {
    const auto first = static_cast<Row>(next_);
    const std::size_t count = skip(out.size());
    std::iota(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count), first);
    return count;
  }
  std::size_t skip(std::size_t count) override {
    count = std::min(count, rows_ - next_);
    next_ += count;
    return count;
  }

 private:
  std::size_t rows_, next_ = 0;
};

class SamplesOfRows : public Pass<Batch> {
 public:
  SamplesOfRows(const Rows& rows, PassPtr<Row> numbers)
      : rows_(rows), numbers_(std::move(numbers)) {}

  std::size_t read(std::span<Batch> out) override {
    std::size_t done = 0;
    for (Row row = 0; done < out.size() && numbers_->read({&row, 1}) == 1; ++done) {
      rows_.gather({&row, 1}, out[done]);
      for (Tensor* part : {&out[done].x, &out[done].y, &out[done].sample_weight})
        if (part->shape() != Shape{0})
          part->resize(part->shape().without_batch());  // as many values, which stay as they are
    }
    return done;
  }
  std::size_t skip(std::size_t count) override { return numbers_->skip(count); }

 private:
  const Rows& rows_;
  PassPtr<Row> numbers_;
};

/// A stage with nothing before it.
class Source : public Stage {
 public:
  bool batched() const override { return false; }
  const Rows* rows() const override { return nullptr; }
  std::size_t shuffle_count() const override { return 0; }
  std::size_t repeat_count() const override { return 0; }
  void begin_pass(std::vector<ShuffleState>&) const override {}
  void resume_after(ShuffleStates) const override {}
  PassPtr<Row> open_rows(ShuffleStates) const override { return nullptr; }
};

class RowsStage : public Source {
 public:
  explicit RowsStage(std::unique_ptr<const Rows> rows) : rows_(std::move(rows)) {}

  std::optional<std::size_t> size() const override { return rows_->size(); }
  const Rows* rows() const override { return rows_.get(); }
  PassPtr<Row> open_rows(ShuffleStates) const override {
    return std::make_unique<AllRows>(rows_->size());
  }
  PassPtr<Batch> open(ShuffleStates states) const override {
    return samples_of(*rows_, open_rows(states));
  }

 private:
  std::unique_ptr<const Rows> rows_;
};

class GeneratorPass : public Pass<Batch> {
 public:
  explicit GeneratorPass(std::function<bool(Batch&)> generator)
      : generator_(std::move(generator)) {}

  std::size_t read(std::span<Batch> out) override {
    std::size_t done = 0;
    while (done < out.size() && generate(out[done])) ++done;
    return done;
  }

 private:
  bool generate(Batch& sample) {
    for (Tensor* part : {&sample.x, &sample.y, &sample.sample_weight}) part->clear();
    ended_ = ended_ || !generator_(sample);
    if (ended_) return false;
    check(sample.x.defined(), "dataset, from_generator", "the generator left x of sample ",
          generated_, " empty");
    ++generated_;
    return true;
  }

  std::function<bool(Batch&)> generator_;
  std::size_t generated_ = 0;
  bool ended_ = false;
};

class GeneratorStage : public Source {
 public:
  explicit GeneratorStage(std::function<bool(Batch&)> generator)
      : generator_(std::move(generator)) {}

  std::optional<std::size_t> size() const override { return std::nullopt; }
  PassPtr<Batch> open(ShuffleStates) const override {
    return std::make_unique<GeneratorPass>(generator_);
  }

 private:
  std::function<bool(Batch&)> generator_;
};

}  // namespace

PassPtr<Batch> samples_of(const Rows& rows, PassPtr<Row> numbers) {
  return std::make_unique<SamplesOfRows>(rows, std::move(numbers));
}

StagePtr make_rows(std::unique_ptr<const Rows> rows) {
  return std::make_shared<RowsStage>(std::move(rows));
}

StagePtr make_generator(std::function<bool(Batch&)> generator) {
  return std::make_shared<GeneratorStage>(std::move(generator));
}

}  // namespace keratin::detail
