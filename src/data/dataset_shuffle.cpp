// Dataset::shuffle.

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "data/dataset_stage.hpp"

namespace keratin::detail {

namespace {

/// The stream of a seed from which the streams of seeded shuffles are derived. Generators made from
/// a seed read stream 0, random::next_stream() begins at random::first_stream.
constexpr std::uint64_t stream_of_seeded_shuffles = 1;
static_assert(stream_of_seeded_shuffles < random::first_stream);

/// A generator chooses among no more elements.
constexpr std::size_t largest_buffer = UINT32_MAX;

std::vector<Batch> in_order(std::vector<Batch> elements, std::vector<std::uint32_t> order) {
  std::vector<Batch> ordered;
  ordered.reserve(order.size());
  for (std::uint32_t i : order) ordered.push_back(std::move(elements[i]));
  return ordered;
}

/// Rows are of the same type as their places in the order: they can take its memory.
std::vector<Row> in_order(std::vector<Row> elements, std::vector<std::uint32_t> order) {
  for (std::uint32_t& i : order) i = elements[i];
  return order;
}

/// All elements in a random order, each order as likely as any other.
template <class Element>
class FullShuffle : public Pass<Element> {
 public:
  FullShuffle(PassPtr<Element> input, std::size_t size, random::Stream stream)
      : input_(std::move(input)), size_(size), stream_(stream) {}

  std::size_t read(std::span<Element> out) override {
    const std::size_t count = skip(out.size());
    const auto end = shuffled_.begin() + static_cast<std::ptrdiff_t>(next_);
    std::move(end - static_cast<std::ptrdiff_t>(count), end, out.begin());
    return count;
  }
  std::size_t skip(std::size_t count) override {
    if (input_) shuffle();
    count = std::min(count, shuffled_.size() - next_);
    next_ += count;
    return count;
  }

 private:
  void shuffle() {
    std::vector<Element> elements(size_);
    elements.resize(input_->read(elements));
    input_.reset();
    std::vector<std::uint32_t> order(elements.size());
    random::Generator(stream_).permutation(order);
    shuffled_ = in_order(std::move(elements), std::move(order));
  }

  PassPtr<Element> input_;  // null after it has been read
  std::size_t size_;
  random::Stream stream_;
  std::vector<Element> shuffled_;
  std::size_t next_ = 0;  // in shuffled_
};

/// Chooses each element from a buffer of those that come next.
template <class Element>
class BufferedShuffle : public Pass<Element> {
 public:
  BufferedShuffle(PassPtr<Element> input, std::size_t buffer_size, random::Stream stream)
      : input_(std::move(input)), buffer_size_(buffer_size), generator_(stream) {}

  std::size_t read(std::span<Element> out) override {
    std::size_t done = 0;
    for (; done < out.size(); ++done) {
      fill();
      if (filled_ == 0) break;
      const std::uint32_t chosen = generator_.bounded(static_cast<std::uint32_t>(filled_));
      --filled_;
      std::swap(buffer_[chosen], buffer_[filled_]);
      std::swap(out[done], buffer_[filled_]);
    }
    return done;
  }

 private:
  void fill() {
    while (!ended_ && filled_ < buffer_size_) {
      if (filled_ == buffer_.size()) buffer_.emplace_back();
      ended_ = input_->read({&buffer_[filled_], 1}) == 0;
      if (!ended_) ++filled_;
    }
  }

  PassPtr<Element> input_;
  std::size_t buffer_size_;
  random::Generator generator_;
  std::vector<Element> buffer_;  // elements to choose from, then memory to reuse
  std::size_t filled_ = 0;       // number of elements to choose from
  bool ended_ = false;
};

class ShuffleStage : public Selection<ShuffleStage> {
 public:
  ShuffleStage(StagePtr input, std::size_t buffer_size, const ShuffleOptions& options)
      : Selection(std::move(input)),
        buffer_size_(std::min(buffer_size, largest_buffer)),
        options_(options) {}

  std::size_t shuffle_count() const override { return input().shuffle_count() + 1; }

  void begin_pass(std::vector<ShuffleState>& states) const override {
    input().begin_pass(states);
    const std::lock_guard guard(lock_);
    states.push_back({stream_of_next_pass(), passes_, options_.reshuffle_each_iteration});
    ++passes_;
  }
  void resume_after(ShuffleStates states) const override {
    input().resume_after(states.first(states.size() - 1));
    const std::lock_guard guard(lock_);
    passes_ = states.back().pass + 1;
    if (!options_.reshuffle_each_iteration) stream_of_all_passes_ = states.back().stream;
  }

  template <class Element>
  PassPtr<Element> select(ShuffleStates states) const {
    PassPtr<Element> elements = open_pass<Element>(input(), states.first(states.size() - 1));
    const random::Stream stream = states.back().stream;
    const std::optional<std::size_t> size = input().size();
    if (size && *size <= buffer_size_)
      return std::make_unique<FullShuffle<Element>>(std::move(elements), *size, stream);
    return std::make_unique<BufferedShuffle<Element>>(std::move(elements), buffer_size_, stream);
  }

 private:
  random::Stream stream_of_next_pass() const {
    const auto draw = [&] {
      if (!options_.seed) return random::next_stream();
      return substream({*options_.seed, stream_of_seeded_shuffles}, passes_);
    };
    if (options_.reshuffle_each_iteration) return draw();
    if (!stream_of_all_passes_) stream_of_all_passes_ = draw();
    return *stream_of_all_passes_;
  }

  std::size_t buffer_size_;
  ShuffleOptions options_;
  mutable std::mutex lock_;  // guards what follows
  mutable std::uint64_t passes_ = 0;
  mutable std::optional<random::Stream> stream_of_all_passes_;  // without reshuffling only
};

std::uint32_t low(std::uint64_t number) { return static_cast<std::uint32_t>(number); }
std::uint32_t high(std::uint64_t number) { return static_cast<std::uint32_t>(number >> 32); }
std::uint64_t joined(std::uint32_t low_half, std::uint32_t high_half) {
  return std::uint64_t{high_half} << 32 | low_half;
}

}  // namespace

random::Stream substream(random::Stream parent, std::uint64_t index) {
  const std::array<std::uint32_t, 4> words =
      random::philox({low(index), high(index), low(parent.number), high(parent.number)},
                     {low(parent.seed), high(parent.seed)});
  return {joined(words[0], words[1]), joined(words[2], words[3])};
}

StagePtr make_shuffle(StagePtr input, std::size_t buffer_size, const ShuffleOptions& options) {
  return std::make_shared<ShuffleStage>(std::move(input), buffer_size, options);
}

}  // namespace keratin::detail
