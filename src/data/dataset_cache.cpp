// Dataset::cache.

#include <algorithm>
#include <mutex>
#include <tuple>

#include "data/dataset_stage.hpp"

namespace keratin::detail {

namespace {

/// The elements of one complete pass.
template <class Element>
struct Recording {
  std::vector<Element> elements;
  std::vector<ShuffleState> states;  // of the shuffles before the cache in that pass
};

/// Holds the first recording that is completed. Any thread may call it.
template <class Element>
class RecordingSlot {
 public:
  std::shared_ptr<const Recording<Element>> get() const {
    const std::lock_guard guard(lock_);
    return recording_;
  }
  void set(Recording<Element> recording) {
    const std::lock_guard guard(lock_);
    if (!recording_) recording_ = std::make_shared<Recording<Element>>(std::move(recording));
  }

 private:
  mutable std::mutex lock_;
  std::shared_ptr<const Recording<Element>> recording_;
};

template <class Element>
class ReplayPass : public Pass<Element> {
 public:
  explicit ReplayPass(std::shared_ptr<const Recording<Element>> recording)
      : recording_(std::move(recording)) {}

  std::size_t read(std::span<Element> out) override {
    const std::size_t first = next_, count = skip(out.size());
    std::copy_n(recording_->elements.begin() + static_cast<std::ptrdiff_t>(first), count,
                out.begin());
    return count;
  }
  std::size_t skip(std::size_t count) override {
    count = std::min(count, recording_->elements.size() - next_);
    next_ += count;
    return count;
  }

 private:
  std::shared_ptr<const Recording<Element>> recording_;
  std::size_t next_ = 0;
};

template <class Element>
class RecordingPass : public Pass<Element> {
 public:
  /// `size`: the number of elements, if known. It lets the recording be complete at the last
  /// element, before anybody asks for one more.
  RecordingPass(PassPtr<Element> input, std::optional<std::size_t> size, ShuffleStates states,
                RecordingSlot<Element>& slot)
      : input_(std::move(input)), size_(size), slot_(slot) {
    recording_.states.assign(states.begin(), states.end());
  }

  std::size_t read(std::span<Element> out) override {
    if (!input_) return 0;
    const std::size_t count = input_->read(out);
    std::vector<Element>& elements = recording_.elements;
    elements.insert(elements.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count));
    if (count < out.size() || elements.size() == size_) {
      slot_.set(std::move(recording_));
      input_.reset();
    }
    return count;
  }

 private:
  PassPtr<Element> input_;  // null when the recording is complete
  std::optional<std::size_t> size_;
  Recording<Element> recording_;
  RecordingSlot<Element>& slot_;
};

class CacheStage : public Selection<CacheStage> {
 public:
  using Selection::Selection;

  /// Samples that are not in memory are kept themselves, others as row numbers.
  const Rows* rows() const override {
    const Rows* all = input().rows();
    return all && all->in_memory() ? all : nullptr;
  }

  /// A pass that reads from the cache draws nothing: its elements are those of the recorded pass.
  void begin_pass(std::vector<ShuffleState>& states) const override {
    if (rows())
      begin_pass_of<Row>(states);
    else
      begin_pass_of<Batch>(states);
  }

  template <class Element>
  PassPtr<Element> select(ShuffleStates states) const {
    RecordingSlot<Element>& slot = std::get<RecordingSlot<Element>>(slots_);
    if (std::shared_ptr<const Recording<Element>> recording = slot.get())
      return std::make_unique<ReplayPass<Element>>(std::move(recording));
    return std::make_unique<RecordingPass<Element>>(open_pass<Element>(input(), states),
                                                    input().size(), states, slot);
  }

 private:
  template <class Element>
  void begin_pass_of(std::vector<ShuffleState>& states) const {
    const auto recording = std::get<RecordingSlot<Element>>(slots_).get();
    if (!recording) return input().begin_pass(states);
    states.insert(states.end(), recording->states.begin(), recording->states.end());
  }

  mutable std::tuple<RecordingSlot<Row>, RecordingSlot<Batch>> slots_;  // one of them is used
};

}  // namespace

StagePtr make_cache(StagePtr input) { return std::make_shared<CacheStage>(std::move(input)); }

}  // namespace keratin::detail
