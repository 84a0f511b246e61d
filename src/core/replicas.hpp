#pragma once
// PRIVATE: the processes that train a model together, as the library sees them. How they talk is
// the business of whoever derives from Replicas (src/distribution).

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {  // keratin::distribution is a library of its own

/// Processes of which each has a part of every batch and a copy of the model. They make the same
/// calls in the same order, on one thread. Sums are added in an order that depends on the number of
/// processes alone, and every process gets the same bits.
class Replicas {
 public:
  Replicas(int rank, int size, bool divides_data)
      : rank_(static_cast<std::size_t>(rank)),
        size_(static_cast<std::size_t>(size)),
        divides_data_(divides_data) {}
  Replicas(const Replicas&) = delete;
  Replicas& operator=(const Replicas&) = delete;
  virtual ~Replicas() = default;

  std::size_t rank() const { return rank_; }
  std::size_t size() const { return size_; }
  bool is_first() const { return rank_ == 0; }
  /// Whether all processes have the same data, of which each takes its part of every batch.
  /// Otherwise each has data of its own.
  bool divides_data() const { return divides_data_; }

  /// Replaces the values by their sums over all processes.
  virtual void sum(std::span<float> values) = 0;
  virtual void sum(std::span<double> values) = 0;
  bool any(bool here);
  /// all: (size, mine.size()), what each process gave.
  virtual void gather(std::span<const std::uint64_t> mine, std::span<std::uint64_t> all) = 0;
  /// all: what each process gave, one behind the other; process i has given counts[i] values.
  virtual void gather(std::span<const float> mine, std::span<const std::size_t> counts,
                      std::span<float> all) = 0;
  /// Replaces the bytes of all processes by those of the first.
  virtual void broadcast(std::span<char> bytes) = 0;

  /// What the rows of this process give to the gradient of a weight, in double, as ops add it up.
  struct RowSums {
    std::span<double> values;
    bool add;  // false: there is nothing yet in this step, and values are to be overwritten
  };
  RowSums row_sums(const Tensor& gradient, std::size_t size);
  bool has_row_sums(const Tensor& gradient) const;
  /// Values of a weight for which they do. The gradients of larger ones are float all the way: the
  /// time to send them counts more than the last digits.
  static constexpr std::size_t most_row_sums = 1 << 18;
  /// Sums a gradient, or its row_sums() if it has them, some time between now and the end of
  /// finish_sums(): until then it must stay where it is, untouched. Small ones wait for others to
  /// be sent together.
  void sum_later(Tensor& gradient);
  /// Lets sums go on that are under way. To be called now and then.
  virtual void progress() = 0;
  void finish_sums();

  /// While it lives, this process is in the middle of a call that all make together.
  class Call {
   public:
    explicit Call(Replicas& processes) : processes_(processes) { ++processes_.calls_; }
    ~Call() { --processes_.calls_; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    Replicas& processes_;
  };
  bool in_call() const { return calls_ > 0; }

  /// Called for an exception after which this process cannot go on with the others. Returns if all
  /// processes have called it. Otherwise prints `message` and ends all of them.
  virtual void fail(std::string_view message) = 0;

 protected:
  /// Begins to sum these values. Ended by wait().
  virtual void start_sum(std::span<float> values) = 0;
  virtual void start_sum(std::span<double> values) = 0;
  /// Waits for all sums that were started.
  virtual void wait() = 0;
  /// After a failure: nothing is kept of sums that were under way.
  void forget_sums();

 private:
  /// Values on their way. Small ones are copied together.
  template <class Value>
  class Buckets {
   public:
    explicit Buckets(Replicas& processes) : processes_(processes) {}
    void send(std::span<Value> values);
    void send_open();
    void take_back();
    void clear();

   private:
    struct Bucket {
      std::vector<Value> values = {};
      std::vector<std::span<Value>> parts = {};  // where they came from and go back to, in order
    };
    static constexpr std::size_t most = (1 << 20) / sizeof(Value);   // a megabyte
    static constexpr std::size_t small = (1 << 16) / sizeof(Value);  // is copied
    Bucket& open();

    Replicas& processes_;
    std::vector<Bucket> all_;  // those that were sent, the one that is filled, and spare ones
    std::size_t sent_ = 0;
  };
  struct Gradient {
    const Tensor* place;
    std::vector<double> sums = {};
    Tensor* sent = nullptr;  // where the sums are to go
    bool in_use = false;     // in this step
  };
  Gradient* find(const Tensor& gradient);

  std::size_t rank_, size_;
  bool divides_data_;
  std::atomic<int> calls_ = 0;
  Buckets<float> floats_{*this};
  Buckets<double> doubles_{*this};
  std::deque<Gradient> gradients_;  // that have row sums
};

/// Those that this process trains with, or null if it is alone.
Replicas* replicas();
/// Borrows them. Null: none.
void set_replicas(Replicas* replicas);
/// Whether this process prints and writes files: the only one, or the first.
bool is_first_process();

}  // namespace keratin
