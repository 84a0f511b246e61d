// Dataset::take, skip, shard and repeat.

#include <algorithm>

#include "data/dataset_stage.hpp"

namespace keratin::detail {

namespace {

template <class Element>
class TakePass : public Pass<Element> {
 public:
  TakePass(PassPtr<Element> input, std::size_t count) : input_(std::move(input)), left_(count) {}

  std::size_t read(std::span<Element> out) override {
    const std::size_t count = input_->read(out.first(std::min(out.size(), left_)));
    left_ -= count;
    return count;
  }
  std::size_t skip(std::size_t count) override {
    count = input_->skip(std::min(count, left_));
    left_ -= count;
    return count;
  }

 private:
  PassPtr<Element> input_;
  std::size_t left_;
};

class TakeStage : public Selection<TakeStage> {
 public:
  TakeStage(StagePtr input, std::size_t count) : Selection(std::move(input)), count_(count) {}

  StagePtr divided(std::size_t index, std::size_t parts) const override {
    const StagePtr part = input().divided(index, parts);
    return part ? make_take(part, count_) : nullptr;
  }

  std::optional<std::size_t> size() const override {
    if (count_ == 0) return 0;
    const std::optional<std::size_t> size = input().size();
    return size ? std::min(*size, count_) : size;
  }
  template <class Element>
  PassPtr<Element> select(ShuffleStates states) const {
    return std::make_unique<TakePass<Element>>(open_pass<Element>(input(), states), count_);
  }

 private:
  std::size_t count_;
};

template <class Element>
class SkipPass : public Pass<Element> {
 public:
  SkipPass(PassPtr<Element> input, std::size_t count) : input_(std::move(input)), ahead_(count) {}

  std::size_t read(std::span<Element> out) override {
    skip_ahead();
    return input_->read(out);
  }
  std::size_t skip(std::size_t count) override {
    skip_ahead();
    return input_->skip(count);
  }

 private:
  void skip_ahead() {
    if (ahead_ > 0) input_->skip(ahead_);
    ahead_ = 0;
  }

  PassPtr<Element> input_;
  std::size_t ahead_;  // elements to skip before the first
};

class SkipStage : public Selection<SkipStage> {
 public:
  SkipStage(StagePtr input, std::size_t count) : Selection(std::move(input)), count_(count) {}

  StagePtr divided(std::size_t index, std::size_t parts) const override {
    const StagePtr part = input().divided(index, parts);
    return part ? make_skip(part, count_) : nullptr;
  }

  std::optional<std::size_t> size() const override {
    if (count_ == infinite) return 0;
    const std::optional<std::size_t> size = input().size();
    if (!size || size == infinite) return size;
    return *size - std::min(*size, count_);
  }
  template <class Element>
  PassPtr<Element> select(ShuffleStates states) const {
    PassPtr<Element> elements = open_pass<Element>(input(), states);
    if (count_ == infinite) return std::make_unique<TakePass<Element>>(std::move(elements), 0);
    return std::make_unique<SkipPass<Element>>(std::move(elements), count_);
  }

 private:
  std::size_t count_;
};

template <class Element>
class ShardPass : public Pass<Element> {
 public:
  ShardPass(PassPtr<Element> input, std::size_t num_shards, std::size_t index)
      : input_(std::move(input)), num_shards_(num_shards), ahead_(index) {}

  std::size_t read(std::span<Element> out) override {
    return advance(out.size(), [&](std::size_t i) { return input_->read(out.subspan(i, 1)); });
  }
  std::size_t skip(std::size_t count) override {
    return advance(count, [&](std::size_t) { return input_->skip(1); });
  }

 private:
  /// Calls step(i) with the input before the i-th element of this shard. It returns 0 at the end.
  template <class Step>
  std::size_t advance(std::size_t count, const Step& step) {
    std::size_t done = 0;
    for (; done < count; ++done) {
      input_->skip(ahead_);
      ahead_ = 0;
      if (step(done) == 0) break;
      ahead_ = num_shards_ - 1;
    }
    return done;
  }

  PassPtr<Element> input_;
  std::size_t num_shards_;
  std::size_t ahead_;  // elements of other shards before the next of this one
};

class ShardStage : public Selection<ShardStage> {
 public:
  ShardStage(StagePtr input, std::size_t num_shards, std::size_t index)
      : Selection(std::move(input)), num_shards_(num_shards), index_(index) {}

  std::optional<std::size_t> size() const override {
    const std::optional<std::size_t> size = input().size();
    if (!size || size == infinite) return size;
    return *size / num_shards_ + (index_ < *size % num_shards_ ? 1 : 0);
  }
  template <class Element>
  PassPtr<Element> select(ShuffleStates states) const {
    PassPtr<Element> elements = open_pass<Element>(input(), states);
    return std::make_unique<ShardPass<Element>>(std::move(elements), num_shards_, index_);
  }

 private:
  std::size_t num_shards_, index_;
};

/// Opens the input again whenever it has ended, with random numbers of its own.
template <class Element>
class RepeatPass : public Pass<Element> {
 public:
  RepeatPass(const Stage& input, ShuffleStates states, std::size_t count)
      : input_stage_(input), states_(states.begin(), states.end()), count_(count) {}

  std::size_t read(std::span<Element> out) override {
    return advance(out.size(), [&](std::size_t done) { return input_->read(out.subspan(done)); });
  }
  std::size_t skip(std::size_t count) override {
    return advance(count, [&](std::size_t done) { return input_->skip(count - done); });
  }

 private:
  /// Calls step(number of elements done) until `count` are done or the last repetition has ended.
  template <class Step>
  std::size_t advance(std::size_t count, const Step& step) {
    std::size_t done = 0;
    while (done < count && (input_ || open_next())) {
      const std::size_t read = step(done);
      done += read;
      empty_ = empty_ && read == 0;
      if (done < count) input_.reset();
    }
    return done;
  }
  /// The first repetition has the random numbers of the pass itself. Where repeats are nested, each
  /// one derives those of its other repetitions from substreams that no other one uses.
  bool open_next() {
    if (repetition_ == count_ || (repetition_ > 0 && empty_)) return false;
    std::vector<ShuffleState> states = states_;
    for (ShuffleState& state : states)
      if (state.reshuffle && repetition_ > 0)
        state.stream = substream(state.stream, first_substream() + repetition_);
    input_ = open_pass<Element>(input_stage_, states);
    ++repetition_;
    empty_ = true;
    return true;
  }

  /// No repeat is asked for as many repetitions as there are substreams between two of these.
  std::uint64_t first_substream() const { return std::uint64_t{input_stage_.repeat_count()} << 56; }

  const Stage& input_stage_;
  std::vector<ShuffleState> states_;  // of the first repetition
  std::size_t count_;
  PassPtr<Element> input_;      // the current repetition; null before the next one
  std::size_t repetition_ = 0;  // repetitions begun
  bool empty_ = true;           // the current or last one has had no element so far
};

class RepeatStage : public Selection<RepeatStage> {
 public:
  RepeatStage(StagePtr input, std::size_t count) : Selection(std::move(input)), count_(count) {}

  StagePtr divided(std::size_t index, std::size_t parts) const override {
    const StagePtr part = input().divided(index, parts);
    return part ? make_repeat(part, count_) : nullptr;
  }

  std::size_t repeat_count() const override { return input().repeat_count() + 1; }
  std::optional<std::size_t> size() const override {
    if (count_ == 0) return 0;
    const std::optional<std::size_t> size = input().size();
    if (size != 0 && count_ == infinite) return infinite;
    if (!size) return size;
    return *size <= infinite / count_ ? *size * count_ : infinite;
  }
  template <class Element>
  PassPtr<Element> select(ShuffleStates states) const {
    return std::make_unique<RepeatPass<Element>>(input(), states, count_);
  }

 private:
  std::size_t count_;
};

}  // namespace

StagePtr make_take(StagePtr input, std::size_t count) {
  return std::make_shared<TakeStage>(std::move(input), count);
}

StagePtr make_skip(StagePtr input, std::size_t count) {
  return std::make_shared<SkipStage>(std::move(input), count);
}

StagePtr make_shard(StagePtr input, std::size_t num_shards, std::size_t index) {
  return std::make_shared<ShardStage>(std::move(input), num_shards, index);
}

StagePtr make_repeat(StagePtr input, std::size_t count) {
  return std::make_shared<RepeatStage>(std::move(input), count);
}

}  // namespace keratin::detail
