#pragma once
// PRIVATE: the batches of passes over a Dataset, one pass after the other.

#include <optional>

#include "keratin/dataset.hpp"

namespace keratin {

/// Knows whether another batch follows before it is read, as callbacks are told of a batch before
/// it is: from the Dataset's size where that is known, else by reading one batch ahead.
class Feed {
 public:
  explicit Feed(Dataset data) : data_(std::move(data)) {}

  /// From here on samples are brought to that shape, which may have a last axis of 1 more or less.
  void adapt_to(const Shape& sample) { sample_ = sample; }

  /// Whether this pass has another batch. Begins the first pass.
  bool has_next();
  /// The next batch, which has_next() has said there is.
  void next(Batch& batch);
  /// The batch that next() will give.
  const Batch& peek();
  /// The batch after this is the first one of another pass.
  void end_pass() { pass_.reset(); }
  /// Batches in a pass, if that is known.
  std::optional<std::size_t> size() const { return data_.size(); }

 private:
  void begin_pass();
  void read(Batch& batch);

  Dataset data_;
  std::optional<Shape> sample_;
  std::optional<Dataset::Iterator> pass_;
  std::optional<std::size_t> remaining_;  // batches of this pass that were not read
  bool has_ahead_ = false;
  Batch ahead_;  // read, but not handed out, if has_ahead_
};

/// Throws unless samples of shape `got` can be seen as the `wanted` ones: it is equal, or has a
/// last axis of 1 more or less, which Keras adds or drops.
void check_sample(const char* where, const std::string& model, const Shape& got,
                  const Shape& wanted);

}  // namespace keratin
