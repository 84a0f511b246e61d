#include "core/replicas.hpp"

#include <algorithm>
#include <utility>

#include "core/warnings.hpp"

namespace keratin {

namespace {

Replicas* in_use = nullptr;

}  // namespace

Replicas* replicas() { return in_use; }
void set_replicas(Replicas* replicas) {
  in_use = replicas;
  enable_warnings(is_first_process());
}
bool is_first_process() { return !in_use || in_use->is_first(); }

bool Replicas::any(bool here) {
  double count = here ? 1 : 0;
  sum(std::span(&count, 1));
  return count > 0;
}

template <class Value>
typename Replicas::Buckets<Value>::Bucket& Replicas::Buckets<Value>::open() {
  if (sent_ == all_.size()) all_.emplace_back().values.reserve(most);
  return all_[sent_];
}

template <class Value>
void Replicas::Buckets<Value>::send_open() {
  if (open().parts.empty()) return;
  processes_.start_sum(std::span(open().values));
  ++sent_;
}

template <class Value>
void Replicas::Buckets<Value>::send(std::span<Value> values) {
  if (values.size() >= small) {  // from where they are, in pieces
    send_open();
    for (std::size_t first = 0; first < values.size(); first += most)
      processes_.start_sum(values.subspan(first, std::min(most, values.size() - first)));
    return;
  }
  if (open().values.size() + values.size() > most) send_open();
  Bucket& bucket = open();
  bucket.values.insert(bucket.values.end(), values.begin(), values.end());
  bucket.parts.push_back(values);
}

template <class Value>
void Replicas::Buckets<Value>::take_back() {
  for (std::size_t i = 0; i < sent_; ++i) {
    const Value* sum = all_[i].values.data();
    for (const std::span<Value> part : all_[i].parts) {
      std::copy_n(sum, part.size(), part.data());
      sum += part.size();
    }
  }
  clear();
}

template <class Value>
void Replicas::Buckets<Value>::clear() {
  for (Bucket& bucket : all_) {
    bucket.values.clear();
    bucket.parts.clear();
  }
  sent_ = 0;
}

Replicas::Gradient* Replicas::find(const Tensor& gradient) {
  for (Gradient& each : gradients_)
    if (each.place == &gradient) return &each;
  return nullptr;
}

Replicas::RowSums Replicas::row_sums(const Tensor& gradient, std::size_t size) {
  Gradient* found = find(gradient);
  if (!found) found = &gradients_.emplace_back(Gradient{&gradient});
  found->sums.resize(size);
  return {found->sums, std::exchange(found->in_use, true)};
}

bool Replicas::has_row_sums(const Tensor& gradient) const {
  return std::ranges::any_of(
      gradients_, [&](const Gradient& each) { return each.place == &gradient && each.in_use; });
}

void Replicas::sum_later(Tensor& gradient) {
  progress();
  Gradient* const precise = find(gradient);
  if (!precise || !precise->in_use) return floats_.send(gradient.values());
  precise->sent = &gradient;
  doubles_.send(precise->sums);
}

void Replicas::finish_sums() {
  floats_.send_open();
  doubles_.send_open();
  wait();
  floats_.take_back();
  doubles_.take_back();
  for (Gradient& each : gradients_)
    if (each.in_use)
      for (std::size_t i = 0; i < each.sums.size(); ++i)
        each.sent->data()[i] = static_cast<float>(each.sums[i]);
  forget_sums();
}

void Replicas::forget_sums() {
  floats_.clear();
  doubles_.clear();
  for (Gradient& each : gradients_) each.in_use = false;
}

}  // namespace keratin
