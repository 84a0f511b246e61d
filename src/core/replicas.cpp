#include "core/replicas.hpp"

#include <algorithm>

namespace keratin {

namespace {

constexpr std::size_t bucket_size = 1 << 18;  // floats: a megabyte

Replicas* current = nullptr;

}  // namespace

Replicas* replicas() { return current; }
void set_replicas(Replicas* replicas) { current = replicas; }
bool is_first_process() { return !current || current->is_first(); }

bool Replicas::any(bool here) {
  double count = here ? 1 : 0;
  sum(std::span(&count, 1));
  return count > 0;
}

Replicas::Bucket& Replicas::open_bucket() {
  if (sent_ == buckets_.size()) buckets_.emplace_back().values.reserve(bucket_size);
  return buckets_[sent_];
}

void Replicas::send_open_bucket() {
  if (open_bucket().parts.empty()) return;
  start_sum(open_bucket().values);
  ++sent_;
}

void Replicas::sum_later(std::span<float> values) {
  progress();
  if (values.size() >= bucket_size) {  // sent from where they are, in pieces
    send_open_bucket();
    for (std::size_t first = 0; first < values.size(); first += bucket_size)
      start_sum(values.subspan(first, std::min(bucket_size, values.size() - first)));
    return;
  }
  if (open_bucket().values.size() + values.size() > bucket_size) send_open_bucket();
  Bucket& bucket = open_bucket();
  bucket.values.insert(bucket.values.end(), values.begin(), values.end());
  bucket.parts.push_back(values);
}

void Replicas::finish_sums() {
  send_open_bucket();
  wait();
  for (std::size_t i = 0; i < sent_; ++i) {
    const float* sum = buckets_[i].values.data();
    for (const std::span<float> part : buckets_[i].parts) {
      std::copy_n(sum, part.size(), part.data());
      sum += part.size();
    }
  }
  forget_sums();
}

void Replicas::forget_sums() {
  for (Bucket& bucket : buckets_) {
    bucket.values.clear();
    bucket.parts.clear();
  }
  sent_ = 0;
}

}  // namespace keratin
