// Dataset::prefetch.

#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "core/signals_blocked.hpp"
#include "data/dataset_stage.hpp"
#include "kernels/pool.hpp"

namespace keratin::detail {

namespace {

/// Elements in the order in which they were made, passed from one thread to another. Their memory
/// goes round: who takes an element leaves an old one in its place.
class Queue {
 public:
  explicit Queue(std::size_t capacity) : elements_(capacity) {}

  /// Called by the producer. Waits for a place that is free; null when nobody takes elements any
  /// more.
  Batch* free_place() {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [&] { return ready_ < elements_.size() || closed_; });
    return closed_ ? nullptr : &elements_[(first_ + ready_) % elements_.size()];
  }
  /// The element in the last free_place() is ready.
  void push() {
    const std::lock_guard guard(lock_);
    ++ready_;
    changed_.notify_one();
  }
  /// After the elements so far comes the end or a failure.
  void finish(std::exception_ptr failure) {
    const std::lock_guard guard(lock_);
    finished_ = true;
    failure_ = std::move(failure);
    changed_.notify_one();
  }

  /// Called by the consumer. Waits for the next element; false at the end. Throws the failure.
  bool pop(Batch& out) {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [&] { return ready_ > 0 || finished_; });
    if (ready_ == 0 && failure_) std::rethrow_exception(failure_);
    if (ready_ == 0) return false;
    std::swap(out, elements_[first_]);
    first_ = (first_ + 1) % elements_.size();
    --ready_;
    changed_.notify_one();
    return true;
  }
  /// No more elements will be taken.
  void close() {
    const std::lock_guard guard(lock_);
    closed_ = true;
    changed_.notify_one();
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;  // producer and consumer never wait at the same time
  std::vector<Batch> elements_;      // a ring
  std::size_t first_ = 0;            // the oldest element that is ready
  std::size_t ready_ = 0;            // number of elements that are ready
  bool finished_ = false, closed_ = false;
  std::exception_ptr failure_;
};

class PrefetchPass : public Pass<Batch> {
 public:
  PrefetchPass(PassPtr<Batch> input, std::size_t buffer_size)
      : input_(std::move(input)), queue_(buffer_size) {}
  ~PrefetchPass() override {
    queue_.close();
    if (thread_.joinable()) thread_.join();
  }

  std::size_t read(std::span<Batch> out) override {
    if (state_ == State::idle) start();
    if (state_ == State::without_thread) return input_->read(out);
    std::size_t done = 0;
    while (done < out.size() && queue_.pop(out[done])) ++done;
    return done;
  }
  std::size_t skip(std::size_t count) override {
    return state_ == State::running ? Pass::skip(count) : input_->skip(count);
  }

 private:
  enum class State {
    idle,           // nothing has been read
    running,        // the thread makes elements, or has made all
    without_thread  // there could be no thread: elements are made when they are asked for
  };

  void start() {
    const SignalsBlocked in_thread;
    try {
      thread_ = std::thread([this] { produce(); });
      state_ = State::running;
    } catch (const std::system_error&) {
      state_ = State::without_thread;
    }
  }
  void produce() {
    const kernels::ThreadLimit alone(1);  // leaves the helper threads to the consumer
    std::exception_ptr failure;
    try {
      while (Batch* place = queue_.free_place()) {
        if (input_->read({place, 1}) == 0) break;
        queue_.push();
      }
    } catch (...) {
      failure = std::current_exception();
    }
    queue_.finish(std::move(failure));
  }

  PassPtr<Batch> input_;
  Queue queue_;
  State state_ = State::idle;
  std::thread thread_;
};

class PrefetchStage : public Transformation {
 public:
  PrefetchStage(StagePtr input, std::size_t buffer_size)
      : Transformation(std::move(input)), buffer_size_(buffer_size) {}

  PassPtr<Batch> open(ShuffleStates states) const override {
    return std::make_unique<PrefetchPass>(input().open(states), buffer_size_);
  }
  StagePtr divided(std::size_t index, std::size_t parts) const override {
    const StagePtr part = input().divided(index, parts);
    return part ? make_prefetch(part, buffer_size_) : nullptr;
  }

 private:
  std::size_t buffer_size_;
};

}  // namespace

StagePtr make_prefetch(StagePtr input, std::size_t buffer_size) {
  return std::make_shared<PrefetchStage>(std::move(input), buffer_size);
}

}  // namespace keratin::detail
