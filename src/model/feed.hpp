#pragma once
// PRIVATE: where fit, evaluate and predict get their batches from.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "core/replicas.hpp"
#include "keratin/config.hpp"
#include "keratin/dataset.hpp"

namespace keratin {

/// The batches of passes over some data, one pass after the other. Where processes train together
/// on the same data, they are this one's parts of the batches, as Batch::rows says.
class Feed {
 public:
  virtual ~Feed() = default;
  /// Whether this pass has another batch. Callbacks are told of a batch before it is read.
  virtual bool has_next() = 0;
  /// Writes the next batch, which has_next() has said there is, to `batch`, whose memory is reused.
  virtual void next(Batch& batch) = 0;
  /// The batch after this is the first one of another pass.
  virtual void end_pass() = 0;
  /// Batches in a pass, if that is known.
  virtual std::optional<std::size_t> size() const = 0;

  /// Where it stands, and back there in another run of the program: the batches that follow are the
  /// same.
  virtual Config position() const = 0;
  virtual void restore(const Config& position) = 0;
};

/// The batches of a Dataset. Where that does not know its size, one batch is read ahead.
class DatasetFeed : public Feed {
 public:
  explicit DatasetFeed(const Dataset& data);

  /// The batch that next() will give.
  const Batch& peek();
  /// From here on samples are brought to that shape, which may have a last axis of 1 more or less.
  void adapt_to(const Shape& sample) { sample_ = sample; }

  bool has_next() override;
  void next(Batch& batch) override;
  void end_pass() override;
  std::optional<std::size_t> size() const override { return data_.size(); }
  Config position() const override;
  void restore(const Config& position) override;

 private:
  void begin_pass();
  void read(Batch& batch);

  Dataset data_;
  std::optional<Shape> sample_;
  std::optional<Dataset::Iterator> pass_;
  std::optional<std::size_t> remaining_;       // batches of this pass that were not read
  std::optional<Dataset::Position> last_end_;  // where the last pass ended
  bool has_ahead_ = false;
  Batch ahead_;  // read, but not handed out, if has_ahead_
};

/// The batches of processes that have data of their own each: what they read at the same time makes
/// one batch. One whose data have ended goes on with batches of no rows until all have ended.
class JointFeed : public Feed {
 public:
  JointFeed(Feed& own, Replicas& processes);

  bool has_next() override;
  void next(Batch& batch) override;
  void end_pass() override;
  std::optional<std::size_t> size() const override { return size_; }
  Config position() const override { return own_.position(); }
  void restore(const Config& position) override;

 private:
  Feed& own_;
  Replicas& processes_;
  std::optional<std::size_t> size_;  // of the longest
  bool asked_ = false;               // has_next() has been called for the batch that comes next
  BatchRows rows_;                   // of that; a total of 0: there is none
  Batch ahead_;                      // its rows that are this process's own
};

/// Which rows of a batch this process has, where each has `own` ones.
BatchRows joint_rows(Replicas& processes, std::size_t own);

/// Throws unless samples of shape `got` can be seen as the `wanted` ones: it is equal, or has a
/// last axis of 1 more or less, which Keras adds or drops.
void check_sample(const char* where, const std::string& model, const Shape& got,
                  const Shape& wanted);

}  // namespace keratin
