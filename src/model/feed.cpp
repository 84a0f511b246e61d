#include "model/feed.hpp"

#include <utility>

#include "keratin/check.hpp"

namespace keratin {

void DatasetFeed::begin_pass() {
  pass_.emplace(data_.iterator());
  remaining_ = data_.size();
  has_ahead_ = false;
}

void DatasetFeed::read(Batch& batch) {
  check<std::runtime_error>(pass_->next(batch), "dataset", "ended before its size of ",
                            data_.size().value_or(0), " batches");
  if (remaining_) --*remaining_;
}

bool DatasetFeed::has_next() {
  if (!pass_) begin_pass();
  if (has_ahead_) return true;
  if (remaining_) return *remaining_ > 0;
  has_ahead_ = pass_->next(ahead_);
  return has_ahead_;
}

const Batch& DatasetFeed::peek() {
  check(has_next(), "dataset", "has no batches");
  if (!has_ahead_) read(ahead_);
  has_ahead_ = true;
  return ahead_;
}

void DatasetFeed::next(Batch& batch) {
  if (has_ahead_)
    std::swap(batch, ahead_);
  else
    read(batch);
  has_ahead_ = false;
  if (!sample_) return;
  const Shape wanted = sample_->with_batch(batch.x.shape().empty() ? 0 : batch.x.shape().front());
  if (batch.x.shape() == wanted) return;
  check_sample("dataset", "", batch.x.shape().without_batch(), *sample_);
  batch.x = batch.x.reshaped(wanted);
}

void check_sample(const char* where, const std::string& model, const Shape& got,
                  const Shape& wanted) {
  Shape longer = got.size() > wanted.size() ? got : wanted;
  const Shape& shorter = got.size() > wanted.size() ? wanted : got;
  const bool last_axis_of_one = longer.size() == shorter.size() + 1 && longer.back() == 1;
  if (last_axis_of_one) longer.pop_back();
  check(got == wanted || (last_axis_of_one && longer == shorter), where, "samples have shape ", got,
        ", the model ", model, model.empty() ? "" : " ", "wants ", wanted);
}

}  // namespace keratin
