#pragma once
// PRIVATE: what a Dataset is made of. A Stage describes the source or one transformation and never
// changes; a Pass is one run over a stage's elements. Opening the last stage opens the ones before
// it, so that a pass pulls its elements from the pass of the stage before.
//
// Up to the first stage that looks at values, elements that can be read in any order, as those of
// arrays, are represented by their row numbers. Stages that only choose and order elements
// (shuffle, take, skip, shard, repeat, cache) are written once, as templates over what represents
// an element: a Row or a Batch. batch() then gathers all rows of a batch at once.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "keratin/dataset.hpp"

namespace keratin::detail {

/// Number of a row in the source's arrays.
using Row = std::uint32_t;

/// The size of a stage whose passes have no end.
inline constexpr std::size_t infinite = SIZE_MAX;

/// One run over the elements of a stage.
template <class Element>
class Pass {
 public:
  Pass() = default;
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;
  virtual ~Pass() = default;

  /// Writes the next elements to `out`, reusing its memory, and returns how many. Fewer than there
  /// is room for means that the pass has ended; later calls return 0.
  virtual std::size_t read(std::span<Element> out) = 0;
  /// Passes over the next elements and returns how many: fewer than `count` only at the end.
  virtual std::size_t skip(std::size_t count) {
    Element skipped{};
    std::size_t done = 0;
    while (done < count && read({&skipped, 1}) == 1) ++done;
    return done;
  }
};

template <class Element>
using PassPtr = std::unique_ptr<Pass<Element>>;

/// The random numbers of a pass, one entry for each shuffle, from the source on.
using ShuffleState = Dataset::Position::Shuffle;
using ShuffleStates = std::span<const ShuffleState>;

/// Samples that can be had in any order, by their numbers. Several threads may read them at once.
class Rows {
 public:
  Rows() = default;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  virtual ~Rows() = default;

  virtual std::size_t size() const = 0;
  /// Makes a batch of these rows.
  virtual void gather(std::span<const Row> rows, Batch& out) const = 0;
  /// Whether gather() copies memory only, so that keeping samples would gain nothing.
  virtual bool in_memory() const = 0;
};

class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  /// Number of elements, if it is known; maybe `infinite`.
  virtual std::optional<std::size_t> size() const = 0;
  virtual bool batched() const = 0;
  /// The rows that the elements are, or null if this stage has elements of its own.
  virtual const Rows* rows() const = 0;

  /// How many of the stages up to this one are shuffles, and how many repeats.
  virtual std::size_t shuffle_count() const = 0;
  virtual std::size_t repeat_count() const = 0;
  /// Draws the random numbers of a new pass: appends the state of each shuffle.
  virtual void begin_pass(std::vector<ShuffleState>& states) const = 0;
  /// Lets the next begin_pass() be the one after the pass with these states.
  virtual void resume_after(ShuffleStates states) const = 0;

  /// Opens a pass. It may refer to this stage, which has to outlive it.
  virtual PassPtr<Batch> open(ShuffleStates states) const = 0;
  /// The same for row numbers. Only if there are rows().
  virtual PassPtr<Row> open_rows(ShuffleStates states) const = 0;

  /// A stage of batches that makes one part of each only, or null where that is not possible
  /// without making the whole: see make_divide.
  virtual std::shared_ptr<const Stage> divided(std::size_t /*index*/, std::size_t /*parts*/) const {
    return nullptr;
  }
};

using StagePtr = std::shared_ptr<const Stage>;

/// Opens a pass over a stage's row numbers or over its elements.
template <class Element>
PassPtr<Element> open_pass(const Stage& stage, ShuffleStates states) {
  if constexpr (std::is_same_v<Element, Row>)
    return stage.open_rows(states);
  else
    return stage.open(states);
}

/// Turns row numbers into samples.
PassPtr<Batch> samples_of(const Rows& rows, PassPtr<Row> numbers);

/// A stage behind another one. By itself it changes nothing about the number and kind of elements.
class Transformation : public Stage {
 public:
  explicit Transformation(StagePtr input) : input_(std::move(input)) {}

  std::optional<std::size_t> size() const override { return input_->size(); }
  bool batched() const override { return input_->batched(); }
  const Rows* rows() const override { return nullptr; }
  std::size_t shuffle_count() const override { return input_->shuffle_count(); }
  std::size_t repeat_count() const override { return input_->repeat_count(); }
  void begin_pass(std::vector<ShuffleState>& states) const override { input_->begin_pass(states); }
  void resume_after(ShuffleStates states) const override { input_->resume_after(states); }
  PassPtr<Row> open_rows(ShuffleStates) const override { return nullptr; }

 protected:
  const Stage& input() const { return *input_; }
  const StagePtr& shared_input() const { return input_; }

 private:
  StagePtr input_;
};

/// A transformation that chooses and orders elements without looking at them. `Derived` has a
/// template `PassPtr<Element> select<Element>(ShuffleStates) const`, for Row and Batch.
template <class Derived>
class Selection : public Transformation {
 public:
  using Transformation::Transformation;

  const Rows* rows() const override { return input().rows(); }
  PassPtr<Row> open_rows(ShuffleStates states) const override {
    return derived().template select<Row>(states);
  }
  PassPtr<Batch> open(ShuffleStates states) const override {
    if (rows()) return samples_of(*rows(), open_rows(states));
    return derived().template select<Batch>(states);
  }

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }
};

/// A stream of random numbers that belongs to `parent`: a different one for each index.
random::Stream substream(random::Stream parent, std::uint64_t index);

/// The rows of a batch that are wanted: part number `index` of `parts`, or, with 0 parts, all.
struct Wanted {
  std::size_t index = 0, parts = 0;
  /// What Batch::rows is to say, where a batch has so many rows.
  BatchRows of(std::size_t rows) const {
    return parts == 0 ? BatchRows{} : BatchRows::part(rows, index, parts);
  }
};

// The stages. Arguments have been checked.
StagePtr make_rows(std::unique_ptr<const Rows> rows);
StagePtr make_generator(std::function<bool(Batch&)> generator);
StagePtr make_shuffle(StagePtr input, std::size_t buffer_size, const ShuffleOptions& options);
StagePtr make_take(StagePtr input, std::size_t count);
StagePtr make_skip(StagePtr input, std::size_t count);
StagePtr make_shard(StagePtr input, std::size_t num_shards, std::size_t index);
StagePtr make_repeat(StagePtr input, std::size_t count);
StagePtr make_cache(StagePtr input);
StagePtr make_batch(StagePtr input, std::size_t batch_size, bool drop_remainder);
StagePtr make_map(StagePtr input, std::function<void(Batch&)> function);
StagePtr make_filter(StagePtr input, std::function<bool(const Batch&)> predicate);
StagePtr make_prefetch(StagePtr input, std::size_t buffer_size);
/// The batches' parts number `index` of `parts`, as BatchRows::part() says.
StagePtr make_divide(StagePtr input, std::size_t index, std::size_t parts);

}  // namespace keratin::detail
